"""GIFs assembled frame by frame, read back by ffmpeg (PyAV), by Pillow and by our own reader."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from iio_pillow._gif_blocks import scan
from iio_pillow._gif_frames import frames
from iio_pillow._gif_writer import GifAssembler


def written(images: list[Image.Image], *, duration_ms: float = 100, **options: Any) -> bytes:
    opening = {k: options.pop(k) for k in ("loop", "comment", "xmp", "icc_profile") if k in options}
    file = io.BytesIO()
    assembler = GifAssembler(file, **opening)
    for image in images:
        assembler.add(image, duration_ms=duration_ms, **options)
    assembler.finish()
    return file.getvalue()


def by_ffmpeg(data: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(data), format="gif", options={"min_delay": "0"}) as container:
        return [frame.to_ndarray(format="rgba") for frame in container.decode(video=0)]


def by_pillow(data: bytes) -> list[np.ndarray]:
    with Image.open(io.BytesIO(data)) as image:
        return [np.array(frame.convert("RGBA")) for frame in ImageSequence.Iterator(image)]


def by_us(data: bytes) -> list[np.ndarray]:
    file = io.BytesIO(data)
    return list(frames(file, scan(file), mode="RGBA"))


def visible(image: np.ndarray) -> np.ndarray:
    """Transparent pixels have no color."""
    image = image.copy()
    image[image[..., 3] == 0] = 0
    return image


def assert_same(found: list[np.ndarray], expected: list[np.ndarray]) -> None:
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(visible(a), visible(b))


@st.composite
def images(draw: st.DrawFn, modes: tuple[str, ...], n_colors: int = 255) -> list[Image.Image]:
    """Equal frames, small changes and entirely new ones, all of few enough colors."""
    width, height = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    mode = draw(st.sampled_from(modes))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    bands = {"1": 1, "L": 1, "LA": 2, "P": 3}.get(mode, len(mode))

    def fresh() -> np.ndarray:
        few = random.integers(0, 256, (draw(st.integers(1, n_colors)), bands), np.uint8)
        if mode in ("LA", "RGBA"):
            few[:, -1] = random.choice([0, 0, 255], len(few))
        return few[random.integers(0, len(few), (height, width))]

    arrays = [fresh()]
    for kind in draw(st.lists(st.sampled_from(["same", "patch", "patch", "new"]), max_size=5)):
        array = arrays[-1].copy()
        if kind == "new":
            array = fresh()
        elif kind == "patch":
            y, x = random.integers(0, height), random.integers(0, width)
            # Colors of the frame itself, so that there are never too many.
            array[y : y + 3, x : x + 4] = array[
                random.integers(0, height), random.integers(0, width)
            ]
        arrays.append(array)

    def image(array: np.ndarray) -> Image.Image:
        if mode == "P":
            return Image.fromarray(array).quantize(256)
        if mode == "1":
            return Image.fromarray(array[..., 0]).convert("1")
        return Image.fromarray(array[..., 0] if bands == 1 else array)

    return [image(array) for array in arrays]


@given(images(("1", "L", "P", "RGB", "LA", "RGBA")), st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_frame_comes_back_pixel_for_pixel(given: list[Image.Image], sub: bool) -> None:
    before = [image.tobytes() for image in given]
    data = written(given, subrectangles=sub)
    expected = [np.array(image.convert("RGBA")) for image in given]
    assert_same(by_us(data), expected)
    assert_same(by_ffmpeg(data), expected)
    assert [image.tobytes() for image in given] == before
    assert all(frame.delay == 10 for frame in scan(io.BytesIO(data)).frames)


@given(images(("1", "L", "P", "RGB")), st.booleans())
@settings(max_examples=150, deadline=None)
def test_pillow_reads_opaque_frames(given: list[Image.Image], sub: bool) -> None:
    expected = [np.array(image.convert("RGBA")) for image in given]
    assert_same(by_pillow(written(given, subrectangles=sub)), expected)


@given(images(("RGBA",)))
@settings(max_examples=150, deadline=None)
def test_pillow_reads_transparent_frames(given: list[Image.Image]) -> None:
    expected = [np.array(image.convert("RGBA")) for image in given]
    assert_same(by_pillow(written(given)), expected)


@given(st.lists(images(("L", "RGB", "RGBA")), min_size=2, max_size=4), st.data())
@settings(max_examples=100, deadline=None)
def test_modes_and_options_may_change_from_frame_to_frame(
    several: list[list[Image.Image]], data: st.DataObject
) -> None:
    size = several[0][0].size
    given = [image.resize(size, Image.Resampling.NEAREST) for group in several for image in group]
    file = io.BytesIO()
    assembler = GifAssembler(file)
    for image in given:
        sub, dither = data.draw(st.booleans()), data.draw(st.booleans())
        assembler.add(image, duration_ms=20, subrectangles=sub, dither=dither)
    assembler.finish()
    expected = [np.array(image.convert("RGBA")) for image in given]
    assert_same(by_us(file.getvalue()), expected)


def test_memory_of_an_array_may_change_after_it_was_added() -> None:
    array = np.zeros((8, 8), np.uint8)
    file = io.BytesIO()
    assembler = GifAssembler(file)
    for k in range(5):
        array[:] = 10 * k
        array[0, 0] = 0
        assembler.add(Image.fromarray(array), duration_ms=50, subrectangles=True)
    assembler.finish()
    assert [int(image[4, 4, 0]) for image in by_ffmpeg(file.getvalue())] == [0, 10, 20, 30, 40]


def test_equal_frames_are_kept_and_small() -> None:
    image = Image.radial_gradient("L").convert("RGB")
    whole, parts = written([image] * 20), written([image] * 20, subrectangles=True)
    assert len(by_ffmpeg(whole)) == len(by_ffmpeg(parts)) == 20
    assert len(scan(io.BytesIO(parts)).frames) == 20
    assert len(parts) < len(whole) / 10
    assert {frame.shape for frame in scan(io.BytesIO(parts)).frames[1:]} == {(1, 1)}


def test_only_what_changed_is_stored() -> None:
    first = Image.new("RGB", (100, 80), "navy")
    second = first.copy()
    second.paste("red", (10, 20, 15, 30))
    layout = scan(io.BytesIO(written([first, second], subrectangles=True)))
    assert [frame.box for frame in layout.frames] == [(0, 0, 100, 80), (10, 20, 15, 30)]


def test_frames_share_the_first_palette_if_they_can() -> None:
    rng = np.random.default_rng(1)
    few = rng.integers(0, 256, (16, 3), np.uint8)
    given = [Image.fromarray(few[rng.integers(0, n, (30, 30))]) for n in (16, 16, 3)]
    given.append(Image.new("RGB", (30, 30), (1, 2, 3)))
    given.append(Image.new("RGBA", (30, 30), (1, 2, 3, 0)))
    palettes = [frame.palette for frame in scan(io.BytesIO(written(given))).frames]
    assert palettes[:3] == [None, None, None]
    assert palettes[3] == bytes([1, 2, 3, 0, 0, 0])
    assert palettes[4] is not None


@given(st.lists(st.floats(0, 3000), min_size=1, max_size=30))
@example([1000 / 30] * 30)
@example([16.67] * 7)
@settings(max_examples=60, deadline=None)
def test_rounded_delays_do_not_add_up(durations: list[float]) -> None:
    file = io.BytesIO()
    assembler = GifAssembler(file)
    for duration in durations:
        assembler.add(Image.new("L", (1, 1)), duration_ms=duration)
    assembler.finish()
    delays = [frame.delay for frame in scan(file).frames]
    for k in range(len(delays)):
        assert abs(10 * sum(delays[: k + 1]) - sum(durations[: k + 1])) <= 5 + 1e-6
        assert abs(10 * delays[k] - durations[k]) <= 10 + 1e-6


@pytest.mark.parametrize("colors", [257, 3000])
@pytest.mark.parametrize("size", [2, 7, 16, 256])
@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_many_colors_are_quantized(colors: int, size: int, dither: bool, mode: str) -> None:
    ramp = np.linspace(0, 255, colors)
    array = np.stack([ramp, ramp[::-1], (ramp * 7) % 256, ramp * 0 + 255], -1)
    array = np.repeat(array[None], 20, 0).astype(np.uint8)
    if mode == "RGBA":
        array[:5, :, 3] = 0
    given = Image.fromarray(array if mode == "RGBA" else array[..., :3].copy())
    data = written([given], palette_size=size, dither=dither)
    (found,) = by_ffmpeg(data)
    rounded = 1 << (size - 1).bit_length()
    assert len(np.unique(found.reshape(-1, 4), axis=0)) <= rounded
    assert len(scan(io.BytesIO(data)).palette or b"") <= 3 * rounded
    np.testing.assert_array_equal(found[..., 3], array[..., 3])
    seen = array[..., 3] == 255
    error = np.abs(found[seen].astype(int) - array[seen].astype(int)).mean()
    assert error < {2: 80, 7: 45, 16: 40, 256: 12}[size]


def test_gray_of_few_levels_stays_gray() -> None:
    given = Image.linear_gradient("L")
    for dither in (False, True):
        data = written([given], palette_size=8, dither=dither)
        assert scan(io.BytesIO(data)).mode == "L"
        assert len(np.unique(by_ffmpeg(data)[0][..., 0])) == 8


def test_dither_mixes_colors() -> None:
    given = Image.linear_gradient("L").convert("RGB")

    def levels(dither: bool) -> int:
        found = by_us(written([given], palette_size=4, dither=dither))[0][..., 0]
        return max(len(np.unique(row)) for row in found)

    assert levels(False) == 1
    assert levels(True) > 1


def test_exactly_256_colors_that_differ_little() -> None:
    red, green = np.meshgrid(np.arange(16, dtype=np.uint8), np.arange(16, dtype=np.uint8))
    array = np.dstack([red, green, red * 0])
    expected = np.dstack([array, red * 0 + 255])
    assert_same(by_ffmpeg(written([Image.fromarray(array)])), [expected])
    assert_same(by_ffmpeg(written([Image.fromarray(array)], dither=True)), [expected])


def test_255_colors_and_transparency() -> None:
    array = np.zeros((16, 16, 4), np.uint8)  # without black
    array[..., 0] = np.arange(256).reshape(16, 16)
    array[..., 1:] = 255
    array[0, 0] = 0
    assert_same(by_ffmpeg(written([Image.fromarray(array)])), [array])


def test_alpha_has_one_bit() -> None:
    alpha = np.arange(256, dtype=np.uint8).reshape(16, 16)
    array = np.dstack([alpha * 0 + 9, alpha * 0 + 8, alpha * 0 + 7, alpha])
    (found,) = by_ffmpeg(written([Image.fromarray(array)]))
    np.testing.assert_array_equal(found[..., 3], np.where(alpha < 128, 0, 255))


def test_transparent_palette_images() -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.putpixel((2, 3), 2)
    image.info["transparency"] = 1
    (found,) = by_ffmpeg(written([image]))
    assert found[3, 2].tolist() == [0, 0, 255, 255]
    assert found[..., 3].sum() == 255


def test_what_is_in_the_info_of_an_image_changes_nothing() -> None:
    plain = Image.linear_gradient("L")
    talkative = plain.copy()
    talkative.info.update(
        comment=b"x", duration=999, loop=3, background=7, interlace=1, palette=bytes(768)
    )
    assert written([talkative]) == written([plain])


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_disposal_of_the_callers_choice(disposal: int) -> None:
    back, front = Image.new("RGBA", (9, 9), "red"), Image.new("RGBA", (9, 9))
    front.paste("blue", (3, 3, 6, 6))
    for sub in (False, True):
        data = written([back, front, front], disposal=disposal, subrectangles=sub)
        layout = scan(io.BytesIO(data))
        assert [frame.disposal for frame in layout.frames] == [disposal] * 3
        corners = [image[0, 0].tolist() for image in by_us(data)]
        red, nothing = [255, 0, 0, 255], [0, 0, 0, 0]
        shines_through = red if disposal < 2 else nothing
        assert corners == [red, shines_through, shines_through]
        assert_same(by_ffmpeg(data), by_us(data))


@pytest.mark.parametrize(
    ("loop", "n_images", "stored"), [(0, 2, 0), (None, 2, None), (5, 2, 5), (0, 1, None)]
)
def test_loop(loop: int | None, n_images: int, stored: int | None) -> None:
    data = written([Image.new("L", (3, 3))] * n_images, loop=loop)
    assert scan(io.BytesIO(data)).loop == stored
    with Image.open(io.BytesIO(data)) as image:
        assert image.info.get("loop") == stored


def test_embedded_packets() -> None:
    comment, xmp, icc = b"word " * 100, b"<x:xmpmeta/>" * 50, bytes(range(256)) * 3
    data = written([Image.new("L", (3, 3), 5)] * 2, comment=comment, xmp=xmp, icc_profile=icc)
    layout = scan(io.BytesIO(data))
    assert (layout.comments, layout.xmp, layout.icc_profile) == ((comment,), xmp, icc)
    assert [int(image[0, 0, 0]) for image in by_ffmpeg(data)] == [5, 5]
    with Image.open(io.BytesIO(data)) as image:
        assert image.info["comment"] == comment
        assert image.n_frames == 2


class Pipe(io.RawIOBase):
    """Can only be written to."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += data
        return len(data)


