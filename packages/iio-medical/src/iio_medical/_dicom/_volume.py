"""The planes of a series as one array."""

from __future__ import annotations

from typing import Any

import numpy as np

from iio_core import DecodeError, IIOError, warn

from ._apply import (
    Apply,
    applied,
    rescale_in_place,
    rescales_of,
    shown_shape,
    stored_dtype,
)
from ._decode import is_direct, read_into, stored
from ._file import DicomFile
from ._frames import is_enhanced
from ._progress import Indicator, followed
from ._stack import Stack

__all__ = ["read_volume"]

_NAMED = 5


def read_volume(
    stack: Stack,
    apply: Apply,
    dtype: np.dtype[Any],
    *,
    progress: bool | Indicator | None,
    skip_damaged: bool,
) -> np.ndarray[Any, Any]:
    """Decode all planes of a stack.

    Parameters
    ----------
    stack : Stack
        The planes.
    apply : {"rescale", "voi", None}
        As for `DicomReader.read`.
    dtype : numpy.dtype
        Of the result.
    progress : bool or Indicator
        As for `followed`.
    skip_damaged : bool
        Whether planes that cannot be decoded are zeros, which is warned of.

    Raises
    ------
    DecodeError
        If planes cannot be decoded; it names the files.
    """
    if stack.is_multiframe:
        file = stack.first
        with file.open() as opened:
            return applied(stored(file, opened, None), file, apply, dtype)
    volume = np.empty(stack.shape_of(apply), dtype)
    planes = volume.reshape(len(stack.files), *shown_shape(stack.first, apply))
    failed: list[tuple[DicomFile, str]] = []
    for number, file in enumerate(followed(stack.files, len(planes), "Reading DICOM", progress)):
        try:
            _read_plane(planes[number], file, apply)
        except (IIOError, OSError, ValueError, RuntimeError) as error:
            failed.append((file, str(error)))
            planes[number] = 0
    if failed:
        _tell(stack, failed, skip_damaged=skip_damaged)
    return volume


def _read_plane(out: np.ndarray[Any, Any], file: DicomFile, apply: Apply) -> None:
    with file.open() as opened:
        if not (is_direct(file) and _is_in_place(file, out.dtype, apply)):
            array = applied(stored(file, opened, None), file, apply, out.dtype)
            if array.shape != out.shape:
                raise DecodeError(f"{file.name} is {array.shape}, not {out.shape}", plugin="dicom")
            out[...] = array
            return
        read_into(out.view(stored_dtype(file)), file, opened)
        if apply is not None and (rescale := rescales_of(file)[0]) is not None:
            rescale_in_place(out, rescale)


def _is_in_place(file: DicomFile, dtype: np.dtype[Any], apply: Apply) -> bool:
    """Tell whether stored values become what they stand for where they are."""
    if "ModalityLUTSequence" in file.header or apply == "voi" or is_enhanced(file.header):
        return False
    return dtype.kind in "ui" and dtype.itemsize == stored_dtype(file).itemsize


def _tell(stack: Stack, failed: list[tuple[DicomFile, str]], *, skip_damaged: bool) -> None:
    """Raise, or warn, of planes that are not there."""
    said = "; ".join(
        text if file.name in text else f"{file.name}: {text}" for file, text in failed[:_NAMED]
    )
    more = f"; and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    message = f"series {stack.id}: {len(failed)} of {len(stack.files)} images cannot be decoded"
    if skip_damaged and len(failed) < len(stack.files):
        warn(f"{message}, and are zeros: {said}{more}")
        return
    raise DecodeError(
        f"{message}; skip_damaged=True reads the others: {said}{more}", plugin="dicom"
    )
