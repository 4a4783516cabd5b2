"""The plugin object: opens BSDF files for reading and for writing."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._reader import BsdfReader
from ._writer import BsdfWriter

__all__ = ["PLUGIN", "BsdfPlugin"]


class BsdfPlugin:
    """Reads and writes BSDF."""

    reader_type: type[Reader] = BsdfReader
    writer_type: type[Writer] = BsdfWriter

    def open_reader(
        self, resource: Resource, format: str | None, /, *, random_access: bool | None = None
    ) -> Reader:
        """Open a file for reading.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        random_access : bool, optional
            True finds all images when the file is opened, so that their number is known: from a
            server that fetches all of it. False reads a stream, one image after the other, and
            keeps nothing of those that have passed. By default images are looked for as far as they
            are asked for; of a list on a server that does not say how long it is, the number is
            not known before its end.
        """
        return BsdfReader(resource, random_access=random_access)

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        return BsdfWriter(target)


PLUGIN = BsdfPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
