"""The containers of video that FFmpeg reads and writes, as data.

A format is a container, not a codec: what is inside of an ``.mp4`` may be any of a dozen. Files
are opened with the demuxer of their format and no other, so that nothing that calls itself a video
gets FFmpeg to follow a playlist.
"""

from __future__ import annotations

from iio_core import Format, Pixels, Signature

__all__ = ["DEVICES", "PLAYLISTS", "STILLS", "VIDEOS"]

# By default frames are RGB with 8 bits; `format=` asks for anything that FFmpeg can convert to.
_READ = tuple(Pixels(dtype) for dtype in ("uint8", "uint16", "float32"))
_WRITTEN = (Pixels("uint8", (1, 3)),)
_BMFF = "ISO/IEC 14496-12, ISO base media file format, section 4.3 File Type Box"


def _video(
    name: str,
    title: str,
    *extensions: str,
    signatures: tuple[Signature, ...] = (),
    signature_alone: bool = True,
    extension_alone: bool | None = None,
    writes: bool = True,
    priority: int = 0,
    specification: str,
) -> Format:
    """Return a container of frames that are encoded as they come."""
    return Format(
        name=name,
        title=title,
        extensions=extensions,
        signatures=signatures,
        signature_alone=signature_alone,
        extension_alone=extension_alone,
        reads=_READ,
        writes=_WRITTEN if writes else (),
        lossy=True,
        multiple=True,
        streams=True,
        reads_all=True,
        trust="fuzzed",
        priority=priority,
        specification=specification,
    )


def _box(*kinds: bytes) -> tuple[Signature, ...]:
    return tuple(Signature(4, kind) for kind in kinds)


def _riff(kind: bytes) -> Signature:
    return Signature(0, b"RIFF\0\0\0\0" + kind, b"\xff\xff\xff\xff\0\0\0\0" + b"\xff" * len(kind))


def _every(size: int, first: int) -> Signature:
    """Return the signature of a transport stream: a byte of 0x47 at the start of each packet."""
    places = (first, first + size, first + 2 * size)
    fixed = bytearray(places[-1] + 1)
    mask = bytearray(places[-1] + 1)
    for place in places:
        fixed[place], mask[place] = 0x47, 0xFF
    return Signature(0, bytes(fixed), bytes(mask))


_EBML = Signature(0, b"\x1a\x45\xdf\xa3")

