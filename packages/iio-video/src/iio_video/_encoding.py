"""Which muxer, codec and pixel format a video is written with, where the caller does not say."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from av.codec import Codec
from av.codec.codec import UnknownCodecError
from av.video.format import VideoFormat

from iio_core import EncodeError, OptionError

from ._failures import option_error

__all__ = ["encoder", "exact", "has_alpha", "input_format", "muxer", "output_format", "steps"]

_H264 = ("libx264", "libopenh264", "h264_videotoolbox", "mpeg4")
_BY_FORMAT: dict[str, tuple[str, tuple[str, ...]]] = {
    "MP4": ("mp4", _H264),
    "MOV": ("mov", _H264),
    "3GP": ("3gp", _H264),
    "MKV": ("matroska", _H264),
    "WEBM": ("webm", ("libvpx-vp9", "libvpx", "libsvtav1", "libaom-av1")),
    "AVI": ("avi", _H264),
    "WMV": ("asf", ("msmpeg4", "wmv2")),
    "FLV": ("flv", ("libx264", "flv")),
    "OGV": ("ogg", ("libtheora", "libvpx")),
    "MPEG": ("mpeg", ("mpeg2video",)),
    "TS": ("mpegts", _H264),
    "IVF": ("ivf", ("libvpx-vp9", "libvpx", "libsvtav1")),
    "H264": ("h264", _H264),
    "HEVC": ("hevc", ("libx265",)),
    "MJPEG": ("mjpeg", ("mjpeg",)),
}
_MUXERS = {".m2v": "mpeg2video", ".m1v": "mpeg1video", ".vob": "vob", ".m2ts": "mpegts"}

# ISO/IEC 13818-2, table 6-4: MPEG-1 and MPEG-2 have no other frame rates.
_MPEG_RATES = {
    *(Fraction(n) for n in (24, 25, 30, 50, 60)),
    *(Fraction(n, 1001) for n in (24_000, 30_000, 60_000)),
}

_EXACT = frozenset(
    {
        *("ffv1", "huffyuv", "ffvhuff", "utvideo", "png", "apng", "qtrle", "rawvideo", "magicyuv"),
        *("libx264rgb", "flashsv", "zmbv", "wrapped_avframe", "jpegls", "ljpeg", "gif", "qoi"),
    }
)

# What an array is, and the pixel formats that hold it, the best first.
_HOLDS: dict[tuple[int, int], tuple[str, ...]] = {
    (1, 8): ("gray", "rgb24", "gbrp", "bgr0", "bgr24", "rgba", "bgra"),
    (3, 8): ("rgb24", "gbrp", "bgr0", "bgr24", "rgb0", "0rgb", "rgba", "bgra", "gbrap", "argb"),
    (4, 8): ("rgba", "bgra", "gbrap", "argb"),
    (1, 16): ("gray16le", "gray16be"),
    (3, 16): ("rgb48le", "gbrp16le", "rgb48be"),
    (4, 16): ("rgba64le", "gbrap16le", "rgba64be"),
}
_INPUT = {
    (1, 8): "gray",
    (3, 8): "rgb24",
    (4, 8): "rgba",
    (1, 16): "gray16le",
    (3, 16): "rgb48le",
    (4, 16): "rgba64le",
}
_RIFF = {"rgb24": "bgr24", "rgba": "bgra"}


def muxer(format: str, extension: str, container: str | None) -> str:
    """Return FFmpeg's name of the container that is written."""
    return container or _MUXERS.get(extension) or _BY_FORMAT[format][0]


def encoder(format: str, extension: str, codec: str | None, fps: Fraction) -> Codec:
    """Return the encoder by its name, or the usual one of a container.

    Raises
    ------
    OptionError
        If there is no encoder of this name; the message lists near ones.
    """
    if codec is None:
        names = _BY_FORMAT[format][1]
        if format == "MPEG":
            if extension == ".m1v":
                names = ("mpeg1video",)
            elif fps not in _MPEG_RATES and extension != ".m2v":
                names = _H264
        found = next(filter(None, map(_encoder, names)), None)
        if found is None:
            raise EncodeError(
                f"this FFmpeg has none of the usual encoders for {format} ({', '.join(names)}): "
                "name one with codec="
            )
        return found
    found = _encoder(str(codec))
    if found is not None and found.type == "video":
        return found
    raise option_error(
        "codec", codec, f"this FFmpeg has no such video encoder{_near(str(codec), _encoders())}"
    )


def _encoder(name: str) -> Codec | None:
    try:
        return Codec(name, "w")
    except UnknownCodecError:
        return None


