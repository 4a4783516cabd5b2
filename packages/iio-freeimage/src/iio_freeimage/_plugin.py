"""The plugin object: opens readers and writers."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._reader import FreeimageReader
from ._writer import FreeimageWriter

__all__ = ["PLUGIN", "FreeimagePlugin"]


class FreeimagePlugin:
    """Reads and writes through FreeImage, which runs in a process of its own."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of the readers."""
        return FreeimageReader

    @property
    def writer_type(self) -> type[Writer]:
        """The class of the writers."""
        return FreeimageWriter

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        flags: int = 0,
        timeout: float = 60.0,
    ) -> Reader:
        """Open a file for reading.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str, optional
            The name of its format; FreeImage's own guess comes first.
        flags : int
            FreeImage's flags for loading, such as 8 for a JPEG that is to be turned upright.
        timeout : float
            How many seconds anything may take before FreeImage is killed.

        Raises
        ------
        NotThisFormat
            If FreeImage does not recognize it.
        """
        return FreeimageReader(resource, format, flags=flags, timeout=timeout)

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        return FreeimageWriter(target, format)


PLUGIN = FreeimagePlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
