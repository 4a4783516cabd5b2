"""Which image is asked for, where only a reader knows how many there are; files of one image."""

from __future__ import annotations

from iio_core import FrameIndexError, Index, OptionError, Resource

__all__ = ["OnlyImage", "numbered", "refuse_levels"]


def numbered(index: Index, total: int, name: str, what: str = "image") -> int:
    """Return the number that an index is; None is the first.

    Parameters
    ----------
    index : int or None
        As readers get it.
    total : int
        How many there are.
    name : str
        How messages call the file.
    what : str
        How they call one of its images.

    Raises
    ------
    FrameIndexError
        If there is no such one.

    Examples
    --------
    >>> numbered(None, 3, "a.npz", "array")
    0
    """
    number = index if isinstance(index, int) else 0
    if not 0 <= number < total:
        several = "one" if total == 1 else str(total)
        what = what if total == 1 else f"{what}s"
        raise FrameIndexError(f"{name} has {several} {what}; there is no number {number}")
    return number


def refuse_levels(level: int, name: str) -> None:
    """Raise `OptionError` if another level is asked for than the image itself."""
    if level:
        raise OptionError(f"{name} has no smaller copies, and so no level {level}")


class OnlyImage:
    """What readers of files of one image share.

    Parameters
    ----------
    resource : Resource
        What to read.
    """

    default_index = 0
    """What ``index=None`` means: the only image."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._name = resource.name

    def count(self) -> int:
        """Return 1: such a file holds one image."""
        return 1

    def close(self) -> None:
        """Nothing to let go of: the file is core's."""

    def _check(self, index: Index) -> None:
        if index is not ...:
            numbered(index, 1, self._name)
