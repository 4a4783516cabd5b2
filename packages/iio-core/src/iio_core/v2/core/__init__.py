"""The names of ``imageio.core``, for who writes formats of their own."""

from __future__ import annotations

from .._array import Array, Dict, asarray
from .._errors import CannotReadFrameError
from .._format import Format
from .._manager import FormatManager
from .._progress import BaseProgressIndicator, StdoutProgressIndicator
from .._request import RETURN_BYTES, Request
from .._uint import image_as_uint, warn_of_loss
from . import format, request, util
from .util import get_remote_file, has_module, read_n_bytes, urlopen

Image = Array

__all__ = [
    "RETURN_BYTES",
    "Array",
    "BaseProgressIndicator",
    "CannotReadFrameError",
    "Dict",
    "Format",
    "FormatManager",
    "Image",
    "Request",
    "StdoutProgressIndicator",
    "asarray",
    "format",
    "get_remote_file",
    "has_module",
    "image_as_uint",
    "read_n_bytes",
    "request",
    "urlopen",
    "util",
    "warn_of_loss",
]
