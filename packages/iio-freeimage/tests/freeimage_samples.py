"""Pictures, files of them by Pillow, and whether FreeImage is here."""

from __future__ import annotations

import io

import numpy as np
import pytest

from iio_freeimage import _library

needs_library = pytest.mark.skipif(
    _library.find() is None, reason="FreeImage is in Debian's libfreeimage3"
)


def picture(channels: int = 3, height: int = 20, width: int = 24) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    planes = [(x * 9 + y * 5 * (c + 1) + x * y * 31) % 256 for c in range(channels)]
    image = np.stack(planes, axis=-1).astype(np.uint8)
    return image[..., 0] if channels == 1 else image


def by_pillow(image: np.ndarray, format: str, **options: object) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image).save(file, format, **options)
    return file.getvalue()
