"""Generate ``docs/reference/options-<plugin>.md``: every option of every plugin of this project.

They are read off the signatures that core checks options against, and off the docstrings beside
them; an option without a description, or a description without an option, is an error. With
``--check`` nothing is written, and the exit status is 1 if a file is not what the sources say.
"""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from specs import ROOT, load, write_or_check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iio_core import Format, PluginSpec

HEADER = """\
# Options of {name}

<!-- Generated from the sources in packages/*; do not edit: run `python tools/option_tables.py`. -->

The options of `plugin="{name}"`, as keyword arguments of iio's calls. An option that is not in the
table of its format is an `OptionError`. Without a default, the encoder's own applies. The pixel
types of each format are in the [table of formats](formats.md).
"""
# What core gives to every plugin, and describes itself.
NOT_OPTIONS = frozenset({"index", "metadata", "exclude_applied"})


class Entry(NamedTuple):
    """What a docstring says of a parameter."""

    type: str
    text: str


def described(function: Callable[..., Any]) -> dict[str, Entry]:
    """Return the section *Parameters* of a docstring (numpydoc) by name."""
    doc = inspect.getdoc(function) or ""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-+\n|\Z)", doc, re.M | re.S)
    found: dict[str, Entry] = {}
    for entry in re.split(r"^(?=\S)", section[1] if section else "", flags=re.M):
        head, _, body = entry.partition("\n")
        names, _, kind = head.partition(" : ")
        text = " ".join(textwrap.dedent(body).split())
        for name in filter(None, (n.strip() for n in names.split(","))):
            found[name] = Entry(kind.removesuffix(", optional"), text)
    return found


def options(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the options of a method with their defaults."""
    return {
        p.name: p.default
        for p in inspect.signature(function).parameters.values()
        if p.kind is p.KEYWORD_ONLY and p.name not in NOT_OPTIONS
    }


def markdown(text: str) -> str:
    """Turn what docstrings use of reStructuredText into Markdown for a table's cell."""
    return text.replace("``", "`").replace("|", r"\|")


def table(function: Callable[..., Any]) -> str:
    """Return the table of a method's options; an empty string if it has none."""
    found, known = options(function), described(function)
    where = f"{function.__module__}.{function.__qualname__}"
    if missing := found.keys() - known.keys():
        sys.exit(f"{where}: options without a description: {', '.join(sorted(missing))}")
    parameters = inspect.signature(function).parameters
    if unknown := known.keys() - parameters.keys():
        sys.exit(f"{where}: described, but no parameters: {', '.join(sorted(unknown))}")
    if not found:
        return ""
    lines = ["", "| option | type | default | meaning |", "|---|---|---|---|"]
    for name, default in found.items():
        kind, text = known[name]
        shown = "–" if default is None else f"`{default!r}`"
        lines.append(f"| `{name}` | {markdown(kind)} | {shown} | {markdown(text)} |")
    return "\n".join(lines) + "\n"


def opening_by_format(plugin: Any, spec: PluginSpec) -> Iterator[str]:
    """Yield the options of opening that only some formats have."""
    by_format = getattr(plugin, "open_reader_for", None)
    if by_format is None:
        return
    for format in spec.formats:
        opener = by_format(format.name)
        if opener != plugin.open_reader:
            where = " ".join(f"`{name}`" for name in (*format.devices, *format.extensions))
            yield f"\n### {format.name}\n\nWhen {where} is opened, instead of those above:\n"
            yield table(opener) or "\nNo options.\n"


def reading(plugin: Any, spec: PluginSpec) -> Iterator[str]:
    """Yield what can be given to `imread` and its like."""
    if not hasattr(plugin, "open_reader"):
        return
    kind = plugin.reader_type
    yield "\n## Reading\n"
    if opening := table(plugin.open_reader):
        yield "\nWhen a file is opened: `imopen`, and all calls that read.\n"
        yield opening
    yield "\nWith `imread` and a session's `read`, for all formats:\n"
    yield table(kind.read) or "\nNo options.\n"
    for method, call in (("iter", "imiter"), ("properties", "improps"), ("metadata", "immeta")):
        taken = options(getattr(kind, method))
        same = ", ".join(f"`{name}`" for name in taken if name in options(kind.read))
        yield f"\n`{call}` takes {same or 'none of them'}.\n"
        if taken.keys() - options(kind.read).keys():
            yield table(getattr(kind, method))
    yield from opening_by_format(plugin, spec)


def writing(plugin: Any, spec: PluginSpec) -> Iterator[str]:
    """Yield what can be given to `imwrite`, by format; formats with the same writer together."""
    formats = [format for format in spec.formats if format.writes]
    if not formats or not hasattr(plugin, "open_writer"):
        return
    yield "\n## Writing\n\nWith `imwrite` and a session's `write`.\n"
    if opening := table(plugin.open_writer):
        yield "\nWhen a file is opened: `imopen`, and `imwrite`.\n"
        yield opening
    by_class: dict[Any, list[Format]] = {}
    for format in formats:
        by_name = getattr(plugin, "writer_type_for", None)
        kind = plugin.writer_type if by_name is None else by_name(format.name)
        by_class.setdefault(kind.write, []).append(format)
    for method, members in by_class.items():
        yield f"\n### {', '.join(format.name for format in members)}\n\n"
        known = described(method)
        for name in ("image", "metadata"):
            if name in known:
                yield f"- *{name}*: {markdown(known[name].text)}\n"
        yield table(method) or "\nNo options.\n"


def generate(spec: PluginSpec) -> str:
    module, _, attribute = spec.plugin.partition(":")
    plugin = getattr(import_module(module), attribute)
    parts = [HEADER.format(name=spec.name), *reading(plugin, spec), *writing(plugin, spec)]
    return "".join(parts)


if __name__ == "__main__":
    check = "--check" in sys.argv[1:]
    states = [
        write_or_check(ROOT / f"docs/reference/options-{spec.name}.md", generate(spec), check)
        for _, spec in load()
    ]
    sys.exit(max(states, default=0))
