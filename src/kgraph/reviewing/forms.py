"""A proposal as fields to fill in, and back: what the pages and the terminal share.

words        quoted as for kg:words; or spans, as "12-40,52-61", where words are marked by hand
subject      a name, a label, or: label = Class
predicate1, object1, predicate2 …
speaker      empty for the publication; through: further voices, outwards, parted by ";"
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kgraph.authoring.quoting import quote_words
from kgraph.authoring.words import Lost, find_words
from kgraph.drafting import Thing
from kgraph.errors import ReviewError
from kgraph.reviewing.desk import Desk
from kgraph.reviewing.following import renamed_with
from kgraph.reviewing.naming import TIME_CLASS
from kgraph.reviewing.proposal import Proposal
from kgraph.text import Span
from kgraph.vocab import KG
from kgraph.who_said.wording import verdict

__all__ = ["MODALITIES", "POLARITIES", "Wording", "read_form", "show_form", "show_words", "word"]

POLARITIES: Final = ("positive", "negative")
MODALITIES: Final = (
    *("fact", "claim", "denial", "refusal", "prediction", "possibility", "inability", "demand", "request"),
    *("order", "obligation", "promise", "plan", "intention", "attempt", "conditional", "estimate", "degree"),
    "framing",
)
#: How many predicates a form has room for.
PAIRS: Final = 8
_SPANS: Final = re.compile(r"\d{1,9}-\d{1,9}(?:,\d{1,9}-\d{1,9}){0,7}")
_OF_TIME: Final = frozenset(KG + name for name in ("time", "since", "until"))


@dataclass(frozen=True, slots=True)
class Wording:
    """A proposal in plain English: who does what with the claim, what it is about, what it says of that, and
    what is new in it.
    """

    who: str
    subject: str
    claims: tuple[str, ...]
    new: tuple[str, ...]


def word(proposal: Proposal, desk: Desk) -> Wording:
    """Put a proposal in words."""
    naming = desk.naming
    labels = {thing.name: thing.label for thing in proposal.things}

    def label(term: str) -> str:
        return labels.get(term) or naming.label(term)

    is_quoted = proposal.speaker and all(
        any(span.within(quoted) for quoted in desk.manuscript.quotations) for span in proposal.spans
    )
    does = verdict(
        mode=KG + ("narrated" if not proposal.speaker else "direct-quotation"),
        polarity=KG + proposal.polarity,
        modality=KG + proposal.modality,
        stated=not proposal.speaker and (proposal.polarity, proposal.modality) == ("positive", "fact"),
    )
    voices = [label(voice) for voice in (proposal.speaker, *proposal.through) if voice]
    who = f"{does} {voices[0] if voices else 'the publication'}"
    who += "".join(f", through {voice}" for voice in voices[1:])
    sign = "not: " if proposal.polarity == "negative" else ""
    types = [value for predicate, value in proposal.says if predicate == "rdf:type"]
    words = naming.role_words(types[0]) if types else {}

    def role(predicate: str) -> str:
        word, name = words.get(predicate, ""), label(predicate)
        return f"{name} ({word})" if word and word != name else name

    claims = tuple(f"{sign}{role(predicate)} · {label(value)}" for predicate, value in proposal.says)
    named = set(proposal.terms)
    new = tuple(
        f"{thing.label} ({naming.label(thing.type)})"
        for thing in proposal.things
        if thing.name in named and not _is_there(thing, desk)
    )
    subject = label(proposal.subject) if proposal.subject else ""
    return Wording(who + (", in quotation marks" if is_quoted else ""), subject, claims, new)


def _is_there(thing: Thing, desk: Desk) -> bool:
    node = desk.node(thing.name)
    return node is not None and (node.value in desk.manuscript.entries or desk.naming.is_known(node.value))


def show_form(proposal: Proposal, desk: Desk) -> dict[str, str]:
    """The fields of a proposal, as :func:`read_form` reads them."""
    things = {thing.name: thing for thing in proposal.things if not _is_there(thing, desk)}
    naming = desk.naming

    def shown(term: str, predicate: str = "") -> str:
        thing = things.get(term)
        if thing is None:
            return naming.called(term, predicate) if term else ""
        is_time = thing.type == TIME_CLASS and not naming.known(thing.label) and thing.label in desk.text
        return thing.label if is_time else f"{thing.label} = {naming.called(thing.type, 'rdf:type')}"

    fields = {
        **show_words(proposal.spans, desk),
        "subject": shown(proposal.subject),
        "speaker": shown(proposal.speaker),
        "cue": proposal.cue,
        "through": " ; ".join(map(shown, proposal.through)),
        "polarity": proposal.polarity,
        "modality": proposal.modality,
        "note": proposal.note,
    }
    for number, (predicate, value) in enumerate(proposal.says, 1):
        fields[f"predicate{number}"] = naming.role(predicate)
        fields[f"object{number}"] = shown(value, predicate)
    return fields


def show_words(spans: Sequence[Span], desk: Desk) -> dict[str, str]:
    """The fields of the words that a claim quotes, as :func:`read_form` reads them."""
    quoted = quote_words(desk.text, tuple(spans), desk.manuscript.layout.sentences)
    return {
        "words": quoted or " … ".join(span.of(desk.text) for span in spans),
        "spans": ",".join(f"{span.start}-{span.end}" for span in spans),
    }


def read_form(fields: Mapping[str, str], desk: Desk, given: Proposal | None = None) -> Proposal:
    """The proposal that somebody filled in; ``given`` is what the form was filled with before.

    Raises:
        ReviewError: a field cannot be read.
    """
    value = {name: text.strip() for name, text in fields.items()}
    things = [thing for thing in given.things if not _is_there(thing, desk)] if given is not None else []
    naming = desk.naming

    def named(result: tuple[str, Thing | None]) -> str:
        term, thing = result
        if thing is not None:  # of one name, the last that was said counts
            things[:] = [known for known in things if known.name != thing.name] + [thing]
        return term

    def described(text: str) -> str | None:
        """The name of what the draft has under this label already, perhaps of another class."""
        label, equals, cls = (part.strip() for part in text.rpartition("="))
        own = next((t for t in things if equals and t.label == label), None)
        if own is None:
            return None
        return named((own.name, replace(own, type=naming.cls(cls))))

    def term(text: str, role: str) -> str:
        return described(text) or named(naming.thing(text, role=role))

    says = []
    for number in range(1, PAIRS + 1):
        predicate, target = value.get(f"predicate{number}", ""), value.get(f"object{number}", "")
        if not predicate and not target:
            continue
        if predicate and not target and given is not None and number <= len(given.says):
            continue  # what stood there is to be left out
        if not predicate or not target:
            missing = "object" if predicate else "predicate"
            raise ReviewError(f"{predicate or target!r} has no {missing}.", hint="Fill in both, or neither.")
        property_ = naming.predicate(predicate)
        says.append((property_, described(target) or named(_object(target, property_, desk))))
    speaker = value.get("speaker", "")
    outer = [voice.strip() for voice in value.get("through", "").split(";") if voice.strip()]
    for name, allowed in (("polarity", POLARITIES), ("modality", MODALITIES)):
        if value.get(name, allowed[0]) not in allowed:
            raise ReviewError(
                f"There is no {name} {value[name]!r}.", hint=f"There are: {', '.join(allowed)}."
            )
    voices = [
        term(each, "speaker") if "=" in each else named(naming.agent(each))
        for each in (speaker, *outer)
        if each
    ]
    filled = Proposal(
        spans=_spans(value, desk),
        subject=term(value.get("subject", ""), "subject"),
        says=tuple(says),
        speaker=voices[0] if speaker else "",
        cue=value.get("cue", "") if speaker else "",
        through=tuple(voices[1:]) if speaker else (),
        polarity=value.get("polarity", "positive"),
        modality=value.get("modality", "fact"),
        things=tuple(things),
        note=value.get("note", ""),
    )
    return filled if given is None else renamed_with(given, filled, naming)


def _object(text: str, predicate: str, desk: Desk) -> tuple[str, Thing | None]:
    """An object; for a time, words that nothing else is called are a time as printed, also "2008"."""
    node = desk.node(predicate)
    is_of_time = node is not None and node.value in _OF_TIME and text in desk.text
    if is_of_time and ":" not in text and not desk.naming.known(text):
        return desk.naming.thing(f"{text} = {TIME_CLASS}", role="time")
    return desk.naming.value(text, predicate)


def _spans(value: Mapping[str, str], desk: Desk) -> tuple[Span, ...]:
    marked = value.get("spans", "")
    if marked:
        if not _SPANS.fullmatch(marked):
            raise ReviewError(f"{marked!r} marks no words.", hint="Write offsets as in 12-40,52-61.")
        spans = tuple(Span(*map(int, each.split("-"))) for each in marked.split(","))
        if all(span.start < span.end <= len(desk.text) for span in spans):
            return tuple(sorted(spans))
        raise ReviewError(f"{marked} is outside the text.", hint=f"It has {len(desk.text)} characters.")
    found = find_words(value.get("words", ""), desk.text, desk.manuscript.layout.sentences)
    if isinstance(found, Lost):
        raise ReviewError(found.message, hint=found.hint)
    return found
