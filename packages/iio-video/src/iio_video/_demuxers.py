"""Which of FFmpeg's demuxers opens which format, and which may be tried at all."""

from __future__ import annotations

__all__ = ["FOLLOWING", "WHITELIST", "demuxer"]

FOLLOWING = frozenset({"HLS", "CONCAT"})
"""Formats that open other files: core gives them to a reader only if the caller trusts them."""

_BY_FORMAT = {
    "MP4": "mov",
    "MOV": "mov",
    "3GP": "mov",
    "MKV": "matroska",
    "WEBM": "matroska",
    "AVI": "avi",
    "WMV": "asf",
    "FLV": "flv",
    "OGV": "ogg",
    "MPEG": "mpeg",
    "TS": "mpegts",
    "IVF": "ivf",
    "H264": "h264",
    "HEVC": "hevc",
    "MJPEG": "mjpeg",
    "Y4M": "yuv4mpegpipe",
    "CINE": "cine",
    "MXF": "mxf",
    "DV": "dv",
    "GIF": "gif",
    "APNG": "apng",
    "IFF": "iff",
    "SWF": "swf",
    "HLS": "hls",
    "CONCAT": "concat",
}

# What a caller who names the plugin may have read as well: all of these keep to the one file.
_OTHERS = (
    *("4xm", "amv", "anm", "av1", "avs2", "avs3", "bethsoftvid", "bfi", "bink", "c93", "cavsvideo"),
    *("cdxl", "dfa", "dhav", "dirac", "dnxhd", "dsicin", "dxa", "ea", "evc", "film_cpk"),
    *("filmstrip", "flic", "frm", "gdv", "gxf", "h261", "h263", "hnm", "idcin", "ifv", "ingenient"),
    *("ipmovie", "ipu", "iv8", "ivr", "jv", "kux", "lmlm4", "lvf", "lxf", "m4v", "mgsts", "mlv"),
    *("mm", "moflex", "mpegvideo", "msnwctcp", "mtv", "mv", "mvi", "mxg", "nc", "nsv", "nut"),
    *("nuv", "obu", "paf", "pmp", "psxstr", "pva", "r3d", "rl2", "rm", "roq", "rpl", "sdr2"),
    *("ser", "sga", "siff", "simbiosis_imx", "smjpeg", "smk", "smush", "swf", "thp", "tiertexseq"),
    *(
        "tmv",
        "ty",
        "usm",
        "vc1",
        "vc1test",
        "vividas",
        "vivo",
        "vmd",
        "vvc",
        "wc3movie",
        "wsvqa",
        "wtv",
    ),
    *("wv", "xmv", "yop"),
)

# Names as FFmpeg compares them: a demuxer of several formats goes by all of its names.
_FULL = {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}

_CONFINED = [_FULL.get(d, d) for f, d in _BY_FORMAT.items() if f not in FOLLOWING]
WHITELIST = ",".join(dict.fromkeys([*_CONFINED, *_OTHERS]))
"""The demuxers that may be probed for: no playlists, no devices, nothing that opens a URL."""


def demuxer(format: str | None, head: bytes) -> str | None:
    """Return the demuxer of a format; None has FFmpeg probe among those of `WHITELIST`.

    Parameters
    ----------
    format : str or None
        The format's name in the spec.
    head : bytes
        How the file begins.
    """
    if format == "MPEG" and head.startswith(b"\0\0\x01\xb3"):
        return "mpegvideo"  # without the layer of systems around it
    return _BY_FORMAT.get(format or "")
