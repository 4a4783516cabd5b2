"""Read and write images, videos, volumes and scientific data as NumPy arrays.

>>> import iio_core as iio
>>> image = iio.imread("cat.png")  # doctest: +SKIP

This package knows no format: plugins, each a wheel of its own, bring them.
"""

# Importing this module costs next to nothing: a name is imported when it is first used.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._api import imiter, immeta, imopen, improps, imread, imwrite
    from ._derived import is_derived
    from ._errors import (
        DecodeError,
        EncodeError,
        FrameIndexError,
        IIOError,
        IIOWarning,
        LimitError,
        MetadataWarning,
        NoPluginError,
        NotThisFormat,
        OptionError,
        PluginContractError,
        PluginNotInstalledError,
    )
    from ._explain import Explanation, explain
    from ._interrupts import held_interrupts
    from ._limits import Limits, limits
    from ._properties import ImageProperties
    from ._protocols import (
        ChecksLimits,
        CountsFrames,
        CountsWritten,
        DecidesBatches,
        HasDefaultIndex,
        Index,
        ObjectsToOptions,
        PicksImages,
        Reader,
        ReadersByFormat,
        ReadPlugin,
        ReadsBatches,
        SupportsRegions,
        TakesArrays,
        ThreadSafe,
        WritePlugin,
        Writer,
        WritersByFormat,
    )
    from ._registry import Registry, Rejected, prefer, register, registry, use
    from ._resources import Resource, Target
    from ._select import Candidate
    from ._session import ReadSession, WriteSession
    from ._spec import Advisory, Format, Pixels, PluginSpec, Signature
    from ._version import __version__
    from ._warning import warn

_HOMES = {
    "_api": ("imiter", "immeta", "imopen", "improps", "imread", "imwrite"),
    "_derived": ("is_derived",),
    "_errors": (
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
    ),
    "_explain": ("Explanation", "explain"),
    "_interrupts": ("held_interrupts",),
    "_limits": ("Limits", "limits"),
    "_properties": ("ImageProperties",),
    "_protocols": (
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
    ),
    "_registry": ("Registry", "Rejected", "prefer", "register", "registry", "use"),
    "_resources": ("Resource", "Target"),
    "_select": ("Candidate",),
    "_session": ("ReadSession", "WriteSession"),
    "_spec": ("Advisory", "Format", "Pixels", "PluginSpec", "Signature"),
    "_version": ("__version__",),
    "_warning": ("warn",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Advisory",
    "Candidate",
    "ChecksLimits",
    "CountsFrames",
    "CountsWritten",
    "DecidesBatches",
    "DecodeError",
    "EncodeError",
    "Explanation",
    "Format",
    "FrameIndexError",
    "HasDefaultIndex",
    "IIOError",
    "IIOWarning",
    "ImageProperties",
    "Index",
    "LimitError",
    "Limits",
    "MetadataWarning",
    "NoPluginError",
    "NotThisFormat",
    "ObjectsToOptions",
    "OptionError",
    "PicksImages",
    "Pixels",
    "PluginContractError",
    "PluginNotInstalledError",
    "PluginSpec",
    "ReadPlugin",
    "ReadSession",
    "Reader",
    "ReadersByFormat",
    "ReadsBatches",
    "Registry",
    "Rejected",
    "Resource",
    "Signature",
    "SupportsRegions",
    "TakesArrays",
    "Target",
    "ThreadSafe",
    "WritePlugin",
    "WriteSession",
    "Writer",
    "WritersByFormat",
    "__version__",
    "explain",
    "held_interrupts",
    "imiter",
    "immeta",
    "imopen",
    "improps",
    "imread",
    "imwrite",
    "is_derived",
    "limits",
    "prefer",
    "register",
    "registry",
    "use",
    "warn",
]


def __getattr__(name: str) -> object:
    """Import a public name from the module that defines it (PEP 562)."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # A plain __import__ with a fromlist: `importlib` itself would be one more import.
    value = getattr(__import__(f"{__name__}.{home}", fromlist=(name,)), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(set(globals()) | set(__all__))
