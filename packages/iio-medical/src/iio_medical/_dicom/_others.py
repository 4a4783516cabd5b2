"""What lies among images and is none: reports, structures, plans, presentation states, documents.

DICOM PS3.4, section B.5 (Standard SOP Classes).
"""

from __future__ import annotations

from ._scan import Short

__all__ = ["holds_no_image"]

_CLASS, _ROWS = 0x00080016, 0x00280010
_STORAGE = "1.2.840.10008.5.1.4.1.1."
_DIRECTORY = "1.2.840.10008.1.3.10"
# Below `_STORAGE`; with a point at the end all that are below it in turn.
_WITHOUT_IMAGES = (
    *("9.", "11.", "88.", "104."),  # waveforms, presentation states, reports, documents
    *("66", "66.1", "66.2", "66.3", "66.5", "66.6", "67"),  # raw data, registrations, surfaces
    *("481.3", "481.4", "481.5", "481.6", "481.7", "481.8", "481.9"),  # of radiotherapy
)


def holds_no_image(short: Short) -> bool:
    """Tell whether a file of which the beginning is known holds no image, whatever follows.

    Its class says so; or the place of its rows is past, and it has none. A file of neither may be
    an image with more in its header than is allowed.
    """
    told = short.begun.values.get(_CLASS, b"").decode("latin-1").strip(" \0")
    if told == _DIRECTORY:
        return True
    kind = told.removeprefix(_STORAGE)
    if kind != told and short.last > _CLASS and _is_among(kind):
        return True
    return short.last > _ROWS and not int.from_bytes(short.begun.values.get(_ROWS, b""), "little")


def _is_among(kind: str) -> bool:
    return any(kind == one or (one[-1] == "." and kind.startswith(one)) for one in _WITHOUT_IMAGES)
