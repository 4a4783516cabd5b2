"""Asking an HTTP server (RFC 9110, RFC 9112): one connection, redirects, proxies and statuses."""

from __future__ import annotations

import base64
import contextlib
import errno
import functools
import http.client
import io
import ssl
from typing import Any, NoReturn
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from .._errors import DecodeError, OptionError
from .._limits import Limits
from .._version import __version__
from ._addresses import connect
from ._network import Paced, Refused, Url, brief, parse, tls_context, translated

__all__ = ["Client"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_HEADERS = 1 << 20  # bytes that may come before a body, and after it
_UPWARDS = {"http": ("http", "https"), "https": ("https",)}
# What a connection that the server has closed meanwhile, or of which not all was read, says.
_STALE = (
    ConnectionError,
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
    http.client.CannotSendRequest,
)


class Client:
    """Gets one file, by as many requests as that takes.

    Attributes
    ----------
    url : Url
        Where it is; after a redirect, where that led to.
    """

    def __init__(self, url: Url, limits: Limits) -> None:
        self.url = url
        self.limits = limits
        self.name = url.name
        self._connection: http.client.HTTPConnection | None = None
        self._response: http.client.HTTPResponse | None = None
        self._via: Any = None  # the proxy that the connection leads to

    def get(self, **headers: str) -> http.client.HTTPResponse:
        """Return the answer of the server at the end of all redirects, if that is a success.

        Raises
        ------
        FileNotFoundError
            If there is nothing (404, 410).
        PermissionError
            If that is not for everybody (401, 403, 407), or the user's settings forbid it.
        DecodeError
            If it cannot be had: no connection, no answer in time, any other status.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._send({name.replace("_", "-"): text for name, text in headers.items()})
            if response.status not in _REDIRECTS or "Location" not in response.headers:
                if response.status not in {200, 206, 416}:
                    self._fail(response)
                self._check_coding(response)
                return response
            self.close()  # what a redirect has for a body is not read
            self.url = self._target(response.headers["Location"])
        raise DecodeError(f"{self.name} is redirected more than {_MOST_REDIRECTS} times")

    def _check_coding(self, response: http.client.HTTPResponse) -> None:
        """Refuse a body that http.client would take for one that ends with the connection."""
        coding = response.headers.get("Transfer-Encoding", "").strip()
        if coding.lower() not in {"", "identity"} and not response.chunked:
            self.close()
            raise DecodeError(
                f"{self.name} comes with the transfer coding {brief(coding)!r}, not asked for"
            )

    def _target(self, location: str) -> Url:
        """Return where a redirect leads; never to a file, or out of TLS."""
        own = f"{self.url.scheme}://{self.url.netloc}{self.url.path}"
        location = location.encode("latin-1", "replace").decode("utf-8", "replace")
        try:
            target = urljoin(own, location)
            scheme = urlsplit(target).scheme
            if scheme in _UPWARDS[self.url.scheme]:
                found = parse(target)
                if (found.host, found.port) == (self.url.host, self.url.port):
                    return found._replace(user=self.url.user, password=self.url.password)
                return found
        except (OptionError, ValueError) as error:
            raise DecodeError(f"{self.name} redirects to what is no URL: {brief(error)}") from error
        raise DecodeError(
            f"{self.name} redirects from {self.url.scheme}:// to {brief(scheme)}://, "
            "which is not followed"
        )

    def _send(self, headers: dict[str, str]) -> http.client.HTTPResponse:
        """Send a request, on the connection that is open if the server has not closed that."""
        doing = "the server cannot be asked"
        try:
            with translated(self.name, doing, self.limits, http.client.HTTPException):
                if self._connection is not None and self._connection.sock is not None:
                    with contextlib.suppress(*_STALE):
                        return self._ask(self._connection, headers)
                self.close()
                self._connection = self._new_connection()
                self._connection.connect()
                return self._ask(self._connection, headers)
        except BaseException:
            self.close()
            raise

    def _ask(
        self, connection: http.client.HTTPConnection, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        proxy = self._via if self.url.scheme == "http" else None
        path = f"http://{self.url.netloc}{self.url.path}" if proxy else self.url.path
        connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", self.url.netloc)
        connection.putheader("User-Agent", f"iio-core/{__version__}")
        connection.putheader("Accept", "*/*")
        connection.putheader("Accept-Encoding", "identity")
        if self.url.user is not None:
            connection.putheader("Authorization", _basic(self.url.user, self.url.password))
        if proxy is not None and proxy.username:
            connection.putheader("Proxy-Authorization", _of_proxy(proxy))
        for name, text in headers.items():
            connection.putheader(name, text)
        connection.endheaders()
        self._response = connection.getresponse()
        return self._response

    def _new_connection(self) -> http.client.HTTPConnection:
        proxy = self._via = self._proxy()
        if proxy is not None and not self.limits.private_addresses:
            raise Refused(
                f"{self.name} would be asked for by the proxy {proxy.hostname}, where it cannot be "
                "seen whether that leads to a private address, which are refused here; "
                "except the server from the proxy with no_proxy"
            )
        host, port = self.url.host, self.url.port
        known_as = self.url.server
        if proxy is not None:
            host, port = proxy.hostname or "", proxy.port or 80
            known_as = host
        timeout = self.limits.request_timeout
        connection: Any
        if self.url.scheme == "https":
            connection = http.client.HTTPSConnection(
                known_as, port, timeout=timeout, context=tls_context()
            )
        else:
            connection = http.client.HTTPConnection(known_as, port, timeout=timeout)
        if proxy is not None and self.url.scheme == "https":
            given = {"Proxy-Authorization": _of_proxy(proxy)} if proxy.username else {}
            connection.set_tunnel(self.url.server, self.url.port, headers=given)
        # The only way in for a socket that was made to an address which was looked at.
        connection._create_connection = lambda *_: connect(host, port, self.limits, self.name)
        connection.response_class = functools.partial(_Response, self.limits, self.name)
        made: http.client.HTTPConnection = connection
        return made

    def _proxy(self) -> Any:
        """Return the parts of the URL of the proxy that the environment names for this server."""
        named = getproxies().get(self.url.scheme)
        if not named or proxy_bypass(self.url.netloc):
            return None
        proxy = urlsplit(named if "://" in named else f"http://{named}")
        if proxy.scheme != "http" or not proxy.hostname:
            raise DecodeError(f"{self.name}: a proxy like {proxy.scheme}:// cannot be used")
        return proxy

    def _fail(self, response: http.client.HTTPResponse) -> NoReturn:
        self.close()
        said = f"the server answers {response.status} {brief(response.reason)}"
        if self.url.name != self.name:
            said += f" at {brief(self.url.name)}, where it is redirected to"
        if response.status in {404, 410}:
            raise FileNotFoundError(errno.ENOENT, said, self.name)
        if response.status in {401, 403, 407}:
            raise PermissionError(errno.EACCES, said, self.name)
        raise DecodeError(f"{self.name}: {said}")

    def close(self) -> None:
        """Close the connection; a further request makes a new one."""
        if self._response is not None:
            self._response.close()
        if self._connection is not None:
            self._connection.close()
        self._response = self._connection = None


class _Response(http.client.HTTPResponse):
    """An answer that has to come fast enough, its status line and headers included."""

    def __init__(self, limits: Limits, name: str, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        raw: Any = self.fp.detach()
        self._paced = Paced(raw, limits, name)
        self._paced.allow(_HEADERS)
        self.fp = io.BufferedReader(self._paced)

    def read(self, amt: int | None = None) -> bytes:
        """Return so many bytes of the body; chunks of a single byte each take six times as much."""
        self._paced.allow(_HEADERS + 8 * (amt or 0))
        return super().read(amt)


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def _of_proxy(proxy: Any) -> str:
    return _basic(unquote(proxy.username), unquote(proxy.password or ""))
