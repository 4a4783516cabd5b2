"""The formats that imagecodecs reads and writes, as data.

A priority below zero leaves a format to another wheel where one is installed: what has 8 bits a
sample is read by Pillow just as well, and its plugin knows animations. What Pillow would cut has a
longer signature of its own here, or is declined there.
"""

from __future__ import annotations

from iio_core import Format, Pixels, Signature

__all__ = ["FORMATS"]

_ALL = (1, 2, 3, 4)
_FALLBACK, _PREFERRED = -10, 10


def _pixels(dtypes: str, channels: tuple[int, ...] = _ALL) -> tuple[Pixels, ...]:
    return tuple(Pixels(dtype, channels) for dtype in dtypes.split())


def _masked(offset: int, *parts: bytes | int) -> Signature:
    """Return a signature of bytes, and of gaps of any so many bytes."""
    value = b"".join(p if isinstance(p, bytes) else bytes(p) for p in parts)
    mask = b"".join(b"\xff" * len(p) if isinstance(p, bytes) else bytes(p) for p in parts)
    return Signature(offset, value, mask if 0 in mask else None)


_PNG = b"\x89PNG\r\n\x1a\n"
_BOX = b"\0\0\0\x0cjP  \r\n\x87\n"
_RIFF = _masked(0, b"RIFF", 4, b"WEBP")
_AVIF = tuple(Signature(4, b"ftyp" + brand) for brand in (b"avif", b"avis"))
# Files of the brand mif1 are AVIF only if they say so among their compatible brands.
_AVIF += tuple(_masked(4, b"ftypmif1", 4 + 4 * slot, b"avif") for slot in range(6))

_INTEGERS = tuple(
    Pixels(dtype) for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32")
)

