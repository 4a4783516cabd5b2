"""What FFmpeg says went wrong, as errors of iio."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from av.error import FFmpegError

from iio_core import DecodeError, OptionError

__all__ = ["decoding", "option_error", "said"]


def said(error: BaseException) -> str:
    """Return what an error of the backend says, without its number and file name."""
    text = getattr(error, "strerror", None) or str(error)
    return str(text).strip() or type(error).__name__


@contextmanager
def decoding(name: str, format: str | None, doing: str) -> Iterator[None]:
    """Turn the backend's errors into a `DecodeError`.

    Errors of the resource itself (a failing disk, a limit of the network) pass: PyAV hands them on.

    Parameters
    ----------
    name : str
        How messages call the file.
    format : str or None
        The name of its format.
    doing : str
        What was tried, as in "it could not be opened".
    """
    try:
        yield
    except FFmpegError as error:
        raise DecodeError(
            f"{name}: {doing}: {said(error)}", plugin="pyav", format=format or None
        ) from error


def option_error(option: str, value: object, problem: str) -> OptionError:
    """Return the error for the value of an option."""
    return OptionError(f"{option}={value!r}: {problem}")
