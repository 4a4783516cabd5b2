"""The formats that a program has to draw."""

from __future__ import annotations

from iio_core import Format, Pixels

from ._formats import EMF_SIGNATURES, WMF_SIGNATURES

__all__ = ["EXTERNAL"]

EXTERNAL = (
    Format(
        name="WMF",
        title="Windows metafile (drawn by Inkscape, LibreOffice or libwmf)",
        extensions=(".wmf",),
        signatures=WMF_SIGNATURES,
        reads=(Pixels("uint8", (1, 2, 3, 4)),),
        trust="external",
        specification="[MS-WMF]: Windows Metafile Format, section 2.3.2, "
        "https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-wmf/",
    ),
    Format(
        name="EMF",
        title="Enhanced metafile (drawn by Inkscape or LibreOffice)",
        extensions=(".emf",),
        signatures=EMF_SIGNATURES,
        reads=(Pixels("uint8", (1, 2, 3, 4)),),
        trust="external",
        specification="[MS-EMF]: Enhanced Metafile Format, section 2.3.4.2, "
        "https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-emf/",
    ),
)
