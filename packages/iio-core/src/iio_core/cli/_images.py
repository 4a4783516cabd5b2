"""The images of a resource one after the other, each with its metadata."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _options
from .._errors import IIOError
from .._index import normalize
from .._opening import open_reading
from ._failures import CommandError, sentence
from ._plan import Settings

if TYPE_CHECKING:
    import numpy as np

    from .._session import ReadSession

__all__ = ["Image", "Tick", "images_of", "planes"]

Tick = Callable[[int | None], None]
"""Hears of each image, or of each of several files, with the number of all that is known."""

_OF_IMREAD = frozenset({"plugin", "extension", "trust"})


class Image(NamedTuple):
    """An image as it goes from a reader to a writer."""

    pixels: np.ndarray
    metadata: dict[str, Any] | None = None
    axes: str | None = None

    @property
    def is_batch(self) -> bool | None:
        """Whether it is several images to a writer; None: what the shape suggests."""
        return False if self.axes in {"YX", "YXS"} else None


def images_of(
    source: str, settings: Settings, *, together: bool = False, tick: Tick | None = None
) -> Generator[Image, None, None]:
    """Yield the images that are asked for; memory stays at one image.

    With `together` all of them go into one file: the metadata is that of the file.
    """
    every = settings.index is None
    with ExitStack() as stack:
        session, rest = _open(source, settings)
        stack.enter_context(session)
        total, numbers = _numbers(session, settings.index)
        axes = _axes(session, rest)
        describe, whole = session, None
        if settings.metadata and every and (together or total == 1):
            whole = _metadata(session, 0 if total == 1 else ..., rest)
        elif settings.metadata and every:
            # Not from a reader that is in the midst of iterating.
            describe = stack.enter_context(_open(source, settings)[0])
        for number, pixels in zip(numbers, _pixels(session, settings, rest), strict=False):
            if tick is not None:
                tick(total)
            metadata = whole
            if settings.metadata and whole is None:
                metadata = _metadata(describe, number, rest)
            yield Image(pixels, metadata, axes if axes and len(axes) == pixels.ndim else None)


def _open(source: str, settings: Settings) -> tuple[ReadSession, dict[str, Any]]:
    known = {k: v for k, v in settings.reading.items() if k in _OF_IMREAD}
    options = {k: v for k, v in settings.reading.items() if k not in _OF_IMREAD}
    call = "iter" if settings.index is None else "read"
    return open_reading(source, **known, options=options, call=call)


def _numbers(session: ReadSession, index: Any) -> tuple[int | None, Iterable[int]]:
    """Return how many images are asked for, if that is known, and their numbers."""
    if index is None:
        return session.count(), itertools.count()
    chosen = normalize(index, lambda: _count(session), name="the file")
    if chosen is ...:
        chosen = tuple(range(_count(session)))
    numbers = (chosen,) if isinstance(chosen, int) else tuple(chosen or ())
    return len(numbers), numbers


def _count(session: ReadSession) -> int:
    return session.properties(index=..., count_frames=True).n_images or 0


def _pixels(session: ReadSession, settings: Settings, rest: dict[str, Any]) -> Iterator[np.ndarray]:
    if settings.index is None:
        yield from session.iter(writeable_output=False, **rest)
        return
    for number in _numbers(session, settings.index)[1]:
        yield session.read(index=number, writeable_output=False, **rest)


def _axes(session: ReadSession, rest: dict[str, Any]) -> str | None:
    """Return the axes of the first image, by which a volume is told from an image in color."""
    known = _options.names(session._reader.properties)
    return session.properties(index=0, **{k: v for k, v in rest.items() if k in known}).axes


def _metadata(session: ReadSession, index: Any, rest: dict[str, Any]) -> dict[str, Any]:
    # With the same options: what reading applies to the pixels is not to be applied again.
    known = _options.names(session._reader.metadata)
    try:
        return session.metadata(index=index, **{k: v for k, v in rest.items() if k in known})
    except IIOError as error:
        raise CommandError(
            f"{sentence(error)}. With --no-metadata the pixels alone are converted"
        ) from error


def planes(image: Image) -> Iterator[Image]:
    """Yield the two-dimensional images, in gray or in color, of which an array consists."""
    shape = image.pixels.shape
    if image.axes and "Y" in image.axes:
        leading = image.axes.index("Y")
    else:
        leading = len(shape) - (3 if len(shape) > 2 and shape[-1] in {2, 3, 4} else 2)
    if leading <= 0:
        yield image
        return
    axes = "YX" if len(shape) - leading == 2 else "YXS"
    for plane in image.pixels.reshape(-1, *shape[leading:]):
        yield Image(plane, image.metadata, axes)
