"""What is read beside the pixels is written back; what a format cannot hold is said."""

from __future__ import annotations

import io
import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from PIL.ImageCms import ImageCmsProfile, createProfile
from test_round_trips import smooth

import iio_core as iio

RGB = smooth("uint8", 3)
ICC = ImageCmsProfile(createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>&#228;</a></x:xmpmeta>'


def exif(orientation: int = 1) -> bytes:
    data = Image.Exif()
    data[0x010E] = "a picture"
    data[0x0112] = orientation
    data[0x8769] = {0x829A: 0.25, 0x9003: "2020:01:02 03:04:05"}
    data[0x8825] = {1: "N", 2: (50.0, 30.0, 15.0)}
    return data.tobytes()


def write(extension: str, image: Any = RGB, **options: Any) -> bytes:
    try:
        data = iio.imwrite("<bytes>", image, extension=extension, **options)
    except iio.PluginNotInstalledError as error:
        pytest.skip(str(error))
    assert isinstance(data, bytes)
    return data


def meta(data: bytes, extension: str, **options: Any) -> dict[str, Any]:
    return iio.immeta(data, extension=extension, **options)


EXIF = [".jpg", ".png", ".webp", ".avif", ".heic", ".tif", ".mpo", ".jxl"]
XMP_IN = [".jpg", ".png", ".webp", ".avif", ".heic", ".tif", ".mpo", ".gif"]
ICC_IN = [".jpg", ".png", ".webp", ".avif", ".heic", ".tif", ".mpo", ".gif"]
DPI_IN = [".jpg", ".png", ".tif", ".bmp", ".dib", ".mpo"]


@pytest.mark.parametrize("target", EXIF)
@pytest.mark.parametrize("source", [".jpg", ".tif", ".png"])
def test_exif(source, target):
    first = write(source, metadata={"exif": exif()})
    found = meta(first, source)
    assert found["ImageDescription"] == "a picture"
    with warnings.catch_warnings():
        warnings.simplefilter("error", iio.MetadataWarning)
        again = meta(write(target, metadata=found), target)
    assert again["ImageDescription"] == "a picture"
    assert again["ExposureTime"] == 0.25
    assert again["DateTimeOriginal"] == "2020:01:02 03:04:05"
    assert again["GPSInfo"]["GPSLatitude"] == (50, 30, 15)
    assert again["GPSInfo"]["GPSLatitudeRef"] == "N"


def test_an_unchanged_packet_is_kept_byte_for_byte():
    packet = exif() + b"\0maker's notes that only their maker understands"
    found = meta(write(".jpg", exif=packet), ".jpg")
    assert found["exif"] == packet
    assert meta(write(".jpg", metadata=found), ".jpg")["exif"] == packet


@pytest.mark.parametrize("extension", EXIF)
def test_changed_and_new_tags_by_name(extension):
    found = meta(write(".jpg", exif=exif()), ".jpg")
    found |= {"ImageDescription": "another", "Artist": "somebody", "ISOSpeedRatings": 200}
    again = meta(write(extension, metadata=found), extension)
    assert again["ImageDescription"] == "another"
    assert again["Artist"] == "somebody"
    assert again["ISOSpeedRatings"] == 200
    assert again["ExposureTime"] == 0.25
    assert meta(
        write(extension, metadata={"Artist": "x", "GPSInfo": {"GPSLatitudeRef": "S"}}), extension
    )["GPSInfo"] == {"GPSLatitudeRef": "S"}


@pytest.mark.parametrize("extension", XMP_IN)
def test_xmp(extension):
    found = meta(write(extension, metadata={"xmp": XMP}), extension)
    assert found["xmp"] == XMP
    for target in XMP_IN:
        if target not in (".heic", ".avif"):
            with warnings.catch_warnings():
                warnings.simplefilter("error", iio.MetadataWarning)
                kept = {
                    k: v for k, v in found.items() if k not in ("duration", "loop", "durations")
                }
                assert meta(write(target, metadata=kept), target)["xmp"] == XMP


@pytest.mark.parametrize("extension", ICC_IN)
def test_icc_profile(extension):
    found = meta(write(extension, metadata={"icc_profile": ICC}), extension)
    assert found["icc_profile"] == ICC
    assert (
        meta(write(".png", metadata={"icc_profile": found["icc_profile"]}), ".png")["icc_profile"]
        == ICC
    )


@pytest.mark.parametrize("extension", DPI_IN)
def test_dpi(extension):
    found = meta(write(extension, metadata={"dpi": (120, 60)}), extension)
    assert found["dpi"] == pytest.approx((120, 60), abs=0.05)
    assert meta(write(extension, metadata=found), extension)["dpi"] == found["dpi"]


@pytest.mark.parametrize("extension", [".tif", ".jpg", ".bmp"])
def test_no_resolution_is_not_one_pixel_an_inch(extension):
    assert meta(write(extension), extension).get("dpi", (96, 96))[0] > 90


def test_resolution_without_a_unit():
    data = write(".tif", x_resolution=3, y_resolution=2, resolution_unit=1)
    found = meta(data, ".tif")
    assert "dpi" not in found
    again = meta(write(".tif", metadata=found), ".tif")
    assert again["resolution"] == found["resolution"] == (3, 2)
    assert "dpi" not in again


@pytest.mark.parametrize("extension", [".jpg", ".mpo", ".gif", ".jp2"])
def test_comment(extension):
    found = meta(write(extension, metadata={"comment": b"some words"}), extension)
    assert found["comment"] == b"some words"
    assert meta(write(extension, metadata=found), extension)["comment"] == b"some words"


def test_text_of_a_png():
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "a title")
    info.add_text("Author", "Ærøskøbing")
    info.add_itxt("Description", "日本", lang="ja", tkey="説明")
    found = meta(write(".png", pnginfo=info), ".png")
    assert (found["Title"], found["Author"], found["Description"]) == (
        "a title",
        "Ærøskøbing",
        "日本",
    )
    again = meta(write(".png", metadata=found | {"Comment": "new\nlines, 新"}), ".png")
    assert (again["Title"], again["Author"], again["Description"]) == (
        "a title",
        "Ærøskøbing",
        "日本",
    )
    assert again["Comment"] == "new\nlines, 新"
    assert again["Description"].lang == "ja"


