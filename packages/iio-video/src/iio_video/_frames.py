"""Frames by their number: decoded in order, or from the nearest keyframe before one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from av.video.frame import VideoFrame

from iio_core import DecodeError, FrameIndexError

from ._decoder import UNKNOWN, Decoder
from ._entries import Entries
from ._failures import decoding
from ._source import Source
from ._timeline import Timeline

__all__ = ["Frames"]

# Containers that note when a frame is shown.
_WITH_TIMES = ("mov", "matroska", "mpegts", "mpeg", "ogg", "flv", "nut", "mxf", "live_flv", "gxf")
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
    constant : bool
        Whether the caller promises that frames are evenly spaced.
    """

    def __init__(self, source: Source, on_error: str = "raise", *, constant: bool = False) -> None:
        self._source = source
        self._constant = constant
        self._decoder = Decoder(source, on_error)
        self._timeline: Timeline | None = None
        self._first: VideoFrame | None = None
        self._total: int | None = None  # found by decoding
        self._in_a_row = 0  # frames that were asked for one after the other

    # -- what is known without decoding --------------------------------------------------------

    @property
    def timeline(self) -> Timeline:
        """When each frame is shown; the packets are read for it once."""
        if self._timeline is None:
            source = self._source
            packets = self._decoder.packets()
            with decoding(source.resource.name, source.format, "its packets could not be read"):
                self._timeline = Timeline(packets, source.stream.codec_context.name)
            if not self._has_times():
                self._timeline.regular = False
            self._decoder.rewind()
            if self._timeline.regular and not self._timeline.clean:
                self._look_at_the_beginning(self._timeline)
        return self._timeline

    def known(self) -> int | None:
        """Return how many frames there are if that is known already, or from a movie's header."""
        if self._total is not None:
            return self._total
        if self._timeline is not None:
            return len(self._timeline.times) if self._timeline.regular else None
        entries = self._entries
        if entries.total is not None and self._decoder.fresh:
            self._decoder.start()
        return entries.total if self._decoder.clean else None

    @cached_property
    def _entries(self) -> Entries:
        return Entries(self._source)

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
            found.append(expected if found and time <= found[-1] else time)
            step = frame.duration or step
        self._total = len(found)
        return found

    def _look_at_the_beginning(self, timeline: Timeline) -> None:
        """Find out which frames before the first keyframe a decoder leaves out.

        A recording that begins in the middle of a group of pictures has frames that refer to
        others which are not there.
        """
        first = timeline.first_key()
        early = set(timeline.before(first)) if first is not None else set()
        while (frame := self._decoder.decode()) is not None:
            if frame.pts is None or first is None:
                timeline.regular = False
                break
            early.discard(frame.pts)
            if frame.pts >= first:
                break
        timeline.drop(early)
        self._decoder.rewind()

    # -- frames --------------------------------------------------------------------------------

    def first(self) -> VideoFrame:
        """Return the first frame; it is kept, and not decoded twice."""
        return self.get(0)

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
        self._choose_threads(number, many)
        decoder = self._decoder
        if number == decoder.next:
            frame = decoder.decode()
        elif number == 0:
            decoder.rewind()
            frame = decoder.decode()
        elif self._timeline is None and (quickly := self._without_a_look(number)) is not None:
            frame = quickly
        elif self.timeline.regular:
            frame = self._find(number)
        else:
            frame = self._walk(number)
        if frame is None:
            raise self._absent(number)
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

    def _choose_threads(self, number: int, many: bool) -> None:
        """Have threads decode a frame each, unless the first one is all that is wanted."""
        follows = number == self._decoder.next
        self._in_a_row = self._in_a_row + 1 if follows else 0
        if not (many or self._in_a_row == _MANY) and (follows or number == 0):
            self._source.of_one_frame()
        elif self._source.of_many_frames():
            self._decoder.reopen()

    def _absent(self, number: int) -> DecodeError | FrameIndexError:
        name, total = self._source.resource.name, self._decoder.next
        if total == 0:
            return DecodeError(
                f"{name} has no frame that can be decoded",
                plugin="pyav",
                format=self._source.format,
            )
        return FrameIndexError(
            f"{name} has {total} frames; there is no frame {number}", plugin="pyav"
        )

    def _without_a_look(self, number: int) -> VideoFrame | None:
        """Return a frame that can be found before all packets were looked at."""
        return self._at_rate(number) if self._constant else self._in_table(number)

    def _in_table(self, number: int) -> VideoFrame | None:
        """Return a frame by the table of a movie; None if that does not lead to it."""
        total = self.known()
        if total is None or number >= total:
            return None
        decoder = self._decoder
        for place, time in self._entries.starts(number, _TRIES):
            ahead = decoder.next <= number and place < decoder.place
            if not ahead and not decoder.seek_entry(place, time):
                continue
            try:
                while (frame := decoder.decode()) is not None:
                    found = decoder.next - 1 if ahead else decoder.rank(frame)
                    if found is None or found > number:
                        break
                    if found == number:
                        decoder.next = number + 1
                        return frame
            except DecodeError:
                pass  # from the beginning it may be found, and else told
            decoder.next = UNKNOWN
        return None

    def _at_rate(self, number: int) -> VideoFrame | None:
        """Return a frame by its time, if frames are evenly spaced and it begins just then."""
        stream = self._source.stream
        rate, base = stream.average_rate, stream.time_base
        if not rate or not base:
            return None
        if not self._source.container.format.name.startswith(("mov", "matroska")):
            return None  # seeking is not by the time of being shown
        time = (stream.start_time or 0) + round(number / (rate * base))
        if not self._decoder.seek_time(time):
            return None
        try:
            while (frame := self._decoder.decode()) is not None:
                if frame.pts is None or frame.pts > time:
                    return None
                if frame.pts == time:
                    self._decoder.next = number + 1
                    return frame
        except DecodeError:
            pass  # decoding from the beginning tells more
        finally:
            if self._decoder.next != number + 1:
                self._decoder.next = UNKNOWN
        return None

    def _find(self, number: int) -> VideoFrame | None:
        """Return a frame by decoding from a keyframe before it."""
        timeline, decoder = self.timeline, self._decoder
        if number >= len(timeline.times):
            decoder.next = len(timeline.times)
            return None
        tries = list(islice(timeline.starts(number), _TRIES))
        if decoder.next > number or not (tries and tries[0] < decoder.place):
            for place in tries:
                if decoder.seek(place, timeline):
                    frame = self._run(number)
                    if frame is not None:
                        return frame
            decoder.rewind()
        frame = self._run(number)
        if frame is not None:
            return frame
        # The packets promised something that the decoder does not keep.
        timeline.regular = False
        return self._walk(number)

    def _run(self, number: int) -> VideoFrame | None:
        """Decode up to a frame; None if it does not come out as its time promises."""
        timeline, decoder = self.timeline, self._decoder
        # What is shown before the keyframe at which decoding began may lack what it is made from.
        first = timeline.number(timeline.key(decoder.began)[0]) if decoder.began else 0
        before: int | None = None
        try:
            while (frame := decoder.decode()) is not None:
                found = timeline.number(frame.pts)
                if found is None or found > number:
                    return None
                if found < (first or 0):
                    continue
                if before is not None and found != before + 1:
                    return None
                before = found
                decoder.next = found + 1
                if found == number:
                    return frame
        except DecodeError:
            if decoder.began == 0:
                raise
        return None

    def _walk(self, number: int) -> VideoFrame | None:
        """Return a frame by decoding all before it."""
        decoder = self._decoder
        if decoder.next > number or decoder.began:
            decoder.rewind()
        while decoder.next < number:
            if decoder.decode() is None:
                return None
        return decoder.decode()
