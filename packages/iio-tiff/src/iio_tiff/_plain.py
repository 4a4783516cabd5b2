"""Pages of rows of whole bytes, one after the other: found without the backend.

Most files of cameras, scanners and NumPy users are such. To parse every tag of a page takes longer
than to read its pixels; for these few of them (TIFF Revision 6.0, sections 3 to 6) are enough.
Whatever is out of the ordinary is left to the backend.
"""

from __future__ import annotations

import sys
from typing import IO, NamedTuple

import numpy as np

from iio_core import DecodeError

from ._directories import Chain
from ._directory import Directory
from ._packed import can_unpack, unpack
from ._pixels import read_stored
from ._pool import Pool, threads_for

__all__ = ["Plain", "is_only", "plain_page"]

_FILL_ORDER, _COMPRESSION, _PHOTOMETRIC, _PREDICTOR = 266, 259, 262, 317
_WIDTH, _LENGTH, _BITS, _SAMPLES, _PLANAR, _FORMAT = 256, 257, 258, 277, 284, 339
_OFFSETS, _COUNTS, _ROWS = 273, 279, 278
_RGB, _YCBCR = 2, 6
_LSM = 34412

# With one of these, pixels are in tiles, deep, packed, subsampled, or of a dialect that counts its
# planes elsewhere.
_ELSEWHERE = frozenset(
    {292, 293, *range(322, 326), 332, 347, *range(512, 522), *range(529, 533)}
    | {*range(32995, 32999), 33628, 33629, _LSM, *range(65000, 65536)}
)
# With one of these, a page may be a part of something larger: dialects say so in descriptions, in
# tags of their own and in SubIFDs.
_GEO = frozenset({33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113})
_ORDINARY = frozenset({*range(254, 512), 33432, 34665, 34675}) - {255, 270, 330} | _GEO
_MAKERS = (b"SI.", b"scanimage", b"state.", b"PerkinElmer")
_DESCRIPTION, _SOFTWARE = 270, 305
_NATIVE = "<" if sys.byteorder == "little" else ">"

_KINDS = {1: "u", 2: "i", 3: "f"}  # SampleFormat
_WIDTHS = {"u": (8, 16, 32, 64), "i": (8, 16, 32, 64), "f": (16, 32, 64)}


