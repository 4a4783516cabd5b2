"""What the plugins of this wheel are and which formats they have, as data."""

from __future__ import annotations

from iio_core import PluginSpec

from ._formats import DEVICES, PLAYLISTS, STILLS, VIDEOS

__all__ = ["SPEC"]

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
