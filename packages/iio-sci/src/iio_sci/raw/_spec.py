"""What the plugin for cameras' raw files says of itself.

Most of those files are TIFF in a maker's own dialect: their extension and the signature of TIFF say
together that they are raw. The rest have signatures of their own, or none at all. Which camera it
is, LibRaw finds out.
"""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

_TIFF = (Signature(0, b"II*\0"), Signature(0, b"MM\0*"))
_READS = (
    Pixels("uint8", (1, 3, 4)),
    Pixels("uint16", (1, 3, 4)),
)
_CAMERAS = "https://www.libraw.org/supported-cameras"


def _raw(
    name: str,
    title: str,
    extensions: tuple[str, ...],
    signatures: tuple[Signature, ...],
    specification: str,
    *,
    signature_alone: bool = True,
    extension_alone: bool | None = None,
    priority: int = 0,
) -> Format:
    return Format(
        name=name,
        title=title,
        extensions=extensions,
        signatures=signatures,
        signature_alone=signature_alone,
        extension_alone=extension_alone,
        reads=_READS,
        priority=priority,
        modules=("rawpy",),
        requires="iio-sci[raw]",
        specification=specification,
    )


SPEC = PluginSpec(
    name="raw",
    title="cameras' raw files through LibRaw",
    plugin="iio_sci.raw._plugin:PLUGIN",
    aliases=("rawpy",),
    license="BSD-2-Clause AND MIT AND (LGPL-2.1-only OR CDDL-1.0)",
    backend="rawpy",
    legacy="iio_sci.raw._legacy:TABLE",
    formats=(
        _raw(
            "DNG",
            "Adobe Digital Negative",
            (".dng",),
            _TIFF,
            "Adobe, Digital Negative (DNG) Specification 1.7.1, chapter 4 DNG Tags, "
            "https://helpx.adobe.com/camera-raw/digital-negative.html",
            signature_alone=False,
        ),
        _raw(
            "CAMERA-TIFF",
            "camera raw files that begin as TIFF",
            (
                *(".nef", ".nrw"),  # Nikon
                *(".arw", ".sr2", ".srf"),  # Sony
                *(".pef", ".ptx"),  # Pentax
                ".srw",  # Samsung
                *(".3fr", ".fff"),  # Hasselblad
                *(".iiq", ".cap"),  # Phase One
                *(".dcr", ".dcs", ".drf", ".k25", ".kdc"),  # Kodak
                *(".erf", ".mef", ".mos"),  # Epson, Mamiya, Leaf
                *(".ia", ".sti"),  # Sinar
                ".raw",
            ),
            _TIFF,
            "ISO 12234-2 TIFF/EP, and dialects that their makers have not published: " + _CAMERAS,
            # After TIFF's own plugins, which leave raw files to others.
            priority=-50,
        ),
        _raw(
            "CR2",
            "Canon raw version 2",
            (".cr2",),
            (Signature(0, b"II*\0\x10\0\0\0CR"),),
            "L. Clevy, Inside the Canon RAW format version 2, http://lclevy.free.fr/cr2/",
        ),
        _raw(
            "CR3",
            "Canon raw version 3",
            (".cr3",),
            (Signature(4, b"ftypcrx "),),
            "L. Clevy, Canon CR3, https://github.com/lclevy/canon_cr3",
        ),
        _raw(
            "CRW",
            "Canon Camera Image File Format",
            (".crw",),
            (Signature(0, b"II\x1a\0\0\0HEAPCCDR"),),
            "Canon, CIFF Specification on Image Data File, version 1.0, section 3",
        ),
        _raw(
            "RAF",
            "Fujifilm raw",
            (".raf",),
            (Signature(0, b"FUJIFILMCCD-RAW"),),
            f"Fujifilm has published none; {_CAMERAS}",
        ),
        _raw(
            "ORF",
            "Olympus raw",
            (".orf", ".ori"),
            (Signature(0, b"IIRO"), Signature(0, b"IIRS"), Signature(0, b"MMOR")),
            f"Olympus has published none; {_CAMERAS}",
        ),
        _raw(
            "RW2",
            "Panasonic and Leica raw",
            (".rw2", ".rwl", ".raw"),
            (Signature(0, b"IIU\0"),),
            f"Panasonic has published none; {_CAMERAS}",
        ),
        _raw(
            "MRW",
            "Minolta raw",
            (".mrw",),
            (Signature(0, b"\0MRM"),),
            "D. Hoekstra, Minolta Raw (MRW) File Format, http://www.dalibor.cz/minolta/",
        ),
        _raw(
            "X3F",
            "Sigma Foveon raw",
            (".x3f",),
            (Signature(0, b"FOVb"),),
            "Foveon, X3F Raw Image File Format 2.1",
        ),
        _raw(
            "CINE",
            "Phantom high-speed camera",
            (".cine",),
            (Signature(0, b"CI\x2c\0"),),
            "Vision Research, Cine File Format, section Cine File Header",
        ),
        _raw(
            "CAMERA-OTHER",
            "raw files of early cameras",
            (
                *(".bay", ".bmq", ".cs1", ".dc2", ".dsc", ".kc2", ".mdc", ".pxn", ".qtk", ".rdc"),
                ".rwz",
            ),
            _TIFF,
            f"Their makers have published none; {_CAMERAS}",
            signature_alone=False,
            extension_alone=True,
        ),
        _raw(
            "CAMERA-BARE",
            "raw files that LibRaw knows by their size, or by a beginning of their own",
            (".cap", ".crw", ".ia", ".iiq", ".raw", ".sti"),
            (),
            f"Their makers have published none; {_CAMERAS}",
        ),
    ),
)
"""The plugin's description."""
