"""FreeImage for iio, in a process of its own, for those who must.

Nothing needs to be imported from here. The plugin is used only by who names it, by
``plugin="freeimage"`` or a format name of imageio 2.9 such as ``PNG-FI``. `_library` runs in a
child process and is the only module that loads FreeImage; `_child` keeps such processes.
"""

from ._version import __version__

__all__ = ["__version__"]
