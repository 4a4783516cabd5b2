"""Scanlines of a Radiance picture, packed and unpacked.

A scanline that begins with 2, 2 and its own length (two bytes, big endian) has its four bytes a
pixel apart: all reds, greens, blues and exponents, each in runs: a byte above 128 is 128 more than
how often the next one is repeated, any other is how many follow as they are. Otherwise pixels
follow as they are, and 1, 1, 1, n repeats the last one n times; the next such one 256 n times.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from iio_core import DecodeError

__all__ = ["LONGEST", "SHORTEST", "Unpacker", "packed"]

SHORTEST, LONGEST = 8, 32767
"""Pixels of a scanline whose bytes may be apart."""

_RUN = 128
_WORTH = 4  # repeated bytes that are worth a run


class Unpacker:
    """Unpacks scanlines, one block after the other.

    Parameters
    ----------
    data : bytes
        The file from where the pixels begin.
    length : int
        How many pixels a scanline has.
    name : str
        How messages call the file.
    """

    def __init__(self, data: bytes, length: int, name: str) -> None:
        self._data, self._length, self._name = data, length, name
        self._bytes: np.ndarray[Any, Any] = np.frombuffer(data, np.uint8)
        self._at = 0

    def take(self, count: int) -> np.ndarray[Any, Any]:
        """Return the next scanlines: ``(count, length, 4)`` of uint8.

        Raises
        ------
        DecodeError
            If the file ends before they do, or is damaged.
        """
        parts = []
        while count:
            done = self._apart(count) if self._is_apart() else self._together(count)
            parts.append(done)
            count -= len(done)
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def _is_apart(self) -> bool:
        if not SHORTEST <= self._length <= LONGEST:
            return False
        head = self._data[self._at : self._at + 4]
        return head[:2] == b"\2\2" and int.from_bytes(head[2:], "big") == self._length

    def _apart(self, most: int) -> np.ndarray[Any, Any]:
        """Unpack scanlines as long as their bytes are apart."""
        starts: list[int] = []
        counts: list[int] = []
        done = 0
        while done < most and self._is_apart():
            self._at = self._find_runs(self._at + 4, starts, counts)
            done += 1
        where = np.array(starts)
        lengths = np.array(counts)
        repeated = self._bytes[where] > _RUN
        # Where each byte comes from: the same place for all of a run, one further for others.
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        within[np.repeat(repeated, lengths)] = 0
        apart: np.ndarray[Any, Any] = self._bytes[np.repeat(where + 1, lengths) + within]
        return apart.reshape(done, 4, self._length).swapaxes(1, 2)

    def _find_runs(self, at: int, starts: list[int], counts: list[int]) -> int:
        """Note where the runs of one scanline are; return where the next scanline is."""
        data, length = self._data, self._length
        end = len(data)
        for _ in range(4):
            left = length
            while left:
                if at >= end:
                    raise self._cut()
                count = data[at]
                starts.append(at)
                if count > _RUN:
                    count -= _RUN
                    at += 2
                else:
                    at += count + 1
                left -= count
                if not count or left < 0:
                    raise DecodeError(f"{self._name}: a run of a scanline is longer than that")
                counts.append(count)
        if at > end:
            raise self._cut()
        return at

    def _together(self, most: int) -> np.ndarray[Any, Any]:
        """Unpack one scanline whose pixels are together; all, if none can have them apart."""
        wanted = self._length if SHORTEST <= self._length <= LONGEST else most * self._length
        pixels: list[np.ndarray[Any, Any]] = []
        there = shift = 0
        while there < wanted:
            plain = self._plain(wanted - there)
            if len(plain):
                pixels.append(plain)
                there += len(plain)
                shift = 0
                continue
            count = self._data[self._at + 3] << shift
            self._at += 4
            shift += 8
            if not there or shift > 32 or count > wanted - there:
                raise DecodeError(f"{self._name}: a pixel is repeated {count} times")
            if count:
                pixels.append(np.repeat(pixels[-1][-1:], count, axis=0))
                there += count
        whole = np.concatenate(pixels)
        return whole.reshape(-1, self._length, 4)

    def _plain(self, most: int) -> np.ndarray[Any, Any]:
        """Return pixels up to the next one that is repeated; none if that is here."""
        here = self._bytes[self._at : self._at + 4 * most]
        here = here[: len(here) // 4 * 4].reshape(-1, 4)
        if not len(here):
            raise self._cut()
        marks = np.flatnonzero((here[:, :3] == 1).all(axis=1))
        if len(marks):
            here = here[: marks[0]]
        self._at += 4 * len(here)
        return here

    def _cut(self) -> DecodeError:
        return DecodeError(f"{self._name} ends before its pixels do")


def packed(pixels: np.ndarray[Any, Any]) -> bytes:
    """Return a scanline, ``(length, 4)`` of uint8, with its bytes apart."""
    out = bytearray(b"\2\2" + len(pixels).to_bytes(2, "big"))
    for channel in pixels.T:
        values = np.ascontiguousarray(channel)
        edges = np.flatnonzero(np.diff(values)) + 1
        starts = np.concatenate(([0], edges))
        lengths = np.diff(np.concatenate((starts, [len(values)])))
        data = values.tobytes()
        at = 0
        for number in np.flatnonzero(lengths >= _WORTH):
            start = int(starts[number])
            _append_plain(out, data[at:start])
            at = start + int(lengths[number])
            _append_run(out, data[start], at - start)
        _append_plain(out, data[at:])
    return bytes(out)


def _append_plain(out: bytearray, data: bytes) -> None:
    for start in range(0, len(data), _RUN):
        piece = data[start : start + _RUN]
        out.append(len(piece))
        out += piece


def _append_run(out: bytearray, value: int, count: int) -> None:
    while count:
        piece = min(count, _RUN - 1)
        out.append(_RUN + piece)
        out.append(value)
        count -= piece
