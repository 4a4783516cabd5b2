"""The static spec: light, true about its formats, and with signatures that tell them apart."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings

import numpy as np
import pytest
from samples import SAMPLES, encode, rgb

from iio_core import Format
from iio_pillow._backend import PIL_IDS, load_module, open_image
from iio_pillow._quirks import misread
from iio_pillow._spec import SPEC

FORMATS = {format.name: format for format in SPEC.formats if not format.devices}
READABLE = [format.name for format in FORMATS.values() if format.reads]


def sample(name: str) -> tuple[bytes, np.ndarray]:
    try:
        return SAMPLES[name]()
    except ImportError as error:
        pytest.skip(str(error))


def matches(format: Format, head: bytes) -> int:
    """Return the weight of the heaviest signature that matches."""
    return max((s.weight for s in format.signatures if s.matches(head)), default=0)


def claims(format: Format, head: bytes) -> int:
    """Return the weight of the claim on a file whose name says nothing."""
    return matches(format, head) if format.signature_alone else 0


def to_array(image) -> np.ndarray:
    """Return the pixels, with palettes resolved and in native byte order."""
    image.load()
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    array = np.asarray(image)
    return array.astype(array.dtype.newbyteorder("="))


def test_spec_imports_no_backend():
    code = (
        "import sys, iio_pillow._spec as s\n"
        "heavy = {'PIL', 'numpy', 'pillow_heif', 'pillow_jxl'} & set(sys.modules)\n"
        "assert s.SPEC.formats and not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names_and_extensions_are_unique():
    names = [format.name.lower() for format in SPEC.formats]
    assert len(names) == len(set(names))
    extensions = [e for format in SPEC.formats for e in format.extensions]
    assert len(extensions) == len(set(extensions))


def test_every_format_has_a_backend_a_specification_and_pixels():
    assert set(PIL_IDS) == set(FORMATS)
    assert set(SAMPLES) == set(READABLE)
    for format in SPEC.formats:
        assert format.reads or format.writes
        assert len(format.specification) > 20, format.name
        assert bool(format.modules) == bool(format.requires), format.name


def test_signatures_fit_into_the_head_that_core_reads():
    assert all(s.end <= 4096 for format in SPEC.formats for s in format.signatures)


@pytest.mark.parametrize("name", READABLE)
def test_sample_has_its_own_signature_and_no_other(name):
    data, _ = sample(name)
    head = data[:4096]
    assert matches(FORMATS[name], head) or not FORMATS[name].signatures
    for other in SPEC.formats:
        if other.name != name and (name, other.name) != ("MPO", "JPEG"):
            assert not claims(other, head), other.name


@pytest.mark.parametrize("name", READABLE)
def test_sample_reads_as_claimed(name):
    data, expected = sample(name)
    if name == "EPS":
        from PIL import EpsImagePlugin

        if not EpsImagePlugin.has_ghostscript():
            pytest.skip("reading EPS takes Ghostscript: apt-get install ghostscript")
    file = io.BytesIO(data)
    image = open_image(file, name)
    assert misread(image, name, data[:4096]) is None
    array = ~to_array(image) if name == "XBM" else to_array(image)  # which the reader inverts
    np.testing.assert_array_equal(array, expected)
    channels = array.shape[2] if array.ndim == 3 else 1
    assert any(p.dtype == array.dtype.name and channels in p.channels for p in FORMATS[name].reads)
    assert not file.closed


def brand(major: bytes, *compatible: bytes) -> bytes:
    body = major + bytes(4) + b"".join(compatible)
    return (8 + len(body)).to_bytes(4, "big") + b"ftyp" + body + b"\0\0\1\0meta" + bytes(40)


@pytest.mark.parametrize(
    ("head", "best"),
    [
        (brand(b"avif", b"avif", b"mif1", b"miaf"), "AVIF"),
        (brand(b"mif1", b"mif1", b"avif", b"miaf"), "AVIF"),
        (brand(b"mif1", b"mif1", b"miaf", b"MA1B", b"avif"), "AVIF"),
        (brand(b"msf1", b"msf1", b"avis"), "AVIF"),
        (brand(b"mif1", b"mif1", b"heic"), "HEIF"),
        (brand(b"heic", b"mif1", b"heic"), "HEIF"),
        (brand(b"heix", b"mif1", b"heix"), "HEIF"),
        (brand(b"isom", b"isom", b"avc1"), None),
        (b"MM\0+\0\x08\0\0" + bytes(8), "TIFF"),
        (b"MM\0*\0\0\0\x08", "TIFF"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"\xc5\xd0\xd3\xc6" + bytes(26), "EPS"),
        (b"P7\nWIDTH 1\n", None),
        (b"PF\n1 1\n-1.0\n", None),
        (b"P4\n1 1\n\0", "PPM"),
        (b"BM and other words that are no bitmap", None),
        (b"\0\0\1\xba\x21\0\1\0", None),
        (b"\0\1\0\0\0\x0c\0\x80", None),
        (b"\0\0\2\0\0\0" + bytes(12), None),  # Targa, which takes an extension
        (b"\0\0\1\0\x10\0" + bytes(12), "ICO"),
        (b"LinS" + bytes(28), "MSP"),
        (b"BLP1" + bytes(28), "BLP"),
        (b"GIF87a" + bytes(7), "GIF"),
        (b"\x0a\x01\x01\x08", None),
        (b"\x0c\0\0\0\6\0\4\0\1\0\x18\0" + bytes(8), "DIB"),
    ],
)
def test_head_belongs_to(head, best):
    ranking = sorted(SPEC.formats, key=lambda format: -claims(format, head))
    assert (ranking[0].name if claims(ranking[0], head) else None) == best


def test_weak_signatures_need_an_extension():
    assert not FORMATS["XBM"].signature_alone
    assert not FORMATS["MPO"].signature_alone
    assert not FORMATS["SPIDER"].signature_alone
    assert not FORMATS["TGA"].signature_alone
    assert FORMATS["TGA"].extension_alone
    assert not FORMATS["PNG"].extension_alone


WRITTEN = [
    (format.name, pixels.dtype, channels)
    for format in SPEC.formats
    if format.reads and format.writes and not format.lossy and format.trust != "external"
    # Pillow's own writer resamples icons of macOS; ours does not, see test_writers.
    if format.name != "ICNS"
    for pixels in format.writes
    for channels in pixels.channels
]


@pytest.mark.parametrize(("name", "dtype", "channels"), WRITTEN)
def test_written_pixels_come_back(name, dtype, channels):
    rng = np.random.default_rng(7)
    shape = (16, 19) if channels == 1 else (16, 19, channels)
    if dtype == "bool":
        array = rng.integers(0, 2, shape).astype(bool)
    elif dtype == "float32":
        array = rng.normal(size=shape).astype(np.float32)
    else:
        info = np.iinfo(dtype)
        array = rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
    options = {"sizes": [(19, 16)]} if name == "ICO" else {}
    identifier = load_module(name)
    from PIL import Image

    if identifier not in Image.SAVE:
        Image.init()
    if identifier not in Image.SAVE:
        pytest.skip(f"this Pillow does not write {name}")
    back = to_array(open_image(io.BytesIO(encode(identifier, array, **options)), name))
    assert back.shape == array.shape
    np.testing.assert_array_equal(back, array)


def test_aliases_and_license():
    assert SPEC.name == "pillow"
    assert "pil" in SPEC.aliases
    assert "MIT-CMU" in SPEC.license
    assert SPEC.advisories[0].below == "13"


@pytest.mark.parametrize("name", ["JPEG", "MPO"])
def test_several_pictures_in_a_jpeg_are_found(name):
    data, _ = sample("MPO")
    assert open_image(io.BytesIO(data), name).n_frames == 2


def test_dcx_pages():
    data, first = sample("DCX")
    image = open_image(io.BytesIO(data), "DCX")
    image.seek(1)
    np.testing.assert_array_equal(to_array(image), 255 - first)


def test_opening_does_not_heed_the_global_limit(monkeypatch):
    from PIL import Image

    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_image(io.BytesIO(encode("PNG", rgb())), "PNG").size == (6, 4)


XPM = b'/* XPM */\nstatic char *t[] = {\n"1 1 1 1",\n"a c %s",\n"a"\n};\n'


def blp_palette_with_alpha() -> bytes:
    data = bytearray(SAMPLES["BLP"]()[0])
    data[9] = 8
    return bytes(data) + bytes(24)


def tiff(bits: int, kind: int, photometric: int) -> bytes:
    """Return a TIFF of one pixel: the directory at 8, sorted tags of 12 bytes each, the data."""
    tags = [
        (256, 1),
        (257, 1),
        (258, bits),
        (259, 1),
        (262, photometric),
        (273, 0),
        (277, 1),
        (278, 1),
    ]
    tags += [(279, bits // 8), (339, kind)]
    start = 8 + 2 + 12 * len(tags) + 4
    body = len(tags).to_bytes(2, "little")
    for tag, value in tags:
        value = start if tag == 273 else value
        body += b"".join(
            number.to_bytes(size, "little")
            for number, size in ((tag, 2), (3, 2), (1, 4), (value, 4))
        )
    return b"II*\0\x08\0\0\0" + body + bytes(4) + b"\xff" * (bits // 8)


@pytest.mark.parametrize(
    ("name", "data", "wrong"),
    [
        ("XPM", XPM % b"#ff8000", False),
        ("XPM", XPM % b"#ffff80000000", True),
        ("XPM", XPM % b"#f80", True),
        ("BLP", blp_palette_with_alpha(), True),
        (
            "PSD",
            b"8BPS\0\1" + bytes(6) + b"\0\1\0\0\0\1\0\0\0\x08\0\1\0\0" + bytes(14) + b"\xf0",
            True,
        ),
        ("TIFF", tiff(8, 1, 1), False),
        ("TIFF", tiff(8, 1, 0), False),
        ("TIFF", tiff(8, 2, 1), True),
        ("TIFF", tiff(16, 1, 1), False),
        ("TIFF", tiff(16, 1, 0), True),
        ("TIFF", tiff(32, 1, 1), True),
        ("TIFF", tiff(32, 2, 1), False),
    ],
)
def test_misread_files_are_named(name, data, wrong):
    reason = misread(open_image(io.BytesIO(data), name), name, data[:4096])
    assert (reason is not None) == wrong
