"""The plugin object: opens ``.npz`` and ``.npy`` for reading and for writing."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._header import MAGIC
from ._reader import NpyReader, NpzReader
from ._writer import NpyWriter, NpzWriter

__all__ = ["PLUGIN", "NpzPlugin"]


class NpzPlugin:
    """Reads and writes NumPy's files."""

    reader_type: type[Reader] = NpzReader
    writer_type: type[Writer] = NpzWriter

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file for reading."""
        head = resource.head(len(MAGIC))
        if head == MAGIC or (format == "NPY" and not head.startswith(b"PK")):
            return NpyReader(resource)
        return NpzReader(resource)

    def writer_type_for(self, format: str, /) -> type[Writer]:
        """Return the class of the writer for a format."""
        return NpyWriter if format == "NPY" else NpzWriter

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        return self.writer_type_for(format)(target)  # type: ignore[call-arg]


PLUGIN = NpzPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
