"""What ``help`` and ``show_formats`` print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._manager import FormatManager
    from ._plugin_format import PluginFormat

__all__ = ["documentation", "help", "show_formats", "table"]


def help(name: str | None = None) -> None:
    """Print the documentation of a format with its options, or a list of all formats.

    Parameters
    ----------
    name : str, optional
        The name of a format, an extension, or the name of a file.

    Raises
    ------
    UnknownFormatError
        If there is no such format.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> imageio.help("png")  # doctest: +SKIP
    """
    from ._manager import formats

    print(formats if name is None else formats[name].doc)


def show_formats() -> None:
    """Print a table of all formats: names, what they hold, extensions, what they are.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> imageio.show_formats()  # doctest: +SKIP
    """
    from ._manager import formats

    formats.show()


def table(formats: FormatManager) -> str:
    """Return all formats as lines of aligned columns."""
    rows = [("name", "holds", "can", "description", "extensions")]
    for format in formats:
        can = [getattr(format, "reads", True) and "r", getattr(format, "writes", True) and "w"]
        rows.append(
            (
                format.name,
                format.modes,
                "".join(part for part in can if part),
                format.description,
                " ".join(format.extensions),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join([*(row[i].ljust(widths[i]) for i in range(4)), row[4]]).rstrip() for row in rows
    )


def documentation(format: PluginFormat) -> str:
    """Return name, description, extensions and options of a plugin's format."""
    plugin = format.plugin
    lines = [f"{format.name} - {format.description}", ""]
    if format.extensions:
        lines += [f"Extensions: {' '.join(format.extensions)}"]
    which = f" as {format.legacy.format}" if format.legacy.format else ""
    lines += [f"Plugin: {plugin}{which}", ""]
    lines += [format.legacy.documentation().strip("\n") or _generated(format)]
    return "\n".join(lines) + "\n"


def _generated(format: PluginFormat) -> str:
    """Return the options of a plugin as its signatures and docstrings tell them."""
    from .. import _knowing
    from .._errors import PluginNotInstalledError

    try:
        plugin = format.plugin.load()
    except PluginNotInstalledError as error:
        return f"Its options are not known: {error}"
    name = format.legacy.format or ""
    parts: list[str] = []
    if format.reads and hasattr(plugin, "open_reader"):
        calls = [_knowing.opener_of(plugin, name), plugin.reader_type.read]
        parts += _options_of("Parameters for reading", calls)
    if format.writes and hasattr(plugin, "open_writer"):
        calls = [plugin.open_writer, _knowing.writer_type_of(plugin, name).write]
        parts += _options_of("Parameters for saving", calls)
    return "\n".join(parts)


def _options_of(title: str, calls: list[Any]) -> list[str]:
    import inspect

    from .._options import names

    lines = [title, "-" * len(title)]
    for call in calls:
        known = names(call)
        told = _described(inspect.getdoc(call) or "")
        for parameter in inspect.signature(call).parameters.values():
            if parameter.name in known:
                default = parameter.default
                lines += [f"{parameter.name} : default {default!r}"]
                lines += [f"    {line}" for line in told.get(parameter.name, [])]
    return [*(lines if len(lines) > 2 else [*lines, "None"]), ""]


def _described(docstring: str) -> dict[str, list[str]]:
    """Return what a docstring in NumPy style says of each parameter."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in docstring.splitlines():
        if line.startswith("    ") and line.strip():
            current.append(line.strip())
        elif line.strip():
            current = []
            names, colon, _ = line.partition(" : ")
            for name in names.split(",") if colon else ():
                found[name.strip()] = current
    return found
