"""Video in and out through FFmpeg, webcams and Flash, for iio.

There is nothing to import: installed, it is found by `iio_core`.
"""

from ._version import __version__

__all__ = ["__version__"]
