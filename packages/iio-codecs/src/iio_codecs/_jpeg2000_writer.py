"""Writing JPEG 2000 through OpenJPEG, and HTJ2K through OpenJPH."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import OptionError

from ._backend import encode
from ._boxes import box, boxes
from ._exif import bare
from ._jpeg2000_header import EXIF, XMP
from ._options import flag, numbers, real, whole
from ._writer import CodecWriter

__all__ = ["Htj2kWriter", "Jpeg2000Writer"]

_CODESTREAMS = (".j2k", ".j2c", ".jpc", ".jhc")


class Jpeg2000Writer(CodecWriter):
    """Writes JPEG 2000, the file format or the bare codestream; lossless unless told otherwise."""

    holds = frozenset({"icc_profile", "exif", "xmp"})
    depths = True

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        psnr: float | None = None,
        reversible: bool | None = None,
        bits: int | None = None,
        resolutions: int | None = None,
        mct: bool = True,
        codestream: bool | None = None,
        threads: int | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8, int8, uint16 or int16, ``(height, width)`` or with 2 to 4 channels.
        metadata : mapping, optional
            ``icc_profile``, ``exif`` and ``xmp`` of the file format, ``bits_per_sample``.
        psnr : float, optional
            The signal to noise ratio that is wanted, in decibels; by default nothing is lost.
        reversible : bool, optional
            Whether to use the transforms that lose nothing; by default unless `psnr` is given.
        bits : int, optional
            How many bits a sample has, if less than those of the dtype.
        resolutions : int, optional
            How many resolutions are stored, each half of the one before; 6 by default.
        mct : bool
            Whether the color channels are decorrelated.
        codestream : bool, optional
            Whether to write the bare codestream; by default if the extension is ``.j2k``,
            ``.j2c`` or ``.jpc``.
        threads : int, optional
            How many threads encode.

        Raises
        ------
        EncodeError
            For an array that JPEG 2000 cannot hold, or a second image.
        """
        image = self._checked(image)
        depth = self._bits(whole("bits", bits, 1, 8 * image.dtype.itemsize), image, metadata)
        psnr = real("psnr", psnr, 0, 1000)
        reversible = flag("reversible", reversible)
        if psnr is not None and reversible:
            raise OptionError("psnr= asks for a loss, and reversible=True for none")
        is_bare = flag("codestream", codestream)
        is_bare = self._target.extension in _CODESTREAMS if is_bare is None else is_bare
        held = self._held(metadata, image, depth)
        if is_bare and held:
            self._warn_of(held)
        data = encode(
            "jpeg2k",
            image,
            format=self._format.name,
            level=psnr or 0,
            reversible=psnr is None if reversible is None else reversible,
            bitspersample=None if depth == 8 * image.dtype.itemsize else depth,
            codecformat="j2k" if is_bare else "jp2",
            resolutions=whole("resolutions", resolutions, 1, 33),
            mct=bool(flag("mct", mct)) and image.ndim == 3 and image.shape[-1] >= 3,
            numthreads=whole("threads", threads, 1, 1024),
        )
        self._put(data if is_bare else _with(data, held))


class Htj2kWriter(CodecWriter):
    """Writes the codestream of HTJ2K; lossless unless told otherwise."""

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        quantization: float | None = None,
        tile: tuple[int, int] | None = None,
        resolutions: int | None = None,
        rgb: bool | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8, int8, uint16 or int16, ``(height, width)`` or with 3 or 4 channels.
        metadata : mapping, optional
            None is kept.
        quantization : float, optional
            The step of the lossy quantization, above 0 to 0.5; by default nothing is lost.
        tile : tuple of int, optional
            Height and width of the tiles; by default there is one.
        resolutions : int, optional
            How many times the image is halved; 5 by default.
        rgb : bool, optional
            Whether the color channels are decorrelated; by default those of color are.

        Raises
        ------
        EncodeError
            For an array that it cannot hold, or a second image.
        """
        image = self._checked(image)
        step = real("quantization", quantization, 1e-6, 0.5)
        self._held(metadata, image)
        self._put(
            encode(
                "htj2k",
                image,
                format=self._format.name,
                level=step,
                reversible=step is None,
                tile=numbers("tile", tile, 2, 1, 2**31 - 1),
                resolutions=whole("resolutions", resolutions, 0, 32),
                rgb=flag("rgb", rgb),
            )
        )


def _with(data: bytes, held: Mapping[str, Any]) -> bytes:
    """Return a file with the boxes for metadata."""
    profile = held.get("icc_profile")
    parts = []
    for kind, start, end in boxes(data):
        body = data[start:end]
        if kind == b"jp2h" and profile is not None:
            inner = [(k, body[s:e]) for k, s, e in boxes(body)]
            color = box(b"colr", b"\2\0\0", profile)
            body = b"".join(color if k == b"colr" else box(k, part) for k, part in inner)
        if kind == b"jp2c":
            if "exif" in held:
                parts.append(box(b"uuid", EXIF, bare(held["exif"])))
            if "xmp" in held:
                parts.append(box(b"uuid", XMP, held["xmp"]))
        parts.append(box(kind, body))
    return b"".join(parts)
