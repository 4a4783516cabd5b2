"""Raw files made by hand: a mosaic of random values behind the headers of several makers."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import rawpy

__all__ = ["SAMPLES", "developed", "dng", "mosaic", "mrw", "pgm", "tiff_raw"]

Tag = tuple[int, int, Any]
_LETTERS = {1: "B", 3: "H", 4: "I", 5: "I", 10: "i"}
_PAIRS = (5, 10)
_IDENTITY = [1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1]


def mosaic(height: int = 48, width: int = 64, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 4096, (height, width)).astype(np.uint16)


def tiff(tags: list[Tag], pixels: bytes, order: str = "<") -> bytes:
    """Return a TIFF file of one directory, with its only strip behind it."""
    tags = sorted(tags)
    packed = {tag: _packed(kind, value, order) for tag, kind, value in tags if value != "strip"}
    start = 8 + 2 + 12 * len(tags) + 4
    strip = start + sum(len(d) + (len(d) & 1) for d, _ in packed.values() if len(d) > 4)
    entries, behind = b"", b""
    for tag, kind, value in tags:
        if value == "strip":
            data, count = struct.pack(f"{order}I", strip), 1
        else:
            data, count = packed[tag]
        if len(data) > 4:
            place = struct.pack(f"{order}I", start + len(behind))
            behind += data + b"\0" * (len(data) & 1)
            data = place
        entries += struct.pack(f"{order}HHI", tag, kind, count) + data.ljust(4, b"\0")
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    head += struct.pack(f"{order}H", len(tags))
    return head + entries + bytes(4) + behind + pixels


def _packed(kind: int, value: Any, order: str) -> tuple[bytes, int]:
    if isinstance(value, bytes):
        return value, len(value)
    data = struct.pack(f"{order}{len(value)}{_LETTERS[kind]}", *value)
    return data, len(value) // (2 if kind in _PAIRS else 1)


def _tags(raw: np.ndarray, make: bytes, orientation: int = 1, mosaic: bool = True) -> list[Tag]:
    height, width = raw.shape[:2]
    samples = 1 if raw.ndim == 2 else raw.shape[2]
    tags: list[Tag] = [
        (254, 4, [0]),
        (256, 4, [width]),
        (257, 4, [height]),
        (258, 3, [16] * samples),
        (259, 3, [1]),
        (262, 3, [32803 if mosaic else 34892]),
        (271, 2, make),
        (272, 2, b"By hand\0"),
        (273, 4, "strip"),
        (274, 3, [orientation]),
        (277, 3, [samples]),
        (278, 4, [height]),
        (279, 4, [raw.nbytes]),
    ]
    if mosaic:
        tags += [(33421, 3, [2, 2]), (33422, 1, [0, 1, 1, 2])]
    return tags


def dng(raw: np.ndarray, *, orientation: int = 1, order: str = "<", mosaic: bool = True) -> bytes:
    """Return a DNG file, with a mosaic of colors or linear."""
    tags = _tags(raw, b"iio\0", orientation, mosaic)
    tags += [
        (50706, 1, [1, 4, 0, 0]),
        (50708, 2, b"iio by hand\0"),
        (50714, 3, [0]),
        (50717, 3, [4095]),
        (50721, 10, _IDENTITY),
        (50728, 5, [1, 1, 1, 1, 1, 1]),
        (50778, 3, [21]),
    ]
    return tiff(tags, raw.astype(f"{order}u2").tobytes(), order)


def tiff_raw(raw: np.ndarray, make: bytes = b"Hasselblad\0", order: str = "<") -> bytes:
    """Return a raw file as cameras write them that do not compress."""
    return tiff(_tags(raw, make), raw.astype(f"{order}u2").tobytes(), order)


def mrw(raw: np.ndarray, model: bytes = b"DiMAGE A1\0") -> bytes:
    """Return a Minolta raw file: blocks PRD (sizes), TTW (a TIFF of tags), WBG (white balance)."""
    height, width = raw.shape
    sizes = struct.pack(">4H", height, width, height, width) + bytes([16, 16, 0x52, 0, 0, 0, 0, 0])
    ttw = tiff([(271, 2, b"Minolta Co., Ltd.\0"), (272, 2, model)], b"", ">")
    blocks = b""
    for name, block in (
        (b"PRD", b"27730001" + sizes),
        (b"TTW", ttw),
        (b"WBG", bytes(4) + struct.pack(">4H", 256, 256, 256, 256)),
    ):
        blocks += b"\0" + name + struct.pack(">I", len(block)) + block
    return b"\0MRM" + struct.pack(">I", len(blocks)) + blocks + raw.astype(">u2").tobytes()


def developed(data: bytes, **parameters: Any) -> np.ndarray:
    """Return what rawpy alone makes of a file."""
    with rawpy.RawPy() as raw:
        raw.open_buffer(io.BytesIO(data))
        return raw.postprocess(**{"user_flip": 0, **parameters})


def pgm(data: bytes) -> np.ndarray:
    """Return the pixels of a binary PGM or PPM file of 16 bits."""
    kind, width, height = data.split(maxsplit=4)[:3]
    shape = (int(height), int(width)) + ((3,) if kind == b"P6" else ())
    count = int(np.prod(shape)) * 2
    return np.frombuffer(data[-count:], ">u2").reshape(shape).astype(np.uint16)


SAMPLES = {
    "DNG": dng(mosaic()),
    "CAMERA-TIFF": tiff_raw(mosaic()),
    "MRW": mrw(mosaic()),
    "CAMERA-OTHER": tiff_raw(mosaic(), b"CASIO\0", ">"),
}
"""One small file for each format that can be made by hand."""
