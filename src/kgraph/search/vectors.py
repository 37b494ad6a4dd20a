"""The vectors of a generation's texts, in its folder: each made once, and taken over by later builds.

vectors/<n>.npy         a segment: a row of float16 for each of some texts
vectors/<n>.keys.npy    the keys of these texts, in order; a key is 8 bytes of BLAKE2b
vectors/passages.npy    of each passage: a number for its article, its place, and the key of its text
vectors/encoder.txt     the model that made them

A segment is never written again, so an index that goes on from another has hard links to its segments, and
what is new comes in one more. Small ones are joined, so that there are few.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kgraph.errors import StoreError
from kgraph.search.encoders import Encoder

if TYPE_CHECKING:
    from kgraph.search.encoders import Matrix

__all__ = ["Progress", "Vectors", "key_of", "link_file", "write_vectors"]

_FOLDER: Final = "vectors"
_KEY_BYTES: Final = 8
_BATCH: Final = 256
#: Segments up to this size are read into memory at once.
_SMALL_BYTES: Final = 64 << 20

Progress = Callable[[int, int], None]


def key_of(text: str) -> int:
    """What names a text, or an article."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_KEY_BYTES)
    return int.from_bytes(digest.digest(), "big")


class _Segment(NamedTuple):
    number: int
    keys: Any
    rows: Any

    @staticmethod
    def files(number: int) -> tuple[str, str]:
        """The names of its files: keys, and rows."""
        return f"{number}.keys.npy", f"{number}.npy"

    def find(self, wanted: Any) -> tuple[Any, Any]:
        """Which of some keys it has, and in which rows."""
        import numpy as np  # noqa: PLC0415 - an extra has it

        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        has = self.keys[places] == wanted
        return has, places[has]


class Vectors:
    """The vectors as opened for reading."""

    def __init__(self, path: Path) -> None:
        import numpy as np  # noqa: PLC0415 - an extra has it

        self.folder = path / _FOLDER
        self.passages = np.load(self.folder / "passages.npy")
        numbers = sorted(int(file.name.partition(".")[0]) for file in self.folder.glob("*.keys.npy"))
        self.segments = [_open(self.folder, number) for number in numbers]

    @classmethod
    def of(cls, path: Path | None, encoder: Encoder | None) -> Vectors | None:
        """Those of a folder, where it has some that this encoder made."""
        if path is None or encoder is None:
            return None
        with suppress(OSError, ValueError, ImportError):
            return cls(path) if cls.are_of(path, encoder) else None
        return None

    @staticmethod
    def are_of(path: Path, encoder: Encoder) -> bool:
        """Whether a folder has vectors that an encoder made."""
        with suppress(OSError, ValueError):
            return (path / _FOLDER / "encoder.txt").read_text(encoding="utf-8") == encoder.name
        return False

    def known(self, keys: Sequence[int]) -> dict[int, Any]:
        """The rows of those texts that there are, by key."""
        import numpy as np  # noqa: PLC0415 - an extra has it

        wanted = np.asarray(keys, dtype=np.uint64)
        found: dict[int, Any] = {}
        for segment in self.segments:
            has, places = segment.find(wanted)
            found |= zip(map(int, wanted[has]), segment.rows[places], strict=True)
        return found

    def take(self, keys: Any) -> Matrix:
        """The vectors of some texts, to be computed with.

        Raises:
            StoreError: one of them is missing.
        """
        import numpy as np  # noqa: PLC0415 - an extra has it

        wanted = np.asarray(keys, dtype=np.uint64)
        width = self.segments[0].rows.shape[1] if self.segments else 0
        taken: Matrix = np.empty((len(wanted), width), dtype=np.float32)
        missing = np.ones(len(wanted), dtype=bool)
        for segment in self.segments:
            has, places = segment.find(wanted)
            taken[has] = segment.rows[places]
            missing &= ~has
        if missing.any():
            raise StoreError(
                "The text index lacks the vector of a text.", hint="Build it again with --force."
            )
        return taken

    @cached_property
    def wholes(self) -> tuple[Any, Matrix]:
        """The places of all passages, and the vectors of their texts."""
        return self.passages["place"], self.take(self.passages["text"])


