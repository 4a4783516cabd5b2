"""Opening files with GDAL so that it sees nothing else.

It gets a file object, not a path: nothing is beside it. It may use the driver of the recognized
format only: what is in the file cannot make it a list of other files.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import IO, Any, cast

import rasterio
from rasterio.errors import RasterioIOError

from iio_core import DecodeError, FrameIndexError, Resource

from ._complete import check_whole
from ._gate import gate
from ._quiet import quiet
from ._view import View

__all__ = ["Dataset", "has_driver", "settings"]

DRIVERS = {
    "HFA": ("HFA",),
    "GRIB": ("GRIB",),
    "NITF": ("NITF",),
    "PCIDSK": ("PCIDSK",),
    "DTED": ("DTED",),
    "GRID": (
        *("AAIGrid", "GRASSASCIIGrid", "USGSDEM", "GSAG", "GSBG", "GS7BG", "GTX", "HF2", "KRO"),
        *("SIGDEM", "BT", "XYZ"),
    ),
    "JP2": ("JP2OpenJPEG", "JP2KAK", "JP2ECW"),
    "GTIFF": ("GTiff",),
    "PNG": ("PNG",),
    "JPEG": ("JPEG",),
    "VRT": ("VRT",),
    "ECW": ("ECW",),
}
# What the file holds is returned as it is there, and no file beside it is looked for.
_SETTINGS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GRIB_NORMALIZE_UNITS": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "none",
}


@contextmanager
def settings() -> Iterator[None]:
    """Have GDAL do as it should, for what is done inside of the block."""
    with gate, quiet(), rasterio.Env(**_SETTINGS):
        yield


@cache
def has_driver(name: str) -> bool:
    """Tell whether this build of GDAL has a driver."""
    with gate, rasterio.Env() as env:
        return name in env.drivers()


class Dataset:
    """A file in the hands of GDAL.

    Parameters
    ----------
    resource : Resource
        What to open.
    format : str
        Which of the formats of the spec.
    """

    def __init__(self, resource: Resource, format: str) -> None:
        self._resource = resource
        self._format = format
        self._stack = ExitStack()
        self._levels: dict[tuple[int, int], Any] = {}
        self._drivers = [driver for driver in DRIVERS[format] if has_driver(driver)]
        try:
            self._open_file()
            self.main = self._opened(self._source, {})
        except BaseException:
            self._stack.close()
            raise
        parts = list(self.main.subdatasets)
        self.parts = parts if self.main.count == 0 or len(parts) > 1 else []
        if not self.parts and self.main.count == 0:
            self.close()
            raise DecodeError(f"{resource.name} has no image in it", plugin="gdal")

    def image(self, number: int, level: int = 0) -> Any:
        """Return a part of the file, or a smaller copy of it, as rasterio has it.

        Raises
        ------
        FrameIndexError
            If there is no such copy.
        """
        if not self.parts and not level:
            return self.main
        key = number, level
        if key not in self._levels:
            if level:
                known = len(self.image(number).overviews(1))
                if level > known:
                    raise FrameIndexError(
                        f"{self._resource.name} has {known} smaller copies; there is no level "
                        f"{level}"
                    )
            source = self.parts[number] if self.parts else self._source
            more = {"overview_level": level - 1} if level else {}
            self._levels[key] = self._opened(source, more)
        return self._levels[key]

    def close(self) -> None:
        """Let go of everything."""
        with gate:
            self._stack.close()

    def _open_file(self) -> None:
        self._file: IO[bytes] | None = None
        self._source = ""
        if self._format == "VRT":  # trusted: it names files by their paths
            self._source = str(self._stack.enter_context(self._resource.as_path()).absolute())
        else:
            self._file = self._resource.open()
            check_whole(self._file, self._format, self._resource)
            # Some drivers tell files by their extension. Names of datasets are known to the whole
            # process, so that they have to be unlike.
            name = self._resource.filename.replace("\\", "/").rpartition("/")[2]
            self._source = f"iio-{uuid.uuid4().hex}/{name or 'file'}"

    def _opened(self, source: str, more: dict[str, Any]) -> Any:
        if self._file is not None and source == self._source:
            more = {**more, "opener": self._opener}
        problem: Exception | None = None
        for driver in self._drivers:
            with settings():
                try:
                    made = rasterio.open(source, driver=driver, **more)
                except RasterioIOError as error:
                    problem = problem or error
                    continue
            self._stack.callback(made.close)
            if made.count and min(made.shape) < 1:
                raise DecodeError(
                    f"{self._resource.name} declares an image of {made.height} × {made.width}",
                    plugin="gdal",
                    format=self._format,
                )
            return made
        told = f"GDAL does not read it ({problem})" if self._drivers else "its driver is missing"
        raise DecodeError(
            f"{self._resource.name} could not be opened as {self._format}: {told}",
            plugin="gdal",
            format=self._format,
        ) from problem

    def _opener(self, path: str, mode: str = "rb") -> IO[bytes]:
        """Open the file for GDAL, which asks for many others beside it."""
        if path != self._source or self._file is None:
            raise FileNotFoundError(path)
        return cast("IO[bytes]", View(self._file))
