"""What zipfile says of a damaged archive, as an error of ours."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from iio_core import DecodeError, IIOError

__all__ = ["unpacking"]

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,  # of a version or a method that is not there
    ValueError,  # places before the beginning, names that are no text
    OverflowError,
)


@contextmanager
def unpacking(name: str) -> Iterator[None]:
    """Raise `DecodeError` for what is wrong with an archive; `name` is how messages call it."""
    try:
        yield
    except IIOError:
        raise
    except _DAMAGE as error:
        told = str(error) or "it ends too early"
        raise DecodeError(f"{name} is damaged: {told}", plugin="npz") from error
