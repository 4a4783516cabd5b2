"""Everything that the spec claims to write comes back, and another decoder sees the same pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from decoders import decode
from numpy.typing import NDArray

import iio_core as iio
from iio_pillow._spec import SPEC
from iio_pillow._writers import WRITERS

Array = NDArray[Any]

CLAIMED = [
    (format.name, pixels.dtype, channels)
    for format in SPEC.formats
    for pixels in format.writes
    for channels in pixels.channels
]
LOSSY = {"JPEG", "MPO", "AVIF", "HEIF", "JXL", "WEBP", "PDF"}
LOSSLESS = {
    "HEIF": {"lossless": True},
    "JXL": {"lossless": True},
    "WEBP": {"lossless": True, "exact": True},
}
FORMATS = {format.name: format for format in SPEC.formats}


def smooth(dtype: str, channels: int, height: int = 32, width: int = 38) -> Array:
    """Return a soft pattern of few enough colors for a palette, without symmetry."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [
        (x // 5) * 255 / ((width - 1) // 5),
        (y // 5) * 255 / ((height - 1) // 5),
        (x // 5 + y // 5) * 255 / ((width - 1) // 5 + (height - 1) // 5),
        100 + (y // 5) * 155 / ((height - 1) // 5),
    ]
    order = {1: [2], 2: [2, 3], 3: [0, 1, 2], 4: [0, 1, 2, 3]}[channels]
    values = np.stack([planes[i] for i in order], axis=-1)
    values = values[..., 0] if channels == 1 else values
    if dtype == "bool":
        return values > 100
    if dtype == "uint16":
        return (values * 257).astype(np.uint16)
    if dtype == "int32":
        return ((values - 100) * 12_345_678).astype(np.int32)
    if dtype == "float32":
        return (values / 3 - 7).astype(np.float32)
    return values.astype(np.uint8)


def sample(name: str, dtype: str, channels: int) -> Array:
    if name == "ICNS":
        return smooth(dtype, channels, 128, 128)
    array = smooth(dtype, channels)
    if name == "GIF" and channels == 4:  # a pixel is transparent, and then has no color, or not
        array[..., 3] = np.where(array[..., 3] > 150, 255, 0)
        array[array[..., 3] == 0] = 0
    return array


def written(name: str, array: Any, **options: Any) -> bytes:
    try:
        data = iio.imwrite("<bytes>", array, extension=FORMATS[name].extensions[0], **options)
    except iio.PluginNotInstalledError as error:
        pytest.skip(str(error))
    assert isinstance(data, bytes)
    return data


def read(name: str, data: bytes, **options: Any) -> Array:
    trust = {"EPS"} if name == "EPS" else set()
    array = iio.imread(data, extension=FORMATS[name].extensions[0], trust=trust, **options)
    return array[0] if name == "GIF" else array


def has_ghostscript() -> bool:
    from PIL import EpsImagePlugin

    return bool(EpsImagePlugin.has_ghostscript())


def test_each_format_that_is_written_has_a_writer():
    assert set(WRITERS) == {format.name for format in SPEC.formats if format.writes}


@pytest.mark.parametrize(
    ("name", "dtype", "channels"), [claim for claim in CLAIMED if FORMATS[claim[0]].reads]
)
def test_what_is_written_is_read(name, dtype, channels):
    if name == "EPS" and not has_ghostscript():
        pytest.skip("reading EPS takes Ghostscript: apt-get install ghostscript")
    array = sample(name, dtype, channels)
    back = read(name, written(name, array))
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    if name in LOSSY:
        scale = 257 if dtype == "uint16" else 1
        error = np.abs(back.astype(float) - array) / scale
        assert error.mean() < 6
        assert error.max() < 80
    else:
        np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize(("name", "dtype", "channels"), CLAIMED)
def test_another_decoder_sees_the_same(name, dtype, channels):
    pytest.importorskip("av")
    array = sample(name, dtype, channels)
    data = written(name, array)
    other = decode(name, data, array.shape, dtype)
    if other is None:
        pytest.skip(f"no other decoder for {name} here")
    assert other.shape == array.shape
    if name in LOSSY and not (name == "PDF" and (dtype == "bool" or channels in (2, 4))):
        scale = 257 if dtype == "uint16" else 1
        assert np.abs(other.astype(float) - array).mean() / scale < 8
    else:
        np.testing.assert_array_equal(other, array)


@pytest.mark.parametrize(
    ("name", "dtype", "channels"), [claim for claim in CLAIMED if claim[0] in LOSSLESS]
)
def test_lossless_is_lossless(name, dtype, channels):
    array = np.random.default_rng(3).integers(0, 256, sample(name, dtype, channels).shape)
    array = array.astype(dtype) * (257 if dtype == "uint16" else 1)
    data = written(name, array, **LOSSLESS[name])
    np.testing.assert_array_equal(read(name, data), array)


@pytest.mark.parametrize("channels", [3, 4])
def test_ffmpeg_sees_lossless_webp_as_it_is(channels):
    pytest.importorskip("av")
    array = np.random.default_rng(3).integers(1, 256, (20, 31, channels)).astype(np.uint8)
    data = written("WEBP", array, lossless=True, exact=True)
    np.testing.assert_array_equal(decode("WEBP", data, array.shape, "uint8"), array)


@pytest.mark.parametrize(
    ("name", "dtype", "channels"), [claim for claim in CLAIMED if claim[0] in {"PNG", "TIFF"}]
)
@pytest.mark.parametrize("kind", ["fortran", "negative", "swapped", "readonly"])
def test_memory_layout_does_not_matter(name, dtype, channels, kind):
    array = sample(name, dtype, channels)
    given = array
    if kind == "fortran":
        given = np.asfortranarray(array)
    elif kind == "negative":
        given = array[::-1, ::-1].copy()[::-1, ::-1]
    elif kind == "swapped":
        given = array.astype(array.dtype.newbyteorder())
    else:
        given.flags.writeable = False
    np.testing.assert_array_equal(read(name, written(name, given)), array)


@pytest.mark.parametrize("name", sorted(WRITERS))
@pytest.mark.parametrize("dtype", ["float64", "int8", "uint32", "int64", "complex64", "int16"])
def test_dtypes_that_no_format_holds_are_refused(name, dtype):
    if FORMATS[name].modules:
        pytest.importorskip(FORMATS[name].modules[0])
    with pytest.raises((iio.EncodeError, iio.PluginNotInstalledError)) as caught:
        iio.imwrite("<bytes>", np.zeros((16, 16), dtype), extension=FORMATS[name].extensions[0])
    assert isinstance(caught.value, iio.PluginNotInstalledError) or dtype in str(caught.value)


def test_missing_codec_is_a_plugin_that_is_not_installed():
    from PIL import Image

    for name, module in (("AVIF", "PIL._avif"), ("HEIF", "pillow_heif"), ("QOI", "")):
        if module:
            import importlib.util

            if importlib.util.find_spec(module) is not None:
                continue
        else:
            Image.init()
            if "QOI" in Image.SAVE:
                continue
        with pytest.raises(iio.PluginNotInstalledError, match="pip install"):
            iio.imwrite("<bytes>", smooth("uint8", 3), extension=FORMATS[name].extensions[0])
