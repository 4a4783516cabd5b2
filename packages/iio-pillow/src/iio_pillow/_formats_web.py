"""The formats of cameras, browsers and phones."""

from __future__ import annotations

from iio_core import Format, Pixels, Signature

__all__ = ["WEB", "icon_signatures"]

_RIFF_WEBP = Signature(0, b"RIFF\0\0\0\0WEBP", mask=b"\xff\xff\xff\xff\0\0\0\0\xff\xff\xff\xff")


def _brands(*brands: bytes) -> tuple[Signature, ...]:
    """Return signatures of ISO media files whose major brand is one of these."""
    return tuple(Signature(4, b"ftyp" + brand) for brand in brands)


def _compatible(major: bytes, brand: bytes, slots: int) -> tuple[Signature, ...]:
    """Return signatures of ISO media files of a major and, in an early slot, another brand."""
    return tuple(
        Signature(
            4,
            b"ftyp" + major + bytes(4 + 4 * slot) + brand,
            mask=b"\xff" * 8 + bytes(4 + 4 * slot) + b"\xff" * 4,
        )
        for slot in range(slots)
    )


def icon_signatures(kind: int) -> tuple[Signature, ...]:
    """Return the signatures of icons (1) or cursors (2): 0, the kind, 1 to 255 entries.

    A mask cannot ask for a number that is not 0, so there is one signature for each of its bits.
    An uncompressed Targa image begins as cursors do, but with no entry.
    """
    return tuple(
        Signature(
            0,
            bytes([0, 0, kind, 0, 1 << bit, 0]),
            mask=bytes([255, 255, 255, 255, 1 << bit, 255]),
        )
        for bit in range(8)
    )


