"""From a text that is laid out to its draft: every attribution a candidate, with how it is put."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kgraph.drafting.attributing import attribute, is_yet_to_be_said
from kgraph.drafting.candidates import SEPARATOR, Candidate, Draft, Mention, Mode, Part, Text, Tool
from kgraph.drafting.clauses import Clause, iter_clauses, without_contrast
from kgraph.drafting.complements import is_infinitive
from kgraph.drafting.confidence import NARRATED, confidence_of
from kgraph.drafting.cues import Cues
from kgraph.drafting.evocations import Evocations
from kgraph.drafting.kinds import put
from kgraph.drafting.mending import mended
from kgraph.drafting.mentions import mention_span
from kgraph.drafting.naming import Names
from kgraph.drafting.narrating import Teller
from kgraph.drafting.page import Found, Page, lay_page
from kgraph.drafting.subjects import is_passive
from kgraph.drafting.told import Told
from kgraph.drafting.tree import Token, Tree
from kgraph.drafting.voices import Cast, Voice
from kgraph.drafting.whens import find_time
from kgraph.text import Span, digest

__all__ = ["Laid", "Words", "draft_page"]

#: The rules whose content is a noun, which the clause around it may name too.
_PHRASES: Final = frozenset({"object", "figure", "naming", "phrase"})
#: Kinds of cues whose content is denied with them: "does not believe that", "did not plan to".
_NEGATED: Final = frozenset({"said", "claim", "intention", "plan", "possibility", "prediction", "estimate"})
#: Adverbs that say that something holds in effect only.
_DEGREES: Final = frozenset("effectively virtually practically essentially basically".split())
#: Who speaks where the text does not say it.
_NOBODY: Final = "unnamed: not said"
_MARKS: Final = "“”„\"«»‹›‘’‚'"


@dataclass(frozen=True, slots=True)
class Laid:
    """A text with its parts, paragraphs and sentences, its language, and the name of its publisher."""

    text: str
    language: str
    parts: tuple[Part, ...]
    paragraphs: tuple[Span, ...]
    sentences: tuple[Span, ...]
    publisher: str
    publisher_iri: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The words that drafting goes by: cues of saying, types that words evoke, and names of known things.

    ``known`` maps labels in lower case to IRIs, ``names`` to prefixed names.
    """

    cues: Cues
    evocations: Evocations
    known: Mapping[str, str]
    names: Mapping[str, str]


def draft_page(laid: Laid, trees: Sequence[Tree], words: Words, *, tool: str) -> Draft:
    """The draft of a text whose sentences have been parsed."""
    cues = words.cues
    trees = [mended(tree, cues.verbs) for tree in trees]
    page = lay_page(laid.text, laid.paragraphs, trees)
    quotes = [page.quotes_in(number) for number in range(len(trees))]
    cast = Cast(
        trees,
        quotes,
        cues,
        known=words.known,
        paragraph_of=page.paragraph_of,
        publisher=laid.publisher,
    )
    found = attribute(page, cast, cues)
    speakers = {id(each.speaker) for each in found if each.speaker is not None}
    teller = Teller(
        trees, cast, words.evocations, Names(words.names, trees, cast, words.evocations, speakers)
    )
    candidates = [
        candidate
        for number in range(len(found))
        if not is_yet_to_be_said(found[number], found)
        for candidate in _candidates(laid, page, cast, cues, teller, found, number)
    ]
    candidates += _narrated(laid, page, teller, cast, cues, found)
    seen: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda each: -each.confidence):
        seen.setdefault(candidate.id, candidate)
    ordered = sorted(seen.values(), key=lambda each: (each.begin, each.end))
    parts = [*laid.parts, *(Part("paragraph", span) for span in laid.paragraphs)]
    text = Text(
        digest(laid.text.encode()),
        laid.language,
        tuple(sorted(parts, key=lambda part: part.span)),
        laid.sentences,
    )
    return Draft(text, tuple(ordered), Tool(tool))


