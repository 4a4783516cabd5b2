"""Grabbing the screen.

Pillow's handbook, "ImageGrab module". Where Pillow cannot reach an X server, it runs whatever
program it finds that takes screenshots; here a screen on Linux is that of an X server.
"""

from __future__ import annotations

import os
from typing import Any

from PIL import Image

from iio_core import DecodeError, OptionError, Reader, Resource, warn

from . import _grab
from ._backend import pillow_version
from ._grab import X11, GrabReader, charge

__all__ = ["open_screen"]

Box = tuple[int, int, int, int]

# Which options of grabbing the screen an operating system has, `bbox` apart.
_KNOWN = {
    "win32": {"window", "all_screens", "include_layered_windows"},
    "darwin": {"window"},
    X11: set[str](),
}
_FIRST_WITH_WINDOW = {"win32": (11, 2), "darwin": (12, 1)}


def open_screen(
    resource: Resource,
    format: str,
    /,
    *,
    bbox: Box | None = None,
    xdisplay: str | None = None,
    window: int | None = None,
    all_screens: bool = False,
    include_layered_windows: bool = False,
) -> Reader:
    """Grab the screen, once; what is read later is what it showed then.

    Parameters
    ----------
    resource : Resource
        The device.
    format : str
        The name of its format.
    bbox : tuple of int
        Which part: (left, top, right, bottom) in pixels; on Windows it may begin left of the main
        screen or above it.
    xdisplay : str
        Which X display, ``":1"``; without it that of the environment variable DISPLAY. On Windows
        and macOS the X display instead of the system's own screen.
    window : int
        Which window, by its handle (Windows) or its id (macOS).
    all_screens : bool
        Whether to grab all screens, and not only the main one (Windows). An X display is always
        grabbed whole.
    include_layered_windows : bool
        Whether layered windows are seen (Windows).

    Raises
    ------
    DecodeError
        If there is no display, or it cannot be grabbed.
    OptionError
        For an option that this system does not have, or a box that is none.
    """
    system = X11 if xdisplay is not None else _grab.system()
    given: dict[str, Any] = {
        "window": window,
        "all_screens": all_screens,
        "include_layered_windows": include_layered_windows,
    }
    given = {name: value for name, value in given.items() if value not in (None, False)}
    _check_options(given, system)
    if bbox is not None:
        bbox = _box(bbox)
        charge(resource, "RGB", (bbox[2] - bbox[0], bbox[3] - bbox[1]))
    if system == X11:
        image = _grabbed(format, xdisplay=_display(xdisplay))
        if bbox is not None:
            image = _cropped(image, bbox)
    else:
        image = _grabbed(format, bbox=bbox, **given)
    charge(resource, image.mode, image.size)
    return GrabReader(resource, format, image)


def _check_options(given: dict[str, Any], system: str) -> None:
    for name in given:
        if name not in _KNOWN[system]:
            where = "an X display" if system == X11 else "this system"
            raise OptionError(f"{name}= is not an option of grabbing {where}")
    first = _FIRST_WITH_WINDOW.get(system, (0, 0))
    if "window" in given and pillow_version() < first:
        raise OptionError(f"window= needs Pillow {first[0]}.{first[1]} or later here")


def _box(bbox: Any) -> Box:
    """Return a box as four ints, of which none is doubtful."""
    try:
        left, top, right, bottom = (number.__index__() for number in bbox)
    except (AttributeError, TypeError, ValueError):
        raise OptionError(
            f"bbox={bbox!r} is not a box of whole numbers (left, top, right, bottom)"
        ) from None
    if left >= right or top >= bottom:
        raise OptionError(f"bbox={bbox!r} has no pixels: left < right and top < bottom")
    return left, top, right, bottom


def _display(xdisplay: str | None) -> str:
    """Return the name of the X display: Pillow runs a program of its choice if it has none."""
    display = os.environ.get("DISPLAY", "") if xdisplay is None else xdisplay
    if not display:
        raise DecodeError(
            "there is no screen: the environment variable DISPLAY names no X display (that of "
            "Wayland cannot be grabbed); say which one with xdisplay=':0', for example",
            plugin="pillow",
        )
    if xdisplay is None and os.environ.get("WAYLAND_DISPLAY"):
        warn(
            "the screen is grabbed through X11, to which windows of Wayland do not show",
        )
    return display


def _grabbed(format: str, **options: Any) -> Image.Image:
    from PIL import ImageGrab  # and with it subprocess

    try:
        return ImageGrab.grab(**options)
    except (OSError, ImportError) as error:
        display = options.get("xdisplay")
        which = "the screen" if display is None else f"the X display {display!r}"
        raise DecodeError(
            f"{which} cannot be grabbed: {error}", plugin="pillow", format=format
        ) from error


def _cropped(image: Image.Image, bbox: Box) -> Image.Image:
    """Return a part of an image; Pillow would make up what is outside of it."""
    left, top, right, bottom = bbox
    width, height = image.size
    if left < 0 or top < 0 or right > width or bottom > height:
        raise OptionError(f"bbox={bbox} leaves the screen, which is {width} x {height} pixels")
    return image._new(image.im.crop(bbox))
