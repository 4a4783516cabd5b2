"""Animated PNG files, assembled from PNGs.

After the PNG specification, third edition (W3C 2025), sections 4.7 (APNG) and 11.3.6 (``acTL``,
``fcTL``, ``fdAT``). Every frame covers the whole canvas.
"""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from typing import IO

from ._png_chunks import SIGNATURE, chunks

__all__ = ["ApngAssembler"]

_U16 = 65535
_U31 = (1 << 31) - 1
_ANIMATED = {b"acTL", b"fcTL", b"fdAT"}
_SHARED = {b"IHDR": "header", b"PLTE": "palette", b"tRNS": "transparency"}


class ApngAssembler:
    """Writes an animated PNG, one frame at a time.

    Every frame is kept, also if it is equal to the one before. The first PNG is held back, and if
    no other one follows, it is written as it is.

    Parameters
    ----------
    file : binary file
        Seekable: the number of frames is filled in at the end. It is left open.
    loop : int
        How often the animation is played; 0 is forever.
    default_image : bool
        Whether the first image is no part of the animation, but what is shown by programs that
        cannot animate.
    """

    def __init__(self, file: IO[bytes], *, loop: int = 0, default_image: bool = False) -> None:
        if not 0 <= loop <= _U31:
            raise ValueError(f"loop must be between 0 and {_U31}, not {loop}")
        self._file = file
        self._loop = loop
        self._default_image = default_image
        self._first: tuple[bytes, bytes] | None = None  # the PNG and its frame control
        self._shared: dict[bytes, bytes] = {}
        self._tail: list[bytes] = []  # what the first PNG has behind its pixels
        self._n_images = self._n_frames = self._sequence = 0
        self._count_at = 0

    def add(
        self,
        encoded_png: bytes,
        *,
        duration_ms: float | Fraction,
        blend: int = 0,
        disposal: int = 0,
    ) -> None:
        """Append a frame.

        Parameters
        ----------
        encoded_png : bytes
            A whole PNG. Its pixels are taken over as they are compressed; other chunks are kept
            of the first one only.
        duration_ms : float or fractions.Fraction
            How long it is shown, up to 65535 s; stored as the nearest fraction of a second.
        blend : {0, 1}
            0 replaces what is there, 1 is drawn over it.
        disposal : {0, 1, 2}
            Afterwards: 0 leaves the frame, 1 clears the canvas, 2 brings back what was before.

        Raises
        ------
        ValueError
            If the frame does not fit; then nothing has been added.
        """
        if blend not in (0, 1) or disposal not in (0, 1, 2):
            raise ValueError(
                f"blend must be 0 or 1 and disposal 0, 1 or 2, not {blend} and {disposal}"
            )
        delay = _fraction(duration_ms)
        parts = list(chunks(encoded_png))
        kinds = {kind for kind, _ in parts}
        if parts[0][0] != b"IHDR" or b"IDAT" not in kinds or kinds & _ANIMATED:
            raise ValueError("a frame has to be a plain PNG: a header, pixels, no animation")
        control = self._control(parts[0][1], delay, disposal, blend)
        self._check_shared({kind: chunk for kind, chunk in parts if kind in _SHARED})
        if self._first is None and self._n_images == 0:
            self._first = (encoded_png, control)
        else:
            if self._first is not None:
                self._begin(*self._first)
                self._first = None
            self._append(control, parts)
        self._n_images += 1

    def finish(self) -> None:
        """Write what is missing, and how many frames there are.

        Raises
        ------
        ValueError
            If there is no frame.
        """
        if self._first is not None:
            self._file.write(self._first[0])
            self._first = None
            return
        if not self._n_images:
            raise ValueError("a PNG needs an image")
        self._file.write(b"".join([*self._tail, _chunk(b"IEND", b"")]))
        end = self._file.tell()
        self._file.seek(self._count_at)
        self._file.write(_chunk(b"acTL", struct.pack(">II", self._n_frames, self._loop)))
        self._file.seek(end)

    def _check_shared(self, found: dict[bytes, bytes]) -> None:
        if self._n_images == 0:
            self._shared = found
            return
        for kind, name in _SHARED.items():
            if found.get(kind) != self._shared.get(kind):
                raise ValueError(
                    f"all frames of a PNG share one {name} ({kind.decode()}); "
                    f"that of frame {self._n_images} differs from the first frame's"
                )

    def _control(self, header: bytes, delay: tuple[int, int], disposal: int, blend: int) -> bytes:
        """Return the fields of ``fcTL`` behind the sequence number."""
        if len(header) != 25:
            raise ValueError("the header of the PNG is damaged")
        width, height = struct.unpack_from(">II", header, 8)
        return struct.pack(">IIIIHHBB", width, height, 0, 0, *delay, disposal, blend)

    def _begin(self, first: bytes, control: bytes) -> None:
        """Write the first PNG, up to its last pixels."""
        pixels_seen = False
        self._file.write(SIGNATURE)
        for kind, chunk in chunks(first):
            if kind == b"IDAT" and not pixels_seen:
                pixels_seen = True
                if not self._default_image:
                    self._write_control(control)
            if kind == b"IDAT" or not pixels_seen:
                self._file.write(chunk)
            elif kind != b"IEND":
                self._tail.append(chunk)
            if kind == b"IHDR":
                self._count_at = self._file.tell()
                self._file.write(_chunk(b"acTL", bytes(8)))

    def _append(self, control: bytes, parts: list[tuple[bytes, bytes]]) -> None:
        self._write_control(control)
        for kind, chunk in parts:
            if kind == b"IDAT":
                self._file.write(_chunk(b"fdAT", self._next() + chunk[8:-4]))

    def _write_control(self, control: bytes) -> None:
        self._file.write(_chunk(b"fcTL", self._next() + control))
        self._n_frames += 1

    def _next(self) -> bytes:
        """Return the sequence number, which ``fcTL`` and ``fdAT`` share."""
        self._sequence += 1
        return struct.pack(">I", self._sequence - 1)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _fraction(duration_ms: float | Fraction) -> tuple[int, int]:
    """Return a fraction of a second of two 16 bit numbers."""
    if not 0 <= duration_ms <= 1000 * _U16:
        raise ValueError(f"a PNG frame is shown for 0 to {1000 * _U16} ms, not for {duration_ms}")
    exact = Fraction(duration_ms)
    if exact.denominator == 1 and exact <= _U16:
        return int(exact), 1000
    seconds = exact / 1000
    largest = _U16 if seconds <= 1 else int(_U16 / seconds)
    near = seconds.limit_denominator(largest)
    return near.numerator, near.denominator
