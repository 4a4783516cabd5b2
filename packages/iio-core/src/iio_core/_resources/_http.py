"""``http://`` and ``https://``: only what is read is fetched, where the server sends parts."""

from __future__ import annotations

import http.client
import io
import re
import zlib
from collections.abc import Callable
from email.message import Message
from typing import IO, cast

from .._errors import DecodeError, OptionError
from .._limits import Limits, current
from ._base import Resource, extension_of
from ._bodies import Body, NetworkResource, StreamedBody
from ._http_client import Client
from ._network import brief, parse, refuse_if_offline, safe_filename, translated
from ._ranges import BLOCK, RangedBody

__all__ = ["HttpResource", "urlopen"]

_FIRST = 2 * BLOCK  # what the first request asks for: all of a small file
_GZIP = frozenset({"gzip", "x-gzip"})
_MEMBER = b"\x1f\x8b\x08"  # what every member of a gzip file begins with
_LONGEST_PARSED = 4096  # characters of a header: to take it apart costs the square of its length
# A server may call the packing of an .nii.gz an encoding of its transfer; as in browsers, it stays.
_GZIP_FILES = frozenset({"application/gzip", "application/x-gzip", "application/x-gunzip"})
_PART = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")


class HttpResource(NetworkResource):
    """A file on a web server.

    Raises
    ------
    FileNotFoundError, PermissionError
        If the server has nothing there, or not for everybody.
    DecodeError
        If it cannot be reached, answers something else, or not in time.
    LimitError
        If it is larger than `Limits.body_bytes` and the server sends no parts.
    """

    def __init__(self, uri: str, limits: Limits, *, filename: str | None = None) -> None:
        url = parse(uri)
        refuse_if_offline(url.name)
        client = Client(url, limits)
        try:
            body, headers = _open_body(client)
        except BaseException:
            client.close()
            raise
        if filename is None:
            filename = url.filename
            if not extension_of(filename):
                filename = _named_otherwise(filename, client.url.filename, headers)
        super().__init__(url.name, filename, limits, body)
        self._client = client

    def close(self) -> None:
        """Close every handle, and the connection."""
        super().close()
        self._client.close()


def _named_otherwise(filename: str, final: str, headers: Message) -> str:
    """Return a name with an extension for what a URL does not give one.

    That of the URL that it is redirected to, the one that the server suggests for saving it, or
    what the type of its content is usually called.
    """
    for other in (final, safe_filename(_suggested(headers))):
        if extension_of(other):
            return other
    kind = headers.get_content_type()
    if kind.startswith(("image/", "video/")):
        import mimetypes

        return filename + (mimetypes.MimeTypes().guess_extension(kind, strict=False) or "")
    return filename


def _suggested(headers: Message) -> str:
    said = (headers.get(name) or "" for name in ("Content-Disposition", "Content-Type"))
    if max(map(len, said)) > _LONGEST_PARSED:
        return ""
    try:
        return headers.get_filename() or ""
    except Exception:  # the parser's own, of many kinds, at a header that is damaged
        return ""


def _open_body(client: Client) -> tuple[Body, Message]:
    """Ask for the beginning of a file, and find out whether any part of it can be had."""
    response = client.get(Range=f"bytes=0-{_FIRST - 1}")
    headers = response.headers
    encoding = _encoding(headers)
    if response.status == 206 and not encoding and (total := _total(headers, 0, _FIRST)):
        parts = _Parts(client, headers, total)
        first = parts.read(response, min(_FIRST, total))
        if len(first) == total:
            client.close()
        return RangedBody(parts.fetch, total, client.limits, first=first), headers
    if response.status != 200:  # a part that was not asked for, or of a file that is empty
        client.close()
        response = client.get()
        headers, encoding = response.headers, _encoding(response.headers)
    if response.status != 200:
        raise DecodeError(f"{client.name}: the server answers {response.status} to a plain request")
    stream = _Stream(client, response)
    if not encoding:
        return StreamedBody(stream.read, response.length, client.limits, client.name), headers
    if encoding not in _GZIP:
        encoding = brief(encoding)
        raise DecodeError(f"{client.name} comes with the encoding {encoding!r}, not asked for")
    unpacked = _Gunzip(stream.read, client.name)
    return StreamedBody(unpacked.read, None, client.limits, client.name), headers


def _encoding(headers: Message) -> str:
    encoding = headers.get("Content-Encoding", "").strip().lower()
    if encoding == "identity" or (encoding in _GZIP and headers.get_content_type() in _GZIP_FILES):
        return ""
    return encoding


def _total(headers: Message, start: int, stop: int) -> int | None:
    """Return the length of the file; None if what comes is not the part that was asked for."""
    part = _PART.fullmatch(headers.get("Content-Range", "").strip())
    if part is None:
        return None
    first, last, total = (int(number) for number in part.groups())
    return total if first == start and last + 1 == min(stop, total) else None


