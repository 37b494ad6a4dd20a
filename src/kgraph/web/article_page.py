"""The page of an article: its text with every voice in it, and the card of the words that are chosen."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from fastapi import Request, Response
from markupsafe import Markup

from kgraph.api import AsyncKnowledgeGraph
from kgraph.describe import ArticleText, Describer, Description, article_data
from kgraph.store import Generation
from kgraph.vocab import DCTERMS, KG
from kgraph.web.chosen import make_card
from kgraph.web.layout import Choice, Span, lay_out, parse_choice, target_style
from kgraph.web.pages import public_url, render_page
from kgraph.web.places import href
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import read_parameters
from kgraph.web.viewing import Alternate, Viewer, embed_data
from kgraph.web.voices import Filters, Kind, Voice, is_draft, kinds_of, voices_of
from kgraph.who_said import Attribution

__all__ = ["Reader", "article_page", "open_reader", "reader_context", "style_source"]

#: The parameters of the page. ``at`` chooses characters; the others may be given several times.
_AT, _VOICE, _KIND = "at", "voice", "kind"
#: How many claims are listed where a filter asks for some.
LISTED: Final = 60
#: How many claims on chosen words are compared with others.
COMPARED: Final = 100


@dataclass(frozen=True, slots=True)
class Reader:
    """What a reader is looking at: an article with the words and the voices that are chosen. ``compared`` are
    the claims on the chosen words, with the others that make the same claim.
    """

    path: str
    text: ArticleText
    spans: tuple[Span, ...]
    voices: tuple[Voice, ...]
    kinds: tuple[Kind, ...]
    filters: Filters
    choice: Choice | None
    compared: Mapping[str, Attribution] = field(default_factory=dict)

    @property
    def drafted(self) -> int:
        """How many claims nobody has reviewed."""
        return sum(map(is_draft, self.text.claims))

    @property
    def amount(self) -> str:
        """How many claims there are, in words; drafts are told apart."""
        drafted = self.drafted
        reviewed = len(self.text.claims) - drafted
        found = [_plural(reviewed, "claim")] if reviewed or not drafted else []
        return ", ".join([*found, f"{_plural(drafted, 'drafted claim')} not reviewed"] if drafted else found)

    def link(
        self, choice: Choice | None, filters: Filters | None = None, *, fragment: str | None = None
    ) -> str:
        """The address of this page with another choice; the place in the text is its fragment."""
        chosen = self.filters if filters is None else filters
        pairs = [(_VOICE, key) for key in sorted(chosen.voices)]
        pairs += [(_KIND, key) for key in sorted(chosen.kinds)]
        pairs += [(_AT, str(choice))] if choice is not None else []
        query = urlencode(pairs, quote_via=quote, safe=":,;/")
        if fragment is None and choice is not None:
            fragment = self._place(choice)
        return self.path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")

    def _place(self, choice: Choice) -> str:
        start, end = choice.stretches[0]
        named = (span.fragment for span in self.spans if (span.start, span.end) == (start, end))
        whole = (
            each.iri.rpartition("/")[2]
            for each in self.text.sentences
            if each.start <= start < each.start + len(each.text)
        )
        return next(named, None) or next(whole, "text")

    def toggled(self, *, voice: str | None = None, kind: str | None = None) -> str:
        """The address of this page with one filter more or less."""
        voices = self.filters.voices ^ ({voice} if voice is not None else set())
        kinds = self.filters.kinds ^ ({kind} if kind is not None else set())
        return self.link(None, Filters(voices, kinds), fragment="text")


async def open_reader(
    request: Request,
    graph: AsyncKnowledgeGraph,
    description: Description,
    text: ArticleText,
    describer: Describer,
) -> Reader:
    """What the address asks to see, with what is chosen compared.

    Raises:
        HttpProblem: 400, it asks for what the article does not have, or for characters in a form that is not
            understood.
    """
    reader = _read(request, graph, description, text)
    if (choice := reader.choice) is None:
        return reader
    chosen = list(dict.fromkeys(claim.iri for claim in text.claims if choice.meets(claim)))[:COMPARED]
    claims = await describer.claims(chosen, compared=True)
    return replace(reader, compared={claim.iri: claim for claim in claims})


def _read(
    request: Request, graph: AsyncKnowledgeGraph, description: Description, text: ArticleText
) -> Reader:
    voices, kinds = voices_of(text.claims, graph.prefixes), kinds_of(text.claims)
    given = read_parameters(request)
    chosen = {name: frozenset(value for key, value in given if key == name) for name in (_VOICE, _KIND)}
    for name, known in ((_VOICE, voices), (_KIND, kinds)):
        missing = chosen[name] - {each.key for each in known}
        if missing:
            there = ", ".join(each.key for each in known)
            raise _problem(f"This article has no {name} {min(missing)[:80]!r}.", f"It has: {there}.")
    at = [value for key, value in given if key == _AT and value]
    choice = parse_choice(at[-1]) if at else None
    if at and choice is None:
        raise _problem(
            f"{at[-1][:80]!r} names no characters.", "Give offsets such as at=7,12 or at=7,12;20,31."
        )
    path = href(description.iri, graph.settings.names) or "/"
    return Reader(
        path, text, _spans(description), voices, kinds, Filters(chosen[_VOICE], chosen[_KIND]), choice
    )


def _plural(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _problem(what: str, instead: str) -> HttpProblem:
    return HttpProblem(HTTPStatus.BAD_REQUEST, "bad-parameter", what, instead)


def _spans(description: Description) -> tuple[Span, ...]:
    """The characters of the text that have a name."""
    ends: dict[str, dict[str, int]] = {}
    for fact in description.parts:
        subject, value = fact.triple.subject, fact.triple.object
        name = fact.triple.predicate.value.removeprefix(KG)
        if name not in ("beginIndex", "endIndex") or not isinstance(subject, ox.NamedNode):
            continue
        if isinstance(value, ox.Literal) and value.value.isdecimal():
            ends.setdefault(subject.value.removeprefix(f"{description.iri}#"), {})[name] = int(value.value)
    spans = [
        Span(pair["beginIndex"], pair["endIndex"], fragment)
        for fragment, pair in ends.items()
        if len(pair) == 2
    ]
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.fragment)))


def reader_context(
    graph: AsyncKnowledgeGraph, reader: Reader, generation: Generation
) -> tuple[dict[str, Any], str]:
    """What the template of the reader needs, and the style of its page."""
    by_agent = {voice.iri: voice for voice in reader.voices}
    shown = {c.iri: c for c in reader.text.claims if reader.filters.takes(c, graph.prefixes)}
    paragraphs = lay_out(
        reader.text,
        reader.spans,
        by_agent,
        shown=shown,
        choice=reader.choice,
        with_narrator=bool(reader.filters),
    )
    style = target_style(reader.spans)
    card = None
    if reader.choice is not None:
        card = make_card(
            reader.text,
            reader.choice,
            reader.filters,
            generation=generation,
            voices=by_agent,
            prefixes=graph.prefixes,
            link=reader.link,
            compared=reader.compared,
        )
    context = {
        "reader": reader,
        "paragraphs": paragraphs,
        "card": card,
        "amount": f"{reader.amount}, {_plural(len(reader.voices), 'voice')}",
        "choice_of": _choice_of,
        "choice_for": _choice_for,
        "listed": list(shown.values())[:LISTED] if reader.filters and card is None else [],
        "left": max(0, len(shown) - LISTED),
        "style": Markup(style),  # noqa: S704 - names are escaped for CSS, and have no "<" as IRIs
        "voice_of": lambda claim: by_agent.get(claim.speaker.iri),
    }
    return context, style


def _choice_of(start: int, end: int) -> Choice:
    return Choice(((start, end),))


def _choice_for(claim: Attribution) -> Choice:
    """The words that a claim rests on."""
    return Choice(tuple((passage.start, passage.end) for passage in claim.passages))


def style_source(style: str) -> str:
    """A style of a page as its policy names it (CSP 3, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def article_page(
    request: Request,
    graph: AsyncKnowledgeGraph,
    description: Description,
    reader: Reader,
    generation: Generation,
    *,
    alternates: Sequence[Alternate],
) -> Response:
    """An article: its text, with the voices and the chosen words marked."""
    viewer = Viewer(graph, description)
    said = {fact.triple.predicate.value: fact.triple.object for fact in description.facts}
    language = said.get(DCTERMS + "language")
    issued = said.get(DCTERMS + "issued")
    url = public_url(request, href(description.iri, graph.settings.names) or "/")
    heading = description.name(description.iri)
    text = reader.text
    context, style = reader_context(graph, reader, generation)
    return render_page(
        request,
        "article.html",
        {
            "it": description,
            "title": heading.text,
            "heading": heading,
            "summary": f"{heading.text}: {reader.amount}, each with its speaker and its words.",
            "publisher": viewer.term(said[DCTERMS + "publisher"]) if DCTERMS + "publisher" in said else None,
            "issued": issued.value if isinstance(issued, ox.Literal) else None,
            "language": language.value if isinstance(language, ox.Literal) else None,
            "rights": [
                fact.triple.object
                for fact in description.facts
                if fact.triple.predicate.value == DCTERMS + "rights"
                and isinstance(fact.triple.object, ox.Literal)
            ],
            "records": viewer.records(description.records),
            "data": embed_data(article_data(description, text, url=url)),
            "added": viewer.added(),
            "alternates": alternates,
            **context,
        },
        styles=[style_source(style)] if style else (),
    )
