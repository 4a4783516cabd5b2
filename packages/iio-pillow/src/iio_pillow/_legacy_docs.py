"""What ``iio_core.v2.help("png")`` says of the options of each format."""

from __future__ import annotations

import re

__all__ = ["documentation", "names"]

_STILL = """
pilmode : str
    The mode of Pillow's to convert to: "L" (gray), "RGB", "RGBA", "P" (indices of a palette),
    "CMYK", "YCbCr", "I" (32-bit integers), "F" (32-bit floats), and others. Without it palettes
    are resolved, and the rest is as it is stored.
as_gray : bool
    Whether to make gray of it, in 32-bit floats: what is returned is converted to `pilmode`, if
    that is given, and then to "F". Default False.
"""

_GIF = (
    """
Every frame is RGBA, unless something else is asked for.
"""
    + _STILL
)

_PNG = (
    _STILL
    + """ignoregamma : bool
    Whether to leave the values as they are if the file declares a gamma. Default True.
"""
)

_JPEG = (
    _STILL
    + """exifrotate : bool
    Whether to turn the image upright if it says how the camera was held. Default True.
"""
)

_READING: dict[str, str] = {"": _STILL, "GIF": _GIF, "JPEG": _JPEG, "PNG": _PNG}
"""The name of a format: its options for reading; without a name those of all others."""

_TIMES = """
duration : number or list of numbers
    How long a frame is shown, in seconds; a list has one for each frame. GIF stores hundredths of
    a second. What is 5 or more is taken as milliseconds, with a warning; in a list, if no other
    time in it is shorter.
fps : number
    Frames per second, if there is no `duration`. Default 10.
"""

_SAVING: dict[str, str] = {
    "AVIF": _TIMES,
    "PNG": """
compress_level : int
    0 (none) to 9 (small and slow). Default 9.
compression : int
    Another name for it; it wins.
optimize : bool
    Whether to try for the smallest file; sets `compress_level` to 9. Default False.
bits : int
    1 to 8: colors are reduced to a palette of 2 to the power of it.
quantize : int
    1 to 256: to how many colors they are reduced; it wins over `bits`.
prefer_uint8 : bool
    Whether uint16 arrays without a value above 255 are written with 8 bits. No value changes, but
    the file does not say any more that it was one of 16 bits. Default True.
transparency : int, tuple of int or bytes
    The gray value or the color (red, green, blue) that is transparent.
dpi : tuple of two numbers
    Pixels per inch, horizontal and vertical.
icc_profile : bytes
    The color profile to embed.
pnginfo : PIL.PngImagePlugin.PngInfo
    Text to embed.
dictionary : bytes
    A preset dictionary for zlib. Most programs cannot read such a file.
"""
    + _TIMES.lstrip(),
    "JPEG": """
quality : number
    1 (small) to 100 (good). Default 75.
progressive : bool
    Whether to store it so that it can be shown while it loads. Default False.
optimize : bool
    Whether to look for the best Huffman tables. Default False.
dpi : tuple of two numbers
    Pixels per inch, horizontal and vertical.
icc_profile : bytes
    The color profile to embed.
exif : bytes or dict
    EXIF data as they are, or tags, by number or name, and their values.
subsampling : str or int
    Of the color channels: "4:4:4" (none), "4:2:2", "4:2:0", or 0, 1, 2.
qtables : list, dict or str
    Quantization tables, or the name of a preset.
""",
    "JPEG2000": """
quality_mode : str
    What `quality` means: "rates" or "dB". Default "rates".
quality : number
    How many times smaller the file is to be, or its signal to noise ratio in decibels. Without it
    nothing is lost.
""",
    "GIF": _TIMES
    + """loop : int
    How often it is played; 0 is for ever. Default 0.
palettesize : int
    How many colors a frame may have; rounded to the nearest power of two. Default 256.
subrectangles : bool
    Whether only the rectangle is stored that differs from the frame before. Default False.
""",
    "WEBP": _TIMES,
}
"""The name of a format: its options for saving."""


def documentation(format: str) -> str:
    """Return what is said of the options of a format, by its name in the spec."""
    sections = "\n\n".join(
        f"Parameters for {title}\n{'-' * len(f'Parameters for {title}')}\n{text.strip()}"
        for title, text in (("reading", _reading(format)), ("saving", _saving(format)))
        if text
    )
    return f"{sections}\n\nThe options that iio itself has for this format are taken as well."


def names(format: str, *, writing: bool) -> frozenset[str]:
    """Return which options that are."""
    text = _saving(format) if writing else _reading(format)
    return frozenset(re.findall(r"^(\w+) :", text, re.M))


def _reading(format: str) -> str:
    return _READING.get(format, _STILL)


def _saving(format: str) -> str:
    return _SAVING.get(format, "")
