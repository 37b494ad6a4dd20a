"""Items of Wikidata for the names of a draft: from a stand-in on loopback."""

from __future__ import annotations

from pathlib import Path

from bench.wikidata import publish, serving

from kgraph.drafting import Candidate, Draft, Mention, Mode, Text
from kgraph.drafting.linking import link_draft
from kgraph.settings import WIKIDATA, load_settings
from kgraph.text import Span

LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
XSD = "http://www.w3.org/2001/XMLSchema"
LINKS = "<http://wikiba.se/ontology#sitelinks>"
ITEMS = "".join(
    f'<http://www.wikidata.org/entity/{item}> {LABEL} "{name}"@en .\n'
    f'<http://www.wikidata.org/entity/{item}> {LINKS} "{links}"^^<{XSD}#integer> .\n'
    for item, name, links in (("Q1", "Port Sarrow", 3), ("Q2", "Port Sarrow", 40), ("Q3", "crews", 9))
)


def test_a_new_name_gets_the_item_that_most_wikis_write_of(tmp_path: Path) -> None:
    publish(tmp_path / "stand-in", {"urn:items": ITEMS.encode()})
    names = (
        ("Port Sarrow", None),
        ("crews", None),
        ("Nobody Known", None),
        ("Port Sarrow", "https://example.org/id/x"),
    )
    mentions = tuple(Mention(Span(n, n + 1), label, iri) for n, (label, iri) in enumerate(names))
    candidate = Candidate(
        (Span(0, 1),),
        "x",
        None,
        None,
        "x",
        ("x",),
        Mode.NARRATED,
        "positive",
        "fact",
        None,
        None,
        0.5,
        "rules:x",
        entities=mentions,
    )
    draft = Draft(Text("", "en", (), ()), (candidate,))
    with serving(tmp_path / "stand-in") as url:
        environ = {"KGRAPH_SERVICE_MIRROR": f"{WIKIDATA}={url}"}
        linked = link_draft(load_settings(tmp_path, environ=environ), draft, progress=lambda _: None)
    items = [mention.wikidata for mention in linked.candidates[0].entities]
    assert items == ["http://www.wikidata.org/entity/Q2", None, None, None]
