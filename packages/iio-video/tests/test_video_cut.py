"""Recordings that do not say how long they are, and end in the middle."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import av
import numpy as np
import pytest
from video_samples import pictures

import iio_core as iio
from iio_video import _matroska
from iio_video._matroska import lacking

IMAGES = pictures(20)


def recording() -> bytes:
    """Return Matroska whose segment and clusters have no size, as a browser records it."""
    data = iio.imwrite(
        "<bytes>", IMAGES, extension=".mkv", plugin="pyav", container_options={"live": "1"}
    )
    assert data is not None and b"\x18\x53\x80\x67" + b"\x01" + b"\xff" * 7 in data
    return data


def blocks(data: bytes) -> list[int]:
    """Return where the content of each block begins, as FFmpeg tells it."""
    with av.open(io.BytesIO(data)) as source:
        return [packet.pos for packet in source.demux(video=0) if packet.size]


def test_one_that_is_whole_is_read_in_silence(recwarn: pytest.WarningsRecorder) -> None:
    for plugin in ("pyav", "ffmpeg"):
        assert len(iio.imread(recording(), extension=".mkv", plugin=plugin)) == len(IMAGES)
    assert not recwarn.list


@pytest.mark.parametrize("more", [-1, 1, 40])
def test_one_that_ends_in_a_block(more: int) -> None:
    data = recording()
    place = blocks(data)[11]
    cut = data[: place + more]
    with pytest.raises(iio.DecodeError, match=r"frame 11 could not be decoded: .*lacks [0-9,]+ b"):
        iio.imread(cut, extension=".mkv", plugin="pyav")
    kept = iio.imread(cut, extension=".mkv", plugin="pyav", on_error="stop")
    assert np.array_equal(kept, iio.imread(data, extension=".mkv", plugin="pyav")[: len(kept)])
    assert 9 <= len(kept) <= 11
    assert np.array_equal(iio.imread(cut, extension=".mkv", plugin="pyav", index=3), kept[3])


def test_one_that_ends_behind_a_block_may_be_whole() -> None:
    """Nobody can tell: a recording that was ended there looks the same."""
    data = recording()
    end = blocks(data)[11]
    end = next(n for n in range(end - 12, end) if data[n] == 0xA3 and lacking_at(data, n))
    assert len(iio.imread(data[:end], extension=".mkv", plugin="pyav")) == 11


def lacking_at(data: bytes, place: int) -> bool:
    """Tell whether elements begin here, and the last one ends with the file."""
    whole = lacking(io.BytesIO(data), place, len(data)) == 0
    return whole and lacking(io.BytesIO(data), place, len(data) - 1) == 1


def test_the_executable_warns(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    path = tmp_path / "x.mkv"
    data = recording()
    path.write_bytes(data[: blocks(data)[11] + 1])
    with pytest.warns(iio.IIOWarning, match=r"x\.mkv: the file is cut, .* 11 frames") as seen:
        assert len(iio.imread(path, plugin="ffmpeg")) == 11
    assert [one.filename for one in seen] == [__file__]
    avi = iio.imwrite("<bytes>", IMAGES, extension=".avi", plugin="pyav", codec="mjpeg")
    assert avi is not None
    with pytest.warns(iio.IIOWarning, match="the file is cut"):
        iio.imread(avi[: len(avi) * 2 // 3], extension=".avi", plugin="ffmpeg")


HEAD = b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67\x01" + b"\xff" * 7
CLUSTER = b"\x1f\x43\xb6\x75\xff"


@pytest.mark.parametrize(
    ("elements", "lacks"),
    [
        (CLUSTER + b"\xe7\x81\x00" + b"\xa3\x84abcd", 0),
        (CLUSTER + b"\xa3\x85abcd", 1),
        (CLUSTER + b"\xa0\x86\xa1\x84abcd", 0),
        (CLUSTER + b"\xa0\x89\xa1\x84abcd", 3),  # the group goes on
        (b"\x1f\x43\xb6\x75\x88\xa3\x84abcd", 2),  # the cluster does
        (CLUSTER + b"\xa3", 1),
        (CLUSTER + b"\xa3\x40", 1),
        (CLUSTER + b"\x1f\x43", 3),
        (CLUSTER + b"\0" * 50, 0),  # padding: nothing is known of it
        (CLUSTER + b"\x9e\x90abc", 0),  # no element of a segment
        (CLUSTER + b"\xa3\xffabc", 0),  # a block has a size
    ],
)
def test_what_an_element_lacks(elements: bytes, lacks: int) -> None:
    file = io.BytesIO(HEAD + elements)
    file.seek(3)
    assert lacking(file, 0, len(HEAD + elements)) == lacks
    assert file.tell() == 3


def test_a_long_chain_of_nothing_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_matroska, "_MOST", 100)
    data = HEAD + struct.pack("BB", 0xEC, 0x80) * 200 + b"\xa3\x85abc"
    assert lacking(io.BytesIO(data), len(data) - 105, len(data)) == 2
    assert lacking(io.BytesIO(data), 0, len(data)) == 0
