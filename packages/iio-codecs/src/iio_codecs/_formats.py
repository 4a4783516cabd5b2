"""The formats that imagecodecs reads and writes, as data.

A priority below zero leaves a format to another wheel where one is installed: what has 8 bits a
sample is read by Pillow just as well, and its plugin knows animations. What Pillow would cut has a
longer signature of its own here, or is declined there.
"""

from __future__ import annotations

from iio_core import Format, Pixels, Signature

__all__ = ["FORMATS"]

_ALL = (1, 2, 3, 4)
_FALLBACK, _PREFERRED = -10, 10


def _pixels(dtypes: str, channels: tuple[int, ...] = _ALL) -> tuple[Pixels, ...]:
    return tuple(Pixels(dtype, channels) for dtype in dtypes.split())


def _masked(offset: int, *parts: bytes | int) -> Signature:
    """Return a signature of bytes, and of gaps of any so many bytes."""
    value = b"".join(p if isinstance(p, bytes) else bytes(p) for p in parts)
    mask = b"".join(b"\xff" * len(p) if isinstance(p, bytes) else bytes(p) for p in parts)
    return Signature(offset, value, mask if 0 in mask else None)


_PNG = b"\x89PNG\r\n\x1a\n"
_BOX = b"\0\0\0\x0cjP  \r\n\x87\n"
_RIFF = _masked(0, b"RIFF", 4, b"WEBP")
_AVIF = tuple(Signature(4, b"ftyp" + brand) for brand in (b"avif", b"avis"))
# Files of the brand mif1 are AVIF only if they say so among their compatible brands.
_AVIF += tuple(_masked(4, b"ftypmif1", 4 + 4 * slot, b"avif") for slot in range(6))

FORMATS = (
    Format(
        name="PNG",
        title="Portable Network Graphics with up to 16 bits a sample, still and animated",
        extensions=(".png", ".apng"),
        # Those of 16-bit color, or with alpha, say more than that of any PNG.
        signatures=(
            Signature(0, _PNG),
            *(_masked(0, _PNG, 16, bytes([16, color])) for color in (2, 4, 6)),
        ),
        reads=_pixels("uint8 uint16"),
        writes=_pixels("uint8 uint16"),
        multiple=True,
        streams=True,
        priority=_FALLBACK,
        specification="Portable Network Graphics (PNG) Specification (Third Edition), section 5.2 "
        "PNG signature and section 11.2.1 IHDR, https://www.w3.org/TR/png-3/",
    ),
)
"""What imagecodecs reads and writes, the most usual first."""
