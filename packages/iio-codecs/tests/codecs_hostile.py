"""Files of every format with all that our parsers read in them, and what may come of bad ones."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from codecs_samples import FILES, apng, picture, png

import iio_core as iio

RGB = picture("uint8", 3)
EXTENSIONS = {
    "PNG": ".png",
    "JXL": ".jxl",
    "JPEG2000": ".jp2",
    "HTJ2K": ".jhc",
    "JPEGXR": ".jxr",
    "JPEGLS": ".jls",
    "AVIF": ".avif",
    "JPEG": ".jpg",
    "WEBP": ".webp",
    "QOI": ".qoi",
    "BMP": ".bmp",
}
"""Under which extension the bytes of a format are read."""

# A directory of TIFF with a text, an orientation and the place of a directory of Exif.
EXIF = (
    b"Exif\0\0"
    + bytes.fromhex(
        "4d4d002a00000008"
        "0003" + "010f000200000002" + "4d000000"  # Make
        "0112000300000001" + "00060000"  # Orientation
        "8769000400000001" + "00000032" + "00000000"
        "0001" + "829a000500000001" + "00000044" + "00000000"  # ExposureTime
        "00000001000000c8"
    )
)
_HELD = {"exif": EXIF, "icc_profile": bytes(range(256)) * 2, "xmp": b"<x/>"}


def written(extension: str, image: np.ndarray = RGB, **options: object) -> bytes:
    """Return a file that this plugin writes."""
    data = iio.imwrite("<bytes>", image, extension=extension, plugin="codecs", **options)
    assert data is not None
    return data


def _pngs() -> dict[str, bytes]:
    frames = [RGB, RGB[:8, :9], RGB[:8, :9]]
    controls = [(0, 0, 5, 1, 0), (3, 4, 5, 2, 1), (1, 1, 5, 0, 1)]
    text = (b"tEXt", b"a\0b"), (b"zTXt", b"c\0\0" + zlib.compress(b"packed"))
    more = (b"iTXt", b"d\0\0\0en\0\0e"), (b"pHYs", bytes(9)), (b"tRNS", bytes(6))
    told = {"dpi": (300, 300), "gamma": 0.45, "chromaticity": (0.3,) * 8, "Author": "Zoë"}
    return {
        "remarks.png": png(picture("uint16", 3), 2, *text, *more),
        "held.png": written(".png", metadata=_HELD | told),
        "moving.png": apng(frames, 2, controls),
        "palette.png": png(
            picture("uint8", 1) % 4, 3, (b"PLTE", bytes(range(12))), (b"tRNS", b"\0\x80\xff")
        ),
    }


def seeds(format: str) -> dict[str, bytes]:
    """Return sound files of a format by name: those of other programs, and ours with metadata."""
    from iio_codecs._spec import SPEC

    known = {extension: f.name for f in SPEC.formats for extension in f.extensions}
    known[".j2c"] = "HTJ2K"  # what OpenJPH calls its codestreams
    found = {p.name: p.read_bytes() for p in FILES.iterdir() if known[p.suffix] == format}
    if format == "PNG":
        return _pngs()
    if format == "JPEG":
        comment = {"comment": b"c"}
        found["lossless.jpg"] = written(".jpg", lossless=True)
        return found | {"held.jpg": written(".jpg", metadata=_HELD | comment)}
    if format == "HTJ2K":
        found["written.jph"] = written(".jph")
    extension = EXTENSIONS[format]
    held = {"WEBP", "JPEG2000", "JXL"}
    metadata = {k: v for k, v in _HELD.items() if (format, k) != ("JXL", "icc_profile")}
    metadata = metadata if format in held else {}
    return found | {f"written{extension}": written(extension, metadata=metadata)}


def survive(data: bytes, format: str, *, pixels: bool = False) -> bool:
    """Ask a file for all it says, and for its pixels if wanted: an answer, or an error of iio.

    Returns
    -------
    bool
        Whether there was an answer.
    """
    how: dict[str, Any] = {"extension": EXTENSIONS[format], "plugin": "codecs"}
    with iio.limits(array_bytes="8MiB", ratio=100, metadata_bytes="1MiB"):
        try:
            with iio.imopen(data, "r", **how) as file:
                for rotate in (False, True):
                    file.properties(index=0, rotate=rotate)
                    file.metadata(index=0, rotate=rotate)
                file.metadata(index=...)
                for number in range(min(file.count() or 0, 4)):
                    file.properties(index=number)
                    file.metadata(index=number)
                    if pixels:
                        file.read(index=number)
        except iio.PluginContractError:
            raise
        except iio.IIOError:
            return False
    return True
