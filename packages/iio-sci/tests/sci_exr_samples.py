"""OpenEXR files that the library writes without iio: one part, several, tiles, luma and chroma."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR

__all__ = ["ACES", "chroma", "made", "multipart", "picture"]

ACES = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)


def picture(
    kind: str = "float32", channels: int = 3, size: tuple[int, int] = (20, 13)
) -> np.ndarray:
    random = np.random.default_rng(channels)
    shape = size if channels == 1 else (*size, channels)
    if kind == "uint32":
        return random.integers(0, 2**32, shape, np.uint32)
    return random.standard_normal(shape).astype(kind)


def _bytes(file: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.exr")
        file.write(str(path))
        return path.read_bytes()


def made(channels: dict[str, np.ndarray], **header: Any) -> bytes:
    """Return a file of one part with these channels."""
    head = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION, **header}
    return _bytes(OpenEXR.File(head, {k: np.ascontiguousarray(v) for k, v in channels.items()}))


def multipart(parts: list[dict[str, np.ndarray]], tiled: bool = False) -> bytes:
    """Return a file of several parts."""
    shown = (np.array([0, 0], "i"), np.array([9, 9], "i"))
    made = []
    for number, channels in enumerate(parts):
        head: dict[str, Any] = {"name": f"part {number}", "displayWindow": shown}
        head["type"] = OpenEXR.tiledimage if tiled else OpenEXR.scanlineimage
        if tiled:
            head["tiles"] = OpenEXR.TileDescription()
        made.append(OpenEXR.Part(head, {k: np.ascontiguousarray(v) for k, v in channels.items()}))
    return _bytes(OpenEXR.File(made))


def chroma(
    y: np.ndarray, ry: np.ndarray, by: np.ndarray, chromaticities: tuple[float, ...] | None = None
) -> bytes:
    """Return a file of luma and of chroma in every second column and row; all float16.

    Made by hand, not compressed: the library's own interface does not write such files rightly.
    """
    height, width = y.shape
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    channels = b"".join(
        name + b"\0" + struct.pack("<iB3xii", 1, 0, step, step)
        for name, step in ((b"BY", 2), (b"RY", 2), (b"Y", 1))
    )
    attributes = [
        (b"channels", b"chlist", channels + b"\0"),
        (b"compression", b"compression", b"\0"),
        (b"dataWindow", b"box2i", window),
        (b"displayWindow", b"box2i", window),
        (b"lineOrder", b"lineOrder", b"\0"),
        (b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
        (b"screenWindowCenter", b"v2f", bytes(8)),
        (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
    ]
    if chromaticities is not None:
        packed = struct.pack("<8f", *chromaticities)
        attributes.append((b"chromaticities", b"chromaticities", packed))
    head = b"\x76\x2f\x31\x01\x02\0\0\0"
    for name, kind, value in attributes:
        head += name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value
    head += b"\0"
    chunks = []
    for row in range(height):
        parts = [by[row // 2], ry[row // 2]] if row % 2 == 0 else []
        data = b"".join(part.astype("<f2").tobytes() for part in (*parts, y[row]))
        chunks.append(struct.pack("<ii", row, len(data)) + data)
    at = len(head) + 8 * height
    table = np.cumsum([at, *map(len, chunks[:-1])])
    return head + table.astype("<u8").tobytes() + b"".join(chunks)
