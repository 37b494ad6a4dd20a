"""Text as TeX reads it, for BibTeX."""

from __future__ import annotations

from typing import Final

__all__ = ["tex_of"]

#: Characters that mean something to TeX, and how they are written.
_TEX: Final = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})  # fmt: skip


def tex_of(text: str) -> str:
    """Text with the characters escaped that mean something to TeX."""
    return text.translate(_TEX)
