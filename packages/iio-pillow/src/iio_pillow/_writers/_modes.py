"""Which modes of Pillow's a format holds.

Pillow converts some modes without a word when it saves: alpha is dropped from a PPM, 16 bits are
cut to 8 in an AVIF. So a mode that a caller asks for has to be one that is really stored.
"""

from __future__ import annotations

__all__ = ["MODES"]

_MODES = {
    "AVIF": "L RGB RGBA",
    "BLP": "P RGB",
    "BMP": "1 L P RGB",
    "DDS": "L LA RGB RGBA",
    "DIB": "1 L P RGB",
    "EPS": "L RGB CMYK",
    "GIF": "1 L LA P RGB RGBA",
    "HEIF": "L RGB RGBA",
    "ICNS": "RGBA",
    "ICO": "1 L LA P RGB RGBA I;16",
    "JPEG": "L RGB YCbCr CMYK",
    "JPEG2000": "L LA RGB RGBA YCbCr I;16",
    "JXL": "L LA RGB RGBA I;16",
    "MPO": "L RGB YCbCr CMYK",
    "MSP": "1",
    "PALM": "1 L P RGB",
    "PCX": "1 L P RGB",
    "PDF": "1 L LA P RGB RGBA CMYK",
    "PNG": "1 L LA P RGB RGBA I;16",
    "PPM": "1 L RGB I;16 F",
    "QOI": "RGB RGBA",
    "SGI": "L RGB RGBA",
    "SPIDER": "F",
    "TGA": "1 L LA P RGB RGBA",
    "TIFF": "1 L LA P RGB RGBX RGBA CMYK YCbCr LAB I;16 I;16B I F",
    "WEBP": "RGB RGBA",
    "XBM": "1",
}

MODES: dict[str, tuple[str, ...]] = {name: tuple(modes.split()) for name, modes in _MODES.items()}
"""The name of a format: the modes that ``mode=`` takes."""
