"""The formats that SimpleITK reads and writes, as data."""

from __future__ import annotations

from typing import Any

from iio_core import Format, Pixels, Signature

__all__ = ["FORMATS", "GZIP", "NIFTI_SIGNATURES", "PAIR_SIGNATURES"]

_INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")
_ALL = (*_INTEGERS, "float32", "float64")
_ITK = "Insight Segmentation and Registration Toolkit, https://itk.org"
NIFTI_SIGNATURES = (
    Signature(344, b"n+1\0"),
    Signature(4, b"n+2\0\r\n\x1a\n"),
)
# Whatever else is compressed so has another extension.
GZIP = Signature(0, b"\x1f\x8b\x08")
PAIR_SIGNATURES = (Signature(0, b"\x5c\x01\0\0"), Signature(0, b"\0\0\x01\x5c"), GZIP)
# sizeof_hdr: 348, in either byte order.


# Others read these better: they are there for who asks for ITK. Its readers of JPEG, BMP, LSM and
# DICOM are left out: they take files that are cut for whole ones, or end the process.
_LAST = -50


def _itk(
    name: str,
    title: str,
    extensions: tuple[str, ...],
    specification: str,
    *,
    dtypes: tuple[str, ...] = _ALL,
    written: tuple[str, ...] | None = None,
    channels: tuple[int, ...] = (1,),
    priority: int = 0,
    **options: Any,
) -> Format:
    return Format(
        name=name,
        title=title,
        extensions=extensions,
        reads=tuple(Pixels(dtype) for dtype in dtypes),
        writes=tuple(Pixels(dtype, channels) for dtype in (dtypes if written is None else written)),
        priority=priority,
        modules=("SimpleITK",),
        requires="iio-medical[itk]",
        specification=specification,
        **options,
    )


FORMATS = (
    _itk(
        "METAIMAGE",
        "ITK MetaImage",
        (".mha", ".mhd"),
        "MetaIO documentation, section MetaImage, https://itk.org/Wiki/MetaIO/Documentation",
        signatures=(Signature(0, b"ObjectType = Image"), Signature(0, b"NDims = ")),
        extension_alone=True,
    ),
    _itk(
        "NRRD",
        "Nearly Raw Raster Data",
        (".nrrd", ".nhdr"),
        "Definition of NRRD File Format, https://teem.sourceforge.net/nrrd/format.html",
        signatures=(Signature(0, b"NRRD000"),),
    ),
    _itk(
        "NIFTI",
        "NIfTI-1 and NIfTI-2",
        (".nii",),
        "NIfTI-1 Data Format, https://nifti.nimh.nih.gov/nifti-1",
        signatures=NIFTI_SIGNATURES,
        extension_alone=True,
        priority=-5,
    ),
    _itk(
        "NIFTI-GZ",
        "NIfTI, compressed",
        (".nii.gz",),
        "NIfTI-1 Data Format, https://nifti.nimh.nih.gov/nifti-1; RFC 1952, GZIP",
        signatures=(GZIP,),
        signature_alone=False,
        extension_alone=True,
        priority=-5,
    ),
    _itk(
        "NIFTI-PAIR",
        "NIfTI and Analyze 7.5 in two files",
        (".hdr", ".img", ".img.gz"),
        "NIfTI-1 Data Format, https://nifti.nimh.nih.gov/nifti-1; Analyze 7.5 File Format, Mayo",
        signatures=PAIR_SIGNATURES,
        signature_alone=False,
        extension_alone=True,
        priority=-5,
        written=(),
    ),
    _itk(
        "VTK",
        "Visualization Toolkit structured points",
        (".vtk",),
        "VTK File Formats, section Simple Legacy Formats, https://vtk.org/wp-content/uploads/2015/"
        "04/file-formats.pdf",
        signatures=(Signature(0, b"# vtk DataFile Version"),),
    ),
    _itk(
        "GIPL",
        "Guys Image Processing Lab",
        (".gipl", ".gipl.gz"),
        f"GIPL file format, UMDS Image Processing Group; {_ITK}",
        dtypes=("uint8", "int8", "uint16", "int16", "float32", "float64"),
        signatures=(Signature(252, b"\xef\xff\xe9\xb0"), Signature(252, b"\x2a\xe3\x89\xb8"), GZIP),
        signature_alone=False,
        extension_alone=True,
    ),
    _itk(
        "MINC",
        "Medical Imaging NetCDF 2",
        (".mnc2", ".mnc"),
        "MINC 2.0 File Format Reference, https://en.wikibooks.org/wiki/MINC",
        dtypes=("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"),
        signatures=(Signature(0, b"\x89HDF\r\n\x1a\n"),),
        signature_alone=False,
        trust="external",  # HDF5 can refer to other files
    ),
    _itk(
        "HDF5",
        "ITK image in HDF5",
        (".hdf5", ".h5", ".he5"),
        f"HDF5 File Format Specification, https://docs.hdfgroup.org; {_ITK}",
        signatures=(Signature(0, b"\x89HDF\r\n\x1a\n"),),
        signature_alone=False,
        trust="external",  # it can refer to other files
        priority=_LAST,
    ),
    _itk(
        "MRC",
        "MRC electron density map",
        (".mrc", ".rec"),
        "MRC2014 file format, https://www.ccpem.ac.uk/mrc_format/mrc2014.php",
        dtypes=("uint8", "int16", "uint16", "float32"),
        signatures=(Signature(208, b"MAP "),),
        signature_alone=False,
        extension_alone=True,
        priority=_LAST,
    ),
    _itk(
        "BIORAD",
        "Bio-Rad confocal microscope",
        (".pic",),
        "Bio-Rad PIC file format, MRC-500, -600 and -1024, section Header",
        dtypes=("uint8", "uint16"),
        written=("uint8",),  # of uint16 ITK writes the bytes the other way round
        signatures=(Signature(54, b"\x39\x30"),),
        signature_alone=False,
    ),
    _itk(
        "PNG",
        "Portable Network Graphics",
        (".png",),
        "ISO/IEC 15948, Portable Network Graphics",
        dtypes=("uint8", "uint16"),
        channels=(1, 3, 4),
        signatures=(Signature(0, b"\x89PNG\r\n\x1a\n"),),
        priority=_LAST,
    ),
    _itk(
        "TIFF",
        "Tagged Image File Format",
        (".tif", ".tiff"),
        "TIFF Revision 6.0",
        dtypes=("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"),
        signatures=(Signature(0, b"II*\0"), Signature(0, b"MM\0*")),
        priority=_LAST,
    ),
)
