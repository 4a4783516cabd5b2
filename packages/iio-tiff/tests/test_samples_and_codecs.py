"""Every sample format and every compression: by hand, by libtiff's codecs, by imagecodecs."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from tiff_dialects import many_pages, page_of
from tiff_samples import noise, written

import iio_core as iio
from iio_tiff._codecs import unpacks_triples

FORMATS = [
    *(("u", f"uint{n}", n, 1) for n in (8, 16, 32, 64)),
    *(("i", f"int{n}", n, 2) for n in (8, 16, 32, 64)),
    *(("f", f"float{n}", n, 3) for n in (16, 32, 64)),
    *(("c", f"complex{n}", n, 6) for n in (64, 128)),
]


def values(kind: str, dtype: str, *shape: int) -> np.ndarray:
    if kind == "c":
        real = noise(*shape, dtype="float64")
        return (real - 2j * real[::-1]).astype(dtype)
    return noise(*shape, dtype=dtype)


@pytest.mark.parametrize(("kind", "dtype", "bits", "code"), FORMATS)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("layout", ["gray", "contig", "planar"])
def test_every_sample_format(kind: str, dtype: str, bits: int, code: int, order: str, layout: str):
    """Put together byte by byte: nobody's writer has a say."""
    image = values(kind, dtype, 6, 7) if layout == "gray" else values(kind, dtype, 6, 7, 3)
    stored = np.moveaxis(image, -1, 0) if layout == "planar" else image
    strips, entries = page_of(stored, order, planar=layout == "planar")
    samples = 1 if layout == "gray" else 3
    entries |= {258: (3, (bits,) * samples), 339: (3, (code,) * samples)}
    data = many_pages([(strips, entries)], order=order)
    found = iio.imread(data, plugin="tiff")
    np.testing.assert_array_equal(found, image)
    assert found.dtype == np.dtype(dtype)
    with iio.imopen(data, "r", plugin="tiff") as file:
        np.testing.assert_array_equal(file.read(index=0), image)
        np.testing.assert_array_equal(file.read_region(np.s_[1:4, 2:6]), image[1:4, 2:6])


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 17, 20, 24, 31])
@pytest.mark.parametrize("width", [16, 13])
@pytest.mark.parametrize("order", ["<", ">"])
def test_packed_integers(bits: int, width: int, order: str) -> None:
    """Rows of packed samples begin on whole bytes (TIFF 6.0, section 4)."""
    pytest.importorskip("imagecodecs")
    dtype = "uint8" if bits <= 8 else "uint16" if bits <= 16 else "uint32"
    image = noise(5, width, dtype=dtype) >> (8 * np.dtype(dtype).itemsize - bits)
    each = image[..., None].astype(np.uint64) >> np.arange(bits - 1, -1, -1, dtype=np.uint64) & 1
    rows = np.packbits(each.astype(np.uint8).reshape(5, -1), axis=1)
    _, entries = page_of(image)
    data = many_pages([([rows.tobytes()], entries | {258: (3, (bits,))})], order=order)
    if bits == 24 and not unpacks_triples(order):  # known to be shifted: never a wrong array
        with pytest.raises(iio.NoPluginError, match="24 bits"):
            iio.imread(data, plugin="tiff")
        return
    found = iio.imread(data, plugin="tiff")
    np.testing.assert_array_equal(found, image.astype(bool) if bits == 1 else image)
    assert found.dtype == (bool if bits == 1 else dtype)


def test_floats_of_24_bits() -> None:
    pytest.importorskip("imagecodecs")
    image = np.array([[0.5, -2.0, 3.25, 0.0]], np.float32)
    # 1 sign, 7 bits of exponent (bias 63), 16 of fraction: TIFF Technical Note 3 of Adobe.
    words = [0x3E0000, 0xC00000, 0x40A000, 0]
    data = b"".join(word.to_bytes(3, "little") for word in words)
    _, entries = page_of(image)
    made = many_pages([([data], entries | {258: (3, (24,)), 339: (3, (3,))})])
    np.testing.assert_array_equal(iio.imread(made, plugin="tiff"), image)


def test_bits_in_reverse_order() -> None:
    pytest.importorskip("imagecodecs")
    image = noise(5, 7)
    reverse = np.packbits(np.unpackbits(image[..., None], axis=-1)[..., ::-1], axis=-1)
    _, entries = page_of(image)
    data = many_pages([([reverse.tobytes()], entries | {266: (3, (2,))})])
    np.testing.assert_array_equal(iio.imread(data, plugin="tiff"), image)


# What imagecodecs decodes and encodes, with what keeps it exact; the rest is below.
WRITTEN = {
    5: {},
    8: {},
    32773: {},
    32946: {},
    34712: {},
    34887: {},
    34925: {},
    34926: {},
    34933: {},
    34934: {"level": 100},
    22610: {"level": 100},
    50000: {},
    50001: {"lossless": True},
    34927: {"lossless": True},
    50002: {"lossless": True},
    52546: {"lossless": True},
    50013: {},
}
LOSSY = {7: {"level": 98}, 34892: {"level": 98}, 33007: {"level": 98}}
# Read only: each has a test elsewhere, or there is no encoder and no file of it here.
ELSEWHERE = {
    1: "everywhere",
    **dict.fromkeys((2, 3, 4), "fax, below"),
    6: "old JPEG, below",
    **dict.fromkeys((33003, 33004, 33005), "JPEG 2000 of Aperio, below"),
    48124: "Jetraw is not free",
    **dict.fromkeys((65000, 65001, 65002), "EER of electron microscopes has no encoder"),
}


