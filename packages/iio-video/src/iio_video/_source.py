"""A container, opened such that it can reach nothing but its own bytes."""

from __future__ import annotations

from contextlib import ExitStack
from typing import IO, Any, NoReturn, cast

import av
from av.codec.context import ThreadType
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Discard, Stream
from av.video.stream import VideoStream

from iio_core import DecodeError, Limits, Resource

from ._demuxers import FOLLOWING, WHITELIST, demuxer
from ._failures import decoding, option_error, said
from ._matroska import lacking
from ._wholeness import missing

__all__ = ["Bytes", "Source", "accelerator", "most_pixels", "thread_kind"]

_BUFFER = 1 << 16
# Text that is not UTF-8 is no error. PyAV 19 has no such argument: there it never is one.
_TEXT: dict[str, Any] = (
    {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
)
_PROTOCOLS = "file,http,https,tcp,tls,crypto,data,httpproxy"  # of what a trusted playlist may list


class Bytes:
    """The file of a resource as FFmpeg gets to see it: without a name, and not to be closed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes."""
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()


def _refuse(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    """Keep a demuxer from opening anything beside the file that it was given."""
    raise DecodeError(f"it refers to another file, {url!r}, which is not opened", plugin="pyav")


def most_pixels(limits: Limits, size: int | None) -> int:
    """Return how many pixels a frame may have before a decoder takes memory for it.

    Decoders keep a dozen frames: so each may have a part of what is allowed.
    """
    allowed = max(limits.array_bytes, limits.ratio * (size or 0))
    return min(max(allowed // 16, 1 << 16), (1 << 31) - 1)


def accelerator(name: str | None) -> HWAccel | None:
    """Return the hardware of a name; what it cannot decode is decoded without it.

    Raises
    ------
    OptionError
        If this FFmpeg has no such hardware.
    """
    if name is None:
        return None
    device, _, number = str(name).partition(":")
    offered = hwdevices_available()
    if device not in offered:
        raise option_error("hwaccel", name, f"this FFmpeg has {', '.join(offered) or 'none'}")
    try:
        return HWAccel(device, number or None, allow_software_fallback=True)
    except (FFmpegError, ValueError) as error:
        raise option_error("hwaccel", name, said(error)) from None


def thread_kind(kind: str | None) -> ThreadType:
    """Return what threads share, from imageio's names for it."""
    names = {"AUTO": ThreadType.AUTO, "FRAME": ThreadType.FRAME, "SLICE": ThreadType.SLICE}
    names["NONE"] = ThreadType.NONE
    try:
        return names[(kind or "AUTO").upper()]
    except (KeyError, AttributeError):
        raise option_error("thread_type", kind, f"it is one of {', '.join(names)}") from None


class Source:
    """A container and the video stream in it that is read.

    Parameters
    ----------
    resource : Resource
        Where the bytes are.
    format : str or None
        The name of the format that was matched.
    stream : int
        Which of its video streams.
    threads : tuple, optional
        What threads share (frames, slices of a frame), and how many there are; 0: as many as cores.
    hwaccel : HWAccel, optional
        The hardware that decodes.
    strict : bool
        Whether the decoder refuses a damaged frame, and does not show what it can make out.
    """

    def __init__(
        self,
        resource: Resource,
        format: str | None,
        *,
        stream: int = 0,
        threads: tuple[ThreadType, int] | None = None,
        hwaccel: HWAccel | None = None,
        strict: bool = True,
    ) -> None:
        self.resource = resource
        # The bytes that packets are in; those of a playlist are elsewhere.
        self.size = None if format in FOLLOWING else resource.size
        self.format = format
        self._number = stream
        self._threads = threads
        self._strict = strict
        self._hwaccel = hwaccel
        self._paths = ExitStack()
        self.file = resource.open()
        self.container = self._open()
        self.stream = self._pick()

    def _open(self) -> InputContainer:
        name = demuxer(self.format, self.resource.head(16))
        if self.format in FOLLOWING:
            return self._open_following(str(name))
        self.file.seek(0)
        pixels = most_pixels(self.resource.limits, self.resource.size)
        with decoding(self.resource.name, self.format, "it could not be opened"):
            opened: InputContainer = av.open(
                cast(Any, Bytes(self.file)),
                "r",
                format=name,
                options={"max_pixels": str(pixels)},
                container_options={
                    "protocol_whitelist": "none",
                    "format_whitelist": WHITELIST,
                },
                **_TEXT,
                buffer_size=_BUFFER,
                io_open=_refuse,
                hwaccel=self._hwaccel,
            )
        return opened

    def _open_following(self, name: str) -> InputContainer:
        """Open a playlist, which the caller trusts: FFmpeg opens what it lists."""
        place = self.resource.name
        if not place.startswith(("http://", "https://")):
            place = str(self._paths.enter_context(self.resource.as_path()))
        with decoding(self.resource.name, self.format, "it could not be opened"):
            opened: InputContainer = av.open(
                place,
                "r",
                format=name,
                container_options={"protocol_whitelist": _PROTOCOLS},
                **_TEXT,
                timeout=self.resource.limits.request_timeout,
            )
        return opened

    def _pick(self) -> VideoStream:
        """Return the stream that is read, and have the demuxer pass over the others."""
        streams = self.container.streams
        videos = [s for s in streams.video if s.codec_context is not None]
        shown = [s for s in videos if not s.disposition & s.disposition.attached_pic]
        name = self.resource.name
        if not videos:
            kinds = sorted({s.type for s in streams})
            if any(s.type == "video" for s in streams):
                self.close()
                raise DecodeError(
                    f"{name}: this FFmpeg has no decoder for its video",
                    plugin="pyav",
                    format=self.format,
                )
            self.close()
            what = f"only {' and '.join(kinds)}" if kinds else "no streams at all"
            raise DecodeError(f"{name} has no video: it has {what}", plugin="pyav")
        videos = shown or videos
        if not 0 <= self._number < len(videos):
            self.close()
            raise DecodeError(
                f"{name} has {len(videos)} video streams; there is no stream {self._number}",
                plugin="pyav",
            )
        chosen = videos[self._number]
        for stream in streams:
            if stream is not chosen:
                stream.discard = Discard.all
        context = chosen.codec_context
        pixels = most_pixels(self.resource.limits, self.resource.size)
        declared = context.width * context.height
        options = {"max_pixels": str(max(pixels, min(2 * declared, (1 << 31) - 1)))}
        if self._strict and self._hwaccel is None:
            options["err_detect"] = "explode"  # what is concealed would look like a sound frame
        context.options = options
        context.thread_type, context.thread_count = self._threads or (ThreadType.AUTO, 0)
        return chosen

    def listen_to(self, stream: Stream) -> None:
        """Have the demuxer give the packets of another stream instead."""
        self.stream.discard = Discard.all
        stream.discard = Discard.default

    def of_one_frame(self) -> None:
        """Have threads share parts of a frame, unless the caller says otherwise.

        Where each thread has a frame of its own, the first one comes out only after as many as
        there are threads: for a single frame that is work for nothing.
        """
        context = self.stream.codec_context
        if self._threads is None and not context.is_open:
            context.thread_type = ThreadType.SLICE

    def of_many_frames(self) -> bool:
        """Tell whether the container has to be opened anew for each thread to have a frame."""
        context = self.stream.codec_context
        return self._threads is None and context.is_open and context.thread_type != ThreadType.AUTO

    def missing(self, last: int = 0) -> int:
        """Return how many bytes the file lacks of what it says.

        Parameters
        ----------
        last : int
            Where the last packet ends, or another element of a Matroska file begins.
        """
        if self.size is None:
            return 0
        if self.container.format.name.startswith("mov"):
            entries = self.stream.index_entries
            ends = (entry.pos + entry.size for entry in entries if not entry.is_discard)
            return max(max(ends, default=0) - self.size, 0)
        cut = missing(self.resource.head(), self.size)
        if cut or not self.container.format.name.startswith("matroska"):
            return cut
        return lacking(self.file, last, self.size)

    def reopen(self) -> None:
        """Open the container again, at its beginning."""
        self.close()
        self.container = self._open()
        self.stream = self._pick()

    def close(self) -> None:
        """Close the container; the file stays open, it is the resource's."""
        self.container.close()
        self._paths.close()