def test_gamma_and_chromaticity_of_a_png():
    info = PngImagePlugin.PngInfo()
    info.add(b"gAMA", (45455).to_bytes(4, "big"))
    values = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
    info.add(b"cHRM", b"".join(v.to_bytes(4, "big") for v in values))
    found = meta(write(".png", pnginfo=info), ".png")
    assert found["gamma"] == pytest.approx(0.45455)
    again = meta(write(".png", metadata=found), ".png")
    assert again["gamma"] == pytest.approx(0.45455)
    assert again["chromaticity"] == pytest.approx([v / 100_000 for v in values])
    with pytest.warns(iio.MetadataWarning, match="chromaticity, gamma"):
        write(".jpg", metadata=found)


def test_other_things():
    found = meta(write(".tga", id_section=b"some text"), ".tga")
    assert meta(write(".tga", metadata=found), ".tga")["id_section"] == b"some text"
    bilevel = smooth("bool", 1)
    found = meta(write(".xbm", bilevel, hotspot=(3, 4)), ".xbm")
    assert meta(write(".xbm", bilevel, metadata=found), ".xbm")["hotspot"] == (3, 4)
    assert b"/Title " in write(".pdf", metadata={"title": "a title"})


@pytest.mark.parametrize("extension", [".gif", ".png", ".webp"])
def test_loop_and_duration(extension):
    frames = [np.roll(RGB, 5 * i, axis=1) for i in range(3)]
    data = write(extension, frames, duration=70, loop=3)
    found = meta(data, extension, index=0)
    assert found["loop"] == 3
    assert found["duration"] == pytest.approx(70)
    again = write(extension, frames, metadata=found)
    assert meta(again, extension, index=2)["duration"] == pytest.approx(70)
    assert meta(again, extension, index=0)["loop"] == 3
    with pytest.warns(iio.MetadataWarning, match=r"duration.*loop"):
        write(".bmp", metadata=found)


