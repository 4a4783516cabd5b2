"""The plugin object: opens readers and writers for the formats of the spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from iio_core import (
    NotThisFormat,
    ObjectsToOptions,
    Reader,
    ReadPlugin,
    Resource,
    Target,
    WritePlugin,
    Writer,
)

from ._reader import CodecReader

__all__ = ["PLUGIN", "CodecsPlugin"]

_READERS: Mapping[str, str] = {
    "AVIF": "_avif_reader:AvifReader",
    "BMP": "_bmp:BmpReader",
    "HTJ2K": "_jpeg2000_reader:Jpeg2000Reader",
    "JPEG": "_jpeg_reader:JpegReader",
    "JPEG2000": "_jpeg2000_reader:Jpeg2000Reader",
    "JPEGLS": "_jpeg_reader:JpegReader",
    "JPEGXR": "_jpegxr_reader:JpegXrReader",
    "JXL": "_jxl_reader:JxlReader",
    "PNG": "_png_reader:PngReader",
    "QOI": "_qoi:QoiReader",
    "WEBP": "_webp:WebpReader",
}
_WRITERS: Mapping[str, str] = {
    "AVIF": "_avif_writer:AvifWriter",
    "BMP": "_bmp:BmpWriter",
    "HTJ2K": "_jpeg2000_writer:Htj2kWriter",
    "JPEG": "_jpeg_writer:JpegWriter",
    "JPEG2000": "_jpeg2000_writer:Jpeg2000Writer",
    "JPEGLS": "_jpeg_writer:JpegLsWriter",
    "JPEGXR": "_jpegxr_writer:JpegXrWriter",
    "JXL": "_jxl_writer:JxlWriter",
    "PNG": "_png_writer:PngWriter",
    "QOI": "_qoi:QoiWriter",
    "WEBP": "_webp:WebpWriter",
}
_THREADED = frozenset({"AVIF", "HTJ2K", "JPEG2000", "JXL"})


def _class(places: Mapping[str, str], format: str) -> Any:
    """Import what handles a format: nobody pays for the others."""
    module, _, name = places[format].partition(":")
    return getattr(import_module(f"{__package__}.{module}"), name)


class CodecsPlugin:
    """Reads and writes through imagecodecs."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class whose options all readers have."""
        return CodecReader

    @property
    def writer_type(self) -> type[Writer]:
        """The class of the most usual writer; `writer_type_for` knows them all."""
        return self.writer_type_for("PNG")

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file for reading.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.

        Raises
        ------
        NotThisFormat
            If it is none of the plugin's formats, or imagecodecs does not decode such a one.
        """
        if format is None:
            raise NotThisFormat("it is none of the formats that imagecodecs reads here")
        reader: Reader = _class(_READERS, format)(resource, format)
        return reader

    def open_reader_for(self, format: str | None, /) -> Callable[..., Reader]:
        """Return what opens a format, with its options."""
        return self.open_threaded if format in _THREADED else self.open_reader

    def open_threaded(
        self, resource: Resource, format: str, /, *, threads: int | None = None
    ) -> Reader:
        """Open a file of a format whose decoder uses several threads.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        threads : int, optional
            How many threads decode; by default as many as imagecodecs uses.

        Raises
        ------
        NotThisFormat
            If imagecodecs does not decode such a one.
        """
        reader: Reader = _class(_READERS, format)(resource, format, threads)
        return reader

    def writer_type_for(self, format: str, /) -> type[Writer]:
        """Return the class that writes a format, with its options."""
        found: type[Writer] = _class(_WRITERS, format)
        return found

    def objection(self, format: str, options: Mapping[str, Any], /) -> str:
        """Return which option is given a name where imagecodecs takes a number."""
        kinds = self.writer_type_for(format).write.__annotations__
        for option, value in options.items():
            kind = str(kinds.get(option, "str"))
            if isinstance(value, str) and "str" not in kind and "Literal" not in kind:
                return f"{option}={value!r}: it has to be {kind.removesuffix(' | None')}"
        return ""

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        writer: Writer = _class(_WRITERS, format)(target, format)
        return writer


PLUGIN = CodecsPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
_objects: ObjectsToOptions = PLUGIN
