"""Still images of more than 8 bits a sample for iio, through imagecodecs.

Nothing needs to be imported from here: iio finds the plugin through its entry point. `_spec` says
what there is, `_plugin` opens readers and writers; each format has a module that parses its headers
and one that reads or writes it.
"""

from ._version import __version__

__all__ = ["__version__"]
