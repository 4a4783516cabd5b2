"""``memtest=``: how much memory all images of a file together may take."""

from __future__ import annotations

import math
import re
from numbers import Real
from typing import Any

from ._errors import MemtestError, ValueOptionError

__all__ = ["IMAGES", "VOLUMES", "Budget", "parse"]

IMAGES, VOLUMES = "256MB", "1GB"
"""What `mimread` and `mvolread` allow by default."""

_PREFIXES = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")
_UNITS = {prefix: 1000**n for n, prefix in enumerate(_PREFIXES)}
_UNITS |= {f"{prefix.upper()}i": 1024**n for n, prefix in enumerate(_PREFIXES) if n}
_SIZE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-zA-Z]*?)(B?)\s*")


def parse(memtest: Any, default: str) -> float | None:
    """Return a ``memtest=`` argument in bytes; None for no limit.

    Examples
    --------
    >>> parse("250MiB", IMAGES), parse(True, "1kB"), parse(False, IMAGES)
    (262144000.0, 1000.0, None)
    """
    if memtest is True:
        memtest = default
    if memtest is None or memtest is False:
        return None
    if isinstance(memtest, Real):
        number = float(memtest)
        if math.isnan(number) or number < 0:
            raise ValueOptionError(f"memtest={memtest!r} is not a number of bytes")
        return number if number else None
    found = _SIZE.fullmatch(memtest) if isinstance(memtest, str) else None
    if found is None:
        raise ValueOptionError(
            f"memtest={memtest!r} is not a size: give bytes, or a text like '1kB' or '250MiB'"
        )
    if found[2] not in _UNITS:
        raise ValueOptionError(
            f"memtest={memtest!r}: there is no unit {found[2] + found[3]!r}; units are "
            "kB, MB, GB (times 1000) or KiB, MiB, GiB (times 1024), with these capitals"
        )
    return float(found[1]) * float(_UNITS[found[2]])


class Budget:
    """What is left of the memory that a call may take."""

    def __init__(self, allowed: float | None, name: str, call: str) -> None:
        self.allowed = allowed
        self._name = name
        self._call = call
        self._taken = 0

    def check(self, nbytes: int) -> None:
        """Raise `MemtestError` if so many bytes in all are too many."""
        if self.allowed is not None and nbytes > self.allowed:
            raise MemtestError(
                f"{self._name}: all images together take {nbytes:,} bytes or more; "
                f"{self._call}() allows {self.allowed:,.0f}. Read them one by one with "
                "get_reader(), or allow more: memtest='4GB', or memtest=False for no limit"
            )

    def take(self, nbytes: int) -> None:
        """Count an image that was read."""
        self._taken += nbytes
        self.check(self._taken)
