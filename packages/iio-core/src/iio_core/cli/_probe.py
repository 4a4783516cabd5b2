"""Importing each plugin in another process, where it can hang, crash or print and harm nobody."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import IO, Any, NamedTuple

from .._discovery import _entry_points
from ._distributions import stand_in

__all__ = ["Outcome", "child", "names", "probe", "tried"]

_CODE = "from iio_core.cli import _probe; _probe.child()"


_TO_START = 120.0  # seconds; no plugin's fault


class Outcome(NamedTuple):
    """What became of importing a plugin; an empty `problem` is fine."""

    name: str
    problem: str = ""
    traceback: str = ""
    stuck: bool = False  # it hangs, or takes the process with it


def names() -> list[str]:
    """Return the names of the entry points that are allowed here; nothing of them is imported."""
    allowed = os.environ.get("IIO_PLUGINS")
    found = {str(entry.name) for entry in _entry_points([])}
    if allowed is not None:
        wanted = {name.strip().lower() for name in allowed.split(",")}
        found = {name for name in found if name.lower() in wanted}
    return sorted(found)


def probe(wanted: Sequence[str], timeout: float, *, load: bool) -> list[Outcome]:
    """Import specs by name, and with `load` their plugins; one that hangs costs `timeout`."""
    left, outcomes = list(wanted), []
    while left:
        for outcome in _probe_until_stuck(left, timeout, load):
            outcomes.append(outcome)
        left = list(wanted)[len(outcomes) :]
    return outcomes


def _probe_until_stuck(wanted: Sequence[str], timeout: float, load: bool) -> Iterator[Outcome]:
    """Yield outcomes, at least one; the first that is stuck is the last."""
    command = [sys.executable, "-c", _CODE, "load" if load else "spec", *wanted]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_collect, args=(process.stdout, lines), daemon=True).start()
        try:
            lines.get(timeout=_TO_START)
            for name in wanted:
                try:
                    line = lines.get(timeout=timeout)
                except queue.Empty:
                    yield Outcome(
                        name, f"its import hangs: {timeout:g} s were not enough", "", True
                    )
                    return
                if not line:
                    yield Outcome(name, f"its import ends the process{_how(process)}", "", True)
                    return
                yield Outcome(*json.loads(line))
        finally:
            process.kill()


def _collect(stream: IO[bytes], lines: queue.Queue[bytes]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(b"")


def _how(process: subprocess.Popen[bytes]) -> str:
    try:
        status = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return ""
    return f" by signal {-status}" if status < 0 else f" with exit status {status}"


def child() -> None:
    """Import what the command line names, and write a line about each: the other process."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # a plugin that prints is not to be taken for an answer
    kind, *wanted = sys.argv[1:]
    stand_in()
    entries = _entry_points([])
    answers.write("ready\n")
    answers.flush()
    for name in wanted:
        found = [entry for entry in entries if entry.name == name]
        answers.write(json.dumps(tried(name, found, load=kind == "load")) + "\n")
        answers.flush()


def tried(name: str, entries: Sequence[Any], *, load: bool) -> Outcome:
    """Import specs, and with `load` their plugins, whatever that raises."""
    try:
        for entry in entries:
            spec = entry.load()
            if load:
                _load(spec)
    except BaseException as error:
        problem = f"it cannot be imported: {type(error).__name__}: {error}"
        return Outcome(name, problem, traceback.format_exc())
    return Outcome(name)


def _load(spec: Any) -> None:
    """Import a plugin; that it needs a backend which is not installed is no fault of either."""
    module, _, attribute = spec.plugin.partition(":")
    try:
        getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        optional = {name for format in spec.formats for name in format.modules}
        if error.name not in optional:
            raise