def _open(folder: Path, number: int) -> _Segment:
    import numpy as np  # noqa: PLC0415 - an extra has it

    keys, rows = (folder / name for name in _Segment.files(number))
    mode: Any = "r" if rows.stat().st_size > _SMALL_BYTES else None
    return _Segment(number, np.load(keys), np.load(rows, mmap_mode=mode))


def write_vectors(
    path: Path,
    encoder: Encoder,
    texts: Iterable[str],
    passages: Sequence[tuple[str, int, str]],
    *,
    before: Path | None = None,
    goes_on: bool = False,
    gone: Iterable[str] = (),
    progress: Progress | None = None,
) -> int:
    """Write the vectors of some texts beside an index; says how many had to be made.

    Args:
        path: the folder of the index.
        encoder: what makes a vector.
        texts: the texts.
        passages: the article, the place and the text of each passage, whose texts are among these.
        before: the folder of an index whose vectors are taken over.
        goes_on: whether all of these stay, as those of the passages do whose articles are not ``gone``.
        gone: the articles that were taken out.
        progress: told how many of how many have been made.
    """
    import numpy as np  # noqa: PLC0415 - an extra has it

    earlier = Vectors.of(before, encoder)
    by_key = {key_of(text): text for text in texts}
    known = earlier.known(list(by_key)) if earlier is not None else {}
    made = _encode({key: text for key, text in by_key.items() if key not in known}, encoder, progress)
    folder = path / _FOLDER
    folder.mkdir()
    table = np.array(
        [(key_of(article), place, key_of(text)) for article, place, text in passages],
        dtype=[("article", np.uint64), ("place", np.uint64), ("text", np.uint64)],
    )
    kept: list[_Segment] = []
    fresh = dict(made)
    if goes_on and earlier is not None:
        kept = earlier.segments
        stay = ~np.isin(earlier.passages["article"], np.array([*map(key_of, gone)], dtype=np.uint64))
        table = np.concatenate([earlier.passages[stay], table])
    else:
        fresh |= known
    number = max((segment.number for segment in kept), default=-1) + 1
    joined = _joined(kept, len(fresh))
    for segment in joined:
        fresh |= zip(map(int, segment.keys), segment.rows, strict=True)
    if earlier is not None:
        for segment in kept[: len(kept) - len(joined)]:
            for name in _Segment.files(segment.number):
                link_file(earlier.folder / name, folder / name)
    if fresh:
        keys = np.array(sorted(fresh), dtype=np.uint64)
        rows = np.stack([fresh[int(key)] for key in keys])
        for name, content in zip(_Segment.files(number), (keys, rows), strict=True):
            np.save(folder / name, content)
    np.save(folder / "passages.npy", table)
    (folder / "encoder.txt").write_text(encoder.name, encoding="utf-8")
    return len(made)


def _joined(segments: Sequence[_Segment], size: int) -> Sequence[_Segment]:
    """The last segments that are not much larger than what comes behind them."""
    first = len(segments)
    while size and first and len(segments[first - 1].keys) <= 2 * size:
        first -= 1
        size += len(segments[first].keys)
    return segments[first:]


def _encode(texts: Mapping[int, str], encoder: Encoder, progress: Progress | None) -> dict[int, Any]:
    """The vectors of some texts by key. Those of a length go together: each costs as much as the longest."""
    import numpy as np  # noqa: PLC0415 - an extra has it

    made: dict[int, Any] = {}
    order = sorted(texts, key=lambda key: len(texts[key]))
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        made |= zip(batch, encoder.texts([texts[key] for key in batch]).astype(np.float16), strict=True)
        if progress is not None:
            progress(len(made), len(order))
    return made


def link_file(source: Path, target: Path) -> None:
    """Have a file that is never written again in another folder too."""
    try:
        os.link(source, target)
    except OSError:
        with suppress(FileNotFoundError):
            shutil.copy2(source, target)
