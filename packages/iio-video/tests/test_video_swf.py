"""Flash: beside FFmpeg's demuxer, byte by byte, and damaged."""

from __future__ import annotations

import io
import lzma
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from video_samples import decoded, encoded, pictures

import iio_core as iio
import iio_core.v2 as imageio
from iio_core.testing import PluginSuite, Sample
from iio_video._swf_bits import Bits, matrix, rectangle

IMAGES = pictures(4, 30, 44)


def tag(code: int, content: bytes) -> bytes:
    return struct.pack("<HI", code << 6 | 63, len(content)) + content


def flash(*tags: bytes, kind: bytes = b"FWS", end: bool = True) -> bytes:
    """Return a Flash file of tags, put together by hand."""
    stage = f"{11:05b}{0:011b}{44 * 20:011b}{0:011b}{30 * 20:011b}"  # a RECT, in twips
    body = int(f"{stage:0<56}", 2).to_bytes(7, "big")
    body += struct.pack("<HH", 12 * 256, len(tags)) + b"".join(tags)
    body += b"\0\0" if end else b""
    head = kind + struct.pack("<BI", 13, 8 + len(body))
    if kind == b"CWS":
        return head + zlib.compress(body)
    if kind == b"ZWS":
        filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 20}]
        packed = lzma.compress(body, lzma.FORMAT_RAW, filters=filters)
        properties = bytes([93]) + struct.pack("<I", 1 << 20)
        return head + struct.pack("<I", len(packed)) + properties + packed
    return head + body


def direct(image: np.ndarray, *, alpha: bool) -> bytes:
    height, width = image.shape[:2]
    first = image[..., 3:] if alpha else np.zeros((height, width, 1), np.uint8)
    stored = np.concatenate([first, image[..., :3]], axis=-1)
    content = struct.pack("<HBHH", 1, 5, width, height) + zlib.compress(stored.tobytes())
    return tag(36 if alpha else 20, content)


