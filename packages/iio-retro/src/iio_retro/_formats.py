"""The formats of home computers, telephones, faxes and old desktops."""

from __future__ import annotations

from iio_core import Format, Pixels, Signature

__all__ = ["EMF_SIGNATURES", "FORMATS", "WMF_SIGNATURES"]

_BOOL = Pixels("bool", (1,))
_GRAY = Pixels("uint8", (1,))
_RGB = Pixels("uint8", (3,))
_RGBA = Pixels("uint8", (4,))
_ENCYCLOPEDIA = "Murray and vanRyper, Encyclopedia of Graphics File Formats, 2nd edition"
_COMPOUND = Signature(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_BESIDE_PILLOW = -10
"""Where iio-pillow or iio-video reads the same, it is asked first."""

# Placed; or 1 (in memory) or 2 (on disk), 9 words, and version 1.0 or 3.0.
WMF_SIGNATURES = (
    Signature(0, b"\xd7\xcd\xc6\x9a"),
    *(Signature(0, bytes([kind, 0, 9, 0, 0, version])) for kind in (1, 2) for version in (1, 3)),
)
EMF_SIGNATURES = (
    Signature(0, b"\1\0\0\0" + bytes(36) + b" EMF", b"\xff" * 4 + bytes(36) + b"\xff" * 4),
)

FORMATS = (
    Format(
        name="XPM",
        title="X11 pixmap",
        extensions=(".xpm",),
        signatures=(Signature(0, b"/* XPM */"),),
        reads=(Pixels("uint8", (3, 4)),),
        writes=(_RGB,),
        trust="fuzzed",
        priority=10,  # Pillow does not know the comments that netpbm writes, nor most names
        specification="Arnaud Le Hors, XPM Manual, version 3.4i, chapter 2 The XPM Format, "
        "https://www.x.org/docs/XPM/xpm.pdf",
    ),
    Format(
        name="WBMP",
        title="Wireless bitmap",
        extensions=(".wbmp", ".wap", ".wbm"),
        # Type 0, without extension headers. Weak, but with it a small one is no video stream.
        signatures=(Signature(0, b"\0\0"),),
        signature_alone=False,
        extension_alone=True,
        reads=(_BOOL,),
        writes=(_BOOL,),
        trust="fuzzed",
        specification="Wireless Application Environment Specification, WAP-190-WAESpec, section 6 "
        "and appendix A, WBMP",
    ),
    Format(
        name="G3",
        title="Raw fax of group 3, one-dimensional",
        extensions=(".g3",),
        # The end of a line begins with eleven zeros, from either side of the byte.
        signatures=(Signature(0, b"\0"),),
        signature_alone=False,
        extension_alone=True,
        reads=(_BOOL,),
        trust="fuzzed",
        specification="ITU-T T.4 (07/2003), sections 4.1 One-dimensional coding scheme and 4.2, "
        "https://www.itu.int/rec/T-REC-T.4",
    ),
    Format(
        name="CUT",
        title="Dr. Halo (with its palette, .pal, beside it)",
        extensions=(".cut",),
        # Behind width and height, which may be anything, 16 bits are 0.
        signatures=(Signature(4, b"\0\0"),),
        signature_alone=False,
        extension_alone=True,
        reads=(Pixels("uint8", (1, 3)),),
        trust="fuzzed",
        specification=f"{_ENCYCLOPEDIA}, Dr. Halo, "
        "https://www.fileformat.info/format/drhalo/egff.htm",
    ),
    Format(
        name="KOALA",
        title="Koala Painter (Commodore 64)",
        extensions=(".koa", ".kla", ".koala"),
        # The address in memory that it is loaded to. Some copies are without it.
        signatures=(Signature(0, b"\x00\x60"),),
        signature_alone=False,
        extension_alone=True,
        reads=(_GRAY, _RGB),
        trust="fuzzed",
        specification="KoalaPainter file format (Koala Technologies, 1984); Commodore 64 "
        "Programmer's Reference Guide (1982), chapter 3, Multi-Color Bit Map Mode",
    ),
    Format(
        name="SUN",
        title="Sun rasterfile",
        extensions=(".ras", ".sun"),
        signatures=(Signature(0, b"\x59\xa6\x6a\x95"),),
        reads=(_BOOL, Pixels("uint8", (1, 3))),
        writes=(_BOOL, Pixels("uint8", (1, 3))),
        trust="fuzzed",
        priority=_BESIDE_PILLOW,
        specification="SunOS Reference Manual, rasterfile(5)",
    ),
    Format(
        name="PCX",
        title="ZSoft Paintbrush",
        extensions=(".pcx",),
        # 10, version, run lengths or none, 1 to 8 bits a sample. Version 1 has never existed.
        signatures=tuple(
            Signature(0, b"\x0a" + version + coded + b"\0", mask=b"\xff\xff\xff\xf0")
            for version in (b"\0", b"\2", b"\3", b"\5")
            for coded in (b"\1", b"\0")
        ),
        reads=(_BOOL, Pixels("uint8", (1, 3, 4))),
        writes=(_BOOL, Pixels("uint8", (1, 3))),
        trust="fuzzed",
        priority=10,  # Pillow reads neither plain rows nor palettes of two colors
        specification="ZSoft PCX File Format Technical Reference Manual, revision 5, "
        "PCX Header Format, http://bespin.org/~qz/pc-gpe/pcx.txt",
    ),
    Format(
        name="DCX",
        title="Intel DCX: pages of PCX images",
        extensions=(".dcx",),
        signatures=(Signature(0, b"\xb1\x68\xde\x3a"),),
        reads=(_BOOL, Pixels("uint8", (1, 3, 4))),
        multiple=True,
        trust="fuzzed",
        priority=10,  # as for PCX
        specification=f"{_ENCYCLOPEDIA}, PCX, Intel DCX files, "
        "https://www.fileformat.info/format/pcx/egff.htm",
    ),
    Format(
        name="CUR",
        title="Windows cursor",
        extensions=(".cur",),
        # 0, 2, then 1 to 255 entries: one signature for each of the number's bits.
        signatures=tuple(
            Signature(0, bytes([0, 0, 2, 0, 1 << bit, 0]), bytes([255] * 4 + [1 << bit, 255]))
            for bit in range(8)
        ),
        reads=(_RGBA,),
        writes=(_RGBA,),
        multiple=True,
        trust="fuzzed",
        priority=10,  # Pillow does not look at the mask, and has only the largest image
        specification="Microsoft, Icons (John Hornick, 1995), and Windows resources, "
        "NEWHEADER structure, https://learn.microsoft.com/en-us/windows/win32/menurc/newheader",
    ),
    Format(
        name="MNG",
        title="Multiple-image Network Graphics",
        extensions=(".mng",),
        signatures=(Signature(0, b"\x8aMNG\r\n\x1a\n"),),
        reads=(Pixels("uint8", (3, 4)), Pixels("uint16", (3, 4))),
        multiple=True,
        # `index=None` means all frames of an animation and the image of a file with one, so it is
        # not said that it means all.
        trust="fuzzed",
        specification="MNG (Multiple-image Network Graphics) Format Version 1.0, section 4, "
        "http://www.libpng.org/pub/mng/spec/",
    ),
    Format(
        name="JNG",
        title="JPEG Network Graphics",
        extensions=(".jng",),
        signatures=(Signature(0, b"\x8bJNG\r\n\x1a\n"),),
        reads=(Pixels("uint8", (1, 2, 3, 4)),),
        trust="fuzzed",
        modules=("PIL",),
        requires="iio-retro[jpeg]",
        specification="JNG (JPEG Network Graphics) Format Version 1.0, section 1, "
        "http://www.libpng.org/pub/mng/spec/jng.html",
    ),
    Format(
        name="PICT",
        title="Macintosh picture (the bitmaps in it)",
        extensions=(".pct", ".pict", ".pic"),
        # Version 2, behind 512 bytes of no use or without them; version 1 has only 16 bits.
        signatures=(
            Signature(522, b"\x00\x11\x02\xff\x0c\x00"),
            Signature(10, b"\x00\x11\x02\xff\x0c\x00"),
        ),
        extension_alone=True,
        reads=(_BOOL, Pixels("uint8", (3, 4))),
        multiple=True,
        trust="fuzzed",
        specification="Inside Macintosh: Imaging With QuickDraw (Apple, 1994), appendix A, "
        "Picture Opcodes",
    ),
    Format(
        name="IFF",
        title="Amiga interleaved bitmap: ILBM and PBM",
        extensions=(".iff", ".lbm", ".ilbm"),
        signatures=tuple(
            Signature(0, b"FORM\0\0\0\0" + kind, mask=b"\xff" * 4 + bytes(4) + b"\xff" * 4)
            for kind in (b"ILBM", b"PBM ")
        ),
        reads=(Pixels("uint8", (1, 2, 3, 4)),),
        trust="fuzzed",
        priority=_BESIDE_PILLOW,
        specification="Jerry Morrison, EA IFF 85 and ILBM IFF Interleaved Bitmap (Electronic "
        "Arts, 1986), https://wiki.amigaos.net/wiki/ILBM_IFF_Interleaved_Bitmap",
    ),
    Format(
        name="FPX",
        title="FlashPix (gray and RGB)",
        extensions=(".fpx",),
        signatures=(_COMPOUND,),
        signature_alone=False,
        reads=(Pixels("uint8", (1, 2, 3, 4)),),
        trust="fuzzed",
        modules=("olefile",),
        requires="iio-retro[fpx]",
        specification="FlashPix Format Specification, version 1.0 (Eastman Kodak and others, "
        "1996), section 3 Image object storage",
    ),
    Format(
        name="MIC",
        title="Microsoft Image Composer",
        extensions=(".mic",),
        signatures=(_COMPOUND,),
        signature_alone=False,
        reads=(Pixels("uint8", (1, 2, 3, 4)),),
        multiple=True,
        trust="fuzzed",
        modules=("olefile", "PIL"),
        requires="iio-retro[fpx]",
        specification="Microsoft Image Composer, "
        "http://fileformats.archiveteam.org/wiki/MIC_(Image_Composer) (Microsoft has published "
        "none)",
    ),
    Format(
        name="IM",
        title="IFUNC Image Memory (LabEye)",
        extensions=(".im",),
        # Usually the first line; but lines may come in any order.
        signatures=(Signature(0, b"Image type: "),),
        signature_alone=False,
        extension_alone=True,
        reads=(
            _BOOL,
            Pixels("uint8", (1, 2, 3, 4)),
            *(Pixels(name, (1,)) for name in ("int8", "uint16", "int16", "uint32", "int32")),
            Pixels("float32", (1,)),
        ),
        writes=(
            _BOOL,
            Pixels("uint8", (1, 2, 3, 4)),
            *(Pixels(name, (1,)) for name in ("uint16", "int32", "float32")),
        ),
        trust="fuzzed",
        specification="IM (LabEye), http://fileformats.archiveteam.org/wiki/IM_(LabEye) (no "
        "specification was published)",
    ),
    Format(
        name="WMF",
        title="Windows metafile that draws bitmaps only",
        extensions=(".wmf",),
        signatures=WMF_SIGNATURES,
        reads=(Pixels("uint8", (3, 4)),),
        multiple=True,
        trust="fuzzed",
        specification="[MS-WMF]: Windows Metafile Format, sections 2.3.1 and 2.3.2, "
        "https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-wmf/",
    ),
    Format(
        name="EMF",
        title="Enhanced metafile that draws bitmaps only",
        extensions=(".emf",),
        signatures=EMF_SIGNATURES,
        reads=(Pixels("uint8", (3, 4)),),
        multiple=True,
        trust="fuzzed",
        specification="[MS-EMF]: Enhanced Metafile Format, sections 2.3.1 and 2.3.4.2, "
        "https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-emf/",
    ),
)
