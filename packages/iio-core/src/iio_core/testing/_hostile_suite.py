"""Damaged files: errors of iio and nothing else, and never wrong pixels of a truncated file."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import iio_core as iio

from ._base import Sample, Suite, differs, said
from ._promises import BrokenPromise

__all__ = ["HostileSuite"]

_EVERY = 4096  # bytes: of a file up to this long every prefix is tried


class HostileSuite(Suite):
    """Checks of reading files that are not sound."""

    changes = 150
    """How many random changes of each sample are tried."""

    def test_empty_file(self, sample: Sample) -> None:
        """It is a `DecodeError`, whoever is asked."""
        how = self.how(sample)
        for options in (how, {**how, "plugin": self.spec.name}):
            try:
                iio.imread(b"", index=0, **options)
                seen = "it was read"
            except iio.DecodeError:
                continue
            except iio.NoPluginError as error:
                # Nothing to recognize a format without an extension by.
                if "extension" not in how:
                    continue
                seen = said(error)
            except Exception as error:
                seen = said(error)
            raise BrokenPromise(
                "truncated", self.subject(sample.name or sample.format), f"an empty file: {seen}"
            )

    def test_truncated_file(self, sample: Sample) -> None:
        """It is a `DecodeError`; if it can be decoded all the same, its pixels are the same."""
        whole = iio.imread(sample.data, index=0, **self.how(sample))
        for length in _prefixes(len(sample.data)):
            data = sample.data[:length]
            try:
                seen = differs(self._read_quietly(sample, data), whole, sample.tolerance)
            except iio.DecodeError:
                seen = ""
            except iio.NoPluginError as error:
                # So short that it is no longer recognized.
                seen = said(error) if length > self._head(sample) else ""
            except BaseException as error:
                seen = said(error)
            if seen:
                raise BrokenPromise(
                    "truncated",
                    self.subject(sample.name or sample.format),
                    f"the first {length} of {len(sample.data)} bytes: {seen}",
                )

    def test_changed_file(self, sample: Sample) -> None:
        """Whatever a few changed bytes make of a file, only errors of iio come out."""
        places = st.integers(0, len(sample.data) - 1)
        changes = st.lists(st.tuples(places, st.integers(1, 255)), min_size=1, max_size=6)

        @settings(
            max_examples=self.changes,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(changes=changes)
        def check(changes: Iterable[tuple[int, int]]) -> None:
            data = bytearray(sample.data)
            for place, bits in changes:
                data[place] ^= bits
            self._survives(sample, bytes(data), f"bytes changed (place, bits): {changes}")

        check()

    def test_descriptions_of_truncated_file(self, sample: Sample) -> None:
        """`improps`, `immeta` and `imiter` raise errors of iio only, as `imread` does."""
        lengths = _prefixes(len(sample.data))
        for length in lengths[:: max(1, len(lengths) // 200)]:
            what = f"the first {length} of {len(sample.data)} bytes"
            self._survives(sample, sample.data[:length], what, every_call=True)

    def _survives(self, sample: Sample, data: bytes, what: str, every_call: bool = False) -> None:
        calls: list[Any] = [iio.imread]
        if every_call:
            calls = [iio.improps, iio.immeta, lambda *a, index, **k: list(iio.imiter(*a, **k))]
        for call in calls:
            try:
                self._read_quietly(sample, data, call)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                if isinstance(error, iio.IIOError) and not isinstance(
                    error, iio.PluginContractError
                ):
                    continue
                name = getattr(call, "__name__", "").replace("<lambda>", "imiter")
                raise BrokenPromise(
                    "only ours",
                    self.subject(sample.name or sample.format),
                    f"{what}: {name} raised {said(error)}",
                ) from error

    def _read_quietly(self, sample: Sample, data: bytes, call: Any = iio.imread) -> Any:
        with warnings.catch_warnings(), iio.limits(array_bytes="64MiB", ratio=1000):
            warnings.simplefilter("ignore")
            return call(data, index=0, **self.how(sample))

    def _head(self, sample: Sample) -> int:
        """Return how many bytes a reader of this format is recognized by."""
        return max((s.end for s in self.spec.format(sample.format).signatures), default=0)


def _prefixes(length: int) -> list[int]:
    """Return the lengths at which a file is cut: all, or of a long one a spread of them."""
    if length <= _EVERY:
        return list(range(length))
    near = {*range(64), *range(length - 64, length)}
    return sorted(near | {length * i // 256 for i in range(256)})
