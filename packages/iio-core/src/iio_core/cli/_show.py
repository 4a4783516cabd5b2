"""``iio show``: an image in the terminal."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import TYPE_CHECKING

from ._arguments import add_reading, index_of, reading
from ._console import has_colour, rich_console
from ._failures import CommandError, complain

if TYPE_CHECKING:
    import numpy as np

__all__ = ["configure", "run"]

_RAMP = " .:-=+*#%@"
_HALF = "▀"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Show an image in the terminal: in color on one that has colors where rich is installed "
        "(iio-core[cli]), else in letters. Values of more than 8 bits are scaled, which is said."
    )
    parser.add_argument("file", metavar="FILE", help="a path, or any other resource")
    parser.add_argument("--index", type=index_of, default=0, help="which image (the first)")
    parser.add_argument(
        "--width", type=int, metavar="N", help="characters across; default: the terminal"
    )
    add_reading(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show an image."""
    import iio_core as iio

    from . import _thumbnails as small

    image = iio.imread(arguments.file, index=arguments.index, **reading(arguments))
    stack = small.planes_of(image)
    if not stack.size:
        raise CommandError(f"{arguments.file}: there are no pixels in {image.shape}")
    if len(stack) > 1:
        complain(f"{arguments.file}: number {len(stack) // 2} of {len(stack)} slices is shown")
    coloured = has_colour(sys.stdout) and _can_print(_HALF)
    columns, lines = shutil.get_terminal_size()
    width = max(arguments.width or columns, 1)
    made = small.thumbnail(stack[len(stack) // 2], max(lines - 2, 10) * 2, width)
    limits = small.shown_range([made])
    if limits is not None:
        complain(small.said(arguments.file, made.dtype, limits))
    pixels = small.to_rgb(made, limits)
    if coloured:
        _print_coloured(pixels)
    else:
        _print_letters(pixels)
    return 0


def _can_print(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _print_coloured(pixels: np.ndarray) -> None:
    """Print two rows of pixels as one of characters: the upper half, and what is behind it."""
    from rich.text import Text

    console = rich_console(sys.stdout)
    for upper in range(0, len(pixels), 2):
        lower = min(upper + 1, len(pixels) - 1)
        line = Text()
        for above, below in zip(pixels[upper].tolist(), pixels[lower].tolist(), strict=True):
            line.append(_HALF, f"rgb({_comma(above)}) on rgb({_comma(below)})")
        console.print(line)


def _comma(colour: list[int]) -> str:
    return ",".join(map(str, colour))


def _print_letters(pixels: np.ndarray) -> None:
    """Print the brightness of the pixels; letters are twice as high as they are wide."""
    bright = pixels @ (0.2126, 0.7152, 0.0722) / 256 * len(_RAMP)
    for row in bright[::2].astype(int):
        print("".join(_RAMP[step] for step in row).rstrip())
