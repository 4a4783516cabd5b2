"""``iio new-plugin``: a complete package, for its author to replace what is about the format."""

from __future__ import annotations

import argparse
import keyword
import re
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from .. import _catalog
from ._console import say
from ._failures import CommandError, UsageError

__all__ = ["configure", "create", "run"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_EXTENSION = re.compile(r"(\.[a-z0-9][a-z0-9_+-]*)+")
_LONGEST = 30  # of a name: lines of code have to hold it

_FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "LICENSE": "LICENSE",
    "gitignore": ".gitignore",
    "ci.yml": ".github/workflows/ci.yml",
    "init.py": "src/@module@/__init__.py",
    "version.py": "src/@module@/_version.py",
    "spec.py": "src/@module@/_spec.py",
    "plugin.py": "src/@module@/_plugin.py",
    "reader.py": "src/@module@/_reader.py",
    "writer.py": "src/@module@/_writer.py",
    "test_conformance.py": "tests/test_conformance.py",
    "test_format.py": "tests/test_@module@.py",
}
"""Template: where its text goes, with the same names to be filled in."""


@dataclass(frozen=True)
class _Names:
    """What things are called: all of them come from the name of the wheel."""

    distribution: str
    extension: str

    @property
    def module(self) -> str:
        return self.distribution.replace("-", "_")

    @property
    def plugin(self) -> str:
        return self.distribution.removeprefix("iio-")

    @property
    def format(self) -> str:
        return self.plugin.replace("-", "").upper()

    @property
    def signature(self) -> bytes:
        # As PNG's: no text begins with such a byte, and a transfer as text is noticed.
        return b"\x93" + self.format[:5].ljust(5, "_").encode() + b"\r\n"

    def fill(self, text: str) -> str:
        """Put the names into a template."""
        for name in ("distribution", "module", "plugin", "format", "extension"):
            text = text.replace(f"@{name}@", getattr(self, name))
        # As a formatter would write it.
        literal = '"'.join(repr(self.signature).split("'"))
        return text.replace("@signature@", literal)


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.description = (
        "Write a package with a plugin for a format of your own: spec, reader, writer, tests and "
        "CI. It works as it is; replace what is about the made-up format in it."
    )
    parser.add_argument("name", metavar="NAME", help="of the wheel, such as iio-myformat")
    parser.add_argument(
        "--directory", type=Path, metavar="DIR", help="where to write it (default: NAME)"
    )
    parser.add_argument(
        "--extension", metavar="EXT", help="of the files, such as .myf (default: from NAME)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the package, and say what to do with it."""
    names = _names(arguments.name, arguments.extension)
    folder = create(names, arguments.directory or Path(names.distribution))
    say(f"{folder}: the plugin {names.plugin!r} for {names.extension} files. Try it:")
    say()
    say(f'  python -m pip install --editable "{folder}" "iio-core[testing]"')
    say(f'  python -m pytest "{folder}"')
    say(f"  iio check-plugin {names.plugin}")
    return 0


def create(names: _Names, folder: Path) -> Path:
    """Write the package into a directory that is not there yet, or empty.

    Raises
    ------
    CommandError
        If there is something in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(f"{folder} is there already, and is not overwritten: use --directory")
    templates = resources.files(__package__) / "templates"
    for template, place in _FILES.items():
        text = (templates / f"{template}.in").read_text(encoding="utf-8")
        path = folder / names.fill(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(names.fill(text), encoding="utf-8", newline="\n")
    (folder / names.fill("src/@module@/py.typed")).touch()
    return folder


def _names(name: str, extension: str | None) -> _Names:
    """Return what things are called; one that cannot be used is a `UsageError`."""
    distribution = re.sub(r"[-_.]+", "-", name.strip()).lower()
    if not _NAME.fullmatch(distribution):
        raise UsageError(
            f"{name!r} cannot be the name of a wheel and a module: use letters, digits and "
            "hyphens, with a letter first, as in iio-myformat"
        )
    if len(distribution) > _LONGEST:
        raise UsageError(f"{name!r} is longer than {_LONGEST} characters")
    names = _Names(distribution, "")
    # What `import` of the module would bring instead.
    if keyword.iskeyword(names.module) or names.module in {*sys.stdlib_module_names, "numpy"}:
        raise UsageError(f"{names.module!r} is a word or a module of Python's: choose another name")
    _refuse_taken(names)
    if extension is None:
        extension = names.plugin.replace("-", "")
    extension = f".{extension.strip().lower().removeprefix('.')}"
    if not _EXTENSION.fullmatch(extension) or len(extension) > _LONGEST:
        raise UsageError(f"{extension!r} is no extension; one is .myf")
    return _Names(distribution, extension)


def _refuse_taken(names: _Names) -> None:
    """Refuse the names that this project's wheels and plugins have."""
    ours = {*_catalog.PLUGINS.values(), "iio-core", "iio-example", "iio"}
    if names.distribution in ours:
        raise UsageError(f"{names.distribution} is a wheel of the iio project: choose another name")
    if names.plugin in _catalog.PLUGINS:
        raise UsageError(
            f"the plugin name {names.plugin!r} is that of {_catalog.PLUGINS[names.plugin]}, and of "
            "two plugins with one name only that is used: choose another name"
        )
    if not names.plugin[:1].isalpha():
        raise UsageError(f"{names.plugin!r} cannot be the name of a plugin: begin with a letter")
