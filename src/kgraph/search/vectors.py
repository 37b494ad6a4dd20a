"""The vectors of a generation's texts, in its folder: made once a text, and taken over by later builds.

vectors/vectors.npy     a row of float16 for each text, those of the passages first
vectors/digests         16 bytes a row (BLAKE2b of the text), by which a later build finds what it has already
vectors/encoder.txt     the model that made them
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgraph.search.encoders import Encoder

if TYPE_CHECKING:
    from kgraph.search.encoders import Matrix

__all__ = ["Vectors", "write_vectors"]

_FOLDER: Final = "vectors"
_DIGEST_BYTES: Final = 16
_BATCH: Final = 256
#: Up to this size the vectors are read into memory at once.
_SMALL_BYTES: Final = 64 << 20

Progress = Callable[[int, int], None]


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).digest()


class Vectors:
    """The vectors as opened for reading."""

    def __init__(self, path: Path) -> None:
        import numpy as np  # noqa: PLC0415 - an extra has it

        folder = path / _FOLDER
        self.encoder = (folder / "encoder.txt").read_text(encoding="utf-8")
        file = folder / "vectors.npy"
        self.rows = np.load(file, mmap_mode="r" if file.stat().st_size > _SMALL_BYTES else None)
        self._digests = folder / "digests"

    @classmethod
    def of(cls, path: Path | None, encoder: Encoder | None) -> Vectors | None:
        """Those of a folder, where it has some that this encoder made."""
        if path is None or encoder is None:
            return None
        with suppress(OSError, ValueError, ImportError):
            vectors = cls(path)
            if vectors.encoder == encoder.name:
                return vectors
        return None

    def known(self) -> Mapping[bytes, int]:
        """The row of each text, by its digest."""
        data = self._digests.read_bytes()
        steps = range(0, len(data), _DIGEST_BYTES)
        return {data[at : at + _DIGEST_BYTES]: row for row, at in enumerate(steps)}

    def take(self, rows: Sequence[int] | slice) -> Matrix:
        """Some rows, to be computed with."""
        import numpy as np  # noqa: PLC0415 - an extra has it

        taken: Matrix = np.asarray(self.rows[rows], dtype=np.float32)
        return taken


def write_vectors(
    path: Path,
    texts: Sequence[str],
    encoder: Encoder,
    *,
    earlier: Path | None = None,
    progress: Progress | None = None,
) -> int:
    """Write the vectors of some texts beside an index; says how many had to be made.

    Args:
        path: the folder of the index.
        texts: the texts, by row.
        encoder: what makes a vector.
        earlier: the folder of an index whose vectors are taken over.
        progress: told how many of how many have been made.
    """
    import numpy as np  # noqa: PLC0415 - an extra has it

    digests = [_digest(text) for text in texts]
    before = Vectors.of(earlier, encoder)
    known = before.known() if before is not None else {}
    missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
    rows = {digest: before.rows[known[digest]] for digest in digests if before and digest in known}
    # Texts of a length are encoded together: each of a batch costs as much as its longest.
    order = sorted(missing, key=lambda digest: len(missing[digest]))
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        made = encoder.texts([missing[digest] for digest in batch])
        rows |= zip(batch, made.astype(np.float16), strict=True)
        if progress is not None:
            progress(min(start + _BATCH, len(order)), len(order))
    folder = path / _FOLDER
    folder.mkdir()
    np.save(folder / "vectors.npy", np.stack([rows[digest] for digest in digests]))
    (folder / "digests").write_bytes(b"".join(digests))
    (folder / "encoder.txt").write_text(encoder.name, encoding="utf-8")
    return len(order)
