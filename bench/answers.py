"""How well "who said this?" answers, on texts with questions that somebody else wrote.

A folder has ``article.txt``, and beside it tables with a line of column names, separated by tabs:

    sentences.tsv      number, begin, end, text
    questions.tsv      kind, question, expect (numbers of sentences), speaker(s)
    attributions.tsv   content, begin, end, speaker, chain, mode, polarity   (optional)
    narrator.tsv       words, begin, end                                     (optional)

``python -m bench.answers FOLDER …`` measures each text as a project of its own; ``--together`` all of them
in one index. ``--beside FILE`` puts the lines of a file beside them, as sentences of other articles.
``--without-claims`` leaves out what has been drawn from the texts. KGRAPH_GOLD names folders too.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kgraph.search import (
    ClaimEntry,
    Encoder,
    Hits,
    NameEntry,
    Part,
    PassageEntry,
    Search,
    TextIndex,
    open_encoder,
    write_index,
)
from kgraph.search.passages import nearest_cue
from kgraph.search.words import is_number, lexicon, listed, numerals, read_words
from kgraph.vocab import KG

__all__ = [
    "FOUND",
    "Gold",
    "altered",
    "attributed",
    "folders_parser",
    "measure",
    "open_index",
    "print_counts",
    "read_gold",
    "read_rows",
    "whose",
]

_MODES: Final = {"direct": "direct-quotation", "mixed": "direct-quotation", "indirect": "indirect-speech"}
#: The kinds of questions that have an answer.
FOUND: Final = ("paraphrase", "question", "partial-quote", "misspelt")


@dataclass(frozen=True, slots=True)
class Gold:
    """A text with its claims and with questions about it."""

    name: str
    passages: tuple[PassageEntry, ...]
    questions: tuple[dict[str, str], ...]
    speakers: dict[str, str]


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table, by name of column; none where there is no table."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_gold(folder: Path, *, with_claims: bool = True) -> Gold:
    """Read a folder. Claims are its attributions and what the narrator tells."""
    text = (folder / "article.txt").read_text(encoding="utf-8")
    article = f"urn:article:{folder.name}"
    sentences = read_rows(folder / "sentences.tsv")
    claims: list[tuple[int, ClaimEntry]] = []
    attributions = read_rows(folder / "attributions.tsv")
    publisher = attributions[0]["chain"].rpartition(">")[2] if attributions else ""
    for row in (*attributions, *read_rows(folder / "narrator.tsv")) if with_claims else ():
        words, begin = row.get("content") or row["words"], int(row["begin"])
        spans = []
        for piece in words.split(" … "):
            begin = text.index(piece, begin)
            spans.append((begin, begin + len(piece)))
            begin += len(piece)
        chain = row.get("chain", publisher).split(">")
        mode = _MODES.get(row.get("mode", ""), "narrated")
        around = [each for each in sentences if int(each["begin"]) <= spans[0][0] < int(each["end"])]
        cues = [nearest_cue(each["text"], int(each["begin"]), [row.get("cue", "")], spans) for each in around]
        claims.append(
            (
                spans[0][0],
                ClaimEntry(
                    iri=f"urn:claim:{folder.name}:{row['id']}",
                    spans=tuple(spans),
                    subject=Part((row["speaker"],)) if "speaker" in row else Part(),
                    speaker=tuple(chain[:1]),
                    depth=len(chain),
                    is_negative=row.get("polarity") == "negative",
                    traits=(f"mode={KG}{mode}", f"article={article}"),
                    cue=next(iter(cues), None),
                ),
            )
        )
    passages = []
    for row in sentences:
        begin, end = int(row["begin"]), int(row["end"])
        drawn = tuple(claim for start, claim in claims if begin <= start < end)
        iri = f"urn:sentence:{folder.name}:{row['number']}"
        passages.append(PassageEntry(iri, article, int(row["number"]), begin, end, row["text"], claims=drawn))
    speakers = {claim.iri: claim.speaker[0] for _, claim in claims}
    return Gold(folder.name, tuple(passages), tuple(read_rows(folder / "questions.tsv")), speakers)


def open_index(
    folder: Path, golds: Sequence[Gold], encoder: Encoder | None, beside: Sequence[str] = ()
) -> TextIndex:
    """The texts in one index, with sentences of other articles ``beside`` them."""
    passages = [passage for gold in golds for passage in gold.passages]
    passages += [
        PassageEntry(f"urn:beside:{number}", f"urn:article:beside:{number}", 1, 0, len(text), text)
        for number, text in enumerate(beside)
    ]
    called = sorted({name for gold in golds for name in gold.speakers.values()})
    names = [NameEntry(f"urn:speaker:{name}", (name,), ("speaker",)) for name in called]
    write_index(folder, [*passages, *names], encoder=encoder)
    return TextIndex(folder, encoder)


def _sentence(gold: Gold, iri: str) -> str:
    owner = {claim.iri: passage.iri for passage in gold.passages for claim in passage.claims}
    return owner.get(iri, iri).rpartition(":")[2]


def whose(row: dict[str, str], sentence: str) -> str:
    """Whose words answer: the innermost speaker; where several sentences answer, each has its own."""
    expected, speakers = row["expect"].split(","), row["speaker(s)"].split("; ")
    has_own = len(expected) == len(speakers) > 1 and sentence in expected
    return speakers[expected.index(sentence)] if has_own else speakers[0]


def measure(gold: Gold, index: TextIndex, *, show: bool = False) -> Counter[str]:
    """How often each kind of question is answered rightly."""
    counts: Counter[str] = Counter()
    for row in gold.questions:
        kind, expected = row["kind"], set(row["expect"].split(","))
        hits = index.search(Search(text=row["question"], limit=20))
        counts[kind] += 1
        told = bool(hits.best)
        if expected == {"-"}:
            counts[f"{kind}: a speaker named"] += told
            if show and told:
                print(f"   SAID {hits.found} {hits.hits[0].score:.2f} {row['question']}")
            continue
        order = list(dict.fromkeys(_sentence(gold, hit.iri) for hit in hits.hits))
        first = bool(order) and order[0] in expected
        counts[f"{kind}: sentence first"] += first
        counts[f"{kind}: among three"] += bool(set(order[:3]) & expected)
        counts[f"{kind}: not found"] += not told
        speaker = gold.speakers.get(hits.hits[0].iri, "") if hits.hits else ""
        counts[f"{kind}: speaker first"] += first and speaker == whose(row, order[0])
        if show and not (first and told):
            print(f"   {'MISS' if not first else 'NONE'} {row['id']} {row['question']}")
    return counts


def altered(gold: Gold, chance: random.Random) -> Iterator[tuple[str, str]]:
    """What a text says, clause by clause, with a number, a name or the negation altered; and what it is."""
    capital = re.compile(r"(?<=[\w,;:] )[A-Z][a-z]+\b(?:(?: [A-Z][a-z]+)+)?")
    names = sorted({name for passage in gold.passages for name in capital.findall(passage.text)})
    foreign = ("Brazil", "Marta Okafor", "Lisbon", "Hendrik Voss", "Oslo", "Interpol")
    for passage in gold.passages:
        for claim in passage.claims:
            words = " ".join(passage.text[b - passage.begin : e - passage.begin] for b, e in claim.spans)
            if len(words.split()) < 4:
                continue
            figures = [
                word for word in re.findall(r"\d[\d.,]*\d|\d", words) if is_number(word.replace(",", ""))
            ]
            if figures:
                figure = chance.choice(figures)
                other = str(int(float(figure.replace(",", ""))) * 3 + 7)
                yield "number", words.replace(figure, other, 1)
            spelt = [
                word for word in words.lower().split() if word in numerals() and int(numerals()[word]) > 1
            ]
            if spelt and not figures:
                yield "number", re.sub(rf"\b{spelt[0]}\b", "seventeen", words, count=1, flags=re.IGNORECASE)
            present = [name for name in names if re.search(rf"\b{name}\b", words)]
            if present:
                yield "name", words.replace(chance.choice(present), chance.choice(foreign), 1)
            if (negated := _negated(words)) is not None:
                yield "negation", negated


def attributed(gold: Gold, chance: random.Random) -> Iterator[tuple[str, str]]:
    """What somebody says, as theirs and as said by somebody else in the text who does not."""
    people = sorted(
        {name for name in gold.speakers.values() if re.fullmatch(r"[A-Z]\w+(?: [A-Z]\w+)+", name)}
    )
    for passage in gold.passages:
        voices = {name for claim in passage.claims for name in claim.speaker}
        others = [name for name in people if name not in voices]
        for claim in passage.claims:
            if claim.depth > 1 and claim.speaker[0] in people and others:
                words = passage.words_of(claim.spans)
                yield f"{claim.speaker[0]} said {words}", f"{chance.choice(others)} said {words}"


def _negated(words: str) -> str | None:
    """The words with a *not* taken out or put in, after the first auxiliary."""
    if len(set(read_words(words)) & set(lexicon("en")["not"])) > 1:
        return None
    without = re.sub(r"\b(not|never) |(?<=[a-z])n’t\b", "", words, count=1)
    if without != words:
        return without
    if set(read_words(words)) & listed("not"):
        return None
    found = re.search(r"\b(is|are|was|were|has|have|had|will|would|could|can|must|should|may)\b", words)
    return f"{words[: found.end()]} not{words[found.end() :]}" if found else None


def _altered_noticed(gold: Gold, index: TextIndex, *, show: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    for kind, text in altered(gold, random.Random(11)):  # noqa: S311 - a measurement, not a secret
        hits: Hits = index.search(Search(text=text, limit=1))
        noticed = not hits.best or any(each.kind == kind for each in hits.differs)
        counts[f"altered {kind}"] += 1
        counts[f"altered {kind}: noticed"] += noticed
        if show and not noticed:
            print(f"   UNNOTICED {kind}: {text}")
    for own, other in attributed(gold, random.Random(11)):  # noqa: S311 - a measurement, not a secret
        told = [index.search(Search(text=text, limit=1)) for text in (own, other)]
        counts["own speaker"] += 1
        counts["own speaker: found"] += bool(told[0].best) and not told[0].differs
        counts["altered speaker"] += 1
        counts["altered speaker: noticed"] += not told[1].best or any(
            d.kind == "speaker" for d in told[1].differs
        )
        if show and told[0].differs:
            print(f"   DIFFERS, BUT IS THEIRS: {own}: {told[0].differs}")
    return counts


def folders_parser(description: str | None) -> argparse.ArgumentParser:
    """A command that measures folders, those of KGRAPH_GOLD if none is named."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    given = [Path(name) for name in os.environ.get("KGRAPH_GOLD", "").split(os.pathsep) if name]
    parser.add_argument("folders", nargs="*", type=Path, default=given)
    parser.add_argument("--show", action="store_true", help="Print what is answered wrongly.")
    return parser


