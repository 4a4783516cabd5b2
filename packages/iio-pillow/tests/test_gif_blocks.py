"""The walk through a GIF's blocks, and the frames drawn after it.

What the frames must look like is computed pixel by pixel from the indices that the GIFs here are
built of, and, where ffmpeg keeps to the same rules, compared with its decoder (PyAV) too.
"""

from __future__ import annotations

import io
import os
import time
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from iio_pillow import _gif_blocks
from iio_pillow._gif_blocks import scan
from iio_pillow._gif_frames import frames

DATA = Path(os.environ.get("IIO_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
GRAYS = bytes(value for value in range(256) for _ in range(3))


@dataclass
class Part:
    """A frame, before it is encoded."""

    indices: np.ndarray
    left: int = 0
    top: int = 0
    delay: int = 0
    disposal: int = 0
    transparency: int | None = None
    palette: bytes | None = None
    interlaced: bool = False
    code_size: int = 8


def u16(*values: int) -> bytes:
    return b"".join(value.to_bytes(2, "little") for value in values)


def sub_blocks(data: bytes, length: int = 255) -> bytes:
    parts = [data[i : i + length] for i in range(0, len(data), length)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def lzw(pixels: bytes, code_size: int) -> bytes:
    """Encode with literal codes only: the table is cleared before codes grow longer."""
    clear = 1 << code_size
    codes = []
    for i, pixel in enumerate(pixels):
        if i % (clear - 2) == 0:
            codes.append(clear)
        codes.append(pixel)
    codes.append(clear + 1)
    number = 0
    for i, code in enumerate(codes):
        number |= code << i * (code_size + 1)
    return number.to_bytes((len(codes) * (code_size + 1) + 7) // 8, "little")


def image_block(part: Part) -> bytes:
    rows = part.indices
    height, width = rows.shape
    if part.interlaced:
        order = [*range(0, height, 8), *range(4, height, 8), *range(2, height, 4)]
        rows = rows[[*order, *range(1, height, 2)]]
    control = bytes([part.disposal << 2 | (part.transparency is not None)])
    flags, table = 0x40 * part.interlaced, b""
    if part.palette is not None:
        flags |= 0x80 | (len(part.palette) // 3 - 1).bit_length() - 1
        table = part.palette
    return b"".join(
        [
            b"!\xf9\x04" + control + u16(part.delay) + bytes([part.transparency or 0, 0]),
            b"," + u16(part.left, part.top, width, height) + bytes([flags]) + table,
            bytes([part.code_size]) + sub_blocks(lzw(rows.tobytes(), part.code_size)),
        ]
    )


def gif(
    size: tuple[int, int], parts: list[Part], palette: bytes | None = None, extra: bytes = b""
) -> bytes:
    flags = 0
    if palette is not None:
        flags = 0x80 | (len(palette) // 3 - 1).bit_length() - 1
    head = b"GIF89a" + u16(*size) + bytes([flags, 0, 0]) + (palette or b"") + extra
    return head + b"".join(map(image_block, parts)) + b";"


def drawn(size: tuple[int, int], parts: list[Part], palette: bytes | None) -> list[np.ndarray]:
    """Draw pixel by pixel, as browsers do."""
    first = parts[0]
    width = max(size[0], first.left + first.indices.shape[1])
    height = max(size[1], first.top + first.indices.shape[0])
    canvas = np.zeros((height, width, 4), np.uint8)
    shown = []
    for part in parts:
        before = canvas.copy()
        colors = part.palette or palette or GRAYS
        for (i, j), value in np.ndenumerate(part.indices):
            index = int(value)
            y, x = part.top + i, part.left + j
            if y < height and x < width and index != part.transparency:
                color = colors[3 * index : 3 * index + 3] or bytes(3)
                canvas[y, x] = [*color, 255]
        shown.append(canvas.copy())
        if part.disposal == 2:
            rows, columns = part.indices.shape
            canvas[part.top : part.top + rows, part.left : part.left + columns] = 0
        elif part.disposal in (3, 4):
            canvas = before
    return shown


def palettes() -> st.SearchStrategy[bytes]:
    color = st.binary(min_size=3, max_size=3) | st.integers(0, 255).map(lambda v: bytes([v] * 3))
    gray = st.integers(0, 255).map(lambda v: bytes([v] * 3))
    return st.integers(1, 3).flatmap(
        lambda bits: (
            (st.lists(color, min_size=1 << bits, max_size=1 << bits).map(b"".join))
            | (st.lists(gray, min_size=1 << bits, max_size=1 << bits).map(b"".join))
        )
    )


@st.composite
def parts_of(draw: st.DrawFn, size: tuple[int, int], *, tame: bool, first: bool) -> Part:
    width, height = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    left, top = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    if tame:
        left, top = min(left, size[0] - 1), min(top, size[1] - 1)
        width, height = min(width, size[0] - left), min(height, size[1] - top)
    if first and (tame or draw(st.booleans())):
        left = top = 0
        width, height = size
    palette = draw(st.none() | palettes())
    seed = draw(st.integers(0, 2**32 - 1))
    code_size = draw(st.integers(2, 8))
    top_index = 2 if tame else 1 << code_size  # ffmpeg sees gaps behind a palette's end
    indices = np.random.default_rng(seed).integers(0, top_index, (height, width), np.uint8)
    gap = draw(st.none() | st.integers(0, 3))
    disposal = draw(st.sampled_from([0, 1, 2, 3] if tame else list(range(8))))
    if tame and (first or (disposal == 2 and gap is None)):
        # Without a transparent index, ffmpeg clears to the background color; browsers never do.
        gap = 3
    return Part(
        indices,
        left,
        top,
        draw(st.integers(0, 65535)),
        disposal,
        gap,
        palette,
        draw(st.booleans()),
        code_size,
    )


@st.composite
def animations(
    draw: st.DrawFn, *, tame: bool = False
) -> tuple[tuple[int, int], list[Part], bytes | None]:
    size = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    parts = [draw(parts_of(size, tame=tame, first=True))]
    parts += draw(st.lists(parts_of(size, tame=tame, first=False), max_size=4))
    return size, parts, draw(palettes() if tame else st.none() | palettes())


def decoded_by_ffmpeg(data: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(data), format="gif", options={"min_delay": "0"}) as container:
        return [frame.to_ndarray(format="rgba") for frame in container.decode(video=0)]


@given(animations())
@settings(max_examples=300, deadline=None)
def test_frames_are_drawn_by_the_rules(
    animation: tuple[tuple[int, int], list[Part], bytes | None],
) -> None:
    size, parts, palette = animation
    file = io.BytesIO(gif(size, parts, palette))
    layout = scan(file)
    expected = drawn(size, parts, palette)

    assert layout.terminated and not layout.truncated
    assert layout.size == expected[0].shape[1::-1]
    assert [frame.delay for frame in layout.frames] == [part.delay for part in parts]
    assert [frame.disposal for frame in layout.frames] == [part.disposal for part in parts]
    assert [frame.palette for frame in layout.frames] == [part.palette for part in parts]
    assert layout.palette == palette

    np.testing.assert_array_equal(list(frames(file, layout, mode="RGBA")), expected)
    natural = list(frames(file, layout))
    if layout.mode == "RGBA":
        np.testing.assert_array_equal(natural, expected)
    elif layout.mode == "RGB":
        np.testing.assert_array_equal(
            [np.dstack([x, x[..., :1] * 0 + 255]) for x in natural], expected
        )
    else:
        same = [np.dstack([x, x, x, x * 0 + 255]) for x in natural]
        np.testing.assert_array_equal(same, expected)
    assert all(x.flags.writeable and x.flags.c_contiguous for x in natural)


@given(animations(), st.integers(0, 5), st.integers(0, 6))
@settings(max_examples=100, deadline=None)
def test_a_part_of_the_frames_is_a_part_of_all(
    animation: tuple[tuple[int, int], list[Part], bytes | None], start: int, stop: int
) -> None:
    size, parts, palette = animation
    file = io.BytesIO(gif(size, parts, palette))
    layout = scan(file)
    some = list(frames(file, layout, start=start, stop=stop, mode="RGBA"))
    every = drawn(size, parts, palette)[start:stop]
    assert len(some) == len(every)
    assert all(np.array_equal(a, b) for a, b in zip(some, every, strict=True))


@given(animations(tame=True))
@settings(max_examples=150, deadline=None)
def test_ffmpeg_sees_the_same(
    animation: tuple[tuple[int, int], list[Part], bytes | None],
) -> None:
    size, parts, palette = animation
    data = gif(size, parts, palette)
    file = io.BytesIO(data)
    ours, theirs = list(frames(file, scan(file), mode="RGBA")), decoded_by_ffmpeg(data)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a[..., 3], b[..., 3])
        np.testing.assert_array_equal(a[a[..., 3] != 0], b[a[..., 3] != 0])


def test_decoding_starts_where_the_canvas_is_painted_anew() -> None:
    whole, corner = np.zeros((4, 4), np.uint8), np.zeros((2, 2), np.uint8)
    parts = [Part(whole), Part(corner), Part(whole), Part(corner), Part(whole, disposal=2)]
    parts += [Part(corner), Part(whole, disposal=3), Part(corner)]
    layout = scan(io.BytesIO(gif((4, 4), parts)))
    assert [layout.first_needed(k) for k in range(8)] == [0, 0, 2, 2, 4, 5, 6, 5]


WHOLE, CORNER = np.zeros((4, 4), np.uint8), np.zeros((2, 2), np.uint8)
COLORS = bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
DARK = bytes([0, 0, 0, 9, 9, 9, 50, 50, 50, 7, 7, 7])


@pytest.mark.parametrize(
    ("parts", "palette", "mode"),
    [
        ([Part(WHOLE)], COLORS, "RGB"),
        ([Part(WHOLE)], DARK, "L"),
        ([Part(WHOLE)], None, "L"),
        ([Part(WHOLE, palette=DARK)], COLORS, "L"),
        ([Part(WHOLE), Part(CORNER, palette=COLORS)], DARK, "RGB"),
        ([Part(WHOLE, transparency=1)], COLORS, "RGBA"),
        ([Part(WHOLE, transparency=200, code_size=2)], COLORS, "RGB"),
        ([Part(CORNER)], COLORS, "RGBA"),
        ([Part(WHOLE), Part(WHOLE, transparency=0)], COLORS, "RGB"),
        ([Part(WHOLE), Part(WHOLE, transparency=0)], DARK, "L"),
        ([Part(WHOLE, disposal=2)], COLORS, "RGB"),
        ([Part(WHOLE, disposal=2), Part(WHOLE)], COLORS, "RGB"),
        ([Part(WHOLE, disposal=2), Part(CORNER)], COLORS, "RGBA"),
        ([Part(WHOLE, disposal=2), Part(WHOLE, transparency=0)], COLORS, "RGBA"),
        ([Part(WHOLE), Part(CORNER, disposal=2), Part(CORNER)], COLORS, "RGB"),
        ([Part(WHOLE), Part(CORNER, disposal=2), Part(CORNER, left=1)], COLORS, "RGBA"),
        ([Part(WHOLE, disposal=3), Part(CORNER)], COLORS, "RGBA"),
        ([Part(WHOLE), Part(CORNER, disposal=3), Part(CORNER)], COLORS, "RGB"),
    ],
)
def test_mode(parts: list[Part], palette: bytes | None, mode: str) -> None:
    assert scan(io.BytesIO(gif((4, 4), parts, palette))).mode == mode


def test_extensions() -> None:
    xmp = b"<?xpacket?><x>" + bytes(range(1, 256)) * 3 + b"</x>"
    trailer = bytes([1, *range(255, -1, -1), 0])
    icc = bytes(range(256)) * 5
    extra = b"".join(
        [
            b"!\xff\x0bNETSCAPE2.0\x03\x01\x07\x00\x00",
            b"!\xff\x0bXMP DataXMP" + xmp + trailer,
            b"!\xff\x0bICCRGBG1012" + sub_blocks(icc),
            b"!\xfe" + sub_blocks(b"first"),
            b"!\xfe" + sub_blocks(b"2nd" * 200),
            b"!\xff\x0bUNKNOWN1234" + sub_blocks(b"anything"),
            b"!\xf9\x04\x08\x09\x00\x00\x00!\x01" + sub_blocks(b"plain text"),
            bytes(300),
        ]
    )
    layout = scan(io.BytesIO(gif((4, 4), [Part(WHOLE)], None, extra)))
    assert layout.loop == 7
    assert layout.xmp == xmp
    assert layout.icc_profile == icc
    assert layout.comments == (b"first", b"2nd" * 200)
    assert len(layout.frames) == 1 and layout.terminated

    in_blocks = b"!\xff\x0bXMP DataXMP" + sub_blocks(xmp)
    assert scan(io.BytesIO(gif((4, 4), [Part(WHOLE)], None, in_blocks))).xmp == xmp
    with pytest.raises(ValueError, match="metadata"):
        scan(io.BytesIO(gif((4, 4), [Part(WHOLE)], None, extra)), max_bytes=1000)


class Short(io.BytesIO):
    """Gives at most seven bytes at once."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(7, size) if size and size > 0 else size)


@given(animations())
@settings(max_examples=50, deadline=None)
def test_long_files_are_walked_through_a_window(
    animation: tuple[tuple[int, int], list[Part], bytes | None],
) -> None:
    size, parts, palette = animation
    comment = b"!\xfe" + sub_blocks(b"word " * 40) + bytes(50)
    data = gif(size, parts, palette, comment * 3)
    expected = scan(io.BytesIO(data))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_gif_blocks, "_WHOLE", 10)
        patch.setattr(_gif_blocks, "_WINDOW", 16)
        assert scan(io.BytesIO(data)) == expected
        assert scan(Short(data)) == expected


@given(animations(), st.data())
@settings(max_examples=60, deadline=None)
def test_cut_files_give_their_whole_frames(
    animation: tuple[tuple[int, int], list[Part], bytes | None], data: st.DataObject
) -> None:
    size, parts, palette = animation
    whole = gif(size, parts, palette)
    layout = scan(io.BytesIO(whole))
    cut = data.draw(st.integers(0, len(whole) - 1))
    file = io.BytesIO(whole[:cut])
    if cut < 13 + len(palette or b""):
        with pytest.raises((EOFError, ValueError)):
            scan(file)
        return
    found = scan(file)
    assert found.frames == tuple(frame for frame in layout.frames if frame.stop <= cut)
    assert not found.terminated
    edges = {13 + len(palette or b"")} | {frame.stop for frame in layout.frames}
    controls = {edge + 8 for edge in edges}
    assert found.truncated == (cut not in edges | controls)


@given(animations(), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 7)), max_size=8))
@settings(max_examples=300, deadline=None)
def test_damaged_files_are_value_errors_or_images(
    animation: tuple[tuple[int, int], list[Part], bytes | None], flips: list[tuple[float, int]]
) -> None:
    data = bytearray(gif(*animation))
    for where, bit in flips:
        data[int(where * (len(data) - 1))] ^= 1 << bit
    file = io.BytesIO(data)
    try:
        layout = scan(file)
    except (EOFError, ValueError):
        return
    sides = [*layout.size, *(side for frame in layout.frames for side in frame.shape)]
    if max(sides) > 2000:
        return  # what may be decoded is not decided here
    try:
        for image in frames(file, layout):
            assert image.shape[:2] == layout.size[::-1]
    except ValueError:
        pass


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_noise_behind_a_header(noise: bytes) -> None:
    layout = scan(io.BytesIO(b"GIF89a" + u16(4, 4) + bytes(3) + noise))
    assert layout.truncated or layout.terminated or not noise.strip(b"\0") or layout.frames


@pytest.mark.parametrize("data", [b"", b"GIF", b"GIF89a\1\0\1\0"])
def test_less_than_a_header(data: bytes) -> None:
    with pytest.raises(EOFError):
        scan(io.BytesIO(data))


def test_other_files() -> None:
    with pytest.raises(ValueError, match="not a GIF"):
        scan(io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(20)))


@pytest.mark.timing
def test_hostile_files_are_walked_in_little_time() -> None:
    head = b"GIF89a" + u16(4, 4) + bytes(3)
    started = time.process_time()  # what others do meanwhile does not count
    scan(io.BytesIO(head + bytes(40_000_000)))  # padding
    scan(io.BytesIO(head + b"!\xfe" + b"\1" * 4_000_000))  # the shortest sub-blocks, without an end
    with pytest.raises(ValueError, match="blocks"):
        scan(io.BytesIO(head + b"!\xaa\0" * 200_000), max_blocks=100_000)
    assert time.process_time() - started < 5


def test_a_large_frame_of_few_bytes_is_refused() -> None:
    data = b"GIF89a" + u16(4000, 4000) + bytes(3)
    file = io.BytesIO(data + b"," + u16(0, 0, 4000, 4000) + b"\0\x02\x01\x00\x00;")
    with pytest.raises(ValueError, match="4 bytes are too few"):
        next(frames(file, scan(file)))


def test_a_frame_that_is_far_larger_than_the_canvas_is_refused() -> None:
    small = gif((2, 2), [Part(CORNER)])[:-1]
    for side, refused in ((60, False), (5000, True)):
        pixels = np.zeros((side, side), np.uint8)
        large = image_block(Part(pixels)) if not refused else b""
        if refused:
            large = b"," + u16(0, 0, side, side) + b"\0\x08" + sub_blocks(bytes(20_000))
        file = io.BytesIO(small + large + b";")
        drawing = frames(file, scan(file))
        next(drawing)
        if refused:
            with pytest.raises(ValueError, match="5000 x 5000"):
                next(drawing)
        else:
            assert next(drawing).shape == (2, 2)


def test_damaged_pixels_are_a_value_error() -> None:
    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    data = gif((8, 8), [Part(pixels)])
    layout = scan(io.BytesIO(data))
    start = layout.frames[0].start
    cut = io.BytesIO(data[: start + 1] + sub_blocks(lzw(pixels.tobytes(), 8)[:20]) + b";")
    with pytest.raises(ValueError, match="frame 0"):
        list(frames(cut, scan(cut)))


def test_newtonscradle() -> None:
    path = DATA / "newtonscradle.gif"
    data = path.read_bytes()
    file = io.BytesIO(data)
    layout = scan(file)
    assert (layout.mode, layout.size, len(layout.frames), layout.loop) == ("RGB", (200, 150), 36, 0)
    theirs = decoded_by_ffmpeg(data)
    ours = list(frames(file, layout))
    np.testing.assert_array_equal(ours, [image[..., :3] for image in theirs])
    with Image.open(path) as image:
        for k, frame in enumerate(ours):
            image.seek(k)
            np.testing.assert_array_equal(frame, np.array(image.convert("RGB")))
