"""Writing X pixmaps; their layout is told in `iio_retro._xpm`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import OptionError

from ._output import StillWriter
from ._still import Array

__all__ = ["XpmWriter"]

# Of ASCII's printable characters all but the quote, the backslash, and ? (trigraphs of old C).
_CHARACTERS = np.frombuffer(bytes(c for c in range(33, 127) if c not in b'"\\?') + b" ", np.uint8)
_CHANNELS = (3, 4)


class XpmWriter(StillWriter):
    """Writes a pixmap."""

    FORMAT = "XPM"

    def write(
        self,
        image: Array,
        *,
        metadata: Mapping[str, Any] | None = None,
        name: str = "image",
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width, 3)`` of uint8, or ``(height, width, 4)`` with an alpha that is 0 or
            255 everywhere: pixels are opaque or have no color at all.
        metadata : mapping, optional
            ``hotspot``, two numbers, is kept.
        name : str
            The name of the C variable.
        """
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", name):
            raise OptionError(f"name={name!r} is not the name of a variable in C")
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in _CHANNELS:
            hint = "np.dstack([image] * 3) makes RGB of gray"
            raise self.refused(image, "uint8 of shape (height, width, 3)", hint)
        hotspot = _hotspot((metadata or {}).get("hotspot"))
        self.begin(image, metadata, holds=("hotspot",) if hotspot else ())
        height, width = image.shape[:2]
        colors, numbers = self._colors(image)
        size = 1
        while len(_CHARACTERS) ** size < len(colors):
            size += 1
        places = np.arange(len(colors))[:, None] // len(_CHARACTERS) ** np.arange(size)
        keys = _CHARACTERS[places % len(_CHARACTERS)]
        table = b"".join(
            b'"%s c %s",\n' % (key.tobytes(), _name(color))
            for key, color in zip(keys, colors.tolist(), strict=True)
        )
        rows = np.full((height, width * size + 4), ord('"'), np.uint8)
        rows[:, 1:-3] = keys[numbers].reshape(height, width * size)
        rows[:, -2:] = np.frombuffer(b",\n", np.uint8)
        head = f"/* XPM */\nstatic char *{name}[] = {{\n"
        values = f'"{width} {height} {len(colors)} {size}{hotspot}",\n'
        self.save((head + values).encode(), table, rows.tobytes()[:-2], b"\n};\n")

    def _colors(self, image: Array) -> tuple[Array, Array]:
        """Return the colors that there are, -1 for none, and the number of each pixel's."""
        parts = image.astype(np.int32)
        values = (parts[..., 0] << 16) + (parts[..., 1] << 8) + parts[..., 2]
        if image.shape[2] == 4:
            alpha = image[..., 3]
            if ((alpha != 0) & (alpha != 255)).any():
                raise self.error("XPM holds no alpha between 0 and 255; PNG and TGA do")
            if values[alpha == 0].any():
                raise self.error(
                    "XPM holds no color of transparent pixels; image[image[..., 3] == 0] = 0 "
                    "takes it away"
                )
            values[alpha == 0] = -1
        colors, numbers = np.unique(values.reshape(-1), return_inverse=True)
        return colors, numbers


def _name(color: int) -> bytes:
    return b"None" if color < 0 else b"#%06X" % color


def _hotspot(value: Any) -> str:
    """Return the place of the hotspot as it stands in a file; an empty string for none."""
    try:
        x, y = map(int, value)
    except (TypeError, ValueError):
        return ""
    return f" {x} {y}" if min(x, y) >= 0 and max(x, y) < 10**9 else ""
