"""How many bits a sample has in a file, where Pillow keeps only 8 of them.

Pillow has no mode for more than 8 bits a sample of a color image. For these files it reads the
upper 8 bits and says nothing. Each function here looks at the head of a file, as its specification
lays it out, and returns the declared depth; a file that Pillow reads whole gives 8. The heads come
from anywhere: what cannot be understood gives 8, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from . import _jxl_header

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["declared_depth", "declared_depth_of_image"]


def declared_depth(format: str, head: bytes) -> int:
    """Return how many bits a sample has in a file of which Pillow would lose some.

    Parameters
    ----------
    format : str
        The name of the format.
    head : bytes
        The first bytes of the file; 4096 are enough for all but unusual ones.

    Returns
    -------
    int
        More than 8 if precision would be lost, and 8 if not, or if the head does not tell.
    """
    parse = _PARSERS.get(format)
    if parse is None:
        return 8
    try:
        return max(8, parse(head))
    except (IndexError, ValueError):
        return 8


def declared_depth_of_image(image: Image.Image) -> int:
    """Return the same for an opened image whose depth stands too far from the head of its file.

    TIFF keeps it in a directory that may be anywhere, HEIF in boxes after a long color profile.
    """
    if image.mode in ("I", "I;16", "I;16B", "I;16L", "I;16N", "F"):
        return 8
    tags = getattr(image, "tag_v2", None)
    bits = tags.get(258) if tags is not None else image.info.get("bit_depth")
    if isinstance(bits, int):
        bits = (bits,)
    if not isinstance(bits, tuple):
        return 8
    return max((b for b in bits if isinstance(b, int) and 8 < b <= 64), default=8)


def _big(data: bytes, offset: int, size: int) -> int:
    """Return the big-endian number of `size` bytes at `offset`."""
    if offset + size > len(data):
        raise ValueError("the head is too short")
    return int.from_bytes(data[offset : offset + size], "big")


def _little(data: bytes, offset: int) -> int:
    """Return the little-endian number of 4 bytes at `offset`."""
    if offset + 4 > len(data):
        raise ValueError("the head is too short")
    return int.from_bytes(data[offset : offset + 4], "little")


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the type, the beginning and the end of each box of an ISO media file."""
    while start + 8 <= min(end, len(data)):
        size, kind, body = _big(data, start, 4), data[start + 4 : start + 8], start + 8
        if size == 1:
            size, body = _big(data, body, 8), start + 16
        elif size == 0:
            size = end - start
        if size < body - start:
            return
        yield kind, body, min(start + size, end)
        start += size


def _png(head: bytes) -> int:
    """IHDR stands first: at 24 the bit depth, at 25 the color type, of which 0 is gray."""
    return head[24] if head[25] != 0 else 8


_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_NETPBM = re.compile(rb"P[36]" + _GAP + rb"\d+" + _GAP + rb"\d+" + _GAP + rb"(\d{1,5})\s")


def _ppm(head: bytes) -> int:
    """P3 and P6 are color: width, height, greatest value, with white space and comments between."""
    match = _NETPBM.match(head)
    return int(match[1]).bit_length() if match else 8


def _sgi(head: bytes) -> int:
    """At 3 the bytes a sample. Gray loses as well as color."""
    return 8 * head[3] if head[3] in (1, 2) else 8


def _jpeg2000(head: bytes) -> int:
    """SIZ of the codestream: at 40 the components, then 3 bytes for each; or the box ``ihdr``."""
    if head[:4] == b"\xff\x4f\xff\x51":
        return _components(head, 4)
    for kind, start, _ in _boxes(head, 0, len(head)):
        if kind == b"jp2c" and head[start : start + 4] == b"\xff\x4f\xff\x51":
            return _components(head, start + 4)
    for kind, start, end in _boxes(head, 0, len(head)):
        if kind == b"jp2h":
            return _image_header(head, start, end)
    return 8


def _components(head: bytes, siz: int) -> int:
    """Return the depth from the marker segment SIZ at `siz`; a single component is read whole."""
    count = _big(head, siz + 36, 2)
    if count < 2:
        return 8
    return max((head[siz + 38 + 3 * i] & 0x7F) + 1 for i in range(min(count, 4)))


def _image_header(head: bytes, start: int, end: int) -> int:
    """Return the depth from the boxes ``ihdr`` and, where the components differ, ``bpcc``."""
    depth = 8
    for kind, body, stop in _boxes(head, start, end):
        if kind == b"ihdr":
            count, bits = _big(head, body + 8, 2), head[body + 10]
            if count < 2:
                return 8
            depth = 8 if bits == 255 else (bits & 0x7F) + 1
        elif kind == b"bpcc":
            depth = max((b & 0x7F) + 1 for b in head[body:stop])
    return depth


def _isobmff(head: bytes) -> int:
    """Return the greatest depth among the item properties of AVIF and HEIF.

    They stand in meta / iprp / ipco: ``pixi`` lists bits a channel, ``av1C`` has two flags,
    ``hvcC`` the depth of luma less 8.
    """
    depths = [_property_depth(head, kind, body, stop) for kind, body, stop in _properties(head)]
    return max(depths, default=8)


def _properties(head: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the boxes but for those that others are in."""
    todo = [(0, len(head))]
    while todo:
        for kind, body, stop in _boxes(head, *todo.pop()):
            if kind == b"meta":
                todo.append((body + 4, stop))
            elif kind in (b"iprp", b"ipco"):
                todo.append((body, stop))
            else:
                yield kind, body, stop


def _property_depth(head: bytes, kind: bytes, body: int, stop: int) -> int:
    if kind == b"pixi":
        bits = head[body + 5 : min(stop, body + 5 + head[body + 4])]
        return max(8, max(bits, default=8))
    if kind == b"av1C":
        flags = head[body + 2]
        return 8 + 2 * (flags >> 6 & 1) + 2 * (flags >> 6 & flags >> 5 & 1)
    return 8 + (head[body + 17] & 7) if kind == b"hvcC" else 8


def _heif(head: bytes) -> int:
    """As AVIF; but what has only one channel is read whole."""
    return 8 if _only_gray(head) else _isobmff(head)


def _only_gray(head: bytes) -> bool:
    """Tell whether every ``pixi`` property, and at least one, has a single channel."""
    counts = {head[body + 4] for kind, body, _ in _properties(head) if kind == b"pixi"}
    return counts == {1}


def _dds(head: bytes) -> int:
    """Return the depth of BC6H, which is half floats, or of the widest of the four bit masks."""
    flags, code = _little(head, 80), head[84:88]
    if flags & 0x4 and code == b"DX10":
        return 16 if _little(head, 128) in (94, 95, 96) else 8
    if flags & 0x40:
        return max(_little(head, 92 + 4 * i).bit_count() for i in range(4))
    return 8


_PARSERS: dict[str, Callable[[bytes], int]] = {
    "PNG": _png,
    "PPM": _ppm,
    "SGI": _sgi,
    "JPEG2000": _jpeg2000,
    "AVIF": _isobmff,
    "HEIF": _heif,
    "JXL": _jxl_header.depth,
    "DDS": _dds,
}