class Plain(NamedTuple):
    """Where the rows of a page are, and what array they make.

    Attributes
    ----------
    shape : tuple of int
        Rows, columns, and samples if there are several.
    dtype : numpy.dtype
        In native byte order.
    strips : tuple of (int, int)
        Where strips begin, and how many bytes they have; one if nothing is compressed.
    rows : int
        Of each strip but the last.
    compression, predictor : int
        As the tags have them.
    swap : bool
        Whether the file has the other byte order.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    strips: tuple[tuple[int, int], ...]
    rows: int
    compression: int
    predictor: int
    swap: bool

    def read(self, file: IO[bytes], array: np.ndarray, *, workers: int | None, name: str) -> None:
        """Read the page into a C-contiguous array of its shape and dtype.

        Parameters
        ----------
        file : binary file
            The file.
        array : numpy.ndarray
            Where to.
        workers : int, optional
            Threads to decode with; by default as many as there are processors, if it is worth it.
        name : str
            How messages call the file.

        Raises
        ------
        DecodeError
            If a strip is damaged.
        """
        if self.compression == 1:
            read_stored(file, self.strips[0][0], array, swap=self.swap, name=name)
            return
        image = array.reshape(*self.shape[:2], -1)

        def several(batch: list[tuple[int, bytes]]) -> None:
            for number, data in batch:
                rows = image[number * self.rows : (number + 1) * self.rows]
                unpack(data, rows, self.compression, self.predictor, swap=self.swap, name=name)

        each = array.nbytes // len(self.strips)
        with Pool(several, threads_for(workers, len(self.strips), each)) as pool:
            for number, (offset, count) in enumerate(self.strips):
                file.seek(offset)
                data = file.read(count)
                if len(data) < count:
                    raise DecodeError(f"{name} is cut: it ends in a strip", plugin="tiff")
                pool.add(number, data, each)


def is_only(chain: Chain, first: Plain | None) -> bool:
    """Tell whether a file has one directory, and nothing that would make more of it.

    `first` is the page, if it is plain.
    """
    page = chain.first
    if first is None or page.next or page.lost or page.repeats:
        return False
    if not page.tags <= _ORDINARY and not (
        page.tags <= _ORDINARY | {_DESCRIPTION} and _tells_shape(page, first.shape)
    ):
        return False
    return _SOFTWARE not in page or not any(m in page.data(_SOFTWARE) for m in _MAKERS)


def _tells_shape(page: Directory, shape: tuple[int, ...]) -> bool:
    """Tell whether a description is nothing but the shape of the page, as the backend writes it."""
    text = f'{{"shape": [{", ".join(map(str, shape))}]}}'
    return page.data(_DESCRIPTION).rstrip(b"\0") == text.encode()


def plain_page(chain: Chain, page: Directory) -> Plain | None:
    """Return where the pixels of a page are; None if that takes a closer look."""
    if chain.ndpi or _LSM in chain.first or not page.tags.isdisjoint(_ELSEWHERE):
        return None
    if page.lost and page.lost & _NEEDED:
        return None
    width, height, samples = _one(page, _WIDTH, 0), _one(page, _LENGTH, 0), _one(page, _SAMPLES)
    if (
        min(width, height, samples) < 1
        or _one(page, _FILL_ORDER) != 1
        or (samples > 1 and _one(page, _PLANAR) != 1)
    ):
        return None
    dtype = _dtype(page, samples)
    photometric = _one(page, _PHOTOMETRIC, 0)
    if dtype is None or photometric == _YCBCR or (photometric == _RGB and samples == 1):
        return None
    compression, predictor = _one(page, _COMPRESSION), _one(page, _PREDICTOR)
    if compression == 1 and predictor != 1:
        return None
    if compression != 1 and not can_unpack(compression, predictor, dtype):
        return None
    shape = (height, width, samples) if samples > 1 else (height, width)
    row = width * samples * dtype.itemsize
    rows = min(_one(page, _ROWS, height), height)
    strips = _strips(page, height, rows, row, chain.size, together=compression == 1)
    if not strips:
        return None
    swap = dtype.itemsize > 1 and chain.order != _NATIVE
    return Plain(shape, dtype, strips, rows, compression, predictor, swap)


_NEEDED = frozenset(
    {_WIDTH, _LENGTH, _BITS, _SAMPLES, _PLANAR, _FORMAT, _OFFSETS, _COUNTS, _ROWS}
    | {_FILL_ORDER, _COMPRESSION, _PHOTOMETRIC, _PREDICTOR}
)


def _one(page: Directory, tag: int, default: int = 1) -> int:
    """Return the whole number of a tag; -1 if there are several, or something else."""
    if tag not in page:
        return default
    values = page.numbers(tag)
    return values[0] if len(values) == 1 else -1


def _dtype(page: Directory, samples: int) -> np.dtype | None:
    """Return the dtype of samples that are all alike and of whole bytes."""
    bits = page.numbers(_BITS) if _BITS in page else (1,)
    formats = page.numbers(_FORMAT) if _FORMAT in page else (1,)
    if len(set(bits[:samples])) != 1 or len(set(formats[:samples])) != 1:
        return None
    if any(len(values) not in (1, samples) for values in (bits, formats)):
        return None
    kind = _KINDS.get(formats[0], "")
    # Some write floats of 32 bits and do not say so.
    if bits[0] not in _WIDTHS.get(kind, ()) or (bits[0] == 32 and _FORMAT not in page):
        return None
    return np.dtype(f"{kind}{bits[0] // 8}")


def _strips(
    page: Directory, height: int, rows: int, row: int, size: int, *, together: bool
) -> tuple[tuple[int, int], ...]:
    """Return where the strips of a page are; none if one is missing or not inside of the file.

    `together` is for those that are to be one piece, of as many bytes as rows have.
    """
    offsets, counts = page.numbers(_OFFSETS), page.numbers(_COUNTS)
    if rows < 1 or not len(offsets) == len(counts) == -(-height // rows):
        return ()
    if not together:
        whole = min(offsets) >= 8 and min(counts) > 0
        if whole and all(o + n <= size for o, n in zip(offsets, counts, strict=True)):
            # Whoever has them overlap wants to be read for a long time.
            return tuple(zip(offsets, counts, strict=True)) if sum(counts) <= 4 * size else ()
        return ()
    here = offsets[0]
    for number, (offset, count) in enumerate(zip(offsets, counts, strict=True)):
        need = row * min(rows, height - number * rows)
        if offset != here or count < need or (count > need and number < len(offsets) - 1):
            return ()
        here += count
    nbytes = row * height
    return ((offsets[0], nbytes),) if 8 <= offsets[0] <= size - nbytes else ()
