"""Writing Shockwave Flash: each image a bitmap without loss that is shown for one frame.

SWF File Format Specification, version 19: chapter 2 (structure), 3 (the display list), 6 (shapes).
"""

from __future__ import annotations

import html as markup
import os
import struct
import tempfile
import zlib
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from iio_core import EncodeError, MetadataWarning, OptionError, Target, is_derived, warn

from ._swf_bitmaps import encoded
from ._swf_bits import Bits, matrix, rectangle, signed

__all__ = ["SwfWriter"]

_VERSION = 8
_TWIPS = 20  # to a pixel
_MOST = 32_767  # frames: each takes two of the 65,535 character IDs
_END, _SHOW, _SHAPE, _BACKGROUND, _ACTION, _PLACE, _REMOVE, _ATTRIBUTES = 0, 1, 2, 9, 12, 26, 28, 69
_KNOWN = frozenset({"fps", "version", "size", "compressed"})


class SwfWriter:
    """Writes a Flash file.

    Parameters
    ----------
    target : Target
        Where to write.
    fps, loop, html, compress
        As for `SwfPlugin.open_writer`.
    """

    def __init__(
        self,
        target: Target,
        *,
        fps: float = 12,
        loop: bool = True,
        html: bool = False,
        compress: bool = False,
    ) -> None:
        if not 0 < float(fps) < 256:
            raise OptionError(f"fps={fps!r} is not a number between 0 and 256")
        self._target = target
        self._fps = float(fps)
        self._loop = bool(loop)
        self._html = bool(html)
        self._compress = bool(compress)
        self._body: IO[bytes] | None = None
        self._size = (0, 0)
        self._written = 0
        self._told: set[str] = set()  # metadata whose loss was warned of

    def write(self, image: np.ndarray, *, metadata: Mapping[str, Any] | None = None) -> None:
        """Add an image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8; gray, RGB or RGBA. Colors are stored multiplied by alpha, so those of pixels that
            are nearly transparent come back rounded.
        metadata : mapping, optional
            SWF has no place for any.
        """
        channels = 1 if image.ndim == 2 else image.shape[2] if image.ndim == 3 else 0
        if not image.size:
            raise self._refused(f"an array of shape {image.shape} is empty: it has no pixels")
        if image.dtype != np.uint8 or channels not in (1, 3, 4):
            raise self._refused(
                f"an array of shape {image.shape} and {image.dtype} is no bitmap of SWF: it takes "
                "uint8, gray, RGB or RGBA"
            )
        if max(image.shape[:2]) > 65_535 // _TWIPS * 4:
            raise self._refused(f"{image.shape[1]}x{image.shape[0]} pixels are too large for SWF")
        if self._written >= _MOST:
            raise self._refused(f"SWF holds {_MOST} images")
        lost = sorted(
            name
            for name, value in (metadata or {}).items()
            if name not in _KNOWN | self._told and not is_derived(name, value)
        )
        if lost:
            self._told.update(lost)
            warn(
                f"{self._target.name}: SWF does not hold {', '.join(lost)}; left out",
                MetadataWarning,
            )
        image = image[..., 0] if channels == 1 and image.ndim == 3 else image
        body = self._body
        if body is None:
            body = self._body = self._start()
        height, width = image.shape[:2]
        self._size = max(self._size[0], width), max(self._size[1], height)
        number = 2 * self._written + 1
        body.write(_tag(*encoded(number, image)))
        body.write(_tag(_SHAPE, _shape(number + 1, number, width, height)))
        if self._written:
            body.write(_tag(_REMOVE, struct.pack("<H", 1)))
        body.write(_tag(_PLACE, struct.pack("<BHH", 2, 1, number + 1)))  # what there is at depth 1
        body.write(_tag(_SHOW, b""))
        self._written += 1

    def _start(self) -> IO[bytes]:
        """Return the file for tags; the header, whose length is not known, is put before them."""
        body: IO[bytes] = tempfile.TemporaryFile(prefix="iio-")  # noqa: SIM115
        body.write(_tag(_ATTRIBUTES, struct.pack("<I", 0)))
        body.write(_tag(_BACKGROUND, b"\xff\xff\xff"))
        return body

    def _refused(self, problem: str) -> EncodeError:
        return EncodeError(f"{self._target.name}: {problem}", plugin="swf", format="SWF")

    def close(self) -> None:
        """Finish the file."""
        body = self._body
        assert body is not None
        body.write(_tag(_ACTION, _AGAIN if self._loop else _STOP))
        body.write(_tag(_END, b""))
        head = rectangle(self._size[0] * _TWIPS, self._size[1] * _TWIPS)
        head += struct.pack("<HH", round(self._fps * 256), self._written)
        size = 8 + len(head) + body.tell()
        file = self._target.open()
        file.write(b"CWS" if self._compress else b"FWS")
        file.write(struct.pack("<BI", _VERSION, size))
        squeeze = zlib.compressobj() if self._compress else None
        body.seek(0)
        piece = head
        while piece:
            file.write(piece if squeeze is None else squeeze.compress(piece))
            piece = body.read(1 << 20)
        if squeeze is not None:
            file.write(squeeze.flush())
        body.close()
        if self._html:
            self._write_page()

    def _write_page(self) -> None:
        name = os.path.basename(self._target.filename)
        base = name.rpartition(".")[0] or name
        width, height = self._size
        title, source = markup.escape(base), markup.escape(name)
        page = (
            f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}'
            f'</title></head>\n<body>\n<object type="application/x-shockwave-flash" data="{source}"'
            f' width="{width}" height="{height}">\n<param name="movie" value="{source}">\n'
            "<p>Your browser does not play Flash.</p>\n</object>\n</body>\n</html>\n"
        )
        self._target.sibling(f"{base}.html").open().write(page.encode())

    def abort(self) -> None:
        """Give up."""
        if self._body is not None:
            self._body.close()


# Chapter 4: ActionGotoFrame to the first frame, ActionPlay; or ActionStop.
_AGAIN = struct.pack("<BHHBB", 0x81, 2, 0, 0x06, 0)
_STOP = b"\x07\0"


def _tag(code: int, content: bytes) -> bytes:
    """Return a tag; those of bitmaps always with a long head."""
    if len(content) < 63 and code not in (20, 36):
        return struct.pack("<H", code << 6 | len(content)) + content
    return struct.pack("<HI", code << 6 | 63, len(content)) + content


def _shape(number: int, bitmap: int, width: int, height: int) -> bytes:
    """Return a DefineShape: a rectangle that is filled with a bitmap, which is not smoothed."""
    wide, high = width * _TWIPS, height * _TWIPS
    styles = b"\x01\x43" + struct.pack("<H", bitmap) + matrix(_TWIPS) + b"\0"
    bits = Bits().add(1, 4).add(0, 4)  # fill styles take one bit, line styles none
    count = signed(wide, high)
    bits.add(0b000101, 6)  # a change of style: fill style 1, and where to begin
    bits.add(count, 5).add(wide, count).add(high, count).add(1, 1)
    for across, along in ((-wide, 0), (0, -high), (wide, 0), (0, high)):
        length = signed(across, along)
        bits.add(0b11, 2).add(length - 2, 4).add(0, 1)  # a straight edge, along one axis
        bits.add(1 if along else 0, 1).add(along or across, length)
    bits.add(0, 6)
    return struct.pack("<H", number) + rectangle(wide, high) + styles + bits.bytes()
