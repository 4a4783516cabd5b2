"""The plugin ``swf``: Shockwave Flash."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._swf_reader import SwfReader, has_bitmaps
from ._swf_writer import SwfWriter

__all__ = ["PLUGIN", "SwfPlugin"]


class SwfPlugin:
    """Reads and writes bitmaps in Flash files; a video in one is read through PyAV."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of the readers."""
        return SwfReader

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        loop: bool = False,
        premultiplied: bool = True,
    ) -> Reader:
        """Open a Flash file.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        loop : bool
            Whether the first image comes again after the last one.
        premultiplied : bool
            Whether colors are stored multiplied by alpha, as the specification says. imageio stores
            them as they are.
        """
        if not has_bitmaps(resource):
            from ._reader import VideoReader

            return VideoReader(resource, "SWF", loop=loop)
        return SwfReader(resource, loop=loop, premultiplied=premultiplied)

    @property
    def writer_type(self) -> type[Writer]:
        """The class of the writers."""
        return SwfWriter

    def open_writer(
        self,
        target: Target,
        format: str,
        /,
        *,
        fps: float = 12,
        loop: bool = True,
        html: bool = False,
        compress: bool = False,
    ) -> Writer:
        """Open a Flash file to be written.

        Parameters
        ----------
        target : Target
            Where to write.
        format : str
            The name of the format.
        fps : float
            Images per second.
        loop : bool
            Whether a player begins again after the last image.
        html : bool
            Whether to write a page beside the file that shows it.
        compress : bool
            Whether to compress the whole file; its images are compressed already.
        """
        return SwfWriter(target, fps=fps, loop=loop, html=html, compress=compress)


PLUGIN = SwfPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
