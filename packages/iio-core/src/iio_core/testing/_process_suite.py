"""The process in which a plugin works is somebody else's."""

from __future__ import annotations

import contextlib
import warnings
from pathlib import Path

import pytest

import iio_core as iio

from ._base import Sample, Suite, is_written
from ._promises import BrokenPromise

__all__ = ["ProcessSuite"]

_TEST = "test_process_is_left_as_it_was"
_BACKENDS: dict[type, object] = {}  # their state when the tests were collected


class ProcessSuite(Suite):
    """Checks that reading and writing change nothing of others, and that nothing adds up."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Note the state of the backend before any test uses the plugin."""
        if metafunc.function.__name__ == _TEST:
            _BACKENDS.setdefault(type(self), self.backend_state())
        super().pytest_generate_tests(metafunc)

    def test_process_is_left_as_it_was(self, sample: Sample, tmp_path: Path) -> None:
        """No working directory, seed, filter, handler or setting is changed by the first use."""
        self.ask("process", sample)
        how = self.how(sample)
        format = self.spec.format(sample.format)
        with contextlib.suppress(iio.IIOError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            iio.imread(sample.data, index=0, **how)
            if is_written(format):
                iio.imwrite(tmp_path / f"image{format.extensions[0]}", sample.image.copy())
        before, after = _BACKENDS[type(self)], self.backend_state()
        if after != before:
            raise BrokenPromise(
                "process",
                self.subject(sample.name or sample.format),
                f"changed, since the tests were collected: state of the backend, from {before!r} "
                f"to {after!r}",
            )

    def test_nothing_adds_up(self, sample: Sample) -> None:
        """Over a thousand opens, neither memory nor handles nor temporary files."""
        self.ask("opened_often", sample)
