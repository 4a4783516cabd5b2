"""The plugin object for NIfTI."""

from __future__ import annotations

from iio_core import NotThisFormat, Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._reader import NiftiReader
from ._writer import NiftiWriter

__all__ = ["PLUGIN", "NiftiPlugin"]


class NiftiPlugin:
    """Opens readers of what nibabel reads, and writers of NIfTI."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of the readers."""
        return NiftiReader

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file.

        Parameters
        ----------
        resource : Resource
            The file; the other one of a pair has to lie beside it.
        format : str
            The name of the format.

        Raises
        ------
        NotThisFormat
            If it is of no format that is known here.
        """
        if not format:
            raise NotThisFormat("it is none of NIfTI, Analyze, MGH and MINC")
        return NiftiReader(resource, format)

    @property
    def writer_type(self) -> type[Writer]:
        """The class of the writers."""
        return NiftiWriter

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing.

        Parameters
        ----------
        target : Target
            Where to write.
        format : str
            The name of the format.
        """
        return NiftiWriter(target, format)


PLUGIN = NiftiPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
