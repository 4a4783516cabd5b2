"""Fuzz one format with atheris: ``python fuzz.py FORMAT [SECONDS [FLAG ...]]``, or list them.

They are those whose bytes this wheel parses itself. Of raw files that is what stands before LibRaw:
tags, and how long a file has to be.
"""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import iio_core as iio
from iio_core.testing import FuzzTarget, fuzz, survives

sys.path.insert(0, str(Path(__file__).parent))

SMALL = np.arange(5 * 6 * 3).reshape(5, 6, 3)
"""An image; larger ones only take longer."""


def written(*images: np.ndarray, extension: str, **options: Any) -> bytes:
    one = images[0] if len(images) == 1 else list(images)
    return iio.imwrite("<bytes>", one, extension=extension, **options) or b""


def bsdf() -> dict[str, bytes]:
    image, make = SMALL.astype("u1"), partial(written, extension=".bsdf")
    told = {"a": 1, "b": [1.5, None, True, "x", b"y", 1j, -70000], "c": {"d": SMALL}}
    return {
        "plain": make(image),
        "several": make(image, image + 1),
        "told": make(image, metadata=told),
        "volume": make(np.zeros((2, 3, 4, 3), "f4")),
        "zlib": make(image, compression="zlib", checksum=True),
        "bz2": make(image, compression="bz2"),
    }


def npy(*arrays: np.ndarray, save: Callable[..., None] = np.savez) -> bytes:
    sink = io.BytesIO()
    if arrays:
        save(sink, *arrays)
    return sink.getvalue()


def npys() -> dict[str, bytes]:
    structured = np.zeros(3, [("x", "<i4"), ("y", ">f8", 2)])
    arrays = [SMALL.astype("<i2"), np.asfortranarray(SMALL.astype(">f4")), structured]
    found = {str(n): npy(array, save=np.save) for n, array in enumerate(arrays)}
    sink = io.BytesIO()
    np.lib.format.write_array(sink, arrays[0], (3, 0))
    return {**found, "version 3": sink.getvalue()}


def npzs() -> dict[str, bytes]:
    image = SMALL.astype("i2")
    fortran = np.asfortranarray(image)
    return {
        "stored": npy(image, fortran),
        "packed": npy(image, fortran, save=np.savez_compressed),
    }


def with_sums(data: bytes) -> bytes:
    """Return a zip archive with the right checksums of what is stored in it as it is."""
    out = bytearray(data)
    at = out.find(b"PK\1\2")
    while at >= 0 and at + 46 <= len(out):
        method, size, local = *struct.unpack_from("<10xH8xI", out, at), 0
        (local,) = struct.unpack_from("<I", out, at + 42)
        if method == 0 and local + 30 <= len(out):
            lengths = struct.unpack_from("<HH", out, local + 26)
            start = local + 30 + sum(lengths)
            sum_of = zlib.crc32(out[start : start + size])
            struct.pack_into("<I", out, at + 16, sum_of)
        at = out.find(b"PK\1\2", at + 46)
    return bytes(out)


def hdrs() -> dict[str, bytes]:
    image = np.exp(np.linspace(-5, 5, 6 * 20 * 3)).reshape(6, 20, 3).astype("f4")
    image[:, 5:15] = image[:, :1]
    packed = written(image, extension=".hdr", plugin="radiance", metadata={"exposure": 2.0})
    old = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 6\n"
    old += bytes([128, 64, 32, 129, 1, 1, 1, 5]) * 2
    turned = b"#?RGBE\nEXPOSURE=2\n\n+X 3 -Y 2\n" + bytes(range(24))
    return {"packed": packed, "old": old, "turned": turned}


def pfms() -> dict[str, bytes]:
    image = SMALL.astype("f4")
    return {
        "color": written(image, extension=".pfm"),
        "big": b"Pf\n3 2\n2.5\n" + image.astype(">f4").tobytes()[:24],
    }


def spes() -> dict[str, bytes]:
    from test_sci_spe import SDT, spe2, spe3

    return {"2": spe2(), "sdt": spe2(**SDT), "3": spe3(), "regions": spe3(several=True)}


def lytro(name: str) -> dict[str, bytes]:
    import test_sci_lytro

    return {name: getattr(test_sci_lytro, name)}


def fits_files() -> dict[str, bytes]:
    from astropy.io import fits

    def saved(*units: Any) -> bytes:
        sink = io.BytesIO()
        fits.HDUList(list(units)).writeto(sink)
        return sink.getvalue()

    image = SMALL.astype("i2")
    tiles = fits.CompImageHDU(image[0], tile_shape=(2, 3))
    return {
        "several": saved(fits.PrimaryHDU(image), fits.ImageHDU(image.astype("f4"))),
        "unsigned": saved(fits.PrimaryHDU(image.astype("u2"))),
        "tiles": saved(fits.PrimaryHDU(), tiles),
    }


def raws() -> dict[str, bytes]:
    from sci_raw_samples import dng, mosaic, mrw, tiff_raw

    image = mosaic(8, 8)
    atom = struct.pack(">I4s", 24, b"ftyp") + b"crx " + bytes(12)
    tags = tiff_raw(image)
    inner = struct.pack(">I4s", 8 + len(tags), b"CMT1") + tags
    moov = struct.pack(">I4s", 8 + 24 + len(inner), b"moov")
    uuid = struct.pack(">I4s", 24 + len(inner), b"uuid") + bytes(16)
    fuji = b"FUJIFILMCCD-RAW".ljust(84, b"\0") + struct.pack(">6I", 108, 200, 0, 0, 300, 9)
    fuji += b"\xff\xd8\xff\xe1\0\0Exif\0\0" + tags
    return {
        "dng": dng(image), "dng big": dng(image, order=">"), "mrw": mrw(image),
        "cr3": atom + moov + uuid + inner, "raf": fuji,
    }  # fmt: skip


def reading(plugin: str, extension: str, *, own: bool = True) -> Callable[[bytes], object]:
    return partial(survives, extension=extension, plugin=plugin, own_errors=own)


def raw_headers(data: bytes) -> None:
    from iio_sci.raw._complete import least_length
    from iio_sci.raw._exif import tags_of

    assert least_length(data) >= 0
    tags_of(data)


FORMATS: dict[str, tuple[Callable[[], dict[str, bytes]], Callable[[bytes], object]]] = {
    "BSDF": (bsdf, reading("bsdf", ".bsdf")),
    "NPY": (npys, reading("npz", ".npy")),
    "NPZ": (npzs, reading("npz", ".npz")),
    "SPE": (spes, reading("spe", ".spe")),
    "LYTRO-LFR": (partial(lytro, "LFR"), reading("lytro", ".lfr")),
    "LYTRO-LFP": (partial(lytro, "LFP"), reading("lytro", ".lfp")),
    "HDR": (hdrs, reading("radiance", ".hdr")),
    "PFM": (pfms, reading("pfm", ".pfm")),
    "FITS": (fits_files, reading("fits", ".fits", own=False)),
    "DNG": (raws, raw_headers),
}


def prepare(format: str) -> FuzzTarget:
    seeds, test = FORMATS[format]
    return FuzzTarget(seeds(), test, with_sums if format == "NPZ" else None)


if __name__ == "__main__":
    fuzz(FORMATS, prepare, packages=["iio_sci"])
