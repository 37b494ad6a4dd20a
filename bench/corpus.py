"""A synthetic corpus: sentences of invented words, each with one claim; the same for the same seed.

The words follow Zipf's law as a language's do, with the common ones of English among them, so that
phrases are as rare and as frequent as in a real collection of reports.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from kgraph.search import ClaimEntry, Part, PassageEntry
from kgraph.vocab import KG, RDF_TYPE

__all__ = ["SEED", "entries_of", "quads_of", "questions_of", "sentences"]

SEED: Final = 5
_SYLLABLES: Final = """ba ri ka de kos ovo ser bi na to kfor con voy mit ro vi ca bar gate po lice mar tin el
    ra su wen do gha lu""".split()
_COMMON: Final = "the of to in and a that said on for will be no not by has have had from with".split()
_WORDS: Final = 60_000


def sentences(number: int) -> list[str]:
    """So many sentences of sixteen words."""
    random_ = random.Random(SEED)  # noqa: S311 - a corpus, not a secret
    words = sorted({"".join(random_.choices(_SYLLABLES, k=random_.randint(2, 4))) for _ in range(_WORDS)})
    random_.shuffle(words)
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(words))))
    made = []
    for _ in range(number):
        rare = random_.choices(words, cum_weights=weights, k=12)
        common = random_.choices(_COMMON, k=4)
        made.append(
            " ".join(
                word
                for group in zip(rare[::3], common, rare[1::3], rare[2::3], strict=True)
                for word in group
            )
        )
    return made


def entries_of(texts: list[str]) -> Iterator[PassageEntry]:
    """The sentences as articles of twenty, a claim for each: half of it is the quotation."""
    for number, text in enumerate(texts):
        words, article = text.split(), f"urn:article:{number // 20}"
        begin = len(" ".join(words[:4])) + 1
        manner = {"mode": "narrated", "modality": "fact", "polarity": "positive"}
        traits = [f"{name}={KG}{value}" for name, value in manner.items()]
        claim = ClaimEntry(
            iri=f"urn:claim:{number}",
            spans=((begin, begin + len(" ".join(words[4:12]))),),
            subject=Part((words[0],)),
            object=Part((words[2],)),
            traits=(*traits, f"speaker=urn:speaker:{number % 100}", f"article={article}"),
        )
        yield PassageEntry(
            f"urn:sentence:{number}", article, number % 20 + 1, 0, len(text), text, claims=(claim,)
        )


def quads_of(texts: list[str]) -> Iterator[ox.Quad]:
    """The same sentences as triples, for the peer."""
    kind, text_of = ox.NamedNode(RDF_TYPE), ox.NamedNode(KG + "exactText")
    sentence = ox.NamedNode(KG + "Sentence")
    for number, text in enumerate(texts):
        node = ox.NamedNode(f"urn:sentence:{number}")
        yield ox.Quad(node, kind, sentence)
        yield ox.Quad(node, text_of, ox.Literal(text))


def questions_of(texts: list[str], number: int) -> list[str]:
    """Phrases of three words that stand somewhere in the corpus."""
    random_ = random.Random(SEED + 1)  # noqa: S311
    phrases = []
    for _ in range(number):
        words = random_.choice(texts).split()
        start = random_.randrange(len(words) - 3)
        phrases.append(" ".join(words[start : start + 3]))
    return phrases
