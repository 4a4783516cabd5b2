"""From stored values to what they stand for: which dtype that needs, and the arithmetic.

DICOM PS3.3, section C.11.1 (Modality LUT) and C.11.2 (VOI LUT).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from iio_core import DecodeError, OptionError

from ._frames import frames_of, is_enhanced, rescale_of
from ._header import Header
from ._types import Rescale

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from ._file import DicomFile

__all__ = [
    "Apply",
    "applied",
    "check_apply",
    "dtype_of",
    "is_gray",
    "rescale_in_place",
    "rescales_of",
    "shown_shape",
    "stored_dtype",
    "voi_dtype",
]

Apply = Literal["rescale", "voi"] | None
_INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")


def check_apply(apply: object) -> None:
    """Raise `OptionError` if `apply` is none of the three."""
    if apply not in ("rescale", "voi", None):
        raise OptionError(f"apply={apply!r} is none of 'rescale', 'voi' and None")


def stored_dtype(file: DicomFile) -> np.dtype[Any]:
    """Return the dtype of the values as they are stored, in the machine's byte order."""
    header = file.header
    keyword = file.pixels.keyword if file.pixels is not None else "PixelData"
    if keyword != "PixelData":
        return np.dtype("float32" if keyword == "FloatPixelData" else "float64")
    bits = header.integer("BitsAllocated", 0)
    if bits == 1:
        return np.dtype("uint8")
    if bits not in (8, 16, 32, 64):
        raise DecodeError(
            f"{file.name} has {bits} bits allocated for a sample; 1, 8, 16, 32 and 64 are read",
            plugin="dicom",
        )
    return np.dtype(f"{'ui'[header.integer('PixelRepresentation', 0) & 1]}{bits // 8}")


def stored_range(file: DicomFile) -> tuple[int, int]:
    """Return the least and the greatest value that the header allows."""
    bits = file.header.integer("BitsAllocated", 16)
    bits = min(file.header.integer("BitsStored", bits) or bits, bits)
    if file.header.integer("PixelRepresentation", 0) & 1:
        return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    return 0, (1 << bits) - 1


def dtype_of(files: Iterable[DicomFile], apply: Apply) -> np.dtype[Any]:
    """Return the dtype that holds whatever the files may hold, as their headers say.

    The smallest integer, if all of it is whole numbers; otherwise float32.
    """
    least, greatest = 0, 0
    found: set[np.dtype[Any]] = set()
    for file in files:
        stored = stored_dtype(file)
        if apply is None or stored.kind == "f" or len(file.header.shape) > 2:
            found.add(_shown_dtype(file, stored, apply))
            continue
        if apply == "voi" and (special := voi_dtype(file)) is not None:
            found.add(special)
            continue
        if "ModalityLUTSequence" in file.header:
            found.add(np.dtype(_lut_dtype(file.dataset().ModalityLUTSequence[0])))
            continue
        for rescale in rescales_of(file):
            low, high = stored_range(file)
            if rescale is not None:
                if not all(number.is_integer() and abs(number) < 2**53 for number in rescale):
                    found.add(np.dtype("float32"))
                    continue
                slope, intercept = int(rescale[0]), int(rescale[1])
                low, high = sorted((low * slope + intercept, high * slope + intercept))
            least, greatest = min(least, low), max(greatest, high)
    if (least, greatest) != (0, 0) or not found:
        found.add(_smallest(least, greatest))
    result = np.result_type(*found)
    floats = any(kind.kind == "f" for kind in found)
    return np.dtype("float32") if floats and np.dtype("float64") not in found else result


def rescales_of(file: DicomFile) -> list[Rescale | None]:
    """Return slope and intercept of each frame, or one of both for all of them."""
    if file.header.photometric == "PALETTE COLOR":
        return [None]
    if (found := rescale_of(file.header)) is not None or not is_enhanced(file.header):
        return [found]
    each: list[Rescale | None] = [frame.rescale for frame in frames_of(file)]
    return each if len(set(each)) > 1 else each[:1]


