"""EXIF, color profiles, XMP, text and resolution: read as others write them, and written back."""

from __future__ import annotations

import io
import logging
import warnings
import zlib

import numpy as np
import pytest
from codecs_samples import FILES, by_pillow, picture, png

import iio_core as iio
from iio_codecs._exif import described, orientation_of, without_orientation
from iio_codecs._layout import turned, upright

RGB = picture("uint8", 3)
PROFILE = bytes(range(256)) * 300
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"


def exif(orientation: int = 6) -> bytes:
    from PIL import Image

    tags = Image.Exif()
    tags[0x010F] = "Maker"
    tags[0x0112] = orientation
    tags.get_ifd(0x8769)[0x829A] = 0.005
    tags.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    tags.get_ifd(0x8825)[1] = "N"
    tags.get_ifd(0x8825)[2] = (52.0, 31.0, 12.5)
    return b"Exif\0\0" + tags.tobytes().removeprefix(b"Exif\0\0")


def told(data: bytes, **options: object) -> dict[str, object]:
    return iio.immeta(data, plugin="codecs", **options)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_as_pillow_writes_it(format: str) -> None:
    if format == "AVIF":
        pytest.importorskip("PIL._avif", reason="Pillow has AVIF from 11.3 on")
    data = by_pillow(RGB, format, exif=exif(), icc_profile=PROFILE[:3000], xmp=XMP)
    found = told(data)
    assert found["icc_profile"] == PROFILE[:3000]
    assert found["Make"] == "Maker" and found["ExposureTime"] == pytest.approx(0.005)
    assert found["DateTimeOriginal"] == "2024:05:06 07:08:09"
    assert found["GPSInfo"] == {"GPSLatitudeRef": "N", "GPSLatitude": (52.0, 31.0, 12.5)}
    assert found["Orientation"] == 6
    if format != "PNG":
        assert found["xmp"] == XMP
    stored, seen = iio.imread(data, plugin="codecs"), iio.imread(data, plugin="codecs", rotate=True)
    np.testing.assert_array_equal(seen, np.rot90(stored, -1))
    assert iio.improps(data, plugin="codecs", rotate=True).shape == seen.shape == (24, 20, 3)
    without = told(data, rotate=True)
    assert "Orientation" not in without and orientation_of(without["exif"]) == 1
    assert told(data, rotate=True, exclude_applied=False)["Orientation"] == 6


@pytest.mark.parametrize(
    ("extension", "names"),
    [
        (".png", {"exif", "icc_profile", "xmp"}),
        (".jpg", {"exif", "icc_profile", "xmp"}),
        (".webp", {"exif", "icc_profile", "xmp"}),
        (".jp2", {"exif", "icc_profile", "xmp"}),
        (".jxl", {"exif", "xmp"}),
        (".jxr", set()),
        (".avif", set()),
        (".jls", set()),
        (".qoi", set()),
        (".j2k", set()),
    ],
)
def test_what_a_format_holds_comes_back_and_the_rest_is_told(
    extension: str, names: set[str]
) -> None:
    given = {"exif": exif(1), "icc_profile": PROFILE, "xmp": XMP}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        data = iio.imwrite("<bytes>", RGB, extension=extension, plugin="codecs", metadata=given)
    found = told(data)
    for name, value in given.items():
        if name in names:
            assert found[name] == value
        else:
            assert any(name in str(w.message) for w in caught), name
    assert all(issubclass(w.category, iio.MetadataWarning) for w in caught)
    assert len(caught) == (len(names) < 3)


@pytest.mark.parametrize(
    ("extension", "format"), [(".png", "PNG"), (".jpg", "JPEG"), (".webp", "WEBP")]
)
def test_pillow_finds_what_we_write(extension: str, format: str) -> None:
    from PIL import Image

    given = {"exif": exif(), "icc_profile": PROFILE, "xmp": XMP}
    data = iio.imwrite("<bytes>", RGB, extension=extension, plugin="codecs", metadata=given)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.info["icc_profile"] == PROFILE
        assert image.getexif()[0x010F] == "Maker"
        assert image.getexif().get_ifd(0x8825)[1] == "N"
        assert XMP in (image.info.get("xmp", b""), image.info.get("xmp", b"").rstrip(b"\0"))


def test_text_and_resolution_of_png() -> None:
    given = {"Title": "a cat", "Author": "Zoë 猫", "dpi": (300, 150), "gamma": 0.45455}
    data = iio.imwrite("<bytes>", RGB, extension=".png", plugin="codecs", metadata=given)
    found = told(data)
    assert found["Title"] == "a cat" and found["Author"] == "Zoë 猫"
    assert found["dpi"] == pytest.approx((300, 150), rel=1e-3)
    assert found["gamma"] == pytest.approx(0.45455)
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        assert image.info["Author"] == "Zoë 猫" and image.info["dpi"] == pytest.approx(
            (300, 150), rel=1e-3
        )


PACKED = {b"zTXt": b"a\0\0", b"iTXt": b"a\0\1\0\0\0", b"iCCP": b"a\0\0"}


