"""One small file for every format that the plugin reads, with the pixels that it holds.

`SAMPLES` maps the name of a format to a function that returns the bytes of a file and the array
that reading its first image has to give. Formats that Pillow cannot write are laid out by hand
after their specification; the others come from Pillow's encoder, and the known array is the one
that was encoded. A function raises `ImportError` where this Pillow lacks the codec.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]
Sample = tuple[bytes, Array]


def gray(height: int = 4, width: int = 6) -> Array:
    """Return a gray ramp in which all pixels differ."""
    return (
        (np.arange(height * width) * 255 // (height * width - 1))
        .astype(np.uint8)
        .reshape(height, width)
    )


def rgb(height: int = 4, width: int = 6) -> Array:
    """Return colors in which no two channels are alike."""
    g = gray(height, width)
    return np.stack([g, 255 - g, g[::-1, ::-1] // 2 + 7], axis=-1)


def rgba(height: int = 4, width: int = 6) -> Array:
    """Return colors with an alpha that is nowhere zero."""
    return np.dstack([rgb(height, width), gray(height, width) // 2 + 100])


def bilevel(height: int = 4, width: int = 16) -> Array:
    """Return black and white in a pattern without symmetry."""
    return (np.arange(height * width).reshape(height, width) % 5 < 2) | np.eye(
        height, width, dtype=bool
    )


def encode(format: str, array: Array, mode: str | None = None, **options: Any) -> bytes:
    """Encode an array with Pillow."""
    if array.dtype == np.bool_:
        image = Image.fromarray(array.astype(np.uint8) * 255).convert("1", dither=Image.Dither.NONE)
    elif mode is not None:
        image = Image.frombytes(mode, array.shape[1::-1], array.tobytes())
    else:
        image = Image.fromarray(array)
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def _blocks() -> Array:
    """Return 8 x 8 blocks of one gray each, which the cosine transform of JPEG keeps."""
    return np.kron(np.array([[16, 96], [160, 240]], np.uint8), np.ones((8, 8), np.uint8))


def avif() -> Sample:
    from PIL import _avif  # noqa: F401  since Pillow 11.3

    image = np.full((16, 16), 128, np.uint8)
    return encode("AVIF", image, quality=100), image


def blp() -> Sample:
    # magic, compression 1 (palette or DXT), encoding 1 (palette), alpha depth 0, alpha type 0,
    # mip levels 0, width, height, 16 offsets, 16 lengths, 256 palette entries BGRA, one byte
    # a pixel
    colors, indices = rgb().reshape(-1, 3), np.arange(24, dtype=np.uint8)
    palette = b"".join(bytes([b, g, r, 0]) for r, g, b in colors.tolist()).ljust(1024, b"\0")
    offset = 20 + 64 + 64 + 1024
    head = b"BLP2" + struct.pack("<iBBBBII", 1, 1, 0, 0, 0, 6, 4)
    head += struct.pack("<16I", offset, *[0] * 15) + struct.pack("<16I", 24, *[0] * 15)
    return head + palette + indices.tobytes(), rgb()


def bmp() -> Sample:
    return encode("BMP", rgb()), rgb()


def cur() -> Sample:
    # ICONDIR: 0, type 2, one entry. ICONDIRENTRY: width, height, colors, 0, hotspot x, y, length,
    # offset. BITMAPINFOHEADER with twice the height; BGRA rows from the bottom; the AND mask.
    pixels = rgba(4, 8)
    color = pixels[::-1, :, [2, 1, 0, 3]].tobytes()
    mask = b"\0\0\0\0" * 4
    dib = struct.pack("<IiiHHIIiiII", 40, 8, 8, 1, 32, 0, len(color) + len(mask), 0, 0, 0, 0)
    entry = struct.pack("<BBBBHHII", 8, 4, 0, 0, 1, 2, len(dib + color + mask), 22)
    return struct.pack("<HHH", 0, 2, 1) + entry + dib + color + mask, pixels


def dcx() -> Sample:
    # magic 0x3ADE68B1, up to 1024 offsets of PCX files and a zero; all in little-endian
    first, second = encode("PCX", rgb()), encode("PCX", 255 - rgb())
    start = 4 + 3 * 4
    return struct.pack("<4I", 0x3ADE68B1, start, start + len(first), 0) + first + second, rgb()


def dds() -> Sample:
    return encode("DDS", rgba()), rgba()


def dib() -> Sample:
    return encode("DIB", rgb()), rgb()


def eps() -> Sample:
    return encode("EPS", rgb(8, 8)), rgb(8, 8)


def fli() -> Sample:
    # Header of 128 bytes: size, 0xAF12, frames, width, height, depth 8, flags 3, milliseconds a
    # frame; then one chunk a frame: size, 0xF1FA, sub-chunks, 8 zeros. COLOR_256 (4): packets,
    # skip, count, RGB. FLI_COPY (16): the pixels. The second frame has no sub-chunk: no change.
    pixels = rgb()
    colors = pixels.reshape(-1, 3)
    color = struct.pack("<HBB", 1, 0, len(colors)) + colors.tobytes()
    data = bytes(range(len(colors)))
    chunks = struct.pack("<IH", 6 + len(color), 4) + color
    chunks += struct.pack("<IH", 6 + len(data), 16) + data
    frame = struct.pack("<IHH8x", 16 + len(chunks), 0xF1FA, 2) + chunks
    frames = frame + struct.pack("<IHH8x", 16, 0xF1FA, 0)
    head = struct.pack("<IHHHHHHI", 128 + len(frames), 0xAF12, 2, 6, 4, 8, 3, 40)
    return head.ljust(128, b"\0") + frames, pixels


def ftex() -> Sample:
    # magic, version, width, height, mipmaps, formats; directory: format 1 (RGB), where;
    # data: size of the mipmap, its pixels; all in little-endian
    head = b"FTEX" + struct.pack("<5I", 0x10000, 6, 4, 1, 1) + struct.pack("<2I", 1, 32)
    return head + struct.pack("<I", rgb().size) + rgb().tobytes(), rgb()


def gbr() -> Sample:
    # header size, version 2, width, height, bytes a pixel, "GIMP", spacing, name and its zero;
    # all in big-endian; then the pixels
    name = b"brush\0"
    head = struct.pack(">5I4sI", 28 + len(name), 2, 6, 4, 4, b"GIMP", 10)
    return head + name + rgba().tobytes(), rgba()


def gif() -> Sample:
    # GIF89a 1.0, sections 17-22: logical screen with a global table of 4 colors, one image, LZW
    # with a minimum code size of 2 where a clear code before every second pixel keeps the code
    # width at 3 bits: clear 4, end 5.
    colors = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 8, 7]], np.uint8)
    indices = np.array([[0, 1, 2], [3, 2, 0]])
    codes = [
        c for i, v in enumerate(indices.ravel().tolist()) for c in ([4, v] if i % 2 == 0 else [v])
    ]
    bits = sum(code << (3 * i) for i, code in enumerate([*codes, 5]))
    data = bits.to_bytes((3 * (len(codes) + 1) + 7) // 8, "little")
    head = b"GIF89a" + struct.pack("<HHBBB", 3, 2, 0x91, 0, 0) + colors.tobytes()
    image = b"," + struct.pack("<HHHHB", 0, 0, 3, 2, 0) + bytes([2, len(data)]) + data + b"\0;"
    return head + image, colors[indices]


def heif() -> Sample:
    import pillow_heif

    # Without chroma subsampling and with the identity matrix, lossless means lossless.
    heif_file = pillow_heif.from_bytes("RGB", (16, 16), rgb(16, 16).tobytes())
    file = io.BytesIO()
    heif_file.save(file, quality=-1, chroma=444, matrix_coefficients=0)
    return file.getvalue(), rgb(16, 16)


def icns() -> Sample:
    # "icns" and the length of the file; an element: type "ic07" (128 x 128), length, a PNG file
    pixels = rgba(128, 128)
    png = encode("PNG", pixels)
    return struct.pack(">4sI4sI", b"icns", 16 + len(png), b"ic07", 8 + len(png)) + png, pixels


def ico() -> Sample:
    return encode("ICO", rgba(16, 16), sizes=[(16, 16)]), rgba(16, 16)


def imt() -> Sample:
    # lines of "key value", comments with *, a form feed, then one byte a pixel
    return b"* IM Tools\nwidth 6\nheight 4\npixel n8\n\x0c" + gray().tobytes(), gray()


def jpeg() -> Sample:
    return encode("JPEG", _blocks(), quality=100), _blocks()


def jpeg2000() -> Sample:
    return encode("JPEG2000", rgb(16, 16)), rgb(16, 16)


def jxl() -> Sample:
    import pillow_jxl  # noqa: F401  registers itself with Pillow

    return encode("JXL", rgb(16, 16), lossless=True), rgb(16, 16)


def mcidas() -> Sample:
    # The area directory: 64 big-endian words. 2: version 4; 9: lines; 10: elements; 11: bytes
    # an element; 14: bands; 15: length of the line prefix; 34: where the data begin.
    words = [0] * 64
    for number, value in {2: 4, 9: 4, 10: 6, 11: 1, 14: 1, 15: 0, 34: 256}.items():
        words[number - 1] = value
    return struct.pack(">64i", *words) + gray().tobytes(), gray()


def mpo() -> Sample:
    second = Image.fromarray(255 - _blocks())
    data = encode("MPO", _blocks(), quality=100, save_all=True, append_images=[second])
    return data, _blocks()


def msp() -> Sample:
    # 16 words: "DanM", width, height, aspect ratios of screen and printer, printer's size, aspect
    # correction, then a word that makes the exclusive or of all zero; one bit a pixel, 1 is white
    pixels = bilevel()
    words = [0x6144, 0x4D6E, 16, 4, 1, 1, 1, 1, 16, 4, 0, 0]
    checksum = 0
    for word in words:
        checksum ^= word
    head = struct.pack("<16H", *words, checksum, 0, 0, 0)
    return head + np.packbits(pixels, axis=1).tobytes(), pixels


def pcd() -> Sample:
    # An image pack: "PCD_IPI" at sector 1 (of 2048 bytes), the Base image of 768 x 512 at sector
    # 96: for every two rows 2 x 768 luma, 384 C1, 384 C2. Neutral is C1 = 156, C2 = 137, and then
    # R = G = B = 1.3584 luma.
    luma = np.linspace(10, 150, 768).round().astype(np.uint8)
    pair = luma.tobytes() * 2 + bytes([156]) * 384 + bytes([137]) * 384
    head = bytearray(96 * 2048)
    head[2048:2055] = b"PCD_IPI"
    row = np.floor(1.3584 * luma + 0.5).astype(np.uint8)
    return bytes(head) + pair * 256, np.broadcast_to(row[None, :, None], (512, 768, 3))


def pcx() -> Sample:
    # 128 bytes: 10, version 5, run lengths, 8 bits; xmin, ymin, xmax, ymax; dpi; 48 bytes of
    # palette; 0; 3 planes; bytes a line. Bytes over 191 are coded as a run of one: C1 xx.
    head = struct.pack("<BBBB6H48xBBHH", 10, 5, 1, 8, 0, 0, 5, 3, 72, 72, 0, 3, 6, 1)
    data = b"".join(
        b"\xc1" + bytes([v]) if v > 191 else bytes([v])
        for v in rgb().transpose(0, 2, 1).ravel().tolist()
    )
    return head.ljust(128, b"\0") + data, rgb()


def pixar() -> Sample:
    # 1024 bytes of header: magic 0x0000E880; at 416 the height, at 418 the width, at 424 the
    # channels as bits (14: RGB), at 426 the storage (2: 8 bits, dumped); little-endian
    head = bytearray(1024)
    head[:4] = b"\x80\xe8\0\0"
    struct.pack_into("<HH", head, 416, 4, 6)
    struct.pack_into("<HH", head, 424, 14, 2)
    return bytes(head) + rgb().tobytes(), rgb()


def png() -> Sample:
    return encode("PNG", rgba()), rgba()


def ppm() -> Sample:
    return b"P6 # color\n6 4\n255\n" + rgb().tobytes(), rgb()


def psd() -> Sample:
    # "8BPS", version 1, 6 zeros, channels, height, width, depth, mode 3 (RGB); three empty
    # sections (color mode data, image resources, layers); compression 0; planes; big-endian
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 4, 6, 8, 3) + struct.pack(">III", 0, 0, 0)
    return head + struct.pack(">H", 0) + rgb().transpose(2, 0, 1).tobytes(), rgb()


def qoi() -> Sample:
    # "qoif", width, height, channels, color space; QOI_OP_RGBA for each pixel; the end marker
    head = b"qoif" + struct.pack(">IIBB", 6, 4, 4, 0)
    data = b"".join(b"\xff" + pixel.tobytes() for pixel in rgba().reshape(-1, 4))
    return head + data + b"\0" * 7 + b"\1", rgba()


def sgi() -> Sample:
    # 512 bytes: 474, no compression, 1 byte, 3 dimensions, x, y, z sizes, least and greatest
    # value; planes with rows from the bottom; big-endian
    head = struct.pack(">HBBHHHHII", 474, 0, 1, 3, 6, 4, 3, 0, 255).ljust(512, b"\0")
    return head + rgb()[::-1].transpose(2, 0, 1).tobytes(), rgb()


def spider() -> Sample:
    # Floats, counted from 1: 1 slices; 2 rows; 5 iform 1 (an image); 12 columns; 13 records of the
    # header; 22 its bytes; 23 bytes of a record. The header is at least 1024 bytes long.
    pixels = np.linspace(-3.5, 8.25, 24, dtype=np.float32).reshape(4, 6)
    record = 6 * 4
    records = -(-1024 // record)
    words = np.zeros(records * 6, "<f4")
    for number, value in {
        1: 1,
        2: 4,
        5: 1,
        12: 6,
        13: records,
        22: records * record,
        23: record,
    }.items():
        words[number - 1] = value
    return words.tobytes() + pixels.astype("<f4").tobytes(), pixels


def sun() -> Sample:
    # 8 big-endian words: magic, width, height, depth, length, type 1 (standard), no color map;
    # BGR; rows padded to 16 bits
    data = np.pad(rgb()[:, :5, ::-1].reshape(4, 15), ((0, 0), (0, 1))).tobytes()
    return struct.pack(">8I", 0x59A66A95, 5, 4, 24, len(data), 1, 0, 0) + data, rgb()[:, :5]


def tga() -> Sample:
    # 18 bytes: no id, no color map, type 2 (true color), 5 of color map, origin, width, height,
    # 24 bits, descriptor 0 (rows from the bottom); BGR
    head = struct.pack("<BBB5xHHHHBB", 0, 0, 2, 0, 0, 6, 4, 24, 0)
    return head + rgb()[::-1, :, ::-1].tobytes(), rgb()


def tiff() -> Sample:
    return encode("TIFF", rgb()), rgb()


def webp() -> Sample:
    return encode("WEBP", rgba(), lossless=True, exact=True), rgba()


def xbm() -> Sample:
    # C source: width, height, bytes with the leftmost pixel in the least bit. A set bit is the
    # foreground, which is black: netpbm, ImageMagick and FFmpeg show it so.
    pixels = bilevel()
    data = np.packbits(~pixels, axis=1, bitorder="little").ravel().tolist()
    text = "#define t_width 16\n#define t_height 4\nstatic char t_bits[] = {\n"
    return (text + ", ".join(f"0x{v:02x}" for v in data) + " };\n").encode(), pixels


def xpm() -> Sample:
    # C source: "width height colors characters", the colors, the rows
    text = b'/* XPM */\nstatic char *t[] = {\n"3 2 3 1",\n'
    text += b'"a c #ff0000",\n"b c #00ff80",\n"c c #010203",\n'
    red, green, dark = [255, 0, 0], [0, 255, 128], [1, 2, 3]
    pixels = np.array([[red, green, dark], [dark, dark, red]], np.uint8)
    return text + b'"abc",\n"cca"\n};\n', pixels


def xvthumb() -> Sample:
    # "P7 332", comments, "width height 255", one byte a pixel: 3 bits red, 3 green, 2 blue
    values = np.arange(24, dtype=np.uint8).reshape(4, 6) * 10
    channels = [
        (values >> 5).astype(int) * 255 // 7,
        (values >> 2 & 7).astype(int) * 255 // 7,
        (values & 3).astype(int) * 255 // 3,
    ]
    head = b"P7 332\n#XVVERSION:Version 2.28\n#IMGINFO:sample\n#END_OF_COMMENTS\n6 4 255\n"
    return head + values.tobytes(), np.stack(channels, axis=-1).astype(np.uint8)


_NAMES = """
    AVIF BLP BMP CUR DCX DDS DIB EPS FLI FTEX GBR GIF HEIF ICNS ICO IMT JPEG JPEG2000
    JXL MCIDAS MPO MSP PCD PCX PIXAR PNG PPM PSD QOI SGI SPIDER SUN TGA TIFF WEBP XBM XPM
    XVTHUMB
"""

SAMPLES: dict[str, Callable[[], Sample]] = {
    name: globals()[name.lower()] for name in _NAMES.split()
}
"""The name of a readable format: a function that makes a file of it and its first image."""
