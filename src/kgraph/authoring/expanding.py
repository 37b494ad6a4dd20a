"""From the short form to the full form, for one article.

    document.ttl     parts with their words                  → spans; sentences and paragraphs are found
    assertions.ttl   voices, times and claims by their words → sources, time expressions, assertions, evidence
    editorial.ttl    identifications and readings of dates   → evidence; claims that need them rest on them

Nothing is invented: what a claim does not say is a default that docs/annotating.md names. What cannot be read
is a fault that names its subject, and leaves the rest as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kgraph.authoring.layout import Layout, lay_out
from kgraph.authoring.values import parse_quantity, quantity_triples, time_iri, time_triples
from kgraph.authoring.words import Lost, find_words
from kgraph.rdf.terms import Term
from kgraph.text import Span, digest, quoted_spans
from kgraph.vocab import DCTERMS, KG, PROV, RDF, RDF_TYPE, RDFS, XSD

__all__ = ["Fault", "expand_article", "is_short_form"]

#: What only a person writes: it is gone from the full form.
_WRITTEN: Final = frozenset(KG + name for name in ("claims", "words", "by"))
_SHORT: Final = frozenset(KG + name for name in ("claims", "words"))
#: What an article says of its claims where they don't say it themselves.
_INHERITED: Final = tuple(KG + name for name in ("annotator", "annotatedOn", "draftedBy", "reviewer"))
_QUANTIFIED: Final = frozenset({KG + "amount", KG + "duration"})
_COUNT: Final = XSD + "nonNegativeInteger"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with what is written of a subject."""

    code: str
    subject: str
    predicate: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is written of a subject, by predicate, in the order of the file."""

    subject: ox.NamedNode
    said: dict[str, list[Term]]

    def terms(self, name: str) -> list[Term]:
        return self.said.get(KG + name, [])

    def literals(self, name: str) -> list[str]:
        return [term.value for term in self.terms(name) if isinstance(term, ox.Literal)]

    def iri(self, predicate: str) -> ox.NamedNode | None:
        return next((t for t in self.said.get(predicate, ()) if isinstance(t, ox.NamedNode)), None)

    def is_a(self, name: str) -> bool:
        return ox.NamedNode(KG + name) in self.said.get(RDF_TYPE, ())

    @property
    def is_short(self) -> bool:
        return not _SHORT.isdisjoint(self.said)


def is_short_form(triples: Iterable[ox.Triple]) -> bool:
    """Whether some of these triples are of the short form."""
    return any(triple.predicate.value in _SHORT for triple in triples)


def expand_article(
    files: Mapping[str, Iterable[ox.Triple]], texts: Mapping[str, bytes], *, resources: str
) -> tuple[dict[str, list[ox.Triple]], list[Fault]]:
    """The full form of one article's files.

    Args:
        files: the triples of each file, by any key; the same keys come back.
        texts: the bytes of the text files below ``seeds/``, by path.
        resources: the namespace of the project's things, where shared quantities and times hang.
    """
    expansion = _Expansion({key: list(triples) for key, triples in files.items()}, texts, resources)
    return expansion.run(), expansion.faults


class _Expansion:
    """The work on one article: what is written, its text, and the faults met so far."""

    def __init__(self, files: dict[str, list[ox.Triple]], texts: Mapping[str, bytes], resources: str) -> None:
        self.faults: list[Fault] = []
        self._files = files
        self._resources = resources
        self._lists = _Lists(triple for triples in files.values() for triple in triples)
        self._entries = {key: _entries(triples) for key, triples in files.items()}
        everything = [entry for entries in self._entries.values() for entry in entries.values()]
        self._by_iri: dict[str, _Entry] = {}
        for entry in everything:
            known = self._by_iri.get(entry.subject.value)
            said = entry.said if known is None else _merged(known.said, entry.said)
            self._by_iri[entry.subject.value] = _Entry(entry.subject, said)
        self._article = next((e for e in self._by_iri.values() if e.is_a("Article")), None)
        self._text = ""
        self._layout = Layout({}, (), ())
        self._quoted: list[Span] = []
        self._sentence_iris: list[str] = []
        self._texts = texts
        self._identified: list[tuple[ox.NamedNode, Term, tuple[Span, ...]]] = []

    def run(self) -> dict[str, list[ox.Triple]]:
        if not any(entry.is_short for entry in self._by_iri.values()):
            return self._files
        if not self._read_article():
            return {
                key: [t for t in triples if not self._is_written(t)] for key, triples in self._files.items()
            }
        for entry in self._by_iri.values():
            if entry.is_a("Identification"):
                self._identify(entry)
        self._check_named()
        found: dict[str, list[ox.Triple]] = {}
        for key, triples in self._files.items():
            own = self._entries[key]
            claiming = {iri for iri, entry in own.items() if entry.terms("claims")}
            kept = [t for t in triples if not (self._is_written(t) or _name(t.subject) in claiming)]
            made = [triple for entry in own.values() for triple in self._expand(entry)]
            found[key] = list(dict.fromkeys([*kept, *made]))
        return found

    def _check_named(self) -> None:
        """Look for words of what has no name."""
        for triples in self._files.values():
            for triple in triples:
                if triple.predicate.value in _SHORT and not isinstance(triple.subject, ox.NamedNode):
                    words = getattr(triple.object, "value", "a claim")
                    self.faults.append(
                        Fault(
                            "unnamed",
                            self._article.subject.value if self._article else "",
                            triple.predicate.value,
                            f"What has the words {words!r} has no name.",
                            "Give it one, such as a:c01: claims are referred to by it.",
                        )
                    )

    def _is_written(self, triple: ox.Triple) -> bool:
        return triple.predicate.value in _WRITTEN or triple in self._lists.cells

    def _fault(self, code: str, entry: _Entry, name: str, message: str, hint: str) -> None:
        self.faults.append(Fault(code, entry.subject.value, KG + name, message, hint))

    # --- The text -----------------------------------------------------------

    def _read_article(self) -> bool:
        if self._article is None:
            entry = next(entry for entry in self._by_iri.values() if entry.is_short)
            self._fault(
                "no-article",
                entry,
                "words",
                "The folder's files describe no kg:Article whose words these could be.",
                "Describe the article in document.ttl: a kg:Article with kg:textFile.",
            )
            return False
        file = next(iter(self._article.literals("textFile")), None)
        content = self._texts.get(file or "")
        if content is None:
            return False  # checks.anchors says so
        try:
            self._text = content.decode("utf-8")
        except UnicodeDecodeError:
            return False
        self._quoted = quoted_spans(self._text)
        written = self._written_sentences()
        if written:
            self._layout = Layout({}, (), tuple(span for span, _ in written))
            self._sentence_iris = [iri for _, iri in written]
            return True
        parts: dict[str, Span] = {}
        given: list[Span] = []
        for entry in self._by_iri.values():
            if entry.terms("partKind") or (entry.is_a("Sentence") and entry.is_short):
                for spans in self._find(entry):
                    hull = Span(spans[0].start, spans[-1].end)
                    if entry.terms("partKind"):
                        parts[entry.subject.value] = hull
                    else:
                        given.append(hull)
        self._layout = lay_out(self._text, parts, given, language=self._language)
        width = max(2, len(str(len(self._layout.sentences))))
        self._sentence_iris = [
            f"{self._article.subject.value}/s{number:0{width}}"
            for number in range(1, len(self._layout.sentences) + 1)
        ]
        return True

    def _written_sentences(self) -> list[tuple[Span, str]]:
        """Sentences in the full form, with offsets: a file of another tool's, or of an earlier version."""
        found = []
        for entry in self._by_iri.values():
            if entry.is_a("Sentence") and entry.literals("beginIndex") and entry.literals("endIndex"):
                offsets = (*entry.literals("beginIndex")[:1], *entry.literals("endIndex")[:1])
                if all(offset.isdecimal() for offset in offsets):
                    found.append((Span(*map(int, offsets)), entry.subject.value))
        return sorted(found)

    def _find(self, entry: _Entry) -> Iterator[tuple[Span, ...]]:
        """The places of each of an entry's words."""
        words = entry.literals("words")
        if not words:
            self._fault(
                "no-words", entry, "claims", "No words are given.", "Quote them from the text with kg:words."
            )
        for text in words:
            spans = find_words(text, self._text, self._layout.sentences or (Span(0, len(self._text)),))
            if isinstance(spans, Lost):
                self._fault("words", entry, "words", spans.message, spans.hint)
            else:
                yield spans

    # --- What is written of one subject -------------------------------------

    def _expand(self, entry: _Entry) -> Iterator[ox.Triple]:
        if entry.terms("claims"):
            yield from self._claims(entry)
        elif entry.terms("sourceAgent"):
            yield from self._source(entry)
        elif entry.is_a("Article"):
            yield from self._document(entry)
        elif entry.is_a("Identification"):
            yield from self._identification(entry)
        elif entry.is_a("EditorialStatement"):
            yield from self._statement(entry)
        elif entry.is_short and not (entry.terms("partKind") or entry.is_a("Sentence")):
            yield from self._time(entry)

    def _document(self, entry: _Entry) -> Iterator[ox.Triple]:
        article = entry.subject
        file = entry.literals("textFile")[0]
        if not entry.terms("sha256"):
            yield _triple(article, "sha256", ox.Literal(digest(self._texts[file])))
        if not self._layout.paragraphs and not self._layout.parts:
            return
        for number, (span, iri) in enumerate(
            zip(self._layout.sentences, self._sentence_iris, strict=True), 1
        ):
            yield from self._span(ox.NamedNode(iri), "Sentence", span)
            yield _triple(ox.NamedNode(iri), "sentenceNumber", _number(number))
        for iri, span in self._layout.parts.items():
            yield from self._span(ox.NamedNode(iri), "TextPart", span)
        width = max(2, len(str(len(self._layout.paragraphs))))
        for number, span in enumerate(self._layout.paragraphs, 1):
            node = ox.NamedNode(f"{article.value}/p{number:0{width}}")
            yield from self._span(node, "TextPart", span)
            yield _triple(node, "partKind", ox.NamedNode(KG + "paragraph"))
        if publisher := entry.iri(DCTERMS + "publisher"):
            narrator = self._narrator()
            yield _typed(narrator, "Source")
            yield _triple(narrator, "sourceAgent", publisher)
        elif any(other.terms("claims") for other in self._by_iri.values()):
            self._fault(
                "no-publisher",
                entry,
                "textFile",
                "The article names no publisher, so that nobody is its narrator.",
                "Say who publishes it: dcterms:publisher.",
            )

    def _narrator(self) -> ox.NamedNode:
        assert self._article is not None  # noqa: S101 - nothing is expanded without one
        return ox.NamedNode(f"{self._article.subject.value}/narrator")

    def _span(self, node: ox.NamedNode, cls: str, span: Span) -> Iterator[ox.Triple]:
        assert self._article is not None  # noqa: S101
        yield _typed(node, cls)
        yield _triple(node, "partOfArticle", self._article.subject)
        yield _triple(node, "beginIndex", _number(span.start))
        yield _triple(node, "endIndex", _number(span.end))
        yield _triple(node, "exactText", ox.Literal(span.of(self._text)))

    def _evidence(self, node: ox.NamedNode, spans: Iterable[Span]) -> Iterator[ox.Triple]:
        assert self._article is not None  # noqa: S101
        for span in spans:
            evidence = ox.NamedNode(f"{self._article.subject.value}#char={span.start},{span.end}")
            yield _triple(node, "evidence", evidence)
            yield from self._span(evidence, "EvidenceSpan", span)

    def _source(self, entry: _Entry) -> Iterator[ox.Triple]:
        yield _typed(entry.subject, "Source")
        if not entry.terms("embeddedIn") and entry.subject != self._narrator():
            yield _triple(entry.subject, "embeddedIn", self._narrator())
        for cue in entry.literals("cue"):
            pieces = [piece.strip() for piece in re.split(r"…|\.\.\.", cue)]
            if any(piece not in self._text for piece in pieces):
                self._fault(
                    "cue-not-printed",
                    entry,
                    "cue",
                    f"The cue {cue!r} does not stand in the text.",
                    "Copy the attributing words from the text, or leave the cue out.",
                )

    def _time(self, entry: _Entry) -> Iterator[ox.Triple]:
        node = entry.subject
        if not entry.said.get(RDF_TYPE):
            yield _typed(node, "TimeExpression")
        elif not entry.is_a("TimeExpression"):
            self._fault(
                "words-of-nothing",
                entry,
                "words",
                "Words are given, but what they carry is no claim, time, part of the text or identification.",
                "See docs/annotating.md for what may have kg:words.",
            )
            return
        for spans in self._find(entry):
            yield from self._evidence(node, spans)
            if RDFS + "label" not in entry.said:
                words = " … ".join(span.of(self._text) for span in spans)
                yield ox.Triple(
                    node, ox.NamedNode(RDFS + "label"), ox.Literal(words, language=self._language)
                )
        yield from self._denoted(entry)

    @property
    def _language(self) -> str:
        said = self._article.said.get(DCTERMS + "language", ()) if self._article else ()
        return next((term.value for term in said if isinstance(term, ox.Literal)), "en")

    def _denoted(self, entry: _Entry) -> Iterator[ox.Triple]:
        for edtf in entry.literals("edtf"):
            time = time_iri(self._resources, edtf)
            yield _triple(entry.subject, "denotes", time)
            yield from time_triples(time, edtf)

    def _statement(self, entry: _Entry) -> Iterator[ox.Triple]:
        yield from self._attributed(entry)
        if entry.is_short:
            for spans in self._find(entry):
                yield from self._evidence(entry.subject, spans)
        yield from self._denoted(entry)

    def _attributed(self, entry: _Entry) -> Iterator[ox.Triple]:
        assert self._article is not None  # noqa: S101
        if PROV + "wasAttributedTo" not in entry.said:
            for annotator in self._article.terms("annotator"):
                yield ox.Triple(entry.subject, ox.NamedNode(PROV + "wasAttributedTo"), annotator)

    def _identify(self, entry: _Entry) -> None:
        for spans in self._find(entry):
            self._identified += [(entry.subject, thing, spans) for thing in entry.terms("about")]

    def _identification(self, entry: _Entry) -> Iterator[ox.Triple]:
        yield _typed(entry.subject, "EditorialStatement")
        yield from self._attributed(entry)
        for spans in dict.fromkeys(spans for node, _, spans in self._identified if node == entry.subject):
            yield from self._evidence(entry.subject, spans)

    # --- Claims -------------------------------------------------------------

    def _claims(self, entry: _Entry) -> Iterator[ox.Triple]:
        places = [span for spans in self._find(entry) for span in spans]
        spans = tuple(sorted(dict.fromkeys(places)))
        contents = [content for head in entry.terms("claims") for content in self._contents(entry, head)]
        if not spans or not contents:
            return
        names = _names(entry.subject.value, [content.predicate.value for content in contents])
        common = list(self._common(entry, spans))
        for name, content in zip(names, contents, strict=True):
            claim = ox.NamedNode(name)
            yield _typed(claim, "Assertion")
            yield _triple(claim, "subject", content.subject)
            yield _triple(claim, "predicate", content.predicate)
            yield from self._object(entry, claim, content)
            for predicate, value in common:
                yield ox.Triple(claim, ox.NamedNode(predicate), value)
            yield from self._evidence(claim, spans)
            for node, thing, words in self._identified:
                concerned = thing in (content.subject, content.object)
                if concerned and any(a.overlaps(b) for a in words for b in spans):
                    yield _triple(claim, "restsOn", node)

    def _contents(self, entry: _Entry, head: Term) -> Iterator[ox.Triple]:
        """The triples of a list: a subject, then predicates and objects."""
        members = self._lists.members(head)
        if members is None or len(members) < 3 or len(members) % 2 == 0:
            self._fault(
                "claim-content",
                entry,
                "claims",
                "kg:claims is no list of a subject, a predicate and an object.",
                "Write kg:claims ( subject predicate object ); more predicates and objects may follow.",
            )
            return
        subject, *rest = members
        for predicate, value in zip(rest[::2], rest[1::2], strict=True):
            if not isinstance(subject, ox.NamedNode) or not isinstance(predicate, ox.NamedNode):
                self._fault(
                    "claim-content",
                    entry,
                    "claims",
                    f"{predicate if isinstance(subject, ox.NamedNode) else subject} is no name.",
                    "Give the subject and the predicate IRIs; entities stand in data/ttl/entities.ttl.",
                )
                return
            yield ox.Triple(subject, predicate, value)

    def _object(self, entry: _Entry, claim: ox.NamedNode, content: ox.Triple) -> Iterator[ox.Triple]:
        value = content.object
        if not isinstance(value, ox.Literal):
            yield _triple(claim, "object", value)
            return
        if content.predicate.value not in _QUANTIFIED:
            yield _triple(claim, "value", value)
            return
        quantity = parse_quantity(value.value)
        if quantity is None:
            self._fault(
                "quantity",
                entry,
                "claims",
                f"{value.value!r} is no quantity: no number is in it.",
                'Write it as "more than 80" or "78 days"; keep words without a number in kg:described.',
            )
            return
        node = ox.NamedNode(f"{self._resources}quantity/{quantity.slug}")
        yield _triple(claim, "object", node)
        yield from quantity_triples(quantity, node)

    def _common(self, entry: _Entry, spans: tuple[Span, ...]) -> Iterator[tuple[str, Term]]:
        """What all claims of an entry share."""
        source = entry.iri(KG + "by")
        if entry.terms("by") and source is None:
            self._fault("source", entry, "by", "kg:by names no source.", "Name a voice: a:speaker.")
        narrated = source is None
        source = source or entry.iri(KG + "source") or self._narrator()
        voice = self._by_iri.get(source.value)
        agent = (
            self._article.iri(DCTERMS + "publisher")
            if source == self._narrator() and self._article is not None
            else voice.iri(KG + "sourceAgent")
            if voice
            else None
        )
        if agent is None and source != self._narrator():
            self._fault(
                "unknown-voice",
                entry,
                "by",
                f"{source.value.rsplit('/', 1)[-1]} is not declared as a voice of this article.",
                'Declare it: a:speaker kg:sourceAgent kgr:somebody ; kg:cue "said" .',
            )
        yield KG + "source", source
        if agent is not None:
            yield KG + "attributedTo", agent
        yield KG + "mode", entry.iri(KG + "mode") or ox.NamedNode(KG + self._mode(spans, narrated=narrated))
        yield KG + "polarity", entry.iri(KG + "polarity") or ox.NamedNode(KG + "positive")
        yield KG + "modality", entry.iri(KG + "modality") or ox.NamedNode(KG + "fact")
        home = self._layout.home(spans[0].start)
        if home is not None:
            yield (
                KG + "inSentence",
                ox.NamedNode(self._sentence_iris[home] if isinstance(home, int) else home),
            )
        assert self._article is not None  # noqa: S101
        for predicate in _INHERITED:
            for value in entry.said.get(predicate) or self._article.said.get(predicate, []):
                yield predicate, value
        settled = {RDF_TYPE, *_WRITTEN, *_INHERITED}
        settled |= {KG + name for name in ("source", "mode", "polarity", "modality")}
        for predicate, values in entry.said.items():
            if predicate not in settled:
                yield from ((predicate, value) for value in values)

    def _mode(self, spans: tuple[Span, ...], *, narrated: bool) -> str:
        if narrated:
            home = self._layout.home(spans[0].start)
            part = self._by_iri.get(home) if isinstance(home, str) else None
            return (
                "byline" if part and ox.NamedNode(KG + "bylinePart") in part.terms("partKind") else "narrated"
            )
        quoted = all(any(span.within(quote) for quote in self._quoted) for span in spans)
        return "direct-quotation" if quoted else "indirect-speech"


