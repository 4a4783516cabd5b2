"""The plugin object: opens light fields for reading."""

from __future__ import annotations

from collections.abc import Callable

from iio_core import Reader, ReadPlugin, Resource

from ._packing import F01, ILLUM
from ._readers import PictureReader, RawReader

__all__ = ["PLUGIN", "LytroPlugin"]

_SENSORS = {"LYTRO-ILLUM-RAW": ILLUM, "LYTRO-F01-RAW": F01}


class LytroPlugin:
    """Reads light fields of Lytro's cameras."""

    reader_type: type[Reader] = PictureReader

    def open_reader_for(self, format: str | None, /) -> Callable[..., Reader]:
        """Return what opens a format: raw files have no thumbnail."""
        return self.open_raw if format in _SENSORS else self.open_reader

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        meta_only: bool = False,
        include_thumbnail: bool = True,
    ) -> Reader:
        """Open an ``.lfr`` or ``.lfp`` file.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        meta_only : bool
            Whether only metadata is wanted: arrays are empty.
        include_thumbnail : bool
            Whether metadata has the thumbnail.

        Raises
        ------
        DecodeError
            If it is damaged, or has no frame of a sensor.
        """
        return PictureReader(resource, meta_only=meta_only, include_thumbnail=include_thumbnail)

    def open_raw(
        self, resource: Resource, format: str | None, /, *, meta_only: bool = False
    ) -> Reader:
        """Open a ``.raw`` file.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        meta_only : bool
            Whether only metadata is wanted: arrays are empty.

        Raises
        ------
        NotThisFormat
            If the file has not the size of such a sensor's pixels.
        """
        return RawReader(resource, _SENSORS[format or "LYTRO-ILLUM-RAW"], meta_only=meta_only)


PLUGIN = LytroPlugin()
_reads: ReadPlugin = PLUGIN
