"""The plugin object: opens readers and writers for the formats of the spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from iio_core import (
    EncodeError,
    ObjectsToOptions,
    OptionError,
    Reader,
    ReadPlugin,
    Resource,
    Target,
    WritePlugin,
    Writer,
)

from ._encoding import compression_of
from ._opening import open_tiff
from ._reader import TiffReader
from ._writer import TiffWriter

__all__ = ["PLUGIN", "TiffPlugin"]


class TiffPlugin:
    """Reads and writes TIFF through tifffile."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of the readers."""
        return TiffReader

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        offset: int | None = None,
        size: int | None = None,
        multifile: bool = True,
        multifile_close: bool = True,
        raw: bool = False,
    ) -> Reader:
        """Open a file for reading.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        offset : int, optional
            Where a TIFF file that is embedded in this one begins, in bytes.
        size : int, optional
            How many bytes it has; by default all that follow.
        multifile : bool
            Whether an OME-TIFF may have pages in other files of its directory.
        multifile_close : bool
            Whether those are closed while none of their pages is read.
        raw : bool
            Whether to read what a camera's raw file holds as TIFF: previews, and pixels that
            nobody has developed. Without it such a file is left to plugins for raw files.

        Raises
        ------
        NotThisFormat
            If it is not TIFF, is a camera's raw file, or nothing here decodes its compression.
        """
        file = open_tiff(
            resource,
            offset=offset,
            size=size,
            multifile=multifile,
            multifile_close=multifile_close,
            raw=raw,
        )
        return TiffReader(resource, file)

    @property
    def writer_type(self) -> type[Writer]:
        """The class of the writers."""
        return TiffWriter

    def open_writer(
        self,
        target: Target,
        format: str,
        /,
        *,
        bigtiff: bool | None = None,
        byteorder: Literal["<", ">"] | None = None,
        ome: bool | None = None,
        imagej: bool = False,
        append: bool = False,
    ) -> Writer:
        """Open a file for writing.

        Parameters
        ----------
        target : Target
            Where to write.
        format : str
            The name of the format.
        bigtiff : bool, optional
            Whether to write BigTIFF, which may have more than 4 GiB; by default if the first image
            needs it.
        byteorder : {"<", ">"}, optional
            Little or big endian; by default that of the machine.
        ome : bool, optional
            Whether to write OME-TIFF; by default if the file is called ``.ome.tif``.
        imagej : bool
            Whether to write an ImageJ hyperstack.
        append : bool
            Whether to add to the file that is there. It is copied and then replaced, so that it
            stays whole whatever happens.
        """
        return TiffWriter(
            target,
            format,
            bigtiff=bigtiff,
            byteorder=byteorder,
            ome=ome,
            imagej=imagej,
            append=append,
        )

    def objection(self, format: str, options: Mapping[str, Any], /) -> str:
        """Return why a compression cannot be written; others may have it, such as fax."""
        try:
            compression_of(options.get("compress"), options.get("compression"), None)
        except (OptionError, EncodeError) as error:
            return str(error)
        return ""


PLUGIN = TiffPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
_objects: ObjectsToOptions = PLUGIN
