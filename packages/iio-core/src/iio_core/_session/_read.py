"""The user's side of a plugin's reader: one meaning of index, limits, errors, stacking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .. import _options
from .._errors import OptionError
from .._properties import ImageProperties
from .._resources import Resource
from .._translate import CAUGHT, Blame
from ._base import is_native
from ._counting import END
from ._stacking import Stacking, is_placed

__all__ = ["ReadSession"]


class ReadSession(Stacking):
    """An open resource, to read from. A context manager.

    Attributes that it does not have itself are the plugin's reader's.

    Examples
    --------
    >>> import iio_core as iio
    >>> with iio.imopen("newtonscradle.gif", "r") as file:  # doctest: +SKIP
    ...     first, last = file.read(index=0), file.read(index=-1)
    """

    def __init__(self, reader: Any, resource: Resource, blame: Blame) -> None:
        super().__init__(blame)
        self._reader = reader
        self._resource = resource

    def read(
        self, *, index: Any = None, writeable_output: bool = True, **options: Any
    ) -> np.ndarray:
        """Decode one image, or several that are stacked along a new first axis.

        Parameters
        ----------
        index : int, slice, list of int, ``...`` or None
            Which; negative from the end, ``...`` for all. None is what the format's documentation
            says: all of a GIF or a video, the first image of most other formats.
        writeable_output : bool
            False allows an array that cannot be written to, where that saves a copy.
        **options : Any
            The plugin's own.

        Returns
        -------
        numpy.ndarray
            C-contiguous, in native byte order: ``(height, width)``, ``(height, width, channels)``,
            with several images one axis more in front.

        Raises
        ------
        FrameIndexError
            If there is no such image.
        DecodeError
            If the file is damaged, or images of different shapes cannot be stacked.
        LimitError
            If it would take more memory than is allowed.
        OptionError
            If the plugin does not know an option.
        """
        if options:
            self._check_options(options, self._attribute("read"))
        which = self._which(index, options)
        if not isinstance(which, int):
            if which is not None and not self._attribute("reads_batches", False):
                return self._stack(which, options)
        elif which:
            self._check_there(which, options)
        if options and is_placed(options):
            return self._placed(which, options)
        checks = getattr(self._reader, "checks_limits", False)
        charged = None if checks else self._charge(which, options)
        if self._closed:
            raise ValueError(f"{self._resource.name} is closed")
        try:
            image = self._reader.read(index=which, **options)
        except CAUGHT as error:
            self._blame.decoding(error)
        image = self._owned(image, writeable_output)
        # Not what the header promised: charged again.
        if charged is None or image.shape != charged.shape or image.dtype != charged.dtype:
            self._check(image.shape, image.dtype)
        return image

    def read_region(
        self,
        region: slice | tuple[slice, ...],
        *,
        index: Any = None,
        level: int = 0,
        **options: Any,
    ) -> np.ndarray:
        """Decode a part of an image; where the plugin can, nothing else of it is even read.

        Parameters
        ----------
        region : slice or tuple of slice
            As for indexing the array that `read` returns; axes that are left out are whole.
        index : int or None
            Which image.
        level : int
            Which of its sizes, if the file has smaller copies of it: 0 is the full one.
        **options : Any
            The plugin's own.

        Returns
        -------
        numpy.ndarray
            ``read(index=index)[region]``. Only its size is charged against the limits.

        Raises
        ------
        FrameIndexError
            If there is no such image, or no such level.
        OptionError
            If the plugin does not know an option, or has no levels.

        Examples
        --------
        >>> with iio.imopen("slide.svs", "r") as file:  # doctest: +SKIP
        ...     corner = file.read_region(np.s_[:256, :256], index=0, level=1)
        """
        parts = region if isinstance(region, tuple) else (region,)
        if not all(isinstance(part, slice) for part in parts):
            raise OptionError(f"region={region!r} is not a tuple of slices")
        read = self._attribute("read_region", None)
        if read is None:
            if level:
                raise OptionError(f"plugin {self.plugin!r} does not read levels of an image")
            image = self.read(index=index, **options)
            if len(parts) > image.ndim:
                raise OptionError(f"region={region!r} has more slices than {image.shape} has axes")
            return np.array(image[parts], order="C")
        if options:
            self._check_options(options, read)
        which = self._which(index, options)
        if isinstance(which, int) and which:
            self._check_there(which, options)
        if not (which is None or isinstance(which, int)):
            raise OptionError("a region is of one image: index= is a number")
        image = self._owned(self._ask(read, parts, index=which, level=level, **options), True)
        self._check(image.shape, image.dtype)
        return image

    def iter(self, *, writeable_output: bool = True, **options: Any) -> Iterator[np.ndarray]:
        """Decode one image after the other; memory stays at a few images.

        Parameters
        ----------
        writeable_output : bool
            As for `read`.
        **options : Any
            The plugin's own.

        Yields
        ------
        numpy.ndarray
            Each image, as `read` returns it.
        """
        if options:
            self._check_options(options, self._attribute("iter"))
        total = self._known(options)
        images = self._ask("iter", **options)
        number = 0
        while True:
            if number == 0 or (total is not None and number < total):
                self._charge(number, options)
            image = self._ask(next, images, END)
            if image is END:
                return
            yield self._owned(image, writeable_output)
            number += 1

    def properties(
        self, *, index: Any = None, count_frames: bool = False, **options: Any
    ) -> ImageProperties:
        """Describe what `read` with the same arguments returns, without decoding pixels.

        Parameters
        ----------
        index : int, slice, list of int, ``...`` or None
            As for `read`.
        count_frames : bool
            Whether to decode the file if that is the only way to find out how many images it has.
        **options : Any
            The plugin's own.

        Returns
        -------
        ImageProperties
            With ``n_images=None`` if their number is not known.
        """
        if options:
            self._check_options(options, self._attribute("properties"))
        which = self._which(index, options)
        if isinstance(which, int):
            if which:
                self._check_there(which, options)
            return self._describe(which, options)
        if which is None or self._attribute("reads_batches", False):
            found = self._describe(which, options)
            if count_frames and which is ... and found.n_images is None and None in found.shape[:1]:
                total = self._count(options)
                found = replace(found, n_images=total, shape=(total, *found.shape[1:]))
            return found
        if which is ...:
            number = self._count(options) if count_frames else self._known(options)
            first = 0
        else:
            number = len(which)
            first = which[0] if which else 0
            if which and self._known(options) is None:
                self._describe(max(which), options)  # the reader knows whether it is there
        one = self._describe(first, options)
        return ImageProperties(
            shape=(number, *one.shape),
            dtype=one.dtype,
            n_images=number,
            is_batch=True,
            spacing=one.spacing,
            axes=f"I{one.axes}" if one.axes else None,
        )

    def metadata(
        self, *, index: Any = None, exclude_applied: bool = True, **options: Any
    ) -> dict[str, Any]:
        """Return what the file says of an image beside its pixels.

        Parameters
        ----------
        index : int, ``...`` or None
            Which image; ``...`` for the metadata of the whole file.
        exclude_applied : bool
            Whether to leave out what reading has already applied to the pixels.
        **options : Any
            The plugin's own.

        Returns
        -------
        dict
            By the names that the format uses; ``imwrite(..., metadata=)`` takes it back.
        """
        if options:
            self._check_options(options, self._attribute("metadata"))
        which = ... if index is ... else self._which(index)
        if isinstance(which, tuple):
            raise OptionError("metadata is of one image, or with index=... of the whole file")
        if isinstance(which, int) and which:
            self._check_there(which)
        found: dict[str, Any] = self._ask(
            "metadata", index=which, exclude_applied=exclude_applied, **options
        )
        if not isinstance(found, dict):
            raise self._blame.broken(f"its metadata is a {type(found).__name__}, not a dict")
        self._resource.limits.check_metadata(found, name=self._resource.name)
        return found

    def close(self) -> None:
        """Let go of the reader and of every file that was opened. Twice is fine."""
        if self._closed:
            return
        self._closed = True
        try:
            self._ask("close")
        finally:
            self._resource.close()

    def __iter__(self) -> Iterator[np.ndarray]:
        return self.iter()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_reader":
            raise AttributeError(name)
        return getattr(self._reader, name)

    def __repr__(self) -> str:
        return f"<ReadSession of {self._resource.name}: {self.plugin} as {self.format}>"

    def _ask(self, method: str | Callable[..., Any], /, *args: Any, **options: Any) -> Any:
        """Call a method of the reader's by its name, or anything else that is the plugin's."""
        if self._closed and method != "close":
            raise ValueError(f"{self._resource.name} is closed")
        try:
            call = getattr(self._reader, method) if isinstance(method, str) else method
            return call(*args, **options)
        except CAUGHT as error:
            self._blame.decoding(error)

    def _attribute(self, name: str, *default: Any) -> Any:
        """Return an attribute of the reader's, which may be computed, and fail."""
        try:
            return getattr(self._reader, name, *default)
        except CAUGHT as error:
            self._blame.decoding(error)

    def _check_options(self, options: Mapping[str, Any], method: Callable[..., Any]) -> None:
        where = f"plugin {self.plugin!r} ({method.__name__})"
        _options.check(options, _options.names(method), where=where)

    def _charge(self, index: Any, options: Mapping[str, Any]) -> ImageProperties:
        """Check what reading an image will cost against the limits."""
        if options:
            known = _options.names(self._attribute("properties"))
            options = {k: v for k, v in options.items() if k in known}
        found = self._describe(index, options)
        self._check(found.shape, found.dtype)
        return found

    def _describe(self, index: Any, options: Mapping[str, Any]) -> ImageProperties:
        if self._closed:
            raise ValueError(f"{self._resource.name} is closed")
        try:
            found = self._reader.properties(index=index, **options)
        except CAUGHT as error:
            self._blame.decoding(error)
        if not isinstance(found, ImageProperties):
            raise self._blame.broken(f"its properties are a {type(found).__name__}")
        if not (type(found.shape) is tuple and isinstance(found.dtype, np.dtype)):
            raise self._blame.broken(f"its properties are {found}")
        for n in found.shape:
            if not (n is None or (hasattr(n, "__index__") and n >= 0)):
                raise self._blame.broken(f"its properties are of the shape {found.shape}")
        return found

    def _check(self, shape: tuple[int | None, ...], dtype: np.dtype) -> None:
        if None in shape:
            shape = tuple(1 if n is None else n for n in shape)
        self._resource.limits.check_array(
            shape,  # type: ignore[arg-type]
            dtype.itemsize,
            resource_size=self._resource.size,
            name=self._resource.name,
        )

    def _owned(self, array: Any, writeable: bool) -> np.ndarray:
        """Return an array that is the caller's: C-contiguous, in native byte order, writable."""
        if not isinstance(array, np.ndarray):
            raise self._blame.broken(f"it returned a {type(array).__name__}, not an array")
        if array.dtype.hasobject:
            raise self._blame.broken(f"it returned an array of {array.dtype}")
        try:
            if not is_native(array.dtype):
                return array.astype(array.dtype.newbyteorder("="), order="C")
            flags = array.flags
            if not flags.c_contiguous or (writeable and not flags.writeable):
                return np.array(array, order="C")
        except MemoryError as error:
            self._blame.decoding(error)
        return array
