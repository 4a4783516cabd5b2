"""What holds for every URL that is read: which servers may be asked, and how long it may take."""

from __future__ import annotations

import functools
import io
import os
import re
import socket
import ssl
import threading
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
    "connect",
    "parse",
    "refuse_if_offline",
    "safe_filename",
    "tls_context",
    "translated",
]

PORTS = {"http": 80, "https": 443, "ftp": 21, "ftps": 21}
_ADDRESSES = 8  # of one host that are tried


class TimedOut(DecodeError, TimeoutError):
    """The server took longer than `Limits.request_timeout` or `Limits.least_throughput` allow."""


class Refused(DecodeError, PermissionError):
    """The user's settings forbid to open this URL, or this address."""


class Url(NamedTuple):
    """The parts of a URL; `name` is what messages show of it: all but the user and password."""

    scheme: str
    host: str
    port: int
    path: str  # percent-encoded, with the query
    filename: str
    user: str | None
    password: str
    name: str

    @property
    def netloc(self) -> str:
        """The host as the Host header has it: with brackets around IPv6, and an unusual port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def parse(uri: str) -> Url:
    """Return the parts of a URL, its path fit to be sent (RFC 3986).

    Raises
    ------
    OptionError
        If it is not a URL, or has characters that could be taken for a second request.
    """
    name = re.sub(r"(?<=://)[^/?#]*@", "", uri)
    if re.search(r"[\x00-\x1f\x7f]", uri):
        raise OptionError(f"{name!r} is not a URL: it has control characters")
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        port = parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError as error:  # a UnicodeError among them
        said = "it cannot be taken apart" if "@" in str(error) else str(error)
        raise OptionError(f"{name!r} is not a URL: {said}") from None
    if not host or re.search(r"\s", host):
        raise OptionError(f"{name!r} is not a URL: it names no server")
    return Url(
        scheme=parts.scheme,
        host=host,
        port=PORTS[parts.scheme] if port is None else port,
        path=_request_path(parts),
        filename=safe_filename(unquote(parts.path)),
        user=None if parts.username is None else unquote(parts.username),
        password=unquote(parts.password or ""),
        name=name,
    )


def _request_path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~[]")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~[]?")
    return f"{path}?{query}" if query else path


def safe_filename(path: str) -> str:
    """Return the last part of a server's path as a name that every file system takes."""
    base = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", re.split(r"[/\\]", path)[-1])
    return base[-100:]


def refuse_if_offline(name: str) -> None:
    """Raise `Refused` if the user has switched the network off."""
    if _environment.flag("NO_INTERNET"):
        raise Refused(f"{name} is not opened: IIO_NO_INTERNET or IMAGEIO_NO_INTERNET is set")


@contextmanager
def translated(name: str, doing: str, limits: Limits, *kinds: type[Exception]) -> Iterator[None]:
    """Raise what goes wrong on the way to a server as an error of iio that says what was tried."""
    caught: tuple[type[Exception], ...] = (OSError, EOFError, ValueError, *kinds)
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
        said = str(error).strip() or type(error).__name__
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


def connect(host: str, port: int, limits: Limits, name: str) -> socket.socket:
    """Return a connection to the first address of a host that answers.

    What is checked is the address that is connected to: a name that leads to another one when it
    is looked up again makes no difference.

    Raises
    ------
    Refused
        If it has private addresses only, and those are not allowed.
    DecodeError
        If it has no address, or none that answers in time.
    """
    until = time.monotonic() + limits.request_timeout
    found = _addresses(host, port, limits, name)
    if not limits.private_addresses:
        found = [entry for entry in found if is_public(str(entry[4][0]))]
        if not found:
            raise Refused(
                f"{name}: {host} is on this machine or in a private network, and such addresses "
                "are refused here (iio.limits(private_addresses=False) or "
                "IIO_BLOCK_PRIVATE_ADDRESSES)"
            )
    with translated(name, f"cannot connect to {host}:{port}", limits):
        for left in range(len(found), 1, -1):
            try:
                return _connect(found[-left], max(0.1, (until - time.monotonic()) / left), limits)
            except OSError:
                continue  # the next address may answer
        return _connect(found[-1], max(0.1, until - time.monotonic()), limits)


def _connect(address: Any, timeout: float, limits: Limits) -> socket.socket:
    family, kind, protocol, _, where = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(timeout)
        sock.connect(where)
        sock.settimeout(limits.request_timeout)
    except BaseException:
        sock.close()
        raise
    return sock


def _addresses(host: str, port: int, limits: Limits, name: str) -> list[Any]:
    """Look a host up; in a thread, because nothing else can end that in time."""
    found: list[Any] = []
    failed: list[Exception] = []

    def look() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = threading.Thread(target=look, name="iio-lookup", daemon=True)
    thread.start()
    thread.join(limits.request_timeout)
    with translated(name, f"cannot find the server {host}", limits):
        for error in failed:
            raise error
        if not found:
            raise TimeoutError
    return found[:_ADDRESSES]


def is_public(address: str) -> bool:
    """Tell whether an address is one of the internet, also where IPv6 wraps an IPv4 one."""
    import ipaddress

    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv6Network("64:ff9b::/96")
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in nat64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return inner.is_global and not inner.is_multicast
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast


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

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        start = time.monotonic()
        received = self._raw.readinto(buffer) or 0
        if self._begun:
            self._waited += time.monotonic() - start
            self._received += received
            if received and self._waited >= self._limits.request_timeout:
                self._check()
        self._begun = True
        return received

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
