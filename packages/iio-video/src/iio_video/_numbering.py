"""Which frame of a file a number or a time means, at the file's own rate or at another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from av.video.frame import VideoFrame

from iio_core import FrameIndexError

from ._failures import option_error
from ._frames import Frames
from ._options import timing
from ._source import Source

__all__ = ["Numbering"]

_MILLISECOND = Fraction(1, 1000)


class Numbering:
    """The frames of a video by their numbers.

    Parameters
    ----------
    frames : Frames
        All that are in the file.
    source : Source
        Where they come from.
    fps : Fraction or None
        The frames per second that are wanted; None is every frame as it is.
    name : str
        The resource, for messages.
    """

    def __init__(self, frames: Frames, source: Source, fps: Fraction | None, name: str) -> None:
        self._frames = frames
        self._source = source
        self._fps = fps
        self._name = name
        self._ticks: list[int] | None = None

    def known(self) -> int | None:
        """Return how many frames there are; None if that is not known without reading on."""
        if self._fps is not None:
            return None if self._ticks is None else len(self._ticks)
        return self._frames.known()

    def count(self) -> int:
        """Return how many frames there are: from the packets, or else by decoding all of them."""
        if self._fps is not None:
            return len(self._numbers(self._fps))
        return self._frames.count()

    def get(self, index: int, *, many: bool = False) -> VideoFrame:
        """Decode a frame; `many` says that others will be wanted, too.

        Raises
        ------
        FrameIndexError
            If there is no such frame.
        """
        if self._fps is None:
            return self._frames.get(index, many=many)
        numbers = self._numbers(self._fps)
        if index >= len(numbers):
            raise FrameIndexError(
                f"{self._name} has {len(numbers)} frames at {float(self._fps):g} per second; "
                f"there is no frame {index}",
                plugin="pyav",
            )
        return self._frames.get(numbers[index], many=many)

    def all(self) -> Iterator[VideoFrame]:
        """Decode one frame after the other."""
        if self._fps is None:
            return self._frames.all()
        return (self._frames.get(number, many=True) for number in self._numbers(self._fps))

    def at(self, seconds: float) -> int:
        """Return the number of the frame that is on the screen so long after the first appears.

        Raises
        ------
        FrameIndexError
            If the video has ended by then.
        OptionError
            If it is no number of seconds from 0 on.
        """
        if not math.isfinite(seconds) or seconds < 0:
            raise option_error("timestamp", seconds, "it takes seconds from the first frame on")
        # 0.3 is a little less than three tenths, and the frame that begins just then is meant.
        wanted = Fraction(seconds).limit_denominator(1_000_000)
        if self._fps is not None:
            number = int(wanted * self._fps)
            if number >= self.count():
                raise self._too_late(seconds)
            return number
        times = self._frames.times()
        base = self._source.stream.time_base or Fraction(1)
        wanted /= base
        if base == _MILLISECOND:  # to which Matroska has rounded the times of frames
            wanted = Fraction(round(wanted))
        start = times[0] if times else 0
        last = self._frames.timeline.duration
        if not times or (last and start + wanted >= times[-1] + last):
            raise self._too_late(seconds)
        low, high = 0, len(times)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if times[middle] - start <= wanted else (low, middle)
        return low

    def _numbers(self, fps: Fraction) -> list[int]:
        """Return which frame of the file each frame at the wanted rate is."""
        if self._ticks is None:
            times = self._frames.times()
            base = self._source.stream.time_base or Fraction(1)
            self._ticks = timing(times, base, self._frames.timeline.duration, fps)
        return self._ticks

    def _too_late(self, seconds: float) -> FrameIndexError:
        return FrameIndexError(f"{self._name} has ended before {seconds} s", plugin="pyav")
