"""Lets the tests import what they share from this directory, and keeps them apart."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import fakes  # noqa: E402
from children import python_environment  # noqa: E402

import iio_core as iio  # noqa: E402
from iio_core import _limits, _registry  # noqa: E402


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show core no plugin that happens to be installed, and no setting of who runs the tests."""
    for name in list(os.environ):
        if name.startswith("IIO_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(_registry, "_base", _registry.Registry())
    monkeypatch.setattr(_limits, "_outermost", None)


@pytest.fixture
def fake() -> Iterator[iio.Registry]:
    """Have one plugin, of `fakes`."""
    with iio.use(fakes.SPEC) as registry:
        yield registry


@pytest.fixture
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs code in a fresh interpreter that knows `fakes` and core."""

    def run(code: str, *args: str, path: str = "", check: bool = True, **env: str) -> Any:
        environment = python_environment(path) | env
        command = [sys.executable, "-c", code, *args]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
        assert not check or done.returncode == 0, done.stderr
        return done

    return run
