"""FITS files that are gzipped whole: unpacked to a temporary file, as far as that may be."""

from __future__ import annotations

import gzip
import tempfile
import zlib
from typing import IO

from iio_core import DecodeError, Resource

__all__ = ["is_gzipped", "unpacked"]

_PIECE = 1 << 20
_IN_MEMORY = 16 << 20


def is_gzipped(resource: Resource) -> bool:
    """Whether a file begins as gzip does: RFC 1952, section 2.3.1."""
    return resource.head(2) == b"\x1f\x8b"


def unpacked(resource: Resource) -> IO[bytes]:
    """Return a file of what is packed; it is the caller's to close.

    Raises
    ------
    DecodeError
        If it is damaged.
    LimitError
        If it is larger than may be held.
    """
    spool = _new_spool()
    done = 0
    try:
        with gzip.GzipFile(fileobj=resource.open(), mode="rb") as source:
            while piece := source.read(_PIECE):
                done += len(piece)
                resource.limits.check_body(done, name=f"{resource.name}, unpacked,")
                spool.write(piece)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        spool.close()
        raise DecodeError(f"{resource.name} is damaged gzip: {error}") from error
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def _new_spool() -> IO[bytes]:
    """Return a file that stays in memory while it is small; without a buffer, for forks."""
    return tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="iio-", buffering=0)
