r"""The header of ``.npy``: NumPy, numpy.lib.format, "Format Version 1.0" to "3.0".

It is "\x93NUMPY", two bytes of version, the length of what follows, and a Python literal: a dict
of ``descr`` (the dtype), ``fortran_order`` and ``shape``.
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from iio_core import DecodeError

from .._flat import has_room

__all__ = ["MAGIC", "Header", "read_header"]

MAGIC = b"\x93NUMPY"
_LENGTHS = {(1, 0): (2, "latin-1"), (2, 0): (4, "latin-1"), (3, 0): (4, "utf-8")}
_LONGEST = 1 << 20  # bytes: structured dtypes of thousands of fields have less
_KEYS = {"descr", "fortran_order", "shape"}


@dataclass(frozen=True)
class Header:
    """What stands before the numbers.

    Parameters
    ----------
    length : int
        How many bytes the header has.
    shape : tuple of int
        Of the array.
    dtype : numpy.dtype
        In the byte order of the file.
    fortran : bool
        Whether the first axis varies fastest.
    """

    length: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool

    @property
    def nbytes(self) -> int:
        """How many bytes the numbers take."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_header(file: IO[bytes], name: str) -> Header:
    """Read a header from where a file stands.

    Raises
    ------
    DecodeError
        If it is none, or of an array of Python objects.
    """
    start = _exactly(file, 8, name)
    if not start.startswith(MAGIC):
        raise DecodeError(f"{name} is no NumPy array: it begins with {start[:6]!r}")
    version = start[6], start[7]
    if version not in _LENGTHS:
        raise DecodeError(f"{name} is of version {start[6]}.{start[7]} of NumPy's format: unknown")
    size, encoding = _LENGTHS[version]
    length = int.from_bytes(_exactly(file, size, name), "little")
    if length > _LONGEST:
        raise DecodeError(f"{name} declares a header of {length} bytes; {_LONGEST} are plenty")
    text = _exactly(file, length, name)
    try:
        shape, dtype, fortran = _parsed(text.decode(encoding))
    except (ValueError, TypeError, SyntaxError, KeyError, MemoryError, RecursionError) as error:
        raise DecodeError(f"{name} has a damaged NumPy header: {error}") from error
    if dtype.hasobject:
        raise DecodeError(
            f"{name} holds Python objects, pickled: loading them could run any program. "
            "If you trust it: numpy.load(..., allow_pickle=True)"
        )
    return Header(8 + size + length, shape, dtype, fortran)


def _parsed(text: str) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    try:
        header = ast.literal_eval(text.strip())
    except SyntaxError:  # files of Python 2 have shapes like (3L, 4L)
        header = ast.literal_eval(re.sub(r"(?<=\d)L(?=[,)])", "", text.strip()))
    if not isinstance(header, dict) or header.keys() != _KEYS:
        raise ValueError("it has not the keys descr, fortran_order and shape")
    shape, fortran = header["shape"], header["fortran_order"]
    if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError(f"its shape is {shape!r:.100}")
    if not isinstance(fortran, bool):
        raise ValueError(f"its fortran_order is {fortran!r:.100}")
    dtype = npy.descr_to_dtype(header["descr"])
    if dtype.subdtype is not None:
        raise ValueError(f"its dtype {dtype} is an array itself")
    if not has_room(shape, dtype):
        raise ValueError(f"its shape is {shape!r:.100}, which is too large")
    return shape, dtype, fortran


def _exactly(file: IO[bytes], count: int, name: str) -> bytes:
    data = b""
    while len(data) < count:
        more = file.read(count - len(data))
        if not more:
            raise DecodeError(f"{name} ends within the header of a NumPy array")
        data += more
    return data
