"""How much a single read may cost.

Limits are on memory that is held at once, and are checked against what headers declare, before
anything is allocated.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from typing import Any

from ._errors import LimitError, OptionError
from ._free_memory import free_memory

__all__ = ["Limits", "current", "limits", "parse_bytes"]

_UNITS = {"": 1, **{p: 1000 ** (i + 1) for i, p in enumerate("kmgtpezy")}}
_UNITS |= {f"{p}i": 1024 ** (i + 1) for i, p in enumerate("kmgtpezy")}

# Below this, what the machine has free is not looked up: finding out costs more than a small image.
_SMALL = 64 << 20


def parse_bytes(text: str | float) -> int:
    """Return a number of bytes from ``1073741824``, ``"1GiB"`` or ``"250 MB"``.

    Examples
    --------
    >>> parse_bytes("1GiB")
    1073741824
    """
    if isinstance(text, int | float):
        number, unit = float(text), ""
    else:
        match = re.fullmatch(
            r"\s*([0-9]+(?:\.[0-9]*)?(?:e[0-9]+)?|inf)\s*([a-z]*?)b?\s*", str(text).lower()
        )
        if match is None or match[2] not in _UNITS:
            raise OptionError(f"{text!r} is not a number of bytes like 500000, '250MB' or '1GiB'")
        number, unit = float(match[1]), match[2]
    if not number >= 0:
        raise OptionError(f"{text!r} is not a number of bytes")
    if math.isinf(number):
        return 1 << 80
    return int(number * _UNITS[unit])


@dataclass(frozen=True, slots=True)
class Limits:
    """What one read may cost.

    Parameters
    ----------
    array_bytes : int
        What one returned array may hold.
    ratio : int
        An array may also hold this many times the resource's own size, if that is more.
    metadata_bytes : int
        What the metadata of one image may hold.
    dimensions : int
        How many axes an array may have.
    body_bytes : int
        What may be kept in memory of a resource that has to be held whole (a pipe, an archive
        member, an upload, a URL whose server sends no parts).
    request_timeout : float
        The seconds to connect to a server, or without a byte from it, until it is given up.
    least_throughput : int
        The bytes per second that a server has to send at least, over each `request_timeout`.
    private_addresses : bool
        Whether a URL may lead to this machine or a private network.
    """

    array_bytes: int = 1 << 30
    ratio: int = 10_000
    metadata_bytes: int = 64 << 20
    dimensions: int = 64
    body_bytes: int = 1 << 30
    request_timeout: float = 15.0
    least_throughput: int = 1 << 10
    private_addresses: bool = True

    def check_array(
        self, shape: tuple[int, ...], itemsize: int, *, resource_size: int | None, name: str
    ) -> None:
        """Raise `LimitError` unless an array of this shape may be made for the resource `name`."""
        if len(shape) > self.dimensions:
            raise LimitError(
                f"{name} declares {len(shape)} dimensions; {self.dimensions} are allowed. "
                "To allow more: iio.limits(dimensions=...) or IIO_MAX_DIMENSIONS."
            )
        nbytes = math.prod(shape) * itemsize
        if nbytes <= _SMALL and nbytes <= self.array_bytes:
            return
        allowed = max(self.array_bytes, self.ratio * (resource_size or 0))
        if nbytes > allowed:
            raise LimitError(
                f"{name} declares an array of shape {shape}, {_human(nbytes)}; "
                f"{_human(allowed)} are allowed. If you trust it: "
                f"iio.limits(array_bytes={_human(nbytes)!r}) or IIO_MAX_ARRAY_BYTES."
            )
        free = free_memory()
        if free is not None and nbytes > free:
            raise LimitError(
                f"{name} declares an array of shape {shape}, {_human(nbytes)}; this machine has "
                f"{_human(free)} of memory free. Read a part of it, or one image after the other."
            )

    def check_metadata(self, metadata: object, *, name: str) -> None:
        """Raise `LimitError` if `metadata` holds more than is allowed."""
        nbytes = _weigh(metadata)
        if nbytes > self.metadata_bytes:
            raise LimitError(
                f"{name} has {_human(nbytes)} of metadata; {_human(self.metadata_bytes)} are "
                "allowed. To allow more: iio.limits(metadata_bytes=...) or IIO_MAX_METADATA_BYTES."
            )

    def check_body(self, nbytes: int, *, name: str) -> None:
        """Raise `LimitError` if a body of this size may not be held in memory."""
        if nbytes > self.body_bytes:
            raise LimitError(
                f"{name} has at least {_human(nbytes)} that would have to be held in memory; "
                f"{_human(self.body_bytes)} are allowed. To allow more: iio.limits(body_bytes=...) "
                "or IIO_MAX_BODY_BYTES; or save it to a file first."
            )


_NAMES = tuple(f.name for f in fields(Limits))
# The variables for each: the first that is set counts.
_VARIABLES: dict[str, tuple[str, ...]] = {name: (f"IIO_MAX_{name.upper()}",) for name in _NAMES} | {
    "request_timeout": ("IIO_REQUEST_TIMEOUT", "IMAGEIO_REQUEST_TIMEOUT"),
    "least_throughput": ("IIO_LEAST_THROUGHPUT",),
    "private_addresses": ("IIO_BLOCK_PRIVATE_ADDRESSES",),
}
_YES = frozenset({"1", "yes", "true"})
_scoped: ContextVar[Limits | None] = ContextVar("iio_limits", default=None)
_outermost: Limits | None = None


def current() -> Limits:
    """Return the limits in force here: of the innermost `limits` block, else the environment's.

    The environment is looked at once, with the first read of a process.
    """
    return _scoped.get() or _outermost or _from_environment()


def _from_environment() -> Limits:
    global _outermost
    numbers: dict[str, Any] = {}
    for name, variables in _VARIABLES.items():
        variable = next((v for v in variables if os.environ.get(v)), None)
        if variable is None:
            continue
        text = os.environ[variable]
        try:
            # This one variable says what is not allowed.
            numbers[name] = (
                text.strip().lower() not in _YES
                if name == "private_addresses"
                else _number(name, text)
            )
        except OptionError as error:
            raise OptionError(f"{variable}: {error}") from None
    _outermost = Limits(**numbers)
    return _outermost


def _number(name: str, value: Any) -> float:
    if name.endswith("_bytes"):
        return parse_bytes(value)
    if name == "request_timeout":
        return _seconds(value)
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = -1
    if number < 0:
        raise OptionError(f"limit {name} takes a whole number, not {value!r}")
    return bool(number) if name == "private_addresses" else number


def _seconds(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = 0.0
    if not 0 < seconds <= _LONGEST:
        raise OptionError(f"limit request_timeout takes seconds, more than 0, not {value!r}")
    return seconds


_LONGEST = 1e6  # a socket takes no timeout that is longer than its clock


@contextmanager
def limits(**changes: int | float | str) -> Iterator[Limits]:
    """Change the limits for the reads inside a ``with`` block, in this thread or task only.

    Parameters
    ----------
    **changes : int, float or str
        Any field of `Limits`; sizes also as ``"4GiB"`` or ``"500 MB"``, or ``"inf"``.

    Yields
    ------
    Limits
        The limits in force.

    Raises
    ------
    OptionError
        For a limit that does not exist or a value that is not a size.

    Examples
    --------
    >>> import iio_core as iio
    >>> with iio.limits(array_bytes="4GiB") as now:
    ...     now.array_bytes
    4294967296
    """
    unknown = sorted(set(changes) - set(_NAMES))
    if unknown:
        raise OptionError(f"there is no limit {unknown[0]!r}; there are {', '.join(_NAMES)}")
    numbers: dict[str, Any] = {name: _number(name, value) for name, value in changes.items()}
    inside = replace(current(), **numbers)
    token = _scoped.set(inside)
    try:
        yield inside
    finally:
        _scoped.reset(token)


def _weigh(value: object) -> int:
    """Add up the bytes of strings, byte strings and arrays in nested containers."""
    total, todo = 0, [value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            todo += item.keys()
            todo += item.values()
        elif isinstance(item, list | tuple | set):
            todo += item
        elif isinstance(item, str | bytes | bytearray):
            total += len(item)
        else:
            total += int(getattr(item, "nbytes", 8))
    return total


def _human(nbytes: int) -> str:
    # A damaged header may declare a number that no float holds.
    number, unit = float(min(nbytes, 1 << 90)), ""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"):
        if number < 1024 or unit == "YiB":
            break
        number /= 1024
    # Rounded up, so that the size in the advice is one that is enough.
    return f"{math.ceil(number * 10) / 10:g} {unit}" if unit != "B" else f"{nbytes} B"
