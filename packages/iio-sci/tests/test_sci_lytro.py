"""Lytro's light fields: files built from the published descriptions; the kit.

PlenoptiCam 0.9.3 takes the same pixels out of `LFR` and `LFP`.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

import iio_core as iio
import iio_core.v2 as v2
from iio_core.testing import PluginSuite, Sample

PIXELS10 = np.random.default_rng(6).integers(0, 1024, (6, 8)).astype(np.uint16)
PIXELS12 = np.random.default_rng(7).integers(0, 4096, (5, 6)).astype(np.uint16)


def packed10(image: np.ndarray) -> bytes:
    """Pack four pixels into five bytes, one at a time."""
    out = bytearray()
    flat = [int(p) for p in image.ravel()]
    for i in range(0, len(flat), 4):
        four = flat[i : i + 4]
        out += bytes(p >> 2 for p in four)
        out.append(sum((p & 3) << 2 * n for n, p in enumerate(four)))
    return bytes(out)


def packed12(image: np.ndarray) -> bytes:
    """Pack two pixels into three bytes, big endian."""
    flat = [int(p) for p in image.ravel()]
    return b"".join(
        ((a << 12) | b).to_bytes(3, "big") for a, b in zip(flat[::2], flat[1::2], strict=True)
    )


def section(kind: bytes, data: bytes) -> tuple[str, bytes]:
    name = "sha1-" + hashlib.sha1(data).hexdigest()
    head = b"\x89" + kind + b"\r\n\x1a\n" + bytes(4) + struct.pack(">I", len(data))
    return name, head + name.encode() + bytes(35) + data + bytes(-len(data) % 16)


def jpeg() -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (8, 6), (200, 10, 10)).save(sink, "jpeg")
    return sink.getvalue()


def picture(
    image: np.ndarray, bits: int, *, first: bool = False, private: bool = True, **changes: Any
) -> bytes:
    """Return a file as the cameras write them; the F01's has its contents first."""
    height, width = image.shape
    packing = {"bitsPerPixel": bits, "endianness": "little" if bits == 10 else "big"}
    told: dict[str, Any] = {"width": width, "height": height, "orientation": 1}
    told |= {"rawDetails": {"pixelPacking": packing}} if first else {"pixelPacking": packing}
    told |= changes
    pixels, pixel_data = section(b"LFC", (packed10 if bits == 10 else packed12)(image))
    meta, meta_data = section(b"LFC", json.dumps({"image": told, "camera": "x"}).encode())
    secret, secret_data = section(b"LFC", json.dumps({"serial": "A1"}).encode())
    small, small_data = section(b"LFC", jpeg())
    frame = {"metadataRef": meta, "imageRef": pixels}
    frame |= {"privateMetadataRef": secret} if private else {}
    if first:
        contents: dict[str, Any] = {"picture": {"frameArray": [{"frame": frame}]}}
    else:
        contents = {"frames": [{"frame": frame}]}
    contents["thumbnails"] = [{"imageRef": small, "width": 8, "height": 6}]
    _, table = section(b"LFM", json.dumps(contents).encode())
    parts = [pixel_data, meta_data, secret_data, small_data]
    body = [table, *parts] if first else [*parts, table]
    return b"\x89LFP\r\n\x1a\n\0\0\0\1" + bytes(4) + b"".join(body)


LFR = picture(PIXELS10, 10)
LFP = picture(PIXELS12, 12, first=True)


@pytest.mark.slow
class TestLytro(PluginSuite):
    entry_point = "iio_sci.lytro._spec:SPEC"
    unsampled: ClassVar = {
        "LYTRO-ILLUM-RAW": "one size only, 52 MB: see test_raw_files_are_known_by_their_size",
        "LYTRO-F01-RAW": "one size only, 16 MB: see test_raw_files_are_known_by_their_size",
    }
    exceptions: ClassVar = {
        ("test_format_is_selected", "LYTRO-LFP"): "of two cameras' files without a name",
        ("test_format_is_selected", "LYTRO-F01-RAW"): "the other camera's is asked first",
    }

    def samples(self) -> Iterator[Sample]:
        yield Sample("LYTRO-LFR", LFR, PIXELS10)
        yield Sample("LYTRO-LFP", LFP, PIXELS12)


@pytest.mark.parametrize(
    ("data", "pixels", "extension"), [(LFR, PIXELS10, ".lfr"), (LFP, PIXELS12, ".lfp")]
)
def test_frames_and_what_the_camera_noted(data: bytes, pixels: np.ndarray, extension: str) -> None:
    np.testing.assert_array_equal(iio.imread(data), pixels)
    found = iio.immeta(data, extension=extension)
    assert found["metadata"]["camera"] == "x" and found["privateMetadata"] == {"serial": "A1"}
    assert found["thumbnail"]["image"].shape == (6, 8, 3) and found["thumbnail"]["width"] == 8
    assert "thumbnail" not in iio.immeta(data, include_thumbnail=False)
    assert "thumbnails" in iio.immeta(data, index=...)
    assert iio.imread(data, meta_only=True).shape == (0,)
    assert iio.improps(data, meta_only=True).shape == (0,)
    with iio.imopen(data, "r") as file:
        part = file.read_region((slice(4, 1, -2), slice(1, None, 3)))
        assert file.read_region((slice(3, 3),)).shape == (0, pixels.shape[1])
    np.testing.assert_array_equal(part, pixels[4:1:-2, 1::3])


