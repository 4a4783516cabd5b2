"""Several images as one array, and pixels that go to where the caller says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from .. import _options
from .._errors import DecodeError, OptionError
from .._properties import ImageProperties
from ._counting import END, Counting

__all__ = ["Stacking", "is_placed"]


class Stacking(Counting):
    """What a session for reading does with more than one image."""

    _owned: Callable[[Any, bool], np.ndarray]
    _check: Callable[[tuple[int | None, ...], np.dtype], None]
    _charge: Callable[[Any, Mapping[str, Any]], ImageProperties]

    def _placed(self, which: Any, options: Mapping[str, Any]) -> np.ndarray:
        """Read into the caller's ``out=``, or map the file: no memory is taken that has limits."""
        image = self._ask("read", index=which, **options)
        out = options.get("out")
        if not isinstance(image, np.ndarray) or not (out is None or image is out):
            raise self._blame.broken("it did not return the array that it was to read into")
        return image

    def _stack_into(self, out: Any, which: Any, options: Mapping[str, Any]) -> np.ndarray:
        """Read several images into the caller's array."""
        numbers = range(self._count(options)) if which is ... else which
        if not isinstance(out, np.ndarray) or out.shape[:1] != (len(numbers),):
            raise OptionError(f"out= has to be an array of {len(numbers)} images")
        for place, number in enumerate(numbers):
            self._placed(number, {**options, "out": out[place]})
        return out

    def _stack(self, which: Any, options: Mapping[str, Any]) -> np.ndarray:
        """Read several images into one array."""
        if options and is_placed(options):
            if options.get("memmap"):
                raise OptionError("memmap=True is of one image: index= is a number")
            return self._stack_into(options["out"], which, options)
        if isinstance(which, tuple):
            total: int | None = len(which)
            first = self._charge(which[0] if which else 0, options)
            images = (self._ask("read", index=i, **options) for i in which)
        else:
            total = self._known(options)
            first = self._charge(0, options)
            if options.keys() <= _options.names(self._attribute("iter")):
                images = self._ask("iter", **options)
            else:
                images = (
                    self._ask("read", index=i, **options) for i in range(self._count(options))
                )
        if total is None:
            return self._stack_unknown(images)
        shape = tuple(n or 0 for n in first.shape)
        self._check((total, *shape), first.dtype)
        try:
            stack = np.empty((total, *shape), first.dtype)
        except MemoryError as error:
            self._blame.decoding(error)
        number = 0
        while (image := self._ask(next, images, END)) is not END:
            if number == total:
                raise self._blame.broken(f"it counted {total} images, and reads more")
            image = self._owned(image, False)
            if image.shape != shape or image.dtype != first.dtype:
                raise self._uneven(number, image, stack[0])
            stack[number] = image
            number += 1
        if number < total:
            raise DecodeError(
                f"{self._resource.name} declares {total} images, but only {number} can be decoded",
                plugin=self.plugin,
                format=self.format,
            )
        return stack

    def _stack_unknown(self, images: Iterator[np.ndarray]) -> np.ndarray:
        found: list[np.ndarray] = []
        while (image := self._ask(next, images, END)) is not END:
            image = self._owned(image, False)
            if found and (image.shape != found[0].shape or image.dtype != found[0].dtype):
                raise self._uneven(len(found), image, found[0])
            # Twice: the images so far and the stack that they are about to be copied to.
            self._check((2 * (len(found) + 1), *image.shape), image.dtype)
            found.append(image)
        if not found:
            raise DecodeError(f"{self._resource.name} has no images", plugin=self.plugin)
        return np.stack(found)

    def _uneven(self, number: int, image: np.ndarray, first: np.ndarray) -> DecodeError:
        return DecodeError(
            f"the images of {self._resource.name} cannot be stacked: number 0 is {first.shape} "
            f"{first.dtype}, number {number} {image.shape} {image.dtype}. "
            "Read one with index=, or all with imiter",
            plugin=self.plugin,
            format=self.format,
        )


def is_placed(options: Mapping[str, Any]) -> bool:
    """Tell whether the caller says where the pixels are to be; these two mean the same anywhere."""
    return options.get("out") is not None or bool(options.get("memmap"))
