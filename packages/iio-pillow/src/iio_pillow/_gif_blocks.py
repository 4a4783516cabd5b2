"""The block structure of a GIF file, walked without decoding a pixel.

After the GIF89a specification (CompuServe 1990, as kept by the W3C), the NETSCAPE2.0 application
extension (loop count), and those for XMP (XMP specification part 3) and ICC profiles (ICC.1,
annex B).
"""

from __future__ import annotations

import os
from typing import IO

from ._gif_layout import GifFrame, GifLayout

__all__ = ["GifFrame", "GifLayout", "scan"]

_WHOLE = 16 << 20  # files up to this size are read at once, longer ones through a window
_WINDOW = 1 << 20
XMP_TRAILER = bytes([1, *range(255, -1, -1), 0])
"""Ends an XMP packet: from wherever one walks into it, it leads to its last byte."""


def scan(file: IO[bytes], *, max_bytes: int = 64 << 20, max_blocks: int = 1 << 22) -> GifLayout:
    """Walk the blocks of a GIF.

    Parameters
    ----------
    file : binary file
        Seekable, with the GIF at its beginning; short reads are fine.
    max_bytes : int
        How much all comments, XMP and ICC extensions may hold together.
    max_blocks : int
        How many frames and extensions there may be.

    Returns
    -------
    GifLayout
        With the frames that are whole, if the file is cut.

    Raises
    ------
    ValueError
        If it is no GIF or exceeds a limit.
    EOFError
        If not even the header is whole.
    """
    walk = _Walk(_Cursor(file), max_bytes, max_blocks)
    return walk.run()


