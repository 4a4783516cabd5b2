"""Pixels against decoders and encoders that share no code with the plugin's, or little."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from codecs_samples import FILES, by_ffmpeg, by_pillow, picture, png, read_by_ffmpeg

import iio_core as iio

EXACT = sorted(path.name for path in FILES.iterdir() if not path.name.startswith("float"))


def read(data: bytes, extension: str, **options: object) -> np.ndarray:
    return iio.imread(data, extension=extension, plugin="codecs", **options)


def written(image: np.ndarray, extension: str, **options: object) -> bytes:
    data = iio.imwrite("<bytes>", image, extension=extension, plugin="codecs", **options)
    assert data is not None
    return data


def of_pnm(path: Path, order: str = ">") -> np.ndarray:
    """Read a binary PGM or PPM; not everybody writes its bytes in the right order."""
    kind, rest = path.read_bytes().split(b"\n", 1)
    while rest.startswith(b"#"):
        rest = rest.split(b"\n", 1)[1]
    size, top, pixels = rest.split(b"\n", 2)
    width, height = map(int, size.split())
    shape = (height, width) if kind == b"P5" else (height, width, 3)
    dtype = np.uint8 if int(top) < 256 else np.dtype(f"{order}u2")
    return np.frombuffer(pixels, dtype, count=int(np.prod(shape))).reshape(shape)


@pytest.mark.parametrize("name", EXACT)
def test_files_that_other_programs_wrote(name: str) -> None:
    dtype, channels = name.partition(".")[0].split("-")
    data = (FILES / name).read_bytes()
    found = read(data, ".jhc" if name.endswith(".j2c") else Path(name).suffix)
    np.testing.assert_array_equal(found, picture(dtype, int(channels)))


def test_floats_of_jpeg_xr() -> None:
    # jxrlib itself does not keep every bit of a float.
    found = read((FILES / "float32-1.jxr").read_bytes(), ".jxr")
    np.testing.assert_allclose(found, picture("float32", 1), atol=5e-5)


@pytest.mark.parametrize(
    ("codec", "pixels", "extension", "dtype", "channels"),
    [
        ("png", "rgb48be", ".png", "uint16", 3),
        ("png", "rgba64be", ".png", "uint16", 4),
        ("png", "gray16be", ".png", "uint16", 1),
        ("png", "rgb24", ".png", "uint8", 3),
        ("jpegls", "gray", ".jls", "uint8", 1),
        ("jpegls", "gray16le", ".jls", "uint16", 1),
        ("jpeg2000", "rgb24", ".jp2", "uint8", 3),
        ("jpeg2000", "gray16le", ".jp2", "uint16", 1),
        ("jpeg2000", "rgb48le", ".jp2", "uint16", 3),
        ("qoi", "rgb24", ".qoi", "uint8", 3),
        ("qoi", "rgba", ".qoi", "uint8", 4),
    ],
)
def test_ffmpeg_reads_ours(
    codec: str, pixels: str, extension: str, dtype: str, channels: int
) -> None:
    image = picture(dtype, channels, 40, 56)
    found = read_by_ffmpeg(codec, written(image, extension), pixels)
    np.testing.assert_array_equal(found, image)


@pytest.mark.parametrize(
    ("codec", "pixels", "extension", "dtype", "channels"),
    [
        ("png", "rgb48be", ".png", "uint16", 3),
        ("png", "rgba64be", ".png", "uint16", 4),
        ("png", "ya16be", ".png", "uint16", 2),
        ("jpegls", "gray16le", ".jls", "uint16", 1),
        ("qoi", "rgba", ".qoi", "uint8", 4),
    ],
)
def test_ours_reads_ffmpegs(
    codec: str, pixels: str, extension: str, dtype: str, channels: int
) -> None:
    image = picture(dtype, channels, 40, 56)
    given = image if pixels != "ya16be" else None
    if given is None:
        pytest.importorskip("av")
        data = png(image, 4)  # PyAV has no arrays of gray with alpha
    else:
        data = by_ffmpeg(codec, pixels, image)
    np.testing.assert_array_equal(read(data, extension), image)


@pytest.mark.parametrize("color", [0, 2, 4, 6])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_png_of_every_color_type(color: int, dtype: str) -> None:
    image = picture(dtype, {0: 1, 2: 3, 4: 2, 6: 4}[color])
    np.testing.assert_array_equal(read(png(image, color), ".png"), image)


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_png_of_few_bits_is_scaled_as_others_do(depth: int) -> None:
    rows = np.arange(20 * 3, dtype=np.uint8).reshape(20, 3)
    data = bytearray(png(rows, 0, depth=depth))
    width = 3 * 8 // depth
    data[16:20] = width.to_bytes(4, "big")
    data = bytes(data[:29]) + _sum(bytes(data[12:29])) + bytes(data[33:])
    found = read(data, ".png")
    bits = np.unpackbits(rows, axis=1).reshape(20, width, depth)
    values = (bits * (1 << np.arange(depth)[::-1])).sum(-1)
    np.testing.assert_array_equal(found, values * 255 // ((1 << depth) - 1))


def _sum(data: bytes) -> bytes:
    import zlib

    return zlib.crc32(data).to_bytes(4, "big")


def test_png_with_a_palette() -> None:
    from PIL import Image

    quantized = Image.fromarray(picture("uint8", 3)).quantize(200)
    import io

    file = io.BytesIO()
    quantized.save(file, "PNG", transparency=bytes(range(200)))
    found = read(file.getvalue(), ".png")
    np.testing.assert_array_equal(found, np.asarray(quantized_with_alpha(file.getvalue())))


def quantized_with_alpha(data: bytes) -> np.ndarray:
    import io

    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


def test_one_transparent_value_stays_as_it_is_and_is_told() -> None:
    image = picture("uint16", 3)
    clear = (b"tRNS", b"\0\1\0\2\0\3")
    data = png(image, 2, clear)
    np.testing.assert_array_equal(read(data, ".png"), image)
    told = iio.immeta(data, plugin="codecs")
    assert told["transparency"] == (1, 2, 3)
    again = written(image, ".png", metadata=told)
    assert iio.immeta(again, plugin="codecs")["transparency"] == (1, 2, 3)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("subsampling", [0, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_as_pillow_decodes_it(mode: str, subsampling: int, progressive: bool) -> None:
    import io

    from PIL import Image

    image = Image.fromarray(picture("uint8", 3, 64, 80)).convert(mode)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80, subsampling=subsampling, progressive=progressive)
    np.testing.assert_array_equal(read(file.getvalue(), ".jpg"), np.asarray(Image.open(file)))


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 60}])
@pytest.mark.parametrize("channels", [3, 4])
def test_webp_as_pillow_decodes_it(options: dict[str, object], channels: int) -> None:
    import io

    from PIL import Image

    data = by_pillow(picture("uint8", channels, 64, 80), "WEBP", **options)
    np.testing.assert_array_equal(read(data, ".webp"), np.asarray(Image.open(io.BytesIO(data))))


def test_lossless_jpeg_of_rgb_without_a_word_on_colors() -> None:
    image = picture("uint8", 3)
    data = written(image, ".jpg", lossless=True)
    at = data.find(b"\xff\xee")  # Adobe's segment, which says that it is RGB
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    np.testing.assert_array_equal(read(data[:at] + data[end:], ".jpg"), image)


PROGRAMS = {
    "JxrDecApp": ("libjxr-tools", ".jxr", lambda i, o: ["-i", i, "-o", o]),
    "djxl": ("libjxl-tools", ".jxl", lambda i, o: [i, o]),
    "opj_decompress": ("libopenjp2-tools", ".jp2", lambda i, o: ["-i", i, "-o", o]),
    "ojph_expand": ("openjph-tools", ".jhc", lambda i, o: ["-i", i, "-o", o]),
}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(("dtype", "channels"), [("uint8", 3), ("uint16", 3), ("uint16", 1)])
def test_other_programs_read_ours(program: str, dtype: str, channels: int, tmp_path: Path) -> None:
    package, extension, arguments = PROGRAMS[program]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is in Debian's {package}")
    if program == "JxrDecApp" and channels == 1:
        channels = 3  # it writes no PGM of 16 bits
    image = picture(dtype, channels, 64, 80)
    source = tmp_path / f"ours{'.j2c' if extension == '.jhc' else extension}"
    source.write_bytes(written(image, extension))
    target = tmp_path / ("theirs.ppm" if channels == 3 else "theirs.pgm")
    if program == "JxrDecApp":
        target = target.with_suffix(".pnm")
    done = subprocess.run(
        [program, *map(str, arguments(source, target))], capture_output=True, text=True
    )
    assert target.exists(), done.stdout + done.stderr
    order = "<" if program == "JxrDecApp" else ">"
    np.testing.assert_array_equal(of_pnm(target, order), image)


@pytest.mark.skipif(shutil.which("avifdec") is None, reason="avifdec is in Debian's libavif-bin")
@pytest.mark.parametrize("bits", [10, 12])
def test_avifdec_reads_ours(bits: int, tmp_path: Path) -> None:
    image = picture("uint16", 3, 64, 80) >> (16 - bits)
    (tmp_path / "ours.avif").write_bytes(written(image, ".avif", bits=bits))
    subprocess.run(
        ["avifdec", "--depth", "16", tmp_path / "ours.avif", tmp_path / "theirs.png"],
        check=True,
        capture_output=True,
    )
    theirs = read((tmp_path / "theirs.png").read_bytes(), ".png")
    scaled = np.rint(theirs * (((1 << bits) - 1) / 65535)).astype(np.uint16)
    np.testing.assert_array_equal(scaled, image)


def test_a_real_file(real: Path) -> None:
    """JPEG XL of a cat, beside the PNG that it was made of."""
    lossy = iio.imread(real / "chelsea.jxl").astype(int)
    exact = iio.imread(real / "chelsea.png").astype(int)
    assert lossy.shape == exact.shape and np.abs(lossy - exact).mean() < 4
