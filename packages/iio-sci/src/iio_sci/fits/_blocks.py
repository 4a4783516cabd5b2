"""The headers of a FITS file, one after the other, without its data: FITS 4.0, sections 3 and 4.

A file is a chain of header and data units (HDUs), each padded to blocks of 2880 bytes. What a
header declares is checked here before anything is allocated or skipped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import IO, Any

from astropy.io.fits import Header

from iio_core import DecodeError, LimitError

__all__ = ["BLOCK", "Unit", "units"]

BLOCK = 2880
_CARD = 80
_BITPIX = {8, 16, 32, 64, -32, -64}
_MOST_AXES = 999
_NAMED = ("COMMENT ", "HISTORY ", "CONTINUE", "HIERARCH", " " * 8)
_VALUED = re.compile(r"[A-Z0-9_-]{1,8} *= ")


class Unit:
    """One header and data unit.

    Parameters
    ----------
    number : int
        Its place in the file, from 0.
    text : str
        Its header, cards of 80 characters.
    start, offset : int
        Where header and data begin.
    name : str
        How messages call the file.
    """

    def __init__(self, number: int, text: str, start: int, offset: int, name: str) -> None:
        self.number, self.start, self.offset = number, start, offset
        self.subject = f"HDU {number} of {name}"
        """How messages call it."""
        self.text = text
        """The header as it stands."""
        self._header: Header | None = None
        self.bitpix = self.whole("BITPIX")
        """Bits of a value; negative for floats."""
        if self.bitpix not in _BITPIX:
            raise DecodeError(f"{self.subject} declares BITPIX = {self.bitpix}")
        self.shape = self.axes("NAXIS")
        """The shape as NumPy has it: NAXIS1 is the last axis."""
        self.nbytes = self._size()
        """How many bytes of data it has, without padding."""

    @property
    def header(self) -> Header:
        """The header, as astropy's."""
        if self._header is None:
            self._header = Header.fromstring(_conforming(self.text))
        return self._header

    def forget(self) -> None:
        """Let go of the parsed header, which takes ten times the memory of its text."""
        self._header = None

    @property
    def kind(self) -> str:
        """``"PRIMARY"``, or what XTENSION says."""
        return str(self.value("XTENSION", "PRIMARY")).strip().upper() if self.number else "PRIMARY"

    @property
    def extension(self) -> str:
        """Its name, EXTNAME; that of the first one is ``"PRIMARY"`` if it has none."""
        named = str(self.value("EXTNAME", "")).strip()
        return named or ("" if self.number else "PRIMARY")

    @property
    def version(self) -> int:
        """Its EXTVER, which tells units of one name apart."""
        return self.whole("EXTVER", 1)

    @property
    def is_image(self) -> bool:
        """Whether it is an array as it stands, with data."""
        if self.kind not in ("PRIMARY", "IMAGE", "IUEIMAGE"):
            return False
        return bool(self.shape) and 0 not in self.shape

    @property
    def is_compressed(self) -> bool:
        """Whether it is a table that holds an image, tile by tile."""
        return self.kind == "BINTABLE" and self.value("ZIMAGE", False) is True

    def _size(self) -> int:
        """Return how many bytes of data it has: equations 1, 2 and 4."""
        groups, extra = self.whole("GCOUNT", 1), self.whole("PCOUNT", 0)
        shape = self.shape
        if not self.number and shape and not shape[-1] and self.value("GROUPS", False) is True:
            shape = shape[:-1]  # random groups
        count = math.prod(shape) if shape else 0
        if groups < 0 or extra < 0:
            raise DecodeError(f"{self.subject} declares a negative GCOUNT or PCOUNT")
        return abs(self.bitpix) // 8 * groups * (extra + count)

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.offset + -(-self.nbytes // BLOCK) * BLOCK

    def axes(self, prefix: str) -> tuple[int, ...]:
        """Return the lengths ``prefix1``, ``prefix2`` … in NumPy's order."""
        count = self.whole(prefix)
        if not 0 <= count <= _MOST_AXES:
            raise DecodeError(f"{self.subject} declares {prefix} = {count}")
        lengths = tuple(self.whole(f"{prefix}{i}") for i in range(count, 0, -1))
        if any(length < 0 for length in lengths):
            raise DecodeError(f"{self.subject} declares axes of the lengths {lengths}")
        return lengths

    def whole(self, keyword: str, default: int | None = None) -> int:
        """Return a card's whole number."""
        found = self.value(keyword, default)
        if type(found) is not int:
            raise DecodeError(f"{self.subject} has no whole number for {keyword}: {found!r:.80}")
        return found

    def number_of(self, keyword: str, default: float) -> float:
        """Return a card's number."""
        found = self.value(keyword, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise DecodeError(f"{self.subject} has no number for {keyword}: {found!r:.80}")
        return found

    def value(self, keyword: str, default: Any = None) -> Any:
        """Return a card's value."""
        try:
            return self.header.get(keyword, default)
        except Exception as error:  # astropy's VerifyError is nothing else
            raise DecodeError(f"{self.subject}: its card {keyword} is damaged: {error}") from error


def units(
    file: IO[bytes], name: str, *, most: int, ignore_missing_end: bool = False
) -> Iterator[Unit]:
    """Yield the units of a file; only their headers are read.

    Parameters
    ----------
    file : binary file
        What to read.
    name : str
        How messages call it.
    most : int
        How many bytes a header may have.
    ignore_missing_end : bool
        Whether a last header without END ends with the file.

    Raises
    ------
    DecodeError
        If a header is damaged.
    """
    start = number = 0
    while True:
        found = _header(file, start, number, name, most, ignore_missing_end)
        if found is None:
            return
        text, offset = found
        unit = Unit(number, text, start, offset, name)
        yield unit
        start, number = unit.end, number + 1


def _header(
    file: IO[bytes], start: int, number: int, name: str, most: int, ignore_missing_end: bool
) -> tuple[str, int] | None:
    """Return the cards of the header at a place, and where it ends; None if there is no unit."""
    file.seek(start)
    blocks = bytearray()
    offset = start
    while True:
        block = _block(file)
        offset += BLOCK
        if not blocks and not _begins(block, number, name):
            return None
        end = _end(block)
        blocks += block if end < 0 else block[:end]
        if end >= 0:
            break
        if len(block) < BLOCK:
            if not ignore_missing_end:
                raise DecodeError(
                    f"the header of HDU {number} of {name} has no END; if it is complete: "
                    "ignore_missing_end=True"
                )
            break
        if len(blocks) > most:
            raise LimitError(
                f"the header of HDU {number} of {name} is longer than {most} bytes. "
                "To allow more: iio.limits(metadata_bytes=...) or IIO_MAX_METADATA_BYTES."
            )
    return blocks[: len(blocks) // _CARD * _CARD].decode("latin-1"), offset


def _conforming(text: str) -> str:
    """Return cards without those that have no value and are no text, which become comments.

    Astropy warns of them whenever it meets them; section 4.1.2.2 has them as text.
    """
    cards = []
    for start in range(0, len(text), _CARD):
        card = text[start : start + _CARD]
        if not card.startswith(_NAMED) and not _VALUED.match(card):
            pieces = [card[i : i + _CARD - 8] for i in range(0, len(card.rstrip()), _CARD - 8)]
            cards += [f"COMMENT {piece}".ljust(_CARD) for piece in pieces]
        else:
            cards.append(card)
    return "".join(cards)


def _begins(block: bytes, number: int, name: str) -> bool:
    if number:
        # What follows the last unit is not specified: section 3.6 lets readers pass over it.
        return block.startswith(b"XTENSION")
    if not block.startswith(b"SIMPLE  ="):
        raise DecodeError(f"{name} is not FITS: it begins with {block[:10]!r}")
    if block[10:_CARD].split(b"/")[0].strip() != b"T":
        raise DecodeError(f"{name} says that it does not conform to the FITS standard: SIMPLE = F")
    return True


def _block(file: IO[bytes]) -> bytes:
    data = b""
    while len(data) < BLOCK:
        more = file.read(BLOCK - len(data))
        if not more:
            break
        data += more
    return data


def _end(block: bytes) -> int:
    """Return where a block's END card stands; -1 if it has none."""
    for place in range(0, len(block) - 2, _CARD):
        if block.startswith(b"END", place) and not block[place + 3 : place + _CARD].strip():
            return place
    return -1
