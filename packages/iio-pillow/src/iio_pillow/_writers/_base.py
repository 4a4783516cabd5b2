"""What all writers share: arrays in, metadata sorted, one file out."""

from __future__ import annotations

import io
import struct
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from iio_core import (
    EncodeError,
    MetadataWarning,
    OptionError,
    PluginNotInstalledError,
    Target,
    warn,
)

from .._arrays import from_array, is_batch
from .._backend import load_module
from .._metadata_out import saving
from .._spec import SPEC
from ._checks import COMMON, Rule, check
from ._modes import MODES

__all__ = ["CollectingWriter", "Options", "PillowWriter", "StillWriter"]

Options = dict[str, Any]

# What Pillow raises, when it encodes into memory, for options and metadata that it cannot use.
_REFUSALS = (
    *(OSError, ValueError, RuntimeError, TypeError, LookupError, AttributeError, SyntaxError),
    *(ArithmeticError, struct.error),
)


class PillowWriter(ABC):
    """Takes arrays for one file.

    Parameters
    ----------
    target : Target
        Where to write.
    format : str
        The name of its format.
    """

    holds: ClassVar[frozenset[str]] = frozenset()
    """What metadata the format can hold: names that `iio_pillow._metadata_out.saving` knows."""

    rules: ClassVar[Mapping[str, Rule]] = {}
    """What the values of options have to be, beside what `COMMON` says."""

    held_rules: ClassVar[Mapping[str, Rule]] = {}
    """The same of metadata that is no option, or not one of the same kind."""

    def __init__(self, target: Target, format: str) -> None:
        self._target = target
        self._format = SPEC.format(format)
        self._told: set[str] = set()
        self._identifier = load_module(format)
        if self._identifier not in Image.SAVE:
            raise PluginNotInstalledError(
                f"this Pillow does not write {format}; newer ones do: pip install -U pillow",
                install=("pillow",),
            )

    @abstractmethod
    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
    ) -> None:
        """Add an image."""

    @abstractmethod
    def close(self) -> None:
        """Finish the file."""

    def is_batch(
        self, shape: tuple[int, ...], /, *, mode: str | None = None, **options: Any
    ) -> bool | None:
        """Tell from the mode that was asked for whether an array is a batch of images."""
        return is_batch(shape, mode)

    def abort(self) -> None:  # noqa: B027  most have nothing to do
        """Nothing to give up: what is written is core's to throw away."""

    def _image(self, array: np.ndarray, mode: str | None) -> Image.Image:
        modes = MODES[self._format.name]
        if mode is not None and mode not in modes:
            raise OptionError(
                f"mode={mode!r}: {self._format.name} (through Pillow) holds {', '.join(modes)}"
            )
        return from_array(array, mode, self._format)

    def _held(self, metadata: Mapping[str, Any] | None, number: int = 0) -> Options:
        """Return metadata as options of Pillow's; warn of what the format cannot hold."""
        if not metadata:
            return {}
        name = self._format.name
        held = saving(
            metadata, self.holds, name, number=number, told=self._told, file=self._target.name
        )
        if isinstance(held.get("xmp"), str):
            held["xmp"] = held["xmp"].encode()
        for key, value in list(held.items()):
            rule = self.held_rules.get(key) or self.rules.get(key) or COMMON.get(key)
            words = rule and rule(value)
            if words:
                del held[key]
                self._warn_of_metadata(f"{key} in the metadata has to be {words}; it is left out")
        return held

    def _warn_of_metadata(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            warn(f"{self._target.name}: {message}", MetadataWarning)

    def _given(self, **options: Any) -> Options:
        """Return the options that are not None, checked: Pillow has defaults for the others."""
        check(self.rules, options)
        return {name: _plain(value) for name, value in options.items() if value is not None}

    def _warn(self, message: str) -> None:
        warn(f"{self._target.name}: {message}")

    def _warn_of_colors(self, picture: Image.Image, mode: str | None) -> None:
        """Tell that colors are lost where a palette holds 256, unless a mode was asked for."""
        if mode is None and picture.mode == "RGB" and picture.getcolors(256) is None:
            self._warn(
                f"{self._format.name} holds at most 256 colors, and the image has more: they were "
                "reduced. Another format keeps them; mode='P' says that this is meant"
            )

    def _refuse(self, message: str) -> EncodeError:
        return EncodeError(message, plugin="pillow", format=self._format.name)

    def _encoded(self, image: Image.Image, options: Options) -> bytes:
        """Return an image as a file of its own; a failure refuses only this image."""
        buffer = io.BytesIO()
        try:
            image.save(buffer, self._identifier, **options)
        except _REFUSALS as error:
            raise self._refuse(
                f"Pillow cannot encode an image of mode {image.mode} as {self._format.name} with "
                f"these options: {error}"
            ) from error
        return buffer.getvalue()


def _plain(value: Any) -> Any:
    """Return numbers of NumPy as Python's: not all of Pillow takes them."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value


class StillWriter(PillowWriter):
    """Writes a format of one image; encodes at once."""

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._full = False

    def close(self) -> None:
        """Everything is written already."""

    def _save(self, image: Image.Image, options: Options) -> None:
        """Encode the image into memory, then write it.

        Pillow's encoders do not bear a file that fails: of a full disk they say "encoder error
        -2", and that of JPEG 2000 tries again for ever.
        """
        self._put(self._encoded(image, options))

    def _put(self, *parts: bytes | bytearray) -> None:
        """Write the one image of the file."""
        if self._full:
            raise self._refuse(
                f"{self._format.name} holds one image; write further ones to files of their own"
            )
        self._full = True
        file = self._target.open()
        for part in parts:
            file.write(part)


class CollectingWriter(PillowWriter):
    """Writes a format of several images whose encoder wants them all at once."""

    together: ClassVar[frozenset[str]] = frozenset()
    """Options that Pillow takes as a list, one value for each image."""

    unproven: ClassVar[frozenset[str]] = frozenset()
    """Options of which only the encoder can tell whether their values are right."""

    even: ClassVar[bool] = True
    """Whether all images of a file have the same size."""

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._images: list[Image.Image] = []
        self._each: list[Options] = []
        self._options: Options = {}
        self._said: Options = {}

    def _collect(self, image: Image.Image, options: Options) -> None:
        """Keep an image with its options; those of the whole file may not change."""
        each = {k: v for k, v in options.items() if k in self.together}
        shared = {k: v for k, v in options.items() if k not in self.together}
        if not self._images:
            self._rehearse(image, shared)
            self._options = shared
        elif self.even and image.size != self._images[0].size:
            width, height = self._images[0].size
            raise self._refuse(
                f"all images of a {self._format.name} file have the same size: the first is "
                f"{(height, width)}, this one {image.size[::-1]}"
            )
        for name, value in shared.items():
            if self._options.get(name) != value:
                raise OptionError(
                    f"{name}={value!r}: it was {self._options.get(name)!r} for the images before, "
                    f"and there is one {name} for a {self._format.name} file"
                )
        # It may be a view of an array that the caller is going to fill with the next image.
        self._images.append(image.copy() if image.readonly else image)
        self._each.append(each)

    def _rehearse(self, image: Image.Image, options: Options) -> None:
        """Refuse options that the encoder would refuse in the end, when all images are lost."""
        if self.unproven & options.keys():
            self._encoded(Image.new(image.mode, (64, 64)), options)

    def _of_file(self, held: Options) -> Options:
        """Return what metadata says of the whole file; that of the first image counts."""
        if not self._images:
            self._said = held
            return held
        changed = sorted(name for name in held if self._said.get(name) != held[name])
        if changed:
            warn(
                f"{self._target.name}: {self._format.name} holds {', '.join(changed)} once for the "
                "whole file; what was said with the first image stays",
                MetadataWarning,
            )
        return {}

    def close(self) -> None:
        """Encode all images."""
        first, *rest = self._images
        options = self._gathered()
        if rest:
            options.update(save_all=True, append_images=rest)
        self._target.open().write(self._finished(first, options))

    def _finished(self, first: Image.Image, options: Options) -> bytes:
        """Return the encoded file."""
        return self._encoded(first, options)

    def _gathered(self) -> Options:
        """Return the options of the file, with lists of those that each image has its own of."""
        options = dict(self._options)
        for name in self.together:
            values = [each[name] for each in self._each if name in each]
            if len(values) == len(self._images):
                options[name] = values if len(values) > 1 else values[0]
        return options
