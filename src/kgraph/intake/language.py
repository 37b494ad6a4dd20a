"""The language that a text is in, as py3langid tells it; it is in the extra ``kgraph[texts]``."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

__all__ = ["find_language"]

#: How sure it must be (from 0 to 1).
_SURE: Final = 0.9


def find_language(text: str) -> str | None:
    """The language of a text (ISO 639-1); None where it is too short, or py3langid is not installed."""
    if find_spec("py3langid") is None:
        return None
    language, confidence = _identifier().classify(text)
    return str(language) if confidence >= _SURE else None


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - most of a second to load

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