def test_durations_of_each_frame():
    frames = [np.roll(RGB, 5 * i, axis=1) for i in range(3)]
    with iio.imopen("<bytes>", "w", extension=".gif") as file:
        for frame, duration in zip(frames, (50, 200, 90), strict=True):
            file.write(frame, duration=duration)
    found = meta(file.getvalue(), ".gif", index=...)
    assert found["durations"] == [50, 200, 90]
    for extension in (".gif", ".png", ".webp", ".avif"):
        try:
            data = iio.imwrite("<bytes>", frames, extension=extension, metadata=found)
        except iio.PluginNotInstalledError:
            continue
        with iio.imopen(data, "r") as back:
            assert [round(back.metadata(index=i)["duration"]) for i in range(3)] == [50, 200, 90]


@pytest.mark.parametrize("extension", [".gif", ".png", ".webp", ".avif"])
def test_the_frame_rate_of_a_video_is_kept(extension):
    """Its duration is that of the whole, in seconds."""
    frames = [np.roll(RGB, 5 * i, axis=1) for i in range(3)]
    for told in ({"fps": 20.0, "duration": 1.0}, {"duration": 1, "fps": Fraction(20)}):
        with warnings.catch_warnings():
            warnings.simplefilter("error", iio.MetadataWarning)
            data = write(extension, frames, metadata=told)
        assert meta(data, extension, index=0)["duration"] == pytest.approx(50)
    data = write(extension, frames, metadata={"fps": 20.0, "duration": 1.0}, duration=80)
    assert meta(data, extension, index=0)["duration"] == pytest.approx(80)
    data = write(extension, frames, metadata={"fps": 20.0, "durations": [40, 70, 90]})
    assert meta(data, extension, index=1)["duration"] == pytest.approx(70)


LOST = {
    ".bmp": {"exif": exif(), "xmp": XMP, "icc_profile": ICC, "comment": b"c", "Title": "t"},
    ".jpg": {"gamma": 0.5, "Title": "t", "duration": 5},
    ".webp": {"gamma": 2.2, "comment": b"c"},
    ".ppm": {"dpi": (3, 3)},
    ".qoi": {"exif": exif()},
    ".jp2": {"dpi": (3, 3), "icc_profile": ICC},
    ".jxl": {"icc_profile": ICC, "hotspot": (3, 3)},
    ".ico": {"dpi": (3, 3)},
    ".gif": {"exif": exif()},
    ".tif": {"comment": b"c", "Title": "t"},
    ".avif": {"loop": 3, "duration": 9, "comment": b"c"},
    ".pdf": {"exif": exif()},
}


@pytest.mark.parametrize("extension", LOST)
def test_what_is_lost_is_named(extension):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        write(extension, metadata=LOST[extension])
    (found,) = [w for w in caught if issubclass(w.category, iio.MetadataWarning)]
    kept = {"duration"} if extension == ".avif" else set()
    named = str(found.message).rpartition(": ")[2].split(", ")
    assert named == sorted(LOST[extension].keys() - kept)


