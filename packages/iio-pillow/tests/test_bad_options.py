"""Values of options that make no sense are refused before anything is encoded, by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_round_trips import smooth

import iio_core as iio
from iio_pillow._spec import SPEC
from iio_pillow._writers import WRITERS

FORMATS = {format.name: format for format in SPEC.formats}
RGB = smooth("uint8", 3)

BAD: dict[str, list[dict[str, Any]]] = {
    "AVIF": [
        *({"quality": value} for value in ("foo", 500, -1, 50.5, True)),
        *({"speed": 11}, {"max_threads": 0}, {"tile_rows": 7}, {"subsampling": "x"}),
        *({"advanced": 3}, {"autotiling": "x"}, {"duration": 1 << 40}, {"range": 5}),
    ],
    "BLP": [{"blp_version": "BLP3"}],
    "BMP": [{"dpi": 300}, {"dpi": ("a", "b")}, {"dpi": (1, 2, 3)}, {"dpi": (float("nan"), 1)}],
    "DDS": [{"pixel_format": "DXT9"}, {"pixel_format": 5}],
    "GIF": [
        *({"loop": -5}, {"loop": 1 << 16}, {"loop": "x"}, {"palettesize": 1}),
        *({"palettesize": 257}, {"palettesize": 8.0}, {"disposal": 9}, {"disposal": "x"}),
        *({"comment": 5}, {"dither": "x"}, {"subrectangles": 3}, {"duration": "x"}),
        *({"duration": -1}, {"duration": float("inf")}, {"fps": 0}, {"fps": "x"}),
        *({"duration": ["x"]}, {"duration": []}, {"disposal": []}),
    ],
    "HEIF": [
        *({"quality": "foo"}, {"quality": 500}, {"chroma": 421}, {"subsampling": 420}),
        *({"enc_params": 3}, {"thumbnails": 16}, {"thumbnails": ["x"]}, {"tile_size": "x"}),
        *({"full_range_flag": 5}, {"primary_index": "x"}, {"lossless": "x"}),
    ],
    "ICNS": [{"sizes": [17]}, {"sizes": 16}, {"sizes": []}],
    "ICO": [{"sizes": [(16,)]}, {"sizes": 16}, {"sizes": []}, {"bitmap_format": "gif"}],
    "JPEG": [
        *({"quality": value} for value in ("foo", 1000, -1, 50.5)),
        *({"subsampling": "x"}, {"subsampling": 9}, {"smooth": 101}, {"streamtype": 3}),
        *({"optimize": "x"}, {"restart_marker_rows": -1}, {"qtables": "x"}, {"qtables": 3}),
        *({"extra": "x"}, {"dpi": 5}, {"icc_profile": "x"}, {"exif": "x"}, {"xmp": 5}),
        {"comment": 5},
    ],
    "JPEG2000": [
        *({"quality": "x"}, {"quality": -1}, {"quality_mode": "x"}, {"quality_layers": 5}),
        *({"quality_layers": ["x"]}, {"num_resolutions": 0}, {"codeblock_size": 4}),
        *({"codeblock_size": (2, 2)}, {"precinct_size": "xx"}, {"progression": "x"}),
        *({"cinema_mode": "x"}, {"mct": 2}, {"signed": "x"}, {"no_jp2": "x"}, {"plt": "x"}),
        *({"tile_size": 5}, {"offset": (-1, 0)}, {"tile_offset": "x"}, {"comment": 5}),
    ],
    "JXL": [
        *({"quality": "foo"}, {"quality": 101}, {"effort": 50}, {"decoding_speed": 5}),
        *({"num_threads": "x"}, {"jumb": "x"}, {"use_container": "x"}),
    ],
    "PDF": [
        *({"quality": "x"}, {"quality": 101}, {"resolution": 0}, {"dpi": (0, 0)}),
        *({"title": 5}, {"creationDate": 5}, {"resolution": float("nan")}),
    ],
    "PNG": [
        *({"compress_level": 99}, {"compress_level": "x"}, {"compress_type": 9}, {"bits": 3}),
        *({"pnginfo": 5}, {"dictionary": "x"}, {"transparency": "x"}, {"transparency": (1, 2)}),
        *({"transparency": 5}, {"optimize": "x"}, {"dpi": 5}, {"loop": -5}, {"disposal": 3}),
        *({"blend": 2}, {"default_image": "x"}, {"duration": "x"}, {"fps": -1}),
    ],
    "QOI": [{"colorspace": "x"}],
    "SGI": [{"bpc": 3}, {"bpc": "x"}],
    "TGA": [{"compression": "x"}, {"rle": "x"}, {"id_section": "x"}, {"orientation": 0}],
    "TIFF": [
        *({"compression": "x"}, {"compression": "jpeg", "quality": "x"}, {"big_tiff": "x"}),
        *({"compression": "lzw", "strip_size": 0}, {"tiffinfo": 5}, {"description": 5}),
        *({"resolution_unit": "x"}, {"resolution": "x"}, {"dpi": 5}, {"exif": "x"}, {"xmp": 5}),
    ],
    "WEBP": [
        *({"quality": "foo"}, {"quality": 500}, {"alpha_quality": -1}, {"method": 50}),
        *({"loop": -5}, {"loop": 1 << 16}, {"background": 5}, {"background": (1, 2, 3)}),
        *({"background": (0, 0, 0, 256)}, {"kmin": "x"}, {"lossless": "x"}, {"exact": "x"}),
        *({"duration": "x"}, {"duration": 1 << 24}, {"xmp": "x"}, {"icc_profile": 5}),
    ],
    "XBM": [{"hotspot": 5}, {"hotspot": (1.5, 2)}, {"set_bits": "red"}],
}
CASES = [(name, options) for name, several in BAD.items() for options in several]


def fitting(name: str) -> np.ndarray:
    pixels = FORMATS[name].writes[-1]
    image = smooth(pixels.dtype, pixels.channels[-1], 32, 32)
    return image if name not in ("PNG", "GIF", "JPEG") else RGB[:32, :32]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_bad_value_is_refused_by_name_and_what_was_accepted_is_kept(name, options, tmp_path):
    image = fitting(name)
    path = tmp_path / f"a{FORMATS[name].extensions[0]}"
    plain = {"palettesize": 256} if name == "GIF" else {"mode": "RGB"} if name == "BLP" else {}
    option = list(options)[-1]
    try:
        with pytest.raises(iio.OptionError, match=rf"{option}[= ]"):
            iio.imwrite(path, image, **(plain | options))
        assert not list(tmp_path.iterdir())
        with iio.imopen(path, "w") as file:
            file.write(image, **plain)
            with pytest.raises((iio.OptionError, iio.EncodeError)):
                file.write(image, **(plain | options))
    except iio.PluginNotInstalledError as error:
        pytest.skip(str(error))
    assert path.stat().st_size
    if name != "PDF":
        assert iio.improps(path, index=0).shape[:2] == image.shape[:2]


def test_every_writer_with_options_has_bad_values():
    rules = {name for name in WRITERS if WRITERS[name].rules} - {"DIB", "MPO"}
    assert rules <= set(BAD)


@pytest.mark.parametrize("options", [{"pnginfo": 5}, {"quality": "foo"}, {"duration": "x"}])
@pytest.mark.parametrize("extension", [".png", ".webp", ".gif", ".avif"])
def test_nothing_is_written_for_a_bad_value(extension, options, tmp_path):
    path = tmp_path / f"a{extension}"
    path.write_bytes(b"old")
    with pytest.raises((iio.OptionError, iio.PluginNotInstalledError)):
        iio.imwrite(path, [RGB, RGB], **options)
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("extension", [".gif", ".png"])
def test_a_disposal_for_each_frame(extension):
    gray = RGB[..., 0]
    data = iio.imwrite("<bytes>", [gray] * 3, extension=extension, disposal=[0, 1, 2])
    single = [
        iio.imwrite("<bytes>", [gray] * 3, extension=extension, disposal=value) for value in (0, 1)
    ]
    assert data not in single
    if extension == ".gif":
        starts = [i for i in range(len(data)) if data[i : i + 3] == b"!\xf9\x04"]
        assert [data[i + 3] >> 2 for i in starts] == [0, 1, 2]
    else:
        starts = [i for i in range(len(data)) if data[i : i + 4] == b"fcTL"]
        assert [data[i + 28] for i in starts] == [0, 1, 2]
    with pytest.raises(iio.OptionError, match="2 entries"):
        iio.imwrite("<bytes>", [gray] * 3, extension=extension, disposal=[0, 1])


def test_numbers_of_numpy_are_numbers():
    options = {"quality": np.int64(50), "dpi": (np.float32(30), np.int16(30))}
    assert iio.imwrite("<bytes>", RGB, extension=".jpg", **options)
    times = np.array([20, 30])
    data = iio.imwrite("<bytes>", [RGB[..., 0]] * 2, extension=".gif", duration=times)
    assert iio.immeta(data, index=1)["duration"] == 30
