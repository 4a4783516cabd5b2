"""farbfeld images for iio.

There is nothing to import from here: install the wheel, and `iio_core.imread` reads ``.ff`` files.
"""

from ._version import __version__

__all__ = ["__version__"]
