"""One DICOM file: its header at once, its data set and its pixels when they are asked for.

DICOM PS3.10, Media Storage and File Format, section 7 (the file), and PS3.5, section 7 (the data
set) and annex A (transfer syntaxes), https://www.dicomstandard.org/current
"""

from __future__ import annotations

import io
import os
import zlib
from typing import IO, TYPE_CHECKING, Any, Literal

from iio_core import DecodeError, LimitError, Limits, NotThisFormat, Resource

from ._header import WANTED, Header
from ._others import holds_no_image
from ._scan import IMPLICIT, PIXELS, Odd, Pixels, Scanned, Short, meta_of, scan

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["Bounded", "DicomFile", "begins_as_dicom", "is_plain"]

_AT_ONCE = 1 << 16
_DEFLATED = "1.2.840.10008.1.2.1.99"
_EXPLICIT = "1.2.840.10008.1.2.1"
_BIG_ENDIAN = "1.2.840.10008.1.2.2"
# What a data set without a preamble begins with: group 2, 4 or 8 in either byte order.
_FIRST_GROUPS = frozenset({b"\x02\0", b"\x04\0", b"\x08\0", b"\0\x08"})
_VRS = frozenset({b"UL", b"CS", b"UI", b"OB", b"SH", b"DA", b"LO", b"TM"})


def begins_as_dicom(head: bytes) -> bool:
    """Tell whether a file begins as DICOM does, with a preamble or without one."""
    if head[128:132] == b"DICM":
        return True
    if head[:2] not in _FIRST_GROUPS or len(head) < 8:
        return False
    return head[4:6] in _VRS or (head[0] != 0 and int.from_bytes(head[4:8], "little") < 256)


