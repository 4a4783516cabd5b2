"""Threads and processes: those that read at the same time, and those that are started meanwhile."""

from __future__ import annotations

from dataclasses import replace

import iio_core as iio

from .._importable import missing
from ._base import Sample, Suite

__all__ = ["ConcurrencySuite"]


class ConcurrencySuite(Suite):
    """Checks of reading in several threads and processes; each is made in a worker."""

    def test_threads_read_at_the_same_time(self, sample: Sample) -> None:
        """Each with a reader of its own, they get the pixels that one alone gets."""
        self.ask("threaded", sample, self._another(sample))

    def test_reader_is_shared_by_threads(self, sample: Sample) -> None:
        """A reader with ``thread_safe = True`` gives each thread what it asks for."""
        self.ask("shared", sample)

    def test_forked_process_reads(self, sample: Sample) -> None:
        """A child that was forked while threads were reading is not stuck (POSIX)."""
        self.ask("forked", sample)

    def test_new_process_reads(self, sample: Sample) -> None:
        """A process that knows no more than which wheels are installed gets the same pixels."""
        here = iio.imread(sample.data, index=0, **self.how(sample))
        self.ask("spawned", replace(sample, image=here))

    def _another(self, sample: Sample) -> Sample | None:
        """Return the sample after one, as who mixes up readers mixes up what is different."""
        samples = [s for s in self.samples() if not missing(self.spec.format(s.format).modules)]
        place = next((n for n, one in enumerate(samples) if one.data == sample.data), -1)
        other = samples[(place + 1) % len(samples)]
        return None if other.data == sample.data else other
