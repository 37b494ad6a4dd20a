"""A build after an edit: it reasons on from the generation before, and makes what a first build would."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NoReturn

import pyoxigraph as ox
import pytest

import kgraph.build
from kgraph.build import build
from kgraph.errors import ProjectError
from kgraph.reasoning import update
from kgraph.settings import load_settings
from tests.conftest import MILL

ARTICLES = "data/ttl/articles"


@pytest.fixture
def project(tmp_path: Path, reference_folder: Path) -> Path:
    """The repository's project without shapes, which take a second to validate."""
    folder = tmp_path / "project"
    shutil.copytree(reference_folder, folder, ignore=shutil.ignore_patterns("shapes", ".kgraph"))
    return folder


def _add_an_article(folder: Path) -> None:
    shutil.copytree(MILL / ARTICLES / "mill", folder / ARTICLES / "mill")
    shutil.copy(MILL / "seeds/mill.txt", folder / "seeds")
    with (folder / "data/ttl/entities.ttl").open("a", encoding="utf-8") as entities:
        entities.write((MILL / "data/ttl/entities.ttl").read_text(encoding="utf-8"))


def _edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        text = (folder / path).read_text(encoding="utf-8")
        assert old in text
        (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def _remove_an_article(folder: Path) -> None:
    shutil.rmtree(folder / ARTICLES / "mill")
    (folder / "seeds/mill.txt").unlink()


#: One after the other.
EDITS: dict[str, Callable[[Path], None]] = {
    "an article more": _add_an_article,
    "a claim that is narrated no longer": _edit(
        f"{ARTICLES}/mill/assertions.ttl", "kg:mode kg:narrated", "kg:mode kg:editorial-insertion"
    ),
    "a place that lies elsewhere": _edit(
        "data/ttl/gazetteer.ttl", "kg:locatedIn kgr:mitrovicaDistrict", "kg:locatedIn kgr:kosovo"
    ),
    "a link more, which nothing follows from": _edit(
        "data/ttl/links.ttl", "skos:closeMatch", "skos:exactMatch"
    ),
    "an article less": _remove_an_article,
}


def test_each_edit_gives_the_generation_that_a_first_build_gives(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(project, environ={})
    build(settings)
    for name, edit in EDITS.items():
        edit(project)
        with monkeypatch.context() as patched:
            patched.setattr(kgraph.build, "update", partial(update, facts_per_change=0))
            patched.setattr(kgraph.build, "close", _no_full_closure)
            after_edit = build(settings).generation.manifest
        anew = replace(settings, store=str(tmp_path / f"store of {name}"))
        first = build(anew).generation
        assert after_edit.canonical_hash == first.manifest.canonical_hash, name
        assert after_edit.graphs == first.manifest.graphs, name


def _no_full_closure(*_: object, **__: object) -> NoReturn:
    raise AssertionError("everything was reasoned anew")


@pytest.mark.parametrize(
    ("what", "edit"),
    [
        (
            "an axiom more",
            _edit(
                "ontology/kgraph.ttl",
                "kg:restsOn a owl:ObjectProperty",
                "kg:restsOn a owl:ObjectProperty, owl:AsymmetricProperty",
            ),
        ),
        ("much", lambda folder: shutil.copy(folder / "data/ttl/gazetteer.ttl", folder / "data/ttl/more.ttl")),
    ],
)
def test_all_is_reasoned_anew_after(
    what: str, edit: Callable[[Path], object], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(project, environ={})
    build(settings)
    edit(project)
    monkeypatch.setattr(kgraph.build, "close", _no_full_closure)
    with pytest.raises(AssertionError, match="anew"):
        build(settings)


def test_a_comment_or_a_reordered_axiom_leaves_the_ontology_the_same(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its blank nodes have other names in each reading, which does not matter."""
    settings = load_settings(project, environ={})
    first = build(settings).generation
    _edit("ontology/kgraph.ttl", "@prefix kg:", "# once more\n@prefix kg:")(project)
    monkeypatch.setattr(kgraph.build, "close", _no_full_closure)
    assert build(settings).generation.manifest.canonical_hash == first.manifest.canonical_hash


def test_a_contradiction_that_an_edit_makes_is_described_in_full(project: Path) -> None:
    settings = load_settings(project, environ={})
    build(settings)
    _edit("data/ttl/entities.ttl", "kgr:ristic a kg:Person", "kgr:ristic a kg:Person, kg:Event")(project)
    with pytest.raises(ProjectError) as caught:
        build(settings)
    assert {problem.code for problem in caught.value.problems} >= {"contradiction"}


def test_a_generation_keeps_what_reasoning_goes_on_from(project: Path) -> None:
    """A conclusion that a curator's graph asserts is in no graph of its own, and still leads on."""
    more = project / "ontology/more.ttl"
    more.write_text(
        "@prefix kg: <https://w3id.org/kgraph/ontology#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "kg:memberOf rdfs:subPropertyOf kg:undeclared . "
        "kg:undeclared rdfs:subPropertyOf kg:affiliatedWith .\n"
    )
    generation = build(load_settings(project, environ={})).generation
    predicates = {quad.predicate for quad in generation.remainder()}
    assert ox.NamedNode("https://w3id.org/kgraph/ontology#undeclared") in predicates
