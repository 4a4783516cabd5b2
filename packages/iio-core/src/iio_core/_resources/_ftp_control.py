"""The connection of FTP that commands and answers go through, in clear or by TLS."""

from __future__ import annotations

import ftplib
import io
import socket
import ssl
from typing import Any

from .._limits import Limits
from ._addresses import connect
from ._network import Paced, Url, tls_context

__all__ = ["Control"]

_LONGEST = 1 << 16  # characters of one answer


class Control(ftplib.FTP_TLS):
    """ftplib's, whose server is looked at before it is connected to, and has to answer in time.

    A transfer goes to that same server, whatever address it says.
    """

    def __init__(self, url: Url, limits: Limits) -> None:
        self._secure = url.scheme == "ftps"
        self._url = url
        self._limits = limits
        self._left = _LONGEST
        super().__init__(
            timeout=limits.request_timeout,
            context=tls_context() if self._secure else None,
            encoding="latin-1",  # of bytes, see putline
        )

    def enter(self) -> None:
        """Connect, and introduce the user."""
        self.host, self.port = self._url.server, self._url.port
        self.sock = connect(self._url.host, self.port, self._limits, self._url.name)
        self.af = self.sock.family
        self._listen()
        self.welcome = self.getresp()
        self.login(self._url.user or "", self._url.password, secure=self._secure)
        if self._secure:
            self.prot_p()

    def _listen(self) -> None:
        raw: Any = self.sock.makefile("rb", buffering=0)  # type: ignore[union-attr]
        self._paced = Paced(raw, self._limits, self._url.name)
        self.file = io.TextIOWrapper(io.BufferedReader(self._paced), "utf-8", "surrogateescape")

    def auth(self) -> str:
        """Go over to TLS; what was said before in clear and not yet heard is not listened to."""
        in_clear = self.file
        answer: str = super().auth()
        for file in (in_clear, self.file):
            file.close()  # type: ignore[union-attr]
        self._listen()
        return answer

    def putline(self, line: str) -> None:
        """Send a command, the answer to which may take its time."""
        self._paced.begin()
        self._left = _LONGEST
        super().putline(line.encode("utf-8", "surrogateescape").decode("latin-1"))

    def getline(self) -> str:
        """Return a line of an answer, which may not have any number of them."""
        line: str = super().getline()
        self._left -= len(line) + 1
        if self._left < 0:
            raise ftplib.Error(f"it answers more than {_LONGEST} characters")
        return line

    def answer(self, command: str) -> str:
        """Return what the server says to a command that it need not know."""
        try:
            return self.sendcmd(command)
        except ftplib.error_perm as error:
            return str(error)

    def ntransfercmd(self, cmd: str, rest: Any = None) -> tuple[socket.socket, int | None]:
        """Begin a transfer; by TLS in the session of this connection, as many servers insist."""
        sock, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        if not self._secure:
            return sock, size
        try:
            session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
            return (
                self.context.wrap_socket(sock, server_hostname=self.host, session=session),
                size,
            )
        except BaseException:
            sock.close()
            raise
