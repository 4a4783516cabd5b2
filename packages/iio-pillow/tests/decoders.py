"""Decoders that are not Pillow: ffmpeg's (through PyAV), and some written after specifications.

`decode` returns the pixels of a file as they are stored, for comparison with what was written.
"""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_CODECS = {
    "BMP": "bmp",
    "DDS": "dds",
    "DIB": "bmp",
    "GIF": "gif",
    "JPEG": "mjpeg",
    "JPEG2000": "jpeg2000",
    "MPO": "mjpeg",
    "PCX": "pcx",
    "PNG": "png",
    "QOI": "qoi",
    "SGI": "sgi",
    "TGA": "targa",
    "TIFF": "tiff",
    "WEBP": "webp",
    "XBM": "xbm",
}
_NETPBM = {b"P4": "pbm", b"P5": "pgm", b"P6": "ppm", b"Pf": "pfm"}


def decode(format: str, data: bytes, shape: tuple[int, ...], dtype: str) -> Array | None:
    """Return the first image of a file; None if there is no decoder for it here."""
    by_hand = _BY_HAND.get(format)
    if by_hand is not None:
        return by_hand(data, shape, dtype)
    if format in ("AVIF", "HEIF"):
        # The HEVC encoder fills up to whole blocks; ffmpeg leaves it to the caller to crop.
        return by_container(data, shape)[: shape[0], : shape[1]]
    if format == "GIF" and shape[2:] == (4,):
        image = by_ffmpeg("gif", data, shape, dtype)
        return image * (image[..., 3:] != 0)
    if format == "JXL":
        try:
            import imagecodecs
        except ImportError:
            return None
        return imagecodecs.jpegxl_decode(data)
    if format == "DDS" and (len(shape) == 2 or shape[2] == 2):
        return dds(data, shape)
    if format == "TGA" and (dtype == "bool" or shape[2:] == (2,)):
        return tga(data, shape, dtype)
    if format == "DIB":
        data = bmp_header(data) + data
    codec = _NETPBM[data[:2]] if format == "PPM" else _CODECS[format]
    return by_ffmpeg(codec, data, shape, dtype)


