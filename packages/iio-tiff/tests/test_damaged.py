"""Files that lie: an error at once, in little memory; never a wrong array without a word."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import tifffile
from tiff_dialects import many_pages, page_of
from tiff_samples import handmade, noise, written

import iio_core as iio
from iio_tiff import _codestreams

BASIC = {256: (3, (7,)), 257: (3, (5,)), 258: (3, (8,)), 259: (3, (1,)), 262: (3, (1,))}
ERRORS = (iio.DecodeError, iio.LimitError)


@contextmanager
def little_memory(most: int = 50 << 20) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def refused(data: bytes, match: str = "", **options) -> None:
    with little_memory(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ERRORS, match=match):
            iio.imread(data, extension=".tif", plugin="tiff", **options)


def entry_of(data: bytes, tag: int) -> int:
    """Return where the entry of a tag stands in the first directory of a little-endian file."""
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    for place in range(at + 2, at + 2 + 12 * count, 12):
        if struct.unpack_from("<H", data, place)[0] == tag:
            return place
    raise LookupError(tag)


def changed(data: bytes, tag: int, value: int, *, count: int | None = None, kind: int = 4) -> bytes:
    """Return a file with another value of a tag."""
    made = bytearray(data)
    place = entry_of(data, tag)
    old = struct.unpack_from("<I", data, place + 4)[0]
    struct.pack_into("<HII", made, place + 2, kind, old if count is None else count, value)
    return bytes(made)


def chain(links: list[int]) -> bytes:
    """Return a file of directories of one pixel each, the n-th followed by that at links[n]."""
    rows = {256: 1, 257: 1, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 1, 279: 1}
    size = 2 + 12 * len(rows) + 4
    body = b""
    for link in links:
        body += struct.pack("<H", len(rows))
        body += b"".join(struct.pack("<HHII", tag, 4, 1, n) for tag, n in rows.items())
        body += struct.pack("<I", 0 if link < 0 else 16 + link * size)
    return b"II*\0" + struct.pack("<I", 16) + b"\x07" + bytes(7) + body


@pytest.mark.parametrize("links", [[0], [1, 0], [1, 2, 1], [*range(1, 300), 150]], ids=len)
def test_directories_in_a_circle(links: list[int]) -> None:
    refused(chain(links), "circle")


def test_the_first_page_of_a_circle_can_be_read() -> None:
    assert iio.imread(chain([1, 0]), plugin="tiff", page=0).tolist() == [[7]]


def test_pages_may_be_read_one_by_one_and_then_counted() -> None:
    data = chain([*range(1, 200), -1])
    with iio.imopen(data, "r", plugin="tiff") as file:
        assert [int(file.read(page=n)[0, 0]) for n in reversed(range(200))] == [7] * 200
        assert [int(file.read(page=n)[0, 0]) for n in range(200)] == [7] * 200
        assert len(list(file.iter_pages())) == 200


def test_a_chain_that_leaves_the_file() -> None:
    refused(chain([1, 900]), "directory 2 would be at")


def test_directories_that_overlap() -> None:
    """Each begins a few bytes after the one before: as many pages as bytes."""
    unit = struct.pack("<H", 1) + struct.pack("<HHII", 256, 4, 1, 1)
    data = bytearray(b"II*\0" + struct.pack("<I", 8) + bytes(18_000))
    for at in range(8, 18_000 - 64, 18):
        data[at : at + 14] = unit
        struct.pack_into("<I", data, at + 14, at + 18)
    refused(bytes(data))


def test_thousands_of_pages_that_are_not_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """To compare each with all others would take for ever; single ones can be read."""
    monkeypatch.setattr("iio_tiff._selection._MANY", 20)
    pages = [page_of(noise(4, 5 + number % 3)) for number in range(60)]
    data = many_pages(pages)
    assert iio.imread(data, plugin="tiff", index=1).shape == (20, 4, 6)
    with iio.limits(metadata_bytes=100_000):
        refused(data, "60 pages that are not all alike")
        assert iio.imread(data, plugin="tiff", page=59).shape == (4, 7)


def test_many_pages_that_share_one_table() -> None:
    """A table of a megabyte, which every one of a thousand directories claims as its own."""
    rows = {256: 1, 257: 1, 258: 8, 259: 1, 262: 1, 277: 1, 278: 1}
    size = 2 + 12 * (len(rows) + 2) + 4
    table = 8 + size * 1000
    body = b""
    for number in range(1000):
        body += struct.pack("<H", len(rows) + 2)
        body += b"".join(struct.pack("<HHII", tag, 4, 1, n) for tag, n in rows.items())
        body += struct.pack("<HHII", 273, 4, 250_000, table)
        body += struct.pack("<HHII", 279, 4, 250_000, table)
        body += struct.pack("<I", 8 + size * (number + 1) if number < 999 else 0)
    refused(b"II*\0" + struct.pack("<I", 8) + body + bytes(1_000_000), "overlap")


def test_counts_and_offsets_beyond_the_file() -> None:
    data = handmade(noise(5, 7).tobytes(), BASIC | {278: (3, (5,))})
    refused(changed(data, 273, 8, count=0xFFFFFFFF), "tag 273")
    refused(changed(data, 258, 0xFFFFFFF0, count=900, kind=3), "tag 258")
    refused(changed(data, 273, 0xFFFFFFF0), "35 bytes")
    refused(data[:4] + struct.pack("<I", 0xFFFFFFFE) + data[8:], "directory 0")
    refused(data[:4] + bytes(4) + data[8:], "directory 0")


@pytest.mark.parametrize("tag", [259, 317])
def test_tags_of_two_values_that_decide_on_how_to_decode(tag: int) -> None:
    data = handmade(noise(5, 7).tobytes(), BASIC | {278: (3, (5,)), tag: (3, (1, 1))})
    with pytest.raises(iio.NoPluginError, match="is not one whole number"):
        iio.imread(data, plugin="tiff")


@pytest.mark.parametrize("tag", [262, 284])
def test_tags_of_two_values_that_do_not(tag: int) -> None:
    image = noise(5, 7)
    data = handmade(image.tobytes(), BASIC | {278: (3, (5,)), tag: (3, (1, 1))})
    np.testing.assert_array_equal(iio.imread(data, plugin="tiff"), image)
    assert iio.improps(data, plugin="tiff").shape == (5, 7)
    assert iio.immeta(data, plugin="tiff")["planar_configuration"] == "contig"


def test_a_unit_of_two_values_is_none() -> None:
    image = noise(5, 7)
    entries = BASIC | {278: (3, (5,)), 282: (5, (72, 1)), 283: (5, (72, 1)), 296: (3, (2, 3))}
    data = handmade(image.tobytes(), entries)
    assert iio.improps(data, plugin="tiff").spacing is None
    assert "dpi" not in iio.immeta(data, plugin="tiff")
    np.testing.assert_array_equal(iio.imread(data, plugin="tiff"), image)


@pytest.mark.filterwarnings("ignore::iio_core.IIOWarning")
@pytest.mark.parametrize("plugin", ["tiff", "fei"])
@pytest.mark.parametrize("tag", [256, 257])
def test_a_size_that_is_no_whole_number(tag: int, plugin: str) -> None:
    entries = BASIC | {278: (3, (5,)), tag: (12, (5.5,)), 34682: (2, b"[User]\r\n\0")}
    data = handmade(noise(5, 7).tobytes(), entries)
    for call in (iio.improps, iio.imread, lambda *a, **k: list(iio.imiter(*a, **k))):
        with pytest.raises(iio.DecodeError):
            call(data, plugin=plugin, extension=".tif")


@pytest.mark.parametrize("tag", [256, 257])
def test_a_size_that_is_missing(tag: int) -> None:
    entries = {t: v for t, v in BASIC.items() if t != tag} | {278: (3, (5,))}
    data = handmade(noise(5, 7).tobytes(), entries)
    assert 0 in iio.improps(data, plugin="tiff").shape
    refused(data)


def test_a_directory_of_too_many_entries() -> None:
    data = bytearray(handmade(bytes(35), BASIC))
    (at,) = struct.unpack_from("<I", data, 4)
    struct.pack_into("<H", data, at, 0xFFFF)
    refused(bytes(data), "65535 entries")


def test_a_bigtiff_of_too_many_entries() -> None:
    refused(b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 1 << 60) + bytes(100), "entries")


@pytest.mark.parametrize("compression", [1, 8])
def test_huge_sizes(compression: int) -> None:
    entries = {tag: (4, value[1]) for tag, value in BASIC.items()} | {259: (3, (compression,))}
    data = handmade(bytes(35), entries | {278: (4, (5,))})
    data = changed(data, 256, 0x7FFFFFFF)
    refused(data)
    refused(changed(data, 257, 0x7FFFFFFF))
    refused(changed(changed(data, 257, 0x7FFFFFFF), 278, 0x7FFFFFFF))
    refused(changed(data, 278, 0))


def test_huge_tiles() -> None:
    data = written(noise(20, 20), tile=(16, 16), compression="zlib", metadata=None)
    refused(changed(changed(data, 322, 1 << 20), 323, 1 << 20))
    refused(changed(data, 322, 0))


def test_strips_that_are_too_short() -> None:
    data = written(noise(50, 60), rowsperstrip=10, metadata=None)
    place = entry_of(data, 279)
    kind, _, at = struct.unpack_from("<HII", data, place + 2)
    made = bytearray(data)
    struct.pack_into("<H" if kind == 3 else "<I", made, at, 3)
    refused(bytes(made), "not whole")


def test_tables_that_are_too_short() -> None:
    data = written(noise(50, 60), rowsperstrip=10, metadata=None, compression="zlib")
    refused(changed(data, 273, struct.unpack_from("<I", data, entry_of(data, 273) + 8)[0], count=2))


def test_a_tile_that_is_cut() -> None:
    image = noise(64, 64)
    data = bytearray(written(image, tile=(16, 16), compression="zlib", metadata=None))
    at = data.rfind(b"\x78\x9c")  # the last stream of deflate
    data[at + 20 :] = bytes(len(data) - at - 20)
    refused(bytes(data))


def test_a_bomb_of_deflate() -> None:
    """A strip of 7 x 5 bytes that unpacks to 50 MB."""
    import zlib

    bomb = zlib.compress(bytes(50_000_000))
    data = handmade(bomb, BASIC | {259: (3, (8,)), 278: (3, (5,))})
    with little_memory(20 << 20), pytest.raises(ERRORS):
        iio.imread(data, plugin="tiff")


FAST = {"effort": 1, "numthreads": 1}
INNER = [
    *(("jpeg", {}), ("jpeg2000", {}), ("png", {}), ("jpegxl", FAST), ("jpegxr", {}), ("lerc", {})),
    *(
        ("jpegxl", {"usecontainer": True, **FAST}),
        ("webp", {"lossless": True}),
        ("webp", {"level": 50}),
    ),
]


@pytest.mark.parametrize(("compression", "how"), INNER, ids=str)
def test_an_image_that_is_larger_inside(compression: str, how: dict[str, object]) -> None:
    pytest.importorskip("imagecodecs")
    options = {"photometric": "rgb", "metadata": None, "rowsperstrip": 300}
    image = noise(300, 410, 3)
    big = written(image, compression=compression, compressionargs=how, **options)
    data = changed(changed(changed(big, 256, 16), 257, 16), 278, 16)
    with pytest.raises(ERRORS, match="claims to have 410 x 300"):
        iio.imread(data, plugin="tiff")
    # Small ones are fine.
    shape = {"photometric": "rgb", "metadata": None, "tile": (16, 16)}
    data = written(image, compression=compression, compressionargs=how, **shape)
    iio.imread(data, plugin="tiff")


@pytest.mark.parametrize("size", [(8, 16), (24, 8), (64, 64), (17, 1100), (300, 40)], ids=str)
def test_sizes_inside(size: tuple[int, int]) -> None:
    """Each codec writes small, square and large sizes in its own way."""
    imagecodecs = pytest.importorskip("imagecodecs")
    image = noise(*size, 3)
    encoders = [
        *((34712, imagecodecs.jpeg2k_encode, {}), (34934, imagecodecs.jpegxr_encode, {})),
        *((50002, imagecodecs.jpegxl_encode, {"usecontainer": c, **FAST}) for c in (False, True)),
        *((50001, imagecodecs.webp_encode, {"lossless": c}) for c in (False, True)),
        *((34933, imagecodecs.png_encode, {}), (34887, imagecodecs.lerc_encode, {})),
        (7, imagecodecs.jpeg_encode, {}),
    ]
    for code, encode, how in encoders:
        assert _codestreams._MEASURES[code](bytes(encode(image, **how))) == size, code


@pytest.mark.parametrize(
    "sizes",
    [
        'SizeC="1" SizeZ="1" SizeT="2147483647"',
        'SizeC="99999" SizeZ="99999" SizeT="99999"',
        'SizeC="1" SizeZ="-4" SizeT="1"',
    ],
)
def test_ome_of_too_many_planes(sizes: str) -> None:
    text = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0">'
        f'<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint8" SizeX="7" SizeY="5" {sizes}>'
        '<Channel ID="Channel:0:0"/><TiffData IFD="0" PlaneCount="2147483647"/>'
        "</Pixels></Image></OME>"
    )
    refused(written(noise(5, 7), description=text, metadata=None), "planes")


def test_planes_that_are_not_there() -> None:
    text = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0">'
        '<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint8" SizeX="7" SizeY="5" SizeC="1" '
        'SizeZ="3" SizeT="1"><Channel ID="Channel:0:0"/><TiffData IFD="0" PlaneCount="1"/>'
        "</Pixels></Image></OME>"
    )
    data = written(noise(5, 7), description=text, metadata=None)
    refused(data, "fill_missing")
    with pytest.warns(iio.IIOWarning, match="2 are neither"):
        stack = iio.imread(data, plugin="tiff", fill_missing=True)
    np.testing.assert_array_equal(stack, [noise(5, 7), np.zeros((5, 7)), np.zeros((5, 7))])


def test_imagej_of_too_many_planes() -> None:
    data = written(noise(3, 5, 7), imagej=True, metadata={"axes": "ZYX"})
    assert b"images=3\nslices=3" in data
    refused(data.replace(b"images=3\nslices=3", b"images=9\nslices=9"))


def test_a_shape_that_is_not_there() -> None:
    data = written(noise(3, 5, 7), photometric="minisblack")
    refused(data.replace(b"[3, 5, 7]", b"[9, 5, 7]"), "include the directory")


def test_subdirectories_that_are_nowhere() -> None:
    with tifffile.TiffWriter(buffer := io.BytesIO()) as file:
        file.write(noise(64, 64), subifds=1)
        file.write(noise(32, 32), subfiletype=1)
    refused(changed(buffer.getvalue(), 330, 0x7FFFFFF0), "below")


KINDS = {
    "strips": written(noise(3, 20, 30, dtype="uint16"), photometric="minisblack"),
    "tiles": written(noise(40, 50), tile=(16, 16), compression="zlib", predictor=True),
    "jpeg": written(noise(40, 48, 3), compression="jpeg", photometric="rgb", tile=(16, 16)),
    "bigtiff": written(noise(20, 30), bigtiff=True),
    "imagej": written(noise(3, 10, 12), imagej=True),
    "ome": written(noise(2, 2, 10, 12), ome=True, photometric="minisblack"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_random_changes_never_raise_anything_else(kind: str) -> None:
    data, chance = KINDS[kind], random.Random(kind)
    for _ in range(150):
        made = bytearray(data)
        for _ in range(chance.choice([1, 2, 4])):
            reach = len(made) if chance.random() < 0.3 else min(400, len(made))
            made[chance.randrange(reach)] = chance.choice([0, 1, 127, 255, chance.randrange(256)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                image = iio.imread(bytes(made), extension=".tif", plugin="tiff")
            except iio.IIOError:
                continue
        assert isinstance(image, np.ndarray)


@pytest.mark.parametrize("kind", KINDS)
def test_a_beginning_is_an_error_or_the_whole(kind: str) -> None:
    data = KINDS[kind]
    whole = iio.imread(data, extension=".tif", plugin="tiff")
    for end in range(0, len(data), max(1, len(data) // 150)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                image = iio.imread(data[:end], extension=".tif", plugin="tiff")
            except iio.IIOError:
                continue
        np.testing.assert_array_equal(image, whole)
