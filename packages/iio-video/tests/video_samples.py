"""Videos made with PyAV alone, and decoded with it from the first frame to the last."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np

Frames = list[np.ndarray]


def pictures(count: int, height: int = 48, width: int = 64, seed: int = 0) -> Frames:
    """Return frames in which a square moves over a pattern, and a number can be read off."""
    rows, columns = np.mgrid[0:height, 0:width]
    random = np.random.default_rng(seed)
    noise = random.integers(0, 40, (height, width, 3))
    made = []
    for number in range(count):
        image = np.stack([rows * 3, columns * 3, (rows + columns) * 2], axis=-1) + noise
        top, left = (5 * number) % (height - 8), (9 * number) % (width - 8)
        image[top : top + 8, left : left + 8] = (250, 20 + 6 * number % 200, 10)
        made.append(np.clip(image, 0, 255).astype(np.uint8))
    return made


def encoded(
    images: Frames,
    container: str,
    codec: str,
    *,
    pixel_format: str = "yuv420p",
    fps: int = 24,
    options: Mapping[str, str] | None = None,
    container_options: Mapping[str, str] | None = None,
    times: list[int] | None = None,
    bitrate: int | None = None,
    format: str = "rgb24",
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """Return a video; `times` are those of the frames in units of 1/`fps`."""
    file = io.BytesIO()
    with av.open(
        file, "w", format=container, container_options=dict(container_options or {})
    ) as sink:
        sink.metadata.update(metadata or {})
        stream = sink.add_stream(codec, rate=fps, options=dict(options or {}))
        stream.width, stream.height = images[0].shape[1], images[0].shape[0]
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = Fraction(1, fps)
        stream.codec_context.thread_count = 1
        if bitrate is not None:
            stream.bit_rate = bitrate
        for number, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format=format)
            frame.pts = number if times is None else times[number]
            frame.time_base = Fraction(1, fps)
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    return file.getvalue()


def decoded(data: bytes, demuxer: str | None = None, format: str = "rgb24") -> Frames:
    """Return all frames, decoded in order by one thread."""
    with av.open(io.BytesIO(data), "r", format=demuxer) as source:
        stream = source.streams.video[0]
        stream.thread_type = "NONE"
        return [f.to_ndarray(format=format) for f in source.decode(stream)]


Made = Callable[[], bytes]


def _video(container: str, codec: str, count: int = 6, **options: Any) -> Made:
    return lambda: encoded(pictures(count), container, codec, **options)


_X264 = {"g": "3", "bf": "1", "crf": "18"}

SAMPLES: dict[str, tuple[Made, str]] = {
    "MP4": (_video("mp4", "libx264", options=_X264), "mov"),
    "MOV": (_video("mov", "mpeg4", bitrate=300_000), "mov"),
    "3GP": (_video("3gp", "mpeg4", bitrate=300_000), "mov"),
    "MKV": (_video("matroska", "libx264", options=_X264), "matroska"),
    "WEBM": (_video("webm", "libvpx-vp9", options={"crf": "10", "b": "0"}), "matroska"),
    "AVI": (_video("avi", "mpeg4", bitrate=300_000), "avi"),
    "WMV": (_video("asf", "msmpeg4", bitrate=300_000), "asf"),
    "FLV": (_video("flv", "flv", bitrate=300_000), "flv"),
    "OGV": (_video("ogg", "libvpx", options={"crf": "10", "b": "500000"}), "ogg"),
    "MPEG": (_video("mpeg", "mpeg2video", bitrate=300_000), "mpeg"),
    "TS": (_video("mpegts", "libx264", options=_X264), "mpegts"),
    "IVF": (_video("ivf", "libvpx-vp9", options={"crf": "10", "b": "0"}), "ivf"),
    "H264": (_video("h264", "libx264", options=_X264), "h264"),
    "HEVC": (
        _video("hevc", "libx265", options={"x265-params": "log-level=error:crf=18"}),
        "hevc",
    ),
    "MJPEG": (_video("mjpeg", "mjpeg", pixel_format="yuvj420p"), "mjpeg"),
    "Y4M": (_video("yuv4mpegpipe", "wrapped_avframe", count=2), "yuv4mpegpipe"),
    "MXF": (_video("mxf", "mpeg2video", fps=25, bitrate=300_000), "mxf"),
    "GIF": (_video("gif", "gif", pixel_format="rgb8", count=3), "gif"),
    "APNG": (_video("apng", "apng", pixel_format="rgb24", count=2), "apng"),
    "DV": (
        lambda: encoded(pictures(1, 576, 720), "dv", "dvvideo", fps=25),
        "dv",
    ),
}


@cache
def sample(name: str) -> tuple[bytes, np.ndarray]:
    """Return a file of a format, and its first frame."""
    if name == "IFF":
        return ilbm()
    if name == "CINE":
        return cine()
    make, demuxer = SAMPLES[name]
    data = make()
    return data, decoded(data, demuxer)[0]


def ilbm() -> tuple[bytes, np.ndarray]:
    """Return an uncompressed ILBM of 16 colors, laid out by hand, and what it shows as RGB."""
    height, width, planes = 12, 32, 4
    rows, columns = np.mgrid[0:height, 0:width]
    indices = (rows + columns // 3) % 16
    palette = np.array([[17 * i, 255 - 16 * i, (40 * i) % 256] for i in range(16)], np.uint8)
    bits = (indices[:, None, :] >> np.arange(planes)[None, :, None]) & 1
    body = np.packbits(bits.astype(np.uint8), axis=-1).tobytes()
    header = b"".join(
        n.to_bytes(size, "big")
        for n, size in (
            *((width, 2), (height, 2), (0, 2), (0, 2), (planes, 1), (0, 1), (0, 1), (0, 1)),
            *((0, 2), (1, 1), (1, 1), (width, 2), (height, 2)),
        )
    )
    chunks = b"ILBM"
    for name, content in ((b"BMHD", header), (b"CMAP", palette.tobytes()), (b"BODY", body)):
        chunks += name + len(content).to_bytes(4, "big") + content + bytes(len(content) % 2)
    return b"FORM" + len(chunks).to_bytes(4, "big") + chunks, palette[indices]


def cine() -> tuple[bytes, np.ndarray]:
    """Return a gray Phantom Cine of two frames, laid out by hand, and the first one as RGB.

    Vision Research, Cine File Format: CINEFILEHEADER, BITMAPINFOHEADER, SETUP, offsets, images.
    """
    import struct

    height, width, count = 16, 32, 2
    frames = [np.add.outer(np.arange(height) * 5 + n, np.arange(width) * 3) for n in range(count)]
    images = [f.astype(np.uint8) for f in frames]
    setup = bytearray(0x163C + 4096)
    struct.pack_into("<H", setup, 140, 0x5453)  # Mark "ST"
    struct.pack_into("<H", setup, 142, 0x163C)  # Length
    struct.pack_into("<I", setup, 768, 1000)  # FrameRate
    bitmap = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, width * height, 0, 0, 0, 0)
    places = 44 + len(bitmap) + len(setup)
    head = struct.pack(
        "<2sHHHiIiIIIIQ",
        *(b"CI", 44, 0, 1, 0, count, 0, count, 44, 44 + len(bitmap), places, 0),
    )
    start = places + 8 * count
    table, body = b"", b""
    for image in images:
        table += struct.pack("<Q", start + len(body))
        body += struct.pack("<II", 8, width * height) + image[::-1].tobytes()
    return head + bitmap + bytes(setup) + table + body, np.repeat(images[0][..., None], 3, axis=2)
