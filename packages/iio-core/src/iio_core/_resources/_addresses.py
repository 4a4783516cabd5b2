"""Connecting to a server, at an address that may be connected to."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from typing import Any

from .._limits import Limits
from ._network import Refused, translated

__all__ = ["connect", "is_public"]

_MOST = 8  # addresses of one host that are tried


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
    return found[:_MOST]


# NAT64 (RFC 6052), and the compatible and translated addresses of old (RFC 4291, RFC 2765).
_WRAPPING_IPV4 = ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")
_LOCAL_NAT64 = "64:ff9b:1::/48"  # RFC 8215; not every Python knows it


def is_public(address: str) -> bool:
    """Tell whether an address is one of the internet, also where IPv6 wraps an IPv4 one."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if any(ip in ipaddress.IPv6Network(wrapping) for wrapping in _WRAPPING_IPV4):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return inner.is_global and not inner.is_multicast
        if ip.is_site_local or ip in ipaddress.IPv6Network(_LOCAL_NAT64):
            return False
    return ip.is_global and not ip.is_multicast
