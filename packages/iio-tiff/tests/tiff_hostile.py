"""Files that were made to do harm, one for each way that is known; run as a program, they are read.

What it prints is one line of JSON: for each file what came out, the seconds of processor time that
it took, and by how many MB all of them together have made the process grow.
"""

from __future__ import annotations

import io
import json
import struct
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import tifffile
from tiff_dialects import fluoview, lsm, many_pages, page_of
from tiff_samples import noise, stk, written

import iio_core as iio

__all__ = ["files"]

_OME = (
    '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0">'
    '<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint8" SizeX="7" SizeY="5" {}>'
    '<Channel ID="Channel:0:0"/>{}</Pixels></Image></OME>'
)
_ONE = 'SizeC="1" SizeZ="1" SizeT="1"'


def entry(data: bytes, tag: int, *, page: int = 0) -> int:
    """Return where the entry of a tag stands in a little-endian file."""
    (at,) = struct.unpack_from("<I", data, 4)
    for _ in range(page):
        (at,) = struct.unpack_from("<I", data, at + 2 + 12 * struct.unpack_from("<H", data, at)[0])
    for place in range(at + 2, at + 2 + 12 * struct.unpack_from("<H", data, at)[0], 12):
        if struct.unpack_from("<H", data, place)[0] == tag:
            return place
    raise LookupError(tag)


def changed(data: bytes, *changes: tuple[int, int, int, int]) -> bytes:
    """Return a file with other types, counts and values of tags."""
    made = bytearray(data)
    for tag, kind, count, value in changes:
        struct.pack_into("<HII", made, entry(data, tag) + 2, kind, count, value)
    return bytes(made)


def described(text: str, image: np.ndarray | None = None) -> bytes:
    return written(noise(5, 7) if image is None else image, description=text, metadata=None)


def chain_of(number: int, last: int) -> bytes:
    """Return many tiny pages, the last of which leads to another one."""
    data = bytearray(many_pages([page_of(noise(1, 1))] * number))
    offsets, at = [], 4
    while (here := struct.unpack_from("<I", data, at)[0]) != 0:
        offsets.append(here)
        at = here + 2 + 12 * struct.unpack_from("<H", data, here)[0]
    struct.pack_into("<I", data, at, offsets[last])
    return bytes(data)


def overlapping_directories() -> bytes:
    """Return directories that begin a few bytes after each other: as many pages as bytes."""
    data = bytearray(b"II*\0" + struct.pack("<I", 8) + bytes(1_000_000))
    for at in range(8, 1_000_000 - 64, 18):
        data[at : at + 14] = struct.pack("<H", 1) + struct.pack("<HHII", 256, 4, 1, 1)
        struct.pack_into("<I", data, at + 14, at + 18)
    return bytes(data)


def overlapping_strips() -> bytes:
    """Return a page of 60,000 strips, each of which is said to be a megabyte of deflate."""
    import zlib

    _, entries = page_of(np.zeros((60_000, 8), np.uint8))
    data = zlib.compress(bytes(8)) + bytes(1_000_000)
    entries |= {259: (3, (8,)), 278: (4, (1,)), 279: (4, (1_000_000,) * 60_000)}
    made = many_pages([([data], entries)])
    offsets = struct.pack("<60000I", *[8] * 60_000)
    return changed(made, (273, 4, 60_000, len(made))) + offsets


def subdirectories_in_a_circle() -> bytes:
    with tifffile.TiffWriter(buffer := io.BytesIO()) as file:
        file.write(noise(64, 64), subifds=1)
        file.write(noise(32, 32), subfiletype=1)
    data = buffer.getvalue()
    (first,) = struct.unpack_from("<I", data, 4)
    return changed(data, (330, 4, 1, first))


