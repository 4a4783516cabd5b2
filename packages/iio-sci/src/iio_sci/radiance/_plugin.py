"""The plugin object: opens HDR files for reading and for writing."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._reader import RadianceReader
from ._writer import RadianceWriter

__all__ = ["PLUGIN", "RadiancePlugin"]


class RadiancePlugin:
    """Reads and writes HDR."""

    reader_type: type[Reader] = RadianceReader
    writer_type: type[Writer] = RadianceWriter

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file for reading."""
        return RadianceReader(resource)

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        return RadianceWriter(target)


PLUGIN = RadiancePlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
