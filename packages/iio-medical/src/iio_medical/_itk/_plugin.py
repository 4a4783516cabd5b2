"""The plugin object for ITK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iio_core import (
    NotThisFormat,
    ObjectsToOptions,
    Reader,
    ReadPlugin,
    Resource,
    Target,
    WritePlugin,
    Writer,
)

from .._spec import ITK
from ._reader import ItkReader
from ._writer import ItkWriter, objection

__all__ = ["PLUGIN", "ItkPlugin"]


class ItkPlugin:
    """Opens readers and writers of what ITK knows."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of the readers."""
        return ItkReader

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file.

        Parameters
        ----------
        resource : Resource
            The file; those that it refers to have to lie in its directory or below.
        format : str
            The name of the format.

        Raises
        ------
        NotThisFormat
            If ITK knows no format by this name.
        """
        if not format:
            raise NotThisFormat("ITK goes by the extension: say extension=")
        return ItkReader(resource, format, extension=_extension(resource.filename, format))

    @property
    def writer_type(self) -> type[Writer]:
        """The class of the writers."""
        return ItkWriter

    def objection(self, format: str, options: Mapping[str, Any], /) -> str:
        """Return which option has a value that is another plugin's."""
        return objection(options.get("compression", False), options.get("compression_level"))

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing.

        Parameters
        ----------
        target : Target
            Where to write.
        format : str
            The name of the format.
        """
        dtypes = frozenset(pixels.dtype for pixels in ITK.format(format).writes)
        extension = _extension(target.filename, format)
        return ItkWriter(target, format, extension=extension, dtypes=dtypes)


def _extension(filename: str, format: str) -> str:
    """Return the extension of the format that a name has, or the usual one."""
    extensions = ITK.format(format).extensions
    name = filename.lower()
    found = [extension for extension in extensions if name.endswith(extension)]
    return max(found, key=len) if found else extensions[0]


PLUGIN = ItkPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
_objects: ObjectsToOptions = PLUGIN
