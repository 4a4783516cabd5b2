"""Make ``packages/iio-video/tests/data``: small videos that FFmpeg's executable writes.

It is the static build that imageio-ffmpeg brings: another FFmpeg than PyAV's. Beside each file is
what it decodes it to itself. To make them again: ``python tools/real_videos.py``.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from real_file_table import ROOT, keep, write_table

TESTS = ROOT / "packages/iio-video/tests"
COUNT, HEIGHT, WIDTH = 3, 32, 48
H264 = "-c:v libx264 -pix_fmt yuv420p"
MPEG4 = "-c:v mpeg4 -q:v 2 -pix_fmt yuv420p"
# DV is large always: its frame is of tiles, which compress.
TILES = "-vf scale=9:9:flags=neighbor,scale=720:576:flags=neighbor"
# The name of the file, how it is encoded, whether every value comes back, other extensions of it.
FILES: dict[str, tuple[str, bool, tuple[str, ...]]] = {
    "clip.264": (f"{H264} -f h264", False, ("h264", "avc")),
    "clip.265": ("-c:v libx265 -pix_fmt yuv420p -f hevc", False, ("h265", "hevc")),
    "clip.3gp": (MPEG4, False, ()),
    "clip.3g2": (MPEG4, False, ()),
    "clip.avi": ("-c:v ffv1 -pix_fmt bgr0", True, ()),
    "clip.dv": (f"-c:v dvvideo {TILES} -pix_fmt yuv420p -frames:v 1", False, ()),
    "clip.f4v": (f"{H264} -f f4v", False, ()),
    "clip.flv": ("-c:v flv -q:v 2 -pix_fmt yuv420p", False, ()),
    "clip.ivf": ("-c:v libvpx -crf 4 -b:v 1M -pix_fmt yuv420p", False, ()),
    "clip.m1v": ("-c:v mpeg1video -q:v 2 -pix_fmt yuv420p", False, ()),
    "clip.m2v": ("-c:v mpeg2video -q:v 2 -pix_fmt yuv420p", False, ()),
    "clip.m4v": (f"{H264} -f mp4", False, ()),
    "clip.mjpeg": ("-c:v mjpeg -q:v 2 -pix_fmt yuvj420p -f mjpeg", False, ("mjpg",)),
    "clip.mkv": ("-c:v ffv1 -pix_fmt bgr0", True, ("mk3d",)),
    "clip.mov": ("-c:v qtrle -pix_fmt rgb24", True, ("qt",)),
    "clip.mp4": (H264, False, ()),
    "clip.mpg": ("-c:v mpeg1video -q:v 2 -pix_fmt yuv420p", False, ("mpeg", "mpe")),
    "clip.mxf": ("-c:v mpeg2video -q:v 2 -pix_fmt yuv420p", False, ()),
    "clip.ogv": ("-c:v libtheora -q:v 10 -pix_fmt yuv420p", False, ("ogg",)),
    "clip.ts": ("-c:v mpeg2video -q:v 2 -pix_fmt yuv420p -muxrate 500k", False, ("mts", "m2ts")),
    "clip.vob": ("-c:v mpeg2video -q:v 2 -pix_fmt yuv420p", False, ()),
    "clip.webm": ("-c:v libvpx-vp9 -crf 10 -b:v 0 -pix_fmt yuv420p", False, ()),
    "clip.wmv": ("-c:v wmv2 -q:v 2 -pix_fmt yuv420p", False, ("asf",)),
    "clip.y4m": ("-pix_fmt yuv444p", False, ()),
}


def pictures() -> np.ndarray:
    """Return frames with a slope of color in each direction, and a square that moves."""
    frames = np.zeros((COUNT, HEIGHT, WIDTH, 3), np.uint8)
    frames[..., 0] = np.linspace(20, 220, WIDTH).astype(np.uint8)
    frames[..., 1] = np.linspace(200, 40, HEIGHT).astype(np.uint8)[:, None]
    frames[..., 2] = 90
    for number, frame in enumerate(frames):
        frame[8:20, 6 + 6 * number : 18 + 6 * number] = (220, 200, 130)
    return frames


def ffmpeg(*arguments: str, data: bytes = b"") -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def main() -> None:
    rows = []
    same = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-threads", "1"]
    raw = f"-f rawvideo -pix_fmt rgb24 -s {WIDTH}x{HEIGHT} -r 25 -i -".split()
    with tempfile.TemporaryDirectory() as folder:
        for name, (how, exact, others) in FILES.items():
            path = Path(folder, name)
            ffmpeg(*raw, *how.split(), *same, str(path), data=pictures().tobytes())
            show = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-")
            height, width = (576, 720) if name == "clip.dv" else (HEIGHT, WIDTH)
            decoded = np.frombuffer(ffmpeg("-i", str(path), *show), np.uint8)
            image = decoded.reshape(-1, height, width, 3)
            file = keep(TESTS, name, path.read_bytes(), image)
            codec = how.partition("-c:v ")[2].split(" ")[0]
            by = f"ffmpeg -c:v {codec}" if codec else "ffmpeg"
            shows = "decoded" if exact else "about decoded"
            rows += [(e, file, by, shows) for e in (name.partition(".")[2], *others)]
    write_table(TESTS, rows)


if __name__ == "__main__":
    main()
