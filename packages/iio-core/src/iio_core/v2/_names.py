"""What a name that is no format's means: an extension, a wheel that is not here, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .. import _absent, _catalog, _opening, _registry, _select
from .._errors import IIOError
from .._resources import Target
from .._select import Candidate
from .._version import __version__
from ._errors import FormatNotInstalledError, UnknownFormatError
from ._format import Format

if TYPE_CHECKING:
    from ._manager import FormatManager
    from ._request import Request

# Of section 2.1 of its documentation, those that are no extensions as well.
_NOT_YET = frozenset(
    {
        *("CLIPBOARDGRAB", "FEI", "FFMPEG", "GDAL", "ITK", "SCREENGRAB"),
        *("LYTRO-F01-RAW", "LYTRO-ILLUM-RAW", "LYTRO-LFP", "LYTRO-LFR"),
    }
)

__all__ = ["claims", "extension_in", "of_extension", "search", "unknown"]


def extension_in(name: str, formats: Iterable[Format]) -> str | None:
    """Return the extension that a format has in ``gif``, ``.gif`` or ``x.gif``."""
    known = {e for format in formats for e in format.extensions}
    return next((e for e in _extensions(name) if e in known), None)


def _extensions(name: str) -> list[str]:
    return _select.extensions(name if "." in name else f".{name}")


def of_extension(extension: str, formats: FormatManager) -> Format:
    """Return the format that is preferred for an extension which is known."""
    from ._manager import is_adapter

    found: list[Format] = formats.added(extension)
    registry = _registry.current()
    for writing in (False, True):
        table = _select.table(registry, writing=writing)
        ranked = _select.writers(f"x{extension}", table)  # who has the extension, best first
        found += [formats.of(c.plugin, c.format.name) for c in ranked if not is_adapter(c.plugin)]
    # A table of names may have extensions that the plugin itself has not.
    found = [f for f in found if extension in f.extensions] or [
        f for f in formats if extension in f.extensions
    ]
    return min(found, key=lambda format: formats.position(format.name))


def unknown(name: str, formats: FormatManager) -> IIOError:
    """Return the error for a name that is nobody's here."""
    return _elsewhere(name) or _nowhere(name, formats)


def _elsewhere(name: str) -> IIOError | None:
    """Return the error for a name that a wheel has which is not here."""
    wheels: list[tuple[str, str | None]] = []  # what to install, and its distribution
    if (distribution := _catalog.LEGACY.get(name.upper())) is not None:
        wheels = [(distribution, distribution)]
    elif name.upper() not in _NOT_YET:
        registry = _registry.current()
        for extension in _extensions(name):
            absent = _absent.readers(b"", extension, registry)
            absent += _absent.writers(extension, registry)
            wheels += [(c.install, c.plugin.distribution) for c in absent]
    if not wheels:
        return None
    install = list(dict.fromkeys(need for need, of in wheels if not _absent.is_left_out(of)))
    if not install:
        return UnknownFormatError(f"format {name!r}: {_absent.LEFT_OUT}")
    return FormatNotInstalledError(
        f"format {name!r} is not installed: {_absent.pip_install(*install)}",
        install=tuple(install),
    )


def _nowhere(name: str, formats: FormatManager) -> IIOError:
    """Return the error for a name that no wheel has which is known."""
    if name.upper().endswith("-FI"):
        return UnknownFormatError(
            f"format {name!r}: no plugin here has such a name of FreeImage's; "
            f"format={name[:-3].lower()!r} asks whoever reads and writes this"
        )
    if name.upper() in _NOT_YET:
        return UnknownFormatError(
            f"format {name!r} is one of imageio 2.9 that no wheel which iio-core {__version__} "
            "knows of brings"
        )
    import difflib

    names = formats.get_format_names()
    names += [e.lstrip(".").upper() for format in formats for e in format.extensions]
    names += [plugin.spec.name.upper() for plugin in _registry.current().plugins]
    close = difflib.get_close_matches(name.lstrip(".").upper(), names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return UnknownFormatError(
        f"there is no format {name!r}, and no extension is called so.{hint} "
        "iio_core.v2.show_formats() lists them"
    )


def claims(request: Request) -> list[Candidate]:
    """Return the plugins that are here and claim what is requested, best first."""
    registry, place = _registry.current(), request.place
    if isinstance(place, Target):
        found = _opening.writers_for(place, registry)
    else:
        found = _opening.candidates_for(place, registry)
    return [candidate for candidate in found if not candidate.install]


def search(formats: FormatManager, request: Request) -> Format | None:
    """Return the format that a request would go to; None if there is none."""
    reading = request.mode[0] == "r"
    for format in formats.added(request.extension):
        if (format.can_read if reading else format.can_write)(request):
            return format
    claimed = [(c.claim, formats.of(c.plugin, c.format.name)) for c in claims(request)]
    claimed = [(claim, f) for claim, f in claimed if f.supports(request.mode[1])]
    if claimed:
        return min(claimed, key=lambda c: (c[0], formats.position(c[1].name)))[1]
    for format in formats.added():
        if (format.can_read if reading else format.can_write)(request):
            return format
    return None