def indexed(indices: np.ndarray, palette: np.ndarray) -> bytes:
    height, width = indices.shape
    rows = np.zeros((height, -(-width // 4) * 4), np.uint8)
    rows[:, :width] = indices
    head = struct.pack("<HBHHB", 1, 3, width, height, len(palette) - 1)
    code = 36 if palette.shape[1] == 4 else 20
    return tag(code, head + zlib.compress(palette.tobytes() + rows.tobytes()))


class TestSwf(PluginSuite):
    entry_point = "iio_video._spec:SWF"
    changes = 300

    def samples(self) -> Iterator[Sample]:
        yield Sample("SWF", flash(direct(IMAGES[0], alpha=False)), IMAGES[0], name="RGB")
        data = iio.imwrite("<bytes>", IMAGES, extension=".swf", plugin="swf")
        yield Sample("SWF", data or b"", IMAGES[0], name="several")
        yield Sample("SWF", flash(direct(IMAGES[0], alpha=False), kind=b"CWS"), IMAGES[0], name="C")


@pytest.mark.parametrize("kind", [b"FWS", b"CWS", b"ZWS"])
def test_bitmaps_of_every_kind(kind: bytes) -> None:
    rgba = np.dstack([IMAGES[0], np.full(IMAGES[0].shape[:2], 255, np.uint8)])
    indices = (np.arange(7 * 9) % 5).reshape(7, 9).astype(np.uint8)
    palette = np.arange(15, dtype=np.uint8).reshape(5, 3) * 16
    fifteen = (np.arange(6).reshape(2, 3) * 5000).astype(">u2")
    rows = fifteen.tobytes()[:6] + b"\0\0" + fifteen.tobytes()[6:] + b"\0\0"
    packed = tag(20, struct.pack("<HBHH", 1, 4, 3, 2) + zlib.compress(rows))
    data = flash(
        direct(IMAGES[0], alpha=False),
        direct(rgba, alpha=True),
        indexed(indices, palette),
        packed,
        kind=kind,
    )
    found = list(iio.imiter(data))
    assert np.array_equal(found[0], IMAGES[0]) and np.array_equal(found[1], rgba)
    assert np.array_equal(found[2], palette[indices])
    five = np.stack([(fifteen >> s) & 31 for s in (10, 5, 0)], axis=-1).astype(int)
    assert np.abs(found[3] - five * 255 / 31).max() < 1
    assert [iio.improps(data, index=n).shape for n in range(4)] == [f.shape for f in found]
    assert iio.immeta(data)["size"] == (44, 30)
    assert iio.immeta(data)["fps"] == 12 and iio.immeta(data)["version"] == 13
    with pytest.raises(iio.DecodeError, match="cannot be stacked"):
        iio.imread(data)


def test_what_is_written_beside_ffmpeg() -> None:
    for images in (IMAGES, [np.dstack([i, np.full(i.shape[:2], 255, np.uint8)]) for i in IMAGES]):
        data = iio.imwrite("<bytes>", images, extension=".swf", plugin="swf") or b""
        assert np.array_equal(decoded(data, "swf"), np.stack(IMAGES))
        assert np.array_equal(iio.imread(data), images)
        # The same tags, compressed as a whole.
        small = iio.imwrite("<bytes>", images, extension=".swf", compress=True) or b""
        assert small[:3] == b"CWS" and small[3:8] == data[3:8]
        assert zlib.decompress(small[8:]) == data[8:]
        assert np.array_equal(iio.imread(small), images)


def test_transparency_is_stored_in_the_colors() -> None:
    image = np.zeros((4, 64, 4), np.uint8)
    image[..., 0], image[..., 1] = 200, np.arange(64) * 4
    image[..., 3] = np.array([[255], [128], [16], [0]])
    data = iio.imwrite("<bytes>", image, extension=".swf") or b""
    stored = iio.imread(data, index=0, premultiplied=False)
    assert (stored[..., :3] <= stored[..., 3:]).all()
    back = iio.imread(data, index=0)
    assert np.array_equal(back[0], image[0]) and np.array_equal(back[..., 3], image[..., 3])
    assert np.abs(back[1].astype(int) - image[1]).max() <= 2
    assert np.abs(back[2].astype(int) - image[2]).max() <= 9
    assert not back[3].any()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 50), st.integers(1, 50), st.sampled_from([1, 3]), st.booleans())
def test_any_size_comes_back(height: int, width: int, channels: int, compress: bool) -> None:
    shape = (height, width) if channels == 1 else (height, width, channels)
    image = np.random.default_rng(height).integers(0, 256, shape, np.uint8)
    data = iio.imwrite("<bytes>", image, extension=".swf", is_batch=False, compress=compress)
    assert np.array_equal(iio.imread(data or b"", index=0), image)


def test_bits() -> None:
    # The example of the specification: a RECT of 127 by 260 twips... laid out by hand.
    assert Bits().add(5, 3).add(-1, 5).bytes() == b"\xbf"
    count = rectangle(11000, 8000)[0] >> 3
    assert count == 15
    bits = "".join(f"{b:08b}" for b in rectangle(11000, 8000))[5:]
    assert [int(bits[i * 15 : i * 15 + 15], 2) for i in range(4)] == [0, 11000, 0, 8000]
    scale = "".join(f"{b:08b}" for b in matrix(20))
    assert scale[0] == "1"
    size = int(scale[1:6], 2)
    assert int(scale[6 : 6 + size], 2) == 20 << 16


def test_a_video_in_flash() -> None:
    data = encoded(pictures(6), "swf", "flv", bitrate=300_000)
    wanted = decoded(data, "swf")
    assert len(wanted) == 6
    assert np.array_equal(iio.imread(data, extension=".swf"), wanted)
    assert np.array_equal(iio.imread(data, index=3), wanted[3])


def test_a_page_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a & clip.swf"
    iio.imwrite(path, IMAGES, html=True)
    page = (tmp_path / "a & clip.html").read_text()
    assert 'data="a &amp; clip.swf"' in page and 'width="44"' in page


def test_frames_that_do_not_fit(tmp_path: Path) -> None:
    for image in (
        IMAGES[0].astype(np.uint16),
        IMAGES[0][..., :2],
        np.zeros((0, 4), np.uint8),
        np.zeros((1, 20_000), np.uint8),
    ):
        with pytest.raises(iio.EncodeError):
            iio.imwrite(tmp_path / "x.swf", image, is_batch=False)
    for fps in (0, 256, -3):
        with pytest.raises(iio.OptionError, match="fps="):
            iio.imwrite(tmp_path / "x.swf", IMAGES, fps=fps)
    assert not list(tmp_path.iterdir())


def test_damage() -> None:
    whole = flash(direct(IMAGES[0], alpha=False), direct(IMAGES[1], alpha=False))
    cut = whole[:-40]
    with iio.imopen(cut, "r", extension=".swf") as file:
        assert file.count() is None
        assert np.array_equal(file.read(index=0), IMAGES[0])
        with pytest.raises(iio.DecodeError, match="its end is missing"):
            file.read(index=1)
        with pytest.raises(iio.DecodeError, match="its end is missing"):
            list(file.iter())
    for head in (
        struct.pack("<HBHH", 1, 9, 3, 2),
        struct.pack("<HBHH", 1, 5, 0, 2),
        struct.pack("<HBHH", 1, 5, 65535, 65535),
        b"\1",
    ):
        with pytest.raises((iio.DecodeError, iio.LimitError)):
            iio.imread(flash(tag(20, head + zlib.compress(b"\0" * 99))), index=0)
    whole = bytearray(flash(direct(IMAGES[0], alpha=False), kind=b"ZWS"))
    whole[12] = 255  # LZMA's own properties: no such ones
    with pytest.raises(iio.DecodeError, match="it cannot be decompressed"):
        iio.imread(bytes(whole))
    beyond = indexed(np.full((2, 2), 7, np.uint8), np.zeros((3, 3), np.uint8))
    with pytest.raises(iio.DecodeError, match="index that its color table has not"):
        iio.imread(flash(beyond), index=0)
    bomb = b"CWS" + struct.pack("<BI", 8, 0xFFFFFFFF) + zlib.compress(b"\0" * 1000)
    with pytest.raises(iio.LimitError):
        iio.imread(bomb, index=0)
    with pytest.raises(iio.DecodeError):
        iio.imread(flash(), index=0)


def test_the_name_of_imageio(tmp_path: Path) -> None:
    path = tmp_path / "x.swf"
    imageio.mimwrite(path, IMAGES, "SWF", fps=5, loop=False, html=False, compress=True)
    with imageio.get_reader(path, "SWF", loop=True) as reader:
        assert len(reader) == 4 and reader.get_meta_data()["fps"] == 5
        assert np.array_equal(reader.get_data(5)[..., :3], IMAGES[1])
        assert reader.get_data(0).shape == (30, 44, 4)
    with imageio.get_reader(path) as reader, pytest.raises(IndexError):
        reader.get_data(4)


def test_real_file(real: Path) -> None:
    found = iio.imread(real / "stent.swf")
    with av.open(io.BytesIO((real / "stent.swf").read_bytes()), format="swf") as source:
        wanted = [f.to_ndarray(format="rgba") for f in source.decode(video=0)]
    assert np.array_equal(found, wanted)
