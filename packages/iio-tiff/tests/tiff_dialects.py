"""Files of dialects for which no real ones are at hand, by their published layouts.

Each is put together byte by byte. What its images are stands beside it: names of series, the array
of each, its axes, and its smaller copies.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from tiff_samples import noise

__all__ = ["DIALECTS", "Expected", "many_pages", "micromanager"]

Entries = dict[int, tuple[int, tuple[float, ...] | bytes]]
_CODES = {1: "B", 3: "H", 4: "I", 5: "I", 7: "s", 11: "f", 12: "d", 16: "Q"}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 11: 4, 12: 8, 16: 8}


class Expected(NamedTuple):
    """One image of a file: its axes, its pixels, and its smaller copies."""

    axes: str
    image: np.ndarray
    levels: tuple[np.ndarray, ...] = ()
    lossy: bool = False


Dialect = tuple[bytes, list[Expected]]


def many_pages(
    pages: Sequence[tuple[Sequence[bytes], Entries]],
    *,
    order: str = "<",
    big: bool = False,
    ndpi: bool = False,
    prefix: bytes = b"",
    far: int = 0,
) -> bytes:
    """Return a file of several pages (TIFF 6.0, section 2; BigTIFF; NDPI).

    Parameters
    ----------
    pages : sequence of (strips or tiles, entries)
        In their order.
    order : {"<", ">"}
        The byte order.
    big : bool
        Whether to make a BigTIFF.
    ndpi : bool
        Whether links have 64 bits, and entries the upper halves of their values behind it.
    prefix : bytes
        What stands between the header and the first page.
    far : int
        A tag whose values stand elsewhere, though they would fit.
    """
    wide = big or ndpi
    room = 8 if big else 4
    head = (b"II" if order == "<" else b"MM") + (
        struct.pack(order + "HHHQ", 43, 8, 0, 0) if big else struct.pack(order + "HI", 42, 0)
    )
    file = bytearray(head + prefix)
    if ndpi:
        file += bytes(4)  # the first link is longer, too
    link = 8 if big else 4
    for segments, entries in pages:
        places = []
        for segment in segments:
            file += bytes(len(file) % 2)
            places.append(len(file))
            file += segment
        file += bytes(len(file) % 2)
        tiled = 322 in entries
        table: Entries = dict(entries)
        table[324 if tiled else 273] = (4, tuple(places))
        table.setdefault(325 if tiled else 279, (4, tuple(len(s) for s in segments)))
        rows = b""
        for tag, (kind, values) in sorted(table.items()):
            if isinstance(values, bytes):
                data, count = values, len(values) // _SIZES[kind]
            else:
                count = len(values) // (2 if kind == 5 else 1)
                data = struct.pack(f"{order}{len(values)}{_CODES[kind]}", *values)
            if len(data) > room or tag == far:
                at = len(file)
                file += data + bytes(len(data) % 2)
                data = struct.pack(order + ("Q" if big else "I"), at)
            rows += struct.pack(order + ("HHQ" if big else "HHI"), tag, kind, count)
            rows += data.ljust(room, b"\0")
        struct.pack_into(order + ("Q" if wide else "I"), file, link, len(file))
        file += struct.pack(order + ("Q" if big else "H"), len(table)) + rows
        link = len(file)
        file += bytes(8 if wide else 4)
        if ndpi:
            file += bytes(4 * len(table))
    return bytes(file)


def page_of(image: np.ndarray, order: str = "<", **tags: Any) -> tuple[list[bytes], Entries]:
    """Return an image as one strip, with its tags; channels first if ``planar``."""
    planar = tags.pop("planar", False)
    samples = image.shape[0] if planar else image.shape[2] if image.ndim == 3 else 1
    height, width = image.shape[1:3] if planar else image.shape[:2]
    entries: Entries = {
        256: (4, (width,)),
        257: (4, (height,)),
        258: (3, (8 * image.itemsize,) * samples),
        259: (3, (1,)),
        262: (3, (2 if samples == 3 and not planar else 1,)),
        277: (3, (samples,)),
        278: (4, (height,)),
        284: (3, (2 if planar else 1,)),
    }
    stored = image.astype(image.dtype.newbyteorder(order))
    strips = [plane.tobytes() for plane in stored] if planar else [stored.tobytes()]
    return strips, entries


def tiles_of(image: np.ndarray, size: int = 16) -> tuple[list[bytes], Entries]:
    """Return an image in square tiles, with its tags."""
    _, entries = page_of(image)
    del entries[278]
    entries |= {322: (3, (size,)), 323: (3, (size,))}
    height, width = image.shape[:2]
    rest = ((0, -height % size), (0, -width % size)) + ((0, 0),) * (image.ndim - 2)
    whole = np.pad(image, rest)
    tiles = [
        whole[y : y + size, x : x + size].tobytes()
        for y in range(0, height, size)
        for x in range(0, width, size)
    ]
    return tiles, entries


def lsm(planar: bool = True) -> Dialect:
    """Zeiss LSM 5: each plane with a thumbnail behind it, and CZ_LSMINFO in the first."""
    channels = 2 if planar else 1
    stack = noise(3, channels, 10, 12, dtype="uint16")
    small = noise(3, 5, 6, 3)
    sizes = (12, 10, 3, channels, 1, 2, 6, 5)
    info = struct.pack("<Ii8i6dHHI", 0x0400494C, 500, *sizes, 2e-7, 3e-7, 1e-6, 0, 0, 0, 0, 0, 0)
    info += struct.pack("<4Id8I", 0, 0, 0, 0, 0.5, *[0] * 8)
    info = info.ljust(500, b"\0")
    pages = []
    for z in range(3):
        image = stack[z] if planar else stack[z, 0]
        strips, entries = page_of(image, planar=planar)
        if not z:
            entries[34412] = (1, info)
        pages += [(strips, {**entries, 254: (4, (0,))})]
        strips, entries = page_of(small[z])
        pages += [(strips, {**entries, 254: (4, (1,))})]
    axes = "ZCYX" if planar else "ZYX"
    expected = stack if planar else stack[:, 0]
    data = many_pages(pages, far=258 if planar else 0)  # so does the microscope
    return data, [Expected(axes, expected), Expected("ZYXS", small)]


def svs() -> Dialect:
    """Aperio: baseline, thumbnail, smaller copies, label and macro, told by their descriptions."""
    text = b"Aperio Image Library v11.2.1 \r\n70x50 (16x16) Q=30|AppMag = 20|MPP = 0.4990\0"
    base, half = noise(50, 70, 3), noise(25, 35, 3, seed=6)
    thumbnail, label, macro = noise(10, 14, 3, seed=7), noise(9, 8, 3), noise(7, 30, 3)
    pages = [
        (*tiles_of(base), 0),
        (*page_of(thumbnail), 0),
        (*tiles_of(half), 0),
        (*page_of(label), 1),
        (*page_of(macro), 9),
    ]
    made = [
        (segments, {**entries, 254: (4, (kind,)), 270: (2, text)})
        for segments, entries, kind in pages
    ]
    return many_pages(made), [
        Expected("YXS", base, (half,)),
        Expected("YXS", thumbnail),
        Expected("YXS", label),
        Expected("YXS", macro),
    ]


def ndpi(*, jpeg: bool = True) -> Dialect:
    """Hamamatsu: a JPEG whose restart intervals are tiles, a smaller copy, and a macro image."""
    y, x = np.mgrid[:32, :48]
    base = np.dstack([y * 4, x * 3, y + x]).astype(np.uint8)
    Image.fromarray(base).save(
        file := io.BytesIO(), "JPEG", quality=95, subsampling=0, restart_marker_blocks=2
    )
    data = file.getvalue()
    scan = data.index(b"\xff\xda")
    starts = [scan + 2 + int.from_bytes(data[scan + 2 : scan + 4], "big")]
    starts += [
        at + 2
        for at in range(starts[0], len(data) - 1)
        if data[at] == 0xFF and 0xD0 <= data[at + 1] <= 0xD7
    ]
    first, entries = page_of(base)
    if jpeg:
        first = [data]
        entries |= {259: (3, (7,)), 262: (3, (6,)), 530: (3, (1, 1)), 65426: (4, tuple(starts))}
    mark: Entries = {65420: (4, (1,)), 65427: (2, b"slide\0")}
    half, macro = noise(16, 24, 3), noise(9, 31, 3)
    pages = [
        (first, {**entries, **mark, 65421: (11, (40.0,))}),
        (page_of(half)[0], {**page_of(half)[1], **mark, 65421: (11, (20.0,))}),
        (page_of(macro)[0], {**page_of(macro)[1], **mark, 65421: (11, (-1.0,))}),
    ]
    return many_pages(pages, ndpi=True), [
        Expected("YXS", base, (half,), lossy=jpeg),
        Expected("YXS", macro),
    ]


def scn() -> Dialect:
    """Leica SCN400: XML says which page is which resolution of which image."""
    macro, base, half = noise(20, 18, 3), noise(40, 64, 3), noise(20, 32, 3)
    xml = (
        '<?xml version="1.0"?><scn xmlns="http://www.leica-microsystems.com/scn/2010/10/01">'
        "<collection><image name='macro'><pixels sizeX='18' sizeY='20'>"
        "<dimension sizeX='18' sizeY='20' r='0' ifd='0'/></pixels></image>"
        "<image name='region'><pixels sizeX='64' sizeY='40'>"
        "<dimension sizeX='64' sizeY='40' r='0' ifd='1'/>"
        "<dimension sizeX='32' sizeY='20' r='1' ifd='2'/></pixels></image></collection></scn>"
    )
    pages = [tiles_of(image) for image in (macro, base, half)]
    pages[0][1][270] = (2, xml.encode() + b"\0")
    return many_pages(pages, big=True), [
        Expected("YXS", macro),
        Expected("YXS", base, (half,)),
    ]


def nih() -> Dialect:
    """NIH Image, of the Macintosh: a header of its own in the first page counts the slices."""
    stack = noise(4, 9, 11)
    header = struct.pack(">8shhh", b"IPICIMAG", 9, 11, 160).ljust(502, b"\0")
    pages = [page_of(plane) for plane in stack]
    pages[0][1][43314] = (1, header)
    return many_pages(pages, order=">"), [Expected("IYX", stack)]


def fluoview() -> Dialect:
    """Olympus FluoView: MM_Header has the names and sizes of all dimensions, the fastest first."""
    stack = noise(2, 3, 8, 9, dtype="uint16")  # channels, planes
    names = ((b"x", 9), (b"y", 8), (b"z", 3), (b"Ch", 2), *[(b"", 1)] * 6)
    each = [struct.pack("<16si2d64s", name, size, 0, 0.5, b"um") for name, size in names]
    header = struct.pack("<hB257sIiIIiI", 8, 1, b"cells", 0, 0, 0, 0, 0, 0) + b"".join(each)
    header += struct.pack("<Ih4dI2d", 0, 0, 0, 0, 0, 0, 0, 1, 0) + each[3] + bytes(12)
    pages = [page_of(plane) for plane in stack.reshape(6, 8, 9)]
    for _, entries in pages:
        entries[34361] = (1, header)
        entries[34362] = (12, (0.0,) * 8)
    return many_pages(pages), [Expected("CZYX", stack)]


def micromanager(shape: tuple[int, int] = (2, 3), *, count: int = 6) -> bytes:
    """Micro-Manager: an index map behind the header says which plane is where.

    Pixels begin 162 bytes behind their directory. `shape` is of frames and slices.
    """
    planes = noise(6, 8, 10, dtype="uint16")
    summary = json.dumps(
        {"MicroManagerVersion": "1.4.22", "Frames": shape[0], "Slices": shape[1], "Channels": 1}
        | {"Positions": 1, "TimeFirst": True, "SlicesFirst": False}
    ).encode()
    start = 40 + len(summary)
    first = start + 8 + 20 * count
    first += first % 2
    size = 162 + 160 + 16
    index, body = b"", b""
    for number in range(count):
        at = first + number * size
        index += struct.pack("<5I", 0, number % 3, number // 3, 0, at)
        entries = {256: 10, 257: 8, 258: 16, 259: 1, 262: 1, 273: at + 162, 277: 1, 278: 8}
        data = struct.pack("<H", len(entries) + 2)
        data += b"".join(struct.pack("<HHII", t, 4, 1, v) for t, v in entries.items())
        data += struct.pack("<HHII", 279, 4, 1, 160)
        data += struct.pack("<HHII", 51123, 2, 16, at + 322)
        data += struct.pack("<I", at + size if number < count - 1 else 0)
        body += data.ljust(162, b"\0") + planes[number].tobytes() + b'{"Camera": "A"}\0'
    display = first + count * size
    comments = display + 10
    head = b"II*\0" + struct.pack("<I", first)
    head += struct.pack("<4I", 54773648, start, 483765892, display)
    head += struct.pack("<4I", 99384722, comments, 2355492, len(summary))
    head += summary + struct.pack("<II", 3453623, count) + index
    tail = struct.pack("<II", 347834724, 2) + b"[]" + struct.pack("<II", 84720485, 2) + b"{}"
    return head.ljust(first, b"\0") + body + tail


def _micromanager() -> Dialect:
    stack = noise(6, 8, 10, dtype="uint16").reshape(2, 3, 8, 10)
    return micromanager(), [Expected("TZYX", stack)]


def qptiff() -> Dialect:
    """PerkinElmer: pages of one size are channels; a thumbnail; then smaller copies."""
    base, half, thumbnail = noise(2, 40, 48), noise(2, 20, 24), noise(9, 8, 3)
    pages = [tiles_of(plane) for plane in base]
    pages += [page_of(thumbnail), *(tiles_of(plane) for plane in half)]
    pages[0][1][305] = (2, b"PerkinElmer-QPI\0")
    return many_pages(pages), [Expected("CYX", base, (half,)), Expected("YXS", thumbnail)]


def gel() -> Dialect:
    """Molecular Dynamics: square roots of what was measured, times a scale."""
    roots = noise(8, 9, dtype="uint16")
    strips, entries = page_of(roots)
    entries |= {33445: (4, (2,)), 33446: (5, (1, 4))}
    expected = (roots.astype("float32") ** 2 * 0.25).astype("float32")
    return many_pages([(strips, entries)]), [Expected("YX", expected)]


DIALECTS: dict[str, Callable[[], Dialect]] = {
    "LSM of channels": lsm,
    "LSM of one channel": lambda: lsm(planar=False),
    "SVS": svs,
    "NDPI": ndpi,
    "NDPI that is not compressed": lambda: ndpi(jpeg=False),
    "SCN": scn,
    "NIH Image": nih,
    "FluoView": fluoview,
    "Micro-Manager": _micromanager,
    "QPTIFF": qptiff,
    "GEL": gel,
}
"""Makes a file of a dialect, with its images."""
