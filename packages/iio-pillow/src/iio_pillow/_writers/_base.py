"""What all writers share: arrays in, metadata sorted, one file out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from iio_core import EncodeError, OptionError, Target

from .._arrays import from_array, is_batch
from .._backend import load_module
from .._metadata_out import saving
from .._spec import SPEC

__all__ = ["CollectingWriter", "Options", "PillowWriter", "StillWriter", "given"]

Options = dict[str, Any]


class PillowWriter:
    """Takes arrays for one file."""

    holds: ClassVar[frozenset[str]] = frozenset()
    """What metadata the format can hold: names that `iio_pillow._metadata_out.saving` knows."""

    def __init__(self, target: Target, format: str) -> None:
        self._target = target
        self._format = SPEC.format(format)
        self._identifier = load_module(format)

    def is_batch(
        self, shape: tuple[int, ...], /, *, mode: str | None = None, **options: Any
    ) -> bool | None:
        """Tell from the mode that was asked for whether an array is a batch of images."""
        return is_batch(shape, mode)

    def abort(self) -> None:
        """Nothing to give up: what is written is core's to throw away."""

    def _image(self, array: np.ndarray, mode: str | None) -> Image.Image:
        return from_array(array, mode, self._format)

    def _held(self, metadata: Mapping[str, Any] | None, number: int = 0) -> Options:
        """Return metadata as options of Pillow's; warn of what the format cannot hold."""
        if not metadata:
            return {}
        return saving(metadata, self.holds, self._format.name, number=number)

    def _refuse(self, message: str) -> EncodeError:
        return EncodeError(message, plugin="pillow", format=self._format.name)


def given(**options: Any) -> Options:
    """Return the options that are not None: Pillow has defaults of its own for the others."""
    return {name: value for name, value in options.items() if value is not None}


class StillWriter(PillowWriter):
    """Writes a format of one image; encodes at once."""

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._full = False

    def close(self) -> None:
        """Everything is written already."""

    def _save(self, image: Image.Image, options: Options) -> None:
        if self._full:
            raise self._refuse(
                f"{self._format.name} holds one image; write further ones to files of their own"
            )
        image.save(self._target.open(), self._identifier, **options)
        self._full = True


class CollectingWriter(PillowWriter):
    """Writes a format of several images whose encoder wants them all at once."""

    together: ClassVar[frozenset[str]] = frozenset()
    """Options that Pillow takes as a list, one value for each image."""

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._images: list[Image.Image] = []
        self._each: list[Options] = []
        self._options: Options = {}

    def _collect(self, image: Image.Image, options: Options) -> None:
        """Keep an image with its options; those of the whole file may not change."""
        each = {k: v for k, v in options.items() if k in self.together}
        shared = {k: v for k, v in options.items() if k not in self.together}
        if not self._images:
            self._options = shared
        for name, value in shared.items():
            if name in self._options and self._options[name] != value:
                raise OptionError(
                    f"{name}={value!r}: it was {self._options[name]!r} for the images before, and "
                    f"there is one {name} for a {self._format.name} file"
                )
        self._images.append(image)
        self._each.append(each)

    def close(self) -> None:
        """Encode all images."""
        first, *rest = self._images
        options = dict(self._options)
        for name in self.together:
            values = [each[name] for each in self._each if name in each]
            if len(values) == len(self._images):
                options[name] = values if rest else values[0]
        if rest:
            options.update(save_all=True, append_images=rest)
        first.save(self._target.open(), self._identifier, **options)
