"""The names of ``imageio.v3``: ``import iio_core.v3 as iio`` is all that has to change.

All public names of `iio_core` are here, too.
"""

from . import __all__ as __all__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import *  # noqa: F403
    from . import __version__ as __version__


def __getattr__(name: str) -> object:
    """Import a name when it is first used (PEP 562), as `iio_core` does."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(__import__(__package__ or "iio_core", fromlist=(name,)), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(set(globals()) | set(__all__))