FORMATS = (
    Format(
        name="PNG",
        title="Portable Network Graphics with up to 16 bits a sample, still and animated",
        extensions=(".png", ".apng"),
        # Those of 16-bit color, or with alpha, say more than that of any PNG.
        signatures=(
            Signature(0, _PNG),
            *(_masked(0, _PNG, 16, bytes([16, color])) for color in (2, 4, 6)),
        ),
        reads=_pixels("uint8 uint16"),
        writes=_pixels("uint8 uint16"),
        multiple=True,
        streams=True,
        priority=_FALLBACK,
        specification="Portable Network Graphics (PNG) Specification (Third Edition), section 5.2 "
        "PNG signature and section 11.2.1 IHDR, https://www.w3.org/TR/png-3/",
    ),
    Format(
        name="JXL",
        title="JPEG XL",
        extensions=(".jxl",),
        signatures=(Signature(0, b"\0\0\0\x0cJXL \r\n\x87\n"), Signature(0, b"\xff\x0a")),
        reads=_pixels("uint8 uint16 float16 float32"),
        writes=_pixels("uint8 uint16 float16 float32"),
        priority=_PREFERRED,
        specification="ISO/IEC 18181-1, JPEG XL core coding system, annex D; "
        "ISO/IEC 18181-2, File format, section 9.2 JPEG XL signature box",
    ),
    Format(
        name="JPEG2000",
        title="JPEG 2000, file format and codestream",
        extensions=(".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
        signatures=(Signature(0, _BOX), Signature(0, b"\xff\x4f\xff\x51")),
        reads=_INTEGERS,
        writes=_pixels("uint8 int8 uint16 int16"),
        priority=_PREFERRED,
        specification="ITU-T T.800 (ISO/IEC 15444-1), JPEG 2000 core coding system, annex A.4 "
        "(SOC, SIZ) and annex I.5.1 JPEG 2000 Signature box",
    ),
    Format(
        name="HTJ2K",
        title="High-throughput JPEG 2000, file format and codestream",
        extensions=(".jhc", ".jph"),
        signatures=(
            _masked(0, _BOX, 8, b"jph "),
            # The bit of SIZ that says so.
            Signature(0, b"\xff\x4f\xff\x51\0\0\x40", b"\xff\xff\xff\xff\0\0\x40"),
        ),
        reads=_INTEGERS,
        writes=_pixels("uint8 int8 uint16 int16", (1, 3, 4)),
        priority=_PREFERRED,
        specification="ITU-T T.814 (ISO/IEC 15444-15), High-throughput JPEG 2000, annex A.2 and "
        "annex D; ITU-T T.800, annex A.5.1",
    ),
    Format(
        name="JPEGXR",
        title="JPEG XR (HD Photo)",
        extensions=(".jxr", ".wdp", ".hdp"),
        signatures=(Signature(0, b"II\xbc\1"), Signature(0, b"II\xbc\0")),
        reads=(
            Pixels("bool", (1,)),
            *_pixels("uint8 uint16 float16 float32", (1, 3, 4)),
        ),
        writes=(Pixels("bool", (1,)), *_pixels("uint8 uint16 float16", (1, 3, 4))),
        priority=_PREFERRED,
        specification="ITU-T T.832 (ISO/IEC 29199-2), JPEG XR image coding specification, annex A "
        "Tag-based file format",
    ),
    Format(
        name="JPEGLS",
        title="JPEG-LS",
        extensions=(".jls",),
        # With a frame header first, or that of SPIFF, which names the coding.
        signatures=(
            Signature(0, b"\xff\xd8\xff\xf7"),
            _masked(0, b"\xff\xd8\xff\xe8", 2, b"SPIFF\0", 14, b"\6"),
        ),
        reads=_pixels("uint8 uint16", (1, 3, 4)),
        writes=_pixels("uint8 uint16", (1, 3, 4)),
        specification="ITU-T T.87 (ISO/IEC 14495-1), JPEG-LS, annex C; "
        "ITU-T T.84, annex F Still picture interchange file format (SPIFF)",
    ),
    Format(
        name="AVIF",
        title="AV1 Image File Format of 8, 10 and 12 bits a sample",
        extensions=(".avif",),
        signatures=_AVIF,
        reads=_pixels("uint8 uint16"),
        # Of uint16 what has at most 12 bits.
        writes=_pixels("uint8 uint16"),
        lossy=True,  # of uint8, unless `lossless=True`
        priority=_FALLBACK,
        specification="AV1 Image File Format (AVIF) v1.1.0, section 6 Brands, "
        "https://aomediacodec.github.io/av1-avif/; ISO/IEC 14496-12, section 4.3 File Type Box",
    ),
    Format(
        name="JPEG",
        title="JPEG of 8 and 12 bits a sample, and lossless JPEG",
        extensions=(".jpg", ".jpeg", ".jpe", ".jfif", ".jif"),
        signatures=(Signature(0, b"\xff\xd8\xff"),),
        reads=_pixels("uint8 uint16"),
        writes=_pixels("uint8", (1, 3)),  # of more bits only what is asked for
        lossy=True,  # unless `lossless=True`
        priority=_FALLBACK,
        specification="ITU-T T.81, Digital compression and coding of continuous-tone still images, "
        "annex B, https://www.w3.org/Graphics/JPEG/itu-t81.pdf",
    ),
    Format(
        name="WEBP",
        title="WebP of one image",
        extensions=(".webp",),
        signatures=(_RIFF,),
        reads=_pixels("uint8", (3, 4)),
        writes=_pixels("uint8", (3, 4)),
        lossy=True,  # unless `lossless=True`
        priority=_FALLBACK,
        specification="RFC 9649, WebP Image Format, section 2.4 WebP File Header, "
        "https://www.rfc-editor.org/rfc/rfc9649",
    ),
    Format(
        name="QOI",
        title="Quite OK Image",
        extensions=(".qoi",),
        signatures=(Signature(0, b"qoif"),),
        reads=_pixels("uint8", (3, 4)),
        writes=_pixels("uint8", (3, 4)),
        priority=_PREFERRED,
        specification="The Quite OK Image Format Specification, version 1.0, "
        "https://qoiformat.org/qoi-specification.pdf",
    ),
    Format(
        name="BMP",
        title="Windows bitmap of 8 and 24 bits a pixel",
        extensions=(".bmp",),
        # "BM", then at 14 the size of the next header, which is below 256 in all versions.
        signatures=(_masked(0, b"BM", 13, bytes(3)),),
        reads=_pixels("uint8", (1, 3)),
        writes=_pixels("uint8", (1, 3)),
        priority=_FALLBACK,
        specification="Microsoft, Windows GDI, Bitmap Storage (BITMAPFILEHEADER), "
        "https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage",
    ),
)
"""What imagecodecs reads and writes, the most usual first."""
