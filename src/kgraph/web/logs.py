"""The server's log on standard error: a line an event, as text for a terminal or as JSON for programs."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

__all__ = ["JsonFormatter", "set_up_logs"]

_TEXT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
#: What each record has anyway; the rest is what the event says of itself.
_USUAL: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, event, and the event's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False, default=str)


class _TextFormatter(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        first, *more = line.split("\n")
        return "\n".join([first + fields, *more])


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _USUAL}


def set_up_logs(style: str) -> None:
    """Log to standard error. ``auto`` is text where a person reads it, JSON elsewhere."""
    as_text = style == "text" or (style == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(_TextFormatter(_TEXT) if as_text else JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)  # the server says itself what matters
    logging.getLogger("httpx").setLevel(logging.WARNING)