def _smallest(least: int, greatest: int) -> np.dtype[Any]:
    for name in _INTEGERS:
        limits = np.iinfo(name)
        if limits.min <= least and greatest <= limits.max:
            return np.dtype(name)
    return np.dtype("float32")


def _shown_dtype(file: DicomFile, stored: np.dtype[Any], apply: Apply) -> np.dtype[Any]:
    special = voi_dtype(file) if apply == "voi" and len(file.header.shape) == 2 else None
    return stored if special is None else special


def voi_dtype(file: DicomFile) -> np.dtype[Any] | None:
    """Return the dtype after a window, a VOI LUT or a palette; None if there is none of them."""
    dataset = file.dataset()
    if file.header.photometric == "PALETTE COLOR":
        return np.dtype("uint8" if _palette_bits(dataset) <= 8 else "uint16")
    if lut := dataset.get("VOILUTSequence"):
        return np.dtype(_lut_dtype(lut[0]))
    if dataset.get("WindowCenter") is None or dataset.get("WindowWidth") is None:
        return None
    return np.dtype("float64") if is_gray(file.header) else None


def is_gray(header: Header) -> bool:
    """Tell whether samples are gray values."""
    return header.photometric in ("MONOCHROME1", "MONOCHROME2")


def _palette_bits(dataset: Dataset) -> int:
    descriptor = dataset.get("RedPaletteColorLookupTableDescriptor")
    if descriptor is None or len(descriptor) != 3:
        raise DecodeError("a palette without its descriptor", plugin="dicom")
    return int(descriptor[2])


def shown_shape(file: DicomFile, apply: Apply) -> tuple[int, ...]:
    """Return the shape of one frame: a palette that is applied adds samples."""
    shape = file.header.shape
    if apply != "voi" or file.header.photometric != "PALETTE COLOR" or len(shape) > 2:
        return shape
    alpha = "AlphaPaletteColorLookupTableData", "SegmentedAlphaPaletteColorLookupTableData"
    return (*shape, 4 if any(keyword in file.dataset() for keyword in alpha) else 3)


def _lut_dtype(item: Dataset) -> str:
    descriptor = item.get("LUTDescriptor")
    if descriptor is None or len(descriptor) != 3:
        raise DecodeError("a lookup table without its descriptor", plugin="dicom")
    return "uint8" if int(descriptor[2]) <= 8 else "uint16"


def applied(
    array: np.ndarray[Any, Any],
    file: DicomFile,
    apply: Apply,
    dtype: np.dtype[Any],
    frame: int | None = None,
) -> np.ndarray[Any, Any]:
    """Return what stored values stand for.

    Parameters
    ----------
    array : numpy.ndarray
        One frame or several, as stored.
    file : DicomFile
        Whose they are.
    apply : {"rescale", "voi", None}
        What to apply.
    dtype : numpy.dtype
        Of the result, as `dtype_of` returned it.
    frame : int, optional
        Which frame it is; None for all of them.
    """
    header = file.header
    if apply is not None and array.dtype.kind != "f" and len(header.shape) == 2:
        if header.photometric == "PALETTE COLOR":
            if apply == "voi":
                from pydicom.pixels.processing import apply_color_lut

                array = apply_color_lut(array, file.dataset())
        elif "ModalityLUTSequence" in header:
            array = _looked_up(array, file.dataset().ModalityLUTSequence[0], file)
        else:
            between = dtype if apply == "rescale" else np.dtype("float64")
            _check_rescaled(array, file, between)
            array = _each_rescaled(array, rescales_of(file), frame, between)
        if apply == "voi" and is_gray(header):
            from pydicom.pixels.processing import apply_voi_lut

            array = apply_voi_lut(array, file.dataset())
    if array.dtype == dtype:
        return array
    _check_fits(array, dtype, file)
    return array.astype(dtype)


def _each_rescaled(
    array: np.ndarray[Any, Any],
    rescales: list[Rescale | None],
    frame: int | None,
    dtype: np.dtype[Any],
) -> np.ndarray[Any, Any]:
    if len(rescales) == 1 or frame is not None or array.ndim == 2:
        rescale = rescales[0 if len(rescales) == 1 else frame or 0]
        return array if rescale is None else _rescaled(array, rescale, dtype)
    result = np.empty(array.shape, dtype)
    for number, rescale in enumerate(rescales):
        one = array[number]
        result[number] = one if rescale is None else _rescaled(one, rescale, dtype)
    return result


