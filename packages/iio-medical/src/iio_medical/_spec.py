"""What the plugins of this wheel are and which formats they have, as data."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

from ._formats_itk import FORMATS
from ._formats_nifti import FORMATS as NIFTI_FORMATS

__all__ = ["ITK", "NIFTI", "PYDICOM", "SPEC"]

_PART10 = "DICOM PS3.10, Media Storage and File Format for Media Interchange"
_WHERE = "https://www.dicomstandard.org/current"
_KINDS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
_READ = tuple(Pixels(kind) for kind in _KINDS)


_WRITTEN = (Pixels("uint8", (1, 3)), Pixels("uint16", (1,)), Pixels("int16", (1,)))


def _dicom(priority: int, *, directories: bool, writes: tuple[Pixels, ...] = ()) -> Format:
    return Format(
        name="DICOM",
        title="Digital Imaging and Communications in Medicine",
        extensions=(".dcm", ".dicom", ".ct", ".mri"),
        signatures=(Signature(128, b"DICM"),),
        extension_alone=True,  # files without a preamble
        reads=_READ,
        writes=writes,
        multiple=True,
        directories=directories,
        priority=priority,
        specification=f"{_PART10}, section 7 DICOM File Format, {_WHERE}",
    )


SPEC = PluginSpec(
    name="dicom",
    title="DICOM files, series and volumes through pydicom",
    plugin="iio_medical._plugin:PLUGIN",
    license="BSD-2-Clause AND MIT",
    backend="pydicom",
    legacy="iio_medical._legacy:TABLE",
    formats=(
        _dicom(10, directories=True, writes=_WRITTEN),
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

PYDICOM = PluginSpec(
    name="pydicom",
    title="single DICOM files, with the defaults of imageio's plugin of this name",
    plugin="iio_medical._plugin:PYDICOM",
    license="BSD-2-Clause AND MIT",
    backend="pydicom",
    formats=(_dicom(-10, directories=False),),
)

ITK = PluginSpec(
    name="itk",
    title="MetaImage, NRRD, VTK, GIPL, MINC and what else ITK reads and writes",
    plugin="iio_medical._itk._plugin:PLUGIN",
    aliases=("simpleitk",),
    license="BSD-2-Clause AND Apache-2.0",
    backend="simpleitk",
    legacy="iio_medical._legacy:ITK_TABLE",
    formats=FORMATS,
)

NIFTI = PluginSpec(
    name="nifti",
    title="NIfTI, Analyze, MGH and MINC 1 through nibabel",
    plugin="iio_medical._nifti._plugin:PLUGIN",
    aliases=("nibabel",),
    license="BSD-2-Clause AND MIT",
    backend="nibabel",
    formats=NIFTI_FORMATS,
)
