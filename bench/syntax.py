"""The W3C's suites for RDF's syntaxes: ``python -m bench.syntax RDF``, with ``rdf`` of a copy of rdf-tests.

Each document is read as ``kgraph load`` reads it, and compared with what the suite expects, up to the names
of blank nodes. What is right is written in every format, and read back. The exit status is 1 where something
is written wrongly, or read otherwise than the suite says and KNOWN lists.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from bench.conformance import MF, RDF, path_of
from kgraph.errors import NotAcceptableError
from kgraph.rdf.loading import DATASET_FORMATS, RDF_FORMATS
from kgraph.rdf.terms import Term
from kgraph.rdf.writing import serialize_graph

#: The tests that fail, each with the reason.
KNOWN = dict.fromkeys(
    (
        "rdf11/rdf-xml/xml-canon-test001",
        "rdf11/rdf-xml/xml-canon-test002",
        "rdf12/rdf-xml/eval/rdf12-xml-an-13",
        "rdf12/rdf-xml/eval/rdf12-xml-an-14",
    ),
    "an XML literal stays as it is written: <br/>, not <br></br>",
)
RDFT = "http://www.w3.org/ns/rdftest#"
ASSUMED = MF + "assumedTestBase"
#: The formats by the beginnings of the suites' names for their kinds of test.
KINDS = {"NTriples": "nt", "NQuads": "nq", "Turtle": "ttl", "Trig": "trig", "TriG": "trig", "XML": "rdf"}


def main() -> int:
    """Run every suite below a folder."""
    counts: Counter[tuple[str, bool]] = Counter()
    wrong = 0
    failed: set[str] = set()
    for manifest in sorted(Path(sys.argv[1]).rglob("manifest.ttl")):
        suite = manifest.parent.relative_to(sys.argv[1]).as_posix()
        for name, outcome, miswritten in run_suite(manifest):
            counts[suite, not outcome] += 1
            if outcome:
                failed.add(f"{suite}/{name}")
                print(f"{suite}/{name}: {KNOWN.get(f'{suite}/{name}', outcome)}")
            for fault in miswritten:
                wrong += 1
                print(f"{suite}/{name}: {fault}")
    for suite in dict.fromkeys(suite for suite, _ in counts):
        print(f"{suite}: {counts[suite, True]} of {counts[suite, True] + counts[suite, False]} pass")
    passed = sum(count for (_, good), count in counts.items() if good)
    print(f"all: {passed} of {counts.total()} pass; {wrong} are written wrongly")
    print(f"not as listed: {', '.join(sorted(failed ^ KNOWN.keys())) or 'none'}")
    return wrong > 0 or failed != KNOWN.keys()


def run_suite(manifest: Path) -> Iterator[tuple[str, str, list[str]]]:
    """The outcome of each test (empty where it passes), and what is wrong with what was written."""
    store = ox.Store()
    base = f"file://{manifest.resolve()}"
    store.extend(ox.parse(path=manifest, format=ox.RdfFormat.TURTLE, base_iri=base))

    def one(subject: Term | None, predicate: str) -> Term | None:
        quads = store.quads_for_pattern(subject, ox.NamedNode(predicate), None)  # type: ignore[arg-type]
        return next((quad.object for quad in quads), None)

    assumed = one(None, ASSUMED)
    for quad in store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), None):
        test, kind = quad.subject, str(quad.object).removeprefix(f"<{RDFT}Test").removesuffix(">")
        form = next((name for start, name in KINDS.items() if kind.startswith(start)), None)
        action = one(test, MF + "action")
        if form is None or action is None or "C14N" in kind:
            continue
        path = path_of(action)
        tail = path.resolve().relative_to(manifest.parent.resolve()).as_posix()
        iri = f"{assumed.value}{tail}" if isinstance(assumed, ox.NamedNode) else f"file://{path}"
        expected = one(test, MF + "result")
        result = None if expected is None else path_of(expected)
        yield str(test).rpartition("#")[2].rstrip(">"), *run_test(path, form, iri, kind, result)


def run_test(path: Path, form: str, iri: str, kind: str, result: Path | None) -> tuple[str, list[str]]:
    """Read one document, and write it where it is right."""
    try:
        quads = list(ox.parse(path.read_bytes(), RDF_FORMATS[form], base_iri=iri))
    except (SyntaxError, ValueError) as error:
        return ("" if "Negative" in kind else f"is not read: {error}"), []
    if "Negative" in kind:
        return "is read, and is wrong", []
    if result is not None:
        expected_format = ox.RdfFormat.from_extension(result.suffix[1:])
        if canonical(quads) != canonical(ox.parse(path=result, format=expected_format)):
            return "is read otherwise", []
    return "", [*miswritten(quads)]


def miswritten(quads: list[ox.Quad]) -> Iterator[str]:
    """The formats in which statements do not come back; what a format refuses is not among them."""
    has_graphs = any(not isinstance(quad.graph_name, ox.DefaultGraph) for quad in quads)
    for name, form in RDF_FORMATS.items():
        if has_graphs and name not in DATASET_FORMATS:
            continue
        statements = quads if name in DATASET_FORMATS else [quad.triple for quad in quads]
        try:
            content = serialize_graph(statements, name, {"e": "http://example/", "": "http://example.org/"})
        except NotAcceptableError:
            continue
        if canonical(ox.parse(content, form)) != canonical(quads):
            yield f"is written otherwise as {name}"


def canonical(quads: Iterable[ox.Quad]) -> list[str]:
    """Statements in a form that is equal for isomorphic datasets."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return sorted(map(str, dataset))


if __name__ == "__main__":
    sys.exit(main())
