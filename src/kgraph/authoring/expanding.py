"""From the short form to the full form, for one article.

    document.ttl     parts with their words                  → spans; sentences and paragraphs are found
    assertions.ttl   voices, times and claims by their words → sources, time expressions, assertions, evidence
    editorial.ttl    identifications and readings of dates   → evidence; claims that need them rest on them

Nothing is invented: what a claim does not say is a default that docs/annotating.md names. What cannot be read
is a fault that names its subject, and leaves the rest as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from kgraph.authoring.claims import Identified, expand_claims
from kgraph.authoring.entries import SHORT, Entry, Lists, merge_entries, read_entries
from kgraph.authoring.manuscript import Fault, Manuscript, count, kg, typed
from kgraph.authoring.values import time_iri, time_triples
from kgraph.encodings import decode_text
from kgraph.text import digest, pieces_of
from kgraph.vocab import DCTERMS, KG, PROV, RDF_TYPE, RDFS

__all__ = ["expand_article"]

#: What only a person writes: it is gone from the full form.
_WRITTEN: Final = frozenset(KG + name for name in ("claims", "words", "by"))

_Files = Mapping[str, list[ox.Triple]]


def expand_article(
    files: Mapping[str, Iterable[ox.Triple]], texts: Mapping[str, bytes], *, resources: str
) -> tuple[dict[str, list[ox.Triple]], list[Fault]]:
    """The full form of one article's files.

    Args:
        files: the triples of each file, by any key; the same keys come back.
        texts: the bytes of the text files below ``seeds/``, by path.
        resources: the namespace of the project's things, where shared quantities and times hang.
    """
    written = {key: list(triples) for key, triples in files.items()}
    entries = {key: read_entries(triples) for key, triples in written.items()}
    together = merge_entries(entries.values())
    if not any(entry.is_short or _is_bare(entry) for entry in together.values()):
        return written, list(_unnamed(written, ""))
    lists = Lists(triple for triples in written.values() for triple in triples)
    article = next((entry for entry in together.values() if entry.is_a("Article")), None)
    name = article.subject.value if article else ""
    faults = list(_unnamed(written, name))
    text = None if article is None else _text_of(article, texts)
    if article is None:
        faults.append(_no_article(next(entry for entry in together.values() if entry.is_short)))
    if article is None or text is None:  # the checks say what is wrong with a text that cannot be read
        return {key: _kept(triples, {}, lists) for key, triples in written.items()}, faults
    manuscript = Manuscript(article, text, together)
    identified = [
        Identified(entry.subject, thing, spans)
        for entry in together.values()
        if entry.is_a("Identification")
        for spans in manuscript.find(entry)
        for thing in entry.terms("about")
    ]
    writer = _Writer(manuscript, lists, identified, texts, resources)
    full = {
        key: list(
            dict.fromkeys(
                [
                    *_kept(triples, entries[key], lists),
                    *(made for entry in entries[key].values() for made in writer.expand(entry)),
                ]
            )
        )
        for key, triples in written.items()
    }
    return full, [*faults, *manuscript.faults]


def _is_bare(entry: Entry) -> bool:
    """Whether an article leaves it to the build to read its text."""
    return entry.is_a("Article") and not entry.terms("sha256")


def _text_of(article: Entry, texts: Mapping[str, bytes]) -> str | None:
    content = texts.get(next(iter(article.literals("textFile")), ""))
    try:
        return None if content is None else decode_text(content)
    except UnicodeDecodeError:
        return None


def _no_article(entry: Entry) -> Fault:
    return Fault(
        "no-article",
        entry.subject.value,
        KG + "words",
        "The folder's files describe no kg:Article whose words these could be.",
        "Describe the article in document.ttl: a kg:Article with kg:textFile.",
    )


def _unnamed(files: _Files, article: str) -> Iterator[Fault]:
    """Words of what has no name, which could be referred to by nobody."""
    for triples in files.values():
        for triple in triples:
            if triple.predicate.value in SHORT and not isinstance(triple.subject, ox.NamedNode):
                words = triple.object.value if isinstance(triple.object, ox.Literal) else "a claim"
                yield Fault(
                    "unnamed",
                    article,
                    triple.predicate.value,
                    f"What has the words {words!r} has no name.",
                    "Give it one, such as a:c01: claims are referred to by it.",
                )


def _kept(triples: Iterable[ox.Triple], entries: Mapping[str, Entry], lists: Lists) -> list[ox.Triple]:
    """What stands in the full form as it is written: all but the short form, and what is said of claims."""
    claiming = {entry.subject for entry in entries.values() if entry.terms("claims")}
    return [
        triple
        for triple in triples
        if triple.predicate.value not in _WRITTEN
        and triple.subject not in claiming
        and triple not in lists.cells
    ]


class _Writer:
    """Writes the full form of what is written of one subject after the other."""

    def __init__(
        self,
        manuscript: Manuscript,
        lists: Lists,
        identified: list[Identified],
        texts: Mapping[str, bytes],
        resources: str,
    ) -> None:
        self._manuscript = manuscript
        self._lists = lists
        self._identified = identified
        self._texts = texts
        self._resources = resources

    def expand(self, entry: Entry) -> Iterator[ox.Triple]:
        manuscript = self._manuscript
        if entry.terms("claims"):
            yield from expand_claims(
                entry, manuscript, self._lists, self._identified, resources=self._resources
            )
        elif entry.terms("sourceAgent"):
            yield from self._source(entry)
        elif entry.is_a("Article"):
            yield from self._document(entry)
        elif entry.is_a("Identification"):
            yield typed(entry.subject, "EditorialStatement")
            yield from self._attributed(entry)
            own = (one.spans for one in self._identified if one.statement == entry.subject)
            for spans in dict.fromkeys(own):
                yield from manuscript.evidence(entry.subject, spans)
        elif entry.is_a("EditorialStatement"):
            yield from self._attributed(entry)
            yield from self._denoted(entry)
            for spans in manuscript.find(entry) if entry.is_short else ():
                yield from manuscript.evidence(entry.subject, spans)
        elif entry.is_short and not (entry.terms("partKind") or entry.is_a("Sentence")):
            yield from self._time(entry)

    def _document(self, entry: Entry) -> Iterator[ox.Triple]:
        manuscript = self._manuscript
        if not entry.terms("sha256"):
            content = self._texts[entry.literals("textFile")[0]]
            yield kg(entry.subject, "sha256", ox.Literal(digest(content)))
        if manuscript.laid_out:
            yield from self._layout()
        publisher = entry.iri(DCTERMS + "publisher")
        if publisher is not None:
            yield typed(manuscript.narrator, "Source")
            yield kg(manuscript.narrator, "sourceAgent", publisher)
        elif any(other.terms("claims") for other in manuscript.entries.values()):
            manuscript.fault(
                "no-publisher",
                entry,
                "textFile",
                "The article names no publisher, so that nobody is its narrator.",
                "Say who publishes it: dcterms:publisher.",
            )

    def _layout(self) -> Iterator[ox.Triple]:
        manuscript = self._manuscript
        layout = manuscript.layout
        for number, (span, iri) in enumerate(zip(layout.sentences, manuscript.sentences, strict=True), 1):
            yield from manuscript.span(ox.NamedNode(iri), "Sentence", span)
            yield kg(ox.NamedNode(iri), "sentenceNumber", count(number))
        for iri, span in layout.parts.items():
            yield from manuscript.span(ox.NamedNode(iri), "TextPart", span)
        width = max(2, len(str(len(layout.paragraphs))))
        for number, span in enumerate(layout.paragraphs, 1):
            paragraph = manuscript.name(f"p{number:0{width}}")
            yield from manuscript.span(paragraph, "TextPart", span)
            yield kg(paragraph, "partKind", ox.NamedNode(KG + "paragraph"))

    def _source(self, entry: Entry) -> Iterator[ox.Triple]:
        manuscript = self._manuscript
        yield typed(entry.subject, "Source")
        if not entry.terms("embeddedIn") and entry.subject != manuscript.narrator:
            yield kg(entry.subject, "embeddedIn", manuscript.narrator)
        for cue in entry.literals("cue"):
            pieces = pieces_of(cue)
            if any(piece.strip() not in manuscript.text for piece in pieces):
                manuscript.fault(
                    "cue-not-printed",
                    entry,
                    "cue",
                    f"The cue {cue!r} does not stand in the text.",
                    "Copy the attributing words from the text, or leave the cue out.",
                )

    def _time(self, entry: Entry) -> Iterator[ox.Triple]:
        manuscript = self._manuscript
        if entry.said.get(RDF_TYPE) and not entry.is_a("TimeExpression"):
            manuscript.fault(
                "words-of-nothing",
                entry,
                "words",
                "Words are given, but what they carry is no claim, time, part of the text or identification.",
                "See docs/annotating.md for what may have kg:words.",
            )
            return
        yield typed(entry.subject, "TimeExpression")
        for spans in manuscript.find(entry):
            yield from manuscript.evidence(entry.subject, spans)
            if RDFS + "label" not in entry.said:
                words = " … ".join(span.of(manuscript.text) for span in spans)
                label = ox.Literal(words, language=manuscript.language)
                yield ox.Triple(entry.subject, ox.NamedNode(RDFS + "label"), label)
        yield from self._denoted(entry)

    def _denoted(self, entry: Entry) -> Iterator[ox.Triple]:
        """The shared times that a printed date or a curator's reading means."""
        for edtf in entry.literals("edtf"):
            time = time_iri(self._resources, edtf)
            yield kg(entry.subject, "denotes", time)
            yield from time_triples(time, edtf)

    def _attributed(self, entry: Entry) -> Iterator[ox.Triple]:
        if PROV + "wasAttributedTo" not in entry.said:
            for annotator in self._manuscript.article.terms("annotator"):
                yield ox.Triple(entry.subject, ox.NamedNode(PROV + "wasAttributedTo"), annotator)