@pytest.mark.parametrize("kind", PACKED)
def test_compressed_remarks_may_not_be_a_bomb(kind: bytes, caplog) -> None:
    bomb = kind, PACKED[kind] + zlib.compress(bytes(1 << 20))
    data = png(RGB, 2, bomb, (b"tEXt", b"Title\0a cat"))
    found = told(data)
    assert len(found["icc_profile" if kind == b"iCCP" else "a"]) == 1 << 20
    with iio.limits(metadata_bytes=(1 << 20) - 1):
        with pytest.raises(iio.LimitError, match=r"1048575 bytes.*metadata_bytes="):
            told(data)
        np.testing.assert_array_equal(iio.imread(data, plugin="codecs", rotate=True), RGB)
    assert not caplog.records  # libpng is not asked about remarks


@pytest.mark.parametrize("rest", [b"", b"\0\0\0\0"], ids=["sound", "damaged"])
def test_many_compressed_remarks_are_one_bomb(rest: bytes) -> None:
    """What is unpacked counts for all of them together, also of those that end in an error."""
    value = zlib.compress(bytes(1 << 20))  # to about 1/1000
    bombs = [(b"zTXt", b"a%d\0\0" % n + value[: len(value) - len(rest)] + rest) for n in range(3)]
    data = png(RGB, 2, *bombs)
    assert {"a0", "a1", "a2"} <= told(data).keys() or rest
    with iio.limits(metadata_bytes=(3 << 20) - 10), pytest.raises(iio.LimitError):
        told(data)


def test_what_the_backend_logs_becomes_a_warning(caplog) -> None:
    """The rows of this file are one more than it declares."""
    data = bytearray(png(RGB, 2))
    data[23] -= 1
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    with pytest.warns(iio.IIOWarning, match="<bytes>: PNG warning: IDAT"):
        image = iio.imread(bytes(data), plugin="codecs")
    np.testing.assert_array_equal(image, RGB[:-1])
    assert not caplog.records
    logging.getLogger("imagecodecs").warning("of somebody else")
    assert [record.getMessage() for record in caplog.records] == ["of somebody else"]


def test_comment_of_jpeg_and_resolution_of_jpeg_xr() -> None:
    data = iio.imwrite(
        "<bytes>", RGB, extension=".jpg", plugin="codecs", metadata={"comment": "hé"}
    )
    assert told(data)["comment"] == "hé".encode()
    data = iio.imwrite(
        "<bytes>", RGB, extension=".jxr", plugin="codecs", metadata={"dpi": (300, 150)}
    )
    assert told(data)["dpi"] == (300.0, 150.0)


@pytest.mark.parametrize("name", ["uint8-3.jxr", "uint16-4.jxr", "float32-1.jxr"])
def test_a_tag_of_jpeg_xr_that_nobody_knows_is_not_printed(name: str, capfd) -> None:
    data = (FILES / name).read_bytes()
    image = iio.imread(data, plugin="codecs")
    at = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[at : at + 2], "little")
    entries = data[at + 2 : at + 2 + 12 * count]
    unknown = (0xBC55).to_bytes(2, "little") + b"\4\0\1\0\0\0\0\0\0\0"
    directory = (count + 2).to_bytes(2, "little") + unknown + entries + unknown + bytes(4)
    changed = data[:4] + len(data).to_bytes(4, "little") + data[8:] + directory
    np.testing.assert_array_equal(iio.imread(changed, plugin="codecs"), image)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("extension", "bits"), [(".jxl", 10), (".jp2", 13), (".avif", 10)])
def test_bits_come_from_the_metadata(extension: str, bits: int) -> None:
    image = picture("uint16", 3) >> (16 - bits)
    data = iio.imwrite(
        "<bytes>", image, extension=extension, plugin="codecs", metadata={"bits_per_sample": bits}
    )
    assert told(data)["bits_per_sample"] == bits
    np.testing.assert_array_equal(iio.imread(data, plugin="codecs"), image)
    with pytest.warns(iio.MetadataWarning, match="bits_per_sample"):
        iio.imwrite(
            "<bytes>", image, extension=".jls", plugin="codecs", metadata={"bits_per_sample": bits}
        )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientations(orientation: int) -> None:
    from PIL import Image, ImageOps

    data = by_pillow(RGB, "PNG", exif=exif(orientation))
    wanted = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    np.testing.assert_array_equal(iio.imread(data, plugin="codecs", rotate=True), wanted)
    assert upright(RGB, orientation).shape == turned(RGB.shape, orientation)


def test_a_turn_in_the_boxes_of_avif() -> None:
    data = (FILES / "uint8-4.avif").read_bytes()  # avifenc --irot 1: a quarter, counterclockwise
    image = picture("uint8", 4)
    assert told(data)["Orientation"] == 8
    seen = iio.imread(data, plugin="codecs", rotate=True)
    np.testing.assert_array_equal(seen, np.rot90(image, 1))


def test_exif_that_is_none() -> None:
    for noise in (
        b"",
        b"Exif\0\0",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\xff\xff",
        b"x" * 50,
    ):
        assert described(noise) == {} and orientation_of(noise) == 1
        assert isinstance(without_orientation(noise), bytes)
