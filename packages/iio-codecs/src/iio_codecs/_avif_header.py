"""What an AVIF file declares of its primary image: size, samples, alpha, rotation, metadata.

AV1 Image File Format v1.1.0; ISO/IEC 23008-12 (HEIF), section 6 Image and metadata items;
ISO/IEC 14496-12, section 8.11 Metadata Support::

    ftyp
    meta: pitm (which item)  iinf (their types)  iref (what belongs to what)  iloc (where they are)
          iprp: ipco (properties)  ipma (which item has which)
    mdat
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from iio_core import NotThisFormat

from ._boxes import Box, boxes, first
from ._exif import prefixed
from ._layout import Layout
from ._source import Short, big

__all__ = ["Items", "items"]

_ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
_MOST = 4096  # items or properties; more are noise


class Property(NamedTuple):
    """A property of items."""

    kind: bytes
    data: bytes


class Items:
    """The items of a file, as far as its primary image needs them."""

    def __init__(self, data: bytes, meta: Box) -> None:
        if meta.end > len(data):
            raise Short("its items are cut")
        self._data = data
        self._parts = {found.kind: found for found in boxes(data, meta.start + 4, meta.end)}
        if not self._parts.keys() >= {b"pitm", b"iprp", b"iinf"}:
            raise ValueError("it declares no primary image")
        place = self._parts[b"pitm"]
        self.primary = big(data, place.start + 4, 4 if data[place.start] else 2)
        self.kinds = dict(self._infos())
        self._owned = self._associations()

    def layout(self) -> Layout:
        """Return size and samples of the primary image."""
        properties = self._owned.get(self.primary, [])
        size = next((p.data for p in properties if p.kind == b"ispe"), None)
        if size is None:
            raise ValueError("its primary image has no size")
        width, height = big(size, 4, 4), big(size, 8, 4)
        coded = self._configuration()
        depth = 8 + 2 * (coded >> 6 & 1) + 2 * (coded >> 6 & coded >> 5 & 1)
        channels = (1 if coded >> 4 & 1 else 3) + self._has_alpha()
        return Layout(height, width, channels, "uint8" if depth == 8 else "uint16", depth)

    def orientation(self) -> int:
        """Return what ``irot`` and ``imir`` ask for, as EXIF counts. HEIF, section 6.5.10 and 12.

        The turns are counterclockwise, and come before the mirror.
        """
        properties = self._owned.get(self.primary, [])
        turns = next((p.data[0] & 3 for p in properties if p.kind == b"irot" and p.data), 0)
        mirror = next((p.data[0] & 1 for p in properties if p.kind == b"imir" and p.data), None)
        plain, upside_down, sideways = (1, 8, 3, 6), (4, 5, 2, 7), (2, 7, 4, 5)
        table = plain if mirror is None else sideways if mirror else upside_down
        return table[turns]

    def told(self) -> dict[str, Any]:
        """Return the metadata."""
        found: dict[str, Any] = {}
        for kind, data in self._owned.get(self.primary, []):
            if kind == b"colr" and data[:4] in (b"prof", b"rICC"):
                found["icc_profile"] = data[4:]
        # Of several of a kind the last counts; only that is read.
        said = {kind: item for item, kind in self.kinds.items()}
        raw = self._content(said.get(b"Exif"))
        if len(raw) > 4:
            found["exif"] = prefixed(raw[4 + big(raw, 0, 4) :])
        found["xmp"] = self._content(said.get(b"mime"))
        return {name: value for name, value in found.items() if value}

    def _configuration(self) -> int:
        """Return the byte of ``av1C`` with the depth, of the image or of the first of its tiles."""
        own = [self._owned.get(self.primary, [])]
        if self.kinds.get(self.primary) == b"grid":
            own += [p for i, p in self._owned.items() if self.kinds.get(i) == b"av01"]
        for properties in own:
            for kind, data in properties:
                if kind == b"av1C" and len(data) >= 3:
                    return data[2]
        raise NotThisFormat("its primary image is not coded as AV1")

    def _has_alpha(self) -> bool:
        owners = dict(self._references(b"auxl"))
        return any(
            owners.get(item) == self.primary
            and any(p.kind == b"auxC" and p.data[4:].startswith(_ALPHA) for p in properties)
            for item, properties in self._owned.items()
        )

    def _infos(self) -> Iterator[tuple[int, bytes]]:
        """Yield the number and the type of each item."""
        start, end = self._parts[b"iinf"].start, self._parts[b"iinf"].end
        start += 8 if self._data[start] else 6
        for number, entry in enumerate(boxes(self._data, start, end)):
            version = self._data[entry.start]
            if entry.kind != b"infe" or version < 2 or number > _MOST:
                continue
            size = 4 if version == 3 else 2
            kind = entry.start + 4 + size + 2
            yield big(self._data, entry.start + 4, size), self._data[kind : kind + 4]

    def _references(self, wanted: bytes) -> Iterator[tuple[int, int]]:
        """Yield from which item to which a reference of a type goes."""
        place = self._parts.get(b"iref")
        if place is None:
            return
        size = 4 if self._data[place.start] else 2
        for kind, start, end in boxes(self._data, place.start + 4, place.end):
            if kind == wanted and end - start >= 2 * size + 2:
                yield big(self._data, start, size), big(self._data, start + size + 2, size)

    def _associations(self) -> dict[int, list[Property]]:
        """Return the properties of each item."""
        place = self._parts[b"iprp"]
        inside = {found.kind: found for found in boxes(self._data, place.start, place.end)}
        if not inside.keys() >= {b"ipco", b"ipma"}:
            raise ValueError("its items have no properties")
        store = inside[b"ipco"]
        known = [
            Property(kind, self._data[start:end])
            for kind, start, end in boxes(self._data, store.start, store.end)
        ]
        at, version, wide = inside[b"ipma"].start, self._data[inside[b"ipma"].start], False
        wide = bool(self._data[at + 3] & 1)
        found: dict[int, list[Property]] = {}
        count, at = big(self._data, at + 4, 4), at + 8
        for _ in range(min(count, _MOST)):
            item, at = big(self._data, at, 4 if version else 2), at + (4 if version else 2)
            entries, at = big(self._data, at, 1), at + 1
            for _ in range(entries):
                which = big(self._data, at, 2 if wide else 1) & (0x7FFF if wide else 0x7F)
                at += 2 if wide else 1
                if 0 < which <= len(known):
                    found.setdefault(item, []).append(known[which - 1])
        return found

    def _content(self, wanted: int | None) -> bytes:
        """Return the bytes of an item; none if they are not where they are said to be."""
        for item, method, extents in self._locations() if wanted is not None else ():
            if item == wanted and method in (0, 1):
                store = self._parts.get(b"idat")
                base = store.start if method and store is not None else 0
                if (method and store is None) or sum(n for _, n in extents) > len(self._data):
                    return b""  # pieces that are the same ones again and again
                return b"".join(self._data[base + s : base + s + n] for s, n in extents)
        return b""

    def _locations(self) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
        """Yield each item, how its place is meant, and its pieces. Section 8.11.3."""
        place = self._parts.get(b"iloc")
        if place is None:
            return
        data, at = self._data, place.start
        version = data[at]
        sizes = big(data, at + 4, 2)
        offset, length, base, index = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
        wide = 4 if version == 2 else 2
        count, at = big(data, at + 6, wide), at + 6 + wide
        for _ in range(min(count, _MOST)):
            item, at = big(data, at, wide), at + wide
            method = 0
            if version:
                method, at = big(data, at, 2) & 15, at + 2
            start = big(data, at + 2, base)
            pieces, at = big(data, at + 2 + base, 2), at + 4 + base
            if not (index and version) and not offset and not length:
                pieces = min(pieces, 1)  # they take no bytes, and so say nothing
            extents = []
            for _ in range(pieces):
                at += index if version else 0
                extents.append((start + big(data, at, offset), big(data, at + offset, length)))
                at += offset + length
            yield item, method, extents


def items(data: bytes) -> Items:
    """Return the items of a file.

    Raises
    ------
    NotThisFormat
        For a sequence of images.
    """
    kind = first(data, b"ftyp")
    if kind is None:
        raise Short("it has no type")
    if data[kind.start : kind.start + 4] == b"avis":
        raise NotThisFormat("it is a sequence of images: pip install iio-pillow")
    meta = first(data, b"meta")
    if meta is None:
        raise Short("it has no items")
    return Items(data, meta)
