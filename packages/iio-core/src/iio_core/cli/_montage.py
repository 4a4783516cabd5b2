"""``iio montage``: a contact sheet of images, slices or files."""

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from ._arguments import add_reading, at_least, index_of, options, reading
from ._failures import CommandError, UsageError, complain, sentence
from ._inputs import expand, readable_extensions, tell_passed_over
from ._plan import Settings, is_same

if TYPE_CHECKING:
    import numpy as np

    from ._thumbnails import Thumbnail

    Picture = tuple[str, np.ndarray]

__all__ = ["configure", "run"]

_GAP = 4  # pixels between the thumbnails
_BEHIND = 32  # a dark gray


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Put small versions of images on one sheet: the images or slices of one file, or one "
        "image of each of several files. Values of more than 8 bits are scaled, which is said."
    )
    parser.add_argument("file", nargs="+", metavar="FILE", help="files, patterns or folders")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the sheet")
    parser.add_argument("--columns", type=at_least(1), metavar="N", help="how many side by side")
    parser.add_argument(
        "--size", type=at_least(1), default=160, metavar="N", help="pixels of each (%(default)d)"
    )
    parser.add_argument(
        "--step", type=at_least(1), default=1, metavar="N", help="only every Nth (%(default)d)"
    )
    parser.add_argument(
        "--most", type=at_least(1), default=100, metavar="N", help="at most so many (%(default)d)"
    )
    parser.add_argument("--index", type=index_of, help="these images of a file; of several: one")
    parser.add_argument(
        "--write", metavar="KEY=VALUE", action="append", default=[], help="for writing the sheet"
    )
    add_reading(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make a contact sheet."""
    import iio_core as iio

    found, passed_over = expand(
        arguments.file, readable_extensions(), inside=False, recursive=False
    )
    tell_passed_over(passed_over, whole=arguments.verbose)
    sources = [source.uri for source in found]
    for source in sources:
        if is_same(source, arguments.output):
            raise UsageError(f"{source} would be replaced by the sheet that shows it")
    failures: list[str] = []
    tiles = _tiles(sources, arguments, failures)
    if not tiles:
        raise CommandError("; ".join(failures) or "there is no image to show")
    sheet = _sheet(_visible(tiles), arguments.columns)
    iio.imwrite(arguments.output, sheet, **options(arguments.write, "--write"))
    for failure in failures:
        complain(failure)
    return int(bool(failures))


def _tiles(
    sources: Sequence[str], arguments: argparse.Namespace, failures: list[str]
) -> list[tuple[str, Thumbnail]]:
    """Return what is to be shown, each with its source; only small images are held."""
    from ._thumbnails import thumbnail

    pictures = _planes(sources[0], arguments)
    if len(sources) > 1:
        pictures = _firsts(sources, arguments, failures)
    with closing(pictures):
        chosen = itertools.islice(pictures, 0, None, arguments.step)
        tiles = [
            (source, thumbnail(picture, arguments.size, arguments.size))
            for source, picture in itertools.islice(chosen, arguments.most)
        ]
        if len(tiles) == arguments.most and next(chosen, None) is not None:
            complain(f"only the first {arguments.most} are shown: see --most and --step")
    return tiles


def _planes(source: str, arguments: argparse.Namespace) -> Generator[Picture, None, None]:
    """Yield every image or slice of one file."""
    from ._images import images_of
    from ._thumbnails import planes_of

    index = None if arguments.index is ... else arguments.index
    settings = Settings(index, reading(arguments), {}, metadata=False, overwrite=False)
    for image in images_of(source, settings):
        for plane in planes_of(image.pixels, image.axes):
            yield source, plane


def _firsts(
    sources: Sequence[str], arguments: argparse.Namespace, failures: list[str]
) -> Generator[Picture, None, None]:
    """Yield one image of each file; one that fails does not keep the others from being shown."""
    import iio_core as iio

    from ._thumbnails import planes_of

    for source in sources:
        try:
            image = iio.imread(source, index=arguments.index or 0, **reading(arguments))
            stack = planes_of(image)
            yield source, stack[len(stack) // 2]
        except (Exception, SystemExit) as error:
            failures.append(sentence(error))


def _visible(tiles: Sequence[tuple[str, Thumbnail]]) -> Iterator[np.ndarray]:
    """Yield 8 bits of color of each tile; those of one file are scaled alike."""
    from ._thumbnails import said, shown_range, to_rgb

    for source, group in itertools.groupby(tiles, key=lambda tile: tile[0]):
        small = [tile for _, tile in group]
        limits = shown_range(small)
        if limits is not None:
            complain(said(source, small[0].dtype, limits))
        for tile in small:
            yield to_rgb(tile, limits)


def _sheet(pictures: Iterable[np.ndarray], columns: int | None) -> np.ndarray:
    """Return the pictures side by side, each in the middle of its cell."""
    import numpy as np

    tiles = list(pictures)
    across = min(columns or math.ceil(math.sqrt(len(tiles))), len(tiles))
    down = math.ceil(len(tiles) / across)
    height = max(tile.shape[0] for tile in tiles)
    width = max(tile.shape[1] for tile in tiles)
    shape = (down * (height + _GAP) + _GAP, across * (width + _GAP) + _GAP, 3)
    sheet = np.full(shape, _BEHIND, np.uint8)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, across)
        top = _GAP + row * (height + _GAP) + (height - tile.shape[0]) // 2
        left = _GAP + column * (width + _GAP) + (width - tile.shape[1]) // 2
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return sheet
