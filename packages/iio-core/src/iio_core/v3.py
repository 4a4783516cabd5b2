"""The names of ``imageio.v3``: ``import iio_core.v3 as iio`` is all that has to change."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._api import imiter, immeta, imopen, improps, imread, imwrite

__all__ = ["imiter", "immeta", "imopen", "improps", "imread", "imwrite"]


def __getattr__(name: str) -> object:
    """Import a call when it is first used (PEP 562), as `iio_core` does."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(__import__(__package__ or "iio_core", fromlist=(name,)), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the calls."""
    return sorted(set(globals()) | set(__all__))
