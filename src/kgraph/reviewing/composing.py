"""From a proposal to the edits that write it as a person would: entities, times, voice and claim.

The claim gets the next free number of its sentence, goes to the end of its sentence's claims, and says of
itself only what the article does not say for all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from kgraph.authoring.entries import Entry
from kgraph.authoring.quoting import join_spans, quote_words
from kgraph.drafting import Thing
from kgraph.errors import ReviewError
from kgraph.rdf.terms import Term, compact, local_name, parse_term
from kgraph.reviewing.desk import ENTITIES, Desk
from kgraph.reviewing.edits import Edit, Kind
from kgraph.reviewing.naming import TIME_CLASS
from kgraph.reviewing.proposal import Proposal
from kgraph.reviewing.sheet import Home, Sheet
from kgraph.text import Span
from kgraph.vocab import KG, PREFIXES, RDF_TYPE

__all__ = ["Provenance", "compose", "enter_thing"]

_LETTERS: Final = {"Headline": "h", "Byline": "b", "Dateline": "d", "Caption": "p", "Correction": "k"}
#: What a person writes on one line; more is broken before the words.
_LINE: Final = 220
_YEAR: Final = re.compile(r"(?:\w+ )?((?:1[5-9]|20)\d\d)")
_HEADER: Final = "# The claims, sentence by sentence. Without kg:by a claim is the publication's own.\n\n"
_ENTITIES_HEADER: Final = "# Who and what the claims are about, shared by all articles.\n\n"
_DECLARED: Final = ("dcterms", "kg", "kgl", "rdf", "skos")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a claim comes from: the day (ISO 8601), who wrote it, which tool drafted it, who reviewed it.

    ``annotator`` and ``reviewers`` are IRIs.
    """

    day: str
    annotator: str = ""
    tool: str = ""
    reviewers: tuple[str, ...] = ()


@dataclass(slots=True)
class _Writer:
    """Collects edits; each file is seen as it will be after those before."""

    desk: Desk
    edits: list[Edit] = field(default_factory=list)
    _sheets: dict[str, Sheet] = field(default_factory=dict)

    def sheet(self, file: str) -> Sheet:
        return self._sheets.get(file) or self._sheets.setdefault(file, self.desk.sheet(file))

    def begin(self, file: str, header: str) -> None:
        """See to it that a file is there."""
        if self.desk.content(file):
            return
        names = self.desk.settings.names.prefixes | {"a": self.desk.namespace}
        own = ("a", "kgr") if file == self.desk.assertions else ("kgr",)
        declared = sorted(own + (_DECLARED if file == self.desk.assertions else ("kg", "kgl", "skos")))
        width = max(map(len, declared)) + 1
        lines = [f"@prefix {f'{name}:'.ljust(width)} <{names[name]}> ." for name in declared]
        if file == self.desk.assertions:
            lines.append(f"@base <{self.desk.article.subject.value}> .")
        text = header + "\n".join(lines) + "\n"
        self.edits.append(Edit(file, Kind.FILE, file, new=text))
        self._sheets[file] = Sheet(text, base_iri=self.desk.settings.base_iri)

    def term(self, file: str, term: str | Term) -> str:
        """A term as the file writes it; a prefix that it lacks is declared."""
        node = parse_term(term, prefixes=self.desk.naming.prefixes) if isinstance(term, str) else term
        if not isinstance(node, ox.NamedNode):
            return str(node)
        sheet = self.sheet(file)
        if file == self.desk.assertions and node.value == self.desk.article.subject.value:
            return "<>" if f"@base <{node.value}>" in sheet.text else f"<{node.value}>"
        short = compact(node.value, sheet.prefixes)
        if short == node.value:
            known = {**PREFIXES, **self.desk.naming.prefixes}
            short = compact(node.value, known)
            prefix = short.partition(":")[0]
            if short != node.value and prefix in known:
                self.edits.append(Edit(file, Kind.PREFIX, prefix, new=known[prefix]))
                self._sheets[file] = sheet.with_prefix(prefix, known[prefix])
        local = short.partition(":")[2]
        is_name = short != node.value and re.fullmatch(r"[\w-][\w.-]*(?<!\.)", local) is not None
        return short if is_name else f"<{node.value}>"

    def put(self, edit: Edit) -> None:
        """Note an edit. What stands where is seen only by what the edits are applied to."""
        self.edits.append(edit)


