"""The part of a file that tells how its samples are stored, wherever it stands.

A color profile, EXIF data or other boxes may come first and be as long as they like; they are
skipped, not read. ISO/IEC 14496-12, section 4.2 (boxes).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO

__all__ = ["telling"]

_ENOUGH = 4096
_LONG = 1 << 20
_MOST_BOXES = 1 << 16
_JXL, _J2K = b"\xff\x0a", b"\xff\x4f\xff\x51"
Box = tuple[bytes, int, int]


def telling(file: IO[bytes], format: str, head: bytes) -> bytes:
    """Return the bytes of a file that stand for its head.

    Parameters
    ----------
    file : binary file
        Seekable; it is left where it was.
    format : str
        The name of its format.
    head : bytes
        The first bytes of the file.

    Returns
    -------
    bytes
        For JPEG XL and JPEG 2000 the beginning of the codestream; for AVIF and HEIF a ``meta`` box
        with the item properties that tell a depth; for PPM more than its head. Otherwise, or if
        there is none, the head.
    """
    if format == "PPM" and len(head) >= _ENOUGH:  # comments may come first
        at = file.tell()
        file.seek(0)
        head = file.read(_LONG)
        file.seek(at)
    if format not in ("AVIF", "HEIF", "JXL", "JPEG2000") or head.startswith((_JXL, _J2K)):
        return head
    at = file.tell()
    try:
        end = file.seek(0, os.SEEK_END)
        if format == "JXL":
            return _codestream(file, end) or head
        if format == "JPEG2000":
            return _jp2(file, end) or head
        return _properties(file, end) or head
    finally:
        file.seek(at)


def _boxes(file: IO[bytes], start: int, end: int) -> Iterator[Box]:
    """Yield the type, the beginning and the end of each box."""
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        head = file.read(16)
        size, kind, body = int.from_bytes(head[:4], "big"), head[4:8], start + 8
        if size == 1:
            size, body = int.from_bytes(head[8:16], "big"), start + 16
        elif size == 0:
            size = end - start
        if size < body - start:
            return
        yield kind, body, min(start + size, end)
        start += size


def _at(file: IO[bytes], start: int, stop: int) -> bytes:
    file.seek(start)
    return file.read(max(0, min(stop - start, _ENOUGH)))


def _codestream(file: IO[bytes], end: int) -> bytes:
    """ISO/IEC 18181-2: ``jxlc`` has the codestream; ``jxlp`` a part, behind its number."""
    found = b""
    for kind, start, stop in _boxes(file, 0, end):
        if kind == b"jxlc":
            return _at(file, start, stop)
        if kind == b"jxlp":
            found += _at(file, start + 4, stop)
            if len(found) >= _ENOUGH:
                break
    return found


def _jp2(file: IO[bytes], end: int) -> bytes:
    for kind, start, stop in _boxes(file, 0, end):
        if kind == b"jp2c":
            return _at(file, start, stop)
    return b""


def _properties(file: IO[bytes], end: int) -> bytes:
    """Walk to meta / iprp / ipco."""
    found = b""
    todo: list[Box] = [(b"", 0, end)]
    while todo:
        _, start, stop = todo.pop()
        for box in _boxes(file, start, stop):
            kind, body, last = box
            if kind == b"meta":
                todo.append((kind, body + 4, last))
            elif kind in (b"iprp", b"ipco"):
                todo.append(box)
            elif kind in (b"pixi", b"av1C", b"hvcC"):
                found += _box(kind, _at(file, body, min(last, body + 256)))
    return _box(b"meta", bytes(4) + _box(b"iprp", _box(b"ipco", found))) if found else b""


def _box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body
