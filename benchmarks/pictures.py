"""The pictures that are read and written: the same in every run, and about as busy as photos."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

__all__ = ["animation", "encoded", "photo"]

Array = np.ndarray[Any, np.dtype[np.uint8]]


def photo(width: int, height: int, seed: int = 0) -> Array:
    """Return an RGB picture: large soft shapes, smaller ones over them, and some noise."""
    random = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), np.float32)
    for cells, strength in ((4, 90.0), (16, 50.0), (64, 25.0)):
        small = random.random((cells, cells, 3), np.float32)
        for channel in range(3):
            layer = Image.fromarray(small[:, :, channel])
            layer = layer.resize((width, height), Image.Resampling.BICUBIC)
            total[:, :, channel] += strength * np.asarray(layer)
    total += random.normal(0, 3, (height, width, 1)).astype(np.float32)
    return np.clip(total + 40, 0, 255).astype(np.uint8)


def animation(width: int, height: int, count: int) -> Array:
    """Return frames of 64 colors, in each of which a square stands elsewhere."""
    still = photo(width, height) // 64 * 64
    frames = np.repeat(still[None], count, axis=0)
    for number, frame in enumerate(frames):
        left = number * (width - 20) // count
        frame[10:30, left : left + 20] = (255, 0, 0)
    return frames


def encoded(picture: Array, format: str, **options: Any) -> bytes:
    """Return a picture as a file, encoded by Pillow itself."""
    file = io.BytesIO()
    images = [Image.fromarray(one) for one in (picture if picture.ndim == 4 else picture[None])]
    if len(images) > 1:
        options.update(save_all=True, append_images=images[1:])
    images[0].save(file, format, **options)
    return file.getvalue()
