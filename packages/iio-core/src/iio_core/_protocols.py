"""What a plugin has to have, as structural types: nobody needs to subclass anything.

A plugin object opens readers and writers; a reader and a writer handle one resource each. Their
options are keyword-only parameters with types and defaults: core reads their names off the
signatures. Core's sessions do the rest (`ReadSession`, `WriteSession`): a reader is asked for
one image at a time and never sees a negative index, a writer is given one image at a time.

Optional attributes, each with a protocol below, tell core of more: `HasDefaultIndex`,
`ReadsBatches`, `ChecksLimits`, `PicksImages`, `TakesArrays`, `DecidesBatches`,
`ObjectsToOptions`, `WritersByFormat`, `ReadersByFormat`, `SupportsRegions`, `ThreadSafe`,
`CountsFrames`, `CountsWritten`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import EllipsisType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

    from ._properties import ImageProperties
    from ._resources import Resource, Target

__all__ = [
    "ChecksLimits",
    "CountsFrames",
    "CountsWritten",
    "DecidesBatches",
    "HasDefaultIndex",
    "Index",
    "ObjectsToOptions",
    "PicksImages",
    "ReadPlugin",
    "Reader",
    "ReadersByFormat",
    "ReadsBatches",
    "SupportsRegions",
    "TakesArrays",
    "ThreadSafe",
    "WritePlugin",
    "Writer",
    "WritersByFormat",
]

Index = int | tuple[int, ...] | EllipsisType | None
"""Which image: never negative, never a slice. Without `ReadsBatches` a reader gets int or None."""


class Reader(Protocol):
    """Reads one resource. Owned by one thread."""

    def count(self) -> int | None:
        """Return how many images there are; None if that is not known without decoding."""

    def read(self, *, index: Index = None) -> np.ndarray:
        """Decode the image at `index`; None is what the format's documentation says."""

    def iter(self) -> Iterator[np.ndarray]:
        """Decode one image after the other."""

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe what `read` with the same arguments returns, without decoding pixels."""

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return the metadata of the image at `index`; with ``...`` that of the whole file.

        With `exclude_applied`, without what reading has already applied to the pixels.
        """

    def close(self) -> None:
        """Let go of everything. Handles that came from the resource are closed by core."""


class Writer(Protocol):
    """Writes one resource. Owned by one thread."""

    def write(self, image: np.ndarray, *, metadata: Mapping[str, Any] | None = None) -> None:
        """Add one image. Called again, it appends; a format of one image refuses.

        Raises
        ------
        EncodeError, OptionError
            To refuse an image: it was not taken, and the next may be. Anything else that is raised
            is a failure of the encoder, after which the whole file is given up.
        """

    def close(self) -> None:
        """Finish the file."""

    def abort(self) -> None:
        """Give up; what was written is thrown away."""


class ReadPlugin(Protocol):
    """A plugin that reads."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of its readers; its methods' signatures are the reading options."""

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a reader; `format` is the name of the format that was matched.

        Raises
        ------
        NotThisFormat
            To let the next candidate try.
        """


class WritePlugin(Protocol):
    """A plugin that writes."""

    @property
    def writer_type(self) -> type[Writer]:
        """The class of its writers; its methods' signatures are the writing options."""

    def open_writer(self, target: Target, format: str, /) -> Writer:
        """Open a writer for the format of this name."""


class ObjectsToOptions(Protocol):
    """A write plugin that can tell from options alone that it cannot write what they ask for.

    Another plugin with an equal claim is then asked, so that installing a wheel breaks no call.
    """

    def objection(self, format: str, options: Mapping[str, Any], /) -> str:
        """Return what of the options it cannot do; an empty string if it can do all."""


class WritersByFormat(Protocol):
    """A write plugin whose formats have options of their own."""

    def writer_type_for(self, format: str, /) -> type[Writer]:
        """Return the class of the writer for a format; it replaces `WritePlugin.writer_type`."""


class ReadersByFormat(Protocol):
    """A read plugin some of whose formats have options of opening of their own."""

    def open_reader_for(self, format: str | None, /) -> Callable[..., Reader]:
        """Return what opens a format; it is called as `ReadPlugin.open_reader`, in its place."""


class HasDefaultIndex(Protocol):
    """A reader that says what ``index=None`` means, and then never gets to see None."""

    @property
    def default_index(self) -> int | EllipsisType:
        """An image's number, or ``...`` for all of them."""


class ReadsBatches(Protocol):
    """A reader that answers ``...`` and tuples of ints itself, stacked along a new first axis."""

    reads_batches: bool


class ChecksLimits(Protocol):
    """A reader that asks ``resource.limits.check_array`` itself, before `read` takes memory.

    Others are asked for `properties` before each `read`, which may cost more than a small image.
    """

    checks_limits: bool


class PicksImages(Protocol):
    """A reader some of whose options pick a part of the file by themselves, such as a page.

    With one of them, ``index=...`` is the file to pick from, and the reader gets None.
    """

    picks: frozenset[str]


class CountsFrames(Protocol):
    """A reader that can find out how many images there are, where `Reader.count` does not know.

    Options of `read` that change how many there are, such as a filter that leaves some out, are
    keyword-only parameters of it, too. With one of them core does not ask `Reader.count`.
    """

    def count_frames(self) -> int:
        """Return how many images there are, without decoding all of them if that can be."""


class CountsWritten(Protocol):
    """A writer with methods of its own that write images; a file without any is given up."""

    written: int


class TakesArrays(Protocol):
    """A writer whose `write` takes arrays of any number of dimensions as they are."""

    takes_arrays: bool


class DecidesBatches(Protocol):
    """A writer that knows better than the shape whether an array is a batch of images."""

    def is_batch(self, shape: tuple[int, ...], /, **options: Any) -> bool | None:
        """Say whether an array of this shape, with these options, is a batch; None: unknown."""


class SupportsRegions(Protocol):
    """A reader that decodes only what a region of an image needs."""

    def read_region(
        self, region: tuple[slice, ...], *, index: Index = None, level: int = 0
    ) -> np.ndarray:
        """Return ``read(index=index)[region]``, or the same of a smaller pyramid level."""


class ThreadSafe(Protocol):
    """A reader that several threads may use at the same time; others belong to one thread."""

    thread_safe: bool
