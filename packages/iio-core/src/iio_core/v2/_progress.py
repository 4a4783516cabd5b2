"""What shows how far it is: ``BaseProgressIndicator`` of imageio, to be subclassed."""

from __future__ import annotations

import sys
import time

__all__ = ["BaseProgressIndicator", "StdoutProgressIndicator"]

_EVERY = 0.1  # seconds between two updates


class BaseProgressIndicator:
    """Keeps how far something is, and shows nothing: a subclass does.

    A subclass has `_start`, `_update_progress`, `_stop` and `_write`, those that it needs.

    Parameters
    ----------
    name : str
        What is shown in front of it.

    Examples
    --------
    >>> class Counter(BaseProgressIndicator):
    ...     def _update_progress(self, progressText):
    ...         print(progressText)
    >>> counter = Counter("scan")
    >>> counter.start("reading", "files", 2)
    0/2 files (0.0%)
    >>> counter.set_progress(1, force=True)
    1/2 files (50.0%)
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._action = ""
        self._unit = ""
        self._max: float = 0
        self._progress: float = 0
        self._status = 0
        self._last = 0.0

    def start(self, action: str = "", unit: str = "", max: float = 0) -> None:
        """Begin something.

        Parameters
        ----------
        action : str
            What is done.
        unit : str
            What is counted.
        max : float
            How many there are; 0 if that is not known.
        """
        self._action, self._unit, self._max = action, unit, max
        self._progress, self._last, self._status = 0, 0.0, 1
        self._start()
        self.set_progress(0, force=True)

    def status(self) -> int:
        """Return 0 before it has begun, 1 meanwhile, 2 when it is finished, 3 if it has failed."""
        return self._status

    def set_progress(self, progress: float = 0, force: bool = False) -> None:
        """Say how many are done; shown at most ten times a second, unless `force` is True."""
        self._progress = progress
        now = time.monotonic()
        if not force and now - self._last < _EVERY and progress != self._max:
            return
        self._last = now
        self._update_progress(self._text())

    def increase_progress(self, extra_progress: float) -> None:
        """Say how many more are done."""
        self.set_progress(self._progress + extra_progress)

    def finish(self, message: str | None = None) -> None:
        """End it, with a message if one is given."""
        self.set_progress(self._progress, force=True)
        self._end(2, message)

    def fail(self, message: str | None = None) -> None:
        """Say that it has failed."""
        self._end(3, f"FAIL {message or ''}".rstrip())

    def write(self, message: str) -> None:
        """Show a line of text."""
        self._write(message)

    def _end(self, status: int, message: str | None) -> None:
        self._status = status
        self._stop()
        if message is not None:
            self._write(message)

    def _text(self) -> str:
        unit = f" {self._unit}" if self._unit else ""
        if not self._max:
            return f"{self._progress:g}{unit}"
        part = 100 * self._progress / self._max
        return f"{self._progress:g}/{self._max:g}{unit} ({part:.1f}%)"

    def _start(self) -> None:
        """Prepare to show it."""

    def _update_progress(self, progressText: str) -> None:  # noqa: N803  # imageio's name
        """Show how far it is."""

    def _stop(self) -> None:
        """Show it no longer."""

    def _write(self, message: str) -> None:
        """Show a line of text."""


class StdoutProgressIndicator(BaseProgressIndicator):
    """Shows it in a line of the standard output."""

    def _start(self) -> None:
        self._shown = ""

    def _update_progress(self, progressText: str) -> None:  # noqa: N803
        text = f"{self._name} {self._action}: {progressText}".replace(" : ", ": ")
        sys.stdout.write("\r" + text.ljust(len(self._shown)))
        sys.stdout.flush()
        self._shown = text

    def _stop(self) -> None:
        sys.stdout.write("\n")
        sys.stdout.flush()

    def _write(self, message: str) -> None:
        sys.stdout.write(f"  {message}\n")
        sys.stdout.flush()