def test_frames_are_written_as_they_come() -> None:
    pipe = Pipe()
    assembler = GifAssembler(pipe)  # type: ignore[arg-type]
    lengths = []
    for _ in range(4):
        assembler.add(Image.radial_gradient("L"), duration_ms=10)
        lengths.append(len(pipe.data))
    assembler.finish()
    assert lengths == sorted(set(lengths))
    assert len(by_ffmpeg(bytes(pipe.data))) == 4


def test_errors_add_nothing() -> None:
    file = io.BytesIO()
    assembler = GifAssembler(file)
    with pytest.raises(ValueError, match="at least one frame"):
        assembler.finish()
    good = Image.new("L", (4, 3), 1)
    assembler.add(good, duration_ms=10)
    with pytest.raises(ValueError, match="4 x 3, not 3 x 4"):
        assembler.add(Image.new("L", (3, 4)), duration_ms=10)
    for mode in ("I;16", "F", "CMYK"):
        with pytest.raises(ValueError, match=mode):
            assembler.add(Image.new(mode, (4, 3)), duration_ms=10)
    for duration in (-1, 655351, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="shown for"):
            assembler.add(good, duration_ms=duration)
    for size in (0, 1, 257):
        with pytest.raises(ValueError, match="palette_size"):
            assembler.add(good, duration_ms=10, palette_size=size)
    with pytest.raises(ValueError, match="disposal"):
        assembler.add(good, duration_ms=10, disposal=4)
    assembler.add(good, duration_ms=10)
    assembler.finish()
    assert len(by_ffmpeg(file.getvalue())) == 2


@pytest.mark.parametrize("size", [(0, 3), (3, 0), (65536, 1)])
def test_sizes_that_a_gif_cannot_have(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="65535 pixels"):
        written([Image.new("L", size)])


def test_options_of_the_file_are_checked() -> None:
    with pytest.raises(ValueError, match="loop"):
        GifAssembler(io.BytesIO(), loop=65536)
    with pytest.raises(ValueError, match="loop"):
        GifAssembler(io.BytesIO(), loop=-1)
    with pytest.raises(ValueError, match="zero bytes"):
        GifAssembler(io.BytesIO(), xmp=b"a\0b")
