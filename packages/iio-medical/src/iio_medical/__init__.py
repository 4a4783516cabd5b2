"""DICOM, NIfTI and the formats of ITK, for iio.

There is nothing to import: installed, it is found by `iio_core`.
"""

from ._version import __version__

__all__ = ["__version__"]
