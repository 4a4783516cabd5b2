"""Which class writes which format. One module for each family of formats."""

from __future__ import annotations

from ._base import CollectingWriter, PillowWriter, StillWriter
from ._gif import GifWriter
from ._jpeg import JpegWriter
from ._png import PngWriter

__all__ = ["WRITERS", "CollectingWriter", "PillowWriter", "StillWriter"]

WRITERS: dict[str, type[GifWriter | JpegWriter | PngWriter]] = {
    "GIF": GifWriter,
    "JPEG": JpegWriter,
    "PNG": PngWriter,
}
"""The name of a format in the spec: its writer."""
