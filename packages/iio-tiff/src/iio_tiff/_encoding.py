"""How an image is to be stored, in the words of the backend."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import numpy as np
from tifffile import COMPRESSION, TIFF

from iio_core import EncodeError, OptionError

from ._codecs import INSTALL, has_codecs, is_absent

__all__ = ["compression_of", "layout_of", "uuid_of"]

_DEFLATE = 8


def compression_of(
    compress: int | None, compression: str | int | None, arguments: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return how to compress, in the backend's words."""
    if compress is not None:
        if compression is not None:
            raise OptionError("compress= is the level of deflate, compression= another: give one")
        if not 0 <= int(compress) <= 9:
            raise OptionError(f"compress={compress!r} is not a level from 0 to 9")
        if not compress:
            return {}
        return {"compression": _DEFLATE, "compressionargs": {"level": int(compress)}}
    code = _code_of(compression)
    if code == 1:
        return {}
    if code not in TIFF.COMPRESSORS or is_absent(code):
        hint = "" if has_codecs() else f": {INSTALL}"
        raise EncodeError(f"nothing here encodes compression={compression!r}{hint}")
    return {"compression": code, "compressionargs": dict(arguments) if arguments else None}


_SHORT = {
    **dict.fromkeys(("zlib", "deflate", "tiff_deflate", "tiff_adobe_deflate"), "ADOBE_DEFLATE"),
    "jpeg2k": "JPEG2000",
    "raw": "NONE",
    # What Pillow calls them: a call goes on to work when this wheel is installed.
    **{f"tiff_{name}": name.upper() for name in ("lzw", "jpeg", "lzma", "zstd", "packbits")},
}


_FAX = {"tiff_ccitt": 2, "group3": 3, "group4": 4}  # which others may write


def _code_of(compression: str | int | None) -> int:
    if compression is None or compression == "" or compression is False:
        return 1
    if isinstance(compression, int):
        return int(compression)
    name = str(compression)
    if name.lower() in _FAX:
        return _FAX[name.lower()]
    try:
        return int(COMPRESSION[_SHORT.get(name.lower(), name.upper())])
    except KeyError:
        raise OptionError(
            f"compression={compression!r} is unknown; there are zlib, zstd, lzma, lzw, packbits, "
            "jpeg, webp, png, jpeg2000, jpegxl, jpegxr, lerc"
        ) from None


def layout_of(
    image: np.ndarray, metadata: Mapping[str, Any], photometric: Any, planar: str | None
) -> dict[str, Any]:
    """Return what samples mean and how they are stored; ``samples`` tells if there is such an axis.

    The backend would guess, and say so.
    """
    axes = str(metadata.get("axes", ""))
    if planar not in (None, "contig", "planar", "separate"):
        raise OptionError(f"planarconfig={planar!r} is neither 'contig' nor 'planar'")
    separate = planar in ("planar", "separate")
    last = image.ndim >= 3 and image.shape[-1] in (2, 3, 4)
    if len(axes) == image.ndim:
        last = axes[-1] == "S"
    samples = separate or (planar == "contig") or (last and photometric is None)
    number = image.shape[-3 if separate else -1] if samples and image.ndim > 2 else 1
    found: dict[str, Any] = {"samples": bool(samples)}
    if photometric is not None:
        found["photometric"] = photometric
        found["samples"] = samples or str(photometric).lower() in ("rgb", "2", "separated", "5")
    else:
        found["photometric"] = "rgb" if samples and number in (3, 4) else "minisblack"
    if separate:
        found["planarconfig"] = "separate"
    elif planar == "contig" or (samples and number > 1):
        found["planarconfig"] = "contig"
    if found["photometric"] == "rgb" and number == 4:
        found["extrasamples"] = ("unassalpha",)
    return found


def uuid_of(image: np.ndarray, number: int) -> str:
    """Return an identifier that is the same for the same image, so that the same bytes are."""
    some = np.ascontiguousarray(image.reshape(-1)[:: max(1, image.size // 4096)])
    text = f"{image.shape}{image.dtype}{number}{some.tobytes().hex()}"
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}"
