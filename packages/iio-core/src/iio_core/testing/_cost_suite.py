"""What reading costs beside the bare backend: a figure, for a person to judge."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

import iio_core as iio

from ._base import Sample, Suite
from ._compare import differs
from ._promises import BrokenPromise

__all__ = ["CostSuite"]

_SECONDS = 0.1


class CostSuite(Suite):
    """Tells what `imread` costs; that costs are high fails nothing."""

    def bare(self, sample: Sample) -> Callable[[], np.ndarray] | None:
        """Return what decodes a sample with the backend alone; None if there is no such thing."""
        return None

    def test_cost_is_told(
        self, sample: Sample, record_property: Callable[[str, object], None]
    ) -> None:
        """As a property of the test, and as what it prints: ``pytest -rP`` shows it."""
        how = self.how(sample)
        bare = self.bare(sample)
        if bare is None:
            (ours,) = _milliseconds(lambda: iio.imread(sample.data, index=0, **how))
            figure = f"{ours:.3f} ms"
        else:
            if seen := differs(bare(), iio.imread(sample.data, index=0, **how), sample.tolerance):
                raise BrokenPromise("cost", self.subject(sample.name or sample.format), seen)
            ours, theirs = _milliseconds(lambda: iio.imread(sample.data, index=0, **how), bare)
            figure = (
                f"{ours:.3f} ms, {ours - theirs:+.3f} ms beside the bare backend's {theirs:.3f}"
            )
        print(f"imread of {sample.name or sample.format}: {figure}")
        record_property("cost", figure)


def _milliseconds(*calls: Callable[[], object]) -> list[float]:
    """Return what each call takes at best; they take turns."""
    best = [float("inf")] * len(calls)
    end = time.perf_counter() + _SECONDS
    turns = 0
    while turns < 3 or time.perf_counter() < end:
        turns += 1
        for number, call in enumerate(calls):
            start = time.perf_counter()
            call()
            best[number] = min(best[number], 1000 * (time.perf_counter() - start))
    return best
