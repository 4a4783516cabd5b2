"""What holds for every URL that is read: its parts, whether and how fast it has to come, errors."""

from __future__ import annotations

import functools
import io
import os
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

from .. import _environment
from .._errors import DecodeError, IIOError, OptionError
from .._limits import Limits

__all__ = [
    "Paced",
    "Refused",
    "TimedOut",
    "Url",
    "brief",
    "parse",
    "refuse_if_offline",
    "safe_filename",
    "tls_context",
    "translated",
    "without_secrets",
]

PORTS = {"http": 80, "https": 443, "ftp": 21, "ftps": 21}
_LONGEST_NAME = 200  # bytes; most file systems take 255
_SAID = 300  # characters of what a server says that a message repeats


class TimedOut(DecodeError, TimeoutError):
    """The server took longer than `Limits.request_timeout` or `Limits.least_throughput` allow."""


class Refused(DecodeError, PermissionError):
    """The user's settings forbid to open this URL, or this address."""


class Url(NamedTuple):
    """The parts of a URL; `name` is what messages show of it: all but the user and password."""

    scheme: str
    host: str  # with the zone of an IPv6 address, which says how to get there: fe80::1%eth0
    port: int
    path: str  # percent-encoded, with the query
    filename: str
    user: str | None
    password: str
    name: str

    @property
    def server(self) -> str:
        """The host as the server knows it: a zone means something on this machine only."""
        return self.host.partition("%")[0]

    @property
    def netloc(self) -> str:
        """The host as the Host header has it: with brackets around IPv6, and an unusual port."""
        host = f"[{self.server}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def parse(uri: str) -> Url:
    """Return the parts of a URL, its path fit to be sent (RFC 3986).

    Raises
    ------
    OptionError
        If it is not a URL, or has characters that could be taken for a second request.
    """
    # Of what cannot be taken apart nobody knows where a password ends.
    shown = re.sub(r"(?<=://).*@", "", uri, flags=re.DOTALL)
    if re.search(r"[\x00-\x1f\x7f]", uri):
        raise OptionError(f"{shown!r} is not a URL: it has control characters")
    try:
        uri.encode()  # not so a part of a surrogate pair
        parts = urlsplit(uri)
        host = parts.hostname or ""
        port = parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
        host = _with_zone(host)
    except ValueError as error:  # a UnicodeError among them
        said = "it cannot be taken apart" if "@" in uri else str(error)
        raise OptionError(f"{shown!r} is not a URL: {said}") from None
    if not host or re.search(r"\s", host):
        raise OptionError(f"{shown!r} is not a URL: it names no server")
    return Url(
        scheme=parts.scheme,
        host=host,
        port=PORTS[parts.scheme] if port is None else port,
        path=_request_path(parts),
        filename=safe_filename(unquote(parts.path)),
        user=None if parts.username is None else unquote(parts.username),
        password=unquote(parts.password or ""),
        name=without_secrets(uri),
    )


def _with_zone(host: str) -> str:
    """Return a host as the system takes it: RFC 6874 has %25 before the zone of an address."""
    address, sign, zone = host.partition("%")
    if not sign:
        return host
    zone = unquote(zone.removeprefix("25"))
    if ":" not in address or not re.fullmatch(r"[\w.~-]+", zone, re.ASCII):
        raise ValueError("it has no such zone")
    return address + sign + zone


def without_secrets(uri: str) -> str:
    """Return a URI as messages show it: without user and password."""
    return re.sub(r"(?<=://)[^/?#]*@", "", uri)


def _request_path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~[]")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~[]?")
    return f"{path}?{query}" if query else path


def safe_filename(path: str) -> str:
    """Return the last part of a server's path as a name that every file system takes."""
    base = re.sub(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]', "_", re.split(r"[/\\]", path)[-1])
    if re.match(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", base, re.IGNORECASE):
        base = f"_{base}"  # on Windows a device, whatever its extension
    return base.encode()[-_LONGEST_NAME:].decode(errors="ignore")


def brief(said: object) -> str:
    """Return what a server says as a message shows it: a short line that no terminal obeys."""
    text = "".join(c if c.isprintable() else " " for c in str(said)[: 2 * _SAID])
    return " ".join(text.split())[:_SAID]


def refuse_if_offline(name: str) -> None:
    """Raise `Refused` if the user has switched the network off."""
    if _environment.flag("NO_INTERNET"):
        raise Refused(f"{name} is not opened: IIO_NO_INTERNET or IMAGEIO_NO_INTERNET is set")


@contextmanager
def translated(name: str, doing: str, limits: Limits, *kinds: type[Exception]) -> Iterator[None]:
    """Raise what goes wrong on the way to a server as an error of iio that says what was tried."""
    caught: tuple[type[Exception], ...] = (OSError, EOFError, ValueError, OverflowError, *kinds)
    try:
        yield
    except IIOError:
        raise
    except TimeoutError as error:
        raise TimedOut(
            f"{name}: {doing}: nothing came for {limits.request_timeout:g} s. "
            "To wait longer: iio.limits(request_timeout=...) or IIO_REQUEST_TIMEOUT."
        ) from error
    except caught as error:
        said = brief(error) or type(error).__name__
        raise DecodeError(f"{name}: {doing}: {said}") from error


def tls_context() -> ssl.SSLContext:
    """Return what TLS needs to verify a server.

    The certificates are the system's, or what SSL_CERT_FILE and SSL_CERT_DIR name.
    """
    return _context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@functools.lru_cache(maxsize=1)
def _context(*given: str | None) -> ssl.SSLContext:
    # Kept: to make one means to read some hundred certificates.
    return ssl.create_default_context()


class Paced(io.RawIOBase):
    """What comes from a server, as long as it comes fast enough.

    A timeout alone is no end for a server that sends a byte now and then. Only time that is spent
    waiting counts, and not that until the first byte, which may need as long as the timeout.
    """

    def __init__(self, raw: io.RawIOBase, limits: Limits, name: str) -> None:
        self._raw = raw
        self._limits = limits
        self._name = name
        self._begun = False
        self._waited, self._received = 0.0, 0
        self._allowed: int | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        start = time.monotonic()
        received = self._raw.readinto(buffer) or 0
        if self._allowed is not None:
            self._allowed -= received
            if self._allowed < 0:
                raise DecodeError(f"{self._name}: the server sends headers or chunks without end")
        if self._begun:
            self._waited += time.monotonic() - start
            self._received += received
            if received and self._waited >= self._limits.request_timeout:
                self._check()
        self._begun = True
        return received

    def allow(self, n: int) -> None:
        """Let no more than so many bytes come from now on."""
        self._allowed = n

    def begin(self) -> None:
        """Wait anew for a first byte."""
        self._begun = False
        self._waited, self._received = 0.0, 0

    def _check(self) -> None:
        least = self._limits.least_throughput
        if self._received < least * self._waited:
            raise TimedOut(
                f"{self._name}: the server sent {self._received} bytes in {self._waited:.0f} s, "
                f"less than {least} a second. To allow slower ones: "
                "iio.limits(least_throughput=...) or IIO_LEAST_THROUGHPUT."
            )
        self._waited, self._received = 0.0, 0

    def close(self) -> None:
        self._raw.close()
        super().close()
