"""When each frame is shown, and from where decoding has to begin: found without decoding.

The packets of a stream are read once, in the order in which they are decoded. Where each of them
holds one frame with a time of its own, which is what most files are like, sorting the times gives
the frames in the order in which they are shown. Files that are not like that are told apart: there,
only decoding tells which frame is which.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

from av.packet import Packet

__all__ = ["Timeline"]

_Key = tuple[int | None, int | None]


class Timeline:
    """The packets of a video stream.

    Parameters
    ----------
    packets : iterable of Packet
        All of them, in the order in which they are decoded.
    codec : str
        The name of the codec.

    Attributes
    ----------
    times : list of int
        When each frame is shown, in units of the stream's time base, if `regular`.
    regular : bool
        Whether each packet that is shown is one frame with a time of its own.
    clean : bool
        Whether the stream begins with a keyframe, and nothing is shown before that.
    total : int
        How many packets there are.
    """

    def __init__(self, packets: Iterable[Packet[Any]], codec: str) -> None:
        self._times: list[int | None] = []  # of each packet, when it is shown
        self._decoded: list[int | None] = []  # and when it is decoded
        self._keys: list[int] = []  # the numbers of the packets that are keyframes
        self._place: dict[_Key, int] = {}
        self._packet: dict[int, int] = {}  # when a frame is shown -> the packet that it is in
        shown: list[int] = []
        self.regular = True
        self.duration = 0  # of the frame that is shown last
        last = None
        for number, packet in enumerate(p for p in packets if p.size):
            time = packet.pts
            self._times.append(time)
            self._decoded.append(packet.dts)
            self._place.setdefault((time, packet.dts), number)
            if packet.is_keyframe:
                self._keys.append(number)
            if packet.is_discard or not _is_shown(packet, codec):
                continue
            if time is None:
                self.regular = False
                continue
            shown.append(time)
            self._packet[time] = number
            if last is None or time > last:
                last, self.duration = time, packet.duration or 0
        self.total = len(self._times)
        self.times = sorted(shown)
        self._rank = {time: number for number, time in enumerate(self.times)}
        if len(self._rank) != len(shown) or not self._keys:
            self.regular = False
        self.clean = self.regular and self._begins_with_a_keyframe()

    def _begins_with_a_keyframe(self) -> bool:
        first = self._times[self._keys[0]]
        return self._keys[0] == 0 and first is not None and self.times[:1] == [first]

    def number(self, time: int | None) -> int | None:
        """Return which frame is shown from a time on; None if none begins just then."""
        return None if time is None else self._rank.get(time)

    def at(self, time: int) -> int:
        """Return which frame is on the screen at a time; -1 before the first."""
        return bisect_right(self.times, time) - 1

    def place(self, packet: Packet[Any]) -> int | None:
        """Return the number of a packet; None if it is not known."""
        return self._place.get((packet.pts, packet.dts))

    def starts(self, number: int) -> Iterator[int]:
        """Yield the packets from which a frame can be decoded, the nearest one first.

        They are keyframes that are shown no later than the frame: what is decoded after a keyframe,
        but shown before it, may need what was decoded before it.
        """
        time = self.times[number]
        before = bisect_right(self._keys, self._packet[time])
        for place in reversed(self._keys[:before]):
            shown = self._times[place]
            if shown is not None and shown <= time:
                yield place

    def key(self, place: int) -> _Key:
        """Return the times of a packet: when it is shown, and when it is decoded."""
        return self._times[place], self._decoded[place]

    def drop(self, dropped: set[int]) -> None:
        """Take out frames that turned out not to be shown."""
        self.times = [time for time in self.times if time not in dropped]
        self._rank = {time: number for number, time in enumerate(self.times)}

    def before(self, time: int) -> list[int]:
        """Return the times of the frames that are shown before a time."""
        return self.times[: bisect_left(self.times, time)]

    def first_key(self) -> int | None:
        """Return when the first keyframe is shown."""
        return self._times[self._keys[0]]


def _is_shown(packet: Packet[Any], codec: str) -> bool:
    """Tell whether a packet is a frame to be shown, and not one that others are made from."""
    if codec == "vp8":
        return bool(memoryview(packet)[:1].tobytes()[0] & 0x10)
    if codec == "vp9":
        data = memoryview(packet)
        if data[-1] & 0xE0 == 0xC0:  # a superframe: the last of its frames is shown
            return True
        bits = f"{data[0]:08b}"[2:]
        bits = bits[3:] if bits[:2] == "11" else bits[2:]
        return bits[0] == "1" or bits[2] == "1"  # show_existing_frame, show_frame
    return True
