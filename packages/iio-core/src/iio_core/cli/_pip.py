"""Running pip, after asking."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence

from ._console import say
from ._failures import CommandError

__all__ = ["add_arguments", "has_pip", "run_pip"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `install` and `uninstall` have in common."""
    parser.add_argument(
        "what",
        nargs="+",
        metavar="WHAT",
        help="an extension, a format, a file, a plugin, a wheel, or an extra such as iio-core[cli]",
    )
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="print the command, and do nothing")
    parser.epilog = "What stands after -- is given to pip: -- --find-links wheels/ --no-index"


def run_pip(words: Sequence[str], arguments: argparse.Namespace) -> int:
    """Run pip with this Python, after asking; return 0 if it did what it should."""
    command = [sys.executable, "-m", "pip", *words]
    shown = subprocess.list2cmdline(command) if os.name == "nt" else _quoted(command)
    if arguments.dry_run:
        say(shown)
        return 0
    if not has_pip():
        raise CommandError(
            f"there is no pip in {sys.prefix}; install it with your own tool: {' '.join(words)}"
        )
    if not arguments.yes and not _agrees(shown):
        say("Nothing is changed.")
        return 1
    sys.stdout.flush()
    try:
        done = subprocess.run(command, check=False)
    except OSError as error:
        raise CommandError(f"pip cannot be run: {error}") from error
    if done.returncode:
        raise CommandError(f"pip failed with exit status {done.returncode}: {shown}")
    return 0


def has_pip() -> bool:
    """Tell whether this Python has pip: environments of uv have not."""
    return importlib.util.find_spec("pip") is not None


def _quoted(command: Sequence[str]) -> str:
    import shlex

    return shlex.join(command)


def _agrees(shown: str) -> bool:
    if not sys.stdin or not sys.stdin.isatty():
        raise CommandError(f"nobody is here to ask; --yes does it: {shown}")
    say(shown)
    try:
        return input("Run this? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False
