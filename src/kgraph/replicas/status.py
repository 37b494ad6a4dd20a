"""What a replica knows of the one that it follows: a small file in its store, for the server to tell."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

__all__ = ["FOLLOW_LOCK", "ReplicaStatus", "forget_status", "now", "read_status", "write_status"]

_FILE: Final = "replica.json"
#: Held by the one process that takes generations into a store.
FOLLOW_LOCK: Final = "follow.lock"


@dataclass(frozen=True, slots=True)
class ReplicaStatus:
    """How following goes.

    ``follows`` names what is followed; ``heard`` is when it last answered (UTC in ISO 8601; None: never);
    ``offered`` the generation that it then had; ``landing`` says how far taking that is; ``problem`` is why
    it is not taken, or why nothing is heard.
    """

    follows: str
    heard: str | None = None
    offered: str | None = None
    landing: str | None = None
    problem: str | None = None

    @property
    def heard_age_s(self) -> float | None:
        """Seconds since it last answered."""
        if self.heard is None:
            return None
        return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(self.heard)).total_seconds())


def now() -> str:
    """The time as a status has it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def read_status(store: Path) -> ReplicaStatus | None:
    """The status of a store that follows another; None where it does not, or has not begun to."""
    try:
        return ReplicaStatus(**json.loads((store / _FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_status(store: Path, status: ReplicaStatus) -> None:
    """Leave the status for whoever reads it, who never sees half of it."""
    beside = store / f".{_FILE}"
    beside.write_text(json.dumps(asdict(status), ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(store / _FILE)


def forget_status(store: Path) -> None:
    """Have a store follow nothing any more: what is written from now on is its own."""
    with suppress(OSError):
        (store / _FILE).unlink()
