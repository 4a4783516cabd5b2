"""Checksums of a FITS file's units: FITS 4.0, section 4.4.2.7 and appendix J."""

from __future__ import annotations

import os
from typing import IO, Any

import numpy as np

from iio_core import DecodeError

from ._blocks import BLOCK, Unit

__all__ = ["verify"]

_PIECE = 1 << 20


def verify(unit: Unit, file: IO[bytes]) -> None:
    """Raise `DecodeError` unless the checksums that a unit has are right."""
    missing = unit.end - file.seek(0, os.SEEK_END)
    if missing > 0:
        raise DecodeError(f"{unit.subject} lacks its last {missing} bytes")
    told = unit.value("DATASUM")
    data = _sum(file, unit.offset, unit.end)
    if told is not None and str(told).strip() not in ("", str(data)):
        raise DecodeError(f"the data of {unit.subject} is damaged: its DATASUM is {data}")
    if unit.value("CHECKSUM", "") and _added(_sum(file, unit.start, unit.offset), data) not in (
        0,
        0xFFFFFFFF,
    ):
        raise DecodeError(f"{unit.subject} is damaged: its CHECKSUM is wrong")


def _sum(file: IO[bytes], start: int, end: int) -> int:
    """Return the ones' complement sum of the 32-bit words of a part of a file."""
    file.seek(start)
    total = 0
    while start < end:
        piece = file.read(min(_PIECE - _PIECE % BLOCK, end - start))
        if not piece:
            break
        start += len(piece)
        words: np.ndarray[Any, Any] = np.frombuffer(piece[: len(piece) // 4 * 4], ">u4")
        total = _added(total, int(words.sum(dtype=np.uint64)))
    return total


def _added(one: int, other: int) -> int:
    total = one + other
    while total >> 32:
        total = (total & 0xFFFFFFFF) + (total >> 32)
    return total