def compose(
    proposal: Proposal, desk: Desk, provenance: Provenance, *, entry: str = ""
) -> tuple[str, tuple[Edit, ...]]:
    """The IRI of the claim's entry and the edits that write it.

    Args:
        proposal: the claim.
        desk: the article as it is.
        provenance: where the claim comes from.
        entry: the entry's IRI, where it is to keep one.

    Raises:
        ReviewError: the claim cannot be written: something is missing, or its words cannot be told apart.
    """
    spans = join_spans(desk.text, proposal.spans)
    if not spans or not proposal.subject or not proposal.says:
        missing = "words" if not spans else "subject" if not proposal.subject else "predicate and object"
        raise ReviewError(f"The claim has no {missing}.", hint="Fill it in, or reject the candidate.")
    home = desk.home(spans[0])
    writer = _Writer(desk)
    writer.begin(desk.assertions, _HEADER)
    for edit in _retyped(proposal, writer):
        writer.put(edit)
    for thing in _needed(proposal, desk):
        if thing.type == TIME_CLASS:
            writer.put(_time(thing, spans, writer))
        else:
            _thing(thing, writer)
    by = _voice(proposal, writer) if proposal.speaker else ""
    iri = entry or _next_name(home, desk)
    block = _claim(iri, proposal, spans, by, provenance, writer)
    writer.put(Edit(desk.assertions, Kind.CLAIM, iri, new=block, title=home.title, start=home.start))
    return iri, tuple(writer.edits)


def _retyped(proposal: Proposal, writer: _Writer) -> Iterator[Edit]:
    """Entities that the reviewer gives another class than they have."""
    desk = writer.desk
    for thing in proposal.things:
        node, cls = desk.node(thing.name), desk.node(thing.type)
        if node is None or cls is None or not desk.naming.is_known(node.value):
            continue
        types = desk.subject.index.iris(node.value, RDF_TYPE)
        old = desk.sheet(ENTITIES).entry(node.value)
        if old is None or cls.value in types or len(types) != 1:
            continue
        new = re.sub(r"(\s(?:a|rdf:type)\s+)[^\s;,.]+", rf"\g<1>{writer.term(ENTITIES, cls)}", old, count=1)
        yield Edit(ENTITIES, Kind.THING, node.value, old=old, new=new)


def _needed(proposal: Proposal, desk: Desk) -> Iterator[Thing]:
    """The new things that the proposal names and nobody has described yet, times last."""
    objects = [value for _, value in proposal.says]
    named = {proposal.subject, *objects, proposal.speaker, *proposal.through}
    iris = {node.value for term in named if (node := desk.node(term)) is not None}
    wanted = [t for t in proposal.things if (n := desk.node(t.name)) is not None and n.value in iris]
    for thing in sorted(wanted, key=lambda thing: thing.type == TIME_CLASS):
        node = desk.node(thing.name)
        if (
            node is not None
            and node.value not in desk.manuscript.entries
            and not desk.naming.is_known(node.value)
        ):
            yield thing


def enter_thing(thing: Thing, desk: Desk, *, definition: str) -> tuple[Edit, ...]:
    """The edits that enter a thing among the project's entities."""
    writer = _Writer(desk)
    _thing(thing, writer, definition)
    return tuple(writer.edits)


def _thing(thing: Thing, writer: _Writer, said: str = "") -> None:
    desk = writer.desk
    writer.begin(ENTITIES, _ENTITIES_HEADER)
    node, cls = desk.node(thing.name), desk.node(thing.type)
    assert node is not None and cls is not None  # noqa: S101, PT018 - they have just been read
    language = desk.manuscript.language
    definition = ox.Literal(said or f"Named in “{desk.title}”.", language="en")
    block = (
        f"{writer.term(ENTITIES, node)} a {writer.term(ENTITIES, cls)} ; "
        f"skos:prefLabel {ox.Literal(thing.label, language=language)} ; skos:definition {definition} ."
    )
    writer.term(ENTITIES, ox.NamedNode(PREFIXES["skos"] + "prefLabel"))
    kind = set(desk.subject.index.instances(cls.value))
    alike = [iri for iri in writer.sheet(ENTITIES).subjects() if iri in kind]
    writer.put(Edit(ENTITIES, Kind.THING, node.value, new=block, alike=tuple(alike[-1:])))


