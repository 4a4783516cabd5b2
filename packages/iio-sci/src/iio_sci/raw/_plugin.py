"""The plugin object: opens cameras' raw files."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource

from ._reader import RawReader

__all__ = ["PLUGIN", "RawPlugin"]


class RawPlugin:
    """Reads cameras' raw files through LibRaw."""

    reader_type: type[Reader] = RawReader

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        shot_select: int = 0,
        allow_truncated: bool = False,
    ) -> Reader:
        """Open a raw file.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        shot_select : int
            Which shot of a file that holds several, such as those of a pixel shift.
        allow_truncated : bool
            Whether a file that ends before its pixels do is developed all the same: what is missing
            is black, and a warning tells so. Without it that is an error.

        Raises
        ------
        NotThisFormat
            If it begins as TIFF does, has no extension of a raw file, and is no camera's.
        """
        return RawReader(resource, format, shot_select=shot_select, allow_truncated=allow_truncated)


PLUGIN = RawPlugin()
_reads: ReadPlugin = PLUGIN
