"""Items of Wikidata as candidates for what a draft names and the project does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kgraph.drafting.candidates import Draft
from kgraph.federation import match_names
from kgraph.settings import Settings

__all__ = ["link_draft"]


def link_draft(settings: Settings, draft: Draft, *, progress: Callable[[str], None]) -> Draft:
    """The draft with an item for each name that is an item's label in the text's language.

    Raises:
        RemoteError: Wikidata gave no whole answer.
        QueryRefusedError: it may not be called.
    """
    names = {
        mention.label
        for candidate in draft.candidates
        for mention in candidate.entities
        if mention.iri is None and mention.label[:1].isupper()
    }
    items = match_names(settings, names, language=draft.text.language, progress=progress)
    return replace(
        draft,
        candidates=tuple(
            replace(
                candidate,
                entities=tuple(
                    mention if mention.iri else replace(mention, wikidata=items.get(mention.label))
                    for mention in candidate.entities
                ),
            )
            for candidate in draft.candidates
        ),
    )
