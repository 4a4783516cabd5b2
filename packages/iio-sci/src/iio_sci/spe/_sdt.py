"""What the program SDT-control stores in the comments of an SPE file: format 5.0 and 5.1.

The last comment ends with "COMVER" and the version; numbers stand at fixed places.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

__all__ = ["extract"]

_MONTHS = {
    "Jan": 1,
    "Jän": 1,
    "Feb": 2,
    "Mar": 3,
    "Mär": 3,
    "Apr": 4,
    "May": 5,
    "Mai": 5,
    "Jun": 6,
    "Jul": 7,
    "Aug": 8,
    "Sep": 9,
    "Oct": 10,
    "Okt": 10,
    "Nov": 11,
    "Dec": 12,
    "Dez": 12,
}
_SEQUENCES = {"SEQU": "standard", "SETO": "TOCCSL", "KINE": "kinetics", "SEAR": "arbitrary"}


def _scaled(factor: float) -> Callable[[str], float]:
    return lambda text: float(text) * factor


def _is(letter: str) -> Callable[[str], bool]:
    return lambda text: text == letter


# Name: comment, first and last character, what to make of it.
_FIELDS: dict[str, tuple[int, int, int, Callable[[str], Any]]] = {
    "sdt_major_version": (4, 66, 68, int),
    "sdt_minor_version": (4, 68, 70, int),
    "sdt_controller_name": (4, 0, 6, str),
    "exposure_time": (1, 64, 73, _scaled(1e-6)),
    "color_code": (4, 10, 14, str),
    "detection_channels": (4, 15, 16, int),
    "background_subtraction": (4, 14, 15, _is("B")),
    "em_active": (4, 32, 33, _is("E")),
    "em_gain": (4, 28, 32, int),
    "modulation_active": (4, 33, 34, _is("A")),
    "pixel_size": (4, 25, 28, _scaled(0.1)),
    "sequence_type": (4, 6, 10, _SEQUENCES.__getitem__),
    "grid": (4, 16, 25, _scaled(1e-6)),
    "n_macro": (1, 0, 4, int),
    "delay_macro": (1, 10, 19, _scaled(1e-3)),
    "n_mini": (1, 4, 7, int),
    "delay_mini": (1, 19, 28, _scaled(1e-6)),
    "n_micro": (1, 7, 10, int),
    "delay_micro": (1, 28, 37, _scaled(1e-6)),
    "n_subpics": (1, 7, 10, int),
    "delay_shutter": (1, 73, 79, _scaled(1e-6)),
    "delay_prebleach": (1, 37, 46, _scaled(1e-6)),
    "bleach_time": (1, 46, 55, _scaled(1e-6)),
    "recovery_time": (1, 55, 64, _scaled(1e-6)),
}
_SINCE_5_1 = {"bleach_piezo_active": (4, 34, 35, _is("z"))}


def extract(metadata: dict[str, Any], encoding: str) -> dict[str, Any]:
    """Return metadata with what SDT-control stored; as it is, if another program wrote the file.

    ``comments``, ``date`` with ``time_local`` and ``time_utc``, and ``spare_4`` are replaced by
    what they say: ``comment``, ``datetime``, ``modulation_script``.
    """
    comments = metadata["comments"]
    version = _version(comments)
    if version is None:
        return metadata
    found = {k: v for k, v in metadata.items() if k != "comments"}
    fields = {**_FIELDS, **(_SINCE_5_1 if version[1] >= 1 else {})} if version[0] == 5 else {}
    for name, (number, first, last, make) in fields.items():
        try:
            found[name] = make(comments[number][first:last])
        except (ValueError, KeyError):
            found[name] = None  # the place is there, but not filled in
    found["comment"] = (comments[0] + comments[2]).strip()
    when = _when(found["date"], found["time_local"])
    if when is not None:
        found["datetime"] = when
        for name in ("date", "time_local", "time_utc"):
            del found[name]
    try:
        found["modulation_script"] = found["spare_4"].split(b"\0")[0].decode(encoding)
        del found["spare_4"]
    except UnicodeDecodeError:
        pass  # the bytes stay as they are
    return found


def _version(comments: list[Any]) -> tuple[int, int] | None:
    if not all(isinstance(comment, str) for comment in comments):
        return None
    last = comments[4]
    found = re.match(r"COMVER([0-9]{2})([0-9]{2})", last[70:])
    return (int(found[1]), int(found[2])) if found else None


def _when(date: Any, time: Any) -> datetime | None:
    try:
        year, month, day = int(date[5:9]), _MONTHS[date[2:5]], int(date[:2])
        return datetime(year, month, day, int(time[:2]), int(time[2:4]), int(time[4:6]))
    except (ValueError, KeyError, TypeError):
        return None