def bomb(compression: int) -> bytes:
    """Return a strip of 35 bytes that unpacks to 300 MB."""
    import lzma
    import zlib

    size = 300_000_000
    if compression == 8:
        data = zlib.compress(bytes(size), 1)
    elif compression == 34925:
        data = lzma.compress(bytes(size), preset=0)
    else:
        import imagecodecs

        codec = imagecodecs.zstd_encode if compression == 50000 else imagecodecs.lzw_encode
        data = codec(bytes(size if compression == 50000 else size // 10))
    _, entries = page_of(noise(5, 7))
    return many_pages([([data], entries | {259: (3, (compression,))})])


def inner() -> bytes:
    """Return a page of 16 x 16 pixels, the JPEG inside of which claims 60,000 x 60,000."""
    data = bytearray(written(noise(16, 16), compression="jpeg", metadata=None))
    at = data.index(b"\xff\xc0")
    struct.pack_into(">HH", data, at + 5, 60_000, 60_000)
    return bytes(data)


def _laughs() -> str:
    lines = ['<!ENTITY a0 "lol">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)]
    return f"<!DOCTYPE OME [{''.join(lines)}]>{_OME.format(_ONE, '<X>&a11;</X>')}"


def _tiles(width: int, side: int) -> bytes:
    data = written(noise(64, 64), tile=(16, 16), compression="zlib", metadata=None)
    sides = ((322, 4, 1, side), (323, 4, 1, side))
    return changed(data, (256, 4, 1, width), (257, 4, 1, width), *sides)


_PLANE = written(noise(5, 7), metadata=None)
_STRIPS = written(noise(50, 60), rowsperstrip=10, metadata=None, compression="zlib")

FILES: dict[str, Callable[[], bytes]] = {
    "a circle of directories": lambda: chain_of(3000, 1500),
    "the last directory leads to the first": lambda: chain_of(5000, 0),
    "directories that overlap": overlapping_directories,
    "a directory outside": lambda: _PLANE[:4] + b"\xff\xff\xff\x7f" + _PLANE[8:],
    "a circle of SubIFDs": subdirectories_in_a_circle,
    "a count that overflows": lambda: changed(_PLANE, (273, 4, 0xFFFFFFFF, 8)),
    "a count of doubles that overflows": lambda: changed(_PLANE, (273, 12, 0x20000001, 8)),
    "an offset outside": lambda: changed(_PLANE, (273, 4, 1, 0xFFFFFFF0)),
    "a huge page": lambda: changed(
        _PLANE, (256, 4, 1, 0xFFFFFFFF), (257, 4, 1, 0xFFFFFFFF), (278, 4, 1, 0xFFFFFFFF)
    ),
    "a page of many samples": lambda: changed(_PLANE, (277, 4, 1, 0xFFFFFFF0)),
    "a page of many empty rows": lambda: changed(_PLANE, (257, 4, 1, 0xFFFFFFFF)),
    "tiles of one pixel": lambda: _tiles(1 << 20, 1),
    "tiles as large as a house": lambda: _tiles(64, 1 << 16),
    "a table that is too short": lambda: changed(_STRIPS, (278, 4, 1, 1)),
    "strips that overlap": overlapping_strips,
    "truncated tiles": lambda: written(noise(64, 64), tile=(16, 16), compression="zlib")[:-900],
    "an unknown compression": lambda: changed(_PLANE, (259, 3, 1, 9999)),
    "a bomb of deflate": lambda: bomb(8),
    "a bomb of LZMA": lambda: bomb(34925),
    "a bomb of zstd": lambda: bomb(50000),
    "a bomb of LZW": lambda: bomb(5),
    "a JPEG that is larger inside": inner,
    "2^32 planes of OME": lambda: described(
        _OME.format('SizeC="1" SizeZ="1" SizeT="4294967296"', '<TiffData IFD="0"/>')
    ),
    "2^32 planes of TiffData": lambda: described(
        _OME.format(_ONE, '<TiffData IFD="0" PlaneCount="4294967296"/>')
    ),
    "OME-XML that laughs": lambda: described(_laughs()),
    "OME-XML that is deep": lambda: described(
        _OME.format(_ONE, "<a>" * 50_000 + "</a>" * 50_000)
    ),
    "2^32 images of ImageJ": lambda: described(
        "ImageJ=1.11a\nimages=4294967296\nslices=4294967296\n"
    ),
    "2^32 pages of a shape": lambda: described('{"shape": [4294967296, 5, 7]}'),
    "2^64 pages of a shape": lambda: described(f'{{"shape": [{2**40}, {2**40}, 5, 7]}}'),
    "a shape that is deep": lambda: described('{"shape": ' + "[" * 100_000),
    "2^32 planes of MetaMorph": lambda: changed(stk()[0], (33629, 5, 0xFFFFFFFF, 8)),
    "2^31 planes of LSM": lambda: _poked(lsm()[0], 34412, 16, 0x7FFFFFFF),
    "2^31 planes of FluoView": lambda: _poked(fluoview()[0], 34361, 284 + 16 + 100 * 2, 0x7FFFFFFF),
    "a scan of ScanImage": lambda: described("state.acq.numberOfFrames=4294967296\n"),
}  # fmt: skip
"""Makes a file, by what is wrong with it."""


def _poked(data: bytes, tag: int, place: int, value: int) -> bytes:
    """Return a file with another number inside of a tag's bytes."""
    (at,) = struct.unpack_from("<I", data, entry(data, tag) + 8)
    made = bytearray(data)
    struct.pack_into("<i", made, at + place, value)
    return bytes(made)


def files() -> Iterator[tuple[str, bytes]]:
    """Make the files, each with its name."""
    for name, make in FILES.items():
        yield name, make()


def main(folder: str) -> None:
    import resource

    warnings.simplefilter("ignore")
    paths = sorted(Path(folder).iterdir(), key=lambda path: path.name)
    iio.imread(_PLANE, plugin="tiff")
    iio.imread(written(noise(64, 64), tile=(16, 16), compression="zlib"), plugin="tiff")
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcomes = {}
    for path in paths:
        before = time.process_time()
        try:
            image = iio.imread(path, plugin="tiff", extension=".tif")
            outcome = f"read: {image.shape}"
        except Exception as error:
            outcome = type(error).__name__
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) / 1024
        outcomes[path.name] = outcome, time.process_time() - before, grown
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main(sys.argv[1])
