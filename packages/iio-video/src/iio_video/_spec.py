"""What the plugins of this wheel are and which formats they have, as data."""

from __future__ import annotations

from dataclasses import replace

from iio_core import Format, Pixels, PluginSpec, Signature

from ._formats import DEVICES, PLAYLISTS, STILLS, VIDEOS

__all__ = ["FFMPEG", "SPEC", "SWF"]

SPEC = PluginSpec(
    name="pyav",
    title="Videos through FFmpeg's libraries, by PyAV",
    plugin="iio_video._plugin:PLUGIN",
    aliases=("av",),
    # PyAV is under the BSD license; the FFmpeg in its wheels has x264 and x265 in it.
    license="BSD-2-Clause AND BSD-3-Clause AND GPL-3.0-or-later",
    backend="av",
    legacy="iio_video._legacy:TABLE",
    formats=(*VIDEOS, *STILLS, *PLAYLISTS, *DEVICES),
)

_DOCUMENTED = ("MP4", "MOV", "MKV", "WEBM", "AVI", "WMV", "MPEG", "FLV", "TS")

FFMPEG = PluginSpec(
    name="ffmpeg",
    title="Videos through FFmpeg's executable",
    plugin="iio_video._exe_plugin:PLUGIN",
    aliases=("imageio-ffmpeg",),
    license="BSD-2-Clause AND GPL-3.0-or-later",
    backend="imageio-ffmpeg",
    legacy="iio_video._exe_legacy:TABLE",
    # Nobody gets it who does not ask for it, by its name or by options that only it has.
    formats=tuple(
        replace(format, reads=(Pixels("uint8", (3,)), Pixels("uint16", (3,))), priority=-100)
        for format in VIDEOS
        if format.name in _DOCUMENTED
    ),
)

SWF = PluginSpec(
    name="swf",
    title="Shockwave Flash",
    plugin="iio_video._swf_plugin:PLUGIN",
    license="BSD-2-Clause",
    legacy="iio_video._swf_legacy:TABLE",
    formats=(
        Format(
            name="SWF",
            title="Shockwave Flash, of bitmaps or a video",
            extensions=(".swf",),
            signatures=tuple(Signature(0, kind) for kind in (b"FWS", b"CWS", b"ZWS")),
            reads=(Pixels("uint8", (1, 3, 4)),),
            writes=(Pixels("uint8", (1, 3, 4)),),
            # Colors are stored multiplied by their alpha.
            lossy=True,
            multiple=True,
            streams=True,
            reads_all=True,
            specification="Adobe, SWF File Format Specification, version 19, chapter 2 SWF "
            "structure summary and chapter 8 Bitmaps",
        ),
    ),
)
