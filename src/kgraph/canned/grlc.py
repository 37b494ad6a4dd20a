"""grlc's own decorators: those that nothing heeds here are told of, so that nobody counts on them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from kgraph.canned.decorators import Decorators

__all__ = ["DECORATORS", "note_ignored"]

#: Every decorator that grlc documents. "method" says how grlc asks its endpoint, of which there is none here.
DECORATORS: Final = (
    "summary",
    "description",
    "tags",
    "defaults",
    "enumerate",
    "endpoint",
    "endpoint-method",
    "endpoint_in_url",
    "method",
    "mime",
    "pagination",
    "transform",
)
_IGNORED: Final = {
    "pagination": "All rows come in one answer",
    "transform": "Rows come in SPARQL's own formats",
    "mime": "Only this project's graph is asked",
}
_INSTEAD: Final = {
    "pagination": "Take LIMIT and OFFSET into the query, or keep it for grlc.",
    "transform": "Let the program that reads the rows give them another shape, or keep it for grlc.",
    "endpoint": "Ask another endpoint with SERVICE, or keep it for grlc.",
    "enumerate": "List the values below the name, '- name: [one, two]', or keep it for grlc.",
}
#: Where an endpoint may stand that is this project, served.
_OURS: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def note_ignored(notes: Decorators) -> None:
    """Warn of what means something to grlc and nothing here."""
    for name, because in _IGNORED.items():
        if notes.mapping().get(name):
            _ignored(notes, name, because, notes.line(name))
    endpoint = notes.text("endpoint")
    if endpoint and not _is_ours(endpoint):
        because = f"Every query is answered from this project, not from {endpoint}"
        _ignored(notes, "endpoint", because, notes.line("endpoint"))
    if notes.text("endpoint_in_url").lower() == "true":
        because = "No request can name another endpoint"
        _ignored(notes, "endpoint_in_url", because, notes.line("endpoint_in_url"))
    for index, entry in enumerate(notes.items("enumerate")):
        if isinstance(entry, str):
            because = f"The values of {entry!r} are not looked up"
            _ignored(notes, "enumerate", because, notes.line("enumerate", index))


def _is_ours(endpoint: str) -> bool:
    try:
        return urlsplit(endpoint).hostname in _OURS
    except ValueError:
        return False


def _ignored(notes: Decorators, name: str, because: str, line: int) -> None:
    notes.warn(
        "ignored",
        line,
        f"{because}: the decorator {name!r} is grlc's, and is ignored here.",
        _INSTEAD.get(name, "Keep it where the file serves grlc too."),
    )
