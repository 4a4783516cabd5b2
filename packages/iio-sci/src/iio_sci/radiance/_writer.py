"""Writing Radiance pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np

from iio_core import EncodeError, IIOWarning, MetadataWarning, OptionError, Target, is_derived, warn

from ._colors import LARGEST, from_floats
from ._header import RGBE, XYZE
from ._scanlines import LONGEST, SHORTEST, packed

__all__ = ["RadianceWriter"]

_BLOCK = 1 << 18  # pixels that are packed at once
_LISTS = ("comments", "commands")


class RadianceWriter:
    """Writes one picture.

    Parameters
    ----------
    target : Target
        Where to.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._full = False

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        compression: Literal["rle", "no"] = "rle",
    ) -> None:
        """Write the picture.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width, 3)`` of float32: linear red, green and blue, not negative. Each pixel
            keeps eight bits of its largest value, and of the others as much as stands above that.
        metadata : mapping, optional
            Variables of the header, as reading returns them: texts and numbers. ``FORMAT`` may say
            that colors are ``32-bit_rle_xyze``.
        compression : {"rle", "no"}
            Whether repeated bytes are packed.

        Raises
        ------
        EncodeError
            For a second picture, one of another kind, or values that there is no way to write.
        """
        if compression not in ("rle", "no"):
            raise OptionError(f"compression={compression!r} is neither 'rle' nor 'no'")
        image = self._checked(image)
        file = self._target.open()
        file.write(self._head(metadata or {}))
        height, width = image.shape[:2]
        file.write(f"\n-Y {height} +X {width}\n".encode())
        apart = compression == "rle" and SHORTEST <= width <= LONGEST
        step = max(1, _BLOCK // width)
        for start in range(0, height, step):
            pixels = from_floats(image[start : start + step])
            file.write(b"".join(map(packed, pixels)) if apart else pixels.tobytes())
        self._full = True

    def close(self) -> None:
        """Nothing to finish: the picture is written already."""

    def abort(self) -> None:
        """Nothing to give up: what was written is core's to throw away."""

    def _checked(self, image: np.ndarray) -> np.ndarray:
        """Return an image that can be written."""
        name = self._target.name
        if self._full:
            raise EncodeError(f"{name}: HDR holds one picture; write the others to other files")
        if image.dtype != np.float32 or image.ndim != 3 or image.shape[2] != 3:
            raise EncodeError(
                f"{name}: HDR holds float32 of shape (height, width, 3), not {image.dtype} of "
                f"shape {image.shape}"
            )
        if not image.size:
            raise EncodeError(f"{name}: there are no pixels in {image.shape}")
        lowest, highest = image.min(), image.max()  # NaN, if there is one
        if not highest <= LARGEST or np.isnan(lowest):
            raise EncodeError(f"{name}: HDR holds values up to {LARGEST:g}; there are NaN or more")
        if lowest < 0:
            warn(f"{name}: HDR holds no negative values; they are written as 0", IIOWarning)
            image = np.maximum(image, np.float32(0))
        return image

    def _head(self, metadata: Mapping[str, Any]) -> bytes:
        """Return the lines of the header, and warn of what no line can hold."""
        kind = metadata.get("FORMAT", RGBE)
        kind = kind if kind in (RGBE, XYZE) else RGBE
        lines = ["#?RADIANCE", f"FORMAT={kind}"]
        refused = []
        for name, value in metadata.items():
            if name == "FORMAT" and value == kind:
                continue
            made = list(_lines(str(name), value))
            if made:
                lines += made
            elif not is_derived(name, value):
                refused.append(str(name))
        if refused:
            names = ", ".join(refused)
            warn(
                f"{self._target.name}: the header of HDR cannot hold these; left out: {names}",
                MetadataWarning,
            )
        return ("\n".join(lines) + "\n").encode()


def _lines(name: str, value: Any) -> Iterator[str]:
    """Yield the lines for an entry; none if it cannot be written."""
    if name in _LISTS:
        if isinstance(value, list | tuple) and all(_is_line(v, name == "commands") for v in value):
            for text in value:
                yield f"# {text}" if name == "comments" else text
        return
    if name == "FORMAT" or not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        return
    if isinstance(value, list | tuple) and name == "COLORCORR":
        value = " ".join(repr(float(v)) for v in value)
    if isinstance(value, bool) or not isinstance(value, str | int | float | np.number):
        return
    text = str(value.item() if isinstance(value, np.number) else value)
    if name in ("EXPOSURE", "PIXASPECT") and not _is_number(text):
        return
    if text == text.strip() and text.isprintable():
        yield f"{name}={text}"


def _is_line(value: Any, command: bool) -> bool:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        return False
    return value == value.strip() and not (command and ("=" in value or value.startswith("#")))


def _is_number(text: str) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return 0 < abs(number) < float("inf")
