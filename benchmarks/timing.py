"""Timing of competitors that take turns, and tables of what came out."""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = ["Case", "Result", "arguments", "measure", "report"]

SHORTEST = 0.002  # seconds of one turn: shorter calls are repeated within it
PACKAGES = ("iio-core", "iio-pillow", "imageio", "pillow", "numpy")


@dataclass(frozen=True)
class Case:
    """Competitors for the same work; the first is what the others are compared with.

    A competitor returns nothing (and is timed here) or the seconds that it measured itself.
    """

    name: str
    competitors: dict[str, Callable[[], object]]


@dataclass(frozen=True)
class Result:
    """What one competitor needed.

    `ratio` is the median of the ratios to the first competitor, turn by turn; half of all turns
    lie between `low` and `high`.
    """

    case: str
    competitor: str
    milliseconds: float
    ratio: float
    low: float
    high: float
    turns: int


def measure(case: Case, *, seconds: float, turns: int = 200) -> list[Result]:
    """Let the competitors take turns for about so many seconds in all."""
    repeats = {name: _repeats(call) for name, call in case.competitors.items()}
    names = list(case.competitors)
    taken: dict[str, list[float]] = {name: [] for name in names}
    end = time.perf_counter() + seconds
    while len(taken[names[0]]) < turns:
        if time.perf_counter() > end and len(taken[names[0]]) >= 5:
            break
        for name in names:
            taken[name].append(_turn(case.competitors[name], repeats[name]))
        names.append(names.pop(0))  # nobody is always behind the same other
    base = taken[next(iter(case.competitors))]
    return [_result(case.name, name, taken[name], base) for name in case.competitors]


def _repeats(call: Callable[[], object]) -> int:
    """Warm a competitor up, and return how often it runs in one turn."""
    call()
    once = _turn(call, 1)
    return max(1, round(SHORTEST / once))


def _turn(call: Callable[[], object], repeats: int) -> float:
    """Return the seconds of one call."""
    enabled = gc.isenabled()
    gc.collect(0)
    gc.disable()
    try:
        start = time.perf_counter()
        for _ in range(repeats):
            own = call()
        taken = (time.perf_counter() - start) / repeats
    finally:
        if enabled:
            gc.enable()
    return own if isinstance(own, float) else taken


def _result(case: str, name: str, taken: Sequence[float], base: Sequence[float]) -> Result:
    ratios = [mine / theirs for mine, theirs in zip(taken, base, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return Result(case, name, 1000 * statistics.median(taken), middle, low, high, len(taken))


def arguments(description: str | None) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("--json", metavar="FILE", type=Path, help="add the numbers to this file")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each case (default: 4)")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    return parser.parse_args()


def report(name: str, cases: Iterable[Case], options: argparse.Namespace) -> None:
    """Measure cases, print a table, and write the numbers where the command line says."""
    print(f"{name}: {machine()}", flush=True)
    print(f"{'case':32} {'competitor':22} {'ms':>10} {'ratio':>8}   middle half", flush=True)
    results: list[Result] = []
    for case in cases:
        if options.only not in case.name:
            continue
        for row in measure(case, seconds=options.seconds):
            results.append(row)
            print(
                f"{row.case:32} {row.competitor:22} {row.milliseconds:10.3f} {row.ratio:8.4f}   "
                f"{row.low:.4f} to {row.high:.4f}",
                flush=True,
            )
    if options.json is not None:
        _add(options.json, name, results)


def _add(path: Path, name: str, results: list[Result]) -> None:
    """Put the results beside those of the other scripts."""
    known: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    known[name] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "results": [row.__dict__ for row in results],
    }
    path.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8", newline="\n")


def machine() -> str:
    """Return where this runs, and which versions take part."""
    parts = [f"Python {platform.python_version()}", platform.platform(), f"{os.cpu_count()} cores"]
    for package in PACKAGES:
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"{package} from source")
    return ", ".join(parts)
