"""What went wrong, as a sentence for who typed the command."""

from __future__ import annotations

import sys

from .._errors import IIOError

__all__ = ["CommandError", "UsageError", "at_work", "complain", "counted", "printable", "sentence"]


class CommandError(Exception):
    """The command cannot be done; the message says why, and it ends with exit status 1."""


class UsageError(Exception):
    """The arguments contradict each other or the files; the command ends with exit status 2."""


def sentence(error: BaseException, *, whole: bool = False) -> str:
    """Return what an error says, in one line unless the `whole` of it is wanted.

    Examples
    --------
    >>> sentence(FileNotFoundError(2, "No such file or directory", "cat.png"))
    'cat.png: No such file or directory'
    """
    text = _said(error)
    return text if whole else text.partition("\n")[0]


def _said(error: BaseException) -> str:
    try:
        text = str(error).strip()
    except Exception:  # a stranger's error, which cannot even say what it is
        text = ""
    if isinstance(error, CommandError | UsageError | IIOError) and text:
        return text
    if isinstance(error, OSError) and error.strerror and not isinstance(error, IIOError):
        where = f"{error.filename}: " if error.filename is not None else ""
        return f"{where}{error.strerror}"
    kind = type(error).__name__
    return f"{text} ({kind})" if text else kind


def at_work(stop: KeyboardInterrupt) -> str:
    """Return whose spec was being imported when the user lost patience, if one was."""
    traceback = stop.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_name == "scan" and code.co_filename.endswith("_discovery.py"):
            name = getattr(traceback.tb_frame.f_locals.get("entry"), "name", None)
            if name is not None:
                return (
                    f" while the spec of plugin {name!r} was imported; 'iio doctor' finds out "
                    "whether it hangs"
                )
        traceback = traceback.tb_next
    return ""


def complain(message: str) -> None:
    """Say something on the standard error, where it is in nobody's way."""
    print(f"iio: {printable(message, lines=True)}", file=sys.stderr)


def counted(number: int, noun: str) -> str:
    """Return a number with a noun.

    Examples
    --------
    >>> counted(1, "file"), counted(1000, "file")
    ('1 file', '1,000 files')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def printable(text: object, *, lines: bool = False) -> str:
    r"""Return text without the control characters by which a file could command a terminal.

    Examples
    --------
    >>> printable("a title\x1b[2J")
    'a title\\x1b[2J'
    """
    shown = str(text)
    if shown.isprintable():
        return shown
    kept = "\n" if lines else ""
    return "".join(c if c.isprintable() or c in kept else _escape(c) for c in shown)


def _escape(character: str) -> str:
    # Lone surrogates are the bytes of a file's name; what shows them is the stream's business.
    if "\ud800" <= character <= "\udfff":
        return character
    return character.encode("unicode_escape").decode("ascii")
