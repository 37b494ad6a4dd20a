"""One reasoner on one file, in a process of its own: prints seconds, peak memory and what it found.

``python -m bench.closing kgraph|reasonable|owlrl FILE BYTES``, where FILE is N-Triples with the ontology in
it, and BYTES the memory that there is. Loading the file and reading out the result are part of the time.
Prints null where the reasoner is not installed.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def kgraph(path: str) -> int:
    """This engine: the store's own bulk load, then the fixpoint, then what is new as triples."""
    import pyoxigraph as ox  # noqa: PLC0415 - each reasoner pays for its own imports only

    from bench.signs import signs_in  # noqa: PLC0415
    from kgraph.reasoning.program import compile_program  # noqa: PLC0415
    from kgraph.reasoning.saturation import FACTS, INFERRED, Plan, saturate  # noqa: PLC0415

    store = ox.Store()
    store.bulk_load(path=path, format=ox.RdfFormat.N_TRIPLES, to_graph=FACTS)
    axioms = ox.parse(path=str(Path(path).with_name("ontology.nt")), format=ox.RdfFormat.N_TRIPLES)
    saturate(store, Plan(compile_program(quad.triple for quad in axioms)), signs_in(store))
    return len(list(store.quads_for_pattern(None, None, None, INFERRED)))


def reasonable(path: str) -> int:
    """The Rust reasoner."""
    from reasonable import PyReasoner  # type: ignore[import-not-found,import-untyped,unused-ignore] # noqa: PLC0415

    reasoner = PyReasoner()
    reasoner.load_file(path)
    return len(reasoner.reason())


def owlrl(path: str) -> int:
    """The Python reasoner, as it comes."""
    import rdflib  # noqa: PLC0415
    from owlrl import DeductiveClosure, OWLRL_Semantics  # noqa: PLC0415

    graph = rdflib.Graph().parse(path, format="nt")
    DeductiveClosure(OWLRL_Semantics).expand(graph)
    return len(graph)


REASONERS: dict[str, Callable[[str], int]] = {f.__name__: f for f in (kgraph, reasonable, owlrl)}

if __name__ == "__main__":
    name, path, limit_bytes = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (int(limit_bytes), int(limit_bytes)))
    start = time.perf_counter()
    try:
        found = REASONERS[name](path)
    except ImportError:
        print("null")
        sys.exit()
    taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": taken, "peak_mib": peak, "found": found}))