class _Lists:
    """The RDF collections of some triples, and the triples that they are made of."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._first: dict[Term, Term] = {}
        self._rest: dict[Term, Term] = {}
        all_triples = list(triples)
        for triple in all_triples:
            if triple.predicate.value == RDF + "first":
                self._first[triple.subject] = triple.object
            elif triple.predicate.value == RDF + "rest":
                self._rest[triple.subject] = triple.object
        self.cells: set[ox.Triple] = set()
        heads = {t.object for t in all_triples if t.predicate.value == KG + "claims"}
        cells: set[Term] = set()
        for head in heads:
            node: Term | None = head
            while node is not None and node in self._first and node not in cells:
                cells.add(node)
                node = self._rest.get(node)
        for triple in all_triples:
            if triple.subject in cells and triple.predicate.value in (RDF + "first", RDF + "rest"):
                self.cells.add(triple)

    def members(self, head: Term) -> list[Term] | None:
        """A list's members; None where it is no list."""
        found: list[Term] = []
        seen: set[Term] = set()
        while head != ox.NamedNode(RDF + "nil"):
            if head in seen or head not in self._first or head not in self._rest:
                return None
            seen.add(head)
            found.append(self._first[head])
            head = self._rest[head]
        return found


def _entries(triples: Iterable[ox.Triple]) -> dict[str, _Entry]:
    found: dict[str, _Entry] = {}
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode):
            entry = found.setdefault(triple.subject.value, _Entry(triple.subject, {}))
            entry.said.setdefault(triple.predicate.value, []).append(triple.object)
    return found


def _merged(one: Mapping[str, list[Term]], other: Mapping[str, list[Term]]) -> dict[str, list[Term]]:
    return {
        predicate: list(dict.fromkeys([*one.get(predicate, ()), *other.get(predicate, ())]))
        for predicate in dict.fromkeys([*one, *other])
    }


def _names(entry: str, predicates: list[str]) -> list[str]:
    """The claims' IRIs: the entry's own for a single one, else by predicate."""
    if len(predicates) == 1:
        return [entry]
    counts: Counter[str] = Counter()
    found = []
    for predicate in predicates:
        local = re.split(r"[/#]", predicate)[-1]
        counts[local] += 1
        found.append(f"{entry}-{local}" + (f"-{counts[local]}" if counts[local] > 1 else ""))
    return found


def _name(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _number(value: int) -> ox.Literal:
    return ox.Literal(str(value), datatype=ox.NamedNode(_COUNT))


def _typed(node: ox.NamedNode, cls: str) -> ox.Triple:
    return ox.Triple(node, ox.NamedNode(RDF_TYPE), ox.NamedNode(KG + cls))


def _triple(subject: ox.NamedNode, name: str, value: Term) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(KG + name), value)
