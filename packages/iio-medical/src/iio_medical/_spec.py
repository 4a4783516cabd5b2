"""What the plugins of this wheel are and which formats they have, as data."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

_PART10 = "DICOM PS3.10, Media Storage and File Format for Media Interchange"
_WHERE = "https://www.dicomstandard.org/current"
_KINDS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
_READ = tuple(Pixels(kind) for kind in _KINDS)

SPEC = PluginSpec(
    name="dicom",
    title="DICOM files, series and volumes through pydicom",
    plugin="iio_medical._plugin:PLUGIN",
    license="BSD-2-Clause AND MIT",
    backend="pydicom",
    legacy="iio_medical._legacy:TABLE",
    formats=(
        Format(
            name="DICOM",
            title="Digital Imaging and Communications in Medicine",
            extensions=(".dcm", ".dicom", ".ct", ".mri"),
            signatures=(Signature(128, b"DICM"),),
            extension_alone=True,  # files without a preamble
            reads=_READ,
            multiple=True,
            directories=True,
            priority=10,
            specification=f"{_PART10}, section 7 DICOM File Format, {_WHERE}",
        ),
        Format(
            name="DICOM-ZIP",
            title="DICOM files in a zip archive",
            extensions=(".zip",),
            signatures=(Signature(0, b"PK\x03\x04"),),
            reads=_READ,
            multiple=True,
            specification=f"{_PART10}, section 8 DICOM File Service, {_WHERE}; PS3.12, annex V ZIP "
            "File Over Media",
        ),
    ),
)
