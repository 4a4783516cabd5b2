"""The worker: a process of its own in which tasks are done, one after the other.

It is told what to do in lines of JSON, and answers in lines of JSON. Nobody but the kit's tasks has
used the plugin in it. A task that hangs ends it, having told where; one that crashes has told what
it was about to try.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import numpy as np

import iio_core as iio

from . import _first_use, _fork_task, _hostile_tasks, _process_tasks
from ._compare import said
from ._task import Broken, Given
from ._usage import bound_memory

__all__ = ["TASKS", "main"]

_MORE = 4 << 30  # bytes: no task may take the whole machine

TASKS: dict[str, Callable[[Given], Broken | None]] = {
    "truncated": _hostile_tasks.truncated,
    "changed": _hostile_tasks.changed,
    "flipped": _hostile_tasks.flipped,
    "described": _hostile_tasks.described,
    "spawned": _process_tasks.spawned,
    "threaded": _process_tasks.threaded,
    "shared": _process_tasks.shared,
    "forked": _fork_task.forked,
    "opened_often": _process_tasks.opened_often,
}


class Watch:
    """Notes what is tried in a file, and ends the process if it takes too long."""

    def __init__(self, file: IO[bytes], seconds: float) -> None:
        self._file = file
        self._seconds = seconds

    def __call__(self, what: str) -> None:
        self._file.seek(0)
        self._file.write(what[:1000].encode("utf-8", "replace") + b"\n")
        faulthandler.dump_traceback_later(self._seconds, exit=True)

    def end(self) -> None:
        """Stop watching."""
        faulthandler.cancel_dump_traceback_later()


def given_in(folder: Path, request: dict[str, Any], note: Callable[[str], None]) -> Given:
    """Return what a task is given, of which the large parts are in files."""
    found: Given | None = None
    for number, more in reversed(request["samples"]):
        found = Given(
            data=(folder / f"sample{number}").read_bytes(),
            image=np.load(folder / f"sample{number}.npy"),
            settings=request["settings"],
            note=note,
            other=found,
            **more,
        )
    assert found is not None
    return found


def answer(before: dict[str, Any], task: str, given: Given, folder: Path) -> Broken | None:
    """Do a task; return the promise that was broken and what was seen, or None."""
    if task != "process":
        try:
            return TASKS[task](given)
        except iio.IIOError as error:  # of the sample as it is
            return Broken("pixels", f"in a new process: {said(error)}")
    given.note("its first use")
    if changed := _first_use.changed(before, given, folder):
        return Broken("process", f"changed: {', '.join(changed)}")
    return None


def main(folder: Path, requests: IO[str], answers: IO[str]) -> None:
    """Do what is asked, until nothing more is."""
    start = json.loads(requests.readline())
    module, _, attribute = start["entry_point"].partition(":")
    spec = getattr(import_module(module), attribute)
    registered = iio.registry.find(spec.name)
    mine = spec.name if registered and registered.spec == spec else spec
    with (
        iio.use(mine, only=True),
        (folder / "tried").open("wb", buffering=0) as tried,
    ):
        before = _first_use.state()
        for line in requests:
            request = json.loads(line)
            watch = Watch(tried, request["settings"]["deadline"])
            watch("starting")
            try:
                given = given_in(folder, request, watch)
                found = answer(before, request["task"], given, folder)
            finally:
                watch.end()
            answers.write(json.dumps(found) + "\n")
            answers.flush()


if __name__ == "__main__":
    faulthandler.enable()
    bound_memory(_MORE)
    # What the plugin or its backend prints is not an answer.
    stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    main(Path(sys.argv[1]), sys.stdin, stdout)
