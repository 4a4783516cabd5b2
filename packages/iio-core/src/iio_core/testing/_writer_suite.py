"""Writers: what goes in comes back, and what cannot be held is refused."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import iio_core as iio

from ._base import Suite, Written, applies_to, is_read, is_written
from ._compare import differs, said
from ._promises import BrokenPromise

__all__ = ["WriterSuite"]

# Kinds of pixels that few formats hold: whoever does not claim them has to refuse them.
_OTHERS = ("complex128", "float64", "float16", "int64", "int16", "uint64", "uint32", "uint16")


class WriterSuite(Suite):
    """Checks of writing for each dtype and number of channels that is claimed."""

    @applies_to(is_read)
    def test_round_trip(self, written: Written) -> None:
        """What is written comes back: to the value, if the format is not lossy."""
        sizes = [self.size(written)]
        if written.format.name not in self.sizes:
            sizes += [(1, 1), (1, 7), (5, 1)]
        for height, width in sizes:
            image = written.image(height, width)
            # A copy, so that a writer that changes it cannot change what is expected as well.
            if seen := self._comes_back(written, image.copy(), image):
                raise BrokenPromise("round trip", self._subject(written), f"{image.shape}: {seen}")

    @applies_to(is_read)
    def test_memory_layouts(self, written: Written) -> None:
        """Arrays may be views, Fortran-ordered, in the other byte order or read-only."""
        image = written.image(*self.size(written))
        frozen = image.copy()
        frozen.flags.writeable = False
        plain = self.decode(written, self.encode(written, image.copy()))
        for layout, array in (
            ("Fortran order", np.asfortranarray(image)),
            ("negative strides", image[::-1, ::-1].copy()[::-1, ::-1]),
            ("a view with gaps", np.repeat(image, 2, axis=1)[:, ::2]),
            ("the other byte order", image.astype(image.dtype.newbyteorder())),
            ("read-only", frozen),
        ):
            seen = self._comes_back(written, array, plain, exact=True)
            if seen:
                raise BrokenPromise("layouts", self._subject(written), f"{layout}: {seen}")

    def test_array_is_not_changed(self, written: Written) -> None:
        """The caller's array is as it was."""
        image = written.image(*self.size(written))
        kept = image.copy()
        self.encode(written, image)
        if seen := differs(image, kept):
            raise BrokenPromise("untouched", self._subject(written), seen)

    @applies_to(is_written)
    def test_unclaimed_pixels_are_refused(self, format: iio.Format) -> None:
        """A dtype or a number of channels that the format cannot hold is an `EncodeError`."""
        claimed = {p.dtype for p in format.writes}
        written = Written(format, format.writes[0].dtype, 1)
        height, width = self.size(written)
        images = [Written(format, d, 1).image(height, width) for d in _OTHERS if d not in claimed]
        channels = {c for p in format.writes for c in p.channels}
        if all(p.channels for p in format.writes):
            count = max(channels) + 3
            images.append(Written(format, format.writes[0].dtype, count).image(height, width))
        for image in images:
            try:
                # Not the options that make it lossless: this is the call that users make.
                data = iio.imwrite(
                    "<bytes>",
                    image,
                    extension=format.extensions[0],
                    format=format.name,
                    is_batch=False,
                )
                back = self.decode(written, data or b"") if self.can_read(format) else image[:0]
                seen = differs(back, image)
            except iio.EncodeError:
                continue
            except Exception as error:
                seen = said(error)
            if seen:
                raise BrokenPromise(
                    "loss",
                    self.subject(format.name),
                    f"unclaimed {image.dtype} of shape {image.shape} was taken: {seen}",
                )

    @applies_to(is_read)
    def test_no_image_is_lost(self, written: Written) -> None:
        """Several images come back all, or are refused."""
        self._all_come_back(written, (1, 2, 3))

    @applies_to(is_read)
    def test_equal_images_are_kept(self, written: Written) -> None:
        """Images that are equal to the one before come back as often as they were written."""
        self._all_come_back(written, (1, 1, 2, 2))

    @applies_to(lambda format: not format.multiple)
    def test_second_image_is_refused(self, written: Written) -> None:
        """A format of one image per file refuses a second one, also an equal one."""
        for seeds in ((1, 2), (1, 1)):
            try:
                self.encode(written, self._images(written, seeds))
            except iio.EncodeError:
                continue
            raise BrokenPromise(
                "every image",
                self._subject(written),
                "the spec says multiple=False, and a second image was taken",
            )

    def _images(self, written: Written, seeds: tuple[int, ...]) -> Iterator[np.ndarray]:
        return (written.image(*self.size(written), seed=seed) for seed in seeds)

    def _all_come_back(self, written: Written, seeds: tuple[int, ...]) -> None:
        format, total = written.format, len(seeds)
        try:
            data = self.encode(written, self._images(written, seeds))
        except iio.EncodeError as error:
            if format.multiple and format.streams:
                raise BrokenPromise("every image", self._subject(written), said(error)) from error
            return
        trust = {format.name} if format.trust == "external" else set()
        back = list(iio.imiter(data, extension=format.extensions[0], trust=trust))
        seen = f"{len(back)} of {total} images come back" if len(back) != total else ""
        if not seen and self.is_exact(written):
            seen = next((d for d in map(differs, back, self._images(written, seeds)) if d), "")
        if seen:
            equal = ", each neighbor equal to another" if len(set(seeds)) < total else ""
            raise BrokenPromise("every image", self._subject(written), f"{seen}{equal}")

    def _comes_back(
        self, written: Written, image: np.ndarray, wanted: np.ndarray, *, exact: bool = False
    ) -> str:
        try:
            back = self.decode(written, self.encode(written, image))
        except iio.IIOError as error:
            return said(error)
        if exact or self.is_exact(written):
            return differs(back, wanted)
        if back.shape[:2] != wanted.shape[:2] or back.dtype != wanted.dtype:
            return f"{back.shape} {back.dtype} instead of {wanted.shape} {wanted.dtype}"
        return ""

    def _subject(self, written: Written) -> str:
        return self.subject(
            f"{written.format.name} of {written.dtype} with {written.channels} channels"
        )
