"""The plugin object: opens readers and writers for the formats of the spec."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from iio_core import NotThisFormat, Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._reader import CodecReader

__all__ = ["PLUGIN", "CodecsPlugin"]

_READERS: Mapping[str, str] = {
    "PNG": "_png_reader:PngReader",
}
_WRITERS: Mapping[str, str] = {
    "PNG": "_png_writer:PngWriter",
}


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

    def writer_type_for(self, format: str, /) -> type[Writer]:
        """Return the class that writes a format, with its options."""
        found: type[Writer] = _class(_WRITERS, format)
        return found

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        writer: Writer = _class(_WRITERS, format)(target, format)
        return writer


PLUGIN = CodecsPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
