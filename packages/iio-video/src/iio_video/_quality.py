"""One scale of quality, 0 to 10, for encoders that each have one of their own."""

from __future__ import annotations

from numbers import Real

from av.video.stream import VideoStream

from ._failures import option_error

__all__ = ["check_quality", "quiet", "set_quality"]

# Encoders with a constant rate factor, and the worst value of it.
_RATE_FACTOR = {
    "libx264": 51,
    "libx264rgb": 51,
    "libx265": 51,
    "libvpx": 63,
    "libvpx-vp9": 63,
    "libaom-av1": 63,
    "libsvtav1": 63,
}
_LAMBDA = 118  # FF_QP2LAMBDA: what FFmpeg multiplies quantizers with


def check_quality(quality: object) -> None:
    """Raise unless it is none, or a number on the scale.

    Raises
    ------
    OptionError
        If it is anything else.
    """
    if quality is None:
        return
    if not isinstance(quality, Real) or isinstance(quality, bool) or not 0 <= float(quality) <= 10:
        raise option_error("quality", quality, "it is a number from 0, the worst, to 10, the best")


def set_quality(stream: VideoStream, codec: str, quality: float) -> dict[str, str]:
    """Return the encoder's options for a quality, or set it on the stream.

    Parameters
    ----------
    stream : VideoStream
        What is going to be encoded.
    codec : str
        The name of the encoder.
    quality : float
        0, the worst, to 10, the best that the encoder has.
    """
    loss = 1 - float(quality) / 10
    if codec in _RATE_FACTOR:
        options = {"crf": str(int(loss * _RATE_FACTOR[codec]))}
        if codec.startswith(("libvpx", "libaom")):
            stream.bit_rate = 0  # else it bounds the quality
        return options
    context = stream.codec_context
    context.qscale = True
    context.global_quality = (int(loss * 30) + 1) * _LAMBDA
    return {}


def quiet(codec: str, options: dict[str, str]) -> dict[str, str]:
    """Return options with which an encoder does not write to the terminal."""
    if codec != "libx265":
        return options
    own = options.get("x265-params", "")
    if "log-level" in own:
        return options
    return {**options, "x265-params": f"log-level=error:{own}" if own else "log-level=error"}
