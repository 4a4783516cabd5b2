"""The process in which a plugin works is somebody else's."""

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

from ._base import Sample, Suite
from ._promises import BrokenPromise

__all__ = ["ProcessSuite"]


class ProcessSuite(Suite):
    """Checks that reading and writing change nothing that others share."""

    def test_process_is_left_as_it_was(self, sample: Sample, tmp_path: Path) -> None:
        """No working directory, seed, filter, handler or setting is changed."""
        how = self.how(sample)
        iio.imread(sample.data, index=0, **how)  # what importing the backend changes is done by now
        before = self._state()
        for data in (sample.data, sample.data[: len(sample.data) // 2]):
            for call in (iio.imread, iio.improps, iio.immeta):
                with contextlib.suppress(iio.IIOError):
                    call(data, index=0, **how)
        format = self.spec.format(sample.format)
        if format.writes and format.extensions:
            with contextlib.suppress(iio.IIOError), warnings.catch_warnings():
                iio.imwrite(tmp_path / f"image{format.extensions[0]}", sample.image.copy())
        after = self._state()
        changed = [name for name, value in before.items() if after[name] != value]
        if changed:
            raise BrokenPromise(
                "process",
                self.subject(sample.name or sample.format),
                f"changed: {', '.join(changed)}",
            )

    def _state(self) -> dict[str, Any]:
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
            "state of the backend": self.backend_state(),
        }
