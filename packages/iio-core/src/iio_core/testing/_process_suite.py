"""The process in which a plugin works is somebody else's."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import iio_core as iio

from . import _first_use
from ._base import Sample, Suite
from ._promises import BrokenPromise

__all__ = ["ProcessSuite"]

_TEST = "test_process_is_left_as_it_was"
_BACKENDS: dict[type, object] = {}  # their state when the tests were collected


class ProcessSuite(Suite):
    """Checks that reading and writing change nothing that others share."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Note the state of the backend before any test uses the plugin."""
        if metafunc.function.__name__ == _TEST:
            _BACKENDS.setdefault(type(self), self.backend_state())
        super().pytest_generate_tests(metafunc)

    def test_process_is_left_as_it_was(self, sample: Sample, tmp_path: Path) -> None:
        """No working directory, seed, filter, handler or setting is changed by the first use."""
        subject = self.subject(sample.name or sample.format)
        if changed := self._changed_by_first_use(sample, tmp_path):
            raise BrokenPromise("process", subject, f"changed: {', '.join(changed)}")
        how = self.how(sample)
        with contextlib.suppress(iio.IIOError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            iio.imread(sample.data, index=0, **how)
            if extension := self._extension(sample):
                iio.imwrite(tmp_path / f"image{extension}", sample.image.copy())
        before, after = _BACKENDS[type(self)], self.backend_state()
        if after != before:
            raise BrokenPromise(
                "process",
                subject,
                f"changed, since the tests were collected: state of the backend, from {before!r} "
                f"to {after!r}",
            )

    def _extension(self, sample: Sample) -> str | None:
        """Return the extension of files to write, None if the format is not written."""
        format = self.spec.format(sample.format)
        return format.extensions[0] if format.writes and format.extensions else None

    def _changed_by_first_use(self, sample: Sample, folder: Path) -> list[str]:
        """Use the plugin in a new process; here it has changed already what it changes."""
        how = self.how(sample)
        given = {
            "entry_point": self.entry_point,
            "how": {**how, **({"trust": sorted(how["trust"])} if "trust" in how else {})},
            "format": sample.format,
            "extension": self._extension(sample),
        }
        (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
        (folder / "sample").write_bytes(sample.data)
        np.save(folder / "image.npy", sample.image)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        run = subprocess.run(
            [sys.executable, "-P", _first_use.__file__, str(folder)],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
        )
        if run.returncode:
            last = (run.stderr.strip() or "no message").splitlines()[-1]
            raise BrokenPromise(
                "process",
                self.subject(sample.name or sample.format),
                f"using it in a new process ends with code {run.returncode}: {last}",
            )
        changed: list[str] = json.loads(run.stdout.splitlines()[-1])
        return changed
