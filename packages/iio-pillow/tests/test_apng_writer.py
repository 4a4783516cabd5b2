"""Animated PNGs assembled from PNGs, read back by ffmpeg (PyAV) and by Pillow."""

from __future__ import annotations

import io
import struct
import zlib
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence, PngImagePlugin

from iio_pillow._apng_writer import ApngAssembler
from iio_pillow._png_chunks import chunks, scan_apng

PIXELS = {
    "L": ("gray", np.uint8, 1),
    "I;16": ("gray16be", np.uint16, 1),
    "LA": ("ya8", np.uint8, 2),
    "RGB": ("rgb24", np.uint8, 3),
    "RGBA": ("rgba", np.uint8, 4),
}


def png(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def image_of(array: np.ndarray) -> Image.Image:
    return Image.fromarray(array)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def assembled(pngs: list[bytes], *, duration_ms: Any = 100, **options: Any) -> bytes:
    file = io.BytesIO()
    assembler = ApngAssembler(file, **options)
    for encoded in pngs:
        assembler.add(encoded, duration_ms=duration_ms)
    assembler.finish()
    assert file.tell() == len(file.getvalue())
    return file.getvalue()


def by_ffmpeg(data: bytes, layout: str) -> list[np.ndarray]:
    with av.open(io.BytesIO(data), format="apng") as container:
        found = list(container.decode(video=0))
    assert {frame.format.name for frame in found} == {layout}
    if layout == "ya8":  # PyAV has no array for it: the plane's rows as they are
        return [
            np.frombuffer(frame.planes[0], np.uint8)
            .reshape(frame.height, -1)[:, : 2 * frame.width]
            .reshape(frame.height, frame.width, 2)
            for frame in found
        ]
    return [frame.to_ndarray() for frame in found]


def by_pillow(data: bytes) -> list[np.ndarray]:
    with Image.open(io.BytesIO(data)) as image:
        return [np.array(frame) for frame in ImageSequence.Iterator(image)]


@st.composite
def arrays(draw: st.DrawFn) -> tuple[str, list[np.ndarray]]:
    mode = draw(st.sampled_from(sorted(PIXELS)))
    _, dtype, bands = PIXELS[mode]
    height, width = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (height, width) if bands == 1 else (height, width, bands)
    found = [rng.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)]
    for same in draw(st.lists(st.booleans(), min_size=1, max_size=5)):
        new = rng.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
        found.append(found[-1] if same else new)
    return mode, found


@given(arrays())
@settings(max_examples=150, deadline=None)
def test_every_frame_comes_back_pixel_for_pixel(given: tuple[str, list[np.ndarray]]) -> None:
    mode, expected = given
    data = assembled([png(image_of(array)) for array in expected])
    theirs = by_ffmpeg(data, PIXELS[mode][0])
    assert len(theirs) == len(expected)
    for a, b in zip(theirs, expected, strict=True):
        np.testing.assert_array_equal(a, b)
    # Pillow gives frames after the first in another mode for some; those are left to ffmpeg.
    if mode in ("L", "RGB", "RGBA"):
        for a, b in zip(by_pillow(data), expected, strict=True):
            np.testing.assert_array_equal(a, b)
    layout = scan_apng(io.BytesIO(data))
    assert layout.n_frames == len(layout.frames) == len(expected)
    assert not layout.truncated and not layout.default_image


def test_sixteen_bits_in_pillow() -> None:
    ramp = np.arange(0, 60000, 100, dtype=np.uint16).reshape(20, 30)
    expected = [ramp, ramp + 1, ramp + 1, ramp[::-1].copy()]
    found = by_pillow(assembled([png(image_of(array)) for array in expected]))
    assert len(found) == 4
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_palette_frames() -> None:
    palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3]
    frames = []
    for k in range(3):
        image = Image.new("P", (6, 5), k)
        image.putpalette(palette)
        frames.append(image)
    data = assembled([png(image) for image in frames])
    found = [image[2, 2, :3].tolist() for image in by_ffmpeg(data, "rgba")]
    with Image.open(io.BytesIO(data)) as opened:
        colors = [frame.convert("RGB").getpixel((2, 2)) for frame in ImageSequence.Iterator(opened)]
    assert colors == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    assert found == [list(color) for color in colors]

    other = frames[1].copy()
    other.putpalette([9, *palette[1:]])
    with pytest.raises(ValueError, match="palette"):
        assembled([png(frames[0]), png(other)])
    with pytest.raises(ValueError, match="transparency"):
        assembled([png(frames[0]), png(frames[1], transparency=2)])


