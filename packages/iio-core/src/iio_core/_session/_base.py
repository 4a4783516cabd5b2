"""What reading and writing sessions have in common."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from .._translate import Blame

__all__ = ["Session"]


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
