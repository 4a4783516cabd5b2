"""BSDF under the conformance kit; its samples are written by PyPI's bsdf."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import bsdf
import numpy as np
import pytest

from iio_core.testing import PluginSuite, Sample

IMAGE = np.random.default_rng(4).integers(0, 255, (7, 6, 3)).astype(np.uint8)


class Tagged:
    """An image as BSDF's extensions have it."""

    def __init__(self, array: np.ndarray, **meta: Any) -> None:
        self.array, self.meta = array, meta


class Volume(Tagged):
    pass


class Image2D(bsdf.Extension):  # type: ignore[misc]
    name = "image2D"
    cls = Tagged

    def encode(self, s: Any, v: Any) -> Any:
        return {"array": v.array, "meta": v.meta}

    def decode(self, s: Any, v: Any) -> Any:
        return self.cls(v["array"], **v["meta"])


class Image3D(Image2D):
    name = "image3D"
    cls = Volume


class Arrays(bsdf.NDArrayExtension):  # type: ignore[misc]
    # The original sets an array's shape, which newer versions of NumPy warn of.
    def decode(self, s: Any, v: Any) -> Any:
        return np.frombuffer(v["data"], v["dtype"]).reshape(v["shape"])


EXTENSIONS = [bsdf.ComplexExtension, Arrays, Image2D, Image3D]


def saved(value: Any, **options: Any) -> bytes:
    data = bsdf.encode(value, EXTENSIONS, **options)
    assert isinstance(data, bytes)
    return data


def streamed(*values: Any, closed: bool = False) -> bytes:
    sink = io.BytesIO()
    stream = bsdf.ListStream()
    bsdf.save(sink, stream, EXTENSIONS)
    for value in values:
        stream.append(value)
    if closed:
        stream.close()
    return sink.getvalue()


META = {"gain": 2.5, "who": "me", "on": True, "numbers": [1, 2], "deep": {"nothing": None}}


@pytest.mark.slow
class TestBsdf(PluginSuite):
    entry_point = "iio_sci.bsdf._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        yield Sample("BSDF", saved(Tagged(IMAGE, **META)), IMAGE)
        packed = saved([Tagged(IMAGE), Tagged(IMAGE + 1)], compression=1, use_checksum=True)
        yield Sample("BSDF", packed, IMAGE, name="a list, zlib")
        yield Sample("BSDF", saved(IMAGE, compression=2), IMAGE, name="an array, bz2")
        yield Sample("BSDF", streamed(Tagged(IMAGE), Tagged(IMAGE)), IMAGE, name="a stream")
