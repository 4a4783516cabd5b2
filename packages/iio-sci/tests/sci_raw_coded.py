"""Raw files that are encrypted or compressed, by hand: see ``sci_raw_makers``."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
from sci_raw_makers import Sample, directory, tags_of
from sci_raw_samples import mosaic

__all__ = ["CODED_MAKERS", "lossless_jpeg"]


def _keystream(key: int, count: int) -> np.ndarray:
    """Return the words that Sony's pixels are combined with, from a key."""
    words = np.zeros(127 + count, np.uint32)
    four = []
    for _ in range(4):
        key = (key * 48828125 + 1) & 0xFFFFFFFF
        four.append(key)
    four[3] = (four[3] << 1 | (four[0] ^ four[2]) >> 31) & 0xFFFFFFFF
    for _ in range(4, 127):
        word = (four[-4] ^ four[-2]) << 1 | (four[-3] ^ four[-1]) >> 31
        four.append(word & 0xFFFFFFFF)
    words[:127] = four
    for at in range(127, len(words), 63):
        end = min(at + 63, len(words))
        words[at:end] = words[at - 127 : end - 127] ^ words[at - 63 : end - 63]
    return words[127:]


def sony() -> Sample:
    """Return a SRF file of a DSC-F828, whose pixels are encrypted with a key in the file."""
    height, width = 40, 3360
    raw = mosaic(height, width) << 2
    tags = [(256, 4, [width]), (257, 4, [height]), (258, 3, [16]), (259, 3, [1])]
    tags += [(273, 4, [862144]), *tags_of("SONY", "DSC-F828")]
    head = bytearray((b"II*\0\x08\0\0\0" + directory(tags, 8, "<")).ljust(862144, b"\0"))
    first, second = 0x01234567, 0x89ABCDEF
    head[200896] = 1  # the key is one word behind this
    struct.pack_into(">I", head, 200900, first)
    inner = bytearray(40)
    struct.pack_into("<I", inner, 22, second)
    head[164600:164640] = (
        (np.frombuffer(inner, ">u4") ^ _keystream(first, 10)).astype(">u4").tobytes()
    )
    words = np.frombuffer(raw.astype(">u2").tobytes(), ">u4")
    body = (words ^ _keystream(second, words.size)).astype(">u4").tobytes()
    return bytes(head) + body, raw[:, 5 : 5 + 3288]


def lossless_jpeg(raw: np.ndarray) -> bytes:
    """Return lossless JPEG (ITU-T T.81, annex H) of two components, as Canon divides a row."""
    height, width = raw.shape
    pairs = raw.reshape(height, width // 2, 2).astype(np.int32)
    left = np.empty_like(pairs)
    left[:, 1:] = pairs[:, :-1]
    left[1:, 0] = pairs[:-1, 0]
    left[0, 0] = 1 << 11
    bits = []
    for difference in (pairs - left).ravel().tolist():
        size = abs(difference).bit_length()
        low = difference if difference > 0 else difference + (1 << size) - 1
        bits.append(f"{size:04b}" + (f"{low:0{size}b}" if size else ""))
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    body = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\0")
    # Categories 0 to 12, each a code of its own number in four bits.
    table = b"\0" + bytes([0, 0, 0, 13] + [0] * 12) + bytes(range(13))
    table += b"\1" + table[1:]
    frame = struct.pack(">BHHB", 12, height, width // 2, 2) + b"\1\x11\0\2\x11\0"
    out = b"\xff\xd8"
    for marker, content in ((0xC4, table), (0xC3, frame), (0xDA, b"\2\1\0\2\x10\1\0\0")):
        out += struct.pack(">BBH", 255, marker, len(content) + 2) + content
    return out + body + b"\xff\xd9"


def canon() -> Sample:
    """Return a CR2 file: TIFF with a mark, whose last directory has lossless JPEG."""
    raw = mosaic(48, 64)
    body = lossless_jpeg(raw)
    thumbnail = np.full((8, 10, 3), 128, np.uint8).tobytes()
    outer = [(256, 4, [10]), (257, 4, [8]), (258, 3, [8, 8, 8]), (259, 3, [1]), (262, 3, [2])]
    outer += [(273, 4, [2048]), (277, 3, [3]), (278, 4, [8]), (279, 4, [len(thumbnail)])]
    outer += tags_of("Canon", "Canon EOS 350D DIGITAL")
    inner = [(259, 3, [6]), (273, 4, [2048 + len(thumbnail)]), (279, 4, [len(body)])]
    first = directory(outer, 16, "<", following=1024)
    head = b"II*\0" + struct.pack("<I", 16) + b"CR\2\0" + struct.pack("<I", 1024) + first
    second = directory(inner, 1024, "<")
    return head.ljust(1024, b"\0") + second.ljust(1024, b"\0") + thumbnail + body, raw


CODED_MAKERS: dict[str, Callable[[], Sample]] = {"cr2": canon, "srf": sony}
"""By extension."""
