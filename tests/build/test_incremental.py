"""A build after an edit: it reasons on from the generation before, and makes what a first build would."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

import pyoxigraph as ox
import pytest

import kgraph.build.making
from kgraph.build import build, inspect_project
from kgraph.build.ledger import Ledger
from kgraph.build.products import Products
from kgraph.errors import ProjectError
from kgraph.settings import Settings, load_settings
from kgraph.store.generation import LEDGER
from kgraph.store.hashing import canonical_hash
from kgraph.vocab import HIDDEN_GRAPHS, UNION_GRAPH, is_apart
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


@pytest.fixture
def no_first_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, what is not carried on from the generation before is a failure."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("everything was made anew")

    monkeypatch.setattr(kgraph.build.making, "FreshBuild", refuse)


def _judged(settings: Settings) -> tuple[str, set[str]]:
    """The canonical hash and the problems of a project, by what examines it in one piece."""
    inspection = inspect_project(settings)
    store = ox.Store()
    for name, triples in inspection.graphs.items():
        graph = ox.NamedNode(settings.names.graph(name))
        store.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)
    return canonical_hash(store), set(map(str, inspection.problems))


def _same(settings: Settings, what: str) -> None:
    """Build, and have the generation be the one that examining all in one piece would make."""
    judged, problems = _judged(settings)
    if any(": error: " in problem for problem in problems):
        with pytest.raises(ProjectError) as caught:
            build(settings)
        assert set(map(str, caught.value.problems)) == problems, what
        return
    report = build(settings)
    assert set(map(str, report.problems)) == problems, what
    manifest = report.generation.manifest
    assert manifest.canonical_hash == judged, what
    store = ox.Store.read_only(str(report.generation.store_path))
    hidden = {ox.NamedNode(iri) for iri in HIDDEN_GRAPHS}
    quads = [quad for quad in store if quad.graph_name not in hidden]
    assert canonical_hash(quads) == judged, what
    assert manifest.triples == len(quads) == sum(manifest.graphs.values()), what
    union = {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(UNION_GRAPH))}
    assert union == {quad.triple for quad in quads if not is_apart(str(quad.graph_name)[1:-1])}, what


def test_each_edit_gives_the_generation_that_a_first_build_gives(
    project: Path, request: pytest.FixtureRequest
) -> None:
    settings = load_settings(project, flags={"encoder": "none"}, environ={})
    build(settings)
    request.getfixturevalue("no_first_builds")
    for name, edit in EDITS.items():
        edit(project)
        _same(settings, name)


#: What a line of claims can become, by chance: another predicate, object, voice, manner, or none at all.
_RANDOM: Final = (
    (r"kg:locatedIn kgr:\w+", "kg:locatedIn {entity}"),
    (r"kg:partOf kgr:\w+", "kg:partOf {entity}"),
    (r"kg:agent kgr:\w+", "kg:agent {entity}"),
    (r"kg:theme kgr:\w+", "kg:theme {entity}"),
    (r"kg:by a:\w+", "kg:by a:nobody"),
    (r"kg:mode kg:narrated", "kg:mode kg:byline"),
    (r"kg:polarity kg:positive", "kg:polarity kg:negative"),
    (r"kg:object kgr:\w+", "kg:object {entity}"),
    (r"kgr:(\w+) a kg:Person", "kgr:{name} a kg:Group"),
    (r'"(\w+)"@en', '"other {name}"@en'),
    (r"\n(\w+:\w+ kg:sourceAgent [^.]*\.)", "\n"),
    (r"^", "# {name}\n"),
)


@pytest.mark.parametrize("seed", range(1))
def test_any_edits_give_the_generation_and_the_problems_that_examining_all_gives(
    seed: int, two_articles: Path
) -> None:
    """Sound edits and faulty ones, in articles and in what they share, one by one and several at once."""
    chance = random.Random(seed)  # noqa: S311 - the same edits each time
    settings = load_settings(two_articles, flags={"encoder": "none"}, environ={})
    files = sorted((two_articles / "data").rglob("*.ttl"))
    names = re.findall(
        r"^(kgr:\w+)", (two_articles / "data/ttl/entities.ttl").read_text("utf-8"), re.MULTILINE
    )
    _same(settings, "first")
    before: dict[Path, str] = {}
    for step in range(5):
        for path, text in before.items():  # what was faulty is mended, so that builds do succeed
            path.write_text(text, encoding="utf-8")
        before = {}
        for _ in range(chance.choice((1, 1, 2, 5))):
            path = chance.choice(files)
            text = path.read_text(encoding="utf-8")
            pattern, new = chance.choice(_RANDOM)
            places = list(re.finditer(pattern, text, re.MULTILINE))
            if places:
                place = chance.choice(places)
                made = new.format(entity=chance.choice(names), name=f"other{step}")
                if step % 2:
                    before.setdefault(path, text)
                path.write_text(text[: place.start()] + made + text[place.end() :], encoding="utf-8")
        _same(settings, f"step {step}")


@pytest.fixture
def two_articles(project: Path) -> Path:
    """The project with another article, which has entities in common with the first."""
    _add_an_article(project)
    shutil.copytree(Path(__file__).parents[2] / "ontology/shapes", project / "ontology/shapes")
    claims = project / ARTICLES / "mill/assertions.ttl"
    text = claims.read_text(encoding="utf-8")
    claims.write_text(text.replace("kgr:courier", "kgr:ristic"), encoding="utf-8")
    return project


def test_an_axiom_more_has_all_made_anew(project: Path, request: pytest.FixtureRequest) -> None:
    settings = load_settings(project, environ={})
    build(settings)
    edit = _edit(
        "ontology/kgraph.ttl",
        "kg:restsOn a owl:ObjectProperty",
        "kg:restsOn a owl:ObjectProperty, owl:AsymmetricProperty",
    )
    edit(project)
    request.getfixturevalue("no_first_builds")
    with pytest.raises(AssertionError, match="anew"):
        build(settings)


def test_what_was_kept_is_made_again_where_it_is_gone_or_altered(project: Path) -> None:
    settings = load_settings(project, flags={"encoder": "none"}, environ={})
    first = build(settings).generation
    places = project / "data/ttl/gazetteer.ttl"
    text = places.read_text(encoding="utf-8")
    for change in (shutil.rmtree, _spoil):
        change(project / ".kgraph/products")
        EDITS["a place that lies elsewhere"](project)
        edited = build(settings).generation
        assert edited.manifest.canonical_hash != first.manifest.canonical_hash
        places.write_text(text, encoding="utf-8")
        assert build(settings).generation.manifest.canonical_hash == first.manifest.canonical_hash


def test_what_no_generation_is_made_of_is_deleted_in_time(shapeless_mill: Path) -> None:
    settings = load_settings(shapeless_mill, flags={"encoder": "none"}, environ={})
    build(settings)
    products = Products(settings.store_path / "products")
    first = products.names()
    entities = shapeless_mill / "data/ttl/entities.ttl"
    most = 0
    for number in range(7):
        with entities.open("a", encoding="utf-8") as file:
            file.write(f'kgr:mill skos:altLabel "mill {number}" .\n')
        generation = build(settings).generation
        most = max(most, len(products.names()))
        assert Ledger.read_products(generation.path / LEDGER) <= products.names()
    assert first - products.names()
    assert most <= 3 * len(first)


def _spoil(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1])


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
