"""Pillow's modes and NumPy's arrays: which is which, without losing a bit.

Pillow's handbook, chapter "Concepts", section "Modes".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["LAYOUTS", "layout", "looked_up", "natural_mode", "to_array", "to_eight_bits"]

# Mode: dtype, number of channels.
LAYOUTS: dict[str, tuple[np.dtype[Any], int]] = {
    "1": (np.dtype(bool), 1),
    "L": (np.dtype(np.uint8), 1),
    "P": (np.dtype(np.uint8), 1),
    "LA": (np.dtype(np.uint8), 2),
    "La": (np.dtype(np.uint8), 2),
    "PA": (np.dtype(np.uint8), 2),
    "RGB": (np.dtype(np.uint8), 3),
    "YCbCr": (np.dtype(np.uint8), 3),
    "LAB": (np.dtype(np.uint8), 3),
    "HSV": (np.dtype(np.uint8), 3),
    "RGBA": (np.dtype(np.uint8), 4),
    "RGBa": (np.dtype(np.uint8), 4),
    "RGBX": (np.dtype(np.uint8), 4),
    "CMYK": (np.dtype(np.uint8), 4),
    "I;16": (np.dtype("<u2"), 1),
    "I;16L": (np.dtype("<u2"), 1),
    "I;16B": (np.dtype(">u2"), 1),
    "I;16N": (np.dtype("=u2"), 1),
    "I": (np.dtype(np.int32), 1),
    "F": (np.dtype(np.float32), 1),
}

_NATIVE = {mode: (dtype.newbyteorder("="), n) for mode, (dtype, n) in LAYOUTS.items()}

# Modes that mean another one to whoever looks at the pixels: indices into a palette, alpha that is
# multiplied in, padding.
_MEANT = {"PA": "RGBA", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB"}


def natural_mode(image: Image.Image) -> str:
    """Return the mode in which the pixels of an image can be used without its palette."""
    mode = image.mode
    if mode == "P":
        palette = image.palette
        has_alpha = "transparency" in image.info or (palette is not None and palette.mode == "RGBA")
        return "RGBA" if has_alpha else "RGB"
    return _MEANT.get(mode, mode)


def layout(mode: str, size: tuple[int, int]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and dtype (in native byte order) of the array of an image of `mode`."""
    dtype, channels = _NATIVE[mode]
    width, height = size
    return (height, width) if channels == 1 else (height, width, channels), dtype


def to_array(image: Image.Image) -> np.ndarray[Any, Any]:
    """Return the pixels of an image as they are, in the byte order of the mode.

    A small array is read-only; of a large one there is never a second copy, and it is writable.
    """
    dtype, channels = LAYOUTS[image.mode]
    width, height = image.size
    if image.mode == "1":
        # Pillow unpacks the bits to bytes of 0 and 255.
        bits = np.frombuffer(image.tobytes("raw", "L"), np.uint8).reshape(height, width)
        return np.not_equal(bits, 0)
    shape = (height, width) if channels == 1 else (height, width, channels)
    row = width * channels * dtype.itemsize
    if row * height > _LARGE and row <= _STRIP:
        return _by_strips(image, np.empty(shape, dtype), _STRIP // row)
    return np.frombuffer(image.tobytes(), dtype).reshape(shape)


# From this size on the C library takes fresh memory from the system for each copy, and touching
# that for the first time costs more than the copying itself.
_LARGE = 16 << 20
_STRIP = 1 << 20  # stays in the processor's cache


def _by_strips(image: Image.Image, array: np.ndarray[Any, Any], rows: int) -> np.ndarray[Any, Any]:
    """Fill an array with the pixels of an image, so many rows at a time.

    ``image.tobytes()`` collects pieces, joins them and gives bytes that have to be copied once more
    to be writable: three times the memory, and for 12 megapixels twice the time.
    """
    width, height = image.size
    for top in range(0, height, rows):
        strip = array[top : top + rows]
        # Not image.crop(), which refuses by a limit of its own that is global to the process.
        box = (0, top, width, min(top + rows, height))
        data = image._new(image.im.crop(box)).tobytes()
        strip[...] = np.frombuffer(data, array.dtype).reshape(strip.shape)
    return array


def looked_up(
    array: np.ndarray[Any, Any],
    table: np.ndarray[Any, Any],
    *,
    channels: int | None = None,
    out: np.ndarray[Any, Any] | None = None,
) -> np.ndarray[Any, Any]:
    """Replace each value by its entry in a table, a few rows at a time.

    Parameters
    ----------
    array : numpy.ndarray
        Of unsigned integers, ``(height, width)`` or ``(height, width, channels)``.
    table : numpy.ndarray
        With an entry for each value that there may be.
    channels : int, optional
        How many of the channels; the others stay as they are.
    out : numpy.ndarray, optional
        Where to write; by default it is `array` itself, or a copy of what is read-only.
    """
    if out is None:
        out = array if array.flags.writeable else array.copy()
    row = max(1, array[:1].size)
    rows = max(1, _STRIP // 8 // row)  # NumPy makes indices of 8 bytes of them
    for top in range(0, len(array), rows):
        part = (
            np.s_[top : top + rows] if channels is None else np.s_[top : top + rows, :, :channels]
        )
        out[part] = table[array[part]]
    return out


def to_eight_bits(image: Image.Image) -> Image.Image:
    """Return a gray image of 16 bits as one of 8, scaled so that 65535 becomes 255.

    Pillow's own conversion makes 255 of everything above. PNG specification, third edition,
    section 13.12 (sample depth rescaling).

    Parameters
    ----------
    image : PIL.Image.Image
        Of mode I;16 or one of its kin; or of mode I with values of 16 bits, as Pillow has them of
        PGM files. What is outside is clipped. Its palette, transparency and metadata are left.

    Returns
    -------
    PIL.Image.Image
        Of mode L.
    """
    from PIL import Image

    values = to_array(image)
    if image.mode == "I":
        values = np.clip(values, 0, 0xFFFF).astype(np.uint16)
    table = ((np.arange(1 << 16, dtype=np.uint32) + 128) // 257).astype(np.uint8)
    return Image.fromarray(looked_up(values, table, out=np.empty(values.shape, np.uint8)))
