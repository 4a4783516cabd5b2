"""The kit's side of a worker: asks it, and tells what became of it."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Worker", "environment", "worker_for"]

_PATIENCE = 10  # seconds

_current: list[Worker] = []  # at most one: a class of tests is done before the next begins


def environment() -> dict[str, str]:
    """Return the environment of a process that finds what can be imported here."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def worker_for(owner: type, entry_point: str) -> Worker:
    """Return the worker of a class of tests, started if need be."""
    if not _current or _current[0].owner is not owner:
        end()
        _current.append(Worker(owner, entry_point))
    return _current[0]


def end() -> None:
    """Let go of the worker that there is."""
    while _current:
        _current.pop().close()


atexit.register(end)


class Worker:
    """A process that does tasks; another is started after one that did not survive.

    Parameters
    ----------
    owner : type
        The class of tests that it belongs to.
    entry_point : str
        The spec of the plugin that it uses.
    """

    def __init__(self, owner: type, entry_point: str) -> None:
        self.owner = owner
        self._entry_point = entry_point
        self._folder = Path(tempfile.mkdtemp(prefix="iio-kit-"))
        self._process: subprocess.Popen[str] | None = None
        self._known: dict[tuple[bytes, bytes], int] = {}

    def ask(
        self,
        task: str,
        samples: Iterable[tuple[bytes, np.ndarray, dict[str, Any]]],
        settings: dict[str, Any],
    ) -> tuple[str, str] | None:
        """Do a task; return the short name of the promise that is broken and what was seen."""
        numbered = [(self._put(data, image), more) for data, image, more in samples]
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        request = {"task": task, "samples": numbered, "settings": settings}
        with contextlib.suppress(OSError):  # it has ended: there will be no answer
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        line = process.stdout.readline()
        if not line.endswith("\n"):
            return self._autopsy(settings["deadline"])
        found = json.loads(line)
        return None if found is None else (found[0], found[1])

    def close(self) -> None:
        """End the process, and leave nothing behind."""
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _put(self, data: bytes, image: np.ndarray) -> int:
        """Write a sample to where the worker finds it, once."""
        key = data, image.tobytes()
        if key in self._known:
            return self._known[key]
        number = self._known[key] = len(self._known)
        (self._folder / f"sample{number}").write_bytes(data)
        np.save(self._folder / f"sample{number}.npy", image)
        return number

    def _start(self) -> subprocess.Popen[str]:
        with (self._folder / "stderr").open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", f"{__package__}._worker_main", str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                encoding="utf-8",
                env=environment(),
            )
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps({"entry_point": self._entry_point}) + "\n")
        return self._process

    def _stop(self) -> int:
        """End the process; return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        try:
            process.communicate(timeout=_PATIENCE)  # closes its input, at which it ends
        except subprocess.TimeoutExpired:
            process.kill()  # a thread that the plugin left behind keeps it
            process.communicate()
        return process.returncode

    def _autopsy(self, deadline: float) -> tuple[str, str]:
        """Tell of what the worker died."""
        code = self._stop()
        stderr = (self._folder / "stderr").read_text("utf-8", "replace")
        tried = self._folder / "tried"
        what = tried.read_text("utf-8", "replace") if tried.exists() else "starting"
        what = what.partition("\n")[0]
        if "Timeout (" in stderr:
            _, _, trace = stderr.rpartition("Timeout (")
            where = " ".join(trace.split("\n")[2:4]).strip()
            return "hang", f"{what}: it does not end in {deadline:g} s; {where}"
        last = (stderr.strip() or "no message").splitlines()
        told = next((line for line in last if line.startswith("Fatal Python error")), last[-1])
        return "alive", f"{what}: the process ends with code {code}: {told}"
