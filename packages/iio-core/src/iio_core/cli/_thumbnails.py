"""Images made small, and visible: whatever was measured becomes red, green and blue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from typing import Any

__all__ = ["Thumbnail", "planes_of", "said", "shown_range", "thumbnail", "to_rgb"]

_CHECKS = (102, 153)  # behind transparent pixels


class Thumbnail(NamedTuple):
    """A small image in its own values, with how much of each pixel is covered (0 to 1)."""

    values: np.ndarray  # float64, (height, width) or (height, width, 3)
    cover: np.ndarray | None
    dtype: np.dtype


def planes_of(image: np.ndarray, axes: str | None = None) -> np.ndarray:
    """Return an array as a stack of images: the axes before the rows are one, or there is one.

    Examples
    --------
    >>> planes_of(np.zeros((2, 5, 40, 30), np.uint8)).shape
    (10, 40, 30)
    """
    if axes and "Y" in axes and len(axes) == image.ndim:
        leading = axes.index("Y")
    else:
        leading = image.ndim - (3 if image.ndim > 2 and image.shape[-1] <= 4 else 2)
    if leading < 0:  # a line
        image, leading = np.atleast_2d(image), 0
    return image.reshape(-1, *image.shape[leading:])


def thumbnail(image: np.ndarray, height: int, width: int) -> Thumbnail:
    """Return an image of at most that size: the mean of what each small pixel covers."""
    dtype = image.dtype
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[:, :, 0]
    rows, columns = image.shape[:2]
    if not rows or not columns:
        return Thumbnail(np.zeros((1, 1)), None, dtype)
    scale = min(height / rows, width / columns, 1.0)
    image = _mean(image, max(round(rows * scale), 1), max(round(columns * scale), 1))
    if image.ndim == 2:
        return Thumbnail(image, None, dtype)
    channels = image.shape[-1]
    cover = None
    if channels in {2, 4}:
        most = np.iinfo(dtype).max if dtype.kind in "ui" else 1.0
        cover = np.clip(image[:, :, -1] / most, 0, 1)
    return Thumbnail(image[:, :, 0] if channels < 3 else image[:, :, :3], cover, dtype)


def _mean(image: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return the mean of blocks of pixels; where they do not divide, each pixel is in one."""
    if image.dtype.kind == "c":
        image = np.abs(image)
    tall = np.linspace(0, image.shape[0], rows, endpoint=False).astype(int)
    wide = np.linspace(0, image.shape[1], columns, endpoint=False).astype(int)
    sums = np.stack(
        [
            np.add.reduceat(image[top:bottom].sum(axis=0, dtype=np.float64), wide, axis=0)
            for top, bottom in zip(tall, [*tall[1:], image.shape[0]], strict=True)
        ]
    )
    areas = np.outer(np.diff([*tall, image.shape[0]]), np.diff([*wide, image.shape[1]]))
    mean: np.ndarray = sums / areas.reshape(*areas.shape, *[1] * (sums.ndim - 2))
    return mean


def shown_range(thumbnails: Sequence[Thumbnail]) -> tuple[float, float] | None:
    """Return the values that are shown as black and white; None where all 8 bits are, as they are.

    One range for all images of a file, so that they can be compared.
    """
    if all(t.dtype == np.uint8 for t in thumbnails):
        return None
    if all(t.dtype == np.bool_ for t in thumbnails):
        return 0.0, 1.0
    known = [t.values[np.isfinite(t.values)] for t in thumbnails]
    known = [values for values in known if values.size]
    if not known:
        return 0.0, 1.0
    return min(float(v.min()) for v in known), max(float(v.max()) for v in known)


def to_rgb(small: Thumbnail, limits: tuple[float, float] | None) -> np.ndarray:
    """Return 8 bits of red, green and blue; transparent pixels lie on a checkerboard."""
    values = small.values
    if limits is not None:
        low, high = limits
        with np.errstate(invalid="ignore", over="ignore"):
            values = (values - low) / ((high - low) or 1.0) * 255
        values = np.nan_to_num(values, nan=0.0, posinf=255.0, neginf=0.0)
    if values.ndim == 2:
        values = np.repeat(values[:, :, None], 3, axis=2)
    if small.cover is not None:
        rows, columns = np.indices(small.cover.shape) // 8
        behind = np.where((rows + columns) % 2, *_CHECKS)[:, :, None]
        cover = small.cover[:, :, None]
        values = values * cover + behind * (1 - cover)
    rgb: np.ndarray = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rgb


def said(name: str, dtype: Any, limits: tuple[float, float]) -> str:
    """Return what was done to make values visible.

    Examples
    --------
    >>> said("scan.tif", "uint16", (12, 4095))
    'scan.tif: uint16 values from 12 (black) to 4095 (white)'
    """
    return f"{name}: {dtype} values from {limits[0]:.6g} (black) to {limits[1]:.6g} (white)"
