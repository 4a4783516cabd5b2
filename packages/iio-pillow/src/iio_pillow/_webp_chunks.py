"""The container of WebP files (RFC 9649, section 2.7 Extended File Format)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

__all__ = ["as_animation", "durations", "frame_durations"]

_ALPHA, _ANIMATION = 0x10, 0x02
_LONGEST = (1 << 24) - 1


def durations(data: bytes) -> list[int]:
    """Return how long each frame of an animation is shown, in milliseconds; [] for a still."""
    return [
        int.from_bytes(body[12:15], "little") for kind, body in _chunks(data) if kind == b"ANMF"
    ]


def frame_durations(file: IO[bytes]) -> list[int]:
    """Return the same of a file, of which only the heads of chunks are read.

    Parameters
    ----------
    file : binary file
        Seekable; it is left where it was.
    """
    start, at, found = file.tell(), 12, []
    while True:
        file.seek(at)
        head = file.read(24)
        if len(head) < 24:
            break
        if head[:4] == b"ANMF":
            found.append(int.from_bytes(head[20:23], "little"))
        size = int.from_bytes(head[4:8], "little")
        at += 8 + size + size % 2
    file.seek(start)
    return found


def as_animation(
    data: bytes, *, duration: int, loop: int, background: tuple[int, int, int, int]
) -> bytes:
    """Return a still image as an animation of one frame.

    Parameters
    ----------
    data : bytes
        A WebP file with one image.
    duration : int
        How long the frame is shown, in milliseconds.
    loop : int
        How often it is played, 0 for ever.
    background : tuple of int
        Red, green, blue and alpha.
    """
    if not 0 <= duration <= _LONGEST:
        raise ValueError(f"a frame of a WebP is shown for up to {_LONGEST} ms, not for {duration}")
    found = dict(_chunks(data))
    picture = [kind for kind in (b"ALPH", b"VP8 ", b"VP8L") if kind in found]
    flags, width, height = _canvas(found)
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    red, green, blue, alpha = background
    do_not_blend = 0x02
    frame = bytes(6) + size + duration.to_bytes(3, "little") + bytes([do_not_blend])
    parts = [(b"VP8X", bytes([flags | _ANIMATION, 0, 0, 0]) + size)]
    if b"ICCP" in found:
        parts.append((b"ICCP", found[b"ICCP"]))
    parts.append((b"ANIM", bytes([blue, green, red, alpha]) + struct.pack("<H", loop)))
    parts.append((b"ANMF", frame + b"".join(_chunk(kind, found[kind]) for kind in picture)))
    parts += [(kind, found[kind]) for kind in (b"EXIF", b"XMP ") if kind in found]
    body = b"WEBP" + b"".join(_chunk(kind, part) for kind, part in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _canvas(found: dict[bytes, bytes]) -> tuple[int, int, int]:
    """Return the flags of the extended format, the width and the height of an image."""
    if b"VP8X" in found:
        head = found[b"VP8X"]
        width, height = (int.from_bytes(head[i : i + 3], "little") + 1 for i in (4, 7))
        return head[0], width, height
    if b"VP8L" in found:  # RFC 9649, section 3.4: a signature, 14 + 14 bits, alpha
        bits = int.from_bytes(found[b"VP8L"][1:5], "little")
        return _ALPHA * (bits >> 28 & 1), (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    # RFC 6386, section 9.1: a frame tag and a start code of 3 bytes each, 14 + 2 bits, 14 + 2 bits
    width, height = struct.unpack_from("<HH", found[b"VP8 "], 6)
    return 0, width & 0x3FFF, height & 0x3FFF


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        yield kind, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