def _time(thing: Thing, spans: Sequence[Span], writer: _Writer) -> Edit:
    desk, node = writer.desk, writer.desk.node(thing.name)
    assert node is not None  # noqa: S101 - it has just been read
    sentence = desk.sentence_at(spans[0].start)
    inside = desk.text.find(thing.label, sentence.start, sentence.end)
    start = inside if inside >= 0 else desk.text.find(thing.label)
    span = Span(start, start + len(thing.label))
    words = None if start < 0 else quote_words(desk.text, [span], desk.manuscript.layout.sentences)
    if words is None:
        raise ReviewError(
            f"The time {thing.label!r} does not stand in the text, or cannot be told apart.",
            hint="Mark more words for it.",
        )
    year = _YEAR.fullmatch(thing.label)
    edtf = f' ; kg:edtf "{year[1]}"' if year else ""
    block = f"{writer.term(desk.assertions, node)} kg:words {ox.Literal(words)}{edtf} ."
    return Edit(desk.assertions, Kind.TIME, node.value, new=block)


def _voice(proposal: Proposal, writer: _Writer) -> str:
    """The name of the voice whose claim it is, which is declared where there is none like it."""
    desk = writer.desk
    outer = ""
    voices = dict(desk.manuscript.entries)
    for agent in reversed(proposal.through):
        outer = _declared(agent, "", outer, voices, writer)
    return _declared(proposal.speaker, proposal.cue, outer, voices, writer)


def _declared(agent: str, cue: str, outer: str, voices: dict[str, Entry], writer: _Writer) -> str:
    desk, file = writer.desk, writer.desk.assertions
    node = desk.node(agent)
    assert node is not None  # noqa: S101 - it has just been read
    cue = " ".join(cue.split())
    for iri, entry in voices.items():
        said_through = entry.iri(KG + "embeddedIn")
        if node in entry.terms("sourceAgent") and (said_through.value if said_through else "") == outer:
            old = writer.sheet(file).entry(iri)
            if cue and old and cue not in entry.literals("cue"):
                writer.put(Edit(file, Kind.VOICE, iri, old=old, new=_with_cue(old, cue)))
            return iri
    name = local_name(node.value)
    number, iri = 1, desk.namespace + name
    while iri in voices or iri in desk.subject.index:
        number += 1
        iri = f"{desk.namespace}{name}-{number}"
    parts = [f"{writer.term(file, ox.NamedNode(iri))} kg:sourceAgent {writer.term(file, node)}"]
    if cue:
        parts.append(f"kg:cue {ox.Literal(cue)}")
    if outer:
        parts.append(f"kg:embeddedIn {writer.term(file, ox.NamedNode(outer))}")
    writer.put(Edit(file, Kind.VOICE, iri, new=" ; ".join(parts) + " ."))
    said: dict[str, list[Term]] = {KG + "sourceAgent": [node], KG + "cue": [ox.Literal(cue)]}
    if outer:
        said[KG + "embeddedIn"] = [ox.NamedNode(outer)]
    voices[iri] = Entry(ox.NamedNode(iri), said)
    return iri


_CUES: Final = re.compile(
    r'(kg:cue\s+"(?:[^"\\]|\\.)*"(?:@[\w-]+)?(?:\s*,\s*"(?:[^"\\]|\\.)*"(?:@[\w-]+)?)*)'
)


def _with_cue(entry: str, cue: str) -> str:
    words = str(ox.Literal(cue))
    if found := _CUES.search(entry):
        return f"{entry[: found.end()]} , {words}{entry[found.end() :]}"
    return f"{entry.rstrip().removesuffix('.').rstrip().removesuffix(';').rstrip()} ; kg:cue {words} ."


