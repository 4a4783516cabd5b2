"""From colors to the at most 256 palette entries of a GIF frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

__all__ = ["Indexed", "Indexer", "Palette", "simplify"]

Indices = np.ndarray[Any, np.dtype[np.uint8]]
_GRAYS = tuple(value * 0x010101 for value in range(256))
_MODES = ("1", "L", "P", "RGB", "LA", "PA", "RGBA")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colors of a frame, each as ``0xRRGGBB``, and whether a transparent entry follows."""

    colors: tuple[int, ...]
    has_gap: bool

    @property
    def gap(self) -> int | None:
        """Index of the transparent entry."""
        return len(self.colors) if self.has_gap else None

    @property
    def bits(self) -> int:
        """Of the smallest color table that holds the palette."""
        return max(1, (len(self.colors) + self.has_gap - 1).bit_length())

    @property
    def table(self) -> bytes:
        """Red, green, blue of each entry, filled up to a power of two."""
        packed = b"".join(color.to_bytes(3, "big") for color in self.colors)
        return packed + bytes((3 << self.bits) - len(packed))

    def holds(self, other: Palette) -> bool:
        """Whether a frame made for the other palette can use this one."""
        return (self.has_gap or not other.has_gap) and set(other.colors) <= set(self.colors)


@dataclass(frozen=True, slots=True)
class Indexed:
    """A frame as palette indices; its palette's transparent entry stands for no color."""

    indices: Image.Image
    palette: Palette


class Indexer:
    """Turns images into palette indices.

    Parameters
    ----------
    size : int
        How many entries a palette may have, with the transparent one.
    dither : bool
        Whether colors that are missing are mixed from neighboring pixels.

    Attributes
    ----------
    reduced : bool
        Whether an image had more colors than there is room for.
    """

    def __init__(self, size: int, *, dither: bool) -> None:
        self.reduced = False
        self._size = size
        self._dither = Image.Dither.FLOYDSTEINBERG if dither else Image.Dither.NONE
        # By color, read as a little-endian number. Only the few pages that are touched are real.
        self._table = np.zeros(1 << 24, np.uint8)

    def index(self, image: Image.Image, known: Palette | None = None) -> Indexed:
        """Return an image of mode L, RGB or RGBA (see `simplify`) with palette indices.

        Parameters
        ----------
        image : PIL.Image.Image
            The frame.
        known : Palette, optional
            Is used if it holds all colors of the frame.
        """
        if image.mode == "L" and self._size == 256 and (known is None or known.colors == _GRAYS):
            return Indexed(image, known or Palette(_GRAYS, False))
        if image.mode == "RGBA":
            return self._with_gap(image, known)
        return self._opaque(image.convert("RGB"), None, known)

    def _with_gap(self, image: Image.Image, known: Palette | None) -> Indexed:
        """Transparent pixels get a color of the frame first, so that none is spent on them."""
        alpha = image.getchannel("A")
        rgb = image.convert("RGB")
        if alpha.getextrema() == (255, 255):
            return self._opaque(rgb, alpha, known)
        pixels = np.array(rgb)
        opaque = np.asarray(alpha) != 0
        first = np.unravel_index(np.argmax(opaque), opaque.shape)
        pixels[~opaque] = pixels[first]
        return self._opaque(Image.fromarray(pixels), alpha, known)

    def _opaque(
        self, rgb: Image.Image, alpha: Image.Image | None, known: Palette | None
    ) -> Indexed:
        room = self._size - (alpha is not None)
        counted = rgb.getcolors(room)
        if counted is not None:
            colors = sorted(r << 16 | g << 8 | b for _, (r, g, b) in counted)  # type: ignore[misc]
            palette = Palette(tuple(colors), alpha is not None)
            if known is not None and known.holds(palette):
                palette = known
            indices = self._look_up(rgb, palette)
        else:
            indices, palette = self._quantize(rgb, room, alpha is not None)
        if alpha is not None and palette.gap is not None:
            indices.paste(palette.gap, mask=alpha.point([255, *bytes(255)]))
        return Indexed(indices, palette)

    def _look_up(self, rgb: Image.Image, palette: Palette) -> Image.Image:
        """Return the index of every pixel's color; all of them are in the palette.

        Pillow's own mapping to a palette looks at the upper bits of a color only.
        """
        for index, color in enumerate(palette.colors):
            self._table[int.from_bytes(color.to_bytes(3, "big"), "little")] = index
        packed = np.asarray(rgb.convert("RGBX")).view("<u4")[..., 0] & 0xFFFFFF
        return Image.fromarray(self._table[packed])

    def _quantize(self, rgb: Image.Image, room: int, has_gap: bool) -> tuple[Image.Image, Palette]:
        self.reduced = True
        quantized = rgb.quantize(room, Image.Quantize.MEDIANCUT)
        if self._dither is not Image.Dither.NONE:
            quantized = rgb.quantize(palette=quantized, dither=self._dither)
        values = bytes(quantized.getpalette() or [])
        indices = Image.fromarray(np.array(quantized))
        used = int(indices.getextrema()[1]) + 1  # type: ignore[arg-type]
        colors = [int.from_bytes(values[3 * i : 3 * i + 3], "big") for i in range(used)]
        return indices, Palette(tuple(colors), has_gap)


def simplify(image: Image.Image) -> Image.Image:
    """Return the image in mode L, RGB or RGBA as a GIF can show it.

    A pixel is transparent if its alpha is below 128; then its color is made black.
    """
    if image.mode not in _MODES:
        raise ValueError(f"a GIF frame cannot be made from an image of mode {image.mode!r}")
    if not image.has_transparency_data:
        return image if image.mode in ("L", "RGB") else image.convert("RGB")
    image = image.convert("RGBA")
    alpha = image.getchannel("A").point([0] * 128 + [255] * 128)
    plain = Image.new("RGBA", image.size)
    plain.paste(image.convert("RGB"), mask=alpha)
    plain.putalpha(alpha)
    return plain
