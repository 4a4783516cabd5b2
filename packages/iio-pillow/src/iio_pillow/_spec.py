"""What this plugin is and which formats it has, as data: nothing here imports Pillow.

Not among the formats, although Pillow has modules for them: what it only identifies (BUFR, GRIB,
HDF5, MPEG, and off Windows WMF and EMF); FITS, whose signed 16-bit pixels come out unsigned, whose
BZERO and BSCALE are ignored and whose rows come out upside down; FlashPix and Microsoft Image
Composer, which need a further wheel; IM, which is deprecated and about to be removed; and IPTC, in
which Pillow opens an image of any format, PostScript among them.
"""

from __future__ import annotations

from iio_core import Advisory, PluginSpec

from ._formats_devices import DEVICES
from ._formats_legacy import LEGACY
from ._formats_web import WEB
from ._formats_work import WORK

__all__ = ["SPEC"]

SPEC = PluginSpec(
    name="pillow",
    title="Still images and animations through Pillow",
    plugin="iio_pillow._plugin:PLUGIN",
    aliases=("pil",),
    license="BSD-2-Clause AND MIT-CMU",
    backend="pillow",
    advisories=(
        Advisory(
            "pillow",
            "13",
            "a crafted JPEG overflows the decoder's heap buffer (CVE-2026-112403, "
            "CVE-2026-112398), and stale image storage is used again after a change of mode "
            "(CVE-2026-96639); both are rated critical and fixed in Pillow 13.0",
        ),
    ),
    formats=WEB + WORK + LEGACY + DEVICES,
    legacy="iio_pillow._legacy:TABLE",
)
"""The plugin's description; the target of its entry point."""