def by_ffmpeg(codec: str, data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    import av
    from av.codec import CodecContext

    context = CodecContext.create(codec, "r")
    frame = (context.decode(av.Packet(data)) + context.decode(None))[0]
    return _array(frame, shape, dtype)


def by_container(data: bytes, shape: tuple[int, ...]) -> Array:
    import av

    with av.open(io.BytesIO(data)) as file:
        image = _array(next(file.decode(video=0)), (*shape[:2], 3) if shape[2:] else shape, "uint8")
    if shape[2:] == (4,):
        with av.open(io.BytesIO(data)) as file:
            alpha = next(file.decode(video=1)).to_ndarray(format="gray")
        image = np.dstack([image, alpha])
    return image


def _array(frame: Any, shape: tuple[int, ...], dtype: str) -> Array:
    channels = shape[2] if len(shape) == 3 else 1
    if dtype == "uint16":
        return frame.to_ndarray(format="gray16le")
    if dtype == "float32":
        return frame.to_ndarray(format="grayf32le")
    if dtype == "bool":
        return frame.to_ndarray(format="gray") > 127
    if channels == 2:
        rgba = frame.to_ndarray(format="rgba")
        return rgba[..., [0, 3]]
    if frame.format.name == "pal8" and channels == 1:
        return frame.to_ndarray(format="rgb24")[..., 0]
    return frame.to_ndarray(format={1: "gray", 3: "rgb24", 4: "rgba"}[channels])


def bmp_header(dib: bytes) -> bytes:
    """Return the 14 bytes that make a device-independent bitmap a file."""
    bits, colors = struct.unpack_from("<H", dib, 14)[0], struct.unpack_from("<I", dib, 32)[0]
    offset = 14 + 40 + 4 * (colors or (1 << bits if bits <= 8 else 0))
    return b"BM" + struct.pack("<III", 14 + len(dib), 0, offset)


def dds(data: bytes, shape: tuple[int, ...]) -> Array:
    """Uncompressed luminance: masks at 92 to 104, pixels at 128."""
    flags, _, bits, red, green, blue, alpha = struct.unpack_from("<7I", data, 80)
    channels = shape[2] if len(shape) == 3 else 1
    assert flags & 0x20000
    assert (bits, red, green, blue) == (8 * channels, 0xFF, 0, 0)
    assert alpha == (0xFF00 if channels == 2 else 0)
    return np.frombuffer(data, np.uint8, offset=128).reshape(shape)


def tga(data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    """Uncompressed gray: 18 bytes, the id, rows from the bottom unless bit 5 of the descriptor."""
    height, width = shape[:2]
    assert data[2] == 3
    assert struct.unpack_from("<HHB", data, 12) == (width, height, 1 if dtype == "bool" else 16)
    pixels = np.frombuffer(data, np.uint8, offset=18 + data[0])
    if dtype == "bool":
        rows = pixels[: height * ((width + 7) // 8)].reshape(height, -1)
        array = np.unpackbits(rows, axis=1)[:, :width].astype(bool)
    else:
        array = pixels[: height * width * 2].reshape(shape)
    return array if data[17] & 0x20 else array[::-1]


def xbm(data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    """C source: hexadecimal bytes, the leftmost pixel in the least bit; 1 is black."""
    text = data.decode("ascii")
    words = text[text.index("{") + 1 :].split("}")[0].split(",")
    values = [int(word, 16) for word in words if word.strip()]
    rows = np.array(values, np.uint8).reshape(shape[0], -1)
    return ~np.unpackbits(rows, axis=1, bitorder="little")[:, : shape[1]].astype(bool)


def msp(data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    """32 bytes of header, then rows of bits; 1 is white."""
    assert data[:4] == b"DanM"
    assert struct.unpack_from("<HH", data, 4) == shape[::-1]
    words = np.frombuffer(data, "<u2", 16)
    assert np.bitwise_xor.reduce(words) == 0
    rows = np.frombuffer(data, np.uint8, offset=32).reshape(shape[0], -1)
    return np.unpackbits(rows, axis=1)[:, : shape[1]].astype(bool)


def spider(data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    """Floats: rows at 2, the kind (1) at 5, columns at 12, bytes of the header at 22."""
    words = np.frombuffer(data, "=f4")
    assert (words[1], words[4], words[11]) == (shape[0], 1, shape[1])
    return np.frombuffer(data, "=f4", offset=int(words[21])).reshape(shape)


def tiff(data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    """What ffmpeg reads, and uncompressed 32-bit samples by hand."""
    if dtype not in ("int32", "float32"):
        return by_ffmpeg("tiff", data, shape, dtype)
    tags = tiff_tags(data)
    assert tags[258] == [32]
    assert tags[339] == [{"int32": 2, "float32": 3}[dtype]]
    pixels = b"".join(
        data[start : start + length] for start, length in zip(tags[273], tags[279], strict=True)
    )
    return np.frombuffer(pixels, {"int32": "<i4", "float32": "<f4"}[dtype]).reshape(shape)


def tiff_tags(data: bytes, page: int = 0) -> dict[int, list[Any]]:
    """Return the integers and bytes in a directory of a little-endian TIFF or BigTIFF."""
    big = data[2] == 43
    entry, room, word, head = (20, 8, "<Q", 8) if big else (12, 4, "<I", 4)
    counter = "<Q" if big else "<H"
    (at,) = struct.unpack_from(word, data, head)
    while True:
        (count,) = struct.unpack_from(counter, data, at)
        first = at + struct.calcsize(counter)
        if page == 0:
            break
        (at,) = struct.unpack_from(word, data, first + entry * count)
        page -= 1
    tags = {}
    for number in range(count):
        start = first + entry * number
        tag, kind = struct.unpack_from("<HH", data, start)
        (n,) = struct.unpack_from(word, data, start + 4)
        code, size = {3: ("H", 2), 4: ("I", 4), 16: ("Q", 8)}.get(kind, ("B", {5: 8}.get(kind, 1)))
        place = start + entry - room
        if n * size > room:
            (place,) = struct.unpack_from(word, data, place)
        if code == "B":
            tags[tag] = [data[place : place + n * size]]
        else:
            tags[tag] = list(struct.unpack_from(f"<{n}{code}", data, place))
    return tags


def ico(data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    """ICONDIR; the first entry holds a PNG."""
    kind, count = struct.unpack_from("<HH", data, 2)
    width, height, _, _, _, _, size, offset = struct.unpack_from("<BBBBHHII", data, 6)
    assert (kind, count, height, width) == (1, 1, *shape[:2])
    assert offset + size == len(data)
    return by_ffmpeg("png", data[offset:], shape, dtype)


def icns(data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    """One element with a PNG."""
    magic, size, kind, length = struct.unpack_from(">4sI4sI", data)
    assert (magic, size, kind, length) == (b"icns", len(data), b"ic07", len(data) - 8)
    return by_ffmpeg("png", data[16:], shape, dtype)


def blp(data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    """BLP2: 20 bytes, offsets, lengths, 256 colors BGRA, one byte a pixel."""
    assert data[:12] == b"BLP2\1\0\0\0\1\0\0\0"
    assert struct.unpack_from("<II", data, 12) == shape[1::-1]
    (offset,) = struct.unpack_from("<I", data, 20)
    palette = np.frombuffer(data, np.uint8, 1024, offset=148).reshape(256, 4)[:, 2::-1]
    indices = np.frombuffer(data, np.uint8, shape[0] * shape[1], offset=offset)
    return palette[indices.reshape(shape[:2])]


def palm(data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    """16 bytes of header; in version 1 a table of colors (index, RGB); rows of bytes or bits."""
    width, height, stride, flags, bits, version = struct.unpack_from(">HHHHBB", data)
    assert (height, width) == shape[:2]
    at = 16
    if flags & 0x4000:
        (count,) = struct.unpack_from(">H", data, at)
        table = np.frombuffer(data, np.uint8, 4 * count, offset=at + 2).reshape(count, 4)[:, 1:]
        at += 2 + 4 * count
    rows = np.frombuffer(data, np.uint8, offset=at).reshape(height, stride)
    if dtype == "bool":
        assert (bits, version) == (1, 0)
        return np.unpackbits(rows, axis=1)[:, :width] == 0  # 0 is white
    assert (bits, version) == (8, 1)
    colors = table[rows[:, :width]]
    return colors if len(shape) == 3 else colors[..., 0]


def eps(data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    """Hexadecimal digits behind the operator that draws them."""
    assert data.startswith(b"%!PS-Adobe-3.0 EPSF-3.0\n")
    body = data[data.index(b"image\n") + 6 : data.index(b"%%%%EndBinary")]
    return np.frombuffer(bytes.fromhex(body.decode("ascii")), np.uint8).reshape(shape)


def pdf_pages(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the filter and the stream of each image."""
    found = []
    for part in data.split(b"/Subtype /Image")[1:]:
        filter = part.split(b"/Filter ")[1].split(b"\n")[0].strip(b"[ ]/")
        found.append((filter, part.split(b"stream\n", 1)[1].split(b"\nendstream", 1)[0]))
    return found


def pdf(data: bytes, shape: tuple[int, ...], dtype: str) -> Array:
    assert data.startswith(b"%PDF-")
    ((filter, stream),) = pdf_pages(data)
    if filter == b"CCITTFaxDecode":
        # A TIFF of one strip around it: compression 4 (group 4), 0 is black as BlackIs1 says.
        tags = [(256, shape[1]), (257, shape[0]), (258, 1), (259, 4), (262, 1), (273, 122)]
        tags += [(277, 1), (278, shape[0]), (279, len(stream))]
        head = b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags))
        head += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags) + bytes(4)
        assert len(head) == 122
        return by_ffmpeg("tiff", head + stream, shape, dtype)
    codec = {b"DCTDecode": "mjpeg", b"JPXDecode": "jpeg2000"}[filter]
    return by_ffmpeg(codec, stream, shape, dtype)


_BY_HAND = {
    "BLP": blp,
    "EPS": eps,
    "ICNS": icns,
    "ICO": ico,
    "MSP": msp,
    "PALM": palm,
    "PDF": pdf,
    "SPIDER": spider,
    "TIFF": tiff,
    "XBM": xbm,
}
