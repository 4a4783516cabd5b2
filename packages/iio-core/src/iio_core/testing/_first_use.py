"""What a process shares, before and after its first use of a plugin.

Run as a script in a process of its own, in which nobody has used the plugin yet. It imports nothing
of the kit, as pytest changes some of what is looked at.
"""

from __future__ import annotations

import contextlib
import json
import locale
import os
import random
import signal
import sys
import threading
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import iio_core as iio


def state() -> dict[str, Any]:
    """Return what others in this process see as well."""
    return {
        "the working directory": os.getcwd(),
        "the environment": dict(os.environ),
        "sys.path": list(sys.path),
        "the warning filters": list(warnings.filters),
        "the seed of random": random.getstate(),
        "the seed of numpy.random": repr(np.random.get_state()),
        "NumPy's error handling": np.geterr(),
        "NumPy's print options": repr(np.get_printoptions()),
        "the locale": locale.setlocale(locale.LC_ALL),
        "the recursion limit": sys.getrecursionlimit(),
        "signal handlers": [signal.getsignal(s) for s in sorted(signal.valid_signals())],
        "threads": sorted(t.name for t in threading.enumerate()),
    }


def use(given: dict[str, Any], folder: Path) -> None:
    """Read a sample in every way, whole and cut off, and write its image.

    What is raised is looked at by other checks.
    """
    sample = (folder / "sample").read_bytes()
    how = given["how"]
    for data in (sample, sample[: len(sample) // 2]):
        for call in (iio.imread, iio.improps, iio.immeta):
            with contextlib.suppress(Exception):
                call(data, index=0, **how)
        with contextlib.suppress(Exception):
            list(iio.imiter(data, **how))
    if given["extension"] is not None:
        image = np.load(folder / "image.npy")
        with contextlib.suppress(Exception):
            iio.imwrite(folder / f"written{given['extension']}", image, format=given["format"])


def main(folder: Path) -> None:
    """Print the names of what was changed, as the last line."""
    given = json.loads((folder / "given.json").read_text(encoding="utf-8"))
    module, _, attribute = given["entry_point"].partition(":")
    spec = getattr(import_module(module), attribute)
    registered = iio.registry.find(spec.name)
    with iio.use(spec.name if registered and registered.spec == spec else spec, only=True):
        before = state()
        use(given, folder)
        after = state()
    print("\n" + json.dumps([name for name, value in before.items() if after[name] != value]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
