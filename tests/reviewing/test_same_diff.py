"""A review writes what a hand would have written: the same form at the same place; taken back, nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from kgraph.reviewing import Desk, Proposal, Review, Verdict, open_desk
from kgraph.settings import Settings
from kgraph.vocab import KG
from tests.reviewing.conftest import ARTICLE, CURATOR, SLUG


def proposal_of(desk: Desk, name: str) -> Proposal:
    """What the example claims under a name, as somebody would fill it in."""
    entry = desk.manuscript.entries[ARTICLE + name]
    (words,) = desk.manuscript.find(entry)
    subject, *rest = desk.lists.members(entry.terms("claims")[0]) or []
    terms = [desk.naming.written(term) for term in rest]
    voice = entry.iri(KG + "by")
    said = desk.manuscript.entries[voice.value] if voice else None
    outer = said.iri(KG + "embeddedIn") if said else None
    through = desk.manuscript.entries[outer.value].terms("sourceAgent") if outer else []
    note = [
        t.value
        for t in entry.said.get("http://www.w3.org/2004/02/skos/core#editorialNote", ())
        if isinstance(t, ox.Literal)
    ]

    def concept(term: str, default: str) -> str:
        value = entry.iri(KG + term)
        return value.value.removeprefix(KG) if value else default

    return Proposal(
        spans=words,
        subject=desk.naming.written(subject),
        says=tuple(zip(terms[::2], terms[1::2], strict=True)),
        speaker=desk.naming.written(said.terms("sourceAgent")[0]) if said else "",
        cue=said.literals("cue")[0] if said else "",
        through=tuple(desk.naming.written(term) for term in through),
        polarity=concept("polarity", "positive"),
        modality=concept("modality", "fact"),
        note=note[0] if note else "",
    )


def last_names(content: str) -> list[str]:
    """The last claim of each sentence and part."""
    names = re.findall(r"^a:(\w+) kg:claims", content, re.MULTILINE)
    last = {re.sub(r"\d\d$|(?<=^[a-z])\d$", "", name): name for name in names}
    return list(last.values())


def test_what_a_hand_wrote_is_written_again(
    settings: Settings, review: Review, assertions: Path, files: Callable[[], dict[str, bytes]]
) -> None:
    whole = assertions.read_text(encoding="utf-8")
    everything = files()
    tried = 0
    for name in last_names(whole)[::5]:
        written = proposal_of(open_desk(settings, SLUG), name)
        without = re.sub(rf"^a:{name} (?:[^\n]*\n    )*[^\n]* \.\n", "", whole, flags=re.MULTILINE)
        assert len(without) < len(whole)
        assertions.write_text(without, encoding="utf-8")
        outcome = review.decide(Verdict.ADD, CURATOR, proposal=written)
        assert outcome.problems == ()
        own = outcome.decision.entry.removeprefix(ARTICLE)  # the example leaves out some numbers
        assert own == name or own < name
        assert assertions.read_text(encoding="utf-8") == whole.replace(f"a:{name} ", f"a:{own} ")
        review.undo(CURATOR)
        assert assertions.read_text(encoding="utf-8") == without
        assertions.write_text(whole, encoding="utf-8")
        tried += 1
    assert tried >= 4
    assert files() == everything
