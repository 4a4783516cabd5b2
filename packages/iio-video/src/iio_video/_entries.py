"""The table of packets in the header of a movie, from which a frame is found without reading on.

MP4 and MOV note of each packet where it is, when it is decoded, and whether it is a keyframe, but
FFmpeg does not tell from there when it is shown. That comes with the packets themselves: after a
keyframe, a frame has as many others before it as packets were decoded before the keyframe, and
since then with an earlier time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice

from ._source import Source

__all__ = ["Entries"]

# Codecs of which a packet is one frame that is shown. VP8 and VP9 have some that are not.
_ONE_TO_A_PACKET = frozenset(
    {
        *("h264", "hevc", "libdav1d", "av1", "mpeg4", "mjpeg", "png", "prores", "dnxhd", "qtrle"),
        *("rawvideo", "v210", "ffv1", "cfhd", "hap", "h263", "svq3", "jpeg2000", "mpeg2video"),
    }
)


class Entries:
    """The table of a video stream.

    Parameters
    ----------
    source : Source
        The open container.

    Attributes
    ----------
    total : int or None
        How many frames there are; None if the table does not tell.
    """

    def __init__(self, source: Source) -> None:
        self.total: int | None = None
        self._keys: list[int] = []
        self._times: list[int] = []
        stream = source.stream
        if not source.container.format.name.startswith("mov"):
            # AVI has such a table, too, but of times there are none.
            if stream.frames and len(stream.index_entries) == stream.frames:
                self._count(source)
            return
        self._count(source)
        if self.total is not None:
            for number, entry in enumerate(stream.index_entries):
                if entry.is_keyframe:
                    self._keys.append(number)
                    self._times.append(entry.timestamp)

    def _count(self, source: Source) -> None:
        stream = source.stream
        if not stream.frames or stream.codec_context.name not in _ONE_TO_A_PACKET:
            return
        entries = stream.index_entries
        # An edit list may hide some of them.
        if len(entries) == stream.frames and not any(entry.is_discard for entry in entries):
            self.total = stream.frames

    def starts(self, number: int, most: int) -> Iterator[tuple[int, int]]:
        """Yield (packet, when it is decoded) of keyframes before a frame, the nearest one first."""
        last = bisect_right(self._keys, number)
        numbers = islice(range(last - 1, -1, -1), most)
        return ((self._keys[n], self._times[n]) for n in numbers)
