"""The header of an SPE file, 4100 bytes: WinView manual, "Data Structure"."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from iio_core import DecodeError

__all__ = ["SIZE", "Basics", "basics", "describe"]

SIZE = 4100
"""How many bytes the header has; the pixels follow."""

_DTYPES = {0: "<f4", 1: "<i4", 2: "<i2", 3: "<u2", 5: "<f8", 6: "u1", 8: "<u4"}

# Name of an entry: offset, and how it is packed.
_NUMBERS: dict[str, tuple[int, str]] = {
    "controller_version": (0, "h"),
    "logic_output": (2, "h"),
    "amp_hi_cap_low_noise": (4, "H"),
    "mode": (8, "h"),
    "exp_sec": (10, "f"),
    "detector_temp": (36, "f"),
    "detector_type": (40, "h"),
    "st_diode": (44, "h"),
    "delay_time": (46, "f"),
    "shutter_control": (50, "H"),
    "absorb_mode": (54, "H"),
    "threshold_min_val": (60, "f"),
    "threshold_max_val": (66, "f"),
    "adc_offset": (188, "H"),
    "adc_rate": (190, "H"),
    "adc_type": (192, "H"),
    "adc_resolution": (194, "H"),
    "adc_bit_adjust": (196, "H"),
    "gain": (198, "H"),
    "readout_time": (672, "f"),
    "clockspeed_us": (1428, "f"),
    "window_size": (1482, "H"),
    "file_header_ver": (1992, "f"),
}
_SWITCHES = {
    "absorb_live": 52,
    "can_do_virtual_chip": 56,
    "threshold_min_live": 58,
    "threshold_max_live": 64,
}
_TEXTS = {"date": (20, 10), "time_local": (172, 7), "time_utc": (179, 7), "sw_version": (688, 16)}
# In x and in y.
_PAIRS = {
    "chip_size": (6, 18, "H"),
    "virt_chip_size": (14, 16, "h"),
    "pre_pixels": (98, 102, "h"),
    "post_pixels": (100, 104, "h"),
}
_COMMENTS, _COMMENT, _COUNT = 200, 80, 5
_SPARE_4 = slice(742, 742 + 436)
_ROIS, _MOST_ROIS = 1512, 10
_GEOMETRIC = ("rotate", "reverse", "flip")
_READOUT_MODES = ("", "full frame", "frame transfer", "kinetics")
_CONTROLLERS = (
    "",
    "new120 (Type II)",
    "old120 (Type I)",
    "ST130",
    "ST121",
    "ST138",
    "DC131 (PentaMax)",
    "ST133 (MicroMax/SpectroMax)",
    "ST135 (GPIB)",
    "VICCD",
    "ST116 (GPIB)",
    "OMA3 (GPIB)",
    "OMA4",
)


@dataclass(frozen=True)
class Basics:
    """What the pixels need.

    Parameters
    ----------
    width, height : int
        Of a frame.
    frames : int
        How many the header says there are.
    dtype : numpy.dtype
        Of a pixel, in the file.
    version : float
        Of the format.
    footer : int
        Where the XML of version 3 begins; 0 without.
    """

    width: int
    height: int
    frames: int
    dtype: np.dtype[Any]
    version: float
    footer: int


def basics(header: bytes, name: str) -> Basics:
    """Return what the pixels need.

    Raises
    ------
    DecodeError
        If it is no header of SPE.
    """
    if len(header) < SIZE:
        raise DecodeError(f"{name} has {len(header)} bytes; the header of SPE alone has {SIZE}")
    kind = _one(header, 108, "h")
    width, height, frames = _one(header, 42, "H"), _one(header, 656, "H"), _one(header, 1446, "i")
    if kind not in _DTYPES:
        raise DecodeError(f"{name} is no SPE file: there is no type of pixels {kind}")
    if not (width and height) or frames < 0:
        raise DecodeError(f"{name} declares {frames} frames of {width} × {height} pixels")
    version = _one(header, 1992, "f")
    footer = _one(header, 678, "Q") if version >= 3 else 0
    return Basics(width, height, frames, np.dtype(_DTYPES[kind]), version, footer)


def describe(header: bytes, encoding: str) -> dict[str, Any]:
    """Return what the header says beside that, by the names of imageio."""
    found: dict[str, Any] = {k: _one(header, *where) for k, where in _NUMBERS.items()}
    found |= {k: bool(_one(header, where, "h")) for k, where in _SWITCHES.items()}
    found |= {k: _text(header[a : a + n], encoding) for k, (a, n) in _TEXTS.items()}
    found |= {
        k: [_one(header, x, code), _one(header, y, code)] for k, (x, y, code) in _PAIRS.items()
    }
    found["ROIs"] = _rois(header)
    found["comments"] = [
        _text(header[start : start + _COMMENT], encoding)
        for start in range(_COMMENTS, _COMMENTS + _COUNT * _COMMENT, _COMMENT)
    ]
    found["spare_4"] = header[_SPARE_4]
    flags = _one(header, 600, "H")
    found["geometric"] = [name for bit, name in enumerate(_GEOMETRIC) if flags >> bit & 1]
    found["type"] = _named(_CONTROLLERS, _one(header, 704, "h"))
    found["readout_mode"] = _named(_READOUT_MODES, _one(header, 1480, "H"))
    return found


def _rois(header: bytes) -> list[dict[str, list[int]]]:
    count = min(max(_one(header, 1510, "h"), 1), _MOST_ROIS)  # 0 stands for 1
    found = []
    for number in range(count):
        x0, x1, bin_x, y0, y1, bin_y = struct.unpack_from("<6H", header, _ROIS + 12 * number)
        found.append({"top_left": [x0, y0], "bottom_right": [x1, y1], "bin": [bin_x, bin_y]})
    return found


def _named(names: tuple[str, ...], number: int) -> str:
    return names[number] if 0 <= number < len(names) else ""


def _one(header: bytes, offset: int, code: str) -> Any:
    return struct.unpack_from(f"<{code}", header, offset)[0]


def _text(data: bytes, encoding: str) -> str | bytes:
    """Return a text up to its end; one that is not in this encoding as it stands."""
    data = data.split(b"\0")[0]
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data