def test_a_thumbnail_that_nobody_decodes_stays_bytes() -> None:
    with iio.use("lytro", only=True):
        assert iio.immeta(LFR)["thumbnail"]["image"] == jpeg()


@pytest.mark.parametrize(
    "data",
    [
        LFR[:16],
        LFR[:300],
        LFR.replace(b"LFM", b"LFC"),
        LFR.replace(b"LFM", b"LFX"),
        picture(PIXELS10, 10, width=10**9),
        picture(PIXELS10, 10, height=-6),
        picture(PIXELS10, 10, height=True),
        picture(PIXELS10, 10, width=7),
        picture(PIXELS10, 10, pixelPacking={"bitsPerPixel": 14}),
        picture(PIXELS10, 10, pixelPacking=[1]),
        LFR.replace(b'"frames"', b'"dreams"'),
        LFR.replace(b'"imageRef": "sha1-', b'"imageRef": "sha2-'),
        LFR.replace(b'{"frames"', b'["frames"'),
        b"\x89LFP\r\n\x1a\n\0\0\0\1" + bytes(4) + (b"\x89LFC\r\n\x1a\n" + bytes(8)) * 11_000,
        b"\x89LFP\r\n\x1a\n\0\0\0\1" + bytes(4) + section(b"LFM", b"[" * 100_000)[1],
        b"\x89LFP\r\n\x1a\n\0\0\0\1" + bytes(4) + section(b"LFM", b"[]")[1],
        b"\x89LFP\r\n\x1a\n\0\0\0\1" + bytes(10_000),
    ],
)
def test_damaged_files_are_errors(data: bytes) -> None:
    with pytest.raises(iio.DecodeError):
        iio.imread(data, extension=".lfr")


def test_metadata_has_limits() -> None:
    with iio.limits(metadata_bytes=50), pytest.raises(iio.LimitError):
        iio.imread(LFR)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "shape", "bits"),
    [("LYTRO-ILLUM-RAW", (5368, 7728), 10), ("LYTRO-F01-RAW", (3280, 3280), 12)],
)
def test_raw_files_are_known_by_their_size(
    tmp_path: Path, name: str, shape: tuple[int, int], bits: int
) -> None:
    path = tmp_path / "IMG_0001.raw"
    data = np.random.default_rng(8).integers(0, 256, shape[0] * shape[1] * bits // 8, np.uint8)
    path.write_bytes(data.tobytes())
    with iio.use("lytro", only=True):
        image = iio.imread(path)
        assert image.shape == shape and iio.immeta(path) == {}
        # The bits of the first and of the last row by another way.
        row = shape[1] * bits // 8
        for number in (0, shape[0] - 1):
            packed = data[number * row : (number + 1) * row]
            pack = packed10 if bits == 10 else packed12
            assert pack(image[number]) == packed.tobytes()
        (tmp_path / "IMG_0001.json").write_text('{"zoom": 3}')
        assert iio.immeta(path) == {"zoom": 3}
        (tmp_path / "IMG_0001.json").write_text("zoom")
        with pytest.raises(iio.DecodeError, match="not JSON"):
            iio.immeta(path)
        (tmp_path / "IMG_0001.json").unlink()
        with pytest.raises(iio.OptionError, match="include_thumbnail"):
            iio.imread(path, include_thumbnail=True)
        floats = v2.imread(path, format=name)
        assert floats.dtype == np.float64 and floats.max() <= 1
        np.testing.assert_array_equal(floats[::500], image[::500] / (2.0**bits - 1))
        path.write_bytes(data[:-1].tobytes())
        with pytest.raises(iio.NoPluginError, match="bytes, not"):
            iio.imread(path)


def test_the_names_and_options_of_imageio(tmp_path: Path) -> None:
    for name, data, pixels, largest in (
        ("LYTRO-LFR", LFR, PIXELS10, 1023),
        ("LYTRO-LFP", LFP, PIXELS12, 4095),
    ):
        path = tmp_path / f"a.{name[-3:].lower()}"
        path.write_bytes(data)
        image = v2.imread(path, format=name, include_thumbnail=False)
        np.testing.assert_array_equal(image, pixels / largest)
        assert image.meta["privateMetadata"] == {"serial": "A1"}
        with v2.get_reader(path, format=name, meta_only=True) as reader:
            assert reader.get_data(0).size == 0
            assert reader.get_meta_data()["metadata"]["camera"] == "x"