def _candidates(
    laid: Laid, page: Page, cast: Cast, cues: Cues, teller: Teller, found: Sequence[Found], number: int
) -> Iterator[Candidate]:
    each = found[number]
    attribution = each.attribution
    tree = attribution.tree
    quotes = page.quotes_in(each.sentence)
    first = _own_tokens(cast, cues, each)
    chain = _chain(laid, page, cast, cues, found, number)
    is_inside = attribution.words is not None and any(
        attribution.words.within(q) for q in page.whole_quotes_in(each.sentence)
    )
    clauses = list(
        iter_clauses(
            tree, attribution.content, attribution.root, attribution.cue, cues, is_first_person=first
        )
    )
    if attribution.rule in ("naming", "figure") and clauses:  # it is one, whatever clauses are in it
        clauses = without_contrast(tree, replace(clauses[0], tokens=attribution.content))
    for clause in clauses:
        mode = _mode(tree, clause, quotes, attribution.rule, is_inside=is_inside)
        spans = _spans(laid.text, tree, clause, page.marks_in(each.sentence), is_direct=mode is Mode.DIRECT)
        if not spans:
            continue
        told = teller.clause(each.sentence, clause.head, each.speaker)
        is_denial = (
            attribution.is_rejoinder and clause.polarity == "negative" and clause.kind in ("fact", "claim")
        )
        source = None
        if attribution.source is not None:
            home = page.sentence_at(attribution.source.span.start)
            source = None if home is None else mention_span(page.trees[home], attribution.source)
        polarity = clause.polarity
        if attribution.is_negated and attribution.cue.kind in _NEGATED:
            polarity = "negative" if polarity == "positive" else "positive"
        yield Candidate(
            content=tuple(spans),
            words=SEPARATOR.join(span.of(laid.text) for span in spans),
            cue=attribution.words,
            source=source,
            speaker=chain[0][0],
            chain=tuple(name for name, _ in chain),
            chain_iris=tuple(iri for _, iri in chain),
            mode=mode,
            polarity=polarity,
            kind="denial" if is_denial else clause.kind,
            time=find_time(tree, clause.tokens),
            claim=told.claim if told else None,
            things=told.things if told else (),
            confidence=confidence_of(each, clause, is_direct=mode is Mode.DIRECT),
            by=f"rules:{attribution.rule}",
            entities=_mentions(cast, each.sentence, [*spans, *([source] if source else [])]),
        )


def _mentions(cast: Cast, sentence: int, spans: Sequence[Span]) -> tuple[Mention, ...]:
    """What is named in some spans of a sentence."""
    return tuple(
        Mention(span, voice.name, voice.iri)
        for span, voice in cast.mentions(sentence)
        if any(span.within(outer) for outer in spans)
    )


def _narrated(
    laid: Laid, page: Page, teller: Teller, cast: Cast, cues: Cues, said: Sequence[Found]
) -> Iterator[Candidate]:
    """The facts that the publication tells in its own voice."""
    quoted: list[set[int]] = [set() for _ in page.trees]
    clauses: list[set[int]] = [set() for _ in page.trees]
    attributing: list[set[int]] = [set() for _ in page.trees]
    for each in said:
        attribution = each.attribution
        content = whole = frozenset(attribution.content)
        if attribution.rule in ("infinitive", "noun"):
            content = _without_asides(attribution.tree, attribution.root, content)
        quoted[each.sentence] |= content
        if attribution.rule not in _PHRASES:
            clauses[each.sentence] |= whole
        if attribution.verb is not None:
            attributing[each.sentence].add(attribution.verb)
    for number, tree in enumerate(page.trees):
        inside = {token.number for quote in page.quotes_in(number) for token in tree.within(quote)}
        told_here = teller.tell(
            number,
            frozenset(quoted[number] | inside),
            frozenset(clauses[number] | inside),
            frozenset(attributing[number]),
        )
        for told in told_here:
            spans = _joined(laid.text, tree.pieces(told.tokens))
            if not spans:
                continue
            kind, polarity = _put(tree, told, cues)
            cue = _ordering(tree, told.head) if kind in ("order", "demand", "request") else None
            nobody = ((_NOBODY, None),) if cue is not None else ()
            chain = (*nobody, (laid.publisher, laid.publisher_iri))
            yield Candidate(
                content=tuple(spans),
                words=SEPARATOR.join(span.of(laid.text) for span in spans),
                cue=cue,
                source=None,
                speaker=chain[0][0],
                chain=tuple(name for name, _ in chain),
                chain_iris=tuple(iri for _, iri in chain) if laid.publisher_iri else (),
                mode=Mode.NARRATED if cue is None else Mode.INDIRECT,
                polarity=polarity,
                kind=kind,
                time=find_time(tree, told.tokens),
                claim=told.claim,
                confidence=NARRATED.get(told.rule, 0.3),
                by=f"rules:{told.rule}",
                entities=_mentions(cast, number, spans),
                things=told.things,
            )


