"""One part of a file as a file of its own, and whether it is whole.

The library's interface for rows knows only the first part. A part is the same as a file but for
the number in front of each of its chunks (OpenEXR File Layout, section Chunk Layout).
"""

from __future__ import annotations

import io
import os
import struct
from typing import IO

from iio_core import DecodeError, Resource

from ._header import MAGIC, PARTS, TILED, Part

__all__ = ["check_whole", "single"]

_ROWS, _TILE = 4, 16  # bytes of a chunk's coordinates


def single(file: IO[bytes], part: Part, resource: Resource) -> IO[bytes]:
    """Return a part as a file of its own; of a file that has no other the file itself."""
    check_whole(file, part, resource.name)
    if not part.version & PARTS:
        file.seek(0)
        return file
    version = part.version & ~PARTS
    if part.tiled:
        version |= TILED
    head = MAGIC + struct.pack("<I", version) + part.raw
    offsets = _offsets(file, part)
    chunks = []
    at = len(head) + 8 * len(offsets)
    table = []
    for offset in offsets:
        chunk = _chunk(file, part, offset, resource.name)
        table.append(at)
        at += len(chunk)
        resource.limits.check_body(at, name=resource.name)
        chunks.append(chunk)
    return io.BytesIO(b"".join((head, struct.pack(f"<{len(table)}Q", *table), *chunks)))


def check_whole(file: IO[bytes], part: Part, name: str) -> None:
    """Raise `DecodeError` if chunks of a part are missing, or not all of its last one is there."""
    count = part.chunk_count()
    if count is None:
        return
    size = file.seek(0, os.SEEK_END)
    if count < 0 or part.table + 8 * count > size:
        raise DecodeError(f"{name} ends within its table of {count} chunks")
    offsets = _offsets(file, part)
    if 0 in offsets:
        raise DecodeError(
            f"{name} is not complete: {offsets.count(0)} of its {count} chunks were never written"
        )
    last = max(offsets, default=0)
    lead = _lead(part)
    file.seek(last)
    head = file.read(lead + 4)
    length = int.from_bytes(head[lead:], "little")
    if len(head) < lead + 4 or last + lead + 4 + length > size:
        raise DecodeError(f"{name} ends before its last chunk of pixels does")


def _offsets(file: IO[bytes], part: Part) -> tuple[int, ...]:
    count = part.chunk_count() or 0
    file.seek(part.table)
    return struct.unpack(f"<{count}Q", file.read(8 * count))


def _lead(part: Part) -> int:
    return (_TILE if part.tiled else _ROWS) + (4 if part.version & PARTS else 0)


def _chunk(file: IO[bytes], part: Part, offset: int, name: str) -> bytes:
    """Return a chunk without the number of its part."""
    lead = _lead(part)
    if offset >= 1 << 62:
        raise DecodeError(f"{name}: a chunk of pixels is outside of the file")
    file.seek(offset)
    head = file.read(lead + 4)
    length = int.from_bytes(head[lead:], "little")
    here = file.tell()
    if len(head) < lead + 4 or here + length > file.seek(0, os.SEEK_END):
        raise DecodeError(f"{name}: a chunk of pixels is outside of the file")
    file.seek(here)
    return head[4:] + file.read(length)
