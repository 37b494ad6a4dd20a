"""Frames survive any way of cutting the bytes, and nothing else passes for a frame."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.engine.protocol import FrameDecoder, FrameError, encode_frame

FIELDS = st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5), max_size=3)


@given(
    st.lists(st.tuples(st.text(max_size=8), FIELDS, st.binary(max_size=40)), max_size=5),
    st.lists(st.integers(0, 400)),
)
def test_frames_come_out_as_they_went_in_however_the_stream_is_cut(
    messages: list[tuple[str, dict[str, str | int | None], bytes]], cuts: list[int]
) -> None:
    stream = b"".join(encode_frame(*message) for message in messages)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    decoder = FrameDecoder()
    frames = [frame for start, end in pairwise(edges) for frame in decoder.feed(stream[start:end])]
    assert frames == messages


@pytest.mark.parametrize("stream", [b"\xff" * 8, b"\0\0\0\x02\0\0\0\0{]", b"\0\0\0\x02\0\0\0\0[]"])
def test_what_is_no_frame_is_an_error(stream: bytes) -> None:
    with pytest.raises(FrameError):
        list(FrameDecoder().feed(stream))
