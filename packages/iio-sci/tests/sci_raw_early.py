"""Raw files with a beginning of their own or none, by hand: see ``sci_raw_makers``.

Of compressed ones the body is random bits, which mean something to their decoders all the same.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
from sci_raw_makers import Sample, directory, tags_of
from sci_raw_samples import mosaic

__all__ = ["EARLY_MAKERS"]


def _bytes(height: int, width: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 255, (height, width), np.uint8)


def canon_ciff() -> Sample:
    """Return a CRW file of a PowerShot Pro70: 10 bits, in words of 16 with their lower byte first.

    Canon, CIFF Specification on Image Data File, section 3: values, then the directory of them.
    """
    raw = mosaic(1024, 1552) >> 2
    bits = np.unpackbits(raw.astype(">u2").view(np.uint8).reshape(-1, 2), axis=1)[:, 6:]
    body = np.packbits(bits).view(">u2").astype("<u2").tobytes()
    named = b"Canon\0Canon PowerShot Pro70\0".ljust(32, b"\0")
    sizes = struct.pack("<6H", 0, 1552, 1024, 0, 0, 0).ljust(12, b"\0")
    shown = struct.pack("<IIfI", 1552, 1024, 1.0, 0)
    heap, entries = body, b""
    for kind, value in ((0x2005, None), (0x080A, named), (0x1031, sizes), (0x1810, shown)):
        at, length = (0, len(body)) if value is None else (len(heap), len(value))
        entries += struct.pack("<HII", kind, length, at)
        heap += value or b""
    heap += struct.pack("<H", 4) + entries + struct.pack("<I", len(heap))
    return (b"II" + struct.pack("<I", 26) + b"HEAPCCDR").ljust(26, b"\0") + heap, raw


def casio() -> Sample:
    """Return a BAY file of a QV-2000UX, which has nothing but its pixels."""
    raw = _bytes(1211, 1632)
    return raw.tobytes(), raw[2:-1].astype(np.uint16)


def kodak_dc20() -> Sample:
    """Return a DC2 file: pixels of a DC20, behind which it is filled up."""
    raw = _bytes(244, 512)
    return raw.tobytes(), raw[1:243, 1:502].astype(np.uint16)


def kodak_dc25() -> Sample:
    """Return a K25 file: a TIFF directory, pixels at a place of their own."""
    raw = _bytes(244, 512)
    tags = [(256, 4, [512]), (257, 4, [244]), (258, 3, [8]), (259, 3, [1]), (273, 4, [15424])]
    head = b"MM\0*\0\0\0\x08" + directory([*tags, *tags_of("Kodak", "DC25")], 8, ">")
    return head.ljust(15424, b"\0") + raw.tobytes(), raw[1:243, 1:502].astype(np.uint16)


def kodak_dc120() -> Sample:
    """Return a KDC file of a DC120, whose rows begin at a column that depends on the row."""
    raw = _bytes(976, 848)
    rows = np.arange(976)
    by = rows * np.array([162, 192, 187, 92])[rows & 3] + np.array([0, 636, 424, 212])[rows & 3]
    shifted = np.stack([np.roll(line, shift) for line, shift in zip(raw, by, strict=True)])
    tags = [(256, 4, [848]), (257, 4, [976]), (258, 3, [8]), (259, 3, [1]), (273, 4, [1024])]
    tags += tags_of("Eastman Kodak Company", "Kodak DC120 ZOOM Digital Camera")
    head = b"MM\0*\0\0\0\x08" + directory(tags, 8, ">")
    return head.ljust(1024, b"\0") + shifted.tobytes(), raw.astype(np.uint16)


def kodak_dcs200() -> Sample:
    """Return a KC2 file of a DCS200, which has nothing but its pixels."""
    raw = _bytes(1076, 1536)
    return raw.tobytes(), raw[52:].astype(np.uint16)


def minolta_rd175() -> Sample:
    return bytes(513) + _bytes(1481, 768).tobytes() + bytes(1138688 - 513 - 1481 * 768), None


def apple() -> Sample:
    """Return a QTK file of a QuickTake 100: 4 bits a pixel, which refer to their neighbours."""
    head = b"qktk\0".ljust(544, b"\0") + struct.pack(">HH", 480, 640) + bytes(6)
    return head.ljust(736, b"\0") + _bytes(480, 400).tobytes(), None


def logitech() -> Sample:
    """Return a PXN file of a Fotoman Pixtura: RADC, Kodak's compression."""
    return b"PXN\0".ljust(3632, b"\0") + _bytes(1024, 768, 222).tobytes(), None


