"""The plugin object: opens readers and writers for the formats of the spec."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from iio_core import (
    NotThisFormat,
    Reader,
    ReadPlugin,
    Resource,
    Target,
    WritePlugin,
    Writer,
)

from ._output import StillWriter
from ._still import Still

__all__ = ["PLUGIN", "RetroPlugin"]

_READERS = {
    "CUR": "_cur:CurReader",
    "CUT": "_cut:CutReader",
    "DCX": "_dcx:DcxReader",
    "EMF": "_emf:EmfReader",
    "FPX": "_fpx:FpxReader",
    "G3": "_g3:FaxReader",
    "IFF": "_iff:IffReader",
    "IM": "_im:ImReader",
    "JNG": "_jng:JngReader",
    "KOALA": "_koala:KoalaReader",
    "MIC": "_mic:MicReader",
    "MNG": "_mng:MngReader",
    "PCX": "_pcx:PcxReader",
    "PICT": "_pict:PictReader",
    "SUN": "_sun:SunReader",
    "WBMP": "_wbmp:WbmpReader",
    "WMF": "_wmf:WmfReader",
    "XPM": "_xpm:XpmReader",
}
_WRITERS = {
    "CUR": "_cur:CurWriter",
    "IM": "_im:ImWriter",
    "PCX": "_pcx:PcxWriter",
    "SUN": "_sun:SunWriter",
    "WBMP": "_wbmp:WbmpWriter",
    "XPM": "_xpm_writer:XpmWriter",
}
# The name of a format: its class, in a module that is imported when it is first needed.


class RetroPlugin:
    """Reads and writes formats of older systems."""

    reader_type: type[Reader] = Still
    writer_type: type[Writer] = StillWriter

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file for reading.

        Raises
        ------
        NotThisFormat
            If it is none of the plugin's formats.
        """
        if format is None:
            raise NotThisFormat("it is none of the formats that this plugin reads")
        reader: Reader = _class(_READERS[format])(resource)
        return reader

    def open_reader_for(self, format: str | None, /) -> Callable[..., Reader]:
        """Return what opens a format, with its options."""
        if format == "KOALA":
            return self._open_koala
        return self._open_metafile if format in ("WMF", "EMF") else self.open_reader

    def _open_koala(
        self, resource: Resource, format: str | None, /, *, palette: str | None = "pepto"
    ) -> Reader:
        """Open a Koala picture.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        palette : str, optional
            The colors: ``"pepto"`` as measured, or ``"freeimage"``. None: the numbers of the
            colors, 0 to 15, of the 160 × 200 pixels that there are.
        """
        reader: Reader = _class(_READERS["KOALA"])(resource, palette=palette)
        return reader

    def _open_metafile(
        self, resource: Resource, format: str, /, *, bitmaps: bool = False
    ) -> Reader:
        """Open a metafile.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        bitmaps : bool
            Whether to read the bitmaps also of a metafile that draws more than them.
        """
        reader: Reader = _class(_READERS[format])(resource, bitmaps=bitmaps)
        return reader

    def writer_type_for(self, format: str, /) -> type[Writer]:
        """Return the class that writes a format, with its options."""
        writer: type[Writer] = _class(_WRITERS[format])
        return writer

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a file for writing."""
        writer: Writer = _class(_WRITERS[format])(target)
        return writer


@cache
def _class(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(f"{__package__}.{module}"), name)


PLUGIN = RetroPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