def print_counts(total: Counter[str], measures: Iterable[str]) -> None:
    """Print what was counted of each kind of question, and some measures of all that have an answer."""
    for name in sorted(total):
        kind, colon, _ = name.partition(":")
        of = f" of {total[kind]}" if colon and kind in total else ""
        print(f"{name:45} {total[name]:4}{of}")
    for what in measures:
        right = sum(total[f"{kind}: {what}"] for kind in FOUND)
        print(f"{'all: ' + what:45} {right:4} of {sum(total[kind] for kind in FOUND)}")


def main() -> None:
    """Measure the folders that are named."""
    parser = folders_parser(__doc__)
    parser.add_argument("--encoder", default="auto")
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--beside", type=Path, help="A file of sentences of other articles, one a line.")
    parser.add_argument("--without-claims", action="store_true")
    options = parser.parse_args()
    encoder = open_encoder(options.encoder)
    golds = [read_gold(folder, with_claims=not options.without_claims) for folder in options.folders]
    beside = options.beside.read_text(encoding="utf-8").splitlines() if options.beside else ()
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        groups = [golds] if options.together else [[gold] for gold in golds]
        for number, group in enumerate(groups):
            index = open_index(Path(folder) / str(number), group, encoder, beside)
            for gold in group:
                print(gold.name)
                total += measure(gold, index, show=options.show)
                total += _altered_noticed(gold, index, show=options.show)
    print_counts(total, ("sentence first", "among three", "speaker first"))


if __name__ == "__main__":
    main()
