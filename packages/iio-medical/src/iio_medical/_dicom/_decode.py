"""Pixels as they are stored: read straight where they are plain, decoded by pydicom elsewhere.

DICOM PS3.5, section 8 (encoding of pixel data) and annex A (transfer syntaxes).
"""

from __future__ import annotations

import math
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from iio_core import DecodeError

from ._apply import stored_dtype
from ._codestream import check_sizes
from ._file import is_plain

if TYPE_CHECKING:
    from ._file import DicomFile

__all__ = ["is_direct", "read_into", "stored"]

_GRAY = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})


def is_direct(file: DicomFile) -> bool:
    """Tell whether the samples stand in the file as they stand in an array."""
    header = file.header
    return (
        file.pixels is not None
        and file.pixels.keyword == "PixelData"
        and is_plain(file.pixels, file.syntax)
        and len(header.shape) == 2
        and header.integer("SamplesPerPixel", 0) == 1
        and header.integer("BitsAllocated", 0) in (8, 16, 32)
        and header.photometric in _GRAY
    )


def stored(
    file: DicomFile, opened: IO[bytes], frame: int | None, *, raw: bool = False
) -> np.ndarray[Any, Any]:
    """Return a frame, or with None all frames, as pydicom's ``pixel_array`` has them.

    Parameters
    ----------
    file : DicomFile
        Whose they are.
    opened : binary file
        It, open.
    frame : int or None
        Which.
    raw : bool
        Whether colors stay as they are stored, and are not made RGB.

    Raises
    ------
    DecodeError
        If there are no pixels, or fewer than the header says.
    """
    if file.pixels is None:
        kind = file.header.text("Modality")
        raise DecodeError(
            f"{file.name} is DICOM, but holds no image{f' ({kind})' if kind else ''}; "
            "immeta reads its elements",
            plugin="dicom",
        )
    shape = file.header.shape
    if min(shape) < 1:
        raise DecodeError(f"{file.name} has an image of {shape}", plugin="dicom")
    if not is_direct(file):
        return _decoded(file, opened, frame, raw=raw)
    frames = file.header.frames
    whole = shape if frame is not None or frames == 1 else (frames, *shape)
    array = np.empty(whole, stored_dtype(file))
    read_into(array, file, opened, frame or 0)
    return array


def read_into(
    out: np.ndarray[Any, Any], file: DicomFile, opened: IO[bytes], frame: int = 0
) -> None:
    """Read frames that stand in the file as they are, from `frame` on, into a contiguous array."""
    assert file.pixels is not None
    size = math.prod(file.header.shape) * out.dtype.itemsize
    start, wanted = file.pixels.offset + frame * size, out.nbytes
    if frame * size + wanted > file.pixels.length + 1:
        raise DecodeError(
            f"{file.name} has {file.pixels.length} bytes of pixels, and {frame * size + wanted} "
            "are needed for what its header says",
            plugin="dicom",
        )
    opened.seek(start)
    view: Any = out.reshape(-1).view(np.uint8)
    done = 0
    while done < wanted:
        count = opened.readinto(view[done:])  # type: ignore[attr-defined]
        if not count:
            raise DecodeError(
                f"{file.name} is cut: {wanted - done} bytes of its pixels are missing",
                plugin="dicom",
            )
        done += count
    if out.dtype.itemsize > 1 and np.little_endian is False:
        out.byteswap(inplace=True)
    _drop_unused_bits(out, file)


def _drop_unused_bits(array: np.ndarray[Any, Any], file: DicomFile) -> None:
    """Clear what is above the bits stored: overlays were kept there; the sign is extended."""
    allocated = file.header.integer("BitsAllocated", 16)
    unused = allocated - file.header.integer("BitsStored", allocated)
    if 0 < unused < allocated:
        np.left_shift(array, unused, out=array)
        np.right_shift(array, unused, out=array)


def _decoded(
    file: DicomFile, opened: IO[bytes], frame: int | None, *, raw: bool
) -> np.ndarray[Any, Any]:
    """Let pydicom decode."""
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.pixels.utils import as_pixel_options
    from pydicom.uid import UID

    assert file.pixels is not None
    dataset, syntax = file.dataset(), UID(file.syntax)
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise DecodeError(
            f"{file.name} has the transfer syntax {syntax.name}, which pydicom does not decode",
            plugin="dicom",
        ) from None
    if not decoder.is_available:
        raise DecodeError(
            f"{file.name} is compressed as {syntax.name}, for which there is no decoder here: "
            "pip install iio-medical[jpeg]",
            plugin="dicom",
        )
    options = as_pixel_options(dataset)
    options["pixel_keyword"] = file.pixels.keyword
    if file.pixels.vr:
        options["pixel_vr"] = file.pixels.vr
    options["transfer_syntax_uid"] = syntax
    if options["number_of_frames"] == 1:
        frame = None
    source = file.bounded(opened)
    if syntax.is_encapsulated:
        source.seek(file.pixels.offset)
        check_sizes(source, file, frame, options)
    else:
        _check_length(file, opened)
    source.seek(file.pixels.offset)
    array, _ = decoder.as_array(source, index=frame, validate=True, raw=raw, **options)
    return array


def _check_length(file: DicomFile, opened: IO[bytes]) -> None:
    """Raise if a file ends before its pixels do."""
    assert file.pixels is not None
    bits = math.prod(file.header.shape) * file.header.integer("BitsAllocated", 0)
    needed = -(-bits * file.header.frames // 8)
    if file.header.photometric == "YBR_FULL_422":
        needed = needed // 3 * 2
    present = opened.seek(0, 2) - file.pixels.offset
    if present < needed:
        raise DecodeError(
            f"{file.name} is cut: {needed - present} bytes of its pixels are missing",
            plugin="dicom",
        )
