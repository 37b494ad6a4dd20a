"""The voices of an article and its kinds of saying, as a reader tells them apart and filters by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Final

from kgraph.rdf.terms import compact
from kgraph.vocab import KG
from kgraph.who_said import Attribution, Level

__all__ = [
    "HEDGES",
    "Filters",
    "Kind",
    "Voice",
    "is_draft",
    "is_hedged",
    "is_negative",
    "kinds_of",
    "voices_of",
]

#: How many colours there are for voices; later ones share them, and have letters of their own.
COLOURS: Final = 8
#: The ways of putting something that leave open whether it holds.
HEDGES: Final = frozenset(
    KG + name
    for name in (
        "estimate",
        "degree",
        "framing",
        "possibility",
        "conditional",
        "plan",
        "intention",
        "attempt",
    )
)
NEGATIVE: Final = "negative"


def is_negative(claim: Attribution) -> bool:
    """Whether the speaker says that something is not so."""
    return claim.polarity.iri == KG + "negative"


def is_draft(claim: Attribution) -> bool:
    """Whether nobody has reviewed the claim yet."""
    return claim.level is Level.DRAFTED


def is_hedged(claim: Attribution) -> bool:
    """Whether it is left open that what is said holds."""
    return claim.modality.iri in HEDGES


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who speaks in an article. The narrator has neither letter nor colour (0).

    ``key`` is the name in an address.
    """

    iri: str | None
    key: str
    label: str
    letter: str
    colour: int
    count: int

    @property
    def is_narrator(self) -> bool:
        """Whether this is the publication itself."""
        return self.colour == 0


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of putting something, and how many claims are put so."""

    key: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Filters:
    """Whose claims and which kinds of them are asked for, by key; all, where a set is empty."""

    voices: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.voices or self.kinds)

    def takes(self, claim: Attribution, prefixes: Mapping[str, str]) -> bool:
        """Whether a claim is among what is asked for."""
        return (not self.voices or voice_key(claim, prefixes) in self.voices) and (
            not self.kinds or bool(self.kinds & set(kind_keys(claim)))
        )


def voice_key(claim: Attribution, prefixes: Mapping[str, str]) -> str:
    """The name of a claim's speaker in an address."""
    return compact(claim.speaker.iri, prefixes) if claim.speaker.iri else claim.speaker.label


def kind_keys(claim: Attribution) -> tuple[str, ...]:
    """The names of a claim's kinds in an address."""
    kind = (claim.modality.iri or "").rpartition("#")[2]
    return (kind, NEGATIVE) if is_negative(claim) else (kind,)


def narrator_of(claims: Iterable[Attribution]) -> str | None:
    """Who tells the article: the outermost voice of most of its claims."""
    outermost = Counter(claim.voices[-1].agent.iri for claim in claims if claim.voices)
    return outermost.most_common(1)[0][0] if outermost else None


def voices_of(claims: Sequence[Attribution], prefixes: Mapping[str, str]) -> tuple[Voice, ...]:
    """The voices: the narrator first, then the others as they come in the text, each with its letter."""
    narrator = narrator_of(claims)
    spoken = Counter(voice_key(claim, prefixes) for claim in claims if claim.voices)
    first = {voice_key(claim, prefixes): claim.speaker for claim in reversed(claims) if claim.voices}
    ordered = list(dict.fromkeys(voice_key(claim, prefixes) for claim in claims if claim.voices))
    tells = [key for key in ordered if first[key].iri == narrator]
    found = [Voice(narrator, key, first[key].label, "", 0, spoken[key]) for key in tells]
    for number, key in enumerate(key for key in ordered if key not in tells):
        who = first[key]
        found.append(Voice(who.iri, key, who.label, _letter(number), number % COLOURS + 1, spoken[key]))
    return tuple(found)


def _letter(number: int) -> str:
    """A, B … Z, AA, AB …"""
    rest, last = divmod(number, len(ascii_uppercase))
    return (_letter(rest - 1) if rest else "") + ascii_uppercase[last]


def kinds_of(claims: Iterable[Attribution]) -> tuple[Kind, ...]:
    """The kinds of saying, the most frequent first; what is said not to be so comes last, across kinds."""
    counts: Counter[str] = Counter()
    labels = {NEGATIVE: "said not to be so"}
    for claim in claims:
        keys = kind_keys(claim)
        counts.update(keys)
        labels.setdefault(keys[0], claim.modality.label)
    ranked = sorted(counts, key=lambda key: (key == NEGATIVE, -counts[key], key))
    return tuple(Kind(key, labels[key], counts[key]) for key in ranked if key)