def _u16(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8


class _Cursor:
    """Bytes at absolute offsets of a file, through a window that moves forward."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        self._step = self._size if self._size <= _WHOLE else _WINDOW
        self._base = 0
        self._data = b""

    def take(self, at: int, count: int) -> bytes:
        start = at - self._base
        if start < 0 or start + count > len(self._data):
            self._move(at, count)
            start = 0
        return self._data[start : start + count]

    def blocks(self, at: int) -> int:
        """Return the offset behind the sub-blocks that begin at `at`."""
        while True:
            data, i = self._data, at - self._base
            if i >= 0:
                try:
                    while count := data[i]:
                        i += count + 1
                except IndexError:
                    at = self._base + i
                else:
                    return self._base + i + 1
            self._move(at, 1)

    def zeros(self, at: int) -> int:
        """Return the offset of the first byte from `at` on that is not zero."""
        while True:
            self.take(at, 1)
            rest = self._data[at - self._base :]
            kept = rest.lstrip(b"\0")
            at += len(rest) - len(kept)
            if kept:
                return at

    def _move(self, at: int, count: int) -> None:
        if at + count > self._size:
            raise EOFError("the GIF ends inside of a block")
        self._file.seek(at)
        wanted = min(max(count, self._step), self._size - at)
        parts: list[bytes] = []
        while wanted > 0 and (part := self._file.read(wanted)):
            parts.append(part)
            wanted -= len(part)
        self._base, self._data = at, b"".join(parts)
        if len(self._data) < count:
            raise EOFError("the file is shorter than it said")


class _Walk:
    """One pass over the blocks, gathering what they say."""

    def __init__(self, cursor: _Cursor, max_bytes: int, max_blocks: int) -> None:
        self._cursor = cursor
        self._bytes_left = max_bytes
        self._blocks_left = max_blocks
        self._frames: list[GifFrame] = []
        self._comments: list[bytes] = []
        self._packets: dict[bytes, bytes] = {}
        self._loop: int | None = None
        self._control: tuple[int, int, int | None] = (0, 0, None)

    def run(self) -> GifLayout:
        header = self._cursor.take(0, 6)
        if header not in (b"GIF87a", b"GIF89a"):
            raise ValueError(f"not a GIF: it begins with {header!r}")
        screen = self._cursor.take(6, 7)
        palette, at = self._table(screen[4], 13)
        terminated = truncated = False
        try:
            terminated, truncated = self._body(at)
        except EOFError:
            truncated = True
        return GifLayout(
            screen=(_u16(screen, 0), _u16(screen, 2)),
            palette=palette,
            background=screen[5],
            loop=self._loop,
            comments=tuple(self._comments),
            xmp=self._packets.get(b"XMP DataXMP"),
            icc_profile=self._packets.get(b"ICCRGBG1012"),
            frames=tuple(self._frames),
            terminated=terminated,
            truncated=truncated,
        )

    def _body(self, at: int) -> tuple[bool, bool]:
        """Walk to the end; return whether there is a trailer, and whether something is wrong."""
        while True:
            try:
                kind = self._cursor.take(at, 1)
                if kind == b"\0":  # padding, which some encoders leave between blocks
                    at = self._cursor.zeros(at)
                    kind = self._cursor.take(at, 1)
            except EOFError:
                return False, False
            self._blocks_left -= 1
            if self._blocks_left < 0:
                raise ValueError("the GIF has more blocks than are allowed")
            if kind == b",":
                at = self._image(at + 1)
            elif kind == b"!":
                at = self._extension(at + 1)
            else:
                return kind == b";", kind != b";"

    def _image(self, at: int) -> int:
        head = self._cursor.take(at, 9)
        left, top = _u16(head, 0), _u16(head, 2)
        palette, start = self._table(head[8], at + 9)
        code_size = self._cursor.take(start, 1)[0]
        stop = self._cursor.blocks(start + 1)
        delay, disposal, transparency = self._control
        self._control = (0, 0, None)
        self._frames.append(
            GifFrame(
                (left, top, left + _u16(head, 4), top + _u16(head, 6)),
                delay,
                disposal,
                transparency,
                palette,
                bool(head[8] & 0x40),
                code_size,
                start,
                stop,
            )
        )
        return stop

    def _table(self, flags: int, at: int) -> tuple[bytes | None, int]:
        if not flags & 0x80:
            return None, at
        count = 3 << (flags & 7) + 1
        return self._cursor.take(at, count), at + count

    def _extension(self, at: int) -> int:
        label = self._cursor.take(at, 1)[0]
        stop = self._cursor.blocks(at + 1)
        if label == 0xF9:  # graphic control: belongs to the next image
            block = self._cursor.take(at + 1, min(stop - at - 1, 5))
            if len(block) == 5 and block[0] >= 4:
                flags = block[1]
                transparency = block[4] if flags & 1 else None
                self._control = (_u16(block, 2), flags >> 2 & 7, transparency)
        elif label == 0x01:  # plain text, which nobody shows, takes its graphic control with it
            self._control = (0, 0, None)
        elif label == 0xFE:
            self._comments.append(self._joined(at + 1, stop))
        elif label == 0xFF and self._cursor.take(at + 1, 1)[0] == 11:
            self._application(self._cursor.take(at + 2, 11), at + 13, stop)
        return stop

    def _application(self, name: bytes, at: int, stop: int) -> None:
        if name in (b"NETSCAPE2.0", b"ANIMEXTS1.0"):
            block = self._cursor.take(at, min(stop - at, 4))
            if len(block) == 4 and block[0] >= 3 and block[1] & 7 == 1 and self._loop is None:
                self._loop = _u16(block, 2)
        elif name == b"XMP DataXMP" and name not in self._packets:
            # The packet is not cut into sub-blocks: a trailer catches whoever walks through it.
            self._charge(stop - at)
            raw = self._cursor.take(at, stop - at)
            if raw.endswith(XMP_TRAILER):
                self._packets[name] = raw[: -len(XMP_TRAILER)]
            else:
                self._packets[name] = self._joined(at, stop)
        elif name == b"ICCRGBG1012" and name not in self._packets:
            self._packets[name] = self._joined(at, stop)

    def _joined(self, at: int, stop: int) -> bytes:
        self._charge(stop - at)
        raw = self._cursor.take(at, stop - at)
        parts: list[bytes] = []
        i = 0
        while count := raw[i]:
            parts.append(raw[i + 1 : i + 1 + count])
            i += count + 1
        return b"".join(parts)

    def _charge(self, count: int) -> None:
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise ValueError("the GIF holds more metadata than is allowed")
