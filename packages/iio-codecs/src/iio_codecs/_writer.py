"""What all writers share: arrays checked against the spec, metadata sorted, one file out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from iio_core import EncodeError, Format, MetadataWarning, Pixels, Target, is_derived, warn

from ._exif import TAGS, described, prefixed
from ._spec import SPEC

__all__ = ["CodecWriter"]

_BYTES = ("icc_profile", "exif", "xmp")


class CodecWriter(ABC):
    """Writes a file of one image.

    Parameters
    ----------
    target : Target
        Where to write.
    format : str
        The name of its format.
    """

    holds: ClassVar[frozenset[str]] = frozenset()
    """The names of metadata that the format has a place for."""

    texts: ClassVar[bool] = False
    """Whether it has a place for any text by its name."""

    depths: ClassVar[bool] = False
    """Whether it can store fewer bits a sample than the dtype has."""

    also: ClassVar[tuple[Pixels, ...]] = ()
    """What it holds only if an option asks for it, beyond what the spec says."""

    def __init__(self, target: Target, format: str) -> None:
        self._target = target
        self._format: Format = SPEC.format(format)
        self._full = False

    @abstractmethod
    def write(self, image: np.ndarray, *, metadata: Mapping[str, Any] | None = None) -> None:
        """Add an image."""

    def close(self) -> None:  # noqa: B027  most have nothing to do
        """Everything is written already."""

    def abort(self) -> None:  # noqa: B027  most have nothing to do
        """Nothing to give up: what is written is core's to throw away."""

    def _checked(self, image: np.ndarray, pixels: tuple[Pixels, ...] = ()) -> np.ndarray:
        """Return an image as the codecs take it, if the format holds such pixels."""
        channels = 1 if image.ndim == 2 else image.shape[-1] if image.ndim == 3 else 0
        held = self._format.writes + pixels
        fits = any(image.dtype == p.dtype and channels in p.channels for p in held)
        if 0 in image.shape:
            raise self._refused(f"an array of shape {image.shape} is empty: it has no pixels")
        if not fits:
            listed = "; ".join(f"{p.dtype} with {_listed(p.channels)} channels" for p in held)
            raise self._refused(
                f"{self._format.name} holds {listed}; an array of {image.dtype} and shape "
                f"{image.shape} has to be converted first{_conversion(image, channels, held)}"
            )
        return np.ascontiguousarray(image)

    def _put(self, *parts: bytes) -> None:
        """Write the one image of the file."""
        if self._full:
            raise self._refused(
                f"{self._format.name} holds one image; write further ones to files of their own"
            )
        self._full = True
        file = self._target.open()
        for part in parts:
            file.write(part)

    def _refused(self, message: str) -> EncodeError:
        return EncodeError(
            f"{self._target.name}: {message}", plugin="codecs", format=self._format.name
        )

    def _bits(self, bits: int | None, image: np.ndarray, metadata: Mapping[str, Any] | None) -> int:
        """Return how many bits a sample gets: as asked for, as it was read, as the dtype has."""
        whole = 8 * image.dtype.itemsize
        said = (metadata or {}).get("bits_per_sample")
        if bits is None and isinstance(said, int) and whole // 2 < said < whole:
            bits = said
        bits = bits or whole
        if image.dtype.kind == "u" and bits < whole and image.size and int(image.max()) >> bits:
            raise self._refused(
                f"a value of {int(image.max())} does not fit into {bits} bits a sample"
            )
        return bits

    def _held(
        self, metadata: Mapping[str, Any] | None, image: np.ndarray, bits: int | None = None
    ) -> dict[str, Any]:
        """Return the metadata that the format holds, and warn of the rest."""
        if not metadata:
            return {}
        found: dict[str, Any] = {}
        lost = []
        tags = dict(metadata)
        exif = tags.get("exif")
        if isinstance(exif, bytes | bytearray) and "exif" in self.holds:
            for name, value in described(bytes(exif)).items():
                if name in tags and _same(tags[name], value):
                    del tags[name]  # it is among those bytes
        for name, value in tags.items():
            if name == "bits_per_sample":
                if value != (bits or 8 * image.dtype.itemsize):
                    lost.append(name)
            elif (held := self._value(name, value)) is not None:
                found[name] = held
            elif not is_derived(name, value):
                lost.append(name)
        if lost:
            self._warn_of(lost)
        return found

    def _warn_of(self, lost: Iterable[str]) -> None:
        warn(
            f"{self._target.name}: {self._format.name} (by plugin codecs) has no place for "
            f"{', '.join(sorted(lost))} of the metadata, or not for such values",
            MetadataWarning,
        )

    def _value(self, name: str, value: Any) -> Any:
        """Return a value as the format takes it; None if it does not."""
        if name in self.holds:
            if name in _BYTES:
                return _as_bytes(name, value)
            return value if _is_numbers(value) else None
        known_elsewhere = name in TAGS.values() or name in _BYTES
        if self.texts and isinstance(value, str) and not known_elsewhere:
            return value if 0 < len(name) < 80 and name.isascii() and "\0" not in value else None
        return None


def _conversion(image: np.ndarray, channels: int, held: tuple[Pixels, ...]) -> str:
    """Return how pixels of a type that is not held become such as are; empty if unknown."""
    dtypes = {p.dtype for p in held if channels in p.channels}
    if image.dtype.kind == "b" and "uint8" in dtypes:
        return ": image.astype('uint8') * 255"
    if image.dtype.kind == "f" and "float32" in dtypes:
        return ": image.astype('float32')"
    if image.dtype.kind == "f" and "uint8" in dtypes:
        return "; if its values are from 0 to 1: (image * 255).round().astype('uint8')"
    if image.dtype.kind in "iu":
        wide = next((d for d in ("uint16", "uint8") if d in dtypes), "")
        return f"; if its values fit: image.astype({wide!r})" if wide else ""
    return ""


def _as_bytes(name: str, value: Any) -> bytes | None:
    if isinstance(value, str) and name == "xmp":
        return value.encode()
    if not isinstance(value, bytes | bytearray) or not value:
        return None
    return prefixed(bytes(value)) if name == "exif" else bytes(value)


def _is_numbers(value: Any) -> bool:
    values = value if isinstance(value, tuple | list) else (value,)
    return all(isinstance(v, int | float) and 0 <= v < 100_000 for v in values)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-6 * max(abs(one), abs(other)) or one != one
    return bool(type(one) is type(other) and one == other)


def _listed(channels: tuple[int, ...]) -> str:
    *first, last = map(str, channels)
    return f"{', '.join(first)} or {last}" if first else last
