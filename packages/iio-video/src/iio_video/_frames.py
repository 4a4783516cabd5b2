"""Frames by their number: decoded in order, or from the nearest keyframe before one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from av.error import EOFError as EndOfFile
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame

from iio_core import DecodeError, FrameIndexError

from ._failures import decoding, said
from ._source import Source
from ._timeline import Timeline
from ._wholeness import is_cut

__all__ = ["Frames"]

# Codecs of which a packet is one frame that is shown. VP8 and VP9 have some that are not.
_ONE_TO_A_PACKET = frozenset(
    {
        *("h264", "hevc", "libdav1d", "av1", "mpeg4", "mjpeg", "png", "prores", "dnxhd", "qtrle"),
        *("rawvideo", "v210", "ffv1", "cfhd", "hap", "h263", "svq3", "jpeg2000", "mpeg2video"),
    }
)
# Containers that note when a frame is shown.
_WITH_TIMES = ("mov", "matroska", "mpegts", "mpeg", "ogg", "flv", "nut", "mxf", "live_flv", "gxf")
_LEADING = 32  # packets at most that are shown before the keyframe in front of them
_MANY = 8  # frames in a row from which on others are expected
_TRIES = 3  # keyframes before a frame that are tried until decoding begins at the first packet


class Frames:
    """The frames of a video stream.

    Parameters
    ----------
    source : Source
        The open container.
    on_error : {"raise", "stop", "ignore"}
        What a damaged frame is: an error, the end of the video, or shown as far as it can be.
    """

    def __init__(self, source: Source, on_error: str = "raise") -> None:
        self._source = source
        self._on_error = on_error
        self._timeline: Timeline | None = None
        self._next = 0  # the number of the frame that `_decode` returns next
        self._place: int | None = 0  # the packet that is read next, as far as that is known
        self._packets: Iterator[Packet[Any]] = iter(())
        self._ready: deque[VideoFrame] = deque()
        self._fresh = True  # nothing was read yet
        self._first: VideoFrame | None = None
        self._total: int | None = None  # found by decoding

    # -- what is known without decoding --------------------------------------------------------

    @property
    def timeline(self) -> Timeline:
        """When each frame is shown; the packets are read for it once."""
        if self._timeline is None:
            source = self._source
            if not self._fresh:
                self._rewind()
            name, format = source.resource.name, source.format
            if self._fresh:
                self._start()
            with decoding(name, format, "its packets could not be read"):
                self._timeline = Timeline(self._packets, source.stream.codec_context.name)
            if not self._has_times():
                self._timeline.regular = False
            self._rewind()
            if self._timeline.regular and not self._timeline.clean:
                self._look_at_the_beginning(self._timeline)
        return self._timeline

    def known(self) -> int | None:
        """Return how many frames there are if that is known already, or from a movie's header."""
        if self._total is not None:
            return self._total
        if self._timeline is not None:
            return len(self._timeline.times) if self._timeline.regular else None
        stream = self._source.stream
        if not stream.frames or stream.codec_context.name not in _ONE_TO_A_PACKET:
            return None
        # A table of all packets stands in the header; an edit list may hide some of them.
        entries = stream.index_entries
        if len(entries) != stream.frames or any(entry.is_discard for entry in entries):
            return None
        if self._fresh:
            self._start()
        return stream.frames if self._clean else None

    def _has_times(self) -> bool:
        """Tell whether the times of packets are the file's, and not made up by FFmpeg.

        Where a container notes only the order of decoding, and frames are shown in another one,
        FFmpeg makes up times: right ones for MPEG-4, wrong ones for H.264.
        """
        context = self._source.stream.codec_context
        if not context.reorder_depth:
            return True
        container = self._source.container.format.name
        if container.startswith(_WITH_TIMES):
            return True
        return container == "avi" and context.name == "mpeg4"

    def count(self) -> int:
        """Return how many frames there are; they are decoded only if there is no other way."""
        if self._total is not None:
            return self._total
        timeline = self.timeline
        if timeline.regular:
            return len(timeline.times)
        self._total = sum(1 for _ in self.all())
        return self._total

    def times(self) -> list[int]:
        """Return when each frame is shown, in units of the time base, found by decoding if need be.

        A frame without a time follows the one before after as long as that was shown.
        """
        if self.timeline.regular:
            return self.timeline.times
        found: list[int] = []
        step = 1
        for frame in self.all():
            expected = found[-1] + step if found else 0
            time = expected if frame.pts is None else frame.pts
            found.append(max(time, expected) if found and time <= found[-1] else time)
            step = frame.duration or step
        self._total = len(found)
        return found

    def _look_at_the_beginning(self, timeline: Timeline) -> None:
        """Find out which frames before the first keyframe a decoder leaves out: it may not need to.

        A recording that begins in the middle of a group of pictures has frames that refer to
        others which are not there.
        """
        first = timeline.first_key()
        early = set(timeline.before(first)) if first is not None else set()
        for frame in self._in_order():
            if frame.pts is None or first is None:
                timeline.regular = False
                break
            early.discard(frame.pts)
            if frame.pts >= first:
                break
        timeline.drop(early)
        self._rewind()

    # -- frames --------------------------------------------------------------------------------

    def first(self) -> VideoFrame:
        """Return the first frame; it is kept, and not decoded twice."""
        if self._first is None:
            self._first = self.get(0)
        return self._first

    def get(self, number: int, *, many: bool = False) -> VideoFrame:
        """Return a frame.

        Parameters
        ----------
        number : int
            Which, from 0.
        many : bool
            Whether those after it will be asked for as well.

        Raises
        ------
        FrameIndexError
            If there is no such frame.
        DecodeError
            If it, or one that it is made from, is damaged.
        """
        if number == 0 and self._first is not None:
            return self._first
        self._in_a_row = self._in_a_row + 1 if number == self._next else 0
        if not many:
            self._source.of_one_frame()
        if (many or self._in_a_row == _MANY) and self._source.of_many_frames():
            self._anew()
        if number == self._next or (self._timeline is None and number == 0):
            if number != self._next:
                self._rewind()
            frame = self._decode()
        elif self.timeline.regular:
            frame = self._find(number)
        else:
            frame = self._walk(number)
        if frame is None and self._next == 0:
            raise DecodeError(
                f"{self._source.resource.name} has no frame that can be decoded",
                plugin="pyav",
                format=self._source.format,
            )
        if frame is None:
            raise FrameIndexError(
                f"{self._source.resource.name} has {self._next} frames; there is no frame {number}",
                plugin="pyav",
            )
        if number == 0:
            self._first = frame
        return frame

    def all(self) -> Iterator[VideoFrame]:
        """Iterate over all frames, from the first one on.

        Other frames may be asked for in between.
        """
        number = 0
        while True:
            try:
                frame = self.get(number, many=True)
            except FrameIndexError:
                return
            yield frame
            number += 1

    def _find(self, number: int) -> VideoFrame | None:
        """Return a frame by decoding from a keyframe before it."""
        timeline = self.timeline
        if number >= len(timeline.times):
            self._next = len(timeline.times)
            return None
        tries = list(islice(timeline.starts(number), _TRIES))
        ahead = self._next <= number and self._place is not None
        if not (ahead and (not tries or tries[0] < (self._place or 0))):
            for place in tries:
                if place == 0:
                    self._rewind()
                elif not self._seek(place):
                    continue
                frame = self._run(number)
                if frame is not None:
                    return frame
            self._rewind()
        frame = self._run(number)
        if frame is not None:
            return frame
        # The packets promised something that the decoder does not keep.
        timeline.regular = False
        return self._walk(number)

    def _run(self, number: int) -> VideoFrame | None:
        """Decode up to a frame; None if it does not come out as its time promises."""
        timeline = self.timeline
        before: int | None = None
        first = self._key_number()
        try:
            while (frame := self._decode()) is not None:
                found = timeline.number(frame.pts)
                if found is None or found > number:
                    return None
                if found < first:  # shown before the keyframe: it may lack what it is made from
                    continue
                if before is not None and found != before + 1:
                    return None
                before = found
                self._next = found + 1
                if found == number:
                    return frame
        except DecodeError:
            if self._began == 0:
                raise
        return None

    def _key_number(self) -> int:
        """Return the first frame that can be trusted after decoding began where it did."""
        if not self._began:
            return 0
        return self.timeline.number(self.timeline.key(self._began)[0]) or 0

    def _walk(self, number: int) -> VideoFrame | None:
        """Return a frame by decoding all before it."""
        if self._next > number or self._place is None or self._began:
            self._rewind()
        while self._next < number:
            if self._decode() is None:
                return None
        return self._decode()

    # -- the decoder ---------------------------------------------------------------------------

    _head: tuple[int | None, int | None, int] = (None, None, 0)  # of the first packet
    _clean = False  # whether it is a keyframe, and the first frame that is shown
    _in_a_row = 0  # frames that were asked for one after the other
    _recovered = False  # whether a keyframe was seen
    _began = 0  # the packet at which decoding began

    def _in_order(self) -> Iterator[VideoFrame]:
        while (frame := self._decode()) is not None:
            yield frame

    def _decode(self) -> VideoFrame | None:
        """Return the next frame; None at the end."""
        if self._fresh:
            self._start()
        while not self._ready:
            if not self._feed():
                return None
        frame = self._ready.popleft()
        if frame.is_corrupt and self._on_error != "ignore":
            if self._on_error == "stop":
                self._packets = iter(())
                self._ready.clear()
                return None
            raise self._damaged("parts of it are missing")
        self._next += 1
        return frame

    def _start(self) -> None:
        """Begin to read packets; look at the first ones."""
        self._fresh = False
        source = self._source
        with decoding(source.resource.name, source.format, "its packets could not be read"):
            packets = source.container.demux(source.stream)
            seen: list[Packet[Any]] = []
            for packet in islice(packets, _LEADING):
                seen.append(packet)
                first = seen[0]
                if not packet.size or packet.pts is None or first.pts is None:
                    break
                if packet.pts > first.pts:
                    break
            self._packets = chain(seen, packets)
        if seen:
            first, last = seen[0], seen[-1]
            self._head = first.pts, first.dts, first.size
            ends = first.pts is not None and (not last.size or (last.pts or 0) > first.pts)
            self._clean = first.is_keyframe and ends and len(seen) <= 2

    def _feed(self) -> bool:
        """Give the decoder one packet more; tell whether there was one."""
        try:
            packet = next(self._packets, None)
            if packet is None:
                return False
            if packet.is_keyframe:
                self._recovered = True
            elif not packet.size:
                self._recovered = self._recovered or self._next > 0
            source = self._source
            if self._on_error == "raise" and is_cut(packet, source.format, source.resource.size):
                raise self._damaged("its data is cut or damaged")
            self._ready.extend(packet.decode())
        except EndOfFile:
            return False
        except FFmpegError as error:
            if not self._recovered:
                return True  # a recording that begins between two keyframes
            if self._on_error == "raise":
                raise self._damaged(said(error)) from error
            if self._on_error == "stop":
                self._packets = iter(())
                return False
            return True
        finally:
            if self._place is not None:
                self._place += 1
        return True

    def _damaged(self, what: str) -> DecodeError:
        number = self._next + len(self._ready)
        return DecodeError(
            f"{self._source.resource.name}: frame {number} could not be decoded: {what}. "
            "on_error='stop' ends before it, on_error='ignore' goes on",
            plugin="pyav",
            format=self._source.format,
        )

    def _rewind(self) -> None:
        """Go back to the first packet."""
        if not self._fresh:
            if self._seek_to_head():
                return
            self._source.reopen()
        self._began = self._next = 0
        self._set(0, iter(()), fresh=True)

    def _anew(self) -> None:
        """Open the file again, with threads for many frames."""
        self._source.reopen()
        self._began = self._next = 0
        self._set(0, iter(()), fresh=True)

    def _seek_to_head(self) -> bool:
        """Go to the first packet without opening the file again; tell whether that worked."""
        source, head = self._source, self._head
        for time in dict.fromkeys(t for t in head[1::-1] if t is not None):
            try:
                source.container.seek(time, stream=source.stream)
            except FFmpegError:
                continue
            packets = source.container.demux(source.stream)
            first = next(packets, None)
            if first is not None and (first.pts, first.dts, first.size) == head:
                self._began = self._next = 0
                self._set(0, chain([first], packets), fresh=False)
                return True
        return False

    def _seek(self, place: int) -> bool:
        """Go to a packet; tell whether that worked."""
        source, timeline = self._source, self.timeline
        self._fresh = False
        for time in dict.fromkeys(t for t in timeline.key(place) if t is not None):
            try:
                source.container.seek(time, stream=source.stream)
            except FFmpegError:
                continue
            packets = source.container.demux(source.stream)
            for packet in packets:
                found = timeline.place(packet) if packet.size else None
                if found is None or found > place:
                    break
                if found == place:
                    self._began = place
                    self._set(place, chain([packet], packets), fresh=False)
                    self._next = 2  # not known until a frame comes out, and not the first one
                    return True
        return False

    def _set(self, place: int, packets: Iterator[Packet[Any]], *, fresh: bool) -> None:
        self._place = place
        self._recovered = False
        self._packets = packets
        self._ready.clear()
        self._fresh = fresh
