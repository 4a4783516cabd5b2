"""The environment of processes that tests start."""

from __future__ import annotations

import os
from pathlib import Path

import iio_core as iio

HERE = Path(__file__).parent


def python_environment(path: str = "") -> dict[str, str]:
    """Return an environment in which a child finds what is tested here, and nothing of IIO's."""
    folders = [path, str(HERE), str(Path(iio.__file__).parents[1])]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("IIO_")}
    return kept | {"PYTHONPATH": os.pathsep.join(f for f in folders if f)}
