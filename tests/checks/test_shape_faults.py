"""SHACL: each fault breaks one shape, and all of them are validated in one run.

Each stands at another node, so that every problem can be traced to its own fault.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from kgraph.checks import load_subject
from kgraph.checks.shapes import check_shapes
from kgraph.problems import Problem, Severity
from kgraph.project import read_project
from kgraph.settings import load_settings

CLAIMS = "data/ttl/articles/mill/assertions.ttl"
DOCUMENT = "data/ttl/articles/mill/document.ttl"
ENTITIES = "data/ttl/entities.ttl"
EDITORIAL = "data/ttl/editorial.ttl"
LINKS = "data/ttl/links.ttl"
NESTED = "kg:sourceAgent kgr:spokesman ;\n    kg:embeddedIn a:source-courier ."


@dataclass(frozen=True)
class Fault:
    """One edit behind a node's first words, and what the shape says of it on the line of ``at``."""

    name: str
    file: str
    node: str
    old: str
    new: str
    says: str
    at: str = ""
    severity: Severity = Severity.ERROR


FAULTS = [
    Fault("no mode", CLAIMS, "a:a0101 a", "    kg:mode kg:narrated ;\n", "", "exactly one kg:mode"),
    Fault(
        "two modes", CLAIMS, "a:a0102 a", "kg:narrated", "kg:narrated , kg:byline", "one kg:mode", "kg:mode"
    ),
    Fault(
        "an unknown mode",
        CLAIMS,
        "a:a0103 a",
        "kg:mode kg:narrated",
        "kg:mode kg:fact",
        "one kg:mode",
        "kg:mode",
    ),
    Fault(
        "two modalities",
        CLAIMS,
        "a:a0104 a",
        "kg:fact",
        "kg:fact , kg:framing",
        "one kg:modality",
        "kg:modality",
    ),
    Fault(
        "no evidence",
        CLAIMS,
        "a:a0105 a",
        " ;\n    kg:evidence <#char=4,19> .",
        " .",
        "at least one kg:evidence",
    ),
    Fault(
        "an object and a value",
        CLAIMS,
        "a:a0106 a",
        "kg:object kgr:mill ;",
        'kg:object kgr:mill ; kg:value "mill" ;',
        "either exactly one kg:object",
    ),
    Fault(
        "P4: a quotation without a nested source",
        CLAIMS,
        "a:a0201 a",
        "kg:source a:source-spokesman ;\n    kg:attributedTo kgr:spokesman",
        "kg:source a:source-courier ;\n    kg:attributedTo kgr:courier",
        "kg:embeddedIn: credit it to its speaker",
    ),
    Fault(
        "narration in a nested voice",
        CLAIMS,
        "a:a0204 a",
        "kg:source a:source-courier ;\n    kg:attributedTo kgr:courier",
        "kg:source a:source-spokesman ;\n    kg:attributedTo kgr:spokesman",
        "kg:source without kg:embeddedIn",
    ),
    Fault(
        "another agent than the source's",
        CLAIMS,
        "a:a0205 a",
        "kg:attributedTo kgr:courier",
        "kg:attributedTo kgr:council",
        "kg:sourceAgent of its kg:source",
    ),
    Fault(
        "a class as a predicate",
        CLAIMS,
        "a:a0206 a",
        "kg:predicate kg:memberOf",
        "kg:predicate kg:Actor",
        "a property that an ontology of the project declares",
    ),
    Fault(
        "P34: a bare integer as an offset",
        CLAIMS,
        "<#char=4,19> a",
        '"4"^^xsd:nonNegativeInteger',
        "4",
        "xsd:nonNegativeInteger",
        "kg:beginIndex",
    ),
    Fault(
        "a begin behind the end",
        CLAIMS,
        "<#char=40,47> a",
        '"40"',
        '"48"',
        "begins before it ends",
        "kg:beginIndex",
    ),
    Fault(
        "P34: words with a language",
        CLAIMS,
        "<#char=144,160> a",
        '"told the Courier"',
        '"told the Courier"@en',
        "kg:exactText, a plain string",
        "kg:exactText",
    ),
    Fault(
        "a source in the same voice again",
        CLAIMS,
        "a:source-spokesman a",
        "kg:sourceAgent kgr:spokesman",
        "kg:sourceAgent kgr:courier",
        "not to the same voice twice",
    ),
    Fault(
        "P17: a question mark in the article's time",
        CLAIMS,
        "a:timeToday a",
        'rdfs:label "today"@en ;',
        'rdfs:label "today"@en ; kg:edtf "2001?" ;',
        "without a mark of doubt",
        "kg:edtf",
    ),
    Fault(
        "P6: an occurrence typed by hand",
        ENTITIES,
        "kgr:sale a",
        "kgl:Sale",
        "kgl:Sale , kg:Occurrence",
        "are inferred",
        "kgr:sale a",
    ),
    Fault(
        "an entity without a definition",
        ENTITIES,
        "kgr:mill a",
        "skos:definition",
        "skos:note",
        "skos:definition",
    ),
    Fault(
        "two names in one language",
        ENTITIES,
        "kgr:avon a",
        '"Avon"@en',
        '"Avon"@en , "the town"@en',
        "one skos:prefLabel a language",
        "skos:prefLabel",
    ),
    Fault(
        "an upper-case digest",
        DOCUMENT,
        "<> a",
        'kg:sha256 "eebe',
        'kg:sha256 "EEBE',
        "64 lower-case",
        "kg:sha256",
    ),
    Fault(
        "a sentence without a number",
        DOCUMENT,
        "a:s01 a",
        "kg:sentenceNumber",
        "kg:sentenceNo",
        "kg:sentenceNumber",
    ),
    Fault(
        "P17: an interpretation without its question mark",
        EDITORIAL,
        "ed:today a",
        '2001-05-01?"',
        '2001-05-01"',
        "ends in a question mark",
        "kg:edtf",
    ),
    Fault(
        "an interpretation that is nobody's",
        EDITORIAL,
        "ed:today a",
        " ;\n    prov:wasAttributedTo kgr:curator .",
        " .",
        "prov:wasAttributedTo",
    ),
    Fault(
        "a part of an unknown kind",
        DOCUMENT,
        "a:s03 a",
        "kg:bylinePart",
        "kg:fact",
        "kg:partKind",
        "kg:partKind",
    ),
    Fault("a link without grounds", LINKS, "link:avon a", "kg:grounds", "kg:cue", "kg:grounds"),
    Fault(
        "P29: owl:sameAs",
        LINKS,
        "kgr:avon",
        "skos:closeMatch",
        "<http://www.w3.org/2002/07/owl#sameAs>",
        "no owl:sameAs",
        "kgr:avon <",
    ),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> tuple[Path, list[Problem]]:
    """The invented project with all faults seeded, and what the shapes say of it."""
    folder = tmp_path_factory.mktemp("shapes") / "mill"
    shutil.copytree(repository / "tests" / "project" / "mill", folder)
    shutil.copytree(repository / "ontology", folder / "ontology")
    for fault in FAULTS:
        path = folder / fault.file
        content = path.read_text(encoding="utf-8")
        start = content.index(fault.old, content.index(f"\n{fault.node}"))
        path.write_text(content[:start] + fault.new + content[start + len(fault.old) :], encoding="utf-8")
    project, problems = read_project(load_settings(folder, environ={}))
    assert problems == []
    return folder, list(check_shapes(load_subject(project)))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_shape_finds_its_fault_at_its_line(fault: Fault, broken: tuple[Path, list[Problem]]) -> None:
    folder, problems = broken
    content = (folder / fault.file).read_text(encoding="utf-8")
    node = content.index(f"\n{fault.node}") + 1
    line = content[: content.index(fault.at, node)].count("\n") + 1
    found = [
        problem
        for problem in problems
        if problem.code == "shape" and problem.path == fault.file and fault.says in problem.message
    ]
    assert line in {problem.line for problem in found}, found or problems
    assert all(problem.severity is fault.severity and problem.hint for problem in found)


def test_sound_nodes_are_left_alone(broken: tuple[Path, list[Problem]]) -> None:
    folder, problems = broken
    content = (folder / CLAIMS).read_text(encoding="utf-8").split("\n")
    reported = {problem.line for problem in problems if problem.path == CLAIMS}
    for node in ("a:a0203 a", "a:a0301 a", "<#char=0,37> a", "<#char=20,39> a"):
        (start,) = [number for number, line in enumerate(content, 1) if line.startswith(node)]
        end = content.index("", start)
        assert reported.isdisjoint(range(start, end + 1)), node


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param(
            "[] a sh:NodeShape ; sh:targetClass kg:Actor ; sh:property kg:mode , 5 .", id="no shape"
        ),
        pytest.param(
            "[] a sh:NodeShape ; sh:targetClass kg:Actor ; sh:property [ sh:minCount 1 ] .", id="no path"
        ),
    ],
)
def test_shapes_that_cannot_be_used_are_a_problem_of_their_file(shapes: str, mill: Path) -> None:
    path = mill / "ontology" / "shapes" / "kgraph-shapes.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix kg: <https://w3id.org/kgraph/ontology#> .\n"
        + shapes,
        encoding="utf-8",
    )
    project, _ = read_project(load_settings(mill, environ={}))
    (problem,) = check_shapes(load_subject(project))
    assert (problem.code, problem.path, problem.line) == ("shapes", "ontology/shapes/kgraph-shapes.ttl", None)
    assert problem.severity is Severity.ERROR
    assert problem.hint