def test_every_compression_is_accounted_for() -> None:
    """A codec that imagecodecs brings anew has to be looked at."""
    pytest.importorskip("imagecodecs")
    from tifffile import COMPRESSION, TIFF

    codes = {int(code) for code in COMPRESSION if code in TIFF.DECOMPRESSORS}
    assert codes <= WRITTEN.keys() | LOSSY.keys() | ELSEWHERE.keys()


def segments(image: np.ndarray, code: int, how: dict[str, object], tile: bool) -> bytes:
    """Return a file whose strips or tiles imagecodecs has encoded, one by one."""
    from tifffile import TIFF

    encode = TIFF.COMPRESSORS[7 if code == 33007 else code]
    raw = code in {5, 8, 32773, 32946, 34925, 34926, 50000, 50013}
    if tile:
        pieces = [image[y : y + 32, x : x + 32] for y in (0, 32) for x in (0, 32)]
    else:
        pieces = [image[y : y + 16] for y in range(0, 64, 16)]
    made = [np.ascontiguousarray(piece) for piece in pieces]
    data = [bytes(encode(piece.tobytes() if raw else piece, **how)) for piece in made]
    _, entries = page_of(image)
    entries |= {259: (3, (code,))}
    if tile:
        del entries[278]
        entries |= {322: (3, (32,)), 323: (3, (32,))}
    else:
        entries[278] = (3, (16,))
    return many_pages([(data, entries)])


CASES = [
    (code, colors)
    for code in WRITTEN
    for colors in (False, True)
    if colors or code not in (50001, 34927)  # WebP has no gray
]


@pytest.mark.parametrize(("code", "colors"), CASES)
@pytest.mark.parametrize("tile", [False, True])
def test_every_compression(code: int, colors: bool, tile: bool) -> None:
    pytest.importorskip("imagecodecs")
    image = noise(64, 64, 3) if colors else noise(64, 64)
    data = segments(image, code, WRITTEN[code], tile)
    np.testing.assert_array_equal(iio.imread(data, plugin="tiff"), image)
    with iio.imopen(data, "r", plugin="tiff") as file:
        np.testing.assert_array_equal(file.read_region(np.s_[20:50, 30:40]), image[20:50, 30:40])


@pytest.mark.parametrize("code", LOSSY)
@pytest.mark.parametrize("tile", [False, True])
def test_every_compression_that_loses(code: int, tile: bool) -> None:
    pytest.importorskip("imagecodecs")
    y, x = np.mgrid[:64, :64]
    image = (2 * y + x).astype(np.uint8)
    found = iio.imread(segments(image, code, LOSSY[code], tile), plugin="tiff")
    assert np.abs(found.astype(int) - image).max() <= 6


@pytest.mark.parametrize(("compression", "code"), [("group3", 3), ("group4", 4), ("tiff_ccitt", 2)])
def test_fax(compression: str, code: int) -> None:
    """As libtiff encodes it, through Pillow."""
    if code not in tifffile.TIFF.DECOMPRESSORS:
        pytest.skip("no fax is here: pip install -U tifffile imagecodecs")
    from PIL import Image

    bits = noise(41, 53) > 180
    Image.fromarray(bits).save(buffer := io.BytesIO(), "TIFF", compression=compression)
    np.testing.assert_array_equal(iio.imread(buffer.getvalue(), plugin="tiff"), bits)


@pytest.mark.parametrize("code", [33003, 33004, 33005])
def test_jpeg_2000_of_aperio(code: int) -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    image = noise(32, 32, 3)
    _, entries = page_of(image)
    data = imagecodecs.jpeg2k_encode(image, mct=code != 33003, codecformat="j2k")
    made = many_pages([([data], entries | {259: (3, (code,))})])
    expected = tifffile.imread(io.BytesIO(made))
    found = iio.imread(made, plugin="tiff")
    np.testing.assert_array_equal(found, expected)
    if code != 33003:  # whose samples are YCbCr
        np.testing.assert_array_equal(found, image)


def test_old_jpeg() -> None:
    """One whole JPEG, which JPEGInterchangeFormat points to (TIFF 6.0, section 22)."""
    pytest.importorskip("imagecodecs")
    from PIL import Image

    y, x = np.mgrid[:32, :48]
    image = np.dstack([y * 4, x * 3, y + x]).astype(np.uint8)
    Image.fromarray(image).save(buffer := io.BytesIO(), "JPEG", quality=95, subsampling=0)
    jpeg = buffer.getvalue()
    _, entries = page_of(image)
    entries |= {259: (3, (6,)), 262: (3, (6,)), 513: (4, (8,)), 514: (4, (len(jpeg),))}
    data = many_pages([([jpeg], entries)])
    found = iio.imread(data, plugin="tiff")
    assert np.abs(found.astype(int) - np.asarray(Image.open(buffer))).max() <= 3


def test_predictors_of_floats() -> None:
    pytest.importorskip("imagecodecs")
    for dtype in ("float16", "float32", "float64"):
        image = noise(20, 30, dtype=dtype)
        for order in "<>":
            options = {"compression": "zlib", "predictor": True, "byteorder": order}
            np.testing.assert_array_equal(iio.imread(written(image, **options)), image)
