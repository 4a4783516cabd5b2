"""Several frames as one array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from iio_core import DecodeError, Resource

__all__ = ["Stacks"]


class Stacks:
    """Makes one array of frames that come one after the other.

    Parameters
    ----------
    resource : Resource
        Where they are from; its limits count.
    format : str or None
        The name of its format, for messages.
    """

    def __init__(self, resource: Resource, format: str | None) -> None:
        self._resource = resource
        self._format = format

    def of(self, images: Iterable[tuple[int, np.ndarray]], index: Sequence[int]) -> np.ndarray:
        """Return frames, which come with their numbers, in the places that `index` gives them."""
        places: dict[int, list[int]] = {}
        for place, number in enumerate(index):
            places.setdefault(number, []).append(place)
        stack: np.ndarray | None = None
        for number, image in images:
            if stack is None:
                stack = np.empty((len(index), *image.shape), image.dtype)
            self._fits(image, stack, number)
            for place in places[number]:
                stack[place] = image
        assert stack is not None
        return stack

    def all(self, images: Iterable[np.ndarray], total: int | None) -> np.ndarray:
        """Return all frames; where their number is not known, memory grows as they come."""
        limits, name = self._resource.limits, self._resource.name
        stack: np.ndarray | None = None
        number = 0
        for image in images:
            if stack is None or number == len(stack):
                size = max(total or 0, 8 if stack is None else len(stack) * 3 // 2)
                shape = (size if total else number + 1, *image.shape)
                limits.check_array(
                    shape, image.itemsize, resource_size=self._resource.size, name=name
                )
                grown = np.empty((size, *image.shape), image.dtype)
                if stack is not None:
                    self._fits(image, stack, number)
                    grown[:number] = stack
                stack = grown
            self._fits(image, stack, number)
            stack[number] = image
            number += 1
        if stack is None:
            raise DecodeError(f"{name} has no frames", plugin="pyav", format=self._format)
        return stack if number == len(stack) else stack[:number].copy()

    def _fits(self, image: np.ndarray, stack: np.ndarray, number: int) -> None:
        if image.shape != stack.shape[1:] or image.dtype != stack.dtype:
            raise DecodeError(
                f"the frames of {self._resource.name} cannot be stacked: number {number} is "
                f"{image.shape} {image.dtype}, others are {stack.shape[1:]} {stack.dtype}. Read "
                "one with index=, all with imiter, or scale them with size=",
                plugin="pyav",
                format=self._format,
            )