def _without_asides(tree: Tree, root: int, content: frozenset[int]) -> frozenset[int]:
    """What is asked or ordered, without what the publication says of its things: "boats, built in May,"."""
    asides = (
        number
        for child in content
        for clause in tree.children(child, "relcl", "acl", "advcl")
        if clause.number != root
        and tree.tokens[tree.subtree(clause.number)[0] - 1].text == ","
        and not is_infinitive(tree, clause)
        and tree.child(clause.number, "mark") is None
        for number in tree.subtree(clause.number)
    )
    return content - set(asides)


def _ordering(tree: Tree, verb: int) -> Span | None:
    """The words by which somebody who is not named asks for what a verb tells: "had been ordered to"."""
    above = tree.head(tree.tokens[verb])
    if above.number == verb or not is_passive(tree, above):
        return None
    aids = [
        each.number for each in tree.children(above.number, "aux", "auxpass") if each.number < above.number
    ]
    return Span(tree.tokens[min([*aids, above.number])].span.start, above.span.end)


def _put(tree: Tree, told: Told, cues: Cues) -> tuple[str, str]:
    """How the publication puts a fact. A hedged figure is one that says so itself: "about 400"."""
    if told.is_given or told.rule == "amount":
        is_hedged = any(each.lemma == "facto" for each in tree.children(told.head))
        return "degree" if is_hedged else "fact", "positive"
    kind, polarity = put(tree, told.head, frozenset(told.tokens), cues)
    if kind == "fact" and any(each.lemma.lower() in _DEGREES for each in tree.children(told.head, "advmod")):
        kind = "degree"
    return "fact" if kind == "estimate" else kind, polarity


def _own_tokens(cast: Cast, cues: Cues, each: Found) -> frozenset[int]:
    """The tokens of the content that stand for the speaker, or for the speaker's own body or people."""
    tree, source, speaker = each.attribution.tree, each.attribution.source, each.speaker
    is_quoted = each.outer is None or (source is not None and source.lemma in ("i", "we"))
    collective = cues.bodies | cues.groups

    def is_own(token: Token) -> bool:
        if token.lemma in ("i", "we"):
            return is_quoted  # "they told us that we would win": others said so
        owner = tree.child(token.number, "poss") if token.tag == "NNS" or token.lemma in collective else None
        mine = [token] if owner is None else [token, owner]
        if speaker is None or speaker.kind == "document":
            return False
        return any(cast.is_own(each.sentence, one, speaker) for one in mine)

    return frozenset(number for number in each.attribution.content if is_own(tree.tokens[number]))


def _chain(
    laid: Laid, page: Page, cast: Cast, cues: Cues, found: Sequence[Found], number: int
) -> list[tuple[str, str | None]]:
    """The voices from the speaker to the publication, each with its IRI if the project knows it."""
    chain: list[tuple[str, str | None]] = []
    at: int | None = number
    passed: set[int] = set()
    while at is not None and at not in passed:
        passed.add(at)
        each = found[at]
        name = _speaker(laid, cast, each)
        own = each.speaker is not None and name == each.speaker.title
        chain.append((name, each.speaker.iri if own and each.speaker else None))
        relayer = _relayer(page, cast, cues, each)
        if relayer and relayer.name.casefold() not in laid.publisher.casefold():
            chain.append((relayer.name, relayer.iri))
        at = each.outer
    unique = [voice for n, voice in enumerate(chain) if n == 0 or voice[0] != chain[n - 1][0]]
    if unique[-1][0] == laid.publisher:
        unique.pop()
    return [*unique, (laid.publisher, laid.publisher_iri)]