def _encoders() -> list[str]:
    from av.codec import codecs_available

    found = []
    for name in sorted(codecs_available):
        made = _encoder(name)
        if made is not None and made.type == "video":
            found.append(name)
    return found


def _near(name: str, names: Iterable[str]) -> str:
    names = list(names)
    parts = [n for n in names if name in n or n in name]
    close = list(dict.fromkeys([*difflib.get_close_matches(name, names, n=4), *parts]))[:6]
    return f"; near it: {', '.join(close)}" if close else ""


def exact(codec: Codec) -> bool:
    """Return whether a codec keeps every value of the pixel formats it has."""
    return codec.name in _EXACT


def input_format(image: np.ndarray, name: str) -> str:
    """Return the pixel format of an array.

    Raises
    ------
    EncodeError
        If it is none of an image of 8 or 16 bits.
    """
    bits = {"uint8": 8, "uint16": 16}.get(image.dtype.name)
    channels = 1 if image.ndim == 2 else image.shape[2] if image.ndim == 3 else 0
    format = None if bits is None else _INPUT.get((channels, bits))
    if not image.size:
        raise EncodeError(f"{name}: an array of shape {image.shape} is empty: it has no pixels")
    if format is not None:
        return format
    raise EncodeError(
        f"{name}: an array of shape {image.shape} and {image.dtype} is no frame of a video: it "
        "takes uint8 and uint16, (height, width) or with 3 or 4 channels. Convert it with "
        ".astype('uint8') after scaling",
        plugin="pyav",
    )


def _kind(format: str) -> tuple[int, int] | None:
    """Return channels and bits of a format of gray or of red, green and blue."""
    made = VideoFormat(format, 16, 16)
    components = made.components
    if not made.is_rgb and len(components) != 1:
        return None
    channels = 3 if format in ("rgb0", "0rgb", "bgr0", "0bgr") else len(components)
    return channels, 8 if max(c.bits for c in components) <= 8 else 16


def has_alpha(format: str) -> bool:
    """Return whether a pixel format has transparency."""
    return format.startswith(("rgba", "bgra", "argb", "abgr", "gbrap", "yuva", "ya", "pal8"))


def output_format(codec: Codec, given: str, asked: str | None, name: str, muxer: str = "") -> str:
    """Return the pixel format that is encoded.

    Parameters
    ----------
    codec : Codec
        The encoder.
    given : str
        The pixel format of the arrays.
    asked : str, optional
        The one that the caller asks for.
    name : str
        The file, for messages.
    muxer : str
        FFmpeg's name of the container.

    Raises
    ------
    EncodeError
        If the codec would lose bits or transparency, and the caller does not say that it may.
    OptionError
        If the codec has no such pixel format; the message lists what it has.
    """
    offered = [f.name for f in codec.video_formats or ()]
    if asked is not None:
        return _asked(codec, asked, offered)
    if not offered:
        # Raw pixels; those of RIFF are blue first.
        return _RIFF.get(given, given) if muxer == "avi" else given
    kind = _kind(given)
    if kind is None:  # brightness and color: the caller says what the arrays are
        return given if given in offered else offered[0]
    if exact(codec):
        for held in _HOLDS[kind]:
            if held in offered:
                return held
    if kind[1] == 16:
        raise EncodeError(
            f"{name}: {codec.name} keeps 8 bits here, and the array is uint16. Write it with "
            "codec='ffv1' (Matroska), say how many bits may stay with pixelformat='gray10le' or "
            "'yuv420p10le', or convert the array to uint8",
            plugin="pyav",
        )
    return offered[0]  # the one that is usual comes first


def _asked(codec: Codec, asked: str, offered: list[str]) -> str:
    try:
        VideoFormat(asked)
    except ValueError:
        if asked in ("gray8",):
            return _asked(codec, "gray", offered)
        if f"{asked}le" in offered:
            return f"{asked}le"
        raise option_error(
            "pixelformat", asked, f"there is no such pixel format{_near(asked, offered)}"
        ) from None
    if offered and asked not in offered:
        raise OptionError(
            f"pixelformat={asked!r}: {codec.name} does not have it; it has {', '.join(offered)}"
        )
    return asked


# Encoders that do not take odd sizes where color has fewer samples than brightness.
_EVEN = ("libx264", "libx265", "libopenh264", "h264", "hevc", "libsvtav1", "msmpeg4", "prores")


def steps(codec: Codec, format: str) -> tuple[int, int]:
    """Return what width and height have to be multiples of."""
    if codec.name.startswith(_EVEN):
        chroma = [c for c in VideoFormat(format, 64, 64).components if not c.is_luma]
        if chroma:
            return 64 // min(c.width for c in chroma), 64 // min(c.height for c in chroma)
    return 1, 1
