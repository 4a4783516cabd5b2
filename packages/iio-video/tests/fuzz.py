"""Fuzz one format with atheris: ``python fuzz.py FORMAT [SECONDS [FLAG ...]]``, or list them.

That is the one whose bytes this wheel parses itself; the others are FFmpeg's.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np

from iio_core.testing import FuzzTarget, fuzz, survives

sys.path.insert(0, str(Path(__file__).parent))


def flash_files() -> dict[str, bytes]:
    from test_video_swf import direct, flash, indexed, tag

    image = np.arange(5 * 6 * 4, dtype=np.uint8).reshape(5, 6, 4)
    bitmaps = [
        direct(image[..., :3], alpha=False),
        direct(image, alpha=True),
        indexed(image[..., 0] % 5, image[:5, 0, :3]),
        indexed(image[..., 0] % 5, image[:5, 0]),
    ]
    return {
        "plain": flash(*bitmaps),
        "deflated": flash(*bitmaps[:2], kind=b"CWS"),
        "LZMA": flash(*bitmaps[:2], kind=b"ZWS"),
        "open": flash(tag(9, b"\1\2\3"), *bitmaps, end=False),
    }


def prepare(format: str) -> FuzzTarget:
    return FuzzTarget(
        flash_files(), partial(survives, extension=".swf", plugin="swf", own_errors=True)
    )


if __name__ == "__main__":
    fuzz(["SWF"], prepare, packages=["iio_video"])
