"""Who is asked: what is deep comes to this plugin by itself, what is not stays where it was."""

from __future__ import annotations

import io

import numpy as np
import pytest
from codecs_samples import picture, png

import iio_core as iio
from iio_core import _absent

DEEP = picture("uint16", 3)
EXTENSIONS = (".png", ".jxl", ".jxr", ".jp2", ".j2k", ".jhc", ".jls")


def written(image: np.ndarray, extension: str, **options: object) -> bytes:
    data = iio.imwrite("<bytes>", image, extension=extension, **options)
    assert data is not None
    return data


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_deep_images_survive(extension: str, channels: int) -> None:
    image = picture("uint16", channels)
    data = written(image, extension)
    np.testing.assert_array_equal(iio.imread(data, extension=extension), image)
    np.testing.assert_array_equal(iio.imread(data, plugin="imagecodecs"), image)


@pytest.mark.parametrize("bits", [10, 12])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_deep_avif_survives(bits: int, channels: int) -> None:
    image = picture("uint16", channels) >> (16 - bits)
    data = written(image, ".avif", bits=bits)
    np.testing.assert_array_equal(iio.imread(data), image)
    assert iio.immeta(data)["bits_per_sample"] == bits


def test_tiff_of_16_bits_survives() -> None:
    pytest.importorskip("iio_tiff")
    np.testing.assert_array_equal(iio.imread(written(DEEP, ".tif")), DEEP)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_others_do_not_come_before(extension: str) -> None:
    """GDAL reads and writes JPEG 2000 as well, and comes late."""
    explained = iio.explain(written(DEEP, extension), extension=extension)
    assert explained.chosen is not None and explained.chosen.plugin.spec.name == "codecs"


@pytest.fixture
def with_pillow() -> None:
    if iio.registry.find("pillow") is None:
        pytest.skip("iio-pillow is not installed")


@pytest.mark.usefixtures("with_pillow")
def test_pillow_keeps_what_it_holds() -> None:
    shallow = picture("uint8", 3)
    for extension in (".png", ".jpg", ".webp"):
        explained = iio.explain(written(shallow, extension), extension=extension)
        assert explained.chosen is not None and explained.chosen.plugin.spec.name == "pillow"
    data = png(DEEP, 2)
    explained = iio.explain(data)
    assert explained.chosen is not None and explained.chosen.plugin.spec.name == "codecs"
    assert explained.chosen.weight > 64


@pytest.mark.usefixtures("with_pillow")
@pytest.mark.parametrize("options", [{"bits": 12}, {"lossless": True}])
def test_jpeg_that_pillow_does_not_read(options: dict[str, object]) -> None:
    image = picture("uint16", 3) >> 4
    data = written(image, ".jpg", plugin="codecs", **options)
    assert iio.imread(data).dtype == np.uint16
    with iio.use("pillow", only=True), pytest.raises(iio.NoPluginError, match="bits a sample"):
        iio.imread(data)


@pytest.mark.usefixtures("with_pillow")
def test_with_pillow_alone_the_error_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr(_absent, "installed_version", lambda name: None)
    data = png(DEEP, 2)
    with iio.use("pillow", only=True):
        with pytest.raises(iio.EncodeError, match="pip install iio-codecs"):
            written(DEEP, ".png")
        with pytest.raises(iio.PluginNotInstalledError, match=r"16 bits.*pip install iio-codecs"):
            iio.imread(data)


@pytest.mark.usefixtures("with_pillow")
def test_an_open_file_says_which_plugin_takes_them(tmp_path) -> None:
    with iio.imopen(tmp_path / "x.png", "w") as file:
        assert file.plugin == "pillow"
        with pytest.raises(iio.EncodeError, match="plugin='codecs' writes it as it is"):
            file.write(DEEP)
        file.write(DEEP.astype(np.uint8))


@pytest.mark.parametrize("extension", [*EXTENSIONS, ".avif", ".jpg", ".webp", ".qoi"])
@pytest.mark.parametrize("rotate", [False, True])
def test_into_an_array_of_the_callers(extension: str, rotate: bool) -> None:
    image = picture("uint8", 3)
    data = written(image, extension, plugin="codecs")
    wanted = iio.imread(data, plugin="codecs", rotate=rotate)
    for place in (np.empty_like(wanted), np.zeros((40, 48, 3), np.uint8)[::2, ::2]):
        assert iio.imread(data, plugin="codecs", out=place, rotate=rotate) is place
        np.testing.assert_array_equal(place, wanted)
    for wrong in (np.empty((20, 25, 3), np.uint8), np.empty(wanted.shape, np.uint16), [[1]]):
        with pytest.raises(iio.OptionError, match="out="):
            iio.imread(data, plugin="codecs", out=wrong)


def test_open_files_streams_and_threads() -> None:
    data = written(DEEP, ".jxl")
    np.testing.assert_array_equal(iio.imread(io.BytesIO(data), threads=2), DEEP)
    with pytest.raises(iio.OptionError, match="threads=0"):
        iio.imread(data, threads=0)
    with pytest.raises(iio.OptionError, match="threads"):
        iio.imread(written(DEEP, ".jxr"), threads=2)
