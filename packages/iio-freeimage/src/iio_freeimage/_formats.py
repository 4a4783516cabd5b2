"""FreeImage's formats by its own names, as data."""

from __future__ import annotations

from iio_core import Format, Pixels, Signature

__all__ = ["FORMATS"]

_SPECIFICATION = (
    "FreeImage 3.18 Documentation, Library Reference Manual, appendix Supported file formats, "
    "https://freeimage.sourceforge.io/"
)
_ANY = (
    Pixels("uint8", (1, 3, 4)),
    Pixels("uint16", (1, 3, 4)),
    Pixels("float32", (1, 3, 4)),
    *(Pixels(dtype, (1,)) for dtype in ("int16", "uint32", "int32", "float64", "complex128")),
)


def _pixels(text: str) -> tuple[Pixels, ...]:
    """Return pixels from ``"uint8:134 uint16:1"``."""
    pairs = (part.split(":") for part in text.split())
    return tuple(Pixels(dtype, tuple(map(int, channels))) for dtype, channels in pairs)


# Name, title, extensions, what is written. JPEG XR is not: FreeImage 3.18 fails at it.
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    ("PNG", "Portable Network Graphics", ".png", "uint8:134 uint16:134"),
    ("JPEG", "JPEG", ".jpg .jif .jpeg .jpe", "uint8:13"),
    ("TIFF", "Tagged Image File Format", ".tif .tiff", "uint8:134 uint16:134 float32:134"),
    ("BMP", "Windows or OS/2 Bitmap", ".bmp", "uint8:134"),
    ("GIF", "Graphics Interchange Format", ".gif", "uint8:1"),
    ("ICO", "Windows Icon", ".ico", ""),
    ("TARGA", "Truevision Targa", ".tga .targa", "uint8:134"),
    ("PSD", "Adobe Photoshop", ".psd", ""),
    ("PBM", "Portable Bitmap (ASCII)", ".pbm", ""),
    ("PBMRAW", "Portable Bitmap (raw)", ".pbm", ""),
    ("PGM", "Portable Graymap (ASCII)", ".pgm", ""),
    ("PGMRAW", "Portable Graymap (raw)", ".pgm", "uint8:1 uint16:1"),
    ("PPM", "Portable Pixmap (ASCII)", ".ppm", ""),
    ("PPMRAW", "Portable Pixmap (raw)", ".ppm", "uint8:3 uint16:3"),
    ("PFM", "Portable floatmap", ".pfm", "float32:13"),
    ("HDR", "High Dynamic Range Image", ".hdr", ""),
    ("EXR", "ILM OpenEXR", ".exr", "float32:134"),
    ("J2K", "JPEG 2000 codestream", ".j2k .j2c", "uint8:134 uint16:134"),
    ("JP2", "JPEG 2000 file format", ".jp2", "uint8:134 uint16:134"),
    ("JPEG-XR", "JPEG XR image format", ".jxr .wdp .hdp", ""),
    ("WEBP", "Google WebP image format", ".webp", "uint8:34"),
    ("XPM", "X11 Pixmap Format", ".xpm", "uint8:3"),
    ("WBMP", "Wireless Bitmap", ".wap .wbmp .wbm", ""),
    ("CUT", "Dr. Halo", ".cut", ""),
    ("DDS", "DirectX Surface", ".dds", ""),
    ("G3", "Raw fax format CCITT G.3", ".g3", ""),
    ("IFF", "IFF Interleaved Bitmap", ".iff .lbm", ""),
    ("JNG", "JPEG Network Graphics", ".jng", ""),
    ("KOALA", "C64 Koala Graphics", ".koa", ""),
    ("MNG", "Multiple-image Network Graphics", ".mng", ""),
    ("PCD", "Kodak PhotoCD", ".pcd", ""),
    ("PCX", "Zsoft Paintbrush", ".pcx", ""),
    ("PICT", "Macintosh PICT", ".pct .pict .pic", ""),
    ("RAS", "Sun Raster Image", ".ras", ""),
    ("RAW", "RAW camera image", ".raw .3fr .arw .cr2 .crw .dng .nef .orf .pef .raf .rw2", ""),
    ("SGI", "SGI Image Format", ".sgi .rgb .rgba .bw", ""),
    ("XBM", "X11 Bitmap Format", ".xbm", ""),
)
_LOSSY = frozenset({"JPEG", "WEBP", "J2K", "JP2", "JPEG-XR", "EXR"})
_MULTIPAGE = frozenset({"GIF", "ICO", "TIFF"})

_MAGIC: dict[str, tuple[bytes, ...]] = {
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPEG": (b"\xff\xd8\xff",),
    "TIFF": (b"II*\0", b"MM\0*"),
    "BMP": (b"BM",),
    "GIF": (b"GIF8",),
    "PSD": (b"8BPS",),
    **{name: (b"P%d" % number,) for number, name in enumerate(("PBM", "PGM", "PPM"), 1)},
    **{f"{name}RAW": (b"P%d" % number,) for number, name in enumerate(("PBM", "PGM", "PPM"), 4)},
    "PFM": (b"PF", b"Pf"),
    "HDR": (b"#?",),
    "EXR": (b"\x76\x2f\x31\x01",),
    "J2K": (b"\xff\x4f\xff\x51",),
    "JP2": (b"\0\0\0\x0cjP  \r\n\x87\n",),
    "JPEG-XR": (b"II\xbc",),
    "DDS": (b"DDS ",),
    "JNG": (b"\x8bJNG\r\n\x1a\n",),
    "MNG": (b"\x8aMNG\r\n\x1a\n",),
    "RAS": (b"\x59\xa6\x6a\x95",),
    "SGI": (b"\x01\xda",),
}

FORMATS = tuple(
    Format(
        name=name,
        title=title,
        extensions=tuple(extensions.split()),
        signatures=tuple(Signature(0, magic) for magic in _MAGIC.get(name, ())),
        reads=_ANY,
        writes=_pixels(writes),
        lossy=name in _LOSSY,
        multiple=name in _MULTIPAGE,
        specification=_SPECIFICATION,
    )
    for name, title, extensions, writes in _TABLE
)
"""What FreeImage reads and writes; not every build has all of them."""
