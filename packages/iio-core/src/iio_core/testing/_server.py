"""A little web server on this machine, which can also do wrong all that servers do wrong."""

from __future__ import annotations

import contextlib
import hashlib
import re
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

__all__ = ["Answering", "FileServer"]


class Answering(BaseHTTPRequestHandler):
    """One connection to the server; what a function given to `FileServer.serve` answers by."""

    protocol_version = "HTTP/1.1"
    timeout = 20  # a client that leaves a connection open does not keep the server up
    server: _Server

    def do_GET(self) -> None:
        """Answer by what is served under the path."""
        files = self.server.files
        files.requests.append((self.path, dict(self.headers.items())))
        answer = files.answers.get(self.path.partition("?")[0])
        if answer is None:
            self.reply(b"nothing here", status=404)
        else:
            answer(self)

    def reply(
        self, body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a whole answer."""
        self.begin(status, {"Content-Length": str(len(body)), **(headers or {})})
        self.send(body)

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the status and the headers."""
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()

    def send(self, data: bytes) -> None:
        """Send some of a body."""
        self.server.files.sent += len(data)
        self.wfile.write(data)

    def send_chunk(self, data: bytes) -> None:
        """Send a chunk of a body whose length is not said; an empty one ends it."""
        self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def hang_up(self) -> None:
        """Close the connection after what has been sent."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)

    def wait(self, seconds: float = 20.0) -> bool:
        """Do nothing for a while; return whether the client has gone, or the server is to end."""
        until = time.monotonic() + seconds
        while not self.server.files.ending.is_set():
            left = until - time.monotonic()
            if left <= 0:
                return False
            readable, _, _ = select.select([self.connection], [], [], min(left, 0.05))
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                break
        self.close_connection = True
        return True

    def setup(self) -> None:
        """Count a connection."""
        files = self.server.files
        with files.counting:
            files.connections += 1
            files.open_connections += 1
        super().setup()

    def finish(self) -> None:
        """Count a connection that has ended."""
        try:
            with contextlib.suppress(OSError):
                super().finish()
        finally:
            with self.server.files.counting:
                self.server.files.open_connections -= 1

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 32

    def __init__(self, files: FileServer, context: ssl.SSLContext | None) -> None:
        self.files = files
        self._context = context
        super().__init__(("127.0.0.1", 0), Answering)

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self._context is not None:  # here, in the connection's own thread
            request.settimeout(Answering.timeout)
            request = self._context.wrap_socket(request, server_side=True)
        try:
            super().finish_request(request, client_address)
        finally:
            request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client may hang up whenever it likes."""


class FileServer:
    """Serves bytes over HTTP on the loopback interface, and counts what is asked for.

    Parameters
    ----------
    tls : ssl.SSLContext
        To serve ``https://`` instead.

    Attributes
    ----------
    requests : list of (str, dict)
        The path and the headers of each request.
    sent : int
        The bytes of all bodies.
    connections, open_connections : int
        How many there were, and are now.

    Examples
    --------
    >>> from urllib.request import urlopen
    >>> with FileServer() as server, urlopen(server.serve("/x.bin", b"12345")) as answer:
    ...     answer.read()
    b'12345'
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Callable[[Answering], None]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.sent = 0
        self.connections = 0
        self.open_connections = 0
        self.counting = threading.Lock()
        self.ending = threading.Event()
        self._server = _Server(self, tls)
        self.port: int = self._server.server_address[1]
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def serve(
        self,
        path: str,
        content: bytes | Callable[[Answering], None],
        *,
        ranges: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Serve something under a path.

        Parameters
        ----------
        path : str
            As it is in a request: percent-encoded, without the query.
        content : bytes or callable
            A function sends its own answer, with the methods of its argument.
        ranges : bool
            Whether to send parts to whom asks for them.
        headers : mapping
            Further headers.

        Returns
        -------
        str
            The URL.
        """
        if callable(content):
            self.answers[path] = content
        else:
            more = {"ETag": f'"{hashlib.sha256(content).hexdigest()[:16]}"', **(headers or {})}
            self.answers[path] = _Content(content, more, ranges)
        return self.url + path

    def wait_until_idle(self, seconds: float = 5.0) -> bool:
        """Wait until every client has closed its connections; return whether that happened."""
        until = time.monotonic() + seconds
        while self.open_connections and time.monotonic() < until:
            time.sleep(0.01)
        return not self.open_connections

    def close(self) -> None:
        """End it."""
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Content:
    """Bytes, whole or the part that is asked for (RFC 9110, section 14)."""

    def __init__(self, data: bytes, headers: Mapping[str, str], ranges: bool) -> None:
        self._data = data
        self._headers = headers
        self._ranges = ranges

    def __call__(self, to: Answering) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", to.headers.get("Range", ""))
        unchanged = to.headers.get("If-Range") in {None, self._headers["ETag"]}
        if asked is None or not self._ranges or not unchanged:
            return to.reply(self._data, headers=self._headers)
        total = len(self._data)
        first = int(asked[1])
        last = min(int(asked[2] or total), total - 1)
        if first > last:
            return to.reply(
                b"", status=416, headers={**self._headers, "Content-Range": f"bytes */{total}"}
            )
        part = {**self._headers, "Content-Range": f"bytes {first}-{last}/{total}"}
        return to.reply(self._data[first : last + 1], status=206, headers=part)
