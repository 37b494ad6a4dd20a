"""What tells whether a generation was made by this program as it is set up now."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Final

import kgraph
from kgraph.search import Encoder, open_encoder
from kgraph.settings import Settings

__all__ = ["encoder_name", "encoder_of", "versions"]

_LIBRARIES: Final = ("pyoxigraph", "rdflib", "pyshacl", "tantivy")


def encoder_of(settings: Settings) -> Encoder | None:
    """The sentence encoder that the settings name; None where there is none."""
    return open_encoder(settings.encoder, settings.encoder_model, settings.encoder_token)


def encoder_name(settings: Settings) -> str:
    """Its name; empty where there is none."""
    encoder = encoder_of(settings)
    return encoder.name if encoder is not None else ""


def versions() -> dict[str, str]:
    """The versions that what is made depends on."""
    return {"kgraph": kgraph.__version__, "python": platform.python_version()} | {
        name: version(name) for name in _LIBRARIES
    }
