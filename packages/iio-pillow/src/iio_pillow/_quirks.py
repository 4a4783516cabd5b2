"""Files that Pillow decodes without an error, but not to the pixels that they hold.

Each case has been compared with its specification on Pillow 11.0, 12.3 and 13.0. What loses only
precision is in `_depth`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ._backend import pillow_version

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["misread"]


def misread(image: Image.Image, format: str, head: bytes) -> str | None:
    """Say why the pixels of an opened image are going to be wrong; None if they are right.

    Parameters
    ----------
    image : PIL.Image.Image
        The image as it was opened; it need not be decoded.
    format : str
        The name of its format.
    head : bytes
        The first bytes of its file, 4096 at best.
    """
    if format == "TIFF":
        return _tiff(image)
    if format == "XPM":
        return _xpm(head)
    if format == "BLP":
        return _blp(head)
    if format == "PSD" and head[22:24] == b"\0\1":
        return "Pillow reads bitmaps of Photoshop with black and white exchanged"
    if format == "CUR" and image.mode not in ("RGBA", "LA"):
        return "Pillow does not apply the mask that says where this cursor is transparent"
    return None


def _tiff(image: Image.Image) -> str | None:
    """TIFF 6.0: 258 BitsPerSample, 262 PhotometricInterpretation, 339 SampleFormat."""
    tags = getattr(image, "tag_v2", None)
    if tags is None:
        return None
    bits, kind, photometric = tags.get(258, (1,)), tags.get(339, (1,)), tags.get(262)
    if not (isinstance(bits, tuple) and isinstance(kind, tuple) and bits and kind):
        return None
    if kind[0] == 2 and bits[0] == 8:
        return "Pillow reads signed 8-bit integers as if they were unsigned"
    if kind[0] == 1 and bits[0] == 32:
        return "Pillow reads unsigned 32-bit integers as if they were signed"
    if photometric == 6 and tags.get(259, 1) == 1 and pillow_version() < (13, 0):
        return "Pillow before 13 reads uncompressed YCbCr as if it had four channels"
    if photometric == 0 and bits[0] == 16:
        return "Pillow does not invert 16-bit images in which 0 is white"
    return _stack(tags)


def _stack(tags: Any) -> str | None:
    """Look for planes that lie behind the first one without a directory of their own.

    MetaMorph Stack (STK) file format, tag 33629 UIC2Tag; ImageJ's "images=" in 270
    ImageDescription, for stacks of more than 4 GB.
    """
    if 33629 in tags:
        return "it is a MetaMorph stack, of which Pillow reads only the first plane"
    found = re.match(r"ImageJ=[^\0]*?\bimages=(\d+)", str(tags.get(270, "")), re.DOTALL)
    if found and int(found[1]) > 1 and not tags.next:
        return f"it is an ImageJ stack of {found[1]} planes, of which Pillow reads the first"
    return None


# With what follows the digits: without that, the file may be cut off in the middle of them.
_XPM_COLOR = re.compile(rb"\sc\s+#([0-9A-Fa-f]+)[^0-9A-Fa-f]")


def _xpm(head: bytes) -> str | None:
    """Look for colors of one, three or four hexadecimal digits a channel: Pillow expects two."""
    if any(len(digits) != 6 for digits in _XPM_COLOR.findall(head)):
        return "Pillow reads only colors of two hexadecimal digits a channel"
    return None


def _blp(head: bytes) -> str | None:
    """With a palette, alpha follows the indices; Pillow takes it from the palette.

    BLP1 has at 4 the compression (1: palette), at 8 the depth of alpha; BLP2 at 4 the compression
    (1), at 8 the encoding (1: palette), at 9 the depth of alpha.
    """
    if head[4:8] != b"\1\0\0\0":
        return None
    alpha = (
        head[8:12] != b"\0\0\0\0"
        if head[:4] == b"BLP1"
        else head[8:9] == b"\1" and head[9:10] != b"\0"
    )
    return "Pillow reads the alpha of BLP palettes from the wrong place" if alpha else None
