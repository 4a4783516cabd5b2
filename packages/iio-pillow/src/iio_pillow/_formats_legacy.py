"""The formats of older systems."""

from __future__ import annotations

from iio_core import Format, Pixels, Signature

from ._formats_web import icon_signatures

__all__ = ["LEGACY"]

_BOOL = Pixels("bool", (1,))
_GRAY = Pixels("uint8", (1,))
_ENCYCLOPEDIA = "Murray and vanRyper, Encyclopedia of Graphics File Formats, 2nd edition"


def _flic(magic: bytes, flags: bytes) -> Signature:
    """Return the signature of a FLIC animation: at 4 its magic, at 12 the depth 8, at 14 flags."""
    return Signature(
        4, magic + bytes(6) + b"\x08\0" + flags, mask=b"\xff\xff" + bytes(6) + b"\xff" * 4
    )


LEGACY = (
    Format(
        name="PCX",
        title="ZSoft Paintbrush",
        extensions=(".pcx",),
        # 10, version, run lengths, 1 to 8 bits a sample. Version 1 has never existed.
        signatures=tuple(
            Signature(0, b"\x0a" + version + b"\1\0", mask=b"\xff\xff\xff\xf0")
            for version in (b"\0", b"\2", b"\3", b"\5")
        ),
        reads=(_BOOL, Pixels("uint8", (1, 3))),
        writes=(_BOOL, Pixels("uint8", (1, 3))),
        trust="fuzzed",
        specification="ZSoft PCX File Format Technical Reference Manual, revision 5, "
        "PCX Header Format, http://bespin.org/~qz/pc-gpe/pcx.txt",
    ),
    Format(
        name="DCX",
        title="Intel DCX: pages of PCX images",
        extensions=(".dcx",),
        signatures=(Signature(0, b"\xb1\x68\xde\x3a"),),
        reads=(_BOOL, Pixels("uint8", (1, 3))),
        multiple=True,
        trust="fuzzed",
        specification=f"{_ENCYCLOPEDIA}, PCX, Intel DCX files, "
        "https://www.fileformat.info/format/pcx/egff.htm",
    ),
    Format(
        name="CUR",
        title="Windows cursor",
        extensions=(".cur",),
        signatures=icon_signatures(2),
        reads=(Pixels("uint8", (2, 3, 4)),),
        trust="fuzzed",
        specification="Microsoft, Icons (John Hornick, 1995), and Windows resources, "
        "NEWHEADER structure, https://learn.microsoft.com/en-us/windows/win32/menurc/newheader",
    ),
    Format(
        name="FLI",
        title="Autodesk Animator FLI and FLC",
        extensions=(".fli", ".flc"),
        signatures=tuple(
            _flic(magic, flags)
            for magic in (b"\x11\xaf", b"\x12\xaf")
            for flags in (b"\0\0", b"\3\0")
        ),
        reads=(Pixels("uint8", (3,)),),
        multiple=True,
        trust="fuzzed",
        specification="Jim Kent, The Flic File Format, Dr. Dobb's Journal, March 1993, "
        "FLI and FLC file header",
    ),
    Format(
        name="SUN",
        title="Sun rasterfile",
        extensions=(".ras", ".sun"),
        signatures=(Signature(0, b"\x59\xa6\x6a\x95"),),
        reads=(_BOOL, Pixels("uint8", (1, 3))),
        trust="fuzzed",
        specification="SunOS Reference Manual, rasterfile(5)",
    ),
    Format(
        name="XBM",
        title="X11 bitmap",
        extensions=(".xbm",),
        # C source, as it might stand in any header file; and a comment may come first.
        signatures=(Signature(0, b"#define "),),
        signature_alone=False,
        extension_alone=True,
        reads=(_BOOL,),
        writes=(_BOOL,),
        trust="fuzzed",
        specification="Xlib - C Language X Interface, section 16.9 Manipulating Bitmaps, "
        "https://www.x.org/releases/current/doc/libX11/libX11/libX11.html",
    ),
    Format(
        name="XPM",
        title="X11 pixmap",
        extensions=(".xpm",),
        signatures=(Signature(0, b"/* XPM */"),),
        reads=(Pixels("uint8", (3, 4)),),
        trust="fuzzed",
        specification="Arnaud Le Hors, XPM Manual, version 3.4i, chapter 2 The XPM Format, "
        "https://www.x.org/docs/XPM/xpm.pdf",
    ),
    Format(
        name="XVTHUMB",
        title="Thumbnail of the XV image viewer",
        # Files in a directory .xvpics, under the name of the image that they show.
        signatures=(Signature(0, b"P7 332"),),
        reads=(Pixels("uint8", (3,)),),
        trust="fuzzed",
        specification="Netpbm, xvminitoppm and pamtoxvmini manual pages, "
        "https://netpbm.sourceforge.net/doc/pamtoxvmini.html",
    ),
    Format(
        name="MSP",
        title="Microsoft Paint of Windows 1 and 2",
        extensions=(".msp",),
        signatures=(Signature(0, b"DanM"), Signature(0, b"LinS")),
        reads=(_BOOL,),
        writes=(_BOOL,),
        trust="fuzzed",
        specification=f"{_ENCYCLOPEDIA}, Microsoft Paint, "
        "https://www.fileformat.info/format/mspaint/egff.htm",
    ),
    Format(
        name="PALM",
        title="Palm OS bitmap (written only)",
        extensions=(".palm",),
        writes=(_BOOL, Pixels("uint8", (1, 3))),
        lossy=True,  # at most 256 colors
        specification="Palm OS Programmer's API Reference, Bitmaps, BitmapType",
    ),
    Format(
        name="PCD",
        title="Kodak Photo CD (the base image, 768 x 512)",
        extensions=(".pcd",),
        signatures=(Signature(2048, b"PCD_IPI"),),
        reads=(Pixels("uint8", (3,)),),
        trust="fuzzed",
        specification=f"{_ENCYCLOPEDIA}, Kodak Photo CD, "
        "https://www.fileformat.info/format/photocd/egff.htm (Kodak has published none)",
    ),
    Format(
        name="PIXAR",
        title="Pixar raster image",
        extensions=(".pxr",),
        signatures=(Signature(0, b"\x80\xe8\0\0"),),
        reads=(Pixels("uint8", (3,)),),
        trust="fuzzed",
        specification="Pixar picture files, magic number 0xE880, "
        "http://fileformats.archiveteam.org/wiki/PXR (Pixar has published none)",
    ),
    Format(
        name="IMT",
        title="IM Tools",
        extensions=(".imt",),
        reads=(_GRAY,),
        trust="fuzzed",
        specification="None is known: lines of keys and values, a form feed, one byte a pixel",
    ),
)
"""Paintbrush, cursors, FLIC, X11, Palm, Photo CD and others."""
