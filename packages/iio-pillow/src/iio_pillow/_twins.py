"""Pillow's code with surroundings of its own.

The modules of Pillow look a few things up in other modules, where a change would be one for the
whole process: the check of how many pixels an image may have, which refuses what the limits of iio
allow; `PIL.Image.open`, which would read any format where one stands inside another; and
`warnings`. A twin of a module is the same code in a namespace in which these few names are others.
Nobody else sees it.
"""

from __future__ import annotations

import builtins
import enum
from collections.abc import Mapping
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from iio_core import DecodeError, warn

__all__ = ["Namespace", "StandIn", "image_opening", "quiet_exif", "twin"]

Namespace = dict[str, Any]


class StandIn:
    """Has the attributes of a module, but for some.

    Parameters
    ----------
    module : module
        What it stands for.
    **others : object
        The attributes that differ.
    """

    def __init__(self, module: Any, **others: Any) -> None:
        # Copied, not asked for one by one: they are looked up with every image.
        self.__dict__.update(module.__dict__)
        self.__dict__.update(others)
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def twin(module: ModuleType, **others: Any) -> Namespace:
    """Return the namespace of a twin of a module of Pillow, or of one that extends it.

    Parameters
    ----------
    module : module
        The original; it is not changed.
    **others : object
        Further names that are to be others in the twin.

    Returns
    -------
    dict
        Functions, and subclasses of the classes, by the names that they have in the module.
    """
    space = dict(vars(module))
    space["warnings"] = _WARNINGS
    if "Image" in space:
        space["Image"] = _image()
    space |= others
    classes: dict[type, type] = {}
    for name, value in vars(module).items():
        if name not in others and getattr(value, "__module__", None) == module.__name__:
            space[name] = _copied(value, space, classes)
    return space


def _copied(value: Any, space: Namespace, classes: dict[type, type]) -> Any:
    """Return a function or a class that looks names up in `space`; anything else as it is.

    `classes` are the originals and their twins so far: what a class inherits is the twin's, too.
    """
    if isinstance(value, FunctionType):
        copy = FunctionType(
            value.__code__, space, value.__name__, value.__defaults__, value.__closure__
        )
        copy.__kwdefaults__ = value.__kwdefaults__
        copy.__dict__.update(value.__dict__)
        return copy
    if isinstance(value, staticmethod | classmethod):
        return type(value)(_copied(value.__func__, space, classes))
    if isinstance(value, property):
        parts = (value.fget, value.fset, value.fdel)
        return property(*(part and _copied(part, space, classes) for part in parts))
    if isinstance(value, type) and value in classes:  # another name of it
        return classes[value]
    if isinstance(value, type) and not issubclass(value, tuple | enum.Enum | BaseException):
        members = {
            name: _copied(member, space, classes)
            for name, member in vars(value).items()
            if isinstance(member, FunctionType | staticmethod | classmethod | property)
        }
        if hasattr(value, "getexif"):
            members["getexif"] = _getexif(value)
        bases = (value, *(classes[base] for base in value.__bases__ if base in classes))
        made: type = type(value)(value.__name__, bases, members)  # type: ignore[misc]
        classes[value] = made
        return made
    return value


def _getexif(kind: type) -> Any:
    """Return a method that is as that of `kind`, but reads with the twin of Pillow's reader."""

    def getexif(self: Any) -> Any:
        quiet_exif(self)
        return kind.getexif(self)  # type: ignore[attr-defined]

    return getexif


def quiet_exif(image: Any) -> None:
    """Let an image parse its EXIF data, if it has not yet, without warnings of Pillow's."""
    if image._exif is None:
        image._exif = _image().Exif()


def _warn(message: Any, *_: Any, **__: Any) -> None:
    text = " ".join(str(message).split()).rstrip(".")
    warn(f"Pillow: {text}")


_WARNINGS = SimpleNamespace(warn=_warn)


def _no_inner_image(*_: Any, **__: Any) -> Any:
    raise DecodeError("the file holds another one that may be of any format", plugin="pillow")


_images: list[StandIn] = []


def _image() -> Any:
    """Return what stands for ``PIL.Image``."""
    if not _images:
        from PIL import Image

        _images.append(
            StandIn(
                Image,
                _decompression_bomb_check=lambda *_, **__: None,
                open=_no_inner_image,
                Exif=_exif(Image),
            )
        )
    return _images[0]


def image_opening(opener: Any) -> Any:
    """Return what stands for ``PIL.Image``, with a function that opens files."""
    return StandIn(_image(), open=opener)


def _exif(module: ModuleType) -> Any:
    """Return a twin of the class that parses EXIF data.

    Its methods import the module with the directories of TIFF when they are called.
    """
    space = dict(vars(module))
    directories: list[Mapping[str, Any]] = []

    def importing(name: str, globals: Any = None, locals: Any = None, *rest: Any) -> Any:
        found = builtins.__import__(name, globals, locals, *rest)
        names = rest[0] if rest else ()
        if names and "TiffImagePlugin" in names:
            if not directories:
                # Without _image(), which is being made.
                directories.append(twin(found.TiffImagePlugin, Image=module))
            return StandIn(found, TiffImagePlugin=SimpleNamespace(**directories[0]))
        return found

    space["warnings"] = _WARNINGS
    space["__builtins__"] = {**vars(builtins), "__import__": importing}
    return _copied(module.Exif, space, {})
