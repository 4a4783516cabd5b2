"""Reading videos: frames by number or by time, one after the other, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from types import EllipsisType
from typing import Any

import numpy as np
from av.video.frame import VideoFrame

from iio_core import DecodeError, FrameIndexError, ImageProperties, Index, OptionError, Resource

from ._failures import option_error
from ._filtering import Filters, Graph, Sequenced
from ._frames import Frames
from ._knowing import of_file, of_frame
from ._numbering import Numbering
from ._options import rate_of, size_of
from ._pixels import Painter
from ._source import Source, accelerator, thread_kind
from ._stacks import Stacks
from ._turning import UPRIGHT, Turn, turn_of_frame, turn_of_track, turned

__all__ = ["VideoReader"]

_ON_ERROR = ("raise", "stop", "ignore")
_MANY = 8
_STILL = {"IFF"}
_WITH_TRACK_HEADERS = {"MP4", "MOV", "3GP"}


class VideoReader:
    """Reads the frames of a video stream.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str or None
        The name of its format.
    fps, loop, stream, on_error, thread_count, thread_type, hwaccel,
    constant_framerate
        As for `PyavPlugin.open_reader`.
    """

    reads_batches = True

    def __init__(
        self,
        resource: Resource,
        format: str | None,
        *,
        fps: float | Fraction | None = None,
        loop: bool = False,
        stream: int = 0,
        on_error: str = "raise",
        thread_count: int = 0,
        thread_type: str | None = None,
        hwaccel: str | None = None,
        constant_framerate: bool = False,
    ) -> None:
        if on_error not in _ON_ERROR:
            raise option_error("on_error", on_error, f"it is one of {', '.join(_ON_ERROR)}")
        self._resource = resource
        self.loop = bool(loop)
        rate = None if fps is None else rate_of(fps)
        threads = None
        if thread_type is not None or thread_count:
            threads = thread_kind(thread_type), int(thread_count)
        self._source = Source(
            resource,
            format,
            stream=stream,
            threads=threads,
            hwaccel=accelerator(hwaccel),
            strict=on_error == "raise",
        )
        self._format = format
        self._stacks = Stacks(resource, format)
        self._constant = bool(constant_framerate)
        self._frames = Frames(self._source, on_error, constant=self._constant)
        self._numbering = Numbering(self._frames, self._source, rate, resource.name)
        self._held: Turn | None = None
        self._painters: dict[tuple[str | None, tuple[int, int] | None], Painter] = {}

    @property
    def default_index(self) -> int | EllipsisType:
        """All frames; of a format of stills the one image."""
        return 0 if self._format in _STILL else ...

    # -- how many -----------------------------------------------------------------------------

    def count(self) -> int | None:
        """Return how many frames there are; None if that is not known without reading on."""
        if self._format in _STILL:
            return 1
        return self._numbering.known()

    def count_frames(
        self, *, filter_sequence: Sequenced | None = None, filter_graph: Graph | None = None
    ) -> int:
        """Return how many frames there are: from the packets, or else by decoding all of them.

        Parameters
        ----------
        filter_sequence, filter_graph : optional
            As for `read`: what comes out of filters that look at several frames is counted.
        """
        filters = Filters(filter_sequence, filter_graph)
        if filters and not filters.framewise:
            return sum(1 for _ in self._all(filters))
        return self._numbering.count()

    # -- pixels --------------------------------------------------------------------------------

    def read(
        self,
        *,
        index: Index = None,
        timestamp: float | None = None,
        format: str | None = "rgb24",
        size: tuple[int, int] | str | None = None,
        rotate: bool = True,
        filter_sequence: Sequenced | None = None,
        filter_graph: Graph | None = None,
    ) -> np.ndarray:
        """Decode a frame, or several.

        Parameters
        ----------
        index : int
            Which, as they are shown; ``None`` is all of them.
        timestamp : float, optional
            Instead of `index`: the frame that is on the screen so many seconds after the first one
            appears.
        format : str or None
            The pixel format to convert to, by FFmpeg's name: ``"rgb24"``, ``"rgba"``, ``"gray"``;
            ``"gray16"`` and ``"rgb48"`` keep up to 16 bits. None is the stream's own
            (``"yuv420p"``: planes below each other).
        size : tuple or str, optional
            Width and height to scale to: ``(640, 480)`` or ``"640x480"``.
        rotate : bool
            Whether to turn frames as the file says that they are meant to be seen, as players do.
        filter_sequence : sequence of (name, options), optional
            Filters of FFmpeg's that frames go through: ``[("crop", {"w": 64, "h": 64})]``. With one
            that looks at several frames `index` counts what comes out; a negative one, or a slice,
            decodes all of them first.
        filter_graph : (nodes, edges), optional
            Filters as a graph: ``{"node": (name, options)}`` and tuples ``(from, to, output,
            input)``, with ``"video_in"`` and ``"video_out"`` for the ends.

        Returns
        -------
        numpy.ndarray
            ``(height, width, channels)`` or ``(height, width)``; several frames have one axis more
            in front.

        Raises
        ------
        FrameIndexError
            If there is no such frame.
        DecodeError
            If the file is damaged, or frames of different sizes cannot be stacked.
        OptionError
            If there is no such pixel format or filter.
        """
        painter = self._painter(format, size)
        turn = self._turn() if rotate else UPRIGHT
        filters = Filters(filter_sequence, filter_graph)
        if timestamp is not None:
            index = self._at(timestamp, index, filters)
        if isinstance(index, int) or index is None:
            return self._one(index or 0, painter, turn, filters)
        if index is ...:
            images = (turned(painter.paint(f), turn) for f in self._all(filters))
            return self._stacks.all(images, None if filters else self.count())
        if not index:
            how: Any = {"filter_sequence": filter_sequence, "filter_graph": filter_graph}
            found = self.properties(index=0, format=format, size=size, rotate=rotate, **how)
            return np.empty((0, *(n or 0 for n in found.shape)), found.dtype)
        return self._stack(index, painter, turn, filters)

    def iter(
        self,
        *,
        format: str | None = "rgb24",
        size: tuple[int, int] | str | None = None,
        rotate: bool = True,
        filter_sequence: Sequenced | None = None,
        filter_graph: Graph | None = None,
    ) -> Iterator[np.ndarray]:
        """Decode one frame after the other; the options are those of `read`."""
        painter = self._painter(format, size)
        turn = self._turn() if rotate else UPRIGHT
        filters = Filters(filter_sequence, filter_graph)
        while True:
            for frame in self._all(filters):
                yield turned(painter.paint(frame), turn)
            if not self.loop:
                return

    def properties(
        self,
        *,
        index: Index = None,
        timestamp: float | None = None,
        format: str | None = "rgb24",
        size: tuple[int, int] | str | None = None,
        rotate: bool = True,
        filter_sequence: Sequenced | None = None,
        filter_graph: Graph | None = None,
    ) -> ImageProperties:
        """Describe what `read` with the same options returns, without decoding.

        What filters make of a frame is found by having them make one: the first, or where they look
        at several frames the one that is asked for.
        """
        painter = self._painter(format, size)
        filters = Filters(filter_sequence, filter_graph)
        if timestamp is not None:
            index = self._at(timestamp, index, filters)
        context = self._source.stream.codec_context
        if filters or not (context.width and context.height and context.pix_fmt):
            frame = self._made_of(index, filters) if filters else self._frames.first()
            native, width, height = frame.format.name, frame.width, frame.height
        else:
            native, width, height = str(context.pix_fmt), context.width, context.height
        shape: tuple[int | None, ...] = painter.shape(native, width, height)
        if rotate:
            shape = self._turn().shape(shape)  # type: ignore[arg-type]
        how = painter.layout_for(native)
        axes = None if how.stacked else ("YX" if len(shape) == 2 else "YXS")
        if isinstance(index, int) or index is None:
            self._check(index or 0, filters)
            return ImageProperties(shape, how.dtype, axes=axes)
        number = None
        if isinstance(index, tuple):
            number = len(index)
            self._check(max(index, default=0), filters)
        if index is ... and (not filters or filters.framewise):
            number = self.count()
        return ImageProperties(
            (number, *shape), how.dtype, number, True, axes=f"T{axes}" if axes else None
        )

    def _painter(self, format: str | None, size: Any) -> Painter:
        key = format, size_of(size)
        if key not in self._painters:
            self._painters[key] = Painter(*key)
        return self._painters[key]

    def _turn(self) -> Turn:
        """Return how the file says that its frames are to be turned."""
        if self._held is None:
            self._held = UPRIGHT
            if self._format in _WITH_TRACK_HEADERS:
                place = self._source.file.tell()
                self._held = turn_of_track(self._source.file, self._source.stream.id)
                self._source.file.seek(place)
            elif b"\x76\x75" in self._resource.head(1 << 16) and self._format in ("MKV", "WEBM"):
                # ProjectionPoseRoll may stand there: a decoded frame tells.
                self._held = turn_of_frame(self._frames.first())
        return self._held

    def _at(self, seconds: float, index: Index, filters: Filters) -> int:
        """Return the number of the frame that is shown at a time."""
        if filters and not filters.framewise:
            raise OptionError(
                "timestamp= finds a frame of the file, and these filters look at several of them: "
                "index= counts what comes out of them"
            )
        if index is not None and index is not ...:
            raise OptionError("a frame is chosen by index= or by timestamp=, not by both")
        return self._numbering.at(seconds)

    def _check(self, index: int, filters: Filters) -> None:
        """Raise if there is no such frame, as far as that can be told without decoding."""
        if index == 0 or (filters and not filters.framewise):
            return
        total = self.count()
        if total is None and self._constant:
            return  # reading it will tell
        if index >= (total := self.count_frames() if total is None else total):
            raise FrameIndexError(
                f"{self._resource.name} has {total} frames; there is no frame {index}",
                plugin="pyav",
            )

    def _all(self, filters: Filters) -> Iterator[VideoFrame]:
        return filters.apply(self._numbering.all())

    def _one(
        self, index: int, painter: Painter, turn: Turn, filters: Filters, *, many: bool = False
    ) -> np.ndarray:
        if not filters:
            frame: VideoFrame | None = self._numbering.get(index, many=many)
        elif filters.framewise:
            frame = next(filters.apply(iter([self._numbering.get(index, many=many)])), None)
        else:
            frame = next(islice(self._all(filters), index, None), None)
        if frame is None:
            raise self._not_made(index)
        return turned(painter.paint(frame), turn)

    def _made_of(self, index: Index, filters: Filters) -> VideoFrame:
        """Return a frame that comes out of filters, like those that an index means."""
        last = max(index, default=0) if isinstance(index, tuple) else index
        number = last if isinstance(last, int) and not filters.framewise else 0
        frame = next(islice(self._all(filters), number, None), None)
        if frame is not None:
            return frame
        if number:
            raise self._not_made(number)
        raise DecodeError(f"{self._resource.name}: the filters let no frame through")

    def _not_made(self, index: int) -> FrameIndexError:
        return FrameIndexError(
            f"{self._resource.name}: the filters make no frame {index}", plugin="pyav"
        )

    def _stack(
        self, index: tuple[int, ...], painter: Painter, turn: Turn, filters: Filters
    ) -> np.ndarray:
        """Read frames in the order in which they are in the file: one seek for each run."""
        wanted = sorted(set(index))
        if filters and not filters.framewise:
            images = self._made(wanted, painter, turn, filters)
        else:
            several = len(wanted) > _MANY
            images = (
                (number, self._one(number, painter, turn, filters, many=several))
                for number in wanted
            )
        return self._stacks.of(images, index)

    def _made(
        self, wanted: Sequence[int], painter: Painter, turn: Turn, filters: Filters
    ) -> Iterator[tuple[int, np.ndarray]]:
        """Yield some of the frames that filters make, each with its number."""
        made = enumerate(self._all(filters))
        for number in wanted:
            frame = next((frame for place, frame in made if place == number), None)
            if frame is None:
                raise self._not_made(number)
            yield number, turned(painter.paint(frame), turn)

    # -- what is beside the pixels ---------------------------------------------------------------

    def metadata(
        self, *, index: Index = None, exclude_applied: bool = True, rotate: bool = True
    ) -> dict[str, Any]:
        """Return what the file says of itself, or of one of its frames.

        Parameters
        ----------
        index : int or ``...``
            Which frame; ``...`` and None for the whole file.
        exclude_applied : bool
            Whether to leave out the rotation, which reading applies.
        rotate : bool
            As for `read`.

        Returns
        -------
        dict
            Of the file: ``fps``, ``duration`` (seconds), ``size`` (width, height), ``codec``,
            ``pixel_format``, ``rotation`` and so on, and the tags of container and stream. Of a
            frame: ``time``, ``key_frame``, ``frame_type``, ``interlaced_frame``, and what came with
            it.
        """
        if index is None or index is ...:
            turn = UPRIGHT if exclude_applied and rotate else self._turn()
            return of_file(self._source, self.count(), turn)
        assert isinstance(index, int)
        return of_frame(self._numbering.get(index), self._source)

    @property
    def source(self) -> Source:
        """The open container, for who wants more of it than frames."""
        return self._source

    @property
    def container_metadata(self) -> dict[str, str]:
        """The tags of the container."""
        return dict(self._source.container.metadata)

    @property
    def video_stream_metadata(self) -> dict[str, str]:
        """The tags of the video stream."""
        return dict(self._source.stream.metadata)

    def close(self) -> None:
        """Close the container; the file is core's."""
        self._source.close()
