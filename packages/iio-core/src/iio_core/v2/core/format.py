"""The names of ``imageio.core.format``."""

from __future__ import annotations

from .._errors import CannotReadFrameError
from .._format import BaseReader as Reader
from .._format import BaseWriter as Writer
from .._format import Format
from .._manager import FormatManager

__all__ = ["CannotReadFrameError", "Format", "FormatManager", "Reader", "Writer"]
