"""pySHACL in a process of its own: N-Triples in, results as JSON out.

Importing pySHACL and validating takes as long as everything else that a build does, so it runs beside the
reasoner. Standard input holds one JSON object, {"data": N-Triples, "shapes": N-Triples}; standard output
gets {"results": […]} or {"fault": why the shapes cannot be used}.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

__all__ = ["main", "validate"]


def validate(data: str, shapes: str) -> dict[str, Any]:
    """Validate a data graph (SHACL, section 3); each result as a mapping of its properties' local names."""
    import pyshacl  # noqa: PLC0415 - half a second, which only this process should pay
    import pyshacl.errors  # noqa: PLC0415
    import rdflib  # noqa: PLC0415
    from rdflib.namespace import SH  # noqa: PLC0415

    data_graph = rdflib.Graph().parse(data=data, format="nt")
    shapes_graph = rdflib.Graph().parse(data=shapes, format="nt")
    try:
        _, report, _ = pyshacl.validate(data_graph, shacl_graph=shapes_graph, inference="none")
    except (pyshacl.errors.ShapeLoadError, pyshacl.errors.ConstraintLoadError) as error:
        return {"fault": str(error)}
    if not isinstance(report, rdflib.Graph):
        return {"fault": str(report)}
    wanted = ("focusNode", "resultPath", "value", "resultMessage", "resultSeverity")
    return {
        "results": [
            {name: str(value) for name in wanted if (value := report.value(result, SH[name])) is not None}
            for result in report.objects(None, SH.result)
        ]
    }


def main() -> None:
    """Answer the one request on standard input."""
    logging.disable(logging.WARNING)  # rdflib's remarks on IRIs; the report says what matters
    request = json.load(sys.stdin)
    json.dump(validate(request["data"], request["shapes"]), sys.stdout)


if __name__ == "__main__":
    main()
