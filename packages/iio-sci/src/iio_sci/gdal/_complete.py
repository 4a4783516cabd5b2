"""Whether a file is whole, where GDAL would return what there is of one that is cut.

Erdas Imagine: its tree of nodes (HFA format, section HFA Object Directory), which also tells of
pixels in another file. PCIDSK: its own size (PCIDSK 4.0 File Format, section File Header). PNG: its
last chunk (ISO 15948, section 11.2.5). ESRI ASCII grids: as many numbers as they declare.
"""

from __future__ import annotations

import os
import re
import struct
from typing import IO

from iio_core import DecodeError, Resource

__all__ = ["check_whole"]

_NODES = 100_000
_NODE = struct.Struct("<6I64s32s")
_BLOCK = 512
_CHANNEL, _CHANNELS = 1024, 10_000  # bytes of the header of one; more than any file has


def check_whole(file: IO[bytes], format: str, resource: Resource) -> None:
    """Raise `DecodeError` if a file ends before what it declares."""
    check = {"HFA": _imagine, "PCIDSK": _pcidsk, "PNG": _png, "GRID": _ascii}.get(format)
    if check is None:
        return
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    whole: bool = check(file, size, resource)
    file.seek(0)
    if not whole:
        raise DecodeError(
            f"{resource.name} is cut: it ends before what it declares",
            plugin="gdal",
            format=format,
        )


def _imagine(file: IO[bytes], size: int, resource: Resource) -> bool:
    """Look at every node of the tree: where it is, and where its data are."""
    head = file.read(20)
    if len(head) < 20:
        return False
    file.seek(struct.unpack_from("<I", head, 16)[0])
    header = file.read(18)  # version, free list, root, length of a node, dictionary
    if len(header) < 18:
        return False
    _, _, root, _, dictionary = struct.unpack("<IIIHI", header)
    todo = [root]
    seen: set[int] = set()
    while todo and len(seen) < _NODES:
        at = todo.pop()
        if at == 0 or at in seen:
            continue
        seen.add(at)
        file.seek(at)
        data = file.read(_NODE.size)
        if len(data) < _NODE.size:
            return False
        behind, _, _, child, where, length, _, kind = _NODE.unpack(data)
        if where + length > size:
            return False
        if kind.split(b"\0")[0] == b"ImgExternalRaster":
            file.seek(where)
            _refuse_external(file.read(length), resource)
        todo += [behind, child]
    return bool(dictionary < size)


def _refuse_external(data: bytes, resource: Resource) -> None:
    """Refuse pixels in another file, whose name stands first: its length, a pointer, it itself."""
    length = int.from_bytes(data[:4], "little")
    name = data[8 : 8 + length].strip(b"\0").decode("latin-1")
    raise DecodeError(
        f"{resource.name}: its pixels are in another file ({name!r}), which is not opened; "
        "gdal_translate makes one file of them",
        plugin="gdal",
        format="HFA",
    )


def _pcidsk(file: IO[bytes], size: int, resource: Resource) -> bool:
    head = file.read(_BLOCK)
    blocks = head[16:32].strip()
    if len(head) < _BLOCK:
        return False
    short = blocks.isdigit() and int(blocks) * _BLOCK > size
    tiled = _check_channels(file, head, resource)
    if short and tiled:
        raise DecodeError(
            f"{resource.name} has its pixels in tiles and is shorter than it declares, as such "
            "files are whether they are cut or not, and GDAL fills up one that is: it is not read; "
            "gdal_translate -of PCIDSK -co INTERLEAVING=BAND makes a file without tiles",
            plugin="gdal",
            format="PCIDSK",
        )
    return not short


def _check_channels(file: IO[bytes], head: bytes, resource: Resource) -> bool:
    """Refuse channels in other files, which GDAL would open wherever they are.

    Return whether they are in tiles. PCIDSK 4.0 File Format, section Image Headers: a name of
    another file, or that of a part of this one, which begins with ``/SIS=`` and has tiles.
    """
    start, count = head[336:352].strip(b" \0"), head[376:384].strip(b" \0")
    known = start.isdigit() and count.isdigit() and int(start) > 0 and int(count) <= _CHANNELS
    mixed = head[360:368].strip(b" \0") == b"PIXEL"  # which has no use for names, but for links
    name = b""
    tiled = False
    for number in range(int(count) if known else 0):
        file.seek((int(start) - 1) * _BLOCK + number * _CHANNEL + 64)
        name = file.read(64).strip(b" \0")
        tiled = tiled or (not mixed and name.startswith(b"/SIS="))
        known = not name or name.startswith(b"/SIS=") or (mixed and not name.startswith(b"LNK"))
        if not known:
            break
    if not known:
        raise DecodeError(
            f"{resource.name}: its channels are in other files ({name[:64].decode('latin-1')!r}), "
            "which are not opened; gdal_translate makes one file of them",
            plugin="gdal",
            format="PCIDSK",
        )
    return tiled


def _png(file: IO[bytes], size: int, resource: Resource) -> bool:
    at = 8
    while at + 12 <= size:
        file.seek(at)
        length = int.from_bytes(file.read(4), "big")
        name = file.read(4)
        at += 12 + length
        if name == b"IEND":
            return at <= size
    return False


def _ascii(file: IO[bytes], size: int, resource: Resource) -> bool:
    """Count the numbers of a grid in ASCII, which follow lines of a name and a number each."""
    head = file.read(1024)
    found = {
        name.lower(): int(number)
        for name, number in re.findall(rb"(?im)^\s*(ncols|nrows)\s+(\d{1,9})\s*$", head)
    }
    if len(found) < 2:
        return True  # another kind of grid
    resource.limits.check_body(size, name=resource.name)
    file.seek(0)
    lines = file.read().splitlines()
    names = sum(1 for line in lines[:10] if line.strip()[:1].isalpha())
    numbers = sum(len(line.split()) for line in lines[names:])
    return bool(numbers >= found[b"ncols"] * found[b"nrows"])
