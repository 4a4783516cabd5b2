"""Pictures, and files of them that other programs wrote."""

from __future__ import annotations

import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import numpy as np

FILES = Path(__file__).with_name("files")

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def picture(dtype: str, channels: int, height: int = 20, width: int = 24) -> np.ndarray:
    """Return gradients with some noise, the same everywhere, up to the limits of a dtype."""
    y, x = np.mgrid[:height, :width]
    planes = [
        (x * 2749 + y * 1013 * (c + 1) + (x * y * 7919 + c * 104729) % 1021) % 65536
        for c in range(channels)
    ]
    image = np.stack(planes, axis=-1)
    image[0, 0], image[-1, -1] = 0, 65535
    image = image[..., 0] if channels == 1 else image
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return image >= 32768
    if kind.kind == "f":
        return (image / 65535).astype(kind)
    shifted = image >> (16 - 8 * kind.itemsize)
    if kind.kind == "i":
        shifted = shifted + np.iinfo(kind).min
    return shifted.astype(kind)


def chunk(kind: bytes, data: bytes) -> bytes:
    sum_ = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", sum_)


def png(
    image: np.ndarray, color: int, *extra: tuple[bytes, bytes], depth: int | None = None
) -> bytes:
    """Return a PNG that is put together by hand, without filters; the chunks `extra` come first."""
    depth = depth or 8 * image.dtype.itemsize
    height, width = image.shape[:2]
    rows = image.astype(image.dtype.newbyteorder(">"))
    lines = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *(chunk(*one) for one in extra)]
    parts += [chunk(b"IDAT", zlib.compress(lines)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def apng(frames: list[np.ndarray], color: int, controls: list[tuple[int, ...]]) -> bytes:
    """Return an animation; of each frame x, y, delay in 1/100 s, disposal, blending."""
    parts, number = [], 0
    for frame, (x, y, delay, dispose, blend) in zip(frames, controls, strict=True):
        data = png(frame, color)
        if not parts:
            parts = [data[:33], chunk(b"acTL", struct.pack(">II", len(frames), 3))]
        height, width = frame.shape[:2]
        place = struct.pack(">IIIII", number, width, height, x, y)
        parts.append(chunk(b"fcTL", place + struct.pack(">HHBB", delay, 100, dispose, blend)))
        number += 1
        at = data.index(b"IDAT")
        pixels = data[at + 4 : at + 4 + int.from_bytes(data[at - 4 : at], "big")]
        if number == 1:
            parts.append(chunk(b"IDAT", pixels))
        else:
            parts.append(chunk(b"fdAT", struct.pack(">I", number) + pixels))
            number += 1
    return b"".join([*parts, chunk(b"IEND", b"")])


def by_pillow(image: np.ndarray, format: str, **options: object) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image).save(file, format, **options)
    return file.getvalue()


def by_ffmpeg(codec: str, pixels: str, image: np.ndarray) -> bytes:
    """Return what an encoder of FFmpeg's own makes of an image."""
    import av

    height, width = image.shape[:2]
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt = width, height, pixels
    context.time_base = Fraction(1)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format=pixels)
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


def read_by_ffmpeg(codec: str, data: bytes, pixels: str) -> np.ndarray:
    """Return what a decoder of FFmpeg's own makes of a file."""
    import av

    context = av.CodecContext.create(codec, "r")
    frames = [*context.decode(av.Packet(data)), *context.decode(None)]
    return frames[0].to_ndarray(format=pixels)
