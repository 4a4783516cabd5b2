"""What JSON has no word for: arrays, bytes, infinities, and whatever a plugin made up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

__all__ = ["jsonable"]

_DEEPEST = 64


def jsonable(value: Any, depth: int = 0) -> Any:
    """Return a value in the words of JSON.

    Bytes become ``{"base64": "..."}``, arrays lists, dates ISO 8601, fractions and NumPy's numbers
    plain ones, infinities and NaN their names, complex numbers pairs; anything else its text.

    Examples
    --------
    >>> jsonable({"dpi": (72.0, float("inf")), "icc": b"abc"})
    {'dpi': [72.0, 'Infinity'], 'icc': {'base64': 'YWJj'}}
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _finite(float(value))
    if isinstance(value, bytes | bytearray | memoryview):
        import base64

        return {"base64": base64.b64encode(value).decode("ascii")}
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            return {text_of(k): jsonable(v, depth + 1) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [jsonable(item, depth + 1) for item in value]
    try:
        return _other(value, depth)
    except Exception:  # an object of a stranger's, with methods that do not work
        return text_of(value)


def _other(value: Any, depth: int) -> Any:
    if isinstance(value, complex):
        return [_finite(value.real), _finite(value.imag)]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "tolist") and hasattr(value, "dtype") and value.dtype.kind in "biufcSU":
        return jsonable(value.tolist(), depth + 1)
    if hasattr(value, "numerator") and hasattr(value, "denominator"):
        return _finite(float(value))  # 0/0, as cameras write it, raises: it stays text
    return text_of(value)


def _finite(number: float) -> float | str:
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def text_of(value: Any) -> str:
    """Return the text of any object, also of one that cannot say what it is."""
    try:
        return str(value)
    except Exception as error:
        return f"<{type(value).__name__}: {type(error).__name__}>"