class Bounded:
    """A file of which no more is read at once than it has: an element may claim 4 GB."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.seek, self.tell, self.close = file.seek, file.tell, file.close
        self._file, self._size = file, size

    def read(self, n: int = -1) -> bytes:
        """Read up to `n` bytes."""
        if n > 4096:
            n = max(0, min(n, self._size - self._file.tell()))
        return self._file.read(n)


class DicomFile:
    """A DICOM file of which the header has been read.

    Parameters
    ----------
    resource : Resource
        The file.

    Attributes
    ----------
    header : Header
        What decides how it is read.
    pixels : Pixels or None
        Where its pixels are; None if it has none.
    syntax : str
        The UID of its transfer syntax; of one that was deflated, that of what came out.

    Raises
    ------
    NotThisFormat
        If it is no DICOM file.
    DecodeError
        If it is damaged.
    """

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.name = resource.name
        self._inflated: bytes | None = None
        self._dataset: Dataset | None = None
        self._too_long: LimitError | None = None
        self.header: Header
        self.pixels: Pixels | None
        self.syntax: str
        file = resource.open()
        head = file.read(_AT_ONCE)
        if not begins_as_dicom(head):
            raise NotThisFormat("it does not begin as DICOM")
        try:
            self._look(file, head)
        except (Odd, Short):
            self._read_header(file)

    def _look(self, file: IO[bytes], head: bytes) -> None:
        """Find out what is in the header without pydicom."""
        if head[128:132] == b"DICM" and meta_of(head)[1] == _DEFLATED:
            file.seek(0)
            self._inflated = _inflated(file.read(), self.resource.limits, self.name)
            head = self._inflated
        size = len(head)
        while True:
            try:
                scanned = scan(head, WANTED)
                break
            except Short as short:
                # One byte more than is allowed, to know that there are more.
                more = max(1, min(3 * size, self.resource.limits.metadata_bytes - size + 1))
                rest = b"" if self._inflated is not None else file.read(more)
                if not rest:
                    raise
                try:
                    self.resource.limits.check_metadata(head, name=self.name)
                except LimitError as error:
                    scanned = self._without_rest(short, file, error)
                    break
                head += rest
                size = len(head)
        self.header = Header.of_scanned(scanned)
        self.pixels = scanned.pixels
        self.syntax = scanned.syntax

    def _without_rest(self, short: Short, file: IO[bytes], error: LimitError) -> Scanned:
        """Return what is known of a file that is no image, and too long to be looked at whole."""
        if not holds_no_image(short):
            raise error
        if short.place > file.seek(0, os.SEEK_END):
            raise DecodeError(
                f"{self.name} is cut: its elements go on behind its end", plugin="dicom"
            )
        self._too_long = error
        return short.begun

    def _read_header(self, file: IO[bytes]) -> None:
        """Leave it to pydicom: byte orders, files without a preamble, headers that are odd."""
        dataset, self.pixels = self._parsed(file)
        self._dataset = dataset
        self.header = Header.of_dataset(dataset)
        self.syntax = str(dataset.file_meta.TransferSyntaxUID)

    def open(self) -> IO[bytes]:
        """Open the file, as pydicom and we read it: what was deflated is not any more."""
        return self.resource.open() if self._inflated is None else io.BytesIO(self._inflated)

    def bounded(self, file: IO[bytes]) -> Any:
        """Return an open file for pydicom."""
        if isinstance(file, io.BytesIO):
            return file
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        return Bounded(file, size)

    def dataset(self) -> Dataset:
        """Return the data set without its pixels, parsed by pydicom when it is first asked for."""
        if self._too_long is not None:
            raise self._too_long
        if self._dataset is None:
            file = self.open()
            try:
                self._dataset, _ = self._parsed(file)
            finally:
                file.close()
        return self._dataset

    def forget(self) -> None:
        """Let go of the data set; it is parsed again if it is asked for again."""
        self._dataset = None

    def _parsed(self, file: IO[bytes]) -> tuple[Dataset, Pixels | None]:
        from pydicom import dcmread
        from pydicom.dataset import FileMetaDataset
        from pydicom.uid import UID

        source = self.bounded(file)
        source.seek(0)
        try:
            dataset = dcmread(source, stop_before_pixels=True, force=True)
        except RecursionError:
            raise DecodeError(f"{self.name} has sequences in sequences without end") from None
        if getattr(dataset, "file_meta", None) is None:
            dataset.file_meta = FileMetaDataset()
        if not dataset.file_meta.get("TransferSyntaxUID"):
            # Without a file meta group, the way that pydicom could read it is the syntax.
            implicit, little = dataset.original_encoding
            syntax = IMPLICIT if implicit else _EXPLICIT if little else _BIG_ENDIAN
            dataset.file_meta.TransferSyntaxUID = UID(syntax)
        return dataset, _pixels_at(source, dataset)


def _pixels_at(source: Any, dataset: Dataset) -> Pixels | None:
    """Return where the pixels are that a file stands in front of."""
    head = source.read(12)
    if len(head) < 8:
        return None
    _, little = dataset.original_encoding
    order: Literal["little", "big"] = "little" if little else "big"
    group, element = (int.from_bytes(head[i : i + 2], order) for i in (0, 2))
    keyword = PIXELS.get(group << 16 | element)
    if keyword is None:
        return None
    start = source.tell() - len(head)
    if head[4:6] not in (b"OB", b"OW", b"OF", b"OD", b"UN"):  # whatever the syntax says
        return Pixels(keyword, "", start + 8, int.from_bytes(head[4:8], order))
    vr = head[4:6].decode("latin-1")
    return Pixels(keyword, vr, start + 12, int.from_bytes(head[8:12], order))


def _inflated(data: bytes, limits: Limits, name: str) -> bytes:
    """Return a deflated file as explicit little endian (PS3.5, section A.5)."""
    place, _ = meta_of(data)
    old, new = _DEFLATED.encode(), _EXPLICIT.encode()
    parts = [data[:place].replace(old, new.ljust(len(old), b"\0"), 1)]
    total = place
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    rest = data[place:]
    try:
        while rest and not decompressor.eof:
            part = decompressor.decompress(rest, 1 << 20)
            rest = decompressor.unconsumed_tail
            total += len(part)
            limits.check_body(total, name=name)
            parts.append(part)
            if not part and not rest:
                break
        parts.append(decompressor.flush())
    except zlib.error as error:
        raise DecodeError(f"{name} cannot be inflated: {error}", plugin="dicom") from error
    if not decompressor.eof:
        raise DecodeError(f"{name} is cut: its deflated data set has no end", plugin="dicom")
    return b"".join(parts)


def is_plain(pixels: Pixels, syntax: str) -> bool:
    """Tell whether pixels are stored as they are, little endian."""
    return syntax in (IMPLICIT, _EXPLICIT) and pixels.length != 0xFFFFFFFF