def _speaker(laid: Laid, cast: Cast, each: Found) -> str:
    source = each.attribution.source
    if each.speaker is None:
        if source is None:
            return "unnamed: not said"
        if source.lemma in ("we", "i") and each.outer is None:
            return laid.publisher
        return f"unnamed: {source.text.lower()}"
    names = [each.speaker.title]
    if source is not None and each.attribution.rule not in ("noun", "condition"):
        for other in each.attribution.tree.tokens:
            if other.dep == "conj" and other.head == source.number and other.pos in ("PROPN", "NOUN"):
                voice = cast.voice_of(each.sentence, other)
                is_other = voice is not None and not any(voice.name in name for name in names)
                is_said = other.number in each.attribution.content
                is_same = other.pos == "NOUN" and not each.attribution.tree.child(other.number, "det", "poss")
                is_same = is_same and cast.is_person(other) and not other.is_plural  # "her father and coach"
                if (
                    voice is not None
                    and is_other
                    and not (is_said or is_same)
                    and source in each.attribution.tree.tokens
                ):
                    names.append(voice.title)
    return " and ".join(names)


def _relayer(page: Page, cast: Cast, cues: Cues, each: Found) -> Voice | None:
    """The medium that was told: "told Radio Estuary"."""
    told = each.attribution.relayer or each.attribution.recipient
    sentence = page.sentence_at(told.span.start) if told else None
    voice = cast.voice_of(sentence, told) if told is not None and sentence is not None else None
    if each.attribution.relayer is not None:
        return voice
    if voice is None or voice.kind != "body":
        return None
    if voice.name[:1].islower() or each.attribution.cue.kind not in ("said", "claim"):
        return None
    words = {word.casefold() for word in voice.name.split()}
    return voice if words & cues.media or voice.name in cues.known_media else None


# Spans


def _mode(tree: Tree, clause: Clause, quotes: Sequence[Span], rule: str, *, is_inside: bool) -> Mode:
    if rule in ("noun", "condition"):
        return Mode.NOMINAL
    if is_inside:
        return Mode.INDIRECT
    words = [tree.tokens[number] for number in clause.tokens if tree.tokens[number].is_word]
    quoted = sum(any(word.span.within(quote) for quote in quotes) for word in words)
    if quoted and quoted == len(words):
        return Mode.DIRECT
    return Mode.MIXED if quoted else Mode.INDIRECT


def _spans(text: str, tree: Tree, clause: Clause, quotes: Sequence[Span], *, is_direct: bool) -> list[Span]:
    """The spans of a clause. What is reported with quoted words in it keeps their marks."""
    pieces = _joined(text, tree.pieces(clause.tokens))
    found: list[Span] = []
    for piece in pieces:
        start, end = piece.start, piece.end
        for quote in quotes:
            if quote.start == start and not is_direct and start > 0 and text[start - 1] in _MARKS:
                start -= 1
            if quote.start <= piece.start and (is_direct or quote.start < piece.start):
                continue
            tail = text[end : quote.end + 1]
            if quote.start < end <= quote.end and not any(character.isalnum() for character in tail[:-1]):
                end = quote.end + (quote.end < len(text) and text[quote.end] in _MARKS)
        found.append(Span(start, min(end, tree.span.end)))
    return found


def _joined(text: str, pieces: Sequence[Span]) -> list[Span]:
    """The pieces, those joined that marks alone part."""
    found: list[Span] = []
    for piece in pieces:
        if found and not any(character.isalnum() for character in text[found[-1].end : piece.start]):
            found[-1] = Span(found[-1].start, piece.end)
        else:
            found.append(piece)
    return found