def rollei() -> Sample:
    """Return a RDC file: five values of 10 bits, whose other 6 bits make up three further ones."""
    raw = mosaic(1050, 1316) >> 2
    first, then = np.split(raw.ravel(), [raw.size * 5 // 8])
    more = then.reshape(-1, 3).astype(np.uint64)
    more = more[:, 0] << np.uint64(20) | more[:, 1] << np.uint64(10) | more[:, 2]
    parts = [more >> np.uint64(shift) & np.uint64(63) for shift in (24, 18, 12, 6, 0)]
    words = np.stack(parts, axis=1).astype(np.uint16) << 10 | first.reshape(-1, 5)
    lines = ("DSC-Image", "HDR=512", "X  =1316", "Y  =1050", "TX =0", "TY =0", "EOHD")
    head = "\n".join((*lines, "")).encode().ljust(512, b"\0")
    return head + words.astype(">u2").tobytes(), raw[1:1031, 6:1306]


def sinar_archive() -> Sample:
    """Return an IA file: parts by their names, one of them the pixels."""
    raw = mosaic(96, 128)
    meta = (
        bytes(20) + b"Sinar Sinarback 22".ljust(64, b"\0") + struct.pack("<HHIHH", 128, 96, 0, 0, 0)
    )
    parts = ((b"META", meta), (b"RAW0", raw.astype("<u2").tobytes()))
    at, entries, body = 12 + 16 * len(parts), b"", b""
    for name, part in parts:
        entries += struct.pack("<II", at + len(body), len(part)) + name.ljust(8, b"\0")
        body += part
    return b"PWAD" + struct.pack("<II", len(parts), 12) + entries + body, raw


def sinar_still() -> Sample:
    """Return a STI file: 68 bytes, then pixels."""
    raw = mosaic(2048, 3072)
    return bytes(68) + raw.astype(">u2").tobytes(), raw


def phase_one(layout: int) -> Sample:
    """Return an IIQ file: pairs of values, mixed with each other and with two keys."""
    raw = mosaic(48, 64)
    keys, mask = (0x1234, 0x0FED), 0x5555 if layout == 1 else 0x1354
    first, second = raw[:, ::2], raw[:, 1::2]
    mixed = np.empty_like(raw)
    mixed[:, ::2] = (first & mask | second & ~np.uint16(mask)) ^ keys[0]
    mixed[:, 1::2] = (second & mask | first & ~np.uint16(mask)) ^ keys[1]
    entries = (
        (0x108, 64),
        (0x109, 48),
        (0x10A, 0),
        (0x10B, 0),
        (0x10C, 64),
        (0x10D, 48),
        (0x10E, layout),
        (0x10F, 1024),
        (0x112, keys[0] | keys[1] << 16),
    )
    table = struct.pack("<II", len(entries), 0)
    table += b"".join(
        struct.pack("<4I", tag, 1, raw.nbytes if tag == 0x10F else 4, value)
        for tag, value in entries
    )
    return (b"IIIITwaR" + struct.pack("<I", 12) + table).ljust(1024, b"\0") + mixed.tobytes(), raw


def fujifilm() -> Sample:
    """Return a RAF file: a picture as JPEG, with its tags; the sizes; the pixels."""
    raw = mosaic(48, 64)
    exif = b"II*\0" + struct.pack("<I", 8) + directory(tags_of("FUJIFILM", "FinePix S5000"), 8, "<")
    picture = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif
    picture += b"\xff\xd9"
    sizes = struct.pack(">I", 2)
    sizes += struct.pack(">HHHH", 0x100, 4, 48, 64) + struct.pack(">HHHH", 0x121, 4, 48, 64)
    head = b"FUJIFILMCCD-RAW 0201FF393101" + b"FinePix S5000".ljust(32, b"\0")
    head = head.ljust(84, b"\0")
    head += struct.pack(">6I", 256, len(picture), 1024, len(sizes), 2048, raw.nbytes)
    head = head.ljust(256, b"\0") + picture
    return head.ljust(1024, b"\0") + sizes.ljust(1024, b"\0") + raw.astype("<u2").tobytes() + bytes(
        60_000
    ), raw


def phantom() -> Sample:
    """Return a Cine of one image, 16 bits a value, the lowest row first.

    Vision Research, Cine File Format: CINEFILEHEADER, BITMAPINFOHEADER, SETUP, offsets, images.
    """
    raw = mosaic(48, 64)
    setup = bytearray(0x163C + 4096)
    struct.pack_into("<HH", setup, 140, 0x5453, 0x163C)  # Mark "ST", Length
    struct.pack_into("<I", setup, 768, 1000)  # FrameRate
    struct.pack_into("<I", setup, 808, 3)  # CFA
    struct.pack_into("<I", setup, 896, 12)  # RealBPP
    bitmap = struct.pack("<IiiHHIIiiII", 40, 64, 48, 1, 16, 0, raw.nbytes, 0, 0, 0, 4095)
    places = 44 + len(bitmap) + len(setup)
    head = struct.pack(
        "<2sHHHiIiIIIIQ", b"CI", 44, 2, 1, 0, 1, 0, 1, 44, 44 + len(bitmap), places, 0
    )
    data = head + bitmap + bytes(setup) + struct.pack("<Q", places + 8)
    return data + struct.pack("<II", 8, raw.nbytes) + raw.astype("<u2").tobytes(), raw


EARLY_MAKERS: dict[str, Callable[[], Sample]] = {
    "bay": casio,
    "cap": lambda: phase_one(2),
    "cine": phantom,
    "crw": canon_ciff,
    "dc2": kodak_dc20,
    "ia": sinar_archive,
    "iiq": lambda: phase_one(1),
    "k25": kodak_dc25,
    "kc2": kodak_dcs200,
    "kdc": kodak_dc120,
    "mdc": minolta_rd175,
    "pxn": logitech,
    "qtk": apple,
    "raf": fujifilm,
    "rdc": rollei,
    "sti": sinar_still,
}
"""By extension."""
