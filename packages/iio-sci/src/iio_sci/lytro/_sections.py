"""The sections of an ``.lfp`` or ``.lfr`` file.

After a header of 16 bytes there are sections: 12 bytes of magic, ``LFM`` for the table of contents
and ``LFC`` for the rest, the length (big endian), and if that is not 0 the SHA-1 of the data as
text, padding up to 96 bytes, the data, and zeros.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import IO, Any

from iio_core import DecodeError, LimitError, Resource

__all__ = ["Section", "Sections"]

_MAGIC = b"\x89LFP\r\n\x1a\n"
_KINDS = {b"\x89LFM\r\n\x1a\n": "contents", b"\x89LFC\r\n\x1a\n": "component"}
_HEAD, _DIGEST, _NAME = 16, 80, 45
_MOST = 10_000  # sections: the cameras write about a dozen
_PADDING = 4096


@dataclass(frozen=True)
class Section:
    """Where the data of a section is.

    Parameters
    ----------
    offset, length : int
        In bytes.
    """

    offset: int
    length: int


class Sections:
    """The sections of a file, by the names under which others refer to them.

    Parameters
    ----------
    resource : Resource
        For its name and limits.
    file : binary file
        What to read.
    """

    def __init__(self, resource: Resource, file: IO[bytes]) -> None:
        self._name, self._file = resource.name, file
        self._most = resource.limits.metadata_bytes
        self._components: dict[str, Section] = {}
        contents = self._walk()
        if contents is None:
            raise DecodeError(f"{self._name} has no table of contents")
        self.contents = self._json(contents)
        """The table of contents."""

    def component(self, reference: Any) -> Section:
        """Return a section that another refers to."""
        found = self._components.get(reference) if isinstance(reference, str) else None
        if found is None:
            raise DecodeError(f"{self._name} refers to {reference!r:.60}, which is not there")
        return found

    def json(self, reference: Any) -> dict[str, Any]:
        """Return what a section of JSON says."""
        return self._json(self.component(reference))

    def bytes(self, section: Section) -> bytes:
        """Return the data of a section that is metadata."""
        if section.length > self._most:
            raise LimitError(
                f"{self._name} has {section.length} bytes of metadata in one section. To allow "
                "more: iio.limits(metadata_bytes=...) or IIO_MAX_METADATA_BYTES."
            )
        self._file.seek(section.offset)
        data = self._file.read(section.length)
        if len(data) < section.length:
            raise DecodeError(f"{self._name} ends within a section")
        return data

    def _json(self, section: Section) -> dict[str, Any]:
        data = self.bytes(section)
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise DecodeError(f"{self._name} has damaged metadata: {error}") from error
        if not isinstance(found, dict):
            raise DecodeError(f"{self._name}: its metadata is a {type(found).__name__}")
        return found

    def _walk(self) -> Section | None:
        """Find all sections; return the table of contents."""
        self._file.seek(0)
        if not self._file.read(_HEAD).startswith(_MAGIC):
            raise DecodeError(f"{self._name} is not a file of Lytro's")
        contents, position = None, _HEAD
        for _ in range(_MOST):
            position = self._next(position)
            self._file.seek(position)
            head = self._file.read(_HEAD)
            if not head:
                return contents
            kind = _KINDS.get(head[:8])
            if kind is None or len(head) < _HEAD:
                raise DecodeError(f"{self._name} has no section at {position}")
            length = int.from_bytes(head[12:16], "big")
            position += _HEAD
            if not length:
                continue
            digest = self._file.read(_DIGEST)
            section = Section(position + _DIGEST, length)
            if kind == "contents":
                contents = contents or section
            else:
                self._components[digest[:_NAME].decode("latin-1")] = section
            position = section.offset + length
        raise DecodeError(f"{self._name} has more than {_MOST} sections")

    def _next(self, position: int) -> int:
        """Return where padding ends."""
        self._file.seek(position)
        padding = self._file.read(_PADDING)
        return position + len(padding) - len(padding.lstrip(b"\0"))
