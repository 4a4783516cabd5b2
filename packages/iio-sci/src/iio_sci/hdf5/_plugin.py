"""The plugin object: opens HDF5 files for reading and for writing."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._reader import Hdf5Reader
from ._writer import Hdf5Writer

__all__ = ["PLUGIN", "Hdf5Plugin"]


class Hdf5Plugin:
    """Reads and writes HDF5 through h5py."""

    reader_type: type[Reader] = Hdf5Reader
    writer_type: type[Writer] = Hdf5Writer

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file for reading."""
        return Hdf5Reader(resource)

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        return Hdf5Writer(target)


PLUGIN = Hdf5Plugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