class _Parts:
    """Fetches parts of a file, as long as it stays the same file."""

    def __init__(self, client: Client, headers: Message, total: int) -> None:
        self._client = client
        self._total = total
        self._validators = {name: headers.get(name) for name in ("ETag", "Last-Modified")}
        etag = self._validators["ETag"]
        strong = None if etag is None or etag.startswith("W/") else etag
        self._condition = strong or self._validators["Last-Modified"]

    def fetch(self, start: int, stop: int) -> bytes:
        """Return the bytes from `start` to `stop`."""
        asked = {"Range": f"bytes={start}-{stop - 1}"}
        condition = {"If_Range": self._condition} if self._condition else {}
        response = self._client.get(**asked, **condition)
        if response.status == 200 and self._same(response.headers) and condition:
            # The server takes our condition for not met, but says itself that nothing changed.
            self._client.close()
            self._condition = None
            response = self._client.get(**asked)
        if response.status != 206 or not self._same(response.headers):
            self._client.close()
            raise DecodeError(
                f"{self._client.name} changed while it was read, or its server sends no more parts "
                f"(it answers {response.status})"
            )
        if _encoding(response.headers) or _total(response.headers, start, stop) != self._total:
            self._client.close()
            raise DecodeError(
                f"{self._client.name}: of {self._total} bytes {start}-{stop - 1} were asked for; "
                f"the server sends {brief(repr(response.headers.get('Content-Range')))}"
            )
        return self.read(response, stop - start)

    def read(self, response: http.client.HTTPResponse, n: int) -> bytes:
        """Return the `n` bytes of an answer, and leave the connection fit for the next request."""
        client = self._client
        try:
            with translated(client.name, _CUT, client.limits, http.client.HTTPException):
                data = response.read(n)
                over = b"" if len(data) < n or response.isclosed() else response.read(1)
        except BaseException:
            client.close()
            raise
        if len(data) < n or over:
            client.close()
        if len(data) < n:
            raise _cut(client.name, len(data), n)
        return data

    def _same(self, headers: Message) -> bool:
        return all(
            headers.get(name) in {None, known}
            for name, known in self._validators.items()
            if known is not None
        )


_CUT = "the server broke off"


def _cut(name: str, got: int, expected: int) -> DecodeError:
    return DecodeError(f"{name} is cut: {_CUT} after {got} of {expected} bytes")


class _Stream:
    """A body from its beginning, which has to be as long as the server said."""

    def __init__(self, client: Client, response: http.client.HTTPResponse) -> None:
        self._client = client
        self._response = response
        self._expected = response.length
        self._got = 0

    def read(self, n: int) -> bytes:
        """Return up to `n` bytes, none at the end."""
        client = self._client
        with translated(client.name, _CUT, client.limits, http.client.HTTPException):
            piece = self._response.read(n)
        self._got += len(piece)
        # Also where little becomes of it: an encoding that comes to nothing never ends.
        client.limits.check_body(self._got, name=client.name)
        if not piece:
            client.close()
            if self._expected is not None and self._got < self._expected:
                raise _cut(client.name, self._got, self._expected)
        return piece


class _Gunzip:
    """Unpacks a body that was packed without being asked for (RFC 1952), a piece at a time.

    It may have several members, one after the other; what follows that is none is not looked at.
    """

    def __init__(self, read: Callable[[int], bytes], name: str) -> None:
        self._read = read
        self._name = name
        self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def read(self, n: int) -> bytes:
        """Return up to `n` unpacked bytes, none at the end."""
        data = self._unpack(self._inflater.unconsumed_tail, n)
        while not data:
            if self._inflater.eof:
                if not (packed := self._next_member(n)):
                    break
            elif not (packed := self._read(n)):
                raise DecodeError(f"{self._name} is cut: its gzip encoding has no end")
            data = self._unpack(packed, n)
        return data

    def _next_member(self, n: int) -> bytes:
        """Return how a further member begins, with all that is to unpack it; nothing at the end."""
        packed = self._inflater.unused_data
        while len(packed) < len(_MEMBER) and (more := self._read(n)):
            packed += more
        if not packed.startswith(_MEMBER):
            return b""
        self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        return packed

    def _unpack(self, packed: bytes, n: int) -> bytes:
        try:
            return self._inflater.decompress(packed, n)
        except zlib.error as error:
            raise DecodeError(f"{self._name}: its gzip encoding is damaged: {error}") from error


def urlopen(url: str) -> IO[bytes]:
    """Open a URL as a binary, seekable file, under the same rules as an image that is read from it.

    It is a context manager; closing it closes the connection.
    """
    from ._uri import open_resource

    if not re.match(r"(https?|ftps?)://", url, re.IGNORECASE):
        raise OptionError(f"{url!r} does not begin with http://, https://, ftp:// or ftps://")
    resource = open_resource(url, current())
    try:
        return _Opened(resource)
    except BaseException:
        resource.close()
        raise


class _Opened(io.BufferedReader):
    """A file that closes the resource that it is of."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        super().__init__(cast("io.RawIOBase", resource.open()))

    def close(self) -> None:
        """Close the file and the connection."""
        try:
            super().close()
        finally:
            self._resource.close()
