"""Which files the user means: names, patterns where the shell has not expanded them, folders."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from .. import _select
from .._errors import IIOError, NoPluginError
from .._registry import current
from ._failures import UsageError, complain, counted
from ._formats import rows

__all__ = [
    "Source",
    "expand",
    "files_in",
    "is_read_whole",
    "readable_extensions",
    "stem_of",
    "tell_passed_over",
]

_MAGIC = re.compile(r"[*?[]")


class Source(NamedTuple):
    """A resource to read, and the folder below the named one in which it was found."""

    uri: str
    below: str = ""


def readable_extensions() -> frozenset[str]:
    """Return the extensions that somebody reads, installed or not."""
    return frozenset(e for row in rows(current()) if row.reads for e in row.format.extensions)


def expand(
    texts: Sequence[str],
    known: Collection[str],
    *,
    inside: bool,
    recursive: bool,
    each: bool = False,
) -> tuple[list[Source], list[str]]:
    """Return the resources that the user means, and the files that are none that can be read.

    A folder stands for the files in it; but unless it is asked for what is `inside`, one that a
    plugin reads as a whole is one resource. If there is something to say of `each`, a pattern that
    no file matches is the name of one that is not there.
    """
    found: list[Source] = []
    passed_over: list[str] = []
    for text in texts:
        if os.path.isdir(text) and (inside or not is_read_whole(text)):
            inner, others = files_in(text, known, recursive=recursive)
            found += inner
            passed_over += others
        elif _MAGIC.search(text) and "://" not in text and not os.path.exists(text):
            matching = _matching(text)
            if not matching and not each:
                raise UsageError(f"no file matches {text}")
            found += matching or [Source(text)]
        else:
            found.append(Source(text))
    if not found:
        raise UsageError(f"there is nothing to read in {', '.join(texts)}")
    return found, passed_over


def files_in(
    folder: str, known: Collection[str], *, recursive: bool
) -> tuple[list[Source], list[str]]:
    """Return the files of a folder that somebody reads, and those that nobody does."""
    found: list[Source] = []
    passed_over: list[str] = []
    for source in _files_of(folder, recursive):
        if _looks_readable(source.uri, known):
            found.append(source)
        else:
            passed_over.append(source.uri)
    return found, passed_over


def tell_passed_over(names: Sequence[str], *, whole: bool) -> None:
    """Say which files in a folder nobody reads: the first of them, or all."""
    if not names:
        return
    listed = ", ".join(names)
    if not whole and len(names) > 1:
        listed = f"{names[0]} and {len(names) - 1:,} more; -v names them"
    complain(f"{counted(len(names), 'file')} passed over, which no plugin reads: {listed}")


def _matching(pattern: str) -> list[Source]:
    import glob

    files = [file for file in glob.glob(pattern, recursive=True) if os.path.isfile(file)]
    return [Source(file) for file in sorted(files, key=_natural)]


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts frame2 before frame10."""
    parts = re.split(r"([0-9]+)", name)
    return [(int(p), "") if p.isdecimal() else (0, p.casefold()) for p in parts]


def _files_of(folder: str, recursive: bool) -> Iterator[Source]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if recursive and not f.startswith("."))
        below = os.path.relpath(where, folder)
        for name in sorted(names, key=_natural):
            path = os.path.join(where, name)
            if not name.startswith(".") and os.path.isfile(path):
                yield Source(path, "" if below == os.curdir else below)


def is_read_whole(folder: str) -> bool:
    """Tell whether a plugin reads a folder as one resource.

    A folder has no first bytes: whether its files are those of the plugin is seen by opening it.
    """
    from .._api import imopen
    from .._explain import explain

    if explain(folder).chosen is None:
        return False
    try:
        imopen(folder, "r").close()
    except NoPluginError:
        return False
    except (IIOError, OSError):
        return True  # it is theirs, and damaged: whoever reads it tells
    return True


def _looks_readable(file: str, known: Collection[str]) -> bool:
    """Tell by its name, else by its first bytes, whether anybody would read a file."""
    from .._explain import explain

    if any(extension in known for extension in _select.extensions(file)):
        return True
    try:
        return explain(file).chosen is not None
    except (OSError, ValueError):
        return False


def stem_of(uri: str, known: Collection[str]) -> str:
    """Return the last part of a resource's name without its extension.

    Examples
    --------
    >>> stem_of("scans/brain.nii.gz", {".gz", ".nii.gz"})
    'brain'
    >>> stem_of("https://example.org/cat.png?size=3", {".png"})
    'cat'
    """
    name = uri.partition("?")[0] if "://" in uri else uri
    name = re.split(r"[/\\:#]", name.rstrip("/\\"))[-1]
    for extension in _select.extensions(name):
        if extension in known and len(extension) < len(name):
            return name[: -len(extension)]
    return os.path.splitext(name)[0] or "image"
