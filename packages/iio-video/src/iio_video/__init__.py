"""Video in and out through FFmpeg, webcams and Flash, for iio.

There is nothing to import: installed, it is found by `iio_core`. `cameras` lists this machine's
cameras.
"""

from ._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._camera import Camera, cameras

__all__ = ["Camera", "__version__", "cameras"]


def __getattr__(name: str) -> object:
    """Import what deals with cameras, and FFmpeg with it, only when it is asked for."""
    if name in ("Camera", "cameras"):
        from . import _camera

        return getattr(_camera, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
