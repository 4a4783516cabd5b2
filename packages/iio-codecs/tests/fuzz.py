"""Fuzz our parsers of a format with atheris: ``fuzz.py FORMAT [SECONDS [FLAG ...]]``, or list them.

The codecs themselves, which are written in C and fuzzed by their authors, are left out: pixels that
they would decode are zeros.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from iio_codecs._spec import SPEC
from iio_core.testing import FuzzTarget, fuzz

sys.path.insert(0, str(Path(__file__).parent))


def undecoded(
    codec: str, data: bytes, /, *, out: np.ndarray | None = None, **options: Any
) -> np.ndarray:
    """Return zeros of the shape that is declared; all but frames of a PNG bring it as `out`."""
    from iio_codecs._png_chunks import layout

    if out is None:
        found = layout(data)
        return np.zeros(found.shape, found.dtype)
    return out


def prepare(format: str) -> FuzzTarget:
    from codecs_hostile import seeds, survive

    import iio_codecs._apng as frames
    import iio_codecs._plugin as plugin

    reader = sys.modules[plugin._class(plugin._READERS, format).__module__]
    for module in (reader, frames):
        vars(module)["decode"] = undecoded
    return FuzzTarget(seeds(format), partial(survive, format=format, pixels=True))


if __name__ == "__main__":
    fuzz([format.name for format in SPEC.formats], prepare, packages=["iio_codecs"])
