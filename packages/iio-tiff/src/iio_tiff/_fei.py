"""TIFF files of FEI electron microscopes: the bar at the bottom left out, the settings read.

FEI (now Thermo Fisher) stores what the microscope was set to as text in sections, at the end of the
file; the private tags 34680 and 34682 say where. The bottom rows show some of it again, as pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from iio_core import (
    ImageProperties,
    Index,
    NotThisFormat,
    OptionError,
    Reader,
    ReadPlugin,
    Resource,
)

from ._opening import open_tiff
from ._reader import TiffReader
from ._values import number_or_text

__all__ = ["PLUGIN", "FeiPlugin", "FeiReader"]

_TAGS = (34682, 34680)
_LONGEST = 1 << 20  # bytes at the end of a file that may be settings
_BEGIN = b"Date="


class FeiReader:
    """Reads TIFF files of FEI microscopes.

    Parameters
    ----------
    tiff : TiffReader
        The file, as TIFF.
    name : str
        How messages call it.

    Raises
    ------
    NotThisFormat
        If it has no settings of an FEI microscope.
    """

    checks_limits = True
    picks = frozenset({"page"})

    def __init__(self, tiff: TiffReader, name: str) -> None:
        self._name = name
        self._tiff = tiff
        text = tiff.text_of(_TAGS) or _at_end(tiff.tail(_LONGEST))
        if not text:
            raise NotThisFormat("it has no settings of an FEI microscope")
        self._settings = _sections(text)

    def count(self) -> int:
        """Return how many images there are."""
        return self._tiff.count()

    def read(
        self,
        *,
        index: Index = None,
        page: int | None = None,
        maxworkers: int | None = None,
        discard_watermark: bool = True,
        watermark_height: int = 70,
    ) -> np.ndarray:
        """Decode an image.

        Parameters
        ----------
        index : int
            Which; ``None`` is the first.
        page, maxworkers
            As for `TiffReader.read`.
        discard_watermark : bool
            Whether to leave out the rows at the bottom, which show no image but a bar with
            settings.
        watermark_height : int
            How many rows those are.

        Returns
        -------
        numpy.ndarray
            The image, without the bar.
        """
        rows = self._rows(index, page, discard_watermark, watermark_height)
        if rows is None:
            return self._tiff.read(index=index, page=page, maxworkers=maxworkers)
        return self._tiff.read_region(
            (slice(0, rows),), index=index, page=page, maxworkers=maxworkers
        )

    def iter(
        self,
        *,
        maxworkers: int | None = None,
        discard_watermark: bool = True,
        watermark_height: int = 70,
    ) -> Iterator[np.ndarray]:
        """Decode one image after the other; the options are those of `read`."""
        for index in range(self.count()):
            yield self.read(
                index=index,
                maxworkers=maxworkers,
                discard_watermark=discard_watermark,
                watermark_height=watermark_height,
            )

    def properties(
        self,
        *,
        index: Index = None,
        page: int | None = None,
        maxworkers: int | None = None,
        discard_watermark: bool = True,
        watermark_height: int = 70,
    ) -> ImageProperties:
        """Describe what `read` with the same options returns."""
        whole = self._tiff.properties(index=index, page=page)
        rows = self._rows(index, page, discard_watermark, watermark_height)
        if rows is None:
            return whole
        return ImageProperties(
            (rows, *whole.shape[1:]), whole.dtype, spacing=whole.spacing, axes=whole.axes
        )

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return the settings of the microscope, by section; those of the user are ``root``."""
        if isinstance(index, int) and index:
            self._tiff.properties(index=index)  # there has to be such an image
        return self._settings

    def close(self) -> None:
        """Let go of the file."""
        self._tiff.close()

    def _rows(self, index: Index, page: int | None, discard: bool, height: int) -> int | None:
        """Return how many rows are image; None if all are."""
        if not discard:
            return None
        found = self._tiff.properties(index=index, page=page)
        rows = found.shape[0] or 0
        if found.axes is None or found.axes[:1] != "Y":
            raise OptionError(f"{self._name} holds a stack: discard_watermark=False reads it")
        if isinstance(height, bool) or not isinstance(height, int) or not 0 <= height < rows:
            raise OptionError(
                f"watermark_height={height!r}: {self._name} has {rows} rows; with no bar at the "
                "bottom: discard_watermark=False"
            )
        return rows - height


class FeiPlugin:
    """Reads TIFF files of FEI microscopes through tifffile."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of the readers."""
        return FeiReader

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        offset: int | None = None,
        size: int | None = None,
    ) -> Reader:
        """Open a file for reading.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        offset, size : int, optional
            As for the plugin ``tiff``.

        Raises
        ------
        NotThisFormat
            If it has no settings of an FEI microscope.
        """
        tiff = TiffReader(resource, open_tiff(resource, offset=offset, size=size))
        try:
            return FeiReader(tiff, resource.name)
        except BaseException:
            tiff.close()
            raise


def _at_end(data: bytes) -> bytes:
    """Return the settings that stand at the end of a file."""
    at = data.rfind(_BEGIN)
    text = data[at:] if at >= 0 else b""
    return text if b"\n[" in text else b""


def _sections(text: bytes) -> dict[str, Any]:
    """Return settings by section; those before the first header, and the user's, are ``root``."""
    root: dict[str, Any] = {}
    found: dict[str, Any] = {"root": root}
    section = root
    for line in text.decode("utf-8", "replace").splitlines():
        line = line.strip().strip("\0")
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
            section = root if name == "User" else found.setdefault(name, {})
        elif "=" in line:
            name, _, value = line.partition("=")
            section[name.strip()] = number_or_text(value.strip())
    return found


PLUGIN = FeiPlugin()
_reads: ReadPlugin = PLUGIN
