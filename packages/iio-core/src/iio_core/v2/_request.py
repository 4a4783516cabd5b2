"""What a format is asked: which resource, to read or to write, as what, with which options."""

from __future__ import annotations

from contextlib import ExitStack
from typing import IO, Any

from .._limits import current as current_limits
from .._resources import Resource, Target, open_resource, open_target
from ._errors import ModeError

__all__ = ["RETURN_BYTES", "Request", "checked_mode"]

RETURN_BYTES = "<bytes>"
"""Writing to this returns the encoded file."""

_FIRST = 256  # what `Request.firstbytes` has been to every format that looks at it


def checked_mode(mode: Any) -> str:
    """Return a ``mode=`` argument of `get_reader` or `get_writer`."""
    if not isinstance(mode, str) or len(mode) != 1 or mode not in "iIvV?":
        raise ModeError(
            f"mode={mode!r}: it is 'i' for an image, 'I' for several, 'v' for a volume, "
            "'V' for several, or '?'"
        )
    return mode


class Request:
    """One wish to read or write, as formats that are written for imageio 2.9 see it.

    Parameters
    ----------
    uri : Any
        What the caller gave; a `Resource` or `Target` that is open already is left open.
    mode : str
        ``"r"`` or ``"w"``, then one of ``iIvV?``.
    extension : str, optional
        To go by instead of the resource's own.
    lasting : bool
        Whether what was written is kept if the process is killed, as by `get_writer`.
    **kwargs : Any
        The caller's keyword arguments.

    Attributes
    ----------
    kwargs : dict
        The caller's keyword arguments.

    Examples
    --------
    >>> request = Request(b"GIF89a", "ri", extension=".gif")
    >>> request.extension, request.mode, request.firstbytes
    ('.gif', 'ri', b'GIF89a')
    >>> request.finish()
    """

    def __init__(
        self,
        uri: Any,
        mode: str,
        *,
        extension: str | None = None,
        lasting: bool = False,
        **kwargs: Any,
    ) -> None:
        if not isinstance(mode, str) or mode[:1] not in ("r", "w"):
            raise ModeError(f"mode={mode!r} begins neither with 'r' nor with 'w'")
        checked_mode(mode[1:])
        self._mode = mode
        self.kwargs = kwargs
        self.lasting = lasting
        self.place: Resource | Target
        self._borrowed = isinstance(uri, Resource | Target)
        if isinstance(uri, Resource | Target):
            self.place = uri
        elif mode[0] == "r":
            self.place = open_resource(uri, current_limits(), extension=extension)
        else:
            self.place = open_target(uri, extension=extension, session=lasting)
        self._paths = ExitStack()
        self._file: IO[bytes] | None = None
        self._path = ""
        self._done = False

    @property
    def filename(self) -> str:
        """How the resource is called: for messages only."""
        return self.place.name

    @property
    def extension(self) -> str:
        """The extension in lower case, with its dot; empty if there is none."""
        return self.place.extension

    @property
    def mode(self) -> str:
        """Two letters: ``r`` or ``w``, and one of ``iIvV?``, what the caller expects."""
        return self._mode

    @property
    def firstbytes(self) -> bytes:
        """The first 256 bytes of what is read; empty when writing, or of a directory."""
        place = self.place
        if isinstance(place, Target) or place.is_directory or place.device:
            return b""
        return place.head(_FIRST)

    def get_file(self) -> IO[bytes]:
        """Return the open file, at its beginning, the same one each time. It need not be closed."""
        if self._file is None:
            self._file = self.place.open()
        return self._file

    def get_local_filename(self) -> str:
        """Return a path to it on this machine, which may be of a temporary copy."""
        if not self._path:
            self._path = str(self._paths.enter_context(self.place.as_path()))
        return self._path

    def get_result(self) -> bytes | None:
        """Return what was written to ``<bytes>``, after `finish`; None of all else."""
        value = getattr(self.place, "value", None) if self._done else None
        return None if value is None else bytes(value)

    def hand_over(self) -> None:
        """Leave it to a session to close the resource, or to end the target."""
        self._borrowed = True

    def finish(self) -> None:
        """Close what is open. What was written takes its place, all at once. Twice is fine."""
        if self._done:
            return
        self._done = True
        place = self.place
        try:
            self._paths.close()
            if self._borrowed:
                return
            if isinstance(place, Resource):
                place.close()
            elif self._unused() or place.problem():
                place.abort()
            else:
                place.commit()
        except BaseException:
            self._give_up()
            raise

    def abort(self) -> None:
        """Close what is open, and throw away what was written."""
        if not self._done:
            self._done = True
            try:
                self._paths.close()
            finally:
                self._give_up()

    def _unused(self) -> bool:
        """Tell whether nothing was asked for, so that nothing can have been written."""
        return self._file is None and not self._path

    def _give_up(self) -> None:
        if self._borrowed:
            return
        if isinstance(self.place, Resource):
            self.place.close()
        else:
            self.place.abort()

    def __repr__(self) -> str:
        return f"<Request {self._mode} of {self.filename}>"
