"""The decoder and where it stands: at which packet it began, which frame comes out next."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from av.error import EOFError as EndOfFile
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame

from iio_core import DecodeError

from ._failures import decoding, said
from ._source import Source
from ._timeline import Timeline
from ._wholeness import is_cut

__all__ = ["UNKNOWN", "Decoder"]

UNKNOWN = 1 << 60  # a number that no frame has
_LEADING = 32  # packets at most that are shown before the keyframe in front of them


class Decoder:
    """Decodes the packets of a stream, from the first one or from a keyframe.

    Parameters
    ----------
    source : Source
        The open container.
    on_error : {"raise", "stop", "ignore"}
        What a damaged frame is: an error, the end of the video, or shown as far as it can be.

    Attributes
    ----------
    next : int
        The number of the frame that `decode` returns next; kept right by who knows it.
    began : int
        The packet at which decoding began.
    place : int
        The packet that is read next.
    fresh : bool
        Whether nothing was read yet.
    clean : bool
        Whether the first packet is a keyframe, and is shown before all others.
    """

    def __init__(self, source: Source, on_error: str) -> None:
        self.next = self.began = self.place = 0
        self.fresh = True
        self.clean = False
        self._source = source
        self._on_error = on_error
        self._packets: Iterator[Packet[Any]] = iter(())
        self._ready: deque[VideoFrame] = deque()
        self._recovered = False  # whether a keyframe was seen
        self._fed: list[int] = []  # when packets since then are shown, in order
        self._timed = True  # whether all of them tell that
        self._last = 0  # where the last packet ends
        self._start = self._key = 0  # the keyframe that was sought: its packet, when it is shown
        self._head: tuple[int | None, int | None, int] = (None, None, 0)  # of the first packet

    def packets(self) -> Iterator[Packet[Any]]:
        """Return all packets from the first one on; the decoder gets none of them."""
        if not self.fresh:
            self.rewind()
        if self.fresh:
            self.start()
        return self._packets

    def start(self) -> None:
        """Begin to read packets; look at the first ones."""
        self.fresh = False
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
            self.clean = first.is_keyframe and ends and len(seen) <= 2

    def decode(self) -> VideoFrame | None:
        """Return the next frame; None at the end.

        Raises
        ------
        DecodeError
            If it is damaged, and that is not to be passed over.
        """
        if self.fresh:
            self.start()
        while not self._ready:
            if not self._feed():
                return None
        frame = self._ready.popleft()
        if frame.is_corrupt and self._on_error != "ignore":
            if self._on_error == "stop":
                self._set(self.place, iter(()))
                return None
            raise self._damaged("parts of it are missing")
        self.next += 1
        return frame

    def _feed(self) -> bool:
        """Give the decoder one packet more; tell whether there was one."""
        source = self._source
        try:
            packet = next(self._packets, None)
            if packet is None:
                return self._end()
            if packet.is_keyframe or (not packet.size and self.next):
                self._recovered = True
            if self._on_error == "raise" and is_cut(packet, source.format, source.size):
                raise self._damaged("its data is cut or damaged")
            if packet.size and packet.pos is not None:
                # In a block of Matroska, behind its number, its time and its flags.
                self._last = packet.pos + 4 + packet.size
            if packet.size and packet.pts is not None:
                insort(self._fed, packet.pts)
            elif packet.size:
                self._timed = False
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
            self.place += 1
        return True

    def _end(self) -> bool:
        """End the video, unless the file does not end where it says."""
        cut = self._source.missing(self._last) if self._on_error == "raise" else 0
        if cut:
            raise self._damaged(f"the file is cut, and lacks {cut:,} bytes")
        return False

    def _damaged(self, what: str) -> DecodeError:
        number = self.next + len(self._ready)
        return DecodeError(
            f"{self._source.resource.name}: frame {number} could not be decoded: {what}. "
            "on_error='stop' ends before it, on_error='ignore' goes on",
            plugin="pyav",
            format=self._source.format,
        )

    # -- going elsewhere -------------------------------------------------------------------------

    def rewind(self) -> None:
        """Go back to the first packet."""
        if not self.fresh and not self._seek_to_head():
            self.reopen()

    def reopen(self) -> None:
        """Open the file again, at its beginning."""
        self._source.reopen()
        self._set(0, iter(()))
        self.began = self.next = 0
        self.fresh = True

    def _seek_to_head(self) -> bool:
        """Go to the first packet without opening the file again; tell whether that worked."""
        head = self._head
        for packets in self._seeks(head[1::-1]):
            first = next(packets, None)
            if first is not None and (first.pts, first.dts, first.size) == head:
                self._set(0, chain([first], packets))
                self.began = self.next = 0
                return True
        return False

    def seek(self, place: int, timeline: Timeline) -> bool:
        """Go to a packet; tell whether that worked. `next` is not right then."""
        if place == 0:
            self.rewind()
            return True
        self.fresh = False
        for packets in self._seeks(timeline.key(place)):
            for packet in packets:
                found = timeline.place(packet) if packet.size else None
                if found is None or found > place:
                    break
                if found == place:
                    self._set(place, chain([packet], packets))
                    self.began = place
                    return True
        return False

    def seek_time(self, time: int) -> bool:
        """Go to the keyframe before a time; which packet that is, is not known then."""
        self.fresh = False
        for packets in self._seeks((time,)):
            first = next(packets, None)
            if first is None or not first.is_keyframe or first.pts is None or first.pts > time:
                break
            self._set(0, chain([first], packets))
            self.began, self.next = 1, UNKNOWN
            return True
        self.began, self.next = 1, UNKNOWN
        return False

    def seek_entry(self, place: int, decoded: int) -> bool:
        """Go to a keyframe by the time at which it is decoded; tell whether that worked."""
        self.fresh = False
        # Some versions of FFmpeg look for when it is shown, which is later by as much as it was
        # for the first packet, or by something else.
        pts, dts, _ = self._head
        late = (pts or 0) - (dts or 0)
        for packets in self._seeks((decoded + late, decoded, decoded + 2 * late)):
            first = next(packets, None)
            if first is None or first.dts != decoded or not first.is_keyframe or first.pts is None:
                continue
            self._set(place, chain([first], packets))
            self.began, self.next = place or 1, UNKNOWN
            self._start, self._key = place, first.pts
            return True
        self.began, self.next = 1, UNKNOWN
        return False

    def rank(self, frame: VideoFrame) -> int | None:
        """Return the number of a frame after `seek_entry`; None if its time does not tell.

        -1 stands for one that is shown before the keyframe: it may lack what it is made from.
        """
        if frame.pts is None or not self._timed:
            return None
        if frame.pts < self._key:
            return -1
        return self._start + bisect_left(self._fed, frame.pts)

    def _seeks(self, times: tuple[int | None, ...]) -> Iterator[Iterator[Packet[Any]]]:
        """Yield the packets after a seek to each of several times."""
        source = self._source
        for time in dict.fromkeys(t for t in times if t is not None):
            try:
                source.container.seek(time, stream=source.stream)
            except FFmpegError:
                continue
            yield source.container.demux(source.stream)

    def _set(self, place: int, packets: Iterator[Packet[Any]]) -> None:
        self.place = place
        self._fed = []
        self._timed = True
        self._recovered = False
        self._packets = packets
        self._ready.clear()
