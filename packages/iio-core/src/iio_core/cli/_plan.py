"""Which resources become which files: the jobs of ``iio convert``."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from ._failures import UsageError
from ._inputs import Source, stem_of

__all__ = ["Job", "Settings", "is_same", "plan"]

_FIELD = re.compile(r"\{(index|stem)(?::0?([0-9]{1,2})d)?\}")
_BRACES = re.compile(r"\{[^{}]*\}")


class Settings(NamedTuple):
    """What is the same for all jobs. Sent to the processes that do them."""

    index: Any
    reading: dict[str, Any]
    writing: dict[str, Any]
    metadata: bool
    overwrite: bool


class Job(NamedTuple):
    """Resources that become one file or, with ``{index}`` in its name, one file per image."""

    sources: tuple[str, ...]
    folder: str
    name: str
    stem: str = ""

    @property
    def split(self) -> bool:
        """Whether each image gets a file of its own."""
        return "index" in _fields(self.name)

    def path(self, index: int = 0) -> str:
        """Return the file, or the one of an image.

        Examples
        --------
        >>> Job(("movie.gif",), "", "{stem}_{index:04d}.png", "movie").path(7)
        'movie_0007.png'
        """

        def value(field: re.Match[str]) -> str:
            text = self.stem if field[1] == "stem" else str(index)
            return text.zfill(int(field[2] or 0)) if field[1] == "index" else text

        return os.path.join(self.folder, _FIELD.sub(value, self.name))


def _fields(name: str) -> set[str]:
    return {field[1] for field in _FIELD.finditer(name)}


def plan(
    sources: Sequence[Source], out: str, known: Collection[str], *, to: str | None, split: bool
) -> list[Job]:
    """Return the jobs; what cannot end well is refused before anything is done."""
    if out == "-":
        raise UsageError("standard output is not supported: OUT is the name of a file or a folder")
    if to is not None or os.path.isdir(out) or out.endswith(("/", os.sep)):
        if to is None:
            raise UsageError(f"{out} is a folder: say with --to .png, for example, what to write")
        name = "{stem}" + ("_{index:04d}" if split else "") + _dotted(to)
        jobs = [
            Job((s.uri,), os.path.join(out, s.below), name, stem_of(s.uri, known)) for s in sources
        ]
        # In the folder that is converted into are the outputs of the last time.
        jobs = [job for job in jobs if not is_same(job.sources[0], job.path())] or jobs
    elif unknown := [field for field in _BRACES.findall(out) if not _FIELD.fullmatch(field)]:
        raise UsageError(f"unknown {unknown[0]}; there are {{stem}}, {{index}} and {{index:04d}}")
    elif split and "index" not in _fields(out):
        raise UsageError("--split takes a folder and --to, or {index} in the name of the output")
    elif "stem" in _fields(out):
        jobs = [Job((s.uri,), "", out, stem_of(s.uri, known)) for s in sources]
    else:
        jobs = [Job(tuple(s.uri for s in sources), "", out)]
    _refuse_collisions(jobs)
    return jobs


def _dotted(extension: str) -> str:
    if not extension.strip(".") or "/" in extension or os.sep in extension:
        raise UsageError(f"--to {extension} is not an extension such as .png")
    return extension if extension.startswith(".") else f".{extension}"


def _refuse_collisions(jobs: Sequence[Job]) -> None:
    """Refuse two inputs that would be the same file, and one that would replace itself."""
    owners: dict[str, Job] = {}
    for job in jobs:
        path = os.path.normcase(os.path.abspath(job.path()))
        other = owners.setdefault(path, job)
        if other is not job:
            raise UsageError(
                f"{other.sources[0]} and {job.sources[0]} would both be written to {job.path()}; "
                "convert them one after the other, into two folders"
            )
        for source in job.sources:
            if is_same(source, job.path()):
                raise UsageError(f"{source} would be replaced by what is made of it")


def is_same(source: str, target: str) -> bool:
    """Tell whether two names are of one file."""
    try:
        return os.path.samefile(source, target)
    except (OSError, ValueError):
        return False  # one of them is not there, or is no path
