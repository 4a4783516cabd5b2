"""Where the messages of a file are, and the fields of a message.

A message begins with its kind, tells its length, and ends with ``7777`` (Manual on Codes, FM 92 and
FM 94, sections 0). A message of GRIB 2 may repeat sections 2 to 7, and holds a field for each
section 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from iio_core import DecodeError, LimitError

__all__ = ["Message", "fields_of", "messages_of"]

Message = tuple[int, int]
"""Where one begins, and how many bytes it has."""

_END = b"7777"
_MOST = 1_000_000
_CHUNK = 1 << 20
_LAST_SECTION = 8


def messages_of(file: IO[bytes], kind: bytes, name: str) -> list[Message]:
    """Return the messages of a file; what stands between them is passed over.

    Raises
    ------
    DecodeError
        If one is cut, or does not end as it has to.
    """
    size = file.seek(0, 2)
    found: list[Message] = []
    at = _next(file, kind, 0, size)
    while at is not None:
        length = _length(file, kind, at)
        if length < 12 or at + length > size:
            raise DecodeError(
                f"{name} is cut: its message {len(found)} has {length} bytes, of which "
                f"{size - at} are there",
                plugin="grib",
            )
        file.seek(at + length - len(_END))
        if file.read(len(_END)) != _END:
            raise DecodeError(
                f"{name} is damaged: its message {len(found)} does not end with 7777", plugin="grib"
            )
        found.append((at, length))
        if len(found) > _MOST:
            raise LimitError(f"{name} has more than {_MOST} messages")
        at = _next(file, kind, at + length, size)
    return found


def _next(file: IO[bytes], kind: bytes, start: int, size: int) -> int | None:
    """Return where the next message begins; None if there is no more."""
    while start < size:
        file.seek(start)
        place = file.read(_CHUNK).find(kind)
        if place >= 0:
            return start + place
        start += _CHUNK - len(kind) + 1
    return None


def _length(file: IO[bytes], kind: bytes, at: int) -> int:
    file.seek(at)
    head = file.read(16)
    if kind == b"GRIB" and head[7:8] == b"\x02":
        return int.from_bytes(head[8:16], "big") if len(head) == 16 else 0
    length = int.from_bytes(head[4:7], "big")
    if kind == b"GRIB" and length & 0x800000:  # ECMWF's way to have more than 8 MiB
        raise DecodeError("large messages of GRIB 1 are not read", plugin="grib")
    return length


def fields_of(message: bytes) -> Iterator[bytes]:
    """Yield each field of a GRIB message as a message of its own."""
    if message[7] != 2:
        yield message
        return
    kept: dict[int, bytes] = {}
    at = 16
    while at + 5 <= len(message) and message[at : at + 4] != _END:
        length = int.from_bytes(message[at : at + 4], "big")
        number = message[at + 4]
        if length < 5 or number >= _LAST_SECTION or at + length > len(message):
            raise DecodeError("the sections of a GRIB message are damaged", plugin="grib")
        kept = {n: data for n, data in kept.items() if n < number or n in (1, 2, 3)}
        kept[number] = message[at : at + length]
        at += length
        if number == _LAST_SECTION - 1:
            body = b"".join(kept[n] for n in sorted(kept)) + _END
            yield message[:8] + (16 + len(body)).to_bytes(8, "big") + body
