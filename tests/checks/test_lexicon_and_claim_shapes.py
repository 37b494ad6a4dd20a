"""Shapes of lexicon entries and of claims: each fault that is written into a sound project is found."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from kgraph.build import inspect_project
from kgraph.settings import load_settings

FERRY = Path(__file__).parents[1] / "project" / "ferry"
OWN = "ontology/own.ttl"
CLAIMS = "data/ttl/articles/ferry/assertions.ttl"
ENTITIES = "data/ttl/entities.ttl"

#: What is added to which file, the node that is at fault, and what is said of it.
FAULTS = {
    "an entry without a definition": (
        OWN,
        'my:Bare a owl:Class ; rdfs:subClassOf kg:Event ; rdfs:label "bare"@en ; kg:evokedBy "bare"@en .',
        "ontology#Bare",
        "has a skos:definition",
    ),
    "an entry below nothing": (
        OWN,
        'my:Loose a owl:Class ; rdfs:label "loose"@en ; skos:definition "Loose."@en ; kg:evokedBy "l"@en .',
        "ontology#Loose",
        "stands below a class",
    ),
    "a word without a language": (
        OWN,
        'my:Mute a owl:Class ; rdfs:subClassOf kg:Event ; rdfs:label "mute"@en ; '
        'skos:definition "Mute."@en ; kg:evokedBy "mute" .',
        "ontology#Mute",
        "a word with a language tag",
    ),
    "a shortcut that leads nowhere": (
        OWN,
        'my:half a owl:ObjectProperty ; rdfs:label "half"@en ; skos:definition "Half."@en ; '
        "kg:shortcutOf my:Ownership ; kg:shortcutFrom kg:agent .",
        "ontology#half",
        "exactly one kg:shortcutTo",
    ),
    "a shortcut from what is no role": (
        OWN,
        'my:odd a owl:ObjectProperty ; rdfs:label "odd"@en ; skos:definition "Odd."@en ; '
        "kg:shortcutOf my:Ownership ; kg:shortcutFrom kg:status ; kg:shortcutTo kg:theme .",
        "ontology#odd",
        "exactly one kg:shortcutFrom",
    ),
    "a shortcut that is claimed": (
        CLAIMS,
        'a:f1 kg:claims ( kgr:lund my:owns kgr:line ) ; kg:words "owns Coast Line" .',
        "f1",
        "A shortcut is derived",
    ),
    "a positive denial": (
        CLAIMS,
        'a:f2 kg:claims ( kgr:strike kg:agent kgr:crews ) ; kg:words "walked out" ; kg:modality kg:denial .',
        "f2",
        "has kg:polarity kg:negative",
    ),
    "a time that is none": (
        CLAIMS,
        'a:f3 kg:claims ( kgr:strike kg:time kgr:crews ) ; kg:words "walked out" .',
        "f3",
        "is a kg:TimeExpression of the article",
    ),
    "a phase that is none": (
        CLAIMS,
        'a:f4 kg:claims ( kgr:strike kg:phase kg:plan ) ; kg:words "walked out" .',
        "f4",
        "The object of kg:phase is",
    ),
    "a claim that rests on a claim": (
        CLAIMS,
        'a:f5 kg:claims ( kgr:strike kg:agent kgr:crews ) ; kg:words "walked out" ; kg:restsOn a:c02 .',
        "f5",
        "rests on a kg:Identification",
    ),
    "a date that is none": (
        CLAIMS,
        'a:f6 kg:claims ( kgr:strike kg:agent kgr:crews ) ; kg:words "walked out" ; '
        'kg:annotatedOn "5 May 2031" .',
        "f6",
        "one day as an ISO 8601 date",
    ),
    "an event without a type of the lexicon": (
        ENTITIES,
        'kgr:something a kg:Event ; skos:prefLabel "something"@en ; skos:definition "Something."@en .',
        "something",
        "no type of the lexicon",
    ),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is said of the project with all the faults, by one validation."""
    folder = Path(shutil.copytree(FERRY, tmp_path_factory.mktemp("faults") / "ferry"))
    added: dict[str, list[str]] = defaultdict(list)
    for file, lines, _, _ in FAULTS.values():
        added[file].append(lines)
    for file, blocks in added.items():
        path = folder / file
        path.write_text("\n".join([path.read_text(encoding="utf-8"), *blocks, ""]), encoding="utf-8")
    problems = inspect_project(load_settings(folder, environ={})).problems
    return [problem.message for problem in problems if problem.code == "shape"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_shape_finds_its_fault(fault: str, found: list[str]) -> None:
    _, _, node, message = FAULTS[fault]
    assert [text for text in found if node in text and message in text], found


def test_nothing_else_is_found(found: list[str]) -> None:
    nodes = [node for _, _, node, _ in FAULTS.values()]
    assert [text for text in found if not any(node in text for node in nodes)] == []
