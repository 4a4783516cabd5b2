"""From the command line to a subcommand, and from whatever it raises to a sentence."""

from __future__ import annotations

import argparse
import io
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import NamedTuple, TextIO

from .._errors import IIOWarning
from .._version import __version__
from ._failures import UsageError, at_work, complain, sentence

__all__ = ["COMMANDS", "build_parser", "main"]


class Command(NamedTuple):
    """A subcommand: the module that does it, and its line in the list of all."""

    module: str
    help: str
    passes_on: bool = False  # what stands after ``--`` is not for us, but for pip


COMMANDS = {
    "info": Command("_info", "tell the shape, the number of images and the metadata of files"),
    "show": Command("_show", "show an image in the terminal"),
    "montage": Command("_montage", "put images, slices or files on one contact sheet"),
    "convert": Command("_convert", "convert files to another format"),
    "compare": Command("_compare", "compare the pixels and metadata of two files, or of plugins"),
    "plugins": Command("_list_plugins", "list the installed plugins"),
    "formats": Command("_formats", "list what can be read and written, and what to install"),
    "explain": Command("_explain_choice", "tell which plugin reads or writes a file, and why"),
    "doctor": Command("_doctor", "check the installation"),
    "install": Command("_install", "install what a format, file or plugin needs", True),
    "uninstall": Command("_uninstall", "uninstall what a format, file or plugin needs", True),
    "new-plugin": Command("_new_plugin", "write the package of a new plugin"),
    "check-plugin": Command("_check_plugin", "run the conformance kit on an installed plugin"),
}

FAILED, USAGE, INTERRUPTED = 1, 2, 130
_VERBOSE = "show where an error comes from"


def build_parser(*names: str) -> argparse.ArgumentParser:
    """Return the parser, with the arguments of those subcommands only: each costs an import."""
    parser = argparse.ArgumentParser(
        prog="iio",
        description="Read, convert and compare images, videos, volumes and scientific data.",
        epilog="'iio COMMAND --help' describes a command. Exit status: 0 fine, 1 something "
        "failed, 2 wrong arguments.",
    )
    parser.add_argument("--version", action="version", version=f"iio-core {__version__}")
    parser.add_argument("-v", "--verbose", action="store_true", help=_VERBOSE)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.help)
        if name in names:
            one.add_argument(
                "-v", "--verbose", action="store_true", default=argparse.SUPPRESS, help=_VERBOSE
            )
            import_module(f"{__package__}.{command.module}").configure(one)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command ``iio`` and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; by default those of the process.

    Returns
    -------
    int
        0: fine; 1: something failed; 2: wrong arguments; 130: interrupted.

    Raises
    ------
    SystemExit
        For wrong arguments, ``--help`` and ``--version``.

    Examples
    --------
    >>> from iio_core.cli import main
    >>> main(["explain", "cat.png"])  # doctest: +SKIP
    0
    """
    for stream in (sys.stdout, sys.stderr):
        _never_fail_to_encode(stream)
    words = list(sys.argv[1:] if argv is None else argv)
    name = next((word for word in words if not word.startswith("-")), "")
    rest: list[str] = []
    if name in COMMANDS and COMMANDS[name].passes_on and "--" in words:
        rest = words[words.index("--") + 1 :]
        words = words[: words.index("--")]
    arguments = build_parser(name).parse_args(words)
    arguments.rest = rest
    with warnings.catch_warnings(), _patient():
        warnings.filterwarnings("always", category=IIOWarning)
        warnings.showwarning = _show_warning
        return _run(COMMANDS[arguments.command].module, arguments)


@contextmanager
def _patient() -> Iterator[None]:
    """Wait for no plugin without end."""
    from .. import _plugins
    from ._patience import patient

    before, _plugins.watch = _plugins.watch, patient
    try:
        yield
    finally:
        _plugins.watch = before


def _run(module: str, arguments: argparse.Namespace) -> int:
    """Run a subcommand; what it raises becomes a sentence and an exit status."""
    try:
        status: int = import_module(f"{__package__}.{module}").run(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Who read our output (`| head`) has seen enough; nothing is to be written at exit either.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        return FAILED
    except KeyboardInterrupt as stop:
        return _fail(f"interrupted{at_work(stop)}", INTERRUPTED, arguments.verbose)
    except UsageError as error:
        return _fail(str(error), USAGE, arguments.verbose)
    except BaseException as error:  # of a plugin, which may raise anything
        return _fail(sentence(error, whole=arguments.verbose), FAILED, arguments.verbose)


def _fail(message: str, status: int, verbose: bool) -> int:
    if verbose:
        import traceback

        traceback.print_exc()
    complain(message)
    return status


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a warning as a sentence: where in the code it was given helps nobody here."""
    complain(f"warning: {message}")


def _never_fail_to_encode(stream: object) -> None:
    """Show what the terminal has no character for as an escape, rather than raise."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
