"""Whatever a plugin or its backend raises leaves iio as one of its own errors."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, NoReturn

from ._errors import (
    DecodeError,
    EncodeError,
    IIOError,
    IIOWarning,
    NotThisFormat,
    PluginContractError,
)

if TYPE_CHECKING:
    from ._registry import Plugin

__all__ = ["CAUGHT", "Blame"]

CAUGHT = (Exception, SystemExit)
"""What is translated; KeyboardInterrupt and its like are not the plugin's."""

# What the operating system says of arguments that were computed from a damaged file.
_OF_THE_FILE = {errno.EINVAL, errno.EOVERFLOW, errno.EBADF, errno.ESPIPE, errno.ERANGE, errno.EDOM}


class Blame:
    """Whose work on which resource is being done, for the messages."""

    __slots__ = ("_plugin", "format", "name")

    def __init__(self, plugin: Plugin, format: str, name: str) -> None:
        self._plugin = plugin
        self.format = format
        self.name = name

    @property
    def plugin(self) -> str:
        """The plugin's name."""
        return self._plugin.spec.name

    def decoding(self, error: BaseException) -> NoReturn:
        """Raise what a failure to read is to the user."""
        self._ours(error)
        raise DecodeError(
            f"{self.name} could not be decoded{self._as()} by plugin {self._plugin}: "
            f"{_said(error)}",
            plugin=self.plugin,
            format=self.format or None,
        ) from error

    def encoding(self, error: BaseException) -> NoReturn:
        """Raise what a failure to write is to the user."""
        self._ours(error)
        raise EncodeError(
            f"{self.name} could not be encoded{self._as()} by plugin {self._plugin}: "
            f"{_said(error)}",
            plugin=self.plugin,
            format=self.format or None,
        ) from error

    def _ours(self, error: BaseException) -> None:
        """Raise `error` itself where it is one that users are meant to see."""
        if isinstance(error, NotThisFormat):
            raise PluginContractError(
                f"plugin {self._plugin} declined {self.name} after it had opened it"
            ) from error
        if isinstance(error, IIOError):
            raise self.named(error)
        if isinstance(error, IIOWarning):  # if the user has made it an error
            raise error
        if (
            isinstance(error, OSError)
            and error.errno is not None
            and error.errno not in _OF_THE_FILE
        ):
            raise error  # a failing disk, a missing file: not the fault of a format

    def named(self, error: IIOError) -> IIOError:
        """Return an error of a plugin that says which resource, and which plugin, it is about."""
        text = str(error)
        if self.name not in text:
            error.args = (f"{self.name}: {text}", *error.args[1:])
        error.plugin = error.plugin or self.plugin
        error.format = error.format or self.format or None
        return error

    def broken(self, promise: str) -> PluginContractError:
        """Return the error for a promise that the plugin did not keep."""
        return PluginContractError(f"plugin {self._plugin}, at {self.name}: {promise}")

    def _as(self) -> str:
        return f" as {self.format}" if self.format else ""


def _said(error: BaseException) -> str:
    kind = type(error).__name__
    try:
        text = str(error).strip()
    except Exception:  # it cannot even say what it is
        return kind
    if isinstance(error, MemoryError):
        return "it asked for more memory than there is"
    return f"{text} ({kind})" if text else kind