def _claim(
    iri: str, proposal: Proposal, spans: Sequence[Span], by: str, provenance: Provenance, writer: _Writer
) -> str:
    desk, file = writer.desk, writer.desk.assertions
    words = quote_words(desk.text, spans, desk.manuscript.layout.sentences)
    if words is None:
        raise ReviewError(
            "These words stand more than once and cannot be told apart, or are too far from each other.",
            hint="Mark more words around them, in the same sentence.",
        )
    content = [writer.term(file, proposal.subject)]
    for predicate, value in proposal.says:
        node = parse_term(predicate, prefixes=desk.naming.prefixes)
        content.append("rdf:type" if node.value == RDF_TYPE else writer.term(file, node))
        content.append(writer.term(file, value))
    if "rdf:type" in content:
        writer.term(file, ox.NamedNode(RDF_TYPE))
    head = f"{writer.term(file, ox.NamedNode(iri))} kg:claims ( {' '.join(content)} )"
    parts = [f"kg:words {ox.Literal(words)}"]
    if by:
        parts.append(f"kg:by {writer.term(file, ox.NamedNode(by))}")
    if proposal.mode:
        parts.append(f"kg:mode kg:{proposal.mode}")
    if proposal.polarity != "positive":
        parts.append(f"kg:polarity kg:{proposal.polarity}")
    if proposal.modality != "fact":
        parts.append(f"kg:modality kg:{proposal.modality}")
    line = " ; ".join([head, *parts])
    if len(line) > _LINE:
        line = f"{head} ;\n    {' ; '.join(parts)}"
    more = list(_provenance(provenance, writer))
    if proposal.note:
        note = ox.Literal(proposal.note, language=desk.manuscript.language)
        more.append(f"skos:editorialNote {note}")
    return " ;\n    ".join([line, *([" ; ".join(more)] if more else [])]) + " ."


def _provenance(provenance: Provenance, writer: _Writer) -> Iterator[str]:
    """What the article does not say for all of its claims."""
    article, file = writer.desk.article, writer.desk.assertions
    given: dict[str, list[Term]] = {
        "annotator": [ox.NamedNode(provenance.annotator)] if provenance.annotator else [],
        "annotatedOn": [ox.Literal(provenance.day)],
        "draftedBy": [ox.Literal(provenance.tool)] if provenance.tool else [],
        "reviewer": [ox.NamedNode(iri) for iri in provenance.reviewers],
    }
    for name, values in given.items():
        if values and values != article.terms(name):
            yield f"kg:{name} " + " , ".join(writer.term(file, value) for value in values)


def _next_name(home: Home, desk: Desk) -> str:
    """The next free name of a sentence's claims, after the manner of those that there are."""
    taken = set(desk.manuscript.entries) | set(desk.subject.index)
    locals_at: dict[int, list[str]] = {}
    for iri, start in desk.homes.items():
        locals_at.setdefault(start, []).append(iri.rpartition("/")[2])
    everywhere = [name for names in locals_at.values() for name in names]
    if home.title[:1] == "S" and home.title[1:].isdecimal():
        stem, width = _stem(everywhere, int(home.title[1:]))
    else:
        letters = Counter(
            m[1] for name in locals_at.get(home.start, ()) if (m := re.fullmatch(r"([A-Za-z]+)\d+", name))
        )
        stem = letters.most_common(1)[0][0] if letters else _LETTERS.get(home.title, home.title[:1].lower())
        width = 1
    used = [int(m[1]) for name in everywhere if (m := re.fullmatch(rf"{re.escape(stem)}(\d+)", name))]
    number = max(used, default=0) + 1
    while f"{desk.namespace}{stem}{number:0{width}}" in taken:
        number += 1
    return f"{desk.namespace}{stem}{number:0{width}}"


def _stem(names: Sequence[str], number: int) -> tuple[str, int]:
    """How the names of a sentence's claims begin: ``c04`` and two digits, or ``c`` and a running number."""
    shapes: Counter[tuple[str, int]] = Counter()
    plain: Counter[str] = Counter()
    for name in names:
        if match := re.fullmatch(r"([A-Za-z]+)(\d{2,})\d{2}", name):
            shapes[match[1], len(match[2])] += 1
        elif match := re.fullmatch(r"([A-Za-z]+)\d+", name):
            plain[match[1]] += 1
    if shapes or not plain:
        letter, width = shapes.most_common(1)[0][0] if shapes else ("c", 2)
        return f"{letter}{number:0{width}}", 2
    return plain.most_common(1)[0][0], 1
