"""Errors that are of iio's tree and of the types that scripts for imageio 2.9 catch."""

from __future__ import annotations

from .._errors import (
    DecodeError,
    FrameIndexError,
    IIOError,
    LimitError,
    NoPluginError,
    OptionError,
    PluginNotInstalledError,
)

__all__ = [
    "CannotReadFrameError",
    "ClosedError",
    "DamagedFrameError",
    "FormatNotInstalledError",
    "MemtestError",
    "ModeError",
    "NoSuchFrameError",
    "UnknownFormatError",
    "UnknownLengthError",
    "ValueOptionError",
]


class CannotReadFrameError(IIOError, RuntimeError):
    """A frame of a reader cannot be had: scripts end a loop over those of a video by it."""


class DamagedFrameError(DecodeError, CannotReadFrameError):
    """It cannot be decoded."""


class NoSuchFrameError(FrameIndexError, CannotReadFrameError):
    """There is none of this number."""


class UnknownFormatError(NoPluginError, IndexError):
    """No format has this name, and no extension is called so."""


class FormatNotInstalledError(PluginNotInstalledError, IndexError):
    """The format of this name is known, but its wheel is not installed."""


class MemtestError(LimitError, RuntimeError):
    """All images together would take more memory than ``memtest=`` allows."""


class ValueOptionError(OptionError, ValueError):
    """An argument has a value that it does not take."""


class ModeError(ValueOptionError):
    """``mode=`` is not one of ``iIvV?``."""


class UnknownLengthError(IIOError, TypeError):
    """How many images there are is not known without decoding all of them."""


class ClosedError(RuntimeError, ValueError):
    """A reader or writer was used after it had been closed."""
