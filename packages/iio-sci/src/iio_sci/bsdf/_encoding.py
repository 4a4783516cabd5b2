"""Values as BSDF has them; the layout is told in `iio_sci.bsdf._values` and `._blobs`."""

from __future__ import annotations

import bz2
import hashlib
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import IO, Any

import numpy as np

__all__ = ["METHODS", "encodable", "write_image", "write_value"]

METHODS = {0: 0, 1: 1, 2: 2, "no": 0, "zlib": 1, "bz2": 2}
"""The compressions by the names that users give."""

_KINDS = frozenset("biufc")


def write_image(
    file: IO[bytes],
    image: np.ndarray[Any, Any],
    metadata: Mapping[str, Any],
    packing: tuple[int, bool],
) -> None:
    """Write an image: extension ``image2D`` or ``image3D``, or an array that is neither.

    Parameters
    ----------
    file : binary file
        Where to.
    image : numpy.ndarray
        What.
    metadata : mapping
        What is stored with it.
    packing : (int, bool)
        The compression of blobs, and whether they have checksums.
    """
    flat = image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (1, 2, 3, 4))
    if not flat and image.ndim not in (3, 4):
        _write_array(file, image, packing)
        return
    _write_kind(file, "m", "image2D" if flat else "image3D")
    file.write(_size(2))
    _write_key(file, "array")
    _write_array(file, image, packing)
    _write_key(file, "meta")
    write_value(file, dict(metadata), packing)


def write_value(file: IO[bytes], value: Any, packing: tuple[int, bool]) -> None:
    """Write a value that `encodable` holds for."""
    if isinstance(value, np.generic):
        value = value.item()
    match value:
        case None:
            file.write(b"v")
        case bool():
            file.write(b"y" if value else b"n")
        case int():
            file.write(_integer(value))
        case float():
            file.write(struct.pack("<cd", b"d", value))
        case complex():
            _write_kind(file, "l", "c")
            _write_list(file, (value.real, value.imag), packing)
        case str():
            file.write(b"s")
            _write_key(file, value)
        case bytes() | bytearray() | memoryview():
            _write_blob(file, memoryview(value).cast("B"), packing)
        case np.ndarray():
            _write_array(file, value, packing)
        case Mapping():
            _write_mapping(file, value, packing)
        case _:
            file.write(b"l")
            _write_list(file, value, packing)


def encodable(value: Any, depth: int = 0) -> bool:
    """Whether BSDF can hold a value."""
    if depth > 32:
        return False
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        return value.dtype.kind in _KINDS
    if isinstance(value, int) and not isinstance(value, bool):
        return -(1 << 63) <= value < 1 << 63
    if isinstance(value, Mapping):
        return all(isinstance(k, str) and k for k in value) and all(
            encodable(v, depth + 1) for v in value.values()
        )
    if isinstance(value, list | tuple):
        return all(encodable(v, depth + 1) for v in value)
    if isinstance(value, str):
        return not any("\ud800" <= c <= "\udfff" for c in value)
    return value is None or isinstance(
        value, bool | float | complex | bytes | bytearray | memoryview
    )


def _integer(value: int) -> bytes:
    short = -(1 << 15) <= value < 1 << 15
    return struct.pack("<ch" if short else "<cq", b"h" if short else b"i", value)


def _write_list(file: IO[bytes], values: Sequence[Any], packing: tuple[int, bool]) -> None:
    file.write(_size(len(values)))
    for value in values:
        write_value(file, value, packing)


def _write_mapping(file: IO[bytes], values: Mapping[str, Any], packing: tuple[int, bool]) -> None:
    file.write(b"m" + _size(len(values)))
    for key, value in values.items():
        _write_key(file, key)
        write_value(file, value, packing)


def _write_kind(file: IO[bytes], kind: str, extension: str) -> None:
    name = extension.encode()
    file.write(kind.upper().encode() + bytes([len(name)]) + name)


def _write_key(file: IO[bytes], key: str) -> None:
    data = key.encode()
    file.write(_size(len(data)) + data)


def _write_array(file: IO[bytes], array: np.ndarray[Any, Any], packing: tuple[int, bool]) -> None:
    _write_kind(file, "m", "ndarray")
    file.write(_size(3))
    _write_key(file, "shape")
    write_value(file, array.shape, packing)
    _write_key(file, "dtype")
    write_value(file, array.dtype.newbyteorder("=").name, packing)
    _write_key(file, "data")
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    _write_blob(file, little.reshape(-1).view(np.uint8).data, packing)


def _write_blob(file: IO[bytes], data: memoryview, packing: tuple[int, bool]) -> None:
    compression, checksum = packing
    packed: memoryview | bytes = data
    if compression == 1:
        packed = zlib.compress(data)
    elif compression == 2:
        packed = bz2.compress(data)
    used = struct.pack("<BQ", 253, len(packed))
    file.write(b"b" + used + used + struct.pack("<BQ", 253, len(data)))
    digest = hashlib.md5(packed, usedforsecurity=False).digest() if checksum else b""
    file.write(bytes([compression, 0xFF if checksum else 0]) + digest)
    # Bytes that are not packed begin at a multiple of 8, so that they can be mapped.
    padding = -(file.tell() + 1) % 8 if not compression else 0
    file.write(bytes([padding]) + bytes(padding))
    file.write(packed)


def _size(count: int) -> bytes:
    return bytes([count]) if count <= 250 else struct.pack("<BQ", 253, count)
