"""Still images and animations for iio through Pillow.

Nothing needs to be imported from here: iio finds the plugin through its entry point. How a plugin
is made can be read off the modules: `_spec` says what there is, `_plugin` opens readers and
writers, `_reader` and `_writers` do the work.
"""

from ._version import __version__

__all__ = ["__version__"]
