"""The plugin object: opens PFM files for reading and for writing."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._reader import PfmReader
from ._writer import PfmWriter

__all__ = ["PLUGIN", "PfmPlugin"]


class PfmPlugin:
    """Reads and writes PFM."""

    reader_type: type[Reader] = PfmReader
    writer_type: type[Writer] = PfmWriter

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file for reading."""
        return PfmReader(resource)

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        return PfmWriter(target)


PLUGIN = PfmPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
