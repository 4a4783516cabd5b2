"""X pixmaps: C source with a table of colors and the characters that stand for them.

After Arnaud Le Hors, *XPM Manual*, version 3.4i, chapter 2, "The XPM Format"::

    /* XPM */
    static char *name[] = {
    /* width height colors characters-per-pixel [hotspot-x hotspot-y] [XPMEXT] */
    "4 2 2 1",
    /* characters, then a color for each kind of display: c color, g gray, g4, m mono, s symbol */
    ". c #FFFFFF",
    "X c None",
    /* rows of pixels */
    "..XX",
    "XX.."
    };

A color is ``#`` with 1 to 4 hexadecimal digits for each of red, green and blue, a name of X11, or
None, which is transparent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from iio_core import Resource

from ._still import Array, Still
from ._x11_colors import color_of

__all__ = ["XpmReader"]

_TOKENS = re.compile(rb'"([^"\n]*)"|/\*.*?\*/', re.DOTALL)
_KEYS = re.compile(r"(?:^|\s)(c|g|g4|m|s)\s+")
_SIX = re.compile(rb"\s+c\s+#([0-9A-Fa-f]{6})\s*")  # the usual kind of color
_LONGEST = 8  # characters of a pixel
_WIDEST = 1 << 21  # entries of a table for all that the characters can be


class XpmReader(Still):
    """Reads a pixmap."""

    FORMAT = "XPM"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self._strings = _strings(self.input.data)
        width, height, colors, size, *rest = self._numbers()
        self.input.size(width, height)
        if not (1 <= size <= _LONGEST and colors >= 1):
            raise self.input.wrong(f"it declares {colors} colors of {size} characters")
        # There cannot be more than there are bytes.
        self.input.check(0, colors * size + height * width * size, "colors and rows")
        if len(rest) >= 2:
            self.told["hotspot"] = (rest[0], rest[1])
        self._size = size
        self._keys, self._colors = self._table(colors)
        self.shape = (height, width, 3 if self._colors[:, 3].all() else 4)

    def _numbers(self) -> list[int]:
        words = next(self._strings, b"").split()
        if words and words[-1] == b"XPMEXT":
            words.pop()
        if len(words) not in (4, 6) or not all(w.isdigit() and len(w) < 10 for w in words):
            raise self.input.wrong("its first string is not four or six numbers")
        return [int(word) for word in words]

    def _table(self, count: int) -> tuple[Array, Array]:
        """Return the characters and the colors, ``(count, size)`` and ``(count, 4)``."""
        lines = [line for _, line in zip(range(count), self._strings, strict=False)]
        if len(lines) < count or any(len(line) <= self._size for line in lines):
            raise self.input.wrong(f"its {count} colors are not all there")
        keys = b"".join(line[: self._size] for line in lines)
        colors = np.empty((count, 4), np.uint8)
        usual = [_SIX.fullmatch(line, self._size) for line in lines]
        digits = b"".join(found[1] if found else b"000000" for found in usual).decode()
        colors[:, :3] = np.frombuffer(bytes.fromhex(digits), np.uint8).reshape(count, 3)
        colors[:, 3] = 255
        for number, found in enumerate(usual):
            if not found:
                line = lines[number][self._size :].decode("latin-1")
                colors[number] = self._color(line)
        return np.frombuffer(keys, np.uint8).reshape(count, self._size), colors

    def _color(self, line: str) -> tuple[int, int, int, int]:
        """Return the color of a line of the table, for a color display if it has one for that."""
        _, *pairs = _KEYS.split(line.rstrip())
        found = dict(zip(pairs[::2], pairs[1::2], strict=True))
        text = next((found[key] for key in ("c", "g", "g4", "m") if key in found), "").strip()
        if text.lower() == "none":
            return 0, 0, 0, 0
        if re.fullmatch(r"#(?:[0-9A-Fa-f]{3}){1,4}", text):
            digits = len(text) // 3
            most = 16**digits - 1
            parts = [int(text[1 + i * digits :][:digits], 16) for i in range(3)]
            red, green, blue = ((part * 255 + most // 2) // most for part in parts)
            return red, green, blue, 255
        value = color_of(text)
        if value is None:
            raise self.input.wrong(f"the color {text[:40]!r} is not known")
        return value >> 16, value >> 8 & 255, value & 255, 255

    def decode(self) -> Array:
        """Return the pixels."""
        height, width, channels = self.shape
        rows = [row for _, row in zip(range(height), self._again(), strict=False)]
        length = width * self._size
        if len(rows) < height or any(len(row) != length for row in rows):
            raise self.input.wrong(f"it does not have {height} rows of {length} characters")
        pixels = np.frombuffer(b"".join(rows), np.uint8).reshape(-1, self._size)
        numbers = _numbered(pixels, self._keys)
        if numbers is None:
            raise self.input.wrong("a pixel has characters that stand for no color")
        return self._colors[:, :channels][numbers].reshape(self.shape)

    def _again(self) -> Iterator[bytes]:
        """Iterate over the rows."""
        strings = _strings(self.input.data)
        for _ in range(len(self._colors) + 1):
            next(strings)
        return strings


def _strings(data: bytes) -> Iterator[bytes]:
    """Iterate over the strings of C source, but for those in comments."""
    return (found[1] for found in _TOKENS.finditer(data) if found[1] is not None)


def _numbered(pixels: Array, keys: Array) -> Array | None:
    """Return for each pixel the number of the key that it equals; None if one equals none."""
    used = np.unique(keys)
    digits = np.full(256, len(used), np.int64)  # what no key has: the highest digit
    digits[used] = np.arange(len(used))
    base = len(used) + 1
    size = keys.shape[1]
    if base**size <= _WIDEST:
        places = base ** np.arange(size)
        table = np.full(base**size, -1, np.int64)
        table[digits[keys] @ places] = np.arange(len(keys))
        code = digits[pixels[:, 0]]
        for place in range(1, size):
            code += digits[pixels[:, place]] * places[place]
        numbers = table[code]
        return None if (numbers < 0).any() else numbers
    padded = np.zeros((len(pixels) + len(keys), 8), np.uint8)
    padded[: len(keys), :size], padded[len(keys) :, :size] = keys, pixels
    words = padded.view(np.uint64)[:, 0]
    order = np.argsort(words[: len(keys)], kind="stable")
    known = words[: len(keys)][order]
    found = np.minimum(np.searchsorted(known, words[len(keys) :]), len(keys) - 1)
    return None if (known[found] != words[len(keys) :]).any() else order[found]
