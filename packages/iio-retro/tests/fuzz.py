"""Fuzz one format with atheris: ``python fuzz.py FORMAT [SECONDS [FLAG ...]]``, or list them.

It begins with the files in ``data``.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from iio_core.testing import FuzzTarget, fuzz
from iio_retro._spec import SPEC

sys.path.insert(0, str(Path(__file__).parent))


def prepare(format: str) -> FuzzTarget:
    from retro_data import contents, extension_of, format_of
    from retro_mutations import CHUNKS, mended, survive
    from test_retro_fuzz import NAMES

    files = [name for name in NAMES if format_of(name) == format]
    extension = extension_of(files[0])
    options = {"bitmaps": True} if format in ("WMF", "EMF") else {}
    return FuzzTarget(
        {name: contents(name) for name in files},
        partial(survive, extension=extension, **options),
        partial(mended, extension=extension) if extension in CHUNKS else None,
    )


if __name__ == "__main__":
    fuzz([format.name for format in SPEC.formats], prepare, packages=["iio_retro"])
