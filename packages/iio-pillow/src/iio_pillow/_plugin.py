"""The plugin object: opens readers and writers for the formats of the spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from iio_core import (
    DecodeError,
    NotThisFormat,
    ObjectsToOptions,
    OptionError,
    Reader,
    ReadPlugin,
    Resource,
    Target,
    WritePlugin,
    Writer,
)

from ._classes import Classes
from ._doubts import DOUBTFUL, doubt
from ._writers import WRITERS
from ._writers._checks import check

__all__ = ["PLUGIN", "PillowPlugin"]

READERS: Classes[Any] = Classes(
    __package__,
    {
        "": "_reader:PillowReader",
        "CLIPBOARDGRAB": "_clipboard:open_clipboard",
        "GIF": "_gif_reader:GifReader",
        "ICO": "_icon_reader:IconReader",
        "PNG": "_png_reader:PngReader",
        "SCREENGRAB": "_screen:open_screen",
        "TIFF": "_tiff_reader:TiffReader",
        "XBM": "_xbm_reader:open_xbm",
    },
)
"""The name of a format: its reader; without a name that of all other formats."""

# What has options of its own for opening.
_OWN = frozenset({"CLIPBOARDGRAB", "SCREENGRAB", "XBM"})


class PillowPlugin:
    """Reads and writes through Pillow."""

    def __init__(self) -> None:
        self._kinds: dict[str, Any] = {}  # the classes that were asked for

    @property
    def reader_type(self) -> type[Reader]:
        """The class whose options all readers have."""
        found: type[Reader] = READERS[""]
        return found

    @property
    def writer_type(self) -> type[Writer]:
        """The class of the most usual writer; `writer_type_for` knows them all."""
        return WRITERS["PNG"]

    def open_reader(
        self, resource: Resource, format: str | None, /, *, eight_bit: bool = False
    ) -> Reader:
        """Open a file for reading.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        eight_bit : bool
            Whether to read color images with more than 8 bits a sample all the same, of which
            Pillow keeps the upper 8.

        Raises
        ------
        NotThisFormat
            If it is none of the plugin's formats, or Pillow would lose or misread its pixels.
        """
        if format is None:
            raise NotThisFormat("it is none of the formats that Pillow reads")
        kind = self._kinds.get(format)
        if kind is None:
            kind = self._kinds[format] = READERS.get(format) or READERS[""]
        try:
            reader = kind(resource, format)
        except SyntaxError as error:
            if format == "TIFF" and "pixel mode" in str(error):
                raise _declined("Pillow has no mode for such pixels", resource, format) from None
            if format == "JPEG" and (strange := _strange_jpeg(resource.head(1 << 16))):
                raise NotThisFormat(strange) from None
            raise
        if format in DOUBTFUL:
            reason = doubt(
                reader.image, format, resource.head(), eight_bit=eight_bit, file=reader.file
            )
            if reason is not None:
                raise _declined(reason, resource, format)
        opened: Reader = reader
        return opened

    def open_reader_for(self, format: str | None, /) -> Callable[..., Reader]:
        """Return what opens a format, with its options: grabbing has others than a file."""
        return READERS[format] if format in _OWN else self.open_reader

    def writer_type_for(self, format: str, /) -> type[Writer]:
        """Return the class that writes a format, with its options."""
        return WRITERS[format]

    def objection(self, format: str, options: Mapping[str, Any], /) -> str:
        """Return which option of a format has a value that Pillow does not know."""
        try:
            check(WRITERS[format].rules, options)
        except OptionError as error:
            return str(error)
        return ""

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        return WRITERS[format](target, format)


def _strange_jpeg(head: bytes) -> str:
    """Say why Pillow does not open a JPEG that another decoder may. ITU-T T.81, section B.2.2."""
    at = 2
    while at + 5 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if head[at + 4] != 8:
                return f"it has {head[at + 4]} bits a sample, and Pillow reads JPEG of 8"
            return ""
        if marker == 0xF7:
            return "it is JPEG-LS, which Pillow does not read"
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return ""


def _declined(reason: str, resource: Resource, format: str) -> Exception:
    """Return what to raise for pixels that Pillow would misread, going by the tags that it found.

    Some of the tags may be missing because the file is cut.
    """
    if format == "TIFF":
        from ._tiff_directory import is_cut

        if is_cut(resource.open()):
            message = f"{resource.name} ends before its tags do: it is cut"
            return DecodeError(message, plugin="pillow", format=format)
    return NotThisFormat(reason)


PLUGIN = PillowPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
_objects: ObjectsToOptions = PLUGIN
