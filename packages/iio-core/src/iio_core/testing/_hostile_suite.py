"""Damaged files: errors of iio and nothing else, and never wrong pixels of a truncated file."""

from __future__ import annotations

import iio_core as iio

from ._base import Sample, Suite
from ._compare import said
from ._promises import BrokenPromise

__all__ = ["HostileSuite"]


class HostileSuite(Suite):
    """Checks of reading files that are not sound.

    They are made in a worker: a decoder that hangs, crashes or takes all memory fails a check, and
    takes nothing with it.
    """

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
        self.ask("truncated", sample)

    def test_changed_file(self, sample: Sample) -> None:
        """Whatever a few changed bytes make of a file, only errors of iio come out."""
        self.ask("changed", sample)

    def test_flipped_bits(self, sample: Sample) -> None:
        """Nor does one wrong bit of its header bring anything else about."""
        self.ask("flipped", sample)

    def test_descriptions_of_truncated_file(self, sample: Sample) -> None:
        """`improps`, `immeta` and `imiter` raise errors of iio only, as `imread` does."""
        self.ask("described", sample)
