"""What reading and writing sessions have in common."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from .._translate import Blame

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Session", "is_native"]


class Session:
    """An open resource in the hands of a plugin. A context manager."""

    def __init__(self, blame: Blame) -> None:
        self._blame = blame
        self._closed = False

    @property
    def plugin(self) -> str:
        """The name of the plugin."""
        return self._blame.plugin

    @property
    def format(self) -> str:
        """The name of the format that was recognized, or is written."""
        return self._blame.format

    @property
    def closed(self) -> bool:
        """Whether it is closed, or was given up."""
        return self._closed

    def close(self) -> None:
        """Let go of the resource."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def is_native(dtype: np.dtype) -> bool:
    """Tell whether all of a dtype is in the machine's byte order.

    NumPy's own answer leaves out fields that are arrays.
    """
    return dtype.isnative and (dtype.names is None or dtype == dtype.newbyteorder("="))
