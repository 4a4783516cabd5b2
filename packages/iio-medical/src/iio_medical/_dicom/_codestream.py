"""The size that each compressed frame says of itself, before a decoder believes it.

A JPEG or JPEG 2000 stream has a header of its own; decoders allocate by that, not by DICOM's.
ITU-T T.81, section B.2.2 (JPEG); ITU-T T.87 (JPEG-LS); ITU-T T.800, section A.5.1 (JPEG 2000).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from iio_core import DecodeError

if TYPE_CHECKING:
    from ._file import DicomFile

__all__ = ["check_sizes"]

_FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_SCAN, _END = 0xDA, 0xD9
_JPEG, _JPEG2000, _JP2 = b"\xff\xd8", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  "
_FAMILY = "1.2.840.10008.1.2.4."  # of the transfer syntaxes of JPEG and its successors
_MOST_SAMPLES = 4


class _Size(NamedTuple):
    rows: int
    columns: int
    samples: int


def check_sizes(
    source: Any, file: DicomFile, frame: int | None, options: Mapping[str, Any]
) -> None:
    """Raise if a frame that is to be decoded is larger than the header of its file says.

    Parameters
    ----------
    source : file object
        In front of the encapsulated pixels.
    file : DicomFile
        Whose they are.
    frame : int or None
        Which frame; None for all.
    options : mapping
        Those with which pydicom is to decode: it has to find the same frames.
    """
    if not file.syntax.startswith(_FAMILY):
        return
    rows, columns = file.header.shape[:2]
    most = max(_MOST_SAMPLES, *file.header.shape[2:], 0)
    for number, stream in _frames(source, frame, options):
        found = _declared(stream)
        if found is None:
            continue
        if found.rows > rows + 1 or found.columns > columns + 1 or found.samples > most:
            raise DecodeError(
                f"{file.name} says that it is {rows} rows by {columns} columns, and its compressed "
                f"frame {number} that it is {found.rows} by {found.columns} of {found.samples} "
                "samples",
                plugin="dicom",
            )


def _frames(
    source: Any, frame: int | None, options: Mapping[str, Any]
) -> Iterable[tuple[int, bytes]]:
    """Iterate over the compressed frames as pydicom's decoders get them."""
    from pydicom.encaps import generate_frames, get_frame

    table: dict[str, Any] = {
        "number_of_frames": options["number_of_frames"],
        "extended_offsets": options.get("extended_offsets"),
    }
    if frame is None:
        return enumerate(generate_frames(source, **table))
    return [(frame, get_frame(source, frame, **table))]


def _declared(stream: bytes) -> _Size | None:
    """Return the size that a codestream tells; None if it is of no kind that is known here."""
    if stream.startswith(_JPEG):
        return _of_jpeg(stream)
    if stream.startswith(_JPEG2000):
        return _of_jpeg2000(stream, 0)
    if not stream.startswith(_JP2):
        return None
    # In the boxes of a file, which DICOM does not have, and decoders take: whichever is largest.
    found, place = [], stream.find(_JPEG2000)
    while place >= 0:
        found.append(_of_jpeg2000(stream, place))
        place = stream.find(_JPEG2000, place + 1)
    return max(found, key=lambda size: size.rows * size.columns, default=None)


def _of_jpeg2000(stream: bytes, place: int) -> _Size:
    right, bottom, left, top = (
        int.from_bytes(stream[place + i : place + i + 4], "big") for i in (8, 12, 16, 20)
    )
    samples = int.from_bytes(stream[place + 40 : place + 42], "big")
    return _Size(bottom - top, right - left, samples)


def _of_jpeg(stream: bytes) -> _Size | None:
    """Look for the frame header, as decoders do: they step over what is between two markers."""
    place = 2
    while (place := stream.find(b"\xff", place)) >= 0:
        while stream[place : place + 1] == b"\xff":
            place += 1
        marker = int.from_bytes(stream[place : place + 1], "big")
        place += 1
        if marker in _FRAME_HEADERS:
            rows, columns = (
                int.from_bytes(stream[place + i : place + i + 2], "big") for i in (3, 5)
            )
            return _Size(rows, columns, int.from_bytes(stream[place + 7 : place + 8], "big"))
        if marker in (_SCAN, _END):
            return None
        if marker not in _WITHOUT_LENGTH:
            place += int.from_bytes(stream[place : place + 2], "big")
    return None
