"""The plugin object: opens OpenEXR files for reading and for writing."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._reader import ExrReader
from ._writer import ExrWriter

__all__ = ["PLUGIN", "ExrPlugin"]


class ExrPlugin:
    """Reads and writes OpenEXR."""

    reader_type: type[Reader] = ExrReader
    writer_type: type[Writer] = ExrWriter

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file for reading."""
        return ExrReader(resource)

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        return ExrWriter(target)


PLUGIN = ExrPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
