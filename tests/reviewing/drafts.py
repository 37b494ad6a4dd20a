"""An article that nobody has annotated, and a draft of it as a tool would make one."""
# ruff: noqa: E501 - a text and its Turtle, as they are

from __future__ import annotations

from pathlib import Path
from typing import Any

from kgraph.core import iter_project_files
from kgraph.drafting import Candidate, Claim, Draft, Mode, Text, Thing, Tool, save_draft
from kgraph.text import Span, digest

SLUG = "library"
BASE = "https://example.org/harbour/"
ARTICLE = f"{BASE}id/article/{SLUG}/"
ME = f"{BASE}id/me"
TEXT = """\
Marrow Bay library shut after flood

The library of Marrow Bay has been shut since Sunday, when a flood ruined about 400 books.

“We will open again in June,” said Ana Holt, who runs the library. She denied that the roof had been neglected.
"""
DOCUMENT = f"""\
@prefix a:       <{ARTICLE}> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix kg:      <https://w3id.org/kgraph/ontology#> .
@prefix kgr:     <{BASE}id/> .
@base <{ARTICLE[:-1]}> .

<> a kg:Article ;
    dcterms:title "Marrow Bay library shut after flood"@en ; dcterms:publisher kgr:coastWire ; dcterms:language "en" ;
    kg:textFile "seeds/{SLUG}.txt" ;
    kg:annotator kgr:me ; kg:annotatedOn "2031-05-03" .
a:headline kg:partKind kg:headline ; kg:words "Marrow Bay library shut after flood" .
"""
PUBLISHER = """
kgr:coastWire a kgl:NewsAgency ; skos:prefLabel "Coast Wire"@en ; skos:definition "The agency whose report this is."@en .
"""


def span(words: str, text: str = TEXT) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


def candidates(text: str = TEXT) -> tuple[Candidate, ...]:
    """What a tool might make of the text: told, promised, denied, and one without a claim."""
    common: dict[str, Any] = {"by": "rules:test", "confidence": 0.8, "source": None}
    told = Candidate(
        content=(span("The library of Marrow Bay has been shut since Sunday", text),),
        words="The library of Marrow Bay has been shut since Sunday",
        cue=None,
        speaker="Coast Wire",
        chain=("Coast Wire",),
        mode=Mode.NARRATED,
        polarity="positive",
        kind="fact",
        time=span("since Sunday", text),
        claim=Claim("kgr:closure", "kg:theme", "kgr:library", (("kg:since", "a:since-sunday"),)),
        things=(
            Thing("kgr:closure", "closure of the library", "kgl:Closure"),
            Thing("kgr:library", "library of Marrow Bay", "kg:Organization"),
            Thing("a:since-sunday", "since Sunday", "kg:TimeExpression"),
        ),
        **common,
    )
    ruined = Candidate(
        content=(span("a flood ruined about 400 books", text),),
        words="a flood ruined about 400 books",
        cue=None,
        speaker="Coast Wire",
        chain=("Coast Wire",),
        mode=Mode.NARRATED,
        polarity="positive",
        kind="fact",
        time=None,
        claim=Claim("kgr:loss", "kg:theme", "kgr:books"),
        things=(
            Thing("kgr:loss", "loss of books", "kgl:Destruction"),
            Thing("kgr:books", "ruined books", "kg:Artefact"),
        ),
        **common,
    )
    promised = Candidate(
        content=(span("We will open again in June", text),),
        words="We will open again in June",
        cue=span("said", text),
        speaker="Ana Holt",
        chain=("Ana Holt", "Coast Wire"),
        mode=Mode.DIRECT,
        polarity="positive",
        kind="promise",
        time=span("in June", text),
        claim=Claim("kgr:reopening", "kg:agent", "kgr:library", (("kg:time", "a:in-june"),)),
        things=(
            Thing("kgr:reopening", "reopening of the library", "kgl:Opening"),
            Thing("a:in-june", "in June", "kg:TimeExpression"),
        ),
        **common,
    )
    denied = Candidate(
        content=(span("the roof had been neglected", text),),
        words="the roof had been neglected",
        cue=span("denied", text),
        speaker="Ana Holt",
        chain=("Ana Holt", "Coast Wire"),
        mode=Mode.INDIRECT,
        polarity="negative",
        kind="denial",
        time=None,
        claim=None,
        **common,
    )
    return told, ruined, promised, denied


def draft_of(text: str = TEXT) -> Draft:
    told = Text(digest(text.encode()), "en", (), ())
    return Draft(told, candidates(text), Tool("kgraph test"))


def make_project(folder: Path, *, drafted: bool = True) -> Path:
    """A new project with the article, as ``kgraph init``, ``kgraph new`` and ``kgraph draft`` leave it."""
    files = dict(iter_project_files(title="Harbour", base=BASE))
    files[f"seeds/{SLUG}.txt"] = TEXT
    files[f"data/ttl/articles/{SLUG}/document.ttl"] = DOCUMENT
    files["data/ttl/entities.ttl"] += PUBLISHER
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    if drafted:
        save_draft(folder, SLUG, draft_of())
    return folder
