"""Writing PDF, an image a page (ISO 32000-1)."""

from __future__ import annotations

from collections.abc import Mapping
from time import struct_time
from typing import Any, ClassVar

import numpy as np

from iio_core import OptionError

from ._base import CollectingWriter
from ._checks import Rule, instance, number, several, text, whole

__all__ = ["PdfWriter"]

_ENTRIES = ("title", "author", "subject", "keywords", "creator", "producer")


class PdfWriter(CollectingWriter):
    """Writes PDF: each image is a page; encoded when it is closed."""

    holds = frozenset({"dpi", *_ENTRIES})
    even = False
    rules: ClassVar[Mapping[str, Rule]] = {
        "quality": whole(0, 100),
        "resolution": number(0, above=True),
        "dpi": several(2, number(0, above=True), "two numbers above 0: horizontal and vertical"),
        **dict.fromkeys(_ENTRIES, text),
        "creationDate": instance(struct_time, words="a time.struct_time"),
        "modDate": instance(struct_time, words="a time.struct_time"),
    }

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        quality: int | None = None,
        resolution: float | None = None,
        dpi: tuple[float, float] | None = None,
        title: str | None = None,
        author: str | None = None,
        subject: str | None = None,
        keywords: str | None = None,
        creator: str | None = None,
        producer: str | None = None,
        creationDate: struct_time | None = None,  # noqa: N803  so it is called in a PDF
        modDate: struct_time | None = None,  # noqa: N803
    ) -> None:
        """Add a page.

        Parameters
        ----------
        image : numpy.ndarray
            bool or uint8 ``(height, width)``, uint8 with 2 to 4 channels. bool and what has alpha
            is kept exactly; gray and color are stored as JPEG.
        metadata : mapping, optional
            ``dpi``, ``title``, ``author``, ``subject``, ``keywords``, ``creator``, ``producer``.
        mode : str, optional
            The mode of Pillow's to convert to; ``"P"`` stores at most 256 colors, as they are.
        quality : int, optional
            Of pages that are stored as JPEG, 1 to 95; 75 by default.
        resolution : float, optional
            Pixels per inch, which gives the size of the pages; 72 by default.
        dpi : tuple of float, optional
            The same, horizontal and vertical.
        title, author, subject, keywords, creator, producer : str, optional
            What the document says of itself.
        creationDate, modDate : time.struct_time, optional
            When it was made and changed (UTC); now by default.

        Raises
        ------
        EncodeError
            For an array that Pillow does not write to a PDF.
        """
        if resolution is not None and dpi is not None:
            raise OptionError("resolution=r means dpi=(r, r): give one of the two")
        held = self._held(metadata, len(self._images))
        options = self._of_file(held) | self._given(
            quality=quality,
            resolution=resolution,
            dpi=dpi,
            title=title,
            author=author,
            subject=subject,
            keywords=keywords,
            creator=creator,
            producer=producer,
            creationDate=creationDate,
            modDate=modDate,
        )
        picture = self._image(image, mode)
        if quality is not None and picture.mode not in ("L", "RGB", "CMYK"):
            raise OptionError(
                f"quality={quality!r}: pages of bool, with alpha or with a palette are not stored "
                "as JPEG"
            )
        if resolution is not None:
            options.pop("dpi", None)
        self._collect(picture, options)
