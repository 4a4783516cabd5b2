"""The plugin object: opens SPE files for reading."""

from __future__ import annotations

import codecs

from iio_core import OptionError, Reader, ReadPlugin, Resource

from ._reader import SpeReader

__all__ = ["PLUGIN", "SpePlugin"]


class SpePlugin:
    """Reads SPE."""

    reader_type: type[Reader] = SpeReader

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        check_filesize: bool = True,
        char_encoding: str = "latin1",
        sdt_meta: bool = True,
        roi: int | None = None,
    ) -> Reader:
        """Open a file for reading.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        check_filesize : bool
            Whether to find the number of frames from the size of the file, because some programs
            write a wrong one; if they differ, there is a warning.
        char_encoding : str
            The encoding of texts in the metadata. Those that are not in it come as bytes.
        sdt_meta : bool
            Whether to look for what the program SDT-control stores in the comments.
        roi : int, optional
            Which region of interest is read, if frames of version 3 have several. By default the
            first, with a warning.

        Raises
        ------
        DecodeError
            If it is no SPE file.
        """
        try:
            codecs.lookup(char_encoding)
        except (LookupError, TypeError) as error:
            raise OptionError(f"char_encoding={char_encoding!r} is no encoding") from error
        return SpeReader(
            resource,
            check_filesize=check_filesize,
            char_encoding=char_encoding,
            sdt_meta=sdt_meta,
            roi=roi,
        )


PLUGIN = SpePlugin()
_reads: ReadPlugin = PLUGIN