VIDEOS = (
    _video(
        "MP4",
        "MPEG-4 Part 14 and its relatives",
        ".mp4",
        ".m4v",
        ".f4v",
        signatures=(*_box(b"ftyp"), Signature(4, b"styp")),
        extension_alone=True,
        priority=1,
        specification=f"ISO/IEC 14496-14, MP4 file format, section 3; {_BMFF}",
    ),
    _video(
        "MOV",
        "QuickTime File Format",
        ".mov",
        ".qt",
        signatures=_box(b"ftypqt  ", b"moov", b"mdat", b"wide"),
        extension_alone=True,
        specification="Apple, QuickTime File Format, Movie atoms, "
        "https://developer.apple.com/documentation/quicktime-file-format",
    ),
    _video(
        "3GP",
        "3GPP file format",
        ".3gp",
        ".3g2",
        signatures=_box(b"ftyp3gp", b"ftyp3g2"),
        extension_alone=True,
        specification=f"3GPP TS 26.244, 3GPP file format (3GP), section 5; {_BMFF}",
    ),
    _video(
        "MKV",
        "Matroska Multimedia Container",
        ".mkv",
        ".mk3d",
        signatures=(_EBML,),
        specification="RFC 9559, Matroska Media Container Format, section 5; RFC 8794, EBML, "
        "section 11.2 EBML Header",
    ),
    _video(
        "WEBM",
        "WebM",
        ".webm",
        signatures=(_EBML,),
        signature_alone=False,
        specification="WebM Container Guidelines, https://www.webmproject.org/docs/container/; "
        "RFC 8794, EBML, section 11.2 EBML Header",
    ),
    _video(
        "AVI",
        "Audio Video Interleave",
        ".avi",
        signatures=(_riff(b"AVI "),),
        specification="Microsoft, AVI RIFF File Reference, "
        "https://learn.microsoft.com/en-us/windows/win32/directshow/avi-riff-file-reference",
    ),
    _video(
        "WMV",
        "Windows Media Video (Advanced Systems Format)",
        ".wmv",
        ".asf",
        signatures=(Signature(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c"),),
        specification="Microsoft, Advanced Systems Format (ASF) Specification, revision "
        "01.20.05, section 3.1 ASF Header Object",
    ),
    _video(
        "FLV",
        "Flash Video",
        ".flv",
        signatures=(Signature(0, b"FLV\x01"),),
        specification="Adobe Flash Video File Format Specification, version 10.1, annex E.2 "
        "The FLV header",
    ),
    _video(
        "OGV",
        "Ogg video",
        ".ogv",
        ".ogg",
        ".ogm",
        signatures=(Signature(0, b"OggS\0"),),
        specification="RFC 3533, The Ogg Encapsulation Format Version 0, section 6",
    ),
    _video(
        "MPEG",
        "MPEG program stream, or a video stream of MPEG-1 or MPEG-2",
        ".mpeg",
        ".mpg",
        ".mpe",
        ".vob",
        ".m2v",
        ".m1v",
        signatures=(Signature(0, b"\0\0\x01\xba"), Signature(0, b"\0\0\x01\xb3")),
        specification="ISO/IEC 13818-1, Systems, section 2.5.3.3 Pack; ISO/IEC 13818-2, Video, "
        "section 6.2.2.1 Sequence header",
    ),
    _video(
        "TS",
        "MPEG transport stream",
        ".ts",
        ".mts",
        ".m2ts",
        signatures=(_every(188, 0), _every(192, 4)),
        specification="ISO/IEC 13818-1, Systems, section 2.4.3.2 Transport packet",
    ),
    _video(
        "IVF",
        "IVF, a container of one VP8, VP9 or AV1 stream",
        ".ivf",
        signatures=(Signature(0, b"DKIF\0\0"),),
        specification="IVF, https://wiki.multimedia.cx/index.php/Duck_IVF, File header",
    ),
    _video(
        "H264",
        "H.264 byte stream",
        ".h264",
        ".264",
        ".avc",
        signatures=(Signature(0, b"\0\0\0\x01"), Signature(0, b"\0\0\x01")),
        signature_alone=False,
        specification="ITU-T H.264, annex B Byte stream format",
    ),
    _video(
        "HEVC",
        "H.265 byte stream",
        ".hevc",
        ".h265",
        ".265",
        signatures=(Signature(0, b"\0\0\0\x01"), Signature(0, b"\0\0\x01")),
        signature_alone=False,
        specification="ITU-T H.265, annex B Byte stream format",
    ),
    _video(
        "MJPEG",
        "JPEG images one after the other",
        ".mjpeg",
        ".mjpg",
        signatures=(Signature(0, b"\xff\xd8\xff"),),
        signature_alone=False,
        specification="ITU-T T.81 (JPEG), annex B.1.1.3 Marker assignments; several such images "
        "without anything between them",
    ),
    _video(
        "Y4M",
        "YUV4MPEG2, frames that are not compressed",
        ".y4m",
        signatures=(Signature(0, b"YUV4MPEG2 "),),
        writes=False,
        specification="yuv4mpeg(5) of the MJPEG tools, Stream header",
    ),
    _video(
        "CINE",
        "Phantom Cine, of high-speed cameras",
        ".cine",
        signatures=(Signature(0, b"CI\x2c\0\0\0\x01\0", b"\xff\xff\xff\xff\0\0\xff\xff"),),
        writes=False,
        specification="Vision Research, Cine File Format, version 12.0, CINEFILEHEADER",
    ),
    _video(
        "MXF",
        "Material Exchange Format",
        ".mxf",
        signatures=(Signature(0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02"),),
        writes=False,
        specification="SMPTE ST 377-1, Material Exchange Format, section 7.1 Partition Pack",
    ),
    _video(
        "DV",
        "DV of camcorders",
        ".dv",
        signatures=(Signature(0, b"\x1f\x07\0", b"\xff\x7f\xff"),),
        signature_alone=False,
        writes=False,
        specification="IEC 61834-2, section 11 Header DIF block",
    ),
    # Another wheel's by default: it keeps their palettes, times and transparency.
    _video(
        "GIF",
        "Graphics Interchange Format",
        ".gif",
        signatures=(Signature(0, b"GIF87a"), Signature(0, b"GIF89a")),
        writes=False,
        priority=-20,
        specification="CompuServe, Graphics Interchange Format, version 89a, section 17 Header",
    ),
    _video(
        "APNG",
        "Animated Portable Network Graphics",
        ".apng",
        signatures=(Signature(0, b"\x89PNG\r\n\x1a\n"),),
        signature_alone=False,
        writes=False,
        priority=-20,
        specification="W3C, Portable Network Graphics (Third Edition), section 4.9 APNG",
    ),
)
"""What moves, the most usual first."""

STILLS = (
    Format(
        name="IFF",
        title="Interchange File Format of the Amiga: ILBM, PBM, ACBM, RGB8, DEEP",
        extensions=(".iff", ".lbm", ".ilbm"),
        signatures=tuple(
            Signature(0, b"FORM\0\0\0\0" + kind, b"\xff" * 4 + bytes(4) + b"\xff" * 4)
            for kind in (b"ILBM", b"PBM ", b"ACBM", b"RGB8", b"RGBN", b"DEEP", b"TVPP")
        ),
        reads=_READ,
        trust="fuzzed",
        priority=-5,
        specification='Electronic Arts, "ILBM" IFF Interleaved Bitmap (1986), section 2; '
        '"EA IFF 85" Standard for Interchange Format Files',
    ),
)
"""Images that FFmpeg reads well and hardly anybody else."""


def _playlist(
    name: str, title: str, *extensions: str, signatures: tuple[Signature, ...], specification: str
) -> Format:
    """Return a list of other files, or of places in the network, which FFmpeg then opens."""
    return Format(
        name=name,
        title=title,
        extensions=extensions,
        signatures=signatures,
        reads=_READ,
        multiple=True,
        reads_all=True,
        trust="external",
        specification=specification,
    )


PLAYLISTS = (
    _playlist(
        "HLS",
        "HTTP Live Streaming, a playlist",
        ".m3u8",
        signatures=(Signature(0, b"#EXTM3U"),),
        specification="RFC 8216, HTTP Live Streaming, section 4 Playlists",
    ),
    _playlist(
        "CONCAT",
        "A list of files to be played one after the other",
        ".ffconcat",
        signatures=(Signature(0, b"ffconcat version"),),
        specification="FFmpeg, Formats documentation, section 3.6 concat, "
        "https://ffmpeg.org/ffmpeg-formats.html#concat",
    ),
)
"""What refers to other files: read only on request."""

DEVICES = (
    Format(
        name="WEBCAM",
        title="Webcams",
        devices=("<video#>",),
        reads=_READ,
        multiple=True,
        trust="fuzzed",  # there is no file to decode
        specification="FFmpeg, Devices documentation, section 3 Input Devices (video4linux2, "
        "avfoundation, dshow), https://ffmpeg.org/ffmpeg-devices.html",
    ),
)
"""What records."""