def _rescaled(
    array: np.ndarray[Any, Any], rescale: Rescale, dtype: np.dtype[Any]
) -> np.ndarray[Any, Any]:
    slope, intercept = rescale
    if dtype.kind == "f":
        wide = array.astype(np.float64)
        wide *= slope
        wide += intercept
        return wide
    result = array.astype(dtype)
    rescale_in_place(result, rescale)
    return result


def rescale_in_place(array: np.ndarray[Any, Any], rescale: Rescale) -> None:
    """Apply slope and intercept of whole numbers to integers.

    Arithmetic modulo 2**n ends where it should, as the results are known to fit, whether or not
    the stored values do.
    """
    slope, intercept = int(rescale[0]), int(rescale[1])
    modulus = 1 << (8 * array.dtype.itemsize)
    if slope != 1:
        np.multiply(array, _wrapped(slope % modulus, array.dtype), out=array)
    if intercept != 0:
        np.add(array, _wrapped(intercept % modulus, array.dtype), out=array)


def _check_rescaled(array: np.ndarray[Any, Any], file: DicomFile, dtype: np.dtype[Any]) -> None:
    """Raise if what was decoded would not fit once it is rescaled.

    Compressed frames have a number of bits of their own, which may be more than the header says.
    """
    if dtype.kind == "f" or array.size == 0:
        return
    held, told = np.iinfo(array.dtype), stored_range(file)
    if told[0] <= held.min and held.max <= told[1]:
        return
    low, high = int(array.min()), int(array.max())
    if told[0] <= low and high <= told[1]:
        return
    limits = np.iinfo(dtype)
    for slope, intercept in {rescale or (1, 0) for rescale in rescales_of(file)}:
        ends = [int(slope) * value + int(intercept) for value in (low, high)]
        if min(ends) < limits.min or max(ends) > limits.max:
            raise _excluded(low, high, file)


def _wrapped(number: int, dtype: np.dtype[Any]) -> np.generic:
    unsigned = np.array(number, np.dtype(f"u{dtype.itemsize}"))
    value: np.generic = unsigned.view(dtype).flat[0]
    return value


def _looked_up(array: np.ndarray[Any, Any], item: Dataset, file: DicomFile) -> np.ndarray[Any, Any]:
    """Apply a modality LUT: values below the table take its first entry, those above its last."""
    entries, first, _ = (int(number) for number in item.LUTDescriptor)
    entries = entries or 1 << 16
    if first >= 1 << 15 and file.header.integer("PixelRepresentation", 0):
        first -= 1 << 16  # its VR may be US or SS
    data: Any = item.LUTData
    if isinstance(data, bytes):
        little = file.dataset().file_meta.TransferSyntaxUID.is_little_endian
        table = np.frombuffer(data, "<u2" if little else ">u2")
    else:
        table = np.atleast_1d(np.asarray(data))
    if len(table) < entries:
        raise DecodeError(
            f"{file.name} has a lookup table of {len(table)} entries, and says that it has "
            f"{entries}",
            plugin="dicom",
        )
    place = np.clip(array.astype(np.int64) - first, 0, entries - 1)
    looked_up: np.ndarray[Any, Any] = table.astype(_lut_dtype(item))[place]
    return looked_up


def _check_fits(array: np.ndarray[Any, Any], dtype: np.dtype[Any], file: DicomFile) -> None:
    """Raise if decoded pixels are not what the header says that they are."""
    if dtype.kind == "f" or array.size == 0 or np.can_cast(array.dtype, dtype):
        return
    limits = np.iinfo(dtype)
    low, high = array.min(), array.max()
    if low < limits.min or high > limits.max:
        raise _excluded(low, high, file)


def _excluded(low: Any, high: Any, file: DicomFile) -> DecodeError:
    return DecodeError(
        f"{file.name} has values from {low} to {high}, which the number of bits in its header "
        "excludes; apply=None reads them as they are stored",
        plugin="dicom",
    )