@pytest.mark.parametrize(
    "target", [".png", ".jpg", ".webp", ".tif", ".bmp", ".gif", ".avif", ".heic"]
)
@pytest.mark.parametrize(
    "source", [".png", ".jpg", ".webp", ".tif", ".bmp", ".gif", ".avif", ".heic"]
)
def test_nothing_is_said_of_what_says_nothing(source, target):
    found = meta(write(source), source)
    if source == ".gif":
        found = {k: v for k, v in found.items() if k not in ("duration", "durations")}
    if source == ".bmp":
        del found["dpi"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(target, metadata=found)


def test_one_warning_for_a_batch():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        write(".tif", [RGB] * 5, metadata={"nonsense": 3})
    assert len(caught) == 1


@pytest.mark.parametrize("extension", [".webp", ".avif", ".pdf"])
def test_metadata_of_the_file_is_that_of_the_first_image(extension):
    name = "title" if extension == ".pdf" else "xmp"
    one, two = ("one", "two") if extension == ".pdf" else (b"<one/>", b"<two/>")
    try:
        with iio.imopen("<bytes>", "w", extension=extension) as file:
            file.write(RGB, metadata={name: one})
            file.write(RGB[::-1], metadata={name: one})
            with pytest.warns(iio.MetadataWarning, match=name):
                file.write(RGB, metadata={name: two})
    except iio.PluginNotInstalledError as error:
        pytest.skip(str(error))
    assert b"one" in file.getvalue()
    assert b"two" not in file.getvalue()


def test_heif_images_have_metadata_of_their_own():
    pytest.importorskip("pillow_heif")
    with iio.imopen("<bytes>", "w", extension=".heic") as file:
        file.write(RGB, metadata={"xmp": b"<one/>"})
        file.write(RGB, metadata={"xmp": b"<two/>", "Artist": "second"})
    assert iio.immeta(file.getvalue(), index=0)["xmp"] == b"<one/>"
    assert iio.immeta(file.getvalue(), index=1)["xmp"] == b"<two/>"
    assert iio.immeta(file.getvalue(), index=1)["Artist"] == "second"
    assert "Artist" not in iio.immeta(file.getvalue(), index=0)


def test_structure_in_a_packet_does_not_damage_a_tiff():
    # Cameras put the size of their own image into IFD 0.
    packet = Image.Exif()
    packet[0x0100], packet[0x0101], packet[0x0102] = 4000, 3000, (8, 8, 8)
    packet[0x0103], packet[0x0111], packet[0x010E] = 6, 1234, "words"
    for compression in (None, "lzw"):
        data = write(".tif", exif=packet.tobytes(), compression=compression)
        np.testing.assert_array_equal(iio.imread(data), RGB)
        assert meta(data, ".tif")["ImageDescription"] == "words"


ORIENTED = [".jpg", ".png", ".webp", ".tif"]


@pytest.mark.parametrize("extension", ORIENTED)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_kept_and_left_out_once_it_is_applied(extension, orientation):
    options = {"lossless": True} if extension == ".webp" else {}
    if extension == ".jpg":
        options = {"quality": 100, "subsampling": 0}
    data = write(extension, exif=exif(orientation), **options)
    found = meta(data, extension)
    assert found["Orientation"] == orientation
    assert iio.imread(data).shape == RGB.shape
    again = write(extension, iio.imread(data), metadata=found, **options)
    assert meta(again, extension)["Orientation"] == orientation
    assert iio.imread(again, rotate=True).shape == iio.imread(data, rotate=True).shape
    # Turned upright and written with what is left of the metadata, it is not turned twice.
    upright = iio.imread(data, rotate=True)
    left = meta(data, extension, rotate=True)
    assert "Orientation" not in left
    assert left["ImageDescription"] == "a picture"
    again = write(extension, upright, metadata=left, **options)
    assert iio.imread(again, rotate=True).shape == upright.shape
    assert meta(again, extension).get("Orientation", 1) == 1
    kept = meta(data, extension, rotate=True, exclude_applied=False)
    assert kept["Orientation"] == orientation


def test_resolution_of_formats_that_have_none_goes_into_exif():
    found = meta(write(".jpg", dpi=(30, 40)), ".jpg")
    again = meta(write(".webp", metadata=found), ".webp")
    assert (again["XResolution"], again["YResolution"], again["ResolutionUnit"]) == (30, 40, 2)


def test_metadata_is_plain_data():
    import copy
    import pickle

    found = meta(write(".jpg", exif=exif(), dpi=(30, 30)), ".jpg")
    assert copy.deepcopy(found).keys() == found.keys()
    assert pickle.loads(pickle.dumps(found)).keys() == found.keys()
    assert io.BytesIO(found["exif"]).read(4) == b"Exif"


def gray_png(**options: Any) -> bytes:
    Image.fromarray(RGB[..., 0]).save(buffer := io.BytesIO(), "PNG", **options)
    return buffer.getvalue()


def color_png(**options: Any) -> bytes:
    Image.fromarray(RGB).save(buffer := io.BytesIO(), "PNG", **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "color"),
    [(gray_png(transparency=5), 5), (color_png(transparency=(1, 2, 3)), (1, 2, 3))],
)
def test_transparent_color_of_a_png(data, color):
    image, found = iio.imread(data), meta(data, ".png")
    assert found["transparency"] == color
    again = write(".png", image, metadata=found)
    assert meta(again, ".png")["transparency"] == color
    np.testing.assert_array_equal(iio.imread(again), image)
    for extension in (".jpg", ".tif", ".bmp"):
        with pytest.warns(iio.MetadataWarning, match="transparency"):
            write(extension, image, metadata=found)
    other = RGB if image.ndim == 2 else RGB[..., 0]
    with pytest.warns(iio.MetadataWarning, match="transparent color"):
        assert "transparency" not in meta(write(".png", other, metadata=found), ".png")
    # Alpha says all there is to say.
    rgba = iio.imread(data, mode="RGBA")
    np.testing.assert_array_equal(iio.imread(write(".png", rgba, metadata=found)), rgba)


