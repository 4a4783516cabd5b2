"""The plugin object: opens readers and writers for the formats of the spec."""

from __future__ import annotations

from iio_core import NotThisFormat, Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._doubts import DOUBTFUL, doubt
from ._gif_reader import GifReader
from ._png_reader import PngReader
from ._reader import PillowReader
from ._tiff_reader import TiffReader
from ._writers import WRITERS

__all__ = ["PLUGIN", "PillowPlugin"]

_READERS: dict[str, type[PillowReader]] = {"PNG": PngReader, "TIFF": TiffReader}


class PillowPlugin:
    """Reads and writes through Pillow."""

    reader_type: type[Reader] = PillowReader
    writer_type: type[Writer] = WRITERS["PNG"]

    def open_reader(
        self, resource: Resource, format: str | None, /, *, eight_bit: bool = False
    ) -> Reader:
        """Open a file for reading.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        eight_bit : bool
            Whether to read color images with more than 8 bits a sample all the same, of which
            Pillow keeps the upper 8.

        Raises
        ------
        NotThisFormat
            If it is none of the plugin's formats, or Pillow would lose or misread its pixels.
        """
        if format is None:
            raise NotThisFormat("it is none of the formats that Pillow reads")
        if format == "GIF":
            return GifReader(resource)
        try:
            reader = _READERS.get(format, PillowReader)(resource, format)
        except SyntaxError as error:
            if format == "TIFF" and "pixel mode" in str(error):
                raise NotThisFormat("Pillow has no mode for such pixels") from None
            raise
        if format in DOUBTFUL:
            reason = doubt(reader.image, format, resource.head(), eight_bit=eight_bit)
            if reason is not None:
                raise NotThisFormat(reason)
        return reader

    def writer_type_for(self, format: str, /) -> type[Writer]:
        """Return the class that writes a format, with its options."""
        return WRITERS[format]

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        return WRITERS[format](target, format)


PLUGIN = PillowPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
