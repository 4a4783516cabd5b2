"""The formats of editing, printing, games and science."""

from __future__ import annotations

from iio_core import Format, Pixels, Signature

__all__ = ["WORK"]

_BOOL = Pixels("bool", (1,))
_GRAY = Pixels("uint8", (1,))
_GRAY16 = Pixels("uint16", (1,))
_FLOAT = Pixels("float32", (1,))


def _dib(size: int, planes_at: int) -> Signature:
    """Return the signature of a device-independent bitmap whose header has this size.

    The size stands first; one color plane, and a count of bits a pixel below 256, further on.
    """
    gap = bytes(planes_at - 4)
    return Signature(
        0,
        size.to_bytes(4, "little") + gap + b"\1\0\0\0",
        mask=b"\xff" * 4 + gap + b"\xff\xff\0\xff",
    )


WORK = (
    Format(
        name="TIFF",
        title="Tagged Image File Format and BigTIFF",
        extensions=(".tif", ".tiff"),
        signatures=(
            Signature(0, b"II*\0"),
            Signature(0, b"MM\0*"),
            Signature(0, b"II+\0\x08\0\0\0"),
            Signature(0, b"MM\0+\0\x08\0\0"),
        ),
        reads=(
            _BOOL,
            Pixels("uint8", (1, 2, 3, 4)),
            _GRAY16,
            Pixels("int32", (1,)),
            _FLOAT,
        ),
        writes=(
            _BOOL,
            Pixels("uint8", (1, 2, 3, 4)),
            _GRAY16,
            Pixels("int32", (1,)),
            _FLOAT,
        ),
        multiple=True,
        streams=True,
        trust="fuzzed",
        specification="TIFF Revision 6.0, section 2 TIFF Structure, "
        "https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf; "
        "The BigTIFF File Format, https://www.awaresystems.be/imaging/tiff/bigtiff.html",
    ),
    Format(
        name="BMP",
        title="Windows and OS/2 bitmap",
        extensions=(".bmp",),
        # "BM", then at 14 the size of the next header, which is below 256 in all versions.
        signatures=(
            Signature(0, b"BM" + bytes(16), mask=b"\xff\xff" + bytes(13) + b"\xff\xff\xff"),
        ),
        reads=(_BOOL, Pixels("uint8", (1, 3, 4))),
        # Pillow puts alpha into the unused byte of a header that has none: it would be lost.
        writes=(_BOOL, Pixels("uint8", (1, 3))),
        trust="fuzzed",
        specification="Microsoft, Windows GDI, Bitmap Storage (BITMAPFILEHEADER), "
        "https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage",
    ),
    Format(
        name="DIB",
        title="Device-independent bitmap without a file header",
        extensions=(".dib",),
        signatures=(_dib(12, 8), *(_dib(size, 12) for size in (40, 52, 56, 64, 108, 124))),
        reads=(_BOOL, Pixels("uint8", (1, 3, 4))),
        writes=(_BOOL, Pixels("uint8", (1, 3))),
        trust="fuzzed",
        specification="Microsoft, Windows GDI, Bitmap Header Types, "
        "https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-header-types",
    ),
    Format(
        name="PPM",
        title="Netpbm: portable bitmap, graymap, pixmap and floatmap",
        extensions=(".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
        # "P", one of 1 to 6 or f, white space. Of the six characters that count as white space
        # writers use the line feed, the carriage return, the space and the tab.
        signatures=tuple(
            Signature(0, b"P" + kind + space)
            for kind in (b"1", b"2", b"3", b"4", b"5", b"6", b"f")
            for space in (b"\n", b"\r", b" ", b"\t")
        ),
        reads=(_BOOL, Pixels("uint8", (1, 3)), _GRAY16, _FLOAT),
        writes=(_BOOL, Pixels("uint8", (1, 3)), _GRAY16, _FLOAT),
        trust="fuzzed",
        specification="Netpbm, PBM, PGM and PPM Format Specifications, The Format, "
        "https://netpbm.sourceforge.net/doc/ppm.html; Paul Debevec, Portable FloatMap Image "
        "Format, https://www.pauldebevec.com/Research/HDR/PFM/",
    ),
    Format(
        name="TGA",
        title="Truevision Targa",
        extensions=(".tga", ".targa", ".icb", ".vda", ".vst"),
        # Version 2 signs the end of the file. In front there is only: at 1 whether there is a
        # color map, at 2 the type of the image.
        signatures=tuple(
            Signature(1, bytes([color_map, kind]))
            for color_map in (0, 1)
            for kind in (1, 2, 3, 9, 10, 11)
            if color_map or kind not in (1, 9)
        ),
        signature_alone=False,
        extension_alone=True,
        reads=(_BOOL, Pixels("uint8", (1, 2, 3, 4))),
        writes=(_BOOL, Pixels("uint8", (1, 2, 3, 4))),
        trust="fuzzed",
        specification="Truevision TGA File Format Specification, version 2.0, "
        "TGA File Header, https://www.dca.fee.unicamp.br/~martino/disciplinas/ia978/tgaffs.pdf",
    ),
    Format(
        name="PSD",
        title="Adobe Photoshop document (the flattened image)",
        extensions=(".psd",),
        signatures=(Signature(0, b"8BPS\0\1"),),
        # Layers are not offered: up to Pillow 12 their pixels come from the wrong place, and in 13
        # the channels of layers with alpha are mixed up. Bitmaps come out inverted.
        reads=(Pixels("uint8", (1, 3, 4)),),
        trust="fuzzed",
        specification="Adobe Photoshop File Formats Specification, File Header Section, "
        "https://www.adobe.com/devnet-apps/photoshop/fileformatashtml/",
    ),
    Format(
        name="DDS",
        title="DirectDraw surface",
        extensions=(".dds",),
        # The magic number and the size of the header, always 124.
        signatures=(Signature(0, b"DDS \x7c\0\0\0"),),
        reads=(Pixels("uint8", (1, 2, 3, 4)),),
        writes=(Pixels("uint8", (1, 2, 3, 4)),),
        trust="fuzzed",
        specification="Microsoft, Programming Guide for DDS, DDS File Layout, "
        "https://learn.microsoft.com/en-us/windows/win32/direct3ddds/dx-graphics-dds-pguide",
    ),
    Format(
        name="QOI",
        title="Quite OK Image",
        extensions=(".qoi",),
        signatures=(Signature(0, b"qoif"),),
        reads=(Pixels("uint8", (3, 4)),),
        writes=(Pixels("uint8", (3, 4)),),
        trust="fuzzed",
        specification="The Quite OK Image Format, specification version 1.0, "
        "https://qoiformat.org/qoi-specification.pdf",
    ),
    Format(
        name="EPS",
        title="Encapsulated PostScript (read by running Ghostscript)",
        extensions=(".eps", ".ps"),
        signatures=(Signature(0, b"%!PS"), Signature(0, b"\xc5\xd0\xd3\xc6")),
        reads=(Pixels("uint8", (1, 3, 4)),),
        writes=(Pixels("uint8", (1, 3)),),
        trust="external",
        specification="Adobe, Encapsulated PostScript File Format Specification, version 3.0 "
        "(Technical Note 5002), sections 2 and 5.2 Windows Metafile or TIFF",
    ),
    Format(
        name="PDF",
        title="Portable Document Format (pages of images, written only)",
        extensions=(".pdf",),
        signatures=(Signature(0, b"%PDF-"),),
        writes=(_BOOL, Pixels("uint8", (1, 2, 3, 4))),
        lossy=True,  # gray and color are stored as JPEG
        multiple=True,
        specification="ISO 32000-1, Portable document format, section 7.5.2 File Header",
    ),
    Format(
        name="SGI",
        title="Silicon Graphics image",
        extensions=(".sgi", ".rgb", ".rgba", ".bw"),
        # 474, storage 0 or 1, 1 or 2 bytes a sample, 1 to 3 dimensions.
        signatures=tuple(
            Signature(0, b"\x01\xda\0" + size + b"\0\0", mask=b"\xff\xff\xfe\xff\xff\xfc")
            for size in (b"\1", b"\2")
        ),
        reads=(Pixels("uint8", (1, 3, 4)),),
        writes=(Pixels("uint8", (1, 3, 4)),),
        trust="fuzzed",
        specification="Paul Haeberli, The SGI Image File Format, version 1.00, The Header, "
        "https://web.archive.org/web/20010802230130/http://reality.sgi.com/grafica/sgiimage.html",
    ),
    Format(
        name="BLP",
        title="Blizzard texture",
        extensions=(".blp",),
        signatures=(Signature(0, b"BLP1"), Signature(0, b"BLP2")),
        reads=(Pixels("uint8", (3, 4)),),
        writes=(Pixels("uint8", (3,)),),
        lossy=True,  # at most 256 colors
        trust="fuzzed",
        specification="BLP files, https://wowdev.wiki/BLP (Blizzard has published none)",
    ),
    Format(
        name="FTEX",
        title="Independence War 2 texture",
        extensions=(".ftc", ".ftu"),
        signatures=(Signature(0, b"FTEX"),),
        reads=(Pixels("uint8", (3, 4)),),
        trust="fuzzed",
        specification="Independence War 2: Edge of Chaos, Texture File Format, 16 October 2001",
    ),
    Format(
        name="GBR",
        title="GIMP brush",
        extensions=(".gbr",),
        # Version 2 and, after width, height and depth, "GIMP". Version 1 has no magic number.
        signatures=(
            Signature(
                4, b"\0\0\0\2" + bytes(12) + b"GIMP", mask=b"\xff" * 4 + bytes(12) + b"\xff" * 4
            ),
        ),
        extension_alone=True,
        reads=(Pixels("uint8", (1, 4)),),
        trust="fuzzed",
        specification="GIMP, The GIMP Brush File Format, "
        "https://developer.gimp.org/core/standards/gbr/",
    ),
    Format(
        name="SPIDER",
        title="SPIDER image of electron microscopy",
        extensions=(".spi", ".spider"),
        # No magic number: the words 1 (slices) and 5 (the kind of file) are 1.0 in an image,
        # in either byte order.
        signatures=tuple(
            Signature(0, one + bytes(12) + one, mask=b"\xff" * 4 + bytes(12) + b"\xff" * 4)
            for one in (b"\0\0\x80\x3f", b"\x3f\x80\0\0")
        ),
        signature_alone=False,
        reads=(_FLOAT,),
        writes=(_FLOAT,),
        multiple=True,
        trust="fuzzed",
        specification="SPIDER Image Format, File Header, "
        "https://spider.wadsworth.org/spider_doc/spider/docs/image_doc.html",
    ),
    Format(
        name="MCIDAS",
        title="McIDAS area file of weather satellites",
        # Named AREAnnnn, without an extension. Word 1 is zero, word 2 the version, 4.
        signatures=(Signature(0, b"\0\0\0\0\0\0\0\4"),),
        reads=(_GRAY, _GRAY16, Pixels("int32", (1,))),
        trust="fuzzed",
        specification="McIDAS Programmer's Manual, chapter 5, Format of the Data Files, AREAnnnn, "
        "https://www.ssec.wisc.edu/mcidas/doc/prog_man/2006/formats-1.html",
    ),
)
"""TIFF, bitmaps, Netpbm, textures, brushes, documents and instruments."""
