"""Frames through filters of FFmpeg's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import av.filter
from av.error import BlockingIOError as NoFrameYet
from av.error import EOFError as EndOfFile
from av.error import FFmpegError
from av.video.frame import VideoFrame

from iio_core import OptionError

from ._failures import said

__all__ = ["FRAMEWISE", "Filters", "Graph", "Pipe", "Sequenced"]

Options = Mapping[str, Any] | str | None
Sequenced = Sequence[tuple[str, Options]]
Graph = tuple[Mapping[str, tuple[str, Options]], Sequence[Sequence[Any]]]

_OF_TIME = re.compile(r"\b(n|t|pts|pos|random|st|ld|enable)\b", re.IGNORECASE)

FRAMEWISE = frozenset(
    {
        *("chromakey", "colorbalance", "colorchannelmixer", "colorkey", "colormatrix", "copy"),
        *("colorspace", "crop", "curves", "drawbox", "drawgrid", "edgedetect", "eq", "format"),
        *("gblur", "hflip", "histeq", "hue", "il", "lut", "lut3d", "lutrgb", "lutyuv", "negate"),
        *("noformat", "null", "pad", "pixelize", "rotate", "scale", "setdar", "setsar"),
        *("shuffleplanes", "smartblur", "swapuv", "transpose", "unsharp", "vflip", "avgblur"),
        *("boxblur", "convolution", "dilation", "erosion", "median", "sobel", "prewitt"),
    }
)
"""Filters that make one frame of one frame, without a look at others."""


class Filters:
    """A chain or a graph of filters, as the options of reading and writing describe it.

    Parameters
    ----------
    sequence : sequence of (name, options), optional
        Filters one after the other, with options as a mapping or as FFmpeg writes them.
    graph : (nodes, edges), optional
        Filters by name, ``{"node": (filter, options)}``, and how they are linked, as tuples
        ``(from, to, output, input)``; ``"video_in"`` and ``"video_out"`` are the ends.
    """

    def __init__(
        self,
        sequence: Sequenced | None = None,
        graph: Graph | None = None,
    ) -> None:
        if sequence is not None and graph is not None:
            raise OptionError("filters are either a filter_sequence= or a filter_graph=")
        self._nodes: dict[str, tuple[str, Options]] = {}
        self._edges: list[tuple[str, str, int, int]] = []
        try:
            if sequence is not None:
                self._take_sequence(sequence)
            elif graph is not None:
                self._take_graph(*graph)
        except (TypeError, ValueError) as error:
            option = "filter_graph" if sequence is None else "filter_sequence"
            raise OptionError(
                f"{option}: {error}. It takes "
                + (
                    "[(name, options), ...]"
                    if sequence is not None
                    else "({node: (name, options)}, [(from, to, output, input), ...])"
                )
            ) from None

    def _take_sequence(self, sequence: Iterable[tuple[str, Options]]) -> None:
        before = "video_in"
        for number, (name, options) in enumerate(sequence):
            node = f"filter{number}"
            self._nodes[node] = (str(name), options)
            self._edges.append((before, node, 0, 0))
            before = node
        self._edges.append((before, "video_out", 0, 0))

    def _take_graph(
        self, nodes: Mapping[str, tuple[str, Options]], edges: Sequence[Sequence[Any]]
    ) -> None:
        for node, (name, options) in nodes.items():
            self._nodes[node] = (str(name), options)
        known = {*self._nodes, "video_in", "video_out"}
        for edge in edges:
            source, sink, *rest = edge
            output, entry = (int(rest[0]), int(rest[1])) if rest else (0, 0)
            if source not in known or sink not in known:
                raise ValueError(f"the edge {tuple(edge)} leads from or to nowhere")
            self._edges.append((source, sink, output, entry))

    def __bool__(self) -> bool:
        return bool(self._nodes)

    @property
    def framewise(self) -> bool:
        """Whether each frame becomes one frame that depends on nothing else.

        Many filters take expressions, which may be of the number or the time of a frame.
        """
        return all(
            name in FRAMEWISE and not _depends_on_time(options)
            for name, options in self._nodes.values()
        )

    def apply(self, frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
        """Yield what comes out of the filters."""
        pipe = self.pipe()
        for frame in frames:
            yield from pipe.push(frame)
        yield from pipe.finish()

    def pipe(self) -> Pipe:
        """Return the filters as something that frames are put into, one after the other."""
        return Pipe(self)

    def graph(self, frame: VideoFrame) -> av.filter.Graph:
        """Return the filters, set up for frames like one."""
        graph = av.filter.Graph()
        source = graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=frame.time_base or Fraction(1, 1000),
        )
        made = {"video_in": source, "video_out": graph.add("buffersink")}
        for node, (name, options) in self._nodes.items():
            try:
                if options is None or isinstance(options, str):
                    made[node] = graph.add(name, options)
                else:
                    made[node] = graph.add(name, **{k: str(v) for k, v in options.items()})
            except (FFmpegError, ValueError, TypeError) as error:
                raise OptionError(
                    f"the filter {name!r} with {options!r}: {said(error)}{_near(name)}"
                ) from None
        try:
            for start, end, output, entry in self._edges:
                made[start].link_to(made[end], output, entry)
            graph.configure()
        except (FFmpegError, ValueError, RuntimeError) as error:
            raise OptionError(f"the filters do not fit together: {said(error)}") from None
        return graph


class Pipe:
    """Filters at work.

    Parameters
    ----------
    filters : Filters
        What is done with frames.
    """

    def __init__(self, filters: Filters) -> None:
        self._filters = filters
        self._graph: av.filter.Graph | None = None
        self._kind: tuple[int, int, str] | None = None

    def push(self, frame: VideoFrame) -> list[VideoFrame]:
        """Put a frame in; return what comes out."""
        if not self._filters:
            return [frame]
        made: list[VideoFrame] = []
        kind = frame.width, frame.height, frame.format.name
        if self._graph is None or kind != self._kind:  # filters are made for one kind of frame
            made = self.finish()
            self._graph, self._kind = self._filters.graph(frame), kind
        self._graph.vpush(frame)
        return [*made, *_pulled(self._graph)]

    def finish(self) -> list[VideoFrame]:
        """Say that there are no more; return what is still to come out."""
        if self._graph is None:
            return []
        graph, self._graph = self._graph, None
        graph.vpush(None)
        return list(_pulled(graph))


def _pulled(graph: av.filter.Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (NoFrameYet, EndOfFile):
            return


def _depends_on_time(options: Options) -> bool:
    """Tell whether options may mean something else for a later frame."""
    if isinstance(options, Mapping):
        options = "enable" if "enable" in options else " ".join(map(str, options.values()))
    return _OF_TIME.search(options or "") is not None


def _near(name: str) -> str:
    if name in av.filter.filters_available:
        return ""
    import difflib

    close = difflib.get_close_matches(name, av.filter.filters_available, n=3)
    return f". Near it: {', '.join(close)}" if close else ""
