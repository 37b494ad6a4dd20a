"""What an endpoint says against a query, in one line, so that whoever asked can mend it.

Endpoints answer with a sentence, with JSON, with a Java trace behind the query itself, or with a page. Of a
page, only a line counts that tells of a fault: that of a proxy says no more than the status does.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any, Final

__all__ = ["reason_in"]

_LONGEST: Final = 300
_KEYS: Final = ("detail", "message", "exception", "error_description", "error", "title")
_EXCEPTION: Final = re.compile(r"(?:Exception|Error)\b")
_CAUSES: Final = re.compile(r"^.*(?:Exception|Error): ")
#: A line of a page that tells of a fault: more than the name of a status.
_FAULT: Final = re.compile(
    r"(?i)(?:malformed|unexpected|encountered|syntax|pars(?:e|ing)|undefined|unresolved|unknown|exceed|limit)\W.*\w"
    r"|(?:Exception|Error):? \w+ \w"
)
_UNSEEN: Final = frozenset({"script", "style", "title"})
_WITHIN_LINES: Final = frozenset({"a", "b", "code", "em", "i", "span", "strong", "tt", "u"})


def reason_in(content: bytes) -> str:
    """The reason in the body of a refusal, or in a trace that cuts an answer off, as a sentence to put behind
    another; empty where none can be told.
    """
    text = content.decode("utf-8", "replace").strip()
    if text.startswith("{"):
        said = _in_json(text) or _in_lines(text, only_exceptions=True)
    elif text.startswith("<"):
        said = _in_page(text)
    else:
        said = _in_lines(text, only_exceptions=False)
    said = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    if len(said) > _LONGEST:
        said = f"{said[:_LONGEST]} …"
    return f" It says: “{said.rstrip('.')}”." if said else ""


def _in_json(text: str) -> str:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    values = [document.get(key) for key in _KEYS]
    return next((value for value in values if isinstance(value, str) and value), "")


class _Lines(HTMLParser):
    """The lines of a page as a reader sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in _UNSEEN
        self.text.append("" if tag in _WITHIN_LINES else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self.text.append("" if tag in _WITHIN_LINES else "\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.text.append(data)


def _in_page(text: str) -> str:
    parser = _Lines()
    parser.feed(text)
    lines = [line.strip() for line in "".join(parser.text).splitlines()]
    return next((_CAUSES.sub("", line) or line for line in lines if _FAULT.search(line)), "")


def _in_lines(text: str, *, only_exceptions: bool) -> str:
    """The line that names an exception, without the exceptions around it; else the first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = next((line for line in lines if _EXCEPTION.search(line) and not line.startswith("at ")), "")
    if only_exceptions:
        return telling
    telling = telling or next(iter(lines), "")
    return _CAUSES.sub("", telling) or telling
