"""Readers: right pixels, in arrays of the caller's, as properties and metadata say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import iio_core as iio

from ._base import Sample, Suite, applies_to, has_files
from ._compare import differs, said
from ._promises import BrokenPromise

__all__ = ["ReaderSuite"]


class ReaderSuite(Suite):
    """Checks of reading files that are sound."""

    @applies_to(has_files)
    def test_format_has_a_sample(self, format: iio.Format) -> None:
        """Without a file, nothing about reading a format is checked."""
        if reason := self.unsampled.get(format.name):
            pytest.skip(reason)
        if format.reads and not any(s.format == format.name for s in self.samples()):
            raise BrokenPromise("sampled", self.subject(format.name), "there is no sample of it")

    def test_pixels_are_right(self, sample: Sample) -> None:
        """The first image is the known one, and of a kind that the spec claims."""
        subject = self.subject(sample.name or sample.format)
        image = self._read(sample, index=0)
        if seen := differs(image, sample.image, sample.tolerance):
            raise BrokenPromise("pixels", subject, seen)
        claimed = self.spec.format(sample.format).reads
        channels = 1 if image.ndim == 2 else image.shape[-1]
        if not any(
            image.dtype == p.dtype and (not p.channels or channels in p.channels) for p in claimed
        ):
            raise BrokenPromise(
                "pixels",
                subject,
                f"the spec does not say that it reads {image.dtype} with {channels} channels",
            )

    def test_arrays_belong_to_the_caller(self, sample: Sample) -> None:
        """They are writable, C-contiguous and native, and writing to one changes no other."""
        subject = self.subject(sample.name or sample.format)
        with iio.imopen(sample.data, "r", **self.how(sample)) as file:
            first = file.read(index=0)
            if not (first.flags.writeable and first.flags.c_contiguous and first.dtype.isnative):
                raise BrokenPromise("owned", subject, f"its flags are {first.flags}")
            kept = first.copy()
            first[...] = 0
            first[...] = ~first if first.dtype.kind in "bui" else 1
            second = file.read(index=0)
            third = next(iter(file.iter()))
        for again in (second, third):
            if np.shares_memory(first, again) or differs(again, kept):
                raise BrokenPromise(
                    "owned", subject, "writing to an array changed what was read later"
                )

    def test_limits_are_checked_first(self, sample: Sample) -> None:
        """A reader that says that it checks limits does so before it takes memory."""
        how = self.how(sample)
        try:
            with iio.limits(array_bytes=0, ratio=0), iio.imopen(sample.data, "r", **how) as file:
                if not getattr(file._reader, "checks_limits", False):
                    return  # core does
                file._reader.read(index=0)
        except iio.LimitError:
            return
        subject = self.subject(sample.name or sample.format)
        raise BrokenPromise("bounded", subject, "it reads more than the limits allow")

    def test_properties_are_those_of_the_array(self, sample: Sample) -> None:
        """`improps` says of every option and index what `imread` returns."""
        for options in ({}, *sample.variants):
            for index in (0, None, ...):
                self._compare(sample, index, options)

    def _compare(self, sample: Sample, index: Any, options: Mapping[str, Any]) -> None:
        subject = self.subject(sample.name or sample.format)
        call = ", ".join(f"{k}={v!r}" for k, v in {"index": index, **options}.items())
        try:
            image = iio.imread(sample.data, index=index, **self.how(sample), **options)
        except iio.DecodeError:
            if index == 0:
                raise
            return  # images of different shapes cannot be stacked
        said_of = iio.improps(sample.data, index=index, **self.how(sample), **options)
        shape = tuple(
            n if s is None else s for s, n in zip(said_of.shape, image.shape, strict=False)
        )
        if shape != image.shape or None in said_of.shape[1:] or said_of.dtype != image.dtype:
            raise BrokenPromise(
                "properties",
                subject,
                f"with {call} they are {said_of.shape} {said_of.dtype}, the array is "
                f"{image.shape} {image.dtype}",
            )
        counted = said_of.n_images not in (None, image.shape[0]) if said_of.is_batch else False
        if counted or (said_of.axes is not None and len(said_of.axes) != image.ndim):
            raise BrokenPromise(
                "properties",
                subject,
                f"with {call} they are {said_of}, the array has the shape {image.shape}",
            )

    def test_iterating_gives_every_image(self, sample: Sample) -> None:
        """What `imiter` gives one after the other is what `imread` gives one by one."""
        subject = self.subject(sample.name or sample.format)
        frames = self.frames(sample)
        with iio.imopen(sample.data, "r", **self.how(sample)) as file:
            count = file.count()
            if count is not None and count != len(frames):
                raise BrokenPromise(
                    "iteration", subject, f"it counts {count} images and iterates {len(frames)}"
                )
            for number in [*range(min(len(frames), 20)), 0]:
                if seen := differs(file.read(index=number), frames[number]):
                    raise BrokenPromise("iteration", subject, f"image {number}: {seen}")
        for options in sample.variants:
            with_options = iio.imiter(sample.data, **self.how(sample), **options)
            wanted = iio.imread(sample.data, index=0, **self.how(sample), **options)
            if seen := differs(next(with_options), wanted):
                raise BrokenPromise("iteration", subject, f"with {dict(options)}: {seen}")

    def test_metadata_is_a_dict(self, sample: Sample) -> None:
        """Of an image and of the whole file, with names for keys, the same each time."""
        subject = self.subject(sample.name or sample.format)
        for index in (0, None, ...):
            try:
                found: Any = iio.immeta(sample.data, index=index, **self.how(sample))
            except iio.PluginContractError as error:
                raise BrokenPromise("metadata", subject, said(error)) from error
            if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
                raise BrokenPromise("metadata", subject, f"with index={index} it is {found!r:.200}")

    def test_region_is_a_part_of_the_image(self, sample: Sample) -> None:
        """`read_region`, where there is one, gives what slicing the whole image gives."""
        subject = self.subject(sample.name or sample.format)
        with iio.imopen(sample.data, "r", **self.how(sample)) as file:
            if not hasattr(file, "read_region"):
                return
            whole = file.read(index=0)
            height, width = whole.shape[:2]
            for region in (
                (slice(None), slice(None)),
                (slice(0, 1), slice(0, 1)),
                (slice(height // 2, height), slice(width // 2, width)),
                (slice(1, height + 7), slice(-2, None)),
                (slice(None, None, 2), slice(None, None, 3)),
                (slice(height, height), slice(None)),
                (slice(0, 2),),
            ):
                try:
                    part = file.read_region(region, index=0)
                except Exception as error:
                    raise BrokenPromise("regions", subject, f"{region}: {said(error)}") from error
                if seen := differs(part, whole[region]):
                    raise BrokenPromise("regions", subject, f"{region}: {seen}")
                if not (part.flags.c_contiguous and part.flags.writeable):
                    raise BrokenPromise("regions", subject, f"{region}: its flags are {part.flags}")

    def _read(self, sample: Sample, index: Any) -> np.ndarray:
        try:
            return iio.imread(sample.data, index=index, **self.how(sample))
        except iio.IIOError as error:
            subject = self.subject(sample.name or sample.format)
            raise BrokenPromise("pixels", subject, said(error)) from error
