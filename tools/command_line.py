"""Generate ``docs/reference/command-line.md`` from the parser of the command ``iio``.

With ``--check`` nothing is written, and the exit status is 1 if the file is not what it says.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from specs import ROOT, write_or_check

sys.path.insert(0, str(ROOT / "packages/iio-core/src"))

from iio_core.cli._main import COMMANDS, build_parser

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = ROOT / "docs/reference/command-line.md"
HEADER = """\
# The command iio

<!-- Generated from the command's parser; do not edit: run `python tools/command_line.py`. -->

`iio` comes with iio-core; `python -m iio_core` is the same. With the extra `iio-core[cli]` a
terminal shows colors, pictures and a live progress bar; without it, and where the output is no
terminal, all is plain text.

- **Exit status**: 0 fine; 1 something failed, or was found to differ; 2 wrong arguments; 130
  interrupted by Ctrl-C.
- **Errors** are one sentence each, on the standard error. `-v` adds the traceback.
- **`--json`** prints for programs: bytes are `{"base64": "..."}`, arrays are lists, infinities and
  NaN are strings, and whatever else a plugin gives is its text.
- **Options of plugins** are given as `KEY=VALUE`. The value is read as Python writes it (`90`,
  `True`, `(2, 3)`, `[1, 2]`), else it is a string. `plugin=`, `extension=`, `format=` and `fsync=`
  are taken as well, where the call in Python has them.
- **An index** is a number (`0`, `-1`), a list (`0,5,9`), a slice (`0:100:10`) or `...` for all.
  Begin a negative one with an equals sign: `--index=-3:`.
- **A folder** stands for the files in it; one that a plugin reads as a whole, such as a series of
  DICOM files, is one resource, but to `convert --to`, which converts its files.
- **`NO_COLOR`** turns colors off; so does `TERM=dumb`, with the progress bar. The [variables of
  iio](environment.md) count here as well.
- What comes from files, and would command a terminal, is shown as escapes.

| command | what it does |
|---|---|
"""


def escaped(text: str) -> str:
    """Return text for the cell of a table."""
    return " ".join(text.split()).replace("|", r"\|").replace("<", "&lt;").replace("{", "&#123;")


def names(action: argparse.Action) -> str:
    """Return what a user types for an argument."""
    value = action.metavar or action.dest.upper()
    if not action.option_strings:
        return f"`{value}…`" if action.nargs == "+" else f"`{value}`"
    takes = "" if action.nargs == 0 else f" {value}"
    return ", ".join(f"`{option}{takes}`" for option in action.option_strings)


def described(name: str) -> Iterator[str]:
    """Yield the section of a command."""
    subparsers = next(
        a for a in build_parser(name)._actions if isinstance(a, argparse._SubParsersAction)
    )
    parser: argparse.ArgumentParser = subparsers.choices[name]
    yield f"\n## iio {name}\n\n{' '.join((parser.description or '').split())}\n"
    yield "\n| argument | meaning |\n|---|---|\n"
    for action in parser._actions:
        if action.dest not in {"help", "verbose"} and action.help != argparse.SUPPRESS:
            text = (action.help or "") % {"default": action.default}
            yield f"| {names(action)} | {escaped(text)} |\n"
    if parser.epilog:
        yield f"\n```text\n{parser.epilog.strip()}\n```\n"


def generate() -> str:
    parts = [HEADER]
    parts += [
        f"| [`iio {name}`](#iio-{name}) | {command.help} |\n" for name, command in COMMANDS.items()
    ]
    for name in COMMANDS:
        parts += described(name)
    return "".join(parts)


if __name__ == "__main__":
    sys.exit(write_or_check(TARGET, generate(), "--check" in sys.argv[1:]))
