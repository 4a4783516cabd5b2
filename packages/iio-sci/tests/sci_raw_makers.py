"""Raw files in the makers' own TIFF layouts, by hand: where the mosaic is, and how it is packed.

A sample is the bytes of a file and the mosaic in it. No camera's file of these is at hand; where
the structures stand, dcraw's source tells, which its author has given away.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from sci_raw_samples import mosaic

__all__ = ["TIFF_MAKERS", "Sample", "directory", "joined", "pack12", "panasonic", "tags_of"]

Tag = tuple[int, int, Any]
Sample = tuple[bytes, np.ndarray | None]
"""A file, and the mosaic of it; None if it is compressed: then only dcraw knows."""

HEIGHT, WIDTH = 48, 64
_LETTERS = {1: "B", 3: "H", 4: "I"}


def directory(tags: list[Tag], at: int, order: str, *, following: int = 0) -> bytes:
    """Return a directory of TIFF 6.0, section 2, that stands at a place, with its values behind."""
    entries, behind = b"", b""
    values = at + 2 + 12 * len(tags) + 4
    for tag, kind, value in sorted(tags):
        if isinstance(value, bytes):
            data, count = value, len(value)
        else:
            data, count = struct.pack(f"{order}{len(value)}{_LETTERS[kind]}", *value), len(value)
        if len(data) > 4:
            place = struct.pack(f"{order}I", values + len(behind))
            behind += data + b"\0" * (len(data) & 1)
            data = place
        entries += struct.pack(f"{order}HHI", tag, kind, count) + data.ljust(4, b"\0")
    head = struct.pack(f"{order}H", len(tags)) + entries
    return head + struct.pack(f"{order}I", following) + behind


def pack12(raw: np.ndarray) -> bytes:
    """Return values of 12 bits, two in three bytes, the upper bits first."""
    pairs = raw.reshape(-1, 2).astype(np.uint32)
    word = pairs[:, 0] << 12 | pairs[:, 1]
    return np.stack([word >> 16, word >> 8, word], axis=1).astype(np.uint8).tobytes()


def tags_of(make: str, model: str) -> list[Tag]:
    """Return the tags that say whose file it is."""
    return [
        (271, 2, f"{make}\0".encode()),
        (272, 2, f"{model}\0".encode()),
        (274, 3, [1]),
    ]


def _picture(
    height: int, width: int, bits: list[int], shown: int, at: int, length: int
) -> list[Tag]:
    return [
        (256, 4, [width]),
        (257, 4, [height]),
        (258, 3, bits),
        (259, 3, [1]),
        (262, 3, [shown]),
        (273, 4, [at]),
        (277, 3, [len(bits)]),
        (278, 4, [height]),
        (279, 4, [length]),
    ]


def joined(
    make: str,
    model: str,
    *,
    order: str = "<",
    bits: int = 16,
    magic: bytes = b"*\0",
    sub: bool = True,
    more: tuple[Tag, ...] = (),
    seed: int = 1,
) -> Sample:
    """Return a file whose first directory has a small picture, and its SubIFD the mosaic.

    Without `sub` the mosaic is in the first directory.
    """
    raw = mosaic(HEIGHT, WIDTH, seed)
    pixels = pack12(raw) if bits == 12 else raw.astype(f"{order}u2").tobytes()
    thumbnail = np.full((8, 10, 3), 128, np.uint8).tobytes() if sub else b""
    start = 2048
    colors: tuple[Tag, ...] = ((33421, 3, [2, 2]), (33422, 1, [0, 1, 1, 2]))
    place = start + len(thumbnail)
    inner = [(254, 4, [0]), *_picture(HEIGHT, WIDTH, [bits], 32803, place, len(pixels)), *colors]
    if sub:
        outer = [(254, 4, [1]), *_picture(8, 10, [8, 8, 8], 2, start, len(thumbnail))]
        outer += [*tags_of(make, model), *more, (330, 4, [1024])]
        first, second = directory(outer, 8, order), directory(inner, 1024, order)
    else:
        first, second = directory([*inner, *tags_of(make, model), *more], 8, order), b""
    mark = b"II" if order == "<" else b"MM"
    head = mark + (magic if order == "<" else magic[::-1]) + struct.pack(f"{order}I", 8) + first
    return head.ljust(1024, b"\0") + second.ljust(1024, b"\0") + thumbnail + pixels, raw


def swapped(sample: Sample) -> Sample:
    """Return a file of 12 bits whose words of 32 have their lower bytes first."""
    data, raw = sample
    assert raw is not None
    body = np.frombuffer(pack12(raw), ">u4").astype("<u4").tobytes()
    return data[: -len(body)] + body, raw


LEAF = b"PKTS\0\0\0\1" + b"ShootObj_back_type".ljust(40, b"\0") + b"\0\0\0\x03" + b"10\n"


def panasonic(make: str, model: str, *, coded: bool = False) -> Sample:
    """Return a RW2 file: TIFF with another magic number and numbers of tags; 12 bits, shifted.

    Or `coded`, without anything in it but zeros.
    """
    raw = mosaic(HEIGHT, WIDTH, 3)
    raw[raw == 0] = 1  # which stands for a bad pixel
    pixels = (raw << 4).astype("<u2").tobytes()
    pixels = bytes(0x4000) if coded else pixels
    tags: list[Tag] = [
        (1, 7, b"0210"),
        (2, 3, [WIDTH]),
        (3, 3, [HEIGHT]),
        (4, 3, [0]),
        (5, 3, [0]),
        (6, 3, [HEIGHT]),
        (7, 3, [WIDTH]),
        (9, 3, [1]),
        (10, 3, [12]),
        *tags_of(make, model),
        (279, 4, [2 * WIDTH * HEIGHT]),
        *([(45, 3, [4]), (280, 4, [1024])] if coded else [(273, 4, [1024])]),
    ]
    head = b"IIU\0" + struct.pack("<I", 8) + directory(tags, 8, "<")
    return head.ljust(1024, b"\0") + pixels, raw


TIFF_MAKERS: dict[str, Callable[[], Sample]] = {
    "3fr": lambda: joined("Hasselblad", "Hasselblad H3D"),
    "arw": lambda: joined("SONY", "ILCE-7S"),
    "cs1": lambda: joined("Sinar AG", "CaptureShop", sub=False),
    "dcr": lambda: joined("EASTMAN KODAK COMPANY", "DCS Pro 14N", order=">"),
    "drf": lambda: joined("Kodak", "DCS Pro Back", order=">"),
    "erf": lambda: joined("SEIKO EPSON CORP.", "R-D1", order=">", bits=12),
    "fff": lambda: joined("Imacon", "Ixpress", order=">"),
    "mef": lambda: joined("Mamiya-OP Co.,Ltd.", "MAMIYA ZD", order=">", bits=12),
    "mos": lambda: joined("Leaf", "Aptus 22", order=">", more=((34310, 7, LEAF),)),
    "nef": lambda: joined("NIKON CORPORATION", "NIKON D1", order=">", bits=12),
    "nrw": lambda: swapped(joined("NIKON", "COOLPIX P6000", bits=12)),
    "orf": lambda: swapped(joined("OLYMPUS IMAGING CORP.", "E-1", bits=12, magic=b"RO", sub=False)),
    "pef": lambda: joined("PENTAX Corporation", "PENTAX *ist DL", order=">", bits=12, sub=False),
    "ptx": lambda: joined("PENTAX Corporation", "PENTAX K100D", order=">", bits=12, sub=False),
    "raw": lambda: panasonic("Panasonic", "DMC-LC1"),
    "rw2": lambda: panasonic("Panasonic", "DMC-LX2"),
    "rwl": lambda: panasonic("LEICA", "D-LUX 4"),
    "sr2": lambda: joined("SONY", "DSC-R1"),
    "srw": lambda: joined("SAMSUNG", "NX10", bits=12),
}
"""By extension; 3FR to SRW."""
