"""Writing TIFF, BigTIFF, OME-TIFF and ImageJ hyperstacks, an array at a time."""

from __future__ import annotations

import datetime as dates
import os
import warnings
from collections.abc import Mapping, Sequence
from typing import IO, Any, Literal

import numpy as np
from tifffile import TiffWriter as Backend

from iio_core import EncodeError, OptionError, Target

from ._codecs import INSTALL, has_codecs
from ._encoding import compression_of, layout_of, uuid_of
from ._metadata_out import Told, sorted_out
from ._pyramids import levels
from ._told import heard

__all__ = ["TiffWriter"]

_CLASSIC = (1 << 32) - (1 << 25)  # bytes of pixels that leave room for directories
_DTYPES = frozenset(
    {
        *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    }
)
_OME = _DTYPES - {"uint64", "int64", "float16", "bool"}
_IMAGEJ = frozenset({"uint8", "uint16", "float32"})


class TiffWriter:
    """Writes TIFF files. Each array is an image (a series) of the file, whatever its dimensions.

    Parameters
    ----------
    target : Target
        Where to write.
    format : str
        The name of the format.
    bigtiff, byteorder, ome, imagej, append
        As for `TiffPlugin.open_writer`.
    """

    takes_arrays = True

    def __init__(
        self,
        target: Target,
        format: str,
        *,
        bigtiff: bool | None = None,
        byteorder: Literal["<", ">"] | None = None,
        ome: bool | None = None,
        imagej: bool = False,
        append: bool = False,
    ) -> None:
        if byteorder not in (None, "<", ">", "="):
            raise OptionError(f"byteorder={byteorder!r} is neither '<' nor '>'")
        self._ome = format == "OME-TIFF" if ome is None else bool(ome)
        if self._ome and imagej:
            raise OptionError("a file is either OME-TIFF or an ImageJ hyperstack")
        if imagej and bigtiff:
            raise OptionError("imagej=True: ImageJ has no BigTIFF; it takes 4 GB of pixels")
        self._target = target
        self._format = format
        self._big = True if format == "BIGTIFF" else bigtiff
        self._byteorder = byteorder
        self._imagej = bool(imagej)
        self._append = bool(append)
        self._told = Told(target.name)
        self._backend: Backend | None = None
        self._written = 0
        self._below = 0  # images that are still to come as smaller copies

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        photometric: str | int | None = None,
        planarconfig: Literal["contig", "planar", "separate"] | None = None,
        resolution: tuple[Any, Any] | None = None,
        resolutionunit: Literal[1, 2, 3, "none", "inch", "centimeter"] | None = None,
        description: str | None = None,
        software: str | None = None,
        datetime: dates.datetime | str | None = None,
        compress: int | None = None,
        compression: str | int | None = None,
        compressionargs: Mapping[str, Any] | None = None,
        predictor: bool | int | None = None,
        subsampling: tuple[int, int] | None = None,
        volume: bool = False,
        writeshape: bool = True,
        tile: Sequence[int] | None = None,
        rowsperstrip: int | None = None,
        bitspersample: int | None = None,
        extrasamples: Sequence[str | int] | None = None,
        colormap: np.ndarray | None = None,
        iccprofile: bytes | None = None,
        extratags: Sequence[tuple[Any, ...]] = (),
        contiguous: bool = False,
        subifds: int | None = None,
        pyramid: bool | int = False,
        maxworkers: int | None = None,
    ) -> None:
        """Encode an image, a stack or a volume.

        Parameters
        ----------
        image : numpy.ndarray
            bool, integers of 8 to 64 bits, floats of 16 to 64, complex. The last axis counts
            samples if it has 2 to 4 and ``axes`` do not say otherwise; those before rows and
            columns are pages.
        metadata : mapping, optional
            As ``immeta`` returns it: ``description``, ``resolution``, ``datetime``, ``axes``
            (``"TZCYX"``), ``spacing``, ``channel_names``, tags by name; also what tifffile calls
            metadata.
        photometric : str, optional
            What samples mean: ``"minisblack"``, ``"miniswhite"``, ``"rgb"``, ``"palette"``,
            ``"separated"`` (CMYK); by default RGB for 3 and 4 samples.
        planarconfig : {"contig", "planar"}, optional
            Whether samples are stored together or plane by plane; with ``"planar"`` the third axis
            from the end counts them.
        resolution : tuple, optional
            Pixels per unit along x and y, as numbers or as pairs of whole ones.
        resolutionunit : {1, 2, 3}, optional
            None, inch (the default) or centimeter.
        description : str, optional
            What the image shows.
        software : str, optional
            What made the image.
        datetime : datetime or str, optional
            When it was made.
        compress : int, optional
            0 to 9: the level of deflate.
        compression : str or int, optional
            ``"zlib"`` or ``"lzma"``; with imagecodecs also ``"zstd"``, ``"lzw"``, ``"jpeg"``,
            ``"packbits"``, ``"webp"``, ``"png"``, ``"jpeg2000"``, ``"jpegxl"``, ``"jpegxr"``,
            ``"lerc"``; or the number of one. By default none.
        compressionargs : mapping, optional
            What goes to the codec, such as ``{"level": 9}``.
        predictor : bool, optional
            Whether to store differences of neighbours, which are easier to compress.
        subsampling : tuple of int, optional
            Of the colors of a JPEG: ``(1, 1)``, ``(2, 1)``, ``(2, 2)`` or ``(4, 1)``.
        volume : bool
            Whether a volume is stored as one page with depth, which few programs read.
        writeshape : bool
            Whether the shape is written to a description, from which it is read again.
        tile : tuple of int, optional
            Rows and columns of tiles, multiples of 16; by default strips are written.
        rowsperstrip : int, optional
            Rows of a strip.
        bitspersample : int, optional
            Bits of an integer, if it takes fewer than its dtype; needs imagecodecs.
        extrasamples : sequence of str, optional
            What samples beyond those of the color are: ``"unassalpha"``, ``"assocalpha"``,
            ``"unspecified"``.
        colormap : numpy.ndarray, optional
            The palette, ``(3, 256)`` or ``(3, 65536)``, uint16.
        iccprofile : bytes, optional
            A color profile.
        extratags : sequence of tuple
            Further tags: ``(code, dtype, count, value, writeonce)``.
        contiguous : bool
            Whether this image goes on with the series of the one before, of the same shape and
            dtype; not with compression.
        subifds : int, optional
            How many of the next images are smaller copies of this one.
        pyramid : bool or int
            Whether to write smaller copies, each half as large, until the last has at most 256
            rows and columns; or how many.
        maxworkers : int, optional
            How many threads compress.

        Raises
        ------
        EncodeError
            If TIFF, or the dialect that is written, cannot hold the image.
        OptionError
            If options contradict each other.
        """
        self._refuse(image)
        told = dict(metadata or {}) | _given(
            description=description,
            software=software,
            datetime=datetime,
            resolution=resolution,
            resolution_unit=resolutionunit,
            icc_profile=iccprofile,
        )
        asked = _given(
            bitspersample=bitspersample,
            colormap=colormap,
            extrasamples=extrasamples,
            maxworkers=maxworkers,
            predictor=predictor,
            rowsperstrip=rowsperstrip,
            subifds=subifds,
            subsampling=subsampling,
            tile=None if tile is None else tuple(tile),
            contiguous=contiguous,
            volumetric=volume,
        )
        asked |= compression_of(compress, compression, compressionargs)
        dialect = self._dialect(writeshape=writeshape)
        arguments = sorted_out(told, dialect, self._told) | asked
        arguments |= layout_of(image, arguments["metadata"], photometric, planarconfig)
        if extratags:
            arguments["extratags"] = [*arguments.get("extratags", ()), *extratags]
        self._encode(image, arguments, dialect, pyramid)

    def _encode(
        self, image: np.ndarray, arguments: dict[str, Any], dialect: str, pyramid: bool | int
    ) -> None:
        """Write an image with its smaller copies below it, and count it."""
        self._complete(arguments, image, dialect)
        to_come = arguments.get("subifds", 0)
        copies = self._copies(image, arguments, pyramid)
        if copies:
            arguments["subifds"] = len(copies)
        self._put(image, arguments)
        lower = {k: v for k, v in arguments.items() if k not in _ONCE}
        if dialect == "bare":
            lower["metadata"] = None
        for copy in copies:
            self._put(copy, {**lower, "subfiletype": 1, "software": False})
        self._below = max(0, self._below - 1) + to_come
        self._written += 1

    def _complete(self, arguments: dict[str, Any], image: np.ndarray, dialect: str) -> None:
        """Add what the dialect wants, and refuse what TIFF has not."""
        if image.dtype.kind == "b" and arguments["samples"]:
            raise self._refused(
                "samples of one bit are not kept together; write .astype('uint8'), or single planes"
            )
        arguments.setdefault("software", False)
        if dialect == "bare":
            arguments["metadata"] = None
        if dialect == "ome":
            arguments["metadata"].setdefault("UUID", uuid_of(image, self._written))
            arguments["metadata"].setdefault("Creator", "iio-tiff")
        if self._below:
            arguments["subfiletype"] = 1

    def close(self) -> None:
        """Finish the file."""
        if self._backend is not None:
            with heard(self._target.name):
                self._backend.close()

    def abort(self) -> None:
        """Give up."""
        self._backend = None

    def _dialect(self, *, writeshape: bool) -> str:
        if self._ome:
            return "ome"
        if self._imagej:
            return "imagej"
        return "shaped" if writeshape else "bare"

    def _refuse(self, image: np.ndarray) -> None:
        """Refuse what the file cannot hold."""
        kind, held = "TIFF", _DTYPES
        if self._ome:
            kind, held = "OME-TIFF", _OME
        elif self._imagej:
            kind, held = "an ImageJ hyperstack", _IMAGEJ
        if image.dtype.name not in held:
            raise self._refused(
                f"{kind} has no pixels of {image.dtype}; it takes {', '.join(sorted(held))}. "
                "Convert the array with .astype(...)"
            )
        if not image.size or image.ndim < 2:
            raise self._refused(f"an array of shape {image.shape} is not an image")

    def _refused(self, problem: str) -> EncodeError:
        return EncodeError(f"{self._target.name}: {problem}", plugin="tiff", format=self._format)

    def _copies(
        self, image: np.ndarray, arguments: Mapping[str, Any], pyramid: bool | int
    ) -> list[np.ndarray]:
        if pyramid is not False and arguments.get("subifds"):
            raise OptionError("pyramid= writes subifds itself: one of them is enough")
        if pyramid is False or (pyramid == 0 and pyramid is not True):
            return []
        if self._imagej:
            raise OptionError("an ImageJ hyperstack has no smaller copies")
        samples_last = arguments["samples"] and arguments.get("planarconfig") != "separate"
        x = image.ndim - (2 if samples_last else 1)
        return list(levels(image, pyramid, x - 1, x))

    def _put(self, image: np.ndarray, arguments: dict[str, Any]) -> None:
        """Have the backend write one array; tell what was refused from what has failed."""
        arguments = {k: v for k, v in arguments.items() if k != "samples"}
        file = self._target.open()
        backend = self._opened(file, image.nbytes)
        before = file.seek(0, os.SEEK_END)
        if not backend.tiff.is_bigtiff and before + image.nbytes > _CLASSIC:
            raise self._refused(
                f"it would have more than 4 GiB, with {before:,} bytes already written. Write "
                "BigTIFF: bigtiff=True"
            )
        try:
            with heard(self._target.name), warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                backend.write(image, **arguments)
        except (ValueError, TypeError, KeyError, NotImplementedError, RuntimeError) as error:
            if file.seek(0, os.SEEK_END) != before:
                raise  # half of it is written: the file is given up
            raise self._refused(_said(error)) from error

    def _opened(self, file: IO[bytes], nbytes: int) -> Backend:
        """Return the backend's writer, made for the first image: its size decides on BigTIFF."""
        if self._backend is not None:
            return self._backend
        append = self._append and self._copied(file)
        big = self._big if self._big is not None else nbytes > _CLASSIC and not self._imagej
        file.seek(0)
        try:
            self._backend = Backend(
                _Nameless(file),
                bigtiff=bool(big),
                byteorder=self._byteorder,
                imagej=self._imagej,
                ome=self._ome,
                append=append,
            )
        except ValueError as error:
            raise self._refused(f"append=True: {error}") from error
        return self._backend

    def _copied(self, file: IO[bytes]) -> bool:
        """Copy the file that is there, to go on with it: it stays whole until all is written."""
        path = getattr(self._target, "path", None)
        if path is None or not os.path.isfile(path):
            return False
        with open(path, "rb") as old:
            while piece := old.read(1 << 20):
                file.write(piece)
        return file.tell() > 0


class _Nameless:
    """A file of which the backend shall not see what it is called: that may be a number."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        if name in ("name", "mode", "path"):
            raise AttributeError(name)
        return getattr(self._file, name)


_ONCE = frozenset(
    {"description", "datetime", "extratags", "software", "subifds", "contiguous", "metadata"}
)


def _given(**options: Any) -> dict[str, Any]:
    """Return the options that have a value."""
    return {name: value for name, value in options.items() if value is not None}


def _said(error: BaseException) -> str:
    text = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
    if "imagecodecs" in text and not has_codecs():
        text = f"{text}: {INSTALL}"
    return text or type(error).__name__
