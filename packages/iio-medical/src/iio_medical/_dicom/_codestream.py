"""The size that a compressed frame says of itself, before a decoder believes it.

A JPEG or JPEG 2000 stream has a header of its own; decoders allocate by that, not by DICOM's.
ITU-T T.81, section B.2.2 (JPEG); ITU-T T.87 (JPEG-LS); ITU-T T.800, section A.5.1 (JPEG 2000).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iio_core import DecodeError

if TYPE_CHECKING:
    from ._file import DicomFile

__all__ = ["check_size"]

_ENOUGH = 1 << 16
_ITEM = b"\xfe\xff\x00\xe0"
_FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}


def check_size(source: Any, file: DicomFile) -> None:
    """Raise if the first frame that a file stands in front of is larger than its header says."""
    data = source.read(_ENOUGH)
    found = _declared(data)
    if found is None:
        return
    rows, columns = file.header.shape[:2]
    if found[0] > rows + 1 or found[1] > columns + 1:
        raise DecodeError(
            f"{file.name} says that it is {rows} rows by {columns} columns, and its compressed "
            f"frame that it is {found[0]} by {found[1]}",
            plugin="dicom",
        )


def _declared(data: bytes) -> tuple[int, int] | None:
    """Return rows and columns of the first codestream in encapsulated pixels."""
    if data[:4] != _ITEM:
        return None
    place = 8 + int.from_bytes(data[4:8], "little")  # behind the table of offsets
    if data[place : place + 4] != _ITEM:
        return None
    length = int.from_bytes(data[place + 4 : place + 8], "little")
    stream = data[place + 8 : place + 8 + length]  # a frame may be in several pieces
    if len(stream) < 24:
        return None
    if stream[:4] == b"\xff\x4f\xff\x51":
        width, height, left, top = (
            int.from_bytes(stream[i : i + 4], "big") for i in (8, 12, 16, 20)
        )
        return height - top, width - left
    return _of_jpeg(stream) if stream[:2] == b"\xff\xd8" else None


def _of_jpeg(stream: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 <= len(stream) and stream[place] == 0xFF:
        marker = stream[place + 1]
        if marker in _FRAME_HEADERS:
            return (
                int.from_bytes(stream[place + 5 : place + 7], "big"),
                int.from_bytes(stream[place + 7 : place + 9], "big"),
            )
        place += 2 + int.from_bytes(stream[place + 2 : place + 4], "big")
    return None
