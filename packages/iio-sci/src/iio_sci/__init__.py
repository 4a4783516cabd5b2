"""Scientific and camera formats, for iio: one subpackage and one plugin for each.

There is nothing to import: installed, they are found by `iio_core`. Each subpackage can be read on
its own: ``_spec`` says what the format is, ``_plugin`` opens it, the others do the work.
"""

from ._version import __version__

__all__ = ["__version__"]
