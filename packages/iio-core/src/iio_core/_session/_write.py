"""The user's side of a plugin's writer: single images out of batches, all or nothing."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np

from .. import _options
from .._errors import EncodeError, OptionError
from .._interrupts import held_interrupts
from .._resources import Target
from .._translate import CAUGHT, Blame
from .._warning import warn
from ._base import Session, is_native

__all__ = ["WriteSession"]


class WriteSession(Session):
    """A resource that is being written. A context manager.

    What was accepted is kept: leaving the block, also by an exception in the caller's own code,
    finishes the file; only a failure of the encoder throws it away. Attributes that it does not
    have itself are the plugin's writer's.

    Examples
    --------
    >>> import iio_core as iio
    >>> with iio.imopen("movie.gif", "w") as file:  # doctest: +SKIP
    ...     for frame in frames:
    ...         file.write(frame, duration=40)
    """

    def __init__(self, writer: Any, target: Target, blame: Blame, *, lasting: bool = True) -> None:
        self._lasting = lasting
        self._writer = writer
        self._target = target
        self._written = 0
        self._process = os.getpid()
        super().__init__(blame)  # last: from here on it is open, and has to be closed

    @property
    def written(self) -> int:
        """How many images were accepted, also by methods of the writer's own."""
        own = getattr(self._writer, "written", 0)
        return max(self._written, own if isinstance(own, int) else 0)

    def write(
        self,
        image: Any,
        *,
        is_batch: bool | None = None,
        metadata: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Add an image, or several.

        Parameters
        ----------
        image : array_like or iterable of array_like
            ``(height, width)`` or ``(height, width, channels)``; with one axis more in front, a
            list or an iterable: several images.
        is_batch : bool, optional
            Whether the first axis counts images, where the shape does not tell.
        metadata : mapping, optional
            As `ReadSession.metadata` returns it.
        **options : Any
            The plugin's own.

        Raises
        ------
        EncodeError
            If the format cannot hold such an image.
        OptionError
            If the plugin does not know an option, or `metadata` is no mapping.
        """
        if self._closed:
            raise ValueError(f"{self._target.name} is closed")
        if options:
            where = f"{self._target.name}: plugin {self.plugin!r} for {self.format}"
            _options.check(options, _options.names(self._attribute("write")), where=where)
        if metadata is not None and not isinstance(metadata, Mapping):
            raise OptionError(
                f"metadata={_shortened(metadata)}: it has to be a mapping of names to values, as "
                "`metadata` of a file that was read returns it"
            )
        told = options if metadata is None else {**options, "metadata": metadata}
        for number, one in enumerate(self._images(image, is_batch, options)):
            # Half of an image would damage the whole file.
            with held_interrupts() if self._lasting else nullcontext():
                try:
                    self._tell("write", one, **told)
                except EncodeError as error:
                    if number and is_batch is None and isinstance(image, np.ndarray):
                        raise self._guessed(error, image.shape) from error
                    self._advise(error, one)
                    raise
                self._written += 1

    def getvalue(self) -> bytes:
        """Return the encoded file that was written to ``"<bytes>"``, after `close`."""
        value = getattr(self._target, "value", None)
        if value is None:
            raise ValueError("only a closed session that wrote to '<bytes>' has a value")
        return bytes(value)

    def close(self) -> None:
        """Finish the file and put it in place. Twice is fine; without images there is no file."""
        if self._closed or self._is_a_copy():
            return
        if not self.written:
            self.abort()
            return
        # What was accepted is kept, also if Ctrl-C comes while it is being finished.
        with held_interrupts() if self._lasting else nullcontext():
            self._finish()

    def _finish(self) -> None:
        self._tell("close")
        self._closed = True
        try:
            if problem := self._target.problem():
                raise self._blame.broken(problem)
            self._target.commit()
        except BaseException:  # Ctrl-C between two lines of ours as well
            self._target.abort()
            raise

    def abort(self) -> None:
        """Give up: what was there before stays as it was."""
        if self._closed or self._is_a_copy():
            return
        self._closed = True
        try:
            self._writer.abort()
        except CAUGHT as error:
            self._blame.encoding(error)
        finally:
            self._target.abort()

    def _is_a_copy(self) -> bool:
        """Tell whether this process is a fork of the writing one: the file is not its to end."""
        return os.getpid() != self._process

    def __del__(self) -> None:
        if not self.__dict__.get("_closed", True) and not self._is_a_copy():
            try:
                warnings.warn(
                    f"{self!r} was never closed", ResourceWarning, stacklevel=2, source=self
                )
            finally:  # also where warnings are errors
                self.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_writer":
            raise AttributeError(name)
        return getattr(self._writer, name)

    def __repr__(self) -> str:
        return f"<WriteSession to {self._target.name}: {self.plugin} as {self.format}>"

    def _tell(self, method: str, /, *args: Any, **options: Any) -> None:
        try:
            getattr(self._writer, method)(*args, **options)
        except BaseException as error:
            if isinstance(error, EncodeError | OptionError) and method == "write":
                # Refused, not failed: what was accepted before is fine.
                raise self._blame.named(error)  # noqa: B904 - it is the same one
            if not isinstance(error, CAUGHT) and method == "write":
                raise  # Ctrl-C: the images before are kept, if the encoder can still finish
            # What the encoder has in hand after this is nothing to commit.
            self._closed = True
            try:
                self._writer.abort()
            except CAUGHT:
                pass  # the first error is the one to tell
            finally:
                self._target.abort()
            if isinstance(error, CAUGHT):
                self._blame.encoding(error)
            raise

    def _attribute(self, name: str, *default: Any) -> Any:
        """Return an attribute of the writer's, which may be computed, and fail."""
        try:
            return getattr(self._writer, name, *default)
        except CAUGHT as error:
            self._blame.encoding(error)

    def _advise(self, error: EncodeError, image: np.ndarray) -> None:
        """Raise a refused image's error again if somebody else is known to take it."""
        from .. import _registry
        from .._holding import elsewhere, kind_of

        kind = kind_of(image)
        registry = _registry.current()
        if kind is None or self._closed:
            return
        who = elsewhere(registry, self.plugin, self.format, self._target.filename, kind)
        if who:
            message = f"{str(error).removesuffix('.')}; {who}"
            raise EncodeError(message, plugin=error.plugin, format=error.format) from error

    def _images(
        self, image: Any, is_batch: bool | None, options: Mapping[str, Any]
    ) -> Iterator[Any]:
        """Part what the caller gave into single images."""
        several = not hasattr(image, "__array__") and isinstance(image, Iterable)
        if several and is_batch is not False and not _is_numbers(image):
            for one in image:
                yield self._array(one)
            return
        array = self._array(image)
        if self._attribute("takes_arrays", False) and not is_batch:
            yield array
        elif self._is_batch(array, is_batch, options):
            yield from array
        else:
            yield array

    def _guessed(self, error: EncodeError, shape: tuple[int, ...]) -> EncodeError:
        """Return the error for an array that was parted into images by a guess."""
        return EncodeError(
            f"{error} (the array of shape {shape} was taken for {shape[0]} images; if it is one, "
            "say is_batch=False)",
            plugin=error.plugin,
            format=error.format,
        )

    def _array(self, image: Any) -> np.ndarray:
        try:
            array = np.asarray(image)
        except (TypeError, ValueError) as error:  # rows of different lengths
            raise EncodeError(
                f"{self._target.name}: what was given is not an image: {error}",
                plugin=self.plugin,
                format=self.format,
            ) from error
        if array.dtype.kind in "OSUVMm":
            raise EncodeError(
                f"{self._target.name}: an array of {array.dtype} is not an image",
                plugin=self.plugin,
                format=self.format,
            )
        if hasattr(image, "mask"):
            self._tell_of_mask(image)
        # Plugins get the machine's byte order, and need not think of the other one.
        return array if is_native(array.dtype) else array.astype(array.dtype.newbyteorder("="))

    def _tell_of_mask(self, image: Any) -> None:
        """Warn of a masked array, of which the values below the mask are written."""
        if isinstance(image, np.ma.MaskedArray) and np.ma.is_masked(image):
            warn(
                f"{self._target.name}: the mask of the array is left out, and the values below it "
                "are written; image.filled(...) says what to write in their place, image.data that "
                "they are meant"
            )

    def _is_batch(self, array: np.ndarray, asked: bool | None, options: Mapping[str, Any]) -> bool:
        if asked is not None:
            return asked
        decide = self._attribute("is_batch", None)
        if decide is not None:
            try:
                decided = decide(array.shape, **options)
            except CAUGHT as error:
                self._blame.encoding(error)
            if decided is not None:
                return bool(decided)
        if array.ndim != 3:
            return array.ndim > 3
        if array.shape[-1] == 1:
            raise EncodeError(
                f"{self._target.name}: an array of shape {array.shape} may be one image with one "
                "channel or many of width 1; write image[..., 0], or say is_batch=",
                plugin=self.plugin,
                format=self.format,
            )
        return array.shape[-1] not in {2, 3, 4}


def _shortened(value: Any) -> str:
    """Show a value that may be long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_numbers(image: Any) -> bool:
    """Tell nested lists of numbers, which are one array, from lists of arrays."""
    depth = image
    while isinstance(depth, list | tuple) and depth:
        depth = depth[0]
    return isinstance(depth, int | float | complex | np.generic)
