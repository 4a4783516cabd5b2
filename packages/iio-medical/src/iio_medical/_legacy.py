"""The names of imageio 2.9 for medical data: ``DICOM``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from iio_core.v2 import LegacyFormat

if TYPE_CHECKING:
    import numpy as np

    from iio_core import ImageProperties, ReadSession

__all__ = ["ITK_TABLE", "TABLE", "DicomFormat"]


class DicomFormat(LegacyFormat):
    """DICOM: an image is a frame, whatever its series; a volume is a series."""

    def documentation(self) -> str:
        """Return what ``help("DICOM")`` prints."""
        return (
            "Parameters for reading\n----------------------\n"
            "progress : {True, False, BaseProgressIndicator}\n"
            "    Whether to show progress when reading from multiple files. Default True.\n"
        )

    def names(self, *, writing: bool) -> Collection[str]:
        """Return the options that the documentation names."""
        return () if writing else ("progress",)

    def count(self, session: ReadSession, mode: str) -> int | None:
        """Return how many images, or volumes, there are."""
        return int(session.volumes) if mode in ("v", "V") else session.count()

    def read(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an image, or a volume."""
        if mode in ("v", "V"):
            return session.read(volume=index, **options)
        return session.read(index=index, **options)

    def properties(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> ImageProperties:
        """Describe what `read` with the same arguments returns."""
        if mode in ("v", "V"):
            return session.properties(volume=index, **options)
        return session.properties(index=index, **options)

    def metadata(
        self, session: ReadSession, index: int | None, mode: str, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the elements of an image, or of a volume with its geometry."""
        if mode in ("v", "V"):
            return session.metadata(volume=index or 0, **options)
        return session.metadata(index=index or 0, **options)


TABLE = (
    DicomFormat(
        name="DICOM",
        modes="iIvV",
        slices=True,
        description="Digital Imaging and Communications in Medicine",
        extensions=(".dcm", ".ct", ".mri"),
    ),
)
"""The name of imageio 2.9 for the plugin ``dicom``; case does not matter."""

ITK_TABLE = (
    LegacyFormat(
        name="ITK",
        modes="iIvV",
        description="Insight Segmentation and Registration Toolkit (ITK) format",
    ),
)
"""The name of imageio 2.9 for the plugin ``itk``."""
