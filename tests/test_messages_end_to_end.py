"""What is said when several wheels know an option or a format, and none can do what is asked."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

import iio_core as iio
import iio_core.v2 as imageio

pytest.importorskip("iio_pillow")
RGB = np.zeros((32, 32, 3), np.uint8)


def test_a_misspelled_preset_is_answered_by_who_has_presets(tmp_path) -> None:
    pytest.importorskip("iio_codecs")
    with pytest.raises(iio.OptionError, match=r"quality='hgih': .* 'high'"):
        iio.imwrite(tmp_path / "x.jpg", RGB, quality="hgih")
    with pytest.raises(iio.OptionError, match="1 to 100"):
        iio.imwrite(tmp_path / "x.jpg", RGB, quality="hgih", plugin="codecs")
    assert list(tmp_path.iterdir()) == []


def test_another_plugins_name_of_an_option_is_no_answer(tmp_path) -> None:
    pytest.importorskip("SimpleITK")
    with pytest.raises(iio.OptionError, match=r"'pillow' for PNG has no .*'compress_level'"):
        iio.imwrite(tmp_path / "x.png", RGB, compression=9)
    with pytest.raises(iio.OptionError, match=r"x\.mha: compression=9: ITK"):
        iio.imwrite(tmp_path / "x.mha", RGB, compression=9)
    iio.imwrite(tmp_path / "x.png", RGB, compression=True)


def test_what_a_format_cannot_hold_is_told_with_the_way_out() -> None:
    pytest.importorskip("iio_codecs")
    for dtype, way in (
        ("float64", r"image\.astype\('float32'\)"),
        ("bool", r"image\.astype\('uint8'\) \* 255"),
    ):
        with pytest.raises(iio.EncodeError, match=way):
            iio.imwrite("<bytes>", RGB.astype(dtype), extension=".jxl")


def test_a_zip_without_dicom_is_not_said_to_be_one(tmp_path) -> None:
    pytest.importorskip("iio_medical")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("notes.txt", "nothing")
    with pytest.raises(iio.NoPluginError, match="there is no DICOM file in it") as caught:
        iio.imread(tmp_path / "x.zip")
    assert "is DICOM-ZIP" not in str(caught.value)


@pytest.mark.parametrize("extension", [".nii", ".mha"])
def test_what_is_held_is_listed_in_words(extension) -> None:
    pytest.importorskip("SimpleITK" if extension == ".mha" else "nibabel")
    with pytest.raises(iio.EncodeError, match="it holds ") as caught:
        iio.imwrite("<bytes>", RGB[..., 0].astype("float16"), extension=extension)
    assert "['" not in str(caught.value)


@pytest.mark.parametrize("length", [20, 5000])
def test_a_data_uri_is_not_taken_for_a_path(length) -> None:
    for read in (iio.imread, imageio.imread):
        with pytest.raises(iio.OptionError, match=r"data: URIs are not read, bytes are") as caught:
            read(f"data:image/png;base64,{'A' * length}")
        assert len(str(caught.value)) < 250


def test_a_name_that_no_file_can_have_is_not_quoted_whole() -> None:
    with pytest.raises(OSError, match="5,004 characters") as caught:
        iio.imread("a" * 5000 + ".png")
    assert len(str(caught.value)) < 250


def test_what_is_converted_is_told_with_the_file_and_once(tmp_path, recwarn) -> None:
    image = np.linspace(0, 1, 64).reshape(8, 8)
    imageio.imwrite(tmp_path / "x.png", image)
    (told,) = recwarn.list
    assert str(told.message).startswith(f"{tmp_path / 'x.png'}: an image of float64")
    assert told.filename == __file__
    imageio.mimwrite(tmp_path / "y.gif", [image, image.T, image])
    assert sum("y.gif: an image of float64" in str(one.message) for one in recwarn) == 1
