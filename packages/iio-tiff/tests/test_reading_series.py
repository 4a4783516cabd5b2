"""Reading: series, pages, levels, regions, places, views; and what is left to others."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import tifffile
from tiff_samples import handmade, noise, stk, written

import iio_core as iio

STACK = noise(5, 40, 50, dtype="uint16")


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    path = tmp_path / "stack.tif"
    path.write_bytes(written(STACK, photometric="minisblack", compression="zlib"))
    return path


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    path = tmp_path / "flat.tif"
    image = noise(5, 200, 300, dtype="uint16", seed=8)
    path.write_bytes(written(image, photometric="minisblack", byteorder=">"))
    return path


def mixed() -> bytes:
    with tifffile.TiffWriter(buffer := io.BytesIO()) as file:
        for image in (noise(3, 8, 9), noise(12, 13, 3), noise(6, 7, dtype="float32")):
            file.write(image, photometric="rgb" if image.shape[-1] == 3 else "minisblack")
    return buffer.getvalue()


def test_an_index_is_a_series() -> None:
    data = mixed()
    with iio.imopen(data, "r") as file:
        assert file.count() == 3
        assert [image.shape for image in file] == [(3, 8, 9), (12, 13, 3), (6, 7)]
        assert [file.properties(index=n).axes for n in range(3)] == ["QYX", "YXS", "YX"]
        np.testing.assert_array_equal(file.read(index=-1), noise(6, 7, dtype="float32"))
        np.testing.assert_array_equal(file.read(series=1), noise(12, 13, 3))
        with pytest.raises(iio.FrameIndexError):
            file.read(index=3)


def test_a_page_is_of_the_file_or_of_a_series() -> None:
    data = mixed()
    stack = noise(3, 8, 9)
    np.testing.assert_array_equal(iio.imread(data, page=1), stack[1])
    np.testing.assert_array_equal(iio.imread(data, page=-1), noise(6, 7, dtype="float32"))
    np.testing.assert_array_equal(iio.imread(data, index=0, page=2), stack[2])
    np.testing.assert_array_equal(iio.imread(data, page=3), noise(12, 13, 3))
    assert iio.improps(data, page=3).shape == (12, 13, 3)
    # All of the file is what a page is picked from, as imageio has it.
    for index in (None, ...):
        np.testing.assert_array_equal(iio.imread(data, index=index, page=3), noise(12, 13, 3))
        assert iio.improps(data, index=index, page=3).shape == (12, 13, 3)
        assert iio.immeta(data, index=..., page=3)["ImageWidth"] == 13
    for wrong in ({"page": 5}, {"index": 0, "page": 3}, {"page": -6}):
        with pytest.raises(iio.FrameIndexError):
            iio.imread(data, **wrong)


def test_keys_are_several_pages(stack: Path) -> None:
    np.testing.assert_array_equal(iio.imread(stack, key=slice(1, 4)), STACK[1:4])
    np.testing.assert_array_equal(iio.imread(stack, key=[4, 0]), STACK[[4, 0]])
    np.testing.assert_array_equal(iio.imread(stack, key=2), STACK[2])
    with pytest.raises(iio.OptionError, match="differ"):
        iio.imread(mixed(), key=[0, 3])


def test_axes_of_length_one_are_kept_on_request() -> None:
    image = noise(1, 3, 1, 8, 9, dtype="uint16")
    options = {"ome": True, "photometric": "minisblack", "metadata": {"axes": "TZCYX"}}
    data = written(image, **options)
    np.testing.assert_array_equal(iio.imread(data), image[0, :, 0])
    whole = iio.imread(data, squeeze=False)
    found = iio.improps(data, squeeze=False)
    assert found.shape == whole.shape
    assert found.axes in ("TZCYX", "TZCYXS")  # the versions of tifffile differ
    np.testing.assert_array_equal(whole.reshape(image.shape), image)
    assert whole.shape[:5] == image.shape
    assert [i.shape for i in iio.imiter(data, squeeze=False)] == [whole.shape]


def test_pages_are_iterated_one_by_one(stack: Path) -> None:
    with iio.imopen(stack, "r") as file:
        np.testing.assert_array_equal(np.stack(list(file.iter_pages())), STACK)
        np.testing.assert_array_equal(np.stack(list(file.iter_pages(index=0))), STACK)


@pytest.mark.parametrize("workers", [1, 2, 5, None])
def test_threads_decode_the_same(workers: int | None) -> None:
    image = noise(3, 500, 600, dtype="uint16")
    data = written(image, photometric="minisblack", compression="zlib", rowsperstrip=16)
    before = threading.active_count()
    np.testing.assert_array_equal(iio.imread(data, maxworkers=workers), image)
    assert threading.active_count() == before


@pytest.mark.parametrize("kind", ["stack", "flat"])
def test_out_is_where_pixels_go(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    path = request.getfixturevalue(kind)
    expected = iio.imread(path)
    out = np.lib.format.open_memmap(tmp_path / "out.npy", "w+", np.uint16, expected.shape)
    assert iio.imread(path, out=out) is out
    np.testing.assert_array_equal(out, expected)
    strided = np.zeros((*expected.shape, 2), np.uint16)[..., 0]
    assert iio.imread(path, out=strided) is strided
    np.testing.assert_array_equal(strided, expected)
    with pytest.raises(iio.OptionError, match="shape"):
        iio.imread(path, out=np.zeros((2, 2), np.uint16))
    with pytest.raises(iio.OptionError, match="uint16"):
        iio.imread(path, out=np.zeros(expected.shape, np.int16))


def test_out_needs_no_more_than_the_caller_has(flat: Path) -> None:
    with iio.limits(array_bytes=1000, ratio=0):
        with pytest.raises(iio.LimitError):
            iio.imread(flat)
        out = np.empty((5, 200, 300), np.uint16)
        iio.imread(flat, out=out)
        mapped = iio.imread(flat, memmap=True)
    np.testing.assert_array_equal(out, mapped)


def test_a_map_is_of_the_file(flat: Path) -> None:
    mapped = iio.imread(flat, memmap=True)
    assert isinstance(mapped, np.memmap)
    assert mapped.dtype == ">u2"
    assert not mapped.flags.writeable
    np.testing.assert_array_equal(mapped, iio.imread(flat))


def test_what_is_compressed_cannot_be_mapped(stack: Path) -> None:
    with pytest.raises(iio.OptionError, match="compressed"):
        iio.imread(stack, memmap=True)
    packed = written(STACK, photometric="minisblack", rowsperstrip=9, compression="zlib")
    with pytest.raises(iio.OptionError, match="several pieces"):
        iio.imread(packed, memmap=True)


def test_what_is_in_memory_is_not_copied() -> None:
    data = written(STACK, photometric="minisblack")
    view = iio.imread(data, memmap=True)
    assert not view.flags.writeable
    np.testing.assert_array_equal(view, STACK)


LAYOUTS = {
    "strips": {"rowsperstrip": 7, "compression": "zlib"},
    "plain strips": {"rowsperstrip": 7},
    "one strip": {},
    "tiles": {"tile": (16, 32), "compression": "zlib"},
    "plain tiles": {"tile": (32, 16)},
    "big-endian": {"byteorder": ">"},
}
REGIONS = [
    np.s_[:, 3:20, 30:47],
    np.s_[1:2, ::3, ::-1],
    np.s_[::-2, 39:5:-4, 49:],
    np.s_[2:2],
    np.s_[:],
    np.s_[-1:, -1:, -1:],
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("region", REGIONS, ids=str)
def test_regions_are_parts(layout: str, region: object) -> None:
    data = written(STACK, photometric="minisblack", **LAYOUTS[layout])
    with iio.imopen(data, "r") as file:
        part = file.read_region(region)
    np.testing.assert_array_equal(part, STACK[region])
    assert part.flags.c_contiguous


@pytest.mark.parametrize("planar", [False, True])
def test_regions_of_colors(planar: bool) -> None:
    image = noise(4, 40, 50, 3)
    stored = np.moveaxis(image, -1, 1) if planar else image
    how = {"planarconfig": "separate" if planar else "contig", "photometric": "rgb"}
    for options in ({}, {"compression": "zlib", "tile": (16, 16)}):
        data = written(stored, **how, **options)
        np.testing.assert_array_equal(iio.imread(data), image)
        with iio.imopen(data, "r") as file:
            for region in (np.s_[1:3, 5:30, 7:9], np.s_[:, 5:30, ::2, ::-1], np.s_[:1, :, :, 1:2]):
                np.testing.assert_array_equal(file.read_region(region), image[region])


def test_regions_are_of_series_and_levels() -> None:
    image = noise(64, 96)
    data = iio.imwrite("<bytes>", image, extension=".tif", tile=(16, 16), pyramid=2)
    half = iio.imread(data, level=1)
    assert half.shape == (32, 48)
    with iio.imopen(data, "r") as file:
        np.testing.assert_array_equal(file.read_region(np.s_[:9, 3:], level=1), half[:9, 3:])
        assert file.read(index=0, page=0, level=1).shape == (32, 48)
        with pytest.raises(iio.FrameIndexError):
            file.read_region(np.s_[:9], level=4)
        with pytest.raises(iio.FrameIndexError):
            file.read(index=0, page=0, level=4)
        with pytest.raises(iio.OptionError, match="axes"):
            file.read_region(np.s_[:, :, :1])


def test_volumes_on_one_page() -> None:
    volume = noise(8, 32, 48)
    data = iio.imwrite("<bytes>", volume, extension=".tif", volume=True, tile=(4, 16, 16))
    np.testing.assert_array_equal(iio.imread(data), volume)
    with iio.imopen(data, "r") as file:
        region = np.s_[2:7, 10:20, 5:40]
        np.testing.assert_array_equal(file.read_region(region), volume[region])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_upright(orientation: int) -> None:
    shown = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)  # as a viewer shows it
    undo = {
        1: shown,
        2: shown[:, ::-1],
        3: shown[::-1, ::-1],
        4: shown[::-1],
        5: shown.T,
        6: shown.T[::-1],
        7: shown.T[::-1, ::-1],
        8: shown.T[:, ::-1],
    }[orientation]
    tags = [(274, "H", 1, orientation, False)]
    data = written(np.ascontiguousarray(undo), metadata=None, extratags=tags)
    np.testing.assert_array_equal(iio.imread(data, rotate=True), shown)
    np.testing.assert_array_equal(iio.imread(data), undo)
    assert iio.improps(data, rotate=True).shape == shown.shape
    assert ("Orientation" in iio.immeta(data, index=0, rotate=True)) is False


def test_palettes_are_indices_or_colors() -> None:
    table = (noise(3, 256).astype(np.uint16) * 257).astype(np.uint16)
    image = noise(9, 8)
    data = written(image, photometric="palette", colormap=table, metadata=None)
    np.testing.assert_array_equal(iio.imread(data, plugin="tiff"), image)
    colors = iio.imread(data, palette=True)
    np.testing.assert_array_equal(colors, (table // 257).astype(np.uint8).T[image])
    assert iio.improps(data, palette=True).shape == colors.shape
    assert iio.improps(data, palette=True).dtype == np.uint8
    with pytest.raises(iio.OptionError, match="no palette"):
        iio.imread(written(image), palette=True)


def test_an_embedded_file_begins_somewhere() -> None:
    image = noise(7, 8)
    data = b"something else" + written(image) + b"and more"
    np.testing.assert_array_equal(iio.imread(data, plugin="tiff", offset=14), image)
    np.testing.assert_array_equal(
        iio.imread(data, plugin="tiff", offset=14, size=len(data) - 22), image
    )
    with pytest.raises(iio.DecodeError):
        iio.imread(data, plugin="tiff", offset=14, size=50)


def test_samples_of_one_bit_and_more() -> None:
    bits = noise(5, 13) > 99
    entries = {256: (3, (13,)), 257: (3, (5,)), 258: (3, (1,)), 262: (3, (1,)), 278: (3, (5,))}
    image = iio.imread(handmade(np.packbits(bits, axis=1).tobytes(), entries), plugin="tiff")
    np.testing.assert_array_equal(image, bits)
    twelve = noise(4, 6, dtype="uint16") >> 4
    packed = np.packbits(
        (twelve[..., None] >> np.arange(11, -1, -1) & 1).astype(np.uint8).reshape(4, -1), axis=1
    )
    entries |= {256: (3, (6,)), 257: (3, (4,)), 258: (3, (12,)), 278: (3, (4,))}
    image = iio.imread(handmade(packed.tobytes(), entries), plugin="tiff")
    np.testing.assert_array_equal(image, twelve)


def test_a_raw_file_is_left_to_others() -> None:
    dng = written(noise(8, 8), metadata=None, extratags=[(50706, "B", 4, b"\1\4\0\0", True)])
    with pytest.raises(iio.NoPluginError, match="raw file"):
        iio.imread(dng, plugin="tiff")
    assert iio.imread(dng, plugin="tiff", raw=True).shape == (8, 8)


def test_a_raw_file_of_a_maker_is_one_with_sensor_pixels() -> None:
    preview, sensor = noise(16, 16, 3), noise(32, 32, dtype="uint16")
    with tifffile.TiffWriter(buffer := io.BytesIO()) as file:
        make = [(271, "s", 0, "Maker", True)]
        file.write(preview, photometric="rgb", subifds=1, metadata=None, extratags=make)
        file.write(sensor, photometric="cfa", subfiletype=0, metadata=None)
    with pytest.raises(iio.NoPluginError, match="raw file"):
        iio.imread(buffer.getvalue(), plugin="tiff")


def test_who_reads_and_writes_is_this_plugin() -> None:
    assert iio.explain(written(noise(4, 5)), extension=".tif").chosen.plugin.spec.name == "tiff"
    assert iio.explain("x.ome.tiff", "w").chosen.format.name == "OME-TIFF"
    assert iio.explain("x.tif", "w").chosen.format.name == "TIFF"
    with iio.imopen(stk()[0], "r", plugin="tifffile") as file:
        assert file.plugin == "tiff"


def test_planes_in_files_beside_are_followed(tmp_path: Path) -> None:
    planes = noise(2, 12, 14)
    text = (
        '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
        'UUID="urn:uuid:{own}"><Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYCZT" '
        'Type="uint8" SizeX="14" SizeY="12" SizeC="1" SizeZ="2" SizeT="1">'
        '<Channel ID="Channel:0:0" SamplesPerPixel="1"/>'
        '<TiffData FirstZ="0" IFD="0" PlaneCount="1"><UUID FileName="a.ome.tif">urn:uuid:1</UUID>'
        '</TiffData><TiffData FirstZ="1" IFD="0" PlaneCount="1">'
        '<UUID FileName="{second}">urn:uuid:2</UUID></TiffData></Pixels></Image></OME>'
    )
    for number, name in enumerate("ab"):
        xml = text.format(own=number + 1, second="b.ome.tif")
        path = tmp_path / f"{name}.ome.tif"
        tifffile.imwrite(path, planes[number], description=xml, metadata=None)
    path = tmp_path / "a.ome.tif"
    np.testing.assert_array_equal(iio.imread(path), planes)
    np.testing.assert_array_equal(iio.imread(path, multifile=False), planes[0])
    (tmp_path / "b.ome.tif").unlink()
    with pytest.warns(iio.IIOWarning, match="one of 2 files"):
        np.testing.assert_array_equal(iio.imread(path), planes[0])
    outside = tmp_path / "inner"
    outside.mkdir()
    xml = text.format(own=1, second="../a.ome.tif")
    tifffile.imwrite(outside / "a.ome.tif", planes[0], description=xml, metadata=None)
    with pytest.raises(iio.DecodeError, match="outside"):
        iio.imread(outside / "a.ome.tif")


def test_a_name_says_nothing(tmp_path: Path) -> None:
    """Not even of OME-XML, which has the name that the file once had."""
    image = noise(2, 9, 8)
    data = written(image, ome=True, photometric="minisblack")
    for name in ("x.tif", "x.ndpi", "y.ome.tif"):
        (tmp_path / name).write_bytes(data)
        np.testing.assert_array_equal(iio.imread(tmp_path / name), image)


def test_the_codec_of_a_page_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {256: (3, (5,)), 257: (3, (4,)), 258: (3, (8,)), 259: (3, (9999,))}
    data = handmade(bytes(20), entries)
    with pytest.raises(iio.NoPluginError, match="compression 9999"):
        iio.imread(data, plugin="tiff")
    monkeypatch.setattr("iio_tiff._codecs.has_codecs", lambda: False)
    with pytest.raises(iio.NoPluginError, match=r"iio-tiff\[codecs\]"):
        iio.imread(data, plugin="tiff")


def test_bigtiff_has_longer_offsets() -> None:
    image = noise(4, 6)
    data = written(image, bigtiff=True, metadata=None)
    assert struct.unpack_from("<H", data, 2) == (43,)
    np.testing.assert_array_equal(iio.imread(data), image)


NO_CODECS = """
import sys
sys.modules["imagecodecs"] = None
import io
import numpy as np
from PIL import Image
import iio_core as iio
image = np.arange(600, dtype=np.uint8).reshape(20, 30)
for compression in ("tiff_lzw", "tiff_adobe_deflate"):
    Image.fromarray(image).save(buffer := io.BytesIO(), "TIFF", compression=compression)
    data = buffer.getvalue()
    if compression == "tiff_adobe_deflate":
        assert (iio.imread(data, plugin="tiff") == image).all()
        continue
    try:
        iio.imread(data, plugin="tiff")
    except iio.NoPluginError as error:
        assert 'pip install "iio-tiff[codecs]"' in str(error), error
    else:
        raise AssertionError("it was read")
