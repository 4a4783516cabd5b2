"""One meaning of ``index=`` in every call."""

from __future__ import annotations

from typing import Any

import numpy as np

import iio_core as iio

from ._base import Sample, Suite
from ._compare import differs, said
from ._promises import BrokenPromise

__all__ = ["IndexSuite"]


class IndexSuite(Suite):
    """Checks that ints, negative ints, slices, lists, ``...`` and None mean what they mean."""

    def test_index_of_one_image(self, sample: Sample) -> None:
        """An int counts from the beginning, a negative one from the end."""
        frames = self.frames(sample)
        total = len(frames)
        for number in {0, total - 1, total // 2}:
            for index in (number, number - total, np.int64(number)):
                self._expect(sample, index, frames[number])

    def test_index_of_several_images(self, sample: Sample) -> None:
        """Slices, lists and ``...`` are stacked along a new first axis."""
        frames = self.frames(sample)[:20]
        if len({(f.shape, f.dtype) for f in frames}) > 1:
            return  # they cannot be stacked
        every = np.stack(frames)
        total = len(frames)
        self._expect(sample, slice(0, total), every)
        self._expect(sample, slice(total - 1, None, -1), every[::-1])
        self._expect(sample, [0], every[:1])
        self._expect(sample, [total - 1, 0], every[[total - 1, 0]])
        if total < 20:
            self._expect(sample, ..., every)
            self._expect(sample, slice(None), every)

    def test_index_none(self, sample: Sample) -> None:
        """It is the first image, or all of them: those of a format with `reads_all`."""
        frames = self.frames(sample)
        image = iio.imread(sample.data, **self.how(sample))
        every = np.stack(frames) if len({f.shape for f in frames}) == 1 else frames[0][None]
        first = not differs(image, frames[0]) and not self.spec.format(sample.format).reads_all
        if not first and differs(image, every):
            raise BrokenPromise(
                "index",
                self.subject(sample.name or sample.format),
                f"index=None gives {image.shape} {image.dtype}, which is neither the first image "
                "nor all of them, or not the one that `reads_all` promises",
            )

    def test_index_out_of_range(self, sample: Sample) -> None:
        """It is a `FrameIndexError` in every call."""
        total = len(self.frames(sample))
        for index in (total, -total - 1, 10**9, [0, total]):
            calls: list[Any] = [iio.imread, iio.improps]
            if not isinstance(index, list):
                calls.append(iio.immeta)
            for call in calls:
                self._expect_out_of_range(sample, index, call)

    def _expect_out_of_range(self, sample: Sample, index: Any, call: Any) -> None:
        try:
            found = call(sample.data, index=index, **self.how(sample))
            seen = f"{call.__name__} returned {type(found).__name__}"
        except iio.FrameIndexError:
            return
        except Exception as error:
            seen = f"{call.__name__} raised {said(error)}"
        raise BrokenPromise(
            "index",
            self.subject(sample.name or sample.format),
            f"there is no image {index}: {seen} instead of a FrameIndexError",
        )

    def _expect(self, sample: Sample, index: Any, wanted: np.ndarray) -> None:
        try:
            seen = differs(iio.imread(sample.data, index=index, **self.how(sample)), wanted)
        except Exception as error:
            seen = said(error)
        if seen:
            raise BrokenPromise(
                "index", self.subject(sample.name or sample.format), f"index={index}: {seen}"
            )
