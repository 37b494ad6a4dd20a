"""A Turtle file as a person keeps it: text with headings, in which entries are put, replaced and taken out.

What is not touched stays as it is, byte for byte. Headings are comments on lines of their own:

    # ── Voices ───────        who speaks
    # ── Times, as printed ──  time expressions
    # ── S4, S5 ───────        the claims of these sentences
    # ── Caption ──────        the claims of a part of the text

A file without headings keeps the order of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from kgraph.rdf.turtle import Statement, read_statements
from kgraph.vocab import KG

__all__ = ["TIMES", "VOICES", "Home", "Sheet"]

VOICES: Final = "Voices"
TIMES: Final = "Times, as printed"
_HEADING: Final = re.compile(
    r"^#+[ \t]*[─━═=\-–—*]{2,}[ \t]*(\S[^\n]*?)[ \t]*[─━═=\-–—*]*[ \t]*$", re.MULTILINE
)
_WIDTH: Final = 115
_SENTENCE: Final = re.compile(r"\bS(\d+)\b")
_DECLARED: Final = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True, slots=True)
class Home:
    """Where a claim belongs: its sentence or part (``S4``, ``Caption``), and where that begins."""

    title: str
    start: int


@dataclass(frozen=True, slots=True)
class _Heading:
    start: int
    end: int
    title: str

    def is_of(self, title: str) -> bool:
        """Whether it is this one's heading, perhaps together with others'."""
        if title in (VOICES, TIMES):
            return self.title.casefold().startswith(title.partition(",")[0].casefold())
        names = (name.strip().casefold() for name in re.split(r"[,;&]| and ", self.title.partition(":")[0]))
        return title.casefold() in names


class Sheet:
    """The text of a file, and where its entries stand.

    Args:
        text: a well-formed Turtle document (RDF 1.1 Turtle).
        base_iri: what its relative IRIs are relative to where it does not say.
    """

    def __init__(self, text: str, *, base_iri: str) -> None:
        self.text = text
        self._base_iri = base_iri

    @cached_property
    def statements(self) -> list[Statement]:
        """Its statements, directives too."""
        return read_statements(self.text, base_iri=self._base_iri)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The namespaces that it declares, by prefix."""
        found = {}
        for each in self.statements:
            if each.declares and (iri := _DECLARED.search(self._of(each))) is not None:
                found[each.declares.removesuffix(":")] = iri[1]
        return found

    def entry(self, iri: str) -> str | None:
        """What is written of a subject, where it is one statement; None otherwise."""
        own = [each for each in self.statements if each.subject == iri]
        return self._of(own[0]) if len(own) == 1 else None

    def with_prefix(self, prefix: str, namespace: str) -> Sheet:
        """The file with a prefix declared, after those that it has."""
        if prefix in self.prefixes:
            return self
        line = f"@prefix {prefix}: <{namespace}> ."
        declared = [each for each in self.statements if each.declares]
        if not declared:
            return self._edited(0, 0, line + "\n")
        end = declared[-1].end
        return self._edited(end, end, f"\n{line}")

    def replaced(self, iri: str, block: str) -> Sheet:
        """The file with another statement in the place of a subject's."""
        own = next(each for each in self.statements if each.subject == iri)
        return self._edited(own.start, own.end, block)

    def without(self, iri: str) -> Sheet:
        """The file without a subject's statement, and without the heading that it leaves alone."""
        own = next(each for each in self.statements if each.subject == iri)
        start, end = own.start, self._line_end(own.end)
        if not self.text[own.end : end].strip():
            end = min(end + 1, len(self.text))
        rest = self._edited(start, end, "")
        heading = max((each for each in rest.headings if each.end < start), key=lambda h: h.end, default=None)
        if heading is None or rest.text[heading.end : rest._section_end(heading)].strip():
            return rest
        before = rest.text[: heading.start].rstrip("\n")
        after = rest.text[rest._section_end(heading) :].lstrip("\n")
        text = f"{before}\n\n{after}" if before and after else (before + "\n" if before else after)
        return Sheet(text, base_iri=self._base_iri)

    @cached_property
    def headings(self) -> list[_Heading]:
        """The headings, in their order."""
        taken = [(each.start, each.end) for each in self.statements]
        return [
            _Heading(match.start(), match.end(), match[1])
            for match in _HEADING.finditer(self.text)
            if not any(start <= match.start() < end for start, end in taken)
        ]

    def with_claim(self, block: str, home: Home, homes: Mapping[str, int]) -> Sheet:
        """The file with a claim more, among those of its sentence.

        Args:
            block: the statement, its full stop included.
            home: where the claim belongs.
            homes: where the sentence of each claim of the file begins, by the claim's IRI.
        """
        claims = [each for each in self.statements if each.subject in homes]
        heading = next((each for each in self.headings if each.is_of(home.title)), None)
        if heading is not None:
            inside = [each for each in self._inside(heading) if each.subject is not None]
            before = [each for each in inside if homes.get(each.subject or "", -1) <= home.start]
            if before:
                return self._after(before[-1], block)
            if inside:
                return self._edited(inside[0].start, inside[0].start, block + "\n")
            return self._edited(heading.end, heading.end, f"\n{block}")
        if claims and not any(_SENTENCE.search(each.title) for each in self.headings):
            earlier = [each for each in claims if homes.get(each.subject or "", -1) <= home.start]
            if earlier:
                return self._after(earlier[-1], block)
            return self._edited(claims[0].start, claims[0].start, block + "\n")
        return self._under_new_heading(home.title, block, self._later(home.start, homes))

    def _later(self, start: int, homes: Mapping[str, int]) -> _Heading | None:
        """The first heading below which there are claims of a later place only."""
        for heading in self.headings:
            inside = (homes.get(each.subject or "") for each in self._inside(heading))
            below = [start for start in inside if start is not None]
            if below and min(below) > start:
                return heading
        return None

    def with_entry(self, block: str, title: str) -> Sheet:
        """The file with a voice or a time more, below their heading, or after the last of its kind."""
        heading = next((each for each in self.headings if each.is_of(title)), None)
        if heading is not None:
            inside = self._inside(heading)
            if inside:
                return self._after(inside[-1], block)
            return self._edited(heading.end, heading.end, f"\n{block}")
        alike = [each for each in self.statements if _is_like(each, title)]
        if alike:
            return self._after(alike[-1], block)
        first = next((each for each in self.statements if KG + "claims" in each.predicates), None)
        if first is not None and not self.headings:
            return self._edited(first.start, first.start, f"{block}\n\n")
        behind = {VOICES: None, TIMES: VOICES}[title]
        following = [each for each in self.headings if behind is None or not each.is_of(behind)]
        return self._under_new_heading(title, block, following[0] if following else None)

    def with_thing(self, block: str, alike: list[str]) -> Sheet:
        """The file with an entity more: after the last of ``alike``, those of its kind, or at the end."""
        known = [each for each in self.statements if each.subject in alike]
        if known:
            return self._after(known[-1], block)
        end = len(self.text.rstrip("\n"))
        return self._edited(end, len(self.text), f"{'' if not end else self._gap()}{block}\n")

    def _gap(self) -> str:
        last = self.statements[-1] if self.statements else None
        return "\n\n" if last is None or last.subject is None else "\n"

    def _under_new_heading(self, title: str, block: str, before: _Heading | None) -> Sheet:
        width = max((each.end - each.start for each in self.headings), default=_WIDTH)
        heading = f"# ── {title} ".ljust(width, "─")
        if before is not None:
            return self._edited(before.start, before.start, f"{heading}\n{block}\n\n")
        end = len(self.text.rstrip("\n"))
        return self._edited(end, len(self.text), f"{'' if not end else chr(10) * 2}{heading}\n{block}\n")

    def _inside(self, heading: _Heading) -> list[Statement]:
        end = self._section_end(heading)
        return [each for each in self.statements if heading.end <= each.start < end]

    def _section_end(self, heading: _Heading) -> int:
        return next((each.start for each in self.headings if each.start > heading.start), len(self.text))

    def _after(self, statement: Statement, block: str) -> Sheet:
        end = self._line_end(statement.end)
        return self._edited(end, end, f"\n{block}")

    def _line_end(self, position: int) -> int:
        found = self.text.find("\n", position)
        return len(self.text) if found < 0 else found

    def _of(self, statement: Statement) -> str:
        return self.text[statement.start : statement.end]

    def _edited(self, start: int, end: int, block: str) -> Sheet:
        return Sheet(self.text[:start] + block + self.text[end:], base_iri=self._base_iri)

    def subjects(self) -> Iterator[str]:
        """The IRIs of what is written of."""
        yield from (each.subject for each in self.statements if each.subject is not None)


def _is_like(statement: Statement, title: str) -> bool:
    if title == VOICES:
        return KG + "sourceAgent" in statement.predicates
    return KG + "words" in statement.predicates and KG + "claims" not in statement.predicates
