"""``ftp://`` and ``ftps://`` (RFC 959, RFC 3659, RFC 4217), in passive mode.

A server that can begin in the middle of a file (REST) is asked for what is read; a transfer that
is under way goes on as long as it is read in order.
"""

from __future__ import annotations

import contextlib
import errno
import ftplib
import io
import re
from collections.abc import Iterator
from urllib.parse import unquote

from .._errors import DecodeError, OptionError
from .._limits import Limits
from ._bodies import Body, NetworkResource, StreamedBody
from ._ftp_control import Control
from ._network import Paced, Url, brief, parse, refuse_if_offline, safe_filename, translated
from ._ranges import RangedBody

__all__ = ["FtpResource"]

_SKIPPED = 1 << 18  # what is rather read and thrown away than asked for anew
_GONE = (EOFError, ConnectionError, ftplib.error_temp)  # a connection that the server has ended


class FtpResource(NetworkResource):
    """A file on an FTP server.

    ``ftps://`` encrypts what is said and the file itself, after a beginning in clear.

    Raises
    ------
    FileNotFoundError
        If the server says that it has no such file (550).
    PermissionError
        If it lets this user not in (530).
    DecodeError
        If it cannot be reached, refuses otherwise, or does not answer in time.
    LimitError
        If it is larger than `Limits.body_bytes` and the server sends no parts.
    """

    def __init__(self, uri: str, limits: Limits, *, filename: str | None = None) -> None:
        url = parse(uri)
        refuse_if_offline(url.name)
        client = _Client(url, limits)
        try:
            body = _open_body(client, limits)
        except BaseException:
            client.close()
            raise
        if filename is None:
            filename = safe_filename(client.path)
        super().__init__(url.name, filename, limits, body)
        self._client = client

    def close(self) -> None:
        """Close every handle, and the connections."""
        super().close()
        self._client.close()


def _open_body(client: _Client, limits: Limits) -> Body:
    client.begin(0)  # to know now whether the file is there
    if client.size is not None and client.can_restart:
        return RangedBody(client.fetch, client.size, limits)
    return StreamedBody(client.read, client.size, limits, client.name)


def _path_of(url: Url) -> str:
    """Return the name of the file for the server, below the directory that the user begins in."""
    # The server alone knows the encoding of its names: each byte goes there as it is.
    path = unquote(re.sub(r";type=[a-zA-Z]$", "", url.path)[1:], errors="surrogateescape")
    if not path or re.search(r"[\x00-\x1f\x7f]", path + (url.user or "") + url.password):
        raise OptionError(f"{url.name!r} is not a URL of a file on an FTP server")
    return path


class _Client:
    """Gets one file, in as many transfers as that takes."""

    def __init__(self, url: Url, limits: Limits) -> None:
        self.name = url.name
        self.path = _path_of(url)
        self.size: int | None = None
        self.can_restart = False
        self._url = url
        self._limits = limits
        self._control: Control | None = None
        self._data: io.BufferedReader | None = None
        self._position = 0
        self._state: tuple[str, str] | None = None  # of the file, as the server describes it

    def begin(self, offset: int) -> None:
        """Let the server send the file from here on."""
        try:
            with self._errors("the file cannot be had"):
                if self._control is not None:
                    with contextlib.suppress(*_GONE):
                        self._leave(self._control)
                        return self._transfer(self._control, offset)
                self.close()
                self._transfer(self._login(), offset)
        except BaseException:
            self.close()
            raise

    def _login(self) -> Control:
        control = self._control = Control(self._url, self._limits)
        control.enter()
        control.voidcmd("TYPE I")
        self.can_restart = control.answer("REST 0").startswith("350")
        return control

    def _transfer(self, control: Control, offset: int) -> None:
        self._compare(control)
        sock, _ = control.ntransfercmd(f"RETR {self.path}", rest=offset or None)
        raw = sock.makefile("rb", buffering=0)
        sock.close()  # it lives on in what was made of it
        self._data = io.BufferedReader(Paced(raw, self._limits, self.name))
        self._position = offset

    def _compare(self, control: Control) -> None:
        """Find out before a transfer how long the file is, and whether it is still the same."""
        size = control.answer(f"SIZE {self.path}")
        state = (size, control.answer(f"MDTM {self.path}"))
        if self._state is None:
            found = re.match(r"213 (\d{1,18})\s*$", size)
            self.size = int(found[1]) if found else None
            self._state = state
        if state != self._state:
            raise DecodeError(f"{self.name} changed while it was read")

    def _leave(self, control: Control) -> None:
        """Give up the transfer that is under way, and skip what the server says to that.

        Some say one thing, some two; the answer to a further command may come before it.
        """
        if self._data is None:
            return
        self._data.close()
        self._data = None
        control.putcmd("NOOP")
        said: set[bool] = set()
        try:
            while len(said) < 2:
                said.add(control.getmultiline().startswith("200"))
        except TimeoutError as error:
            raise EOFError from error  # a new connection will do

    def fetch(self, start: int, stop: int) -> bytes:
        """Return the bytes from `start` to `stop`."""
        data = b""
        if self._data is not None and 0 <= start - self._position <= _SKIPPED:
            data = self._read_to(start, stop)
        if len(data) < stop - start:  # the server does not wait for ever, either
            self.begin(start)
            data = self._read_to(start, stop)
        if len(data) < stop - start:
            raise self._cut()
        if stop == self.size:
            self.read(1)
        return data

    def _read_to(self, start: int, stop: int) -> bytes:
        data = b""
        while self._data is not None and self._position < stop:
            until = start if self._position < start else stop
            data = self._read(until - self._position)
            if not data:
                break
        return data

    def read(self, n: int) -> bytes:
        """Return up to `n` further bytes, none at the end, which has to be where it should be."""
        data = self._read(n)
        if data:
            return data
        if self.size is not None and self._position != self.size:
            raise self._cut()
        try:
            with self._errors(_CUT):
                if self._data is not None and self._control is not None:
                    self._data.close()
                    self._data = None
                    self._control.voidresp()
        except BaseException:
            self.close()
            raise
        return b""

    def _read(self, n: int) -> bytes:
        if self._data is None:
            return b""
        try:
            with self._errors(_CUT):
                data = self._data.read(n)
        except BaseException:
            self.close()
            raise
        self._position += len(data)
        return data

    def _cut(self) -> DecodeError:
        self.close()
        return DecodeError(
            f"{self.name} is cut: {_CUT} after {self._position} of {self.size} bytes"
        )

    @contextlib.contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            with translated(self.name, doing, self._limits, ftplib.Error):
                yield
        except DecodeError as error:
            said = str(error.__cause__)
            if isinstance(error.__cause__, ftplib.error_perm) and said[:3] in _MEANING:
                kind, number = _MEANING[said[:3]]
                raise kind(number, f"the server answers {brief(said)}", self.name) from None
            raise

    def close(self) -> None:
        """Close the connections; a further transfer makes new ones."""
        if self._data is not None:
            self._data.close()
        if self._control is not None:
            self._control.close()
        self._data = self._control = None


_CUT = "the server broke off"
_MEANING: dict[str, tuple[type[OSError], int]] = {
    "550": (FileNotFoundError, errno.ENOENT),
    "530": (PermissionError, errno.EACCES),
    "532": (PermissionError, errno.EACCES),
}