@pytest.mark.parametrize("options", [{"exif": exif(6)}, {"metadata": {"Orientation": 6}}])
def test_heif_pixels_are_not_turned(options):
    pytest.importorskip("pillow_heif")
    with pytest.warns(iio.MetadataWarning, match="Orientation"):
        data = write(".heic", lossless=True, **options)
    np.testing.assert_array_equal(iio.imread(data), RGB)
    assert meta(data, ".heic").get("Orientation", 1) == 1
    if "exif" in options:
        assert meta(data, ".heic")["ImageDescription"] == "a picture"


@pytest.mark.parametrize(
    ("extension", "metadata"),
    [
        (".png", {"dpi": 5}),
        (".png", {"gamma": "x"}),
        (".png", {"chromaticity": 3}),
        (".png", {"loop": -3}),
        (".png", {"transparency": "x"}),
        (".bmp", {"dpi": "x"}),
        (".tif", {"resolution": 5}),
        (".pdf", {"dpi": (0, 0)}),
        (".jpg", {"exif": 5}),
        (".webp", {"loop": "x"}),
        (".tga", {"id_section": 5}),
        (".jp2", {"comment": 5}),
    ],
)
def test_metadata_that_makes_no_sense_is_left_out(extension, metadata):
    with pytest.warns(iio.MetadataWarning, match=next(iter(metadata))):
        assert write(extension, metadata=metadata) == write(extension)


def test_xmp_may_be_text():
    assert meta(write(".jpg", metadata={"xmp": "<x/>"}), ".jpg")["xmp"] == b"<x/>"


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp", ".tif"])
def test_exif_text_beyond_ascii_is_utf_8(extension):
    image = np.zeros((8, 8, 3), np.uint8)
    data = iio.imwrite("<bytes>", image, extension=extension, metadata={"Artist": "Zoë 日本"})
    assert "Zoë 日本".encode() in data
    found = iio.immeta(data)
    assert found["Artist"] == "Zoë 日本"
    again = iio.imwrite("<bytes>", image, extension=extension, metadata=found)
    assert iio.immeta(again)["Artist"] == "Zoë 日本"


def test_exif_text_that_pillow_cannot_write_is_told():
    image = np.zeros((8, 8, 3), np.uint8)
    with pytest.warns(iio.MetadataWarning, match="LensModel"):
        iio.imwrite("<bytes>", image, extension=".jpg", metadata={"LensModel": "Ünique"})


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ({"exif": b"junk"}, "exif"),
        ({"exif": "junk"}, "exif"),
        ({"GPSInfo": {"Nowhere": 1}}, "GPSInfo: 'Nowhere'"),
        ({"GPSInfo": 3}, "GPSInfo"),
        ({"GPSInfo": {2: "north"}}, "GPSInfo"),
        ({"Orientation": "left"}, "Orientation"),
        ({1: "one"}, "1"),
    ],
)
def test_values_that_cannot_be_stored_are_named(metadata, named):
    with pytest.warns(iio.MetadataWarning, match=f"left out: {named}"):
        data = iio.imwrite("<bytes>", RGB, extension=".jpg", metadata={**metadata, "Artist": "me"})
    stored = Image.open(io.BytesIO(data)).getexif()
    assert stored[0x013B] == "me" and 0x0112 not in stored


def test_gps_tags_by_number():
    given = {"GPSInfo": {1: "N", "GPSLongitudeRef": "E"}}
    data = iio.imwrite("<bytes>", RGB, extension=".jpg", metadata=given)
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825) == {1: "N", 3: "E"}


def test_none_says_nothing():
    data = iio.imwrite("<bytes>", RGB, extension=".png", metadata={"Title": None, "Author": "me"})
    assert Image.open(io.BytesIO(data)).text == {"Author": "me"}
