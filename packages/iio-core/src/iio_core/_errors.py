"""The errors and warnings of iio.

::

    IIOError
    ├─ NoPluginError(OSError, ValueError)     nobody can read or write this
    │  └─ PluginNotInstalledError             the format is known, its wheel or extra is not here
    ├─ DecodeError(OSError)                   the file is not what it says, or is damaged
    ├─ EncodeError(ValueError)                the array does not fit the format
    ├─ LimitError(ValueError)                 it would cost more than is allowed
    ├─ OptionError(TypeError)                 nobody knows this option
    ├─ FrameIndexError(IndexError, ValueError, EOFError)
    └─ PluginContractError(RuntimeError)      a plugin broke its promise

    NotThisFormat(Exception)                  a plugin declines; users never see it

    IIOWarning(UserWarning)
    └─ MetadataWarning                        what a format cannot hold was left out

A missing file stays a ``FileNotFoundError`` and a failing disk an ``OSError``: those are not the
fault of a format. Whatever else goes wrong below a call of iio leaves it as one of the tree.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._registry import Rejected
    from ._select import Candidate

__all__ = [
    "DecodeError",
    "EncodeError",
    "FrameIndexError",
    "IIOError",
    "IIOWarning",
    "LimitError",
    "MetadataWarning",
    "NoPluginError",
    "NotThisFormat",
    "OptionError",
    "PluginContractError",
    "PluginNotInstalledError",
]


class IIOError(Exception):
    """The base of every error that iio raises itself.

    Attributes
    ----------
    plugin, format : str or None
        Who was at work, and on which format, where that is known.
    """

    def __init__(
        self, message: str, *, plugin: str | None = None, format: str | None = None
    ) -> None:
        super().__init__(message)
        self.plugin = plugin
        self.format = format


class NoPluginError(IIOError, OSError, ValueError):
    """No plugin here reads (or writes) this resource.

    Attributes
    ----------
    candidates : tuple of Candidate
        Who was considered, best first, each with the reason why it was not used.
    rejected : tuple of Rejected
        Plugins that are installed but could not be used at all.
    install : tuple of str
        What ``pip install`` would bring a plugin for it.
    """

    def __init__(
        self,
        message: str,
        *,
        candidates: tuple[Candidate, ...] = (),
        rejected: tuple[Rejected, ...] = (),
        install: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.candidates = candidates
        self.rejected = rejected
        self.install = install


class PluginNotInstalledError(NoPluginError):
    """The format is known, but its wheel, or its wheel's extra, is not installed."""


class DecodeError(IIOError, OSError):
    """A resource could not be decoded; `plugin` and `format` say who tried what."""


class EncodeError(IIOError, ValueError):
    """An image could not be encoded: the format cannot hold it, or the encoder failed."""


class LimitError(IIOError, ValueError):
    """The resource asks for more than `iio_core.limits` allows."""


class OptionError(IIOError, TypeError):
    """An option is unknown, or its value is not one that it takes."""


class FrameIndexError(IIOError, IndexError, ValueError, EOFError):
    """There is no image with this index in the resource."""


class PluginContractError(IIOError, RuntimeError):
    """A plugin broke a promise of the plugin protocol; a bug to report to its authors."""


class NotThisFormat(Exception):
    """Raised by a plugin's ``open_reader`` to say: this is not for me, ask the next one."""


class IIOWarning(UserWarning):
    """The base of every warning that iio gives."""


class MetadataWarning(IIOWarning):
    """Metadata that the written format cannot hold was left out."""
