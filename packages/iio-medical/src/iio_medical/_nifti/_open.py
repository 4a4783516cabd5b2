"""From a resource to nibabel's image: its header parsed, its pixels not read."""

from __future__ import annotations

import gzip
import os
import zlib
from typing import Any

import nibabel as nib
from nibabel.fileholders import FileHolder
from nibabel.freesurfer.mghformat import MGHImage

from iio_core import DecodeError, Resource

from ._ascii import AsciiImage
from ._minc import MincImage

__all__ = ["opened"]

_PAIRS = ((".img.gz", ".hdr.gz"), (".img", ".hdr"), (".hdr.gz", ".img.gz"), (".hdr", ".img"))
_MAGIC = {b"n+1\0": nib.Nifti1Image, b"ni1\0": nib.Nifti1Pair}
_MAGIC2 = {b"n+2\0": nib.Nifti2Image, b"ni2\0": nib.Nifti2Pair}


def opened(resource: Resource, format: str | None) -> Any:
    """Open an image.

    Parameters
    ----------
    resource : Resource
        The file; of a pair either of them.
    format : str
        The name of its format.

    Raises
    ------
    DecodeError
        If it is damaged, or the other file of a pair is not there.
    """
    if not resource.head(1):
        raise DecodeError(f"{resource.name} is empty", plugin="nifti", format=format)
    try:
        if format == "NIFTI-ASCII":
            return AsciiImage(resource)
        if format == "NIFTI-PAIR":
            return _pair(resource)
        file = _plain(resource)
        if format == "MGH":
            return MGHImage.from_file_map({"image": FileHolder(fileobj=file)})
        if format == "MINC1":
            return MincImage(file)
        kind = _kind(file, resource)
        holder = FileHolder(fileobj=file)
        return kind.from_file_map({"header": holder, "image": holder})
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DecodeError(f"{resource.name} cannot be unpacked: {error}", plugin="nifti") from error


def _plain(resource: Resource) -> Any:
    """Open a file, unpacked if it is packed."""
    file = resource.open()
    return gzip.GzipFile(fileobj=file) if resource.head(2) == b"\x1f\x8b" else file


def _kind(file: Any, resource: Resource) -> Any:
    head = file.read(348)
    file.seek(0)
    kind = _MAGIC2.get(head[4:8]) or _MAGIC.get(head[344:348])
    if kind is None:
        if len(head) == 348 and head[:4] in (b"\x5c\x01\0\0", b"\0\0\x01\x5c"):
            return nib.AnalyzeImage
        raise DecodeError(f"{resource.name} is no NIfTI: it has no magic number", plugin="nifti")
    return kind


def _pair(resource: Resource) -> Any:
    name = os.path.basename(resource.filename)
    for mine, others in _PAIRS:
        if name.lower().endswith(mine):
            other = resource.companion(name[: -len(mine)] + others)
            break
    else:
        raise DecodeError(
            f"{resource.name} is one of two files, and does not say where the other is: give the "
            "path of a .hdr or .img",
            plugin="nifti",
        )
    header, image = (resource, other) if ".hdr" in mine else (other, resource)
    file = _plain(header)
    kind = _kind(file, header)
    if kind in (nib.Nifti1Image, nib.Nifti2Image):  # a .nii under another name
        holder = FileHolder(fileobj=file)
        return kind.from_file_map({"header": holder, "image": holder})
    files = {"header": FileHolder(fileobj=file), "image": FileHolder(fileobj=_plain(image))}
    return kind.from_file_map(files)
