"""The plugin object: it opens a reader or a writer for one file."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._reader import FarbfeldReader
from ._writer import FarbfeldWriter

__all__ = ["PLUGIN", "FarbfeldPlugin"]


class FarbfeldPlugin:
    """Reads and writes farbfeld images."""

    reader_type: type[Reader] = FarbfeldReader
    writer_type: type[Writer] = FarbfeldWriter

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file for reading."""
        return FarbfeldReader(resource)

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        return FarbfeldWriter(target)


PLUGIN = FarbfeldPlugin()

# Nothing was subclassed; these lines make the type checker prove that the promises are kept.
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
