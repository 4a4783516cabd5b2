"""The formats that nibabel reads, as data."""

from __future__ import annotations

from iio_core import Format, Pixels, Signature

from ._formats_itk import GZIP, NIFTI_SIGNATURES, PAIR_SIGNATURES

__all__ = ["FORMATS"]

_KINDS = (
    *("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"),
    *("float32", "float64", "complex64", "complex128"),
)
_READ = tuple(Pixels(kind) for kind in _KINDS)
_WRITTEN = tuple(Pixels(kind, (1,)) for kind in _KINDS)
_NIFTI = "NIfTI-1 Data Format, https://nifti.nimh.nih.gov/nifti-1"

FORMATS = (
    Format(
        name="NIFTI",
        title="NIfTI-1 and NIfTI-2",
        extensions=(".nii",),
        signatures=NIFTI_SIGNATURES,
        extension_alone=True,
        reads=_READ,
        writes=_WRITTEN,
        modules=("nibabel",),
        requires="iio-medical[nifti]",
        specification=f"{_NIFTI}; NIfTI-2 Data Format, https://nifti.nimh.nih.gov/nifti-2",
    ),
    Format(
        name="NIFTI-GZ",
        title="NIfTI, compressed",
        extensions=(".nii.gz",),
        signatures=(GZIP,),
        signature_alone=False,
        extension_alone=True,
        reads=_READ,
        writes=_WRITTEN,
        modules=("nibabel",),
        requires="iio-medical[nifti]",
        specification=f"{_NIFTI}; RFC 1952, GZIP file format specification",
    ),
    Format(
        name="NIFTI-PAIR",
        title="NIfTI and Analyze 7.5 in two files",
        extensions=(".hdr", ".img", ".img.gz", ".hdr.gz"),
        signatures=PAIR_SIGNATURES,
        signature_alone=False,
        extension_alone=True,
        reads=_READ,
        modules=("nibabel",),
        requires="iio-medical[nifti]",
        specification=f"{_NIFTI}; Analyze 7.5 File Format, Mayo Clinic, section Header",
    ),
    Format(
        name="NIFTI-ASCII",
        title="NIfTI with a header in text",
        extensions=(".nia",),
        signatures=(Signature(0, b"<nifti_image"),),
        reads=_READ,
        modules=("nibabel",),
        requires="iio-medical[nifti]",
        specification="niftilib, nifti1_io.c, function nifti_image_to_ascii, "
        "https://github.com/NIFTI-Imaging/nifti_clib",
    ),
    Format(
        name="MGH",
        title="FreeSurfer volume",
        extensions=(".mgh", ".mgz", ".mgh.gz"),
        signatures=(Signature(0, b"\0\0\0\x01"), GZIP),
        signature_alone=False,
        extension_alone=True,
        reads=tuple(Pixels(kind) for kind in ("uint8", "int16", "int32", "float32")),
        modules=("nibabel",),
        requires="iio-medical[nifti]",
        specification="FreeSurfer, MGH file format, "
        "https://surfer.nmr.mgh.harvard.edu/fswiki/FsTutorial/MghFormat",
    ),
    Format(
        name="MINC1",
        title="Medical Imaging NetCDF 1",
        extensions=(".mnc",),
        signatures=(Signature(0, b"CDF\x01"), Signature(0, b"CDF\x02")),
        signature_alone=False,
        reads=(Pixels("float64"),),
        modules=("nibabel",),
        requires="iio-medical[nifti]",
        specification="MINC 1.0 Programmer's Guide, section MINC files, "
        "https://en.wikibooks.org/wiki/MINC",
    ),
)