@pytest.mark.parametrize("other", [Image.new("L", (4, 5)), Image.new("RGB", (5, 4))])
def test_frames_have_one_header(other: Image.Image) -> None:
    file = io.BytesIO()
    assembler = ApngAssembler(file)
    first = png(Image.new("L", (5, 4)))
    assembler.add(first, duration_ms=1)
    with pytest.raises(ValueError, match="header"):
        assembler.add(png(other), duration_ms=1)
    assembler.add(first, duration_ms=1)
    assembler.finish()
    assert len(by_ffmpeg(file.getvalue(), "gray")) == 2


def test_one_frame_is_a_plain_png() -> None:
    encoded = png(Image.radial_gradient("L"), dpi=(300, 300))
    assert assembled([encoded]) == encoded
    assert assembled([encoded], default_image=True) == encoded
    assert scan_apng(io.BytesIO(encoded)).frames == ()


def test_chunks_of_the_first_frame_are_kept() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Title", "a cat")
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {"pnginfo": text, "dpi": (300, 300), "icc_profile": b"profile", "exif": exif}
    image = Image.radial_gradient("L")
    first = png(image, **options)
    first = first[:-12] + chunk(b"tEXt", b"After\0pixels") + first[-12:]
    data = assembled([first, png(image), png(image)], loop=3)

    kinds = [kind for kind, _ in chunks(data)]
    assert kinds[:2] == [b"IHDR", b"acTL"]
    assert kinds[-1] == b"IEND" and kinds.count(b"IEND") == 1
    assert kinds.count(b"fcTL") == 3
    assert {b"iCCP", b"pHYs", b"tEXt", b"eXIf"} <= set(kinds)
    for kind, whole in chunks(data):
        assert struct.unpack(">I", whole[-4:])[0] == zlib.crc32(whole[4:-4]), kind
    numbers = [whole[8:12] for kind, whole in chunks(data) if kind in (b"fcTL", b"fdAT")]
    assert numbers == [struct.pack(">I", k) for k in range(len(numbers))]
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.n_frames == 3
        assert opened.info["loop"] == 3
        assert opened.info["icc_profile"] == b"profile"
        assert opened.info["Title"] == "a cat"
        assert opened.getexif()[0x0112] == 6
        assert round(opened.info["dpi"][0]) == 300
        opened.seek(2)
        opened.load()
        assert opened.text["After"] == "pixels"


def test_default_image() -> None:
    values = [10, 20, 30]
    pngs = [png(Image.new("L", (3, 3), value)) for value in values]
    data = assembled(pngs, default_image=True)
    layout = scan_apng(io.BytesIO(data))
    assert (layout.n_frames, len(layout.frames), layout.default_image) == (2, 2, True)
    assert [int(image[0, 0]) for image in by_ffmpeg(data, "gray")] == [20, 30]
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.default_image
        assert opened.n_frames == 3
        assert opened.getpixel((0, 0)) == 10


@pytest.mark.parametrize(
    ("blend", "disposal", "second", "third"),
    [
        (0, 0, [0, 0, 0, 0], [0, 0, 0, 0]),
        (1, 0, [255, 0, 0, 255], [255, 0, 0, 255]),
        (1, 2, [255, 0, 0, 255], [255, 0, 0, 255]),
        (1, 1, [255, 0, 0, 255], [0, 0, 0, 0]),
    ],
)
def test_blend_and_disposal(blend: int, disposal: int, second: list[int], third: list[int]) -> None:
    back, front = Image.new("RGBA", (4, 4), "red"), Image.new("RGBA", (4, 4))
    front.putpixel((3, 3), (0, 0, 255, 255))
    file = io.BytesIO()
    assembler = ApngAssembler(file)
    assembler.add(png(back), duration_ms=10)
    for _ in range(2):
        assembler.add(png(front), duration_ms=10, blend=blend, disposal=disposal)
    assembler.finish()
    readings = [by_pillow(file.getvalue())]
    if disposal != 1:  # ffmpeg clears for a frame of disposal 1 before it is blended, not after
        readings.append(by_ffmpeg(file.getvalue(), "rgba"))
    for found in readings:
        assert [image[0, 0].tolist() for image in found] == [[255, 0, 0, 255], second, third]
        assert found[2][3, 3].tolist() == [0, 0, 255, 255]
    frames = scan_apng(file).frames
    assert [(frame.blend, frame.disposal) for frame in frames[1:]] == [(blend, disposal)] * 2


