"""What the names of imageio 2.9 share whose images can be asked for by a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iio_core.v2 import LegacyFormat

if TYPE_CHECKING:
    import numpy as np

    from iio_core import ImageProperties, ReadSession

__all__ = ["NamedFormat"]


@dataclass(frozen=True, kw_only=True)
class NamedFormat(LegacyFormat):
    """A format whose option `by` says which image, in place of an index.

    Parameters
    ----------
    by : str
        The option.
    """

    by: str = "name"

    def read(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an image, or a volume."""
        if options.get(self.by) is not None:
            return session.read(**options)
        return super().read(session, index, mode, options)

    def properties(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> ImageProperties:
        """Describe what `read` with the same arguments returns."""
        if options.get(self.by) is not None:
            return session.properties(**options)
        return super().properties(session, index, mode, options)

    def metadata(
        self, session: ReadSession, index: int | None, mode: str, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the metadata of an image, or of the file."""
        if index is not None and options.get(self.by) is not None:
            return session.metadata(**{self.by: options[self.by]})
        return super().metadata(session, index, mode, options)
