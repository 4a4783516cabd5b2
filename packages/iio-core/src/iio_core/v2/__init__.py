"""The interface of imageio 2.9: ``import iio_core.v2 as imageio`` is all that has to change.

>>> import iio_core.v2 as imageio
>>> image = imageio.imread("cat.png")  # doctest: +SKIP
>>> image.meta["mode"]  # doctest: +SKIP
'RGB'
"""

# Importing this module costs next to nothing: a name is imported when it is first used.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._version import __version__
    from . import core, plugins
    from ._array import Array, Dict
    from ._help import help, show_formats
    from ._legacy import LegacyFormat
    from ._manager import formats
    from ._reading import get_reader, imread, mimread, mvolread, volread
    from ._request import RETURN_BYTES
    from ._writing import get_writer, imwrite, mimwrite, mvolwrite, volwrite

    read, save = get_reader, get_writer
    imsave, mimsave, volsave, mvolsave = imwrite, mimwrite, volwrite, mvolwrite

__all__ = [
    "RETURN_BYTES",
    "Array",
    "Dict",
    "LegacyFormat",
    "__version__",
    "core",
    "formats",
    "get_reader",
    "get_writer",
    "help",
    "imread",
    "imsave",
    "imwrite",
    "mimread",
    "mimsave",
    "mimwrite",
    "mvolread",
    "mvolsave",
    "mvolwrite",
    "plugins",
    "read",
    "save",
    "show_formats",
    "volread",
    "volsave",
    "volwrite",
]

_HOMES = {
    "_array": ("Array", "Dict"),
    "_help": ("help", "show_formats"),
    "_legacy": ("LegacyFormat",),
    "_manager": ("formats",),
    "_reading": ("get_reader", "imread", "mimread", "mvolread", "volread"),
    "_request": ("RETURN_BYTES",),
    "_writing": ("get_writer", "imwrite", "mimwrite", "mvolwrite", "volwrite"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_OTHER_NAMES = {
    "read": "get_reader",
    "save": "get_writer",
    "imsave": "imwrite",
    "mimsave": "mimwrite",
    "volsave": "volwrite",
    "mvolsave": "mvolwrite",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module that defines it (PEP 562)."""
    defined = _OTHER_NAMES.get(name, name)
    value: object
    if (home := _HOME_OF.get(defined)) is not None:
        value = getattr(__import__(f"{__name__}.{home}", fromlist=(defined,)), defined)
    elif name in ("core", "plugins"):
        value = __import__(f"{__name__}.{name}", fromlist=(name,))
    elif name == "__version__":
        value = __import__("iio_core._version", fromlist=(name,)).__version__
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(set(globals()) | set(__all__))
