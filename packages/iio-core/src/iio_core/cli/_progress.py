"""How far it is, how fast, and how long it will take: a live bar, or a line now and then."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ._console import has_rich, rich_console

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Lines", "Silent", "progress"]

_EVERY = 2.0  # seconds between lines on a terminal
_SELDOM = 10.0  # and in a file


class Silent:
    """Shows nothing; the base of those that do."""

    def __init__(self, unit: str, total: int | None) -> None:
        self.unit = unit
        self.total = total
        self.done = 0

    def advance(self, total: int | None = None) -> None:
        """One more is done, of a number that may have become known."""
        self.done += 1
        self.total = total if total is not None else self.total

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None


class Lines(Silent):
    """Prints a line on the standard error every few seconds."""

    def __init__(self, unit: str, total: int | None, every: float = _EVERY) -> None:
        super().__init__(unit, total)
        self._every = every
        self._begin = self._last = time.monotonic()

    def advance(self, total: int | None = None) -> None:
        """Count, and print if it is time to."""
        super().advance(total)
        now = time.monotonic()
        if now - self._last >= self._every:
            self._last = now
            print(self.line(now - self._begin), file=sys.stderr, flush=True)

    def line(self, seconds: float) -> str:
        """Return what there is to say after so many seconds.

        Examples
        --------
        >>> lines = Lines("files", 30)
        >>> lines.done = 10
        >>> lines.line(5.0)
        'iio: 10 of 30 files, 2.0 files/s, 10 s left'
        """
        rate = self.done / seconds if seconds > 0 else 0.0
        text = f"iio: {self.done:,}"
        if self.total:
            text += f" of {self.total:,}"
        text += f" {self.unit}, {rate:.1f} {self.unit}/s"
        if self.total and rate:
            text += f", {max(self.total - self.done, 0) / rate:.0f} s left"
        return text


class _Bar(Silent):
    """A bar that rich draws."""

    def __init__(self, unit: str, total: int | None) -> None:
        super().__init__(unit, total)
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        self._progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(unit),
            TextColumn("{task.fields[rate]}"),
            Remaining(),
            TextColumn("left"),
            console=rich_console(sys.stderr),
        )
        self._begin = time.monotonic()
        self._task = self._progress.add_task("", total=total, rate="")

    def advance(self, total: int | None = None) -> None:
        """Move the bar."""
        super().advance(total)
        seconds = time.monotonic() - self._begin
        rate = f"{self.done / seconds:.1f}/s" if seconds > 0 else ""
        self._progress.update(self._task, completed=self.done, total=self.total, rate=rate)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._progress.stop()


def progress(unit: str, total: int | None, *, quiet: bool = False) -> Silent:
    """Return what shows progress here."""
    if quiet or total == 0:
        return Silent(unit, total)
    if has_rich(sys.stderr):
        return _Bar(unit, total)
    return Lines(unit, total, _EVERY if sys.stderr.isatty() else _SELDOM)
