"""That a file has no place on earth is no warning where images are read.

Filters of warnings belong to the whole process, and changing them while other threads run may leave
them changed. So rasterio's modules see a stand-in for `warnings`, which lets pass what others do
with rasterio, and keeps still while iio reads.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import rasterio._base
import rasterio._io
from rasterio.errors import NotGeoreferencedWarning

__all__ = ["quiet"]

_ours: ContextVar[bool] = ContextVar("iio_sci_gdal_quiet", default=False)


class _Warnings:
    """The module `warnings`, but for what is done inside of `quiet`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(warnings, name)

    def warn(
        self, message: Any, category: Any = None, stacklevel: int = 1, source: Any = None
    ) -> None:
        if not (_ours.get() and category is NotGeoreferencedWarning):
            warnings.warn(message, category, stacklevel + 1, source)

    def catch_warnings(self, *args: Any, **options: Any) -> AbstractContextManager[Any]:
        return nullcontext() if _ours.get() else warnings.catch_warnings(*args, **options)

    def simplefilter(self, *args: Any, **options: Any) -> None:
        if not _ours.get():
            warnings.simplefilter(*args, **options)


for _module in (rasterio._base, rasterio._io):
    if getattr(_module, "warnings", None) is warnings:
        _module.warnings = _Warnings()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep still inside of the block, in this thread."""
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)