@given(st.floats(0, 65_535_000))
@example(1000 / 30)
@example(1000 / 24)
@example(1001 / 30)
@example(0.0078125)
@example(65535)
@example(65536)
@example(65535.5)
@example(65_534_999.9)
@settings(deadline=None)
def test_durations_are_nearly_exact(duration: float) -> None:
    encoded = png(Image.new("L", (1, 1)))
    data = assembled([encoded, encoded], duration_ms=duration)
    for frame in scan_apng(io.BytesIO(data)).frames:
        # As near as two numbers of 16 bits come; between 0 and 1/65535 s there is nothing.
        near = max(1e-4, duration**2 / 1e3 / 65535) if duration > 1000 / 65535 else 500 / 65535
        assert abs(frame.duration - Fraction(duration)) <= near + 1e-9


def test_durations_of_whole_milliseconds_and_of_frame_rates_are_exact() -> None:
    encoded = png(Image.new("L", (1, 1)))
    for duration in (0, 1, 40, 65535, Fraction(1000, 30), Fraction(1001, 30), Fraction(1, 2)):
        found = scan_apng(io.BytesIO(assembled([encoded, encoded], duration_ms=duration))).frames
        assert [frame.duration for frame in found] == [duration] * 2
    found = scan_apng(io.BytesIO(assembled([encoded, encoded], duration_ms=1000 / 30))).frames
    assert found[0].duration == Fraction(1000, 30)
    data = assembled([encoded, encoded], duration_ms=250)
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.info["duration"] == 250


def test_a_file_that_holds_something_already() -> None:
    encoded = png(Image.new("L", (2, 2), 7))
    file = io.BytesIO(b"before")
    file.seek(6)
    assembler = ApngAssembler(file)
    for _ in range(3):
        assembler.add(encoded, duration_ms=10)
    assembler.finish()
    assert file.getvalue()[:6] == b"before"
    assert len(by_ffmpeg(file.getvalue()[6:], "gray")) == 3


def test_arguments_are_checked() -> None:
    encoded = png(Image.new("L", (2, 2)))
    assembler = ApngAssembler(io.BytesIO())
    with pytest.raises(ValueError, match="needs an image"):
        assembler.finish()
    for bad in (b"", b"GIF89a", encoded[:-1], encoded[:40], encoded[:8]):
        with pytest.raises(ValueError, match="PNG"):
            assembler.add(bad, duration_ms=1)
    for bad in (assembled([encoded] * 2), encoded[:33] + encoded[-12:], encoded[:8] + encoded[33:]):
        with pytest.raises(ValueError, match="plain PNG"):
            assembler.add(bad, duration_ms=1)
    for duration in (-1, 65_535_001, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="shown for"):
            assembler.add(encoded, duration_ms=duration)
    with pytest.raises(ValueError, match="blend"):
        assembler.add(encoded, duration_ms=1, blend=2)
    with pytest.raises(ValueError, match="disposal"):
        assembler.add(encoded, duration_ms=1, disposal=3)
    with pytest.raises(ValueError, match="loop"):
        ApngAssembler(io.BytesIO(), loop=-1)


def test_scan_of_cut_and_damaged_files() -> None:
    encoded = png(Image.new("L", (2, 2)))
    data = assembled([encoded] * 4, duration_ms=30)
    for cut in range(len(data)):
        file = io.BytesIO(data[:cut])
        if cut < 8:
            with pytest.raises((EOFError, ValueError)):
                scan_apng(file)
            continue
        layout = scan_apng(file)
        assert layout.truncated == (cut < len(data))
        assert len(layout.frames) <= 4
    with pytest.raises(ValueError, match="not a PNG"):
        scan_apng(io.BytesIO(b"GIF89a" + bytes(20)))
    with pytest.raises(ValueError, match="chunks"):
        scan_apng(io.BytesIO(data), max_chunks=5)


@given(st.lists(st.tuples(st.integers(8, 400), st.integers(0, 255)), max_size=6))
@settings(max_examples=200, deadline=None)
def test_scan_of_noise(changes: list[tuple[int, int]]) -> None:
    data = bytearray(assembled([png(Image.new("L", (2, 2)))] * 4))
    for where, value in changes:
        data[min(where, len(data) - 1)] = value
    try:
        scan_apng(io.BytesIO(data))
    except (EOFError, ValueError):
        pass
