"""Reading: sizes are asked for first and checked, then the pixels come through the pipe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from iio_core import (
    DecodeError,
    FrameIndexError,
    ImageProperties,
    Index,
    NotThisFormat,
    OptionError,
    Resource,
)

from . import _library
from ._child import Child, Failure, Refusal, borrow, give_back

__all__ = ["FreeimageReader", "check_flags", "check_timeout"]

_CUT = re.compile("premature end|unexpected end|truncated|read error", re.IGNORECASE)
_RGB, _RGBA = [2, 1, 0], [2, 1, 0, 3]  # the order of bitmaps on machines that begin with the least


class FreeimageReader:
    """Reads a file; its pixels are decoded in another process.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str or None
        The name of its format, where the caller or the file's name says it.
    flags : int
        FreeImage's flags for loading.
    timeout : float
        How many seconds anything may take.
    """

    default_index = 0

    def __init__(
        self, resource: Resource, format: str | None, *, flags: int = 0, timeout: float = 60.0
    ) -> None:
        self._resource = resource
        self._flags = check_flags(flags)
        self._timeout = check_timeout(timeout)
        self._format = format or "image"
        self._described: dict[int, ImageProperties] = {}
        self._total: int | None = None
        if resource.size is not None:
            resource.limits.check_body(resource.size, name=resource.name)
        file = resource.open()
        file.seek(0)
        data = file.read()
        self._child: Child | None = borrow()
        try:
            self._open(data, format)
        except BaseException:
            self.close()
            raise

    def count(self) -> int:
        """Return how many images there are."""
        if self._total is None:
            self._total = int(self._ask("count")[0]["count"])
        return self._total

    def read(self, *, index: Index = None) -> np.ndarray:
        """Decode an image.

        Parameters
        ----------
        index : int
            Which; ``None`` is the first.

        Returns
        -------
        numpy.ndarray
            ``(height, width)`` or ``(height, width, channels)``, RGB or RGBA; palettes are
            resolved.

        Raises
        ------
        DecodeError
            If FreeImage refuses, crashes, or does not end in time.
        """
        page = index if isinstance(index, int) else 0
        self._charge(page)
        header, data = self._ask("pixels", page=page)
        if cut := next((said for said in header["said"] if _CUT.search(said)), ""):
            raise self._damaged(f"it is cut: {cut}")
        shape, dtype = tuple(header["shape"]), np.dtype(header["dtype"])
        if len(data) != int(np.prod(shape)) * dtype.itemsize:
            raise self._damaged("FreeImage returned too few pixels")
        image = np.frombuffer(data, dtype).reshape(shape)
        if header["bgr"] and len(shape) == 3:
            image = image[..., _RGB if shape[2] == 3 else _RGBA]
        found = np.array(image, order="C")
        self._described[page] = _described(found.shape, found.dtype)
        return found

    def iter(self) -> Iterator[np.ndarray]:
        """Decode one image after the other."""
        for index in range(self.count()):
            yield self.read(index=index)

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe what `read` returns; of an image with a palette by decoding it."""
        page = index if isinstance(index, int) else 0
        known = self._described.get(page)
        if known is not None:
            return known
        kind = self._charge(page)
        size = (kind["height"], kind["width"])
        if kind["type"] == _library.BITMAP and kind["bits"] < 24:
            self.read(index=page)
            return self._described[page]
        dtype, channels = _library.TYPES.get(kind["type"], ("uint8", kind["bits"] // 8))
        shape = size if channels == 1 else (*size, channels)
        self._described[page] = _described(shape, np.dtype(dtype))
        return self._described[page]

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what FreeImage finds beside the pixels.

        Returns
        -------
        dict
            Comments and the tags of EXIF by name, as FreeImage words them; ``dpi``,
            ``icc_profile``, and as ``freeimage`` its version.
        """
        page = index if isinstance(index, int) else 0
        self._charge(page)
        header, profile = self._ask("metadata", page=page)
        found: dict[str, Any] = header["told"]
        if "dpi" in found:
            found["dpi"] = tuple(found["dpi"])
        if profile:
            found["icc_profile"] = profile
        return found

    def close(self) -> None:
        """Give the process back."""
        child, self._child = self._child, None
        if child is None:
            return
        try:
            if child.fit:
                child.ask("close", deadline=self._timeout)
        except Failure:
            pass  # it is not kept
        give_back(child)

    def _open(self, data: bytes, format: str | None) -> None:
        limits = self._resource.limits
        memory = 4 * max(limits.array_bytes, limits.ratio * len(data)) + len(data)
        order = {"flags": self._flags, "memory": min(memory, 1 << 40)}
        names = [None] if format is None else [None, format]
        for name in names:
            try:
                answer = self._ask("open", data, format=name, **order)[0]
            except DecodeError as error:
                if not isinstance(error.__cause__, Refusal):
                    raise
                if name is not names[-1]:
                    continue
                if format is None:
                    raise NotThisFormat(str(error.__cause__)) from None
                raise
            self._format = answer["format"] or self._format
            if format is not None and name is None and not _alike(self._format, format):
                continue  # FreeImage guesses another one; the caller knows better
            return

    def _charge(self, page: int) -> dict[str, Any]:
        """Check the size of an image against the limits before FreeImage takes memory for it."""
        if page and page >= self.count():
            raise FrameIndexError(f"{self._resource.name} has no image {page}")
        kind = self._ask("size", page=page)[0]
        dtype, channels = _library.TYPES.get(kind["type"], ("uint8", max(3, kind["bits"] // 8)))
        self._resource.limits.check_array(
            (kind["height"], kind["width"], channels),
            np.dtype(dtype).itemsize,
            resource_size=self._resource.size,
            name=self._resource.name,
        )
        return kind

    def _ask(self, do: str, body: bytes = b"", **order: Any) -> tuple[dict[str, Any], bytes]:
        if self._child is None:
            raise ValueError(f"{self._resource.name} is closed")
        try:
            return self._child.ask(do, body, deadline=self._timeout, **order)
        except Failure as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, reason: str) -> DecodeError:
        return DecodeError(
            f"{self._resource.name} could not be decoded as {self._format}: {reason}",
            plugin="freeimage",
            format=self._format,
        )


def _alike(found: str, wanted: str) -> bool:
    """Tell whether FreeImage's guess is the format that was named, raw or in text."""
    return found.removesuffix("RAW") == wanted.removesuffix("RAW")


def _described(shape: tuple[int, ...], dtype: np.dtype) -> ImageProperties:
    return ImageProperties(shape, dtype, axes="YX" if len(shape) == 2 else "YXS")


def check_flags(flags: Any) -> int:
    """Return FreeImage's flags, if they are some."""
    if not isinstance(flags, int) or isinstance(flags, bool) or not 0 <= flags < 1 << 31:
        raise OptionError(f"flags={flags!r}: it has to be a whole number, FreeImage's flags")
    return flags


def check_timeout(timeout: Any) -> float:
    """Return a number of seconds, if it is one."""
    fits = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if not fits or not 0 < timeout <= 1e6:
        raise OptionError(f"timeout={timeout!r}: it has to be a number of seconds above 0")
    return float(timeout)