try:
    iio.imwrite("<bytes>", image, extension=".tif", plugin="tiff", compression="lzw")
except iio.EncodeError as error:
    assert 'pip install "iio-tiff[codecs]"' in str(error), error
else:
    raise AssertionError("it was written")
bomb = iio.imwrite("<bytes>", np.zeros((9000, 9000), np.uint8), extension=".tif", plugin="tiff",
                   compression="zlib", rowsperstrip=9000, writeshape=False)
small = bytearray(bomb)
import struct, tracemalloc
(at,) = struct.unpack_from("<I", bomb, 4)
for place in range(at + 2, at + 2 + 12 * struct.unpack_from("<H", bomb, at)[0], 12):
    tag, kind = struct.unpack_from("<HH", bomb, place)
    if tag in (256, 257, 278):
        struct.pack_into("<I" if kind == 4 else "<H", small, place + 8, 10)
tracemalloc.start()
try:
    iio.imread(bytes(small), plugin="tiff")
except iio.DecodeError as error:
    assert "unpacks to more" in str(error), error
else:
    raise AssertionError("it was unpacked")
assert tracemalloc.get_traced_memory()[1] < 10_000_000
"""


def test_without_codecs_the_standard_library_is_enough_for_some() -> None:
    done = subprocess.run([sys.executable, "-c", NO_CODECS], capture_output=True, text=True)
    assert not done.returncode, done.stderr
