"""Metadata: what was read can be written, and is read again with the same values."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import pytest

import iio_core as iio

from ._base import Sample, Suite, applies_to, is_read, is_written
from ._compare import said
from ._promises import BrokenPromise

__all__ = ["MetadataSuite", "same"]

_MADE_UP = "iio_conformance"  # an entry that no format knows

# Rationals and 32-bit floats in files round what a Python float held.
_TOLERANCE = 1e-5


class MetadataSuite(Suite):
    """Checks that metadata survives being read and written."""

    @applies_to(lambda format: is_written(format) and is_read(format))
    def test_metadata_round_trips(self, sample: Sample) -> None:
        """What `immeta` gave is taken by `imwrite`; what is not kept is warned of."""
        format = self.spec.format(sample.format)
        subject = self.subject(sample.name or sample.format)
        found = iio.immeta(sample.data, index=0, **self.how(sample))
        image = iio.imread(sample.data, index=0, **self.how(sample))
        plain, _ = self._written_with(format, image, {})
        back, warned = self._written_with(format, image, found)
        # By itself, so that a warning of anything else does not stand for it.
        made_up, told = self._written_with(format, image, {_MADE_UP: "a text of no meaning"})
        if not told and made_up.get(_MADE_UP) != "a text of no meaning":
            raise BrokenPromise(
                "metadata kept", subject, f"lost without a MetadataWarning: {_MADE_UP}"
            )
        for name in found.keys() - _told(warned, found):
            if name not in back and iio.is_derived(name, found[name]):
                continue  # the array says it itself
            if name not in back:
                seen = f"lost without a MetadataWarning: {name}"
            elif same(back[name], found[name]):
                continue
            elif name in plain and same(back[name], plain[name]):
                continue  # it describes the file that was written (a size, the place of the pixels)
            else:
                seen = (
                    f"changed without a MetadataWarning: {name} was {found[name]!r:.100}, "
                    f"and comes back as {back[name]!r:.100}"
                )
            raise BrokenPromise("metadata kept", subject, seen)

    def _written_with(
        self, format: iio.Format, image: np.ndarray, metadata: dict[str, Any]
    ) -> tuple[dict[str, Any], list[str]]:
        """Return the metadata of a file written with some, and what the warnings said of it."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                data = iio.imwrite(
                    "<bytes>",
                    image,
                    extension=format.extensions[0],
                    format=format.name,
                    metadata=metadata,
                )
            except iio.IIOError as error:
                if metadata:
                    raise BrokenPromise(
                        "metadata kept", self.subject(format.name), said(error)
                    ) from error
                pytest.skip(f"its pixels are not written: {said(error)}")
        trust = {format.name} if format.trust == "external" else set()
        back = iio.immeta(data, index=0, extension=format.extensions[0], trust=trust)
        return back, [str(w.message) for w in caught if issubclass(w.category, iio.MetadataWarning)]


def _told(warned: list[str], names: Mapping[str, Any]) -> set[str]:
    """Return the entries that warnings are about: all of them, if one names none."""
    found: set[str] = set()
    for text in warned:
        named = {n for n in names if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text)}
        found |= named or set(names)
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two values of metadata are equal: a list is a tuple, a float is rounded."""
    if isinstance(one, np.ndarray | np.generic):
        one = one.tolist()
    if isinstance(other, np.ndarray | np.generic):
        other = other.tolist()
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    texts = (str, bytes, bytearray)
    if isinstance(one, texts) or isinstance(other, texts):
        return bool(one == other)
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Real) and isinstance(other, Real):
        one, other = float(one), float(other)
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or math.isclose(one, other, rel_tol=_TOLERANCE, abs_tol=1e-12)
    return bool(one == other)
