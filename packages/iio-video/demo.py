"""Videos of several kinds for ``nox -s demo``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import iio_core as iio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REAL = ("cockatoo.mp4", "test.webm")


def waves(
    count: int = 48, height: int = 180, width: int = 240
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return frames of waves that run outwards."""
    y, x = np.mgrid[0:height, 0:width]
    distance = np.hypot(y - height / 2, x - width / 2)
    frames = []
    for number in range(count):
        phase = distance / 9 - 2 * np.pi * number / 24
        bands = [np.sin(phase + shift) for shift in (0, 0.7, 1.4)]
        frames.append(np.stack([127.5 + 127.5 * band for band in bands], axis=-1))
    return np.stack(frames).astype(np.uint8)


def samples(folder: Path, data: Path | None) -> Iterator[tuple[Path, str]]:
    """Write the same frames in several containers, and name real files where they are at hand."""
    for name in REAL:
        if data is not None and (data / name).is_file():
            yield data / name, "a real file"
    frames = waves()
    made: list[tuple[str, str, dict[str, Any]]] = [
        ("h264.mp4", "H.264", {"fps": 24, "quality": 8}),
        ("vp9.webm", "VP9", {"fps": 24}),
        ("av1.mkv", "AV1", {"fps": 24, "codec": "libsvtav1"}),
        ("exact.mkv", "FFV1, every value kept", {"codec": "ffv1"}),
        ("old.wmv", "Windows Media Video", {}),
        ("program.mpg", "MPEG-2", {}),
    ]
    for name, remark, options in made:
        path = folder / name
        iio.imwrite(path, frames, plugin="pyav", **options)
        yield path, remark
