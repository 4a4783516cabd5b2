"""How a video is held: the display matrix, which players apply and so does reading by default.

A phone that is held upright records a lying picture and notes how to turn it: in an MP4 or MOV, in
the header of the track (ISO/IEC 14496-12, section 8.3.2 Track Header Box). It is read from there,
so that the shape of frames is known before one is decoded.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from av.video.frame import VideoFrame

__all__ = ["UPRIGHT", "Turn", "turn_of_frame", "turn_of_track", "turned"]

_HEADER = 8 << 20  # bytes of a movie's header that are looked through


@dataclass(frozen=True)
class Turn:
    """A turn by a multiple of 90 degrees, perhaps after mirroring.

    Parameters
    ----------
    swap : bool
        Whether rows become columns.
    flip_x, flip_y : bool
        Whether columns, and rows, are then in the opposite order.
    """

    swap: bool = False
    flip_x: bool = False
    flip_y: bool = False

    def apply(self, image: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return an image as it is meant to be seen."""
        if self.swap:
            image = image.swapaxes(0, 1)
        if self.flip_x:
            image = image[:, ::-1]
        if self.flip_y:
            image = image[::-1]
        return np.ascontiguousarray(image)

    def shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of an image of this shape after the turn."""
        return (shape[1], shape[0], *shape[2:]) if self.swap else shape

    @property
    def degrees(self) -> int:
        """By how much it turns clockwise, 0 to 270; mirroring apart."""
        if self.swap:
            return 90 if self.flip_x else 270
        return 180 if self.flip_y else 0

    def __bool__(self) -> bool:
        return self.swap or self.flip_x or self.flip_y


UPRIGHT = Turn()


def _turn(a: float, b: float, c: float, d: float) -> Turn:
    """Return the turn of a matrix with x' = a x + c y and y' = b x + d y."""
    if abs(a) + abs(d) > abs(b) + abs(c):
        return Turn(False, a < 0, d < 0)
    if b and c:
        return Turn(True, c < 0, b < 0)
    return UPRIGHT


def turn_of_frame(frame: VideoFrame) -> Turn:
    """Return the turn that a decoded frame carries with it."""
    try:
        data: Any = frame.side_data
        matrix = data["DISPLAYMATRIX"]
    except KeyError:
        return UPRIGHT
    a, b, _, c, d = struct.unpack_from("=5i", bytes(matrix))
    return _turn(a, b, c, d)


def turn_of_track(file: IO[bytes], track: int) -> Turn:
    """Return the turn that an MP4 or MOV notes for a track.

    Parameters
    ----------
    file : file object
        The file; its place is changed.
    track : int
        The number of the track.
    """
    size = file.seek(0, os.SEEK_END)
    for kind, start, end in _boxes(file, 0, size):
        if kind == b"moov":
            for inner, first, last in _boxes(file, start, min(end, start + _HEADER)):
                if inner == b"trak" and (turn := _turn_in(file, first, last, track)) is not None:
                    return turn
            break
    return UPRIGHT


def _turn_in(file: IO[bytes], start: int, end: int, track: int) -> Turn | None:
    for kind, first, last in _boxes(file, start, end):
        if kind == b"tkhd":
            file.seek(first)
            data = file.read(min(last - first, 96))
            number, matrix = (20, 52) if data[:1] == b"\x01" else (12, 40)  # version 1: long times
            if len(data) < matrix + 36 or struct.unpack_from(">I", data, number)[0] != track:
                return None
            a, b, _, c, d = struct.unpack_from(">5i", data, matrix)
            return _turn(a, b, c, d)
    return None


def _boxes(file: IO[bytes], place: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (kind, where its content begins, where it ends) of the boxes in a part of a file."""
    for _ in range(10_000):
        if place + 8 > end:
            return
        file.seek(place)
        head = file.read(16)
        if len(head) < 8:
            return
        size, kind = struct.unpack_from(">I4s", head)
        start = place + 8
        if size == 1 and len(head) == 16:
            size, start = struct.unpack_from(">Q", head, 8)[0], place + 16
        elif size == 0:
            size = end - place
        if size < start - place:
            return
        yield kind, start, min(place + size, end)
        place += size


def turned(image: np.ndarray, turn: Turn) -> np.ndarray:
    """Return an image turned, or as it is."""
    return turn.apply(image) if turn else image
