"""Images inside images: what Pillow decodes is not always what the header of the file declares.

A BLP1 file may hold a JPEG file, an icon of macOS holds PNG and JPEG 2000 files. Each has a header
of its own, and its size is what is going to be decoded.
"""

from __future__ import annotations

import io
import struct
from typing import IO, Any

from ._backend import open_image

__all__ = ["inner_sizes"]

_PNG, _JP2 = b"\x89PNG\r\n\x1a\n", (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"\r\n\x87\n")


def inner_sizes(image: Any, file: IO[bytes], format: str) -> list[tuple[int, int]]:
    """Return width and height of the images that decoding an opened image is going to decode.

    Parameters
    ----------
    image : PIL.ImageFile.ImageFile
        The image as it was opened; it is not decoded.
    file : binary file
        Its file, seekable; it is left where it was.
    format : str
        The name of its format.
    """
    at = file.tell()
    try:
        if format == "BLP":
            return _blp(file)
        if format == "ICNS":
            return _icns(image, file)
        return []
    finally:
        file.seek(at)


def _blp(file: IO[bytes]) -> list[tuple[int, int]]:
    """BLP1 with compression 0: at 28 offsets, at 92 lengths, at 156 the beginning of all JPEGs."""
    file.seek(0)
    head = file.read(160)
    if head[:8] != b"BLP1\0\0\0\0" or len(head) < 160:
        return []
    offset, length = struct.unpack_from("<I", head, 28)[0], struct.unpack_from("<I", head, 92)[0]
    common = file.read(struct.unpack_from("<I", head, 156)[0])
    file.seek(offset)
    return [open_image(io.BytesIO(common + file.read(length)), "JPEG").size]


def _icns(image: Any, file: IO[bytes]) -> list[tuple[int, int]]:
    """Look at the elements that Pillow has chosen."""
    sizes = []
    for code, _ in image.icns.SIZES[image.best_size]:
        if code not in image.icns.dct:
            continue
        start, length = image.icns.dct[code]
        file.seek(start)
        head = file.read(12)
        file.seek(start)
        if head.startswith(_PNG):
            sizes.append(open_image(io.BytesIO(file.read(length)), "PNG").size)
        elif head.startswith(_JP2):
            sizes.append(open_image(io.BytesIO(file.read(length)), "JPEG2000").size)
    return sizes
