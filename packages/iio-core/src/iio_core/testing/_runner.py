"""Runs the checks of an installed plugin with pytest, and returns what came out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from . import _installed
from ._compare import said
from ._promises import BrokenPromise

__all__ = ["Outcome", "check"]

# The file that is collected: pytest finds tests in files only.
_FILE = """
from iio_core.testing._runner import running
TestPlugin = running[-1]
"""
running: list[type] = []
_numbers = count(1)


@dataclass(frozen=True)
class Outcome:
    """What came out of one check.

    `kind` is ``"kept"``, ``"broken"``, ``"excepted"`` or ``"skipped"``; `message` is that of a
    broken promise, or why it was skipped; `cost` is a figure, of the checks that tell one.
    """

    test: str
    kind: str
    message: str = ""
    promise: str = ""
    cost: str = ""


def check(
    samples: _installed.Samples,
    *,
    fast: bool,
    tell: Callable[[Outcome], None],
    excepted: Collection[tuple[str, str]] = (),
) -> list[Outcome]:
    """Run the checks, and tell of each as soon as it is done.

    What is `excepted`, a check and a format or sample, has to fail.
    """
    listener = _Listener(tell)
    running.append(_installed.suite_of(samples, fast=fast, excepted=excepted))
    without = " and ".join(f"not {part}" for part in _installed.SLOW) if fast else ""
    try:
        with tempfile.TemporaryDirectory(prefix="iio-check-") as name, _settings():
            # Another one each time, as what is imported under a name stays.
            file = Path(name).resolve() / f"test_plugin_{next(_numbers)}.py"
            file.write_text(_FILE, encoding="utf-8")
            # Settings of nobody's, which an empty file sees to.
            (file.parent / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
            arguments = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
            arguments += ["-c", str(file.parent / "pytest.ini"), "--rootdir", str(file.parent)]
            arguments += ["--basetemp", str(file.parent / "files"), "-k", without]
            pytest.main([*arguments, str(file)], plugins=[listener])
    finally:
        running.pop()
    return listener.outcomes


@contextmanager
def _settings() -> Iterator[None]:
    """Load no other plugins of pytest than its own, and take no options from the environment."""
    kept = {name: os.environ.get(name) for name in _SETTINGS}
    os.environ.update(_SETTINGS)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_SETTINGS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}


class _Listener:
    """A plugin of pytest that gathers what came out."""

    def __init__(self, tell: Callable[[Outcome], None]) -> None:
        self.outcomes: list[Outcome] = []
        self._tell = tell

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, Any, Any]:
        """Note the outcome of a check."""
        report: Any = yield
        if report.when == "call" or not report.passed:
            self._add(_outcome(item.name.removeprefix("test_"), call, report))
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note that there is nothing to run."""
        if report.failed:
            self._add(Outcome("collecting", "broken", str(report.longrepr)))

    def _add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self._tell(outcome)


def _outcome(test: str, call: pytest.CallInfo[Any], report: pytest.TestReport) -> Outcome:
    if report.skipped and hasattr(report, "wasxfail"):
        return Outcome(test, "excepted")
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        return Outcome(test, "skipped", str(reason).removeprefix("Skipped: "))
    if report.passed:
        cost = next((str(value) for name, value in report.user_properties if name == "cost"), "")
        return Outcome(test, "kept", cost=cost)
    error = call.excinfo.value if call.excinfo is not None else None
    if isinstance(error, BrokenPromise):
        return Outcome(test, "broken", str(error), error.promise)
    if error is None and "XPASS" in report.longreprtext:
        return Outcome(test, "broken", f"{test} is excepted, but passes")
    # A sound sample that cannot be read, say.
    message = f"{test} failed: {said(error)}" if error is not None else report.longreprtext
    return Outcome(test, "broken", message)