WEB = (
    Format(
        name="PNG",
        title="Portable Network Graphics, still and animated (APNG)",
        extensions=(".png", ".apng"),
        signatures=(Signature(0, b"\x89PNG\r\n\x1a\n"),),
        reads=(Pixels("bool", (1,)), Pixels("uint8", (1, 2, 3, 4)), Pixels("uint16", (1,))),
        writes=(Pixels("bool", (1,)), Pixels("uint8", (1, 2, 3, 4)), Pixels("uint16", (1,))),
        multiple=True,
        streams=True,
        # `index=None` means all images of an animated file and the image of a still one, so it
        # depends on the file; the reader says which.
        reads_all=False,
        trust="fuzzed",
        specification="Portable Network Graphics (PNG) Specification (Third Edition), section 5.2 "
        "PNG signature and section 11.2.1 IHDR, https://www.w3.org/TR/png-3/",
    ),
    Format(
        name="JPEG",
        title="JPEG (Joint Photographic Experts Group)",
        extensions=(".jpg", ".jpeg", ".jpe", ".jfif"),
        signatures=(Signature(0, b"\xff\xd8\xff"),),
        reads=(Pixels("uint8", (1, 3, 4)),),
        writes=(Pixels("uint8", (1, 3)),),
        lossy=True,
        trust="fuzzed",
        specification="ITU-T T.81, Digital compression and coding of continuous-tone still images, "
        "annex B, https://www.w3.org/Graphics/JPEG/itu-t81.pdf",
    ),
    Format(
        name="GIF",
        title="Graphics Interchange Format",
        extensions=(".gif",),
        signatures=(Signature(0, b"GIF87a"), Signature(0, b"GIF89a")),
        reads=(Pixels("uint8", (1, 3, 4)),),
        # At most 256 colors a frame, one of which may be transparent: gray is exact, and so is
        # color with as many colors as fit; more are reduced.
        writes=(Pixels("uint8", (1, 3, 4)),),
        lossy=True,
        multiple=True,
        streams=True,
        reads_all=True,
        trust="fuzzed",
        specification="Graphics Interchange Format, version 89a, section 17 Header, "
        "https://www.w3.org/Graphics/GIF/spec-gif89a.txt",
    ),
    Format(
        name="WEBP",
        title="WebP",
        extensions=(".webp",),
        signatures=(_RIFF_WEBP,),
        reads=(Pixels("uint8", (3, 4)),),
        writes=(Pixels("uint8", (3, 4)),),
        lossy=True,  # unless `lossless=True`
        multiple=True,
        trust="fuzzed",
        specification="RFC 9649, WebP Image Format, section 2.4 WebP File Header, "
        "https://www.rfc-editor.org/rfc/rfc9649",
    ),
    Format(
        name="AVIF",
        title="AV1 Image File Format",
        extensions=(".avif", ".avifs"),
        # Files of the major brand mif1 or msf1 are AVIF only if they say so among their
        # compatible brands; the others of that brand are HEIF.
        signatures=_brands(b"avif", b"avis")
        + _compatible(b"mif1", b"avif", 6)
        + _compatible(b"msf1", b"avis", 6),
        reads=(Pixels("uint8", (1, 3, 4)),),
        writes=(Pixels("uint8", (1, 3, 4)),),
        lossy=True,
        multiple=True,
        trust="fuzzed",
        modules=("PIL._avif",),
        requires="pillow>=11.3",
        specification="AV1 Image File Format (AVIF) v1.1.0, section 6 Brands, "
        "https://aomediacodec.github.io/av1-avif/; ISO/IEC 14496-12, section 4.3 File Type Box",
    ),
    Format(
        name="HEIF",
        title="High Efficiency Image File Format",
        extensions=(".heic", ".heif", ".hif", ".heics", ".heifs"),
        signatures=_brands(
            b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"
        ),
        reads=(Pixels("uint8", (1, 3, 4)), Pixels("uint16", (1,))),
        writes=(Pixels("uint8", (1, 3, 4)),),
        lossy=True,
        multiple=True,
        trust="fuzzed",
        modules=("pillow_heif",),
        requires="iio-pillow[heif]",
        specification="ISO/IEC 23008-12, Image File Format, section 10 Brands and annex B.4; "
        "ISO/IEC 14496-12, section 4.3 File Type Box",
    ),
    Format(
        name="JXL",
        title="JPEG XL",
        extensions=(".jxl",),
        signatures=(Signature(0, b"\0\0\0\x0cJXL \r\n\x87\n"), Signature(0, b"\xff\x0a")),
        reads=(Pixels("uint8", (1, 2, 3, 4)), Pixels("uint16", (1,)), Pixels("float32", (1,))),
        writes=(Pixels("uint8", (1, 2, 3, 4)), Pixels("uint16", (1,))),
        lossy=True,  # unless `lossless=True`
        trust="fuzzed",
        modules=("pillow_jxl",),
        requires="iio-pillow[jxl]",
        specification="ISO/IEC 18181-1, JPEG XL core coding system, annex D; "
        "ISO/IEC 18181-2, File format, section 9.2 JPEG XL signature box",
    ),
    Format(
        name="JPEG2000",
        title="JPEG 2000, file format and codestream",
        extensions=(".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
        signatures=(
            Signature(0, b"\0\0\0\x0cjP  \r\n\x87\n"),
            Signature(0, b"\xff\x4f\xff\x51"),
        ),
        reads=(Pixels("uint8", (1, 2, 3, 4)), Pixels("uint16", (1,))),
        writes=(Pixels("uint8", (1, 2, 3, 4)), Pixels("uint16", (1,))),
        trust="fuzzed",
        specification="ITU-T T.800 (ISO/IEC 15444-1), JPEG 2000 core coding system, annex A.4 "
        "(SOC, SIZ) and annex I.5.1 JPEG 2000 Signature box",
    ),
    Format(
        name="MPO",
        title="Multi-Picture Object (several JPEG images)",
        extensions=(".mpo",),
        # Its bytes begin like any JPEG's: only the extension tells that the rest is wanted.
        signatures=(Signature(0, b"\xff\xd8\xff"),),
        signature_alone=False,
        reads=(Pixels("uint8", (1, 3, 4)),),
        writes=(Pixels("uint8", (1, 3)),),
        lossy=True,
        multiple=True,
        trust="fuzzed",
        specification="CIPA DC-007, Multi-Picture Format, section 5 Basic structure, "
        "https://www.cipa.jp/std/documents/e/DC-X007-KEY_E.pdf",
    ),
    Format(
        name="ICO",
        title="Windows icon",
        extensions=(".ico",),
        signatures=icon_signatures(1),
        reads=(Pixels("bool", (1,)), Pixels("uint8", (1, 2, 3, 4)), Pixels("uint16", (1,))),
        # At most 256 x 256 pixels.
        writes=(Pixels("bool", (1,)), Pixels("uint8", (1, 2, 3, 4)), Pixels("uint16", (1,))),
        multiple=True,
        trust="fuzzed",
        specification="Microsoft, Icons (John Hornick, 1995), What's in an Icon? (ICONDIR), "
        "https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10)",
    ),
    Format(
        name="ICNS",
        title="Apple icon image",
        extensions=(".icns",),
        signatures=(Signature(0, b"icns"),),
        reads=(Pixels("bool", (1,)), Pixels("uint8", (1, 2, 3, 4)), Pixels("uint16", (1,))),
        # Squares of 16, 32, 64, 128, 256, 512 or 1024 pixels.
        writes=(Pixels("uint8", (4,)),),
        multiple=True,
        trust="fuzzed",
        specification="Apple Icon Image format, file structure and element types, "
        "https://en.wikipedia.org/wiki/Apple_Icon_Image_format (Apple has published none)",
    ),
)
"""PNG, JPEG, GIF, WebP, AVIF, HEIF, JPEG XL, JPEG 2000, MPO and icons."""
