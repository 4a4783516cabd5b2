"""Files with known pixels, each made here: by hand, or by the backend's own writer."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import tifffile

__all__ = ["FEI_TEXT", "SAMPLES", "fei", "handmade", "noise", "stk", "tiff", "written"]

Sample = tuple[bytes, np.ndarray]


def noise(*shape: int, dtype: str = "uint8", seed: int = 5) -> np.ndarray:
    """Return an image in which all values turn up."""
    rng = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind.kind in "ui":
        info = np.iinfo(kind)
        return rng.integers(info.min, info.max, shape, kind, endpoint=True)
    return rng.standard_normal(shape).astype(kind)


def written(image: np.ndarray, **options: Any) -> bytes:
    """Return a file of the backend's writer."""
    tifffile.imwrite(buffer := io.BytesIO(), image, **options)
    return buffer.getvalue()


def handmade(
    pixels: bytes,
    entries: dict[int, tuple[int, tuple[int, ...] | bytes]],
    *,
    order: str = "<",
    big: bool = False,
) -> bytes:
    """Return a file of one page, put together byte by byte (TIFF 6.0, section 2).

    Parameters
    ----------
    pixels : bytes
        One strip.
    entries : dict
        Tag: (type, values), or bytes for what is not numbers.
    order : {"<", ">"}
        The byte order.
    big : bool
        Whether to make a BigTIFF.
    """
    codes = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 7: "s", 12: "d", 16: "Q"}
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 12: 8, 16: 8}
    room = 8 if big else 4
    start = 16 if big else 8
    body = bytearray(pixels + bytes(-len(pixels) % 2))
    table = {**entries, 273: (4, (start,)), 279: (4, (len(pixels),))}
    rows = b""
    for tag, (kind, values) in sorted(table.items()):
        if isinstance(values, bytes):
            data, count = values, len(values) // sizes[kind]
        else:
            count = len(values) // (2 if kind == 5 else 1)
            data = struct.pack(f"{order}{len(values)}{codes[kind][0]}", *values)
        if len(data) > room:
            at = start + len(body)
            body += data + bytes(len(data) % 2)
            data = struct.pack(order + ("Q" if big else "I"), at)
        rows += struct.pack(order + ("HHQ" if big else "HHI"), tag, kind, count)
        rows += data.ljust(room, b"\0")
    first = start + len(body)
    mark = b"II" if order == "<" else b"MM"
    head = mark + (
        struct.pack(order + "HHHQ", 43, 8, 0, first)
        if big
        else struct.pack(order + "HI", 42, first)
    )
    number = struct.pack(order + ("Q" if big else "H"), len(table))
    return head + bytes(body) + number + rows + bytes(8 if big else 4)


def _gray(width: int, height: int) -> dict[int, tuple[int, tuple[int, ...] | bytes]]:
    return {
        256: (3, (width,)),
        257: (3, (height,)),
        258: (3, (8,)),
        259: (3, (1,)),
        262: (3, (1,)),
        277: (3, (1,)),
        278: (3, (height,)),
    }


def tiff() -> Sample:
    image = noise(5, 7, dtype="uint16")
    entries = _gray(7, 5) | {258: (3, (16,)), 282: (5, (72, 1)), 283: (5, (72, 1)), 296: (3, (2,))}
    entries[270] = (2, b"by hand\0")
    return handmade(image.astype(">u2").tobytes(), entries, order=">"), image


def bigtiff() -> Sample:
    image = noise(6, 4)
    return handmade(image.tobytes(), _gray(4, 6), big=True), image


def ome() -> Sample:
    image = noise(2, 3, 9, 8, dtype="uint16")
    options = {"axes": "ZCYX", "PhysicalSizeX": 0.25, "PhysicalSizeY": 0.25}
    return written(image, ome=True, photometric="minisblack", metadata=options), image


def stk() -> Sample:
    """A MetaMorph stack: one directory, whose UIC2 tag counts the planes that follow each other."""
    image = noise(3, 4, 5, dtype="uint16")
    entries = _gray(5, 4) | {258: (3, (16,))}
    pixels = image.tobytes()
    entries[33628] = (4, (8 + len(pixels),))  # where one pair of numbers is: no automatic scale
    planes = struct.pack("<18I", *(n for i in range(3) for n in (1, i + 1, 2459000, 0, 2459000, 0)))
    entries[33629] = (5, planes)
    data = bytearray(handmade(pixels + bytes(8), entries))
    # The tags of MetaMorph count planes, of 24 bytes each.
    at = data.find(struct.pack("<HH", 33629, 5))
    struct.pack_into("<I", data, at + 4, 3)
    return bytes(data), image


FEI_TEXT = (
    b"[User]\r\nDate=10/27/2016\r\nUser=somebody\r\n[System]\r\nType=SEM\r\nDnumber=9924053\r\n"
    b"[Scan]\r\nPixelWidth=7.5e-09\r\nPixelHeight=7.5e-09\r\n"
)


def fei(code: int = 34682) -> Sample:
    """A scan, with its settings in a private tag."""
    image = noise(200, 90)
    tags = [(code, "s", len(FEI_TEXT), FEI_TEXT, True)]
    return written(image, metadata=None, extratags=tags), image


def plain(**options: Any) -> Callable[[], Sample]:
    def make() -> Sample:
        image = noise(34, 35, 3)
        return written(image, photometric="rgb", metadata=None, **options), image

    return make


SAMPLES: dict[str, Callable[[], Sample]] = {
    "TIFF": tiff,
    "BIGTIFF": bigtiff,
    "OME-TIFF": ome,
    "STK": stk,
    "LSM": plain(),
    "SVS": plain(tile=(16, 16)),
    "NDPI": plain(),
    "SCN": plain(bigtiff=True),
    "GEOTIFF": plain(tile=(16, 16), compression="zlib"),
    "GEL": plain(),
    "QPTIFF": plain(),
    "BIF": plain(),
}
"""The name of a format: what makes a file of it, with its pixels."""
