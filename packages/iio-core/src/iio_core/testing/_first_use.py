"""What a process shares, before and after its first use of a plugin.

It is looked at in a worker, in which nobody has used the plugin before, and which does without
pytest, as that changes some of what is looked at.
"""

from __future__ import annotations

import contextlib
import locale
import os
import random
import signal
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import iio_core as iio

from ._task import Given

__all__ = ["changed", "state", "use"]


_COMMON = frozenset({"builtins", "numpy", "numpy.exceptions", "iio_core", "iio_core._errors"})


def state() -> dict[str, Any]:
    """Return what others in this process see as well."""
    return {
        "the working directory": os.getcwd(),
        "the environment": dict(os.environ),
        "sys.path": list(sys.path),
        # A library's filter for warnings of its own, set when it is imported, hides nobody else's.
        "the warning filters": [f for f in warnings.filters if f[2].__module__ in _COMMON],
        "the seed of random": random.getstate(),
        "the seed of numpy.random": repr(np.random.get_state()),
        "NumPy's error handling": np.geterr(),
        "NumPy's print options": repr(np.get_printoptions()),
        "the locale": locale.setlocale(locale.LC_ALL),
        "the recursion limit": sys.getrecursionlimit(),
        "signal handlers": [signal.getsignal(s) for s in sorted(signal.valid_signals())],
        "threads": sorted(t.name for t in threading.enumerate()),
    }


def use(given: Given, folder: Path) -> None:
    """Read a sample in every way, whole and cut off, and write its image.

    What is raised is looked at by other checks.
    """
    for data in (given.data, given.data[: len(given.data) // 2]):
        for call in (iio.imread, iio.improps, iio.immeta):
            with contextlib.suppress(Exception):
                given.read(data, call)
        with contextlib.suppress(Exception):
            list(iio.imiter(data, **given.how))
    if given.extension is not None:
        with contextlib.suppress(Exception):
            iio.imwrite(folder / f"written{given.extension}", given.image, format=given.format)


def changed(before: dict[str, Any], given: Given, folder: Path) -> list[str]:
    """Use the plugin; return what is no longer as it was before, by its name."""
    use(given, folder)
    after = state()
    return [name for name, value in before.items() if after[name] != value]
