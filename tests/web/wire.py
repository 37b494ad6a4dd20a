"""Talking to a server byte by byte."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

__all__ = ["Said", "connected", "say"]


@dataclass(frozen=True)
class Said:
    """A response as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """Its problem details."""
        assert self.headers["content-type"] == "application/problem+json"
        problem: dict[str, Any] = json.loads(self.body)
        assert problem["status"] == self.status
        return problem


@contextmanager
def connected(client: httpx.Client, *, timeout_s: float = 30) -> Iterator[socket.socket]:
    """A connection to the server of a client."""
    address = (client.base_url.host, client.base_url.port or 80)
    with socket.create_connection(address, timeout=timeout_s) as connection:
        yield connection


def read_response(connection: socket.socket) -> Said | None:
    """The next response; None where the connection ends without one."""
    reader = connection.makefile("rb")
    try:
        line = reader.readline()
        headers: dict[str, str] = {}
        while (field := reader.readline().strip()) != b"":
            name, _, value = field.partition(b":")
            headers[name.decode().lower()] = value.decode().strip()
        if not line:
            return None
        return Said(int(line.split()[1]), headers, reader.read(int(headers.get("content-length", "0"))))
    except ConnectionError:
        return None


def say(client: httpx.Client, *pieces: bytes) -> Said | None:
    """Send some bytes on a connection of their own, and read what comes back."""
    with connected(client) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except ConnectionError:
                break
        return read_response(connection)
