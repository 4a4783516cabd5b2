"""The plugin object: opens FITS files for reading and for writing."""

from __future__ import annotations

from typing import Literal

from iio_core import OptionError, Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from . import _forks
from ._pixels import Wishes
from ._reader import FitsReader
from ._writer import FitsWriter

__all__ = ["PLUGIN", "FitsPlugin"]


class FitsPlugin:
    """Reads and writes FITS."""

    reader_type: type[Reader] = FitsReader
    writer_type: type[Writer] = FitsWriter

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        uint: bool = True,
        ignore_missing_end: bool = False,
        checksum: bool | Literal["remove"] = False,
        disable_image_compression: bool = False,
        do_not_scale_image_data: bool = False,
        ignore_blank: bool = False,
    ) -> Reader:
        """Open a file for reading.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        uint : bool
            Whether integers with an offset BZERO of half their range are returned as unsigned
            integers (of bytes as signed ones), and not as floats.
        ignore_missing_end : bool
            Whether a file that ends within its last header, before the END card, is no error.
        checksum : bool or "remove"
            Whether to compare the data with its DATASUM and CHECKSUM first; that they differ is an
            error. "remove" does not compare.
        disable_image_compression : bool
            Whether images that are compressed tile by tile are left as the tables that hold them.
        do_not_scale_image_data : bool
            Whether to return numbers as they stand, without BSCALE, BZERO and BLANK.
        ignore_blank : bool
            Whether numbers that BLANK says to be undefined are not turned into NaN.

        Raises
        ------
        DecodeError
            If it is no FITS file.
        """
        if checksum not in (True, False, "remove"):
            raise OptionError(f"checksum={checksum!r} is neither True, False nor 'remove'")
        return FitsReader(
            resource,
            wishes=Wishes(uint, do_not_scale_image_data, ignore_blank),
            tables=not disable_image_compression,
            ignore_missing_end=ignore_missing_end,
            checksum=checksum is True,
        )

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        return FitsWriter(target)


PLUGIN = FitsPlugin()
_ = _forks  # registers itself
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
