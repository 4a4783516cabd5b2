"""The plugin objects: one opens files of GRIB messages, the other files of BUFR messages."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource

from ._bufr import BufrReader
from ._reader import GribReader

__all__ = ["BUFR_PLUGIN", "PLUGIN", "BufrPlugin", "GribPlugin"]


class GribPlugin:
    """Reads GRIB through ecCodes."""

    reader_type: type[Reader] = GribReader

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file for reading."""
        return GribReader(resource)


class BufrPlugin:
    """Reads BUFR through ecCodes."""

    reader_type: type[Reader] = BufrReader

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file for reading."""
        return BufrReader(resource)


PLUGIN = GribPlugin()
BUFR_PLUGIN = BufrPlugin()
_grib: ReadPlugin = PLUGIN
_bufr: ReadPlugin = BUFR_PLUGIN
