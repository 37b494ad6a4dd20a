"""What an endpoint says against a query, in one line, so that whoever asked can mend it.

Endpoints answer with a sentence, with JSON, or with a Java trace behind the query itself; pages say nothing
that fits here.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

__all__ = ["reason_in"]

_LONGEST: Final = 300
_KEYS: Final = ("detail", "message", "exception", "error_description", "error", "title")
_EXCEPTION: Final = re.compile(r"(?:Exception|Error)\b")
_CAUSES: Final = re.compile(r"^.*(?:Exception|Error): ")


def reason_in(content: bytes) -> str:
    """The reason in the body of a refusal, or in a trace that cuts an answer off, as a sentence to put behind
    another; empty where none can be told.
    """
    text = content.decode("utf-8", "replace").strip()
    if text.startswith("{"):
        said = _in_json(text) or _in_lines(text, only_exceptions=True)
    elif text.startswith("<"):
        said = ""
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


def _in_lines(text: str, *, only_exceptions: bool) -> str:
    """The line that names an exception, without the exceptions around it; else the first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = next((line for line in lines if _EXCEPTION.search(line) and not line.startswith("at ")), "")
    if only_exceptions:
        return telling
    telling = telling or next(iter(lines), "")
    return _CAUSES.sub("", telling) or telling
