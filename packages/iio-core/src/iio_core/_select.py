"""Who can read or write this: a pure function of header, name and specs.

The order is the same on every machine: a claim by signature and extension comes before one by
signature alone, that before one by extension alone. Within a kind of claim: the user's order, this
project's wheels, the longer signature, the longer extension, the format's priority, the name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ._spec import Format, Signature

if TYPE_CHECKING:
    from ._registry import Plugin, Registry

__all__ = [
    "Candidate",
    "Table",
    "by_both",
    "devices",
    "extensions",
    "promised",
    "readers",
    "writers",
]

BOTH, SIGNATURE, EXTENSION, DEVICE = 0, 1, 2, 3
_CLAIMS = ("signature and extension", "signature", "extension", "the device's name")


class Candidate(NamedTuple):
    """A plugin's format that lays claim to a resource.

    Attributes
    ----------
    plugin : Plugin
        Who.
    format : Format
        As which format.
    claim : int
        0: by signature and extension, 1: by signature, 2: by extension, 3: by a device's name.
    extension : str
        The extension that it claims, if any.
    weight : int
        How many bits of signature it claims.
    verdict : str
        What became of it: empty while nobody has asked.
    install : str
        For a wheel that is not here and that the catalogue knows: what to ``pip install``.
    """

    plugin: Plugin
    format: Format
    claim: int
    extension: str = ""
    weight: int = 0
    verdict: str = ""
    install: str = ""

    @property
    def reason(self) -> str:
        """Why it is a candidate, in words."""
        parts = [f"signature of {self.weight} bits"] if self.weight else []
        parts += [f"extension {self.extension}"] if self.extension else []
        return " and ".join(parts) or _CLAIMS[self.claim]

    def __str__(self) -> str:
        return f"{self.plugin.spec.name} as {self.format.name}: {self.reason}"


Row = tuple["Plugin", Format]
Known = tuple[Signature, int, list[int]]
"""A signature, its weight, and the rows that have it."""


class Table:
    """The formats of a registry for one direction, indexed by signature and by extension."""

    def __init__(self, registry: Registry, *, writing: bool) -> None:
        self.rows: list[Row] = [
            (plugin, format)
            for plugin in registry.offered()
            for format in plugin.spec.formats
            if (format.writes if writing else format.reads)
        ]
        self.by_extension: dict[str, list[int]] = {}
        # Offset and value of one byte that a signature fixes -> the signatures that fix it so.
        self.by_byte: dict[int, dict[int, list[Known]]] = {}
        self.elsewhere: list[Known] = []
        known: dict[Signature, Known] = {}
        self.order: list[tuple[int, bool]] = []
        self.head = 0
        # Extensions of a file and the signatures that it has of theirs -> who claims it.
        self.claims: dict[tuple[object, ...], tuple[Candidate, ...]] = {}
        for number, (plugin, format) in enumerate(self.rows):
            self.order.append((registry.position(plugin), not plugin.ours))
            for extension in format.extensions:
                self.by_extension.setdefault(extension, []).append(number)
            for signature in format.signatures:
                if signature in known:  # many formats are TIFF
                    known[signature][2].append(number)
                    continue
                self.head = max(self.head, signature.end)
                row = known[signature] = (signature, signature.weight, [number])
                for place, value in _fixed(signature):
                    self.by_byte.setdefault(place, {}).setdefault(value, []).append(row)
                    break
                else:
                    self.elsewhere.append(row)

    @cached_property
    def signed(self) -> dict[str, list[Signature]]:
        """The signatures that formats with an extension have."""
        return {
            extension: list(dict.fromkeys(s for n in numbers for s in self.rows[n][1].signatures))
            for extension, numbers in self.by_extension.items()
        }

    @cached_property
    def longest_extension(self) -> int:
        """How many dots an extension of the table may have."""
        return max((e.count(".") for e in self.by_extension), default=1)


def table(registry: Registry, *, writing: bool) -> Table:
    """Return the table of a registry, made when it is first asked for."""
    key = "writing" if writing else "reading"
    made: Table | None = registry.tables.get(key)
    if made is None:
        made = registry.tables[key] = Table(registry, writing=writing)
    return made


def extensions(filename: str, most: int = 2) -> list[str]:
    """Return the extensions of a name in lower case, the longest first.

    Examples
    --------
    >>> extensions("scan.OME.tiff")
    ['.ome.tiff', '.tiff']
    """
    tail = filename.lower()
    start = max(tail.rfind("/"), tail.rfind("\\")) + 1
    found: list[str] = []
    dot = len(tail)
    while most and (dot := tail.rfind(".", start, dot)) >= 0:
        found.append(tail[dot:])
        most -= 1
    return found[::-1]


def readers(head: bytes, filename: str, table: Table) -> list[Candidate]:
    """Return who claims to read a file that begins with `head`, best first."""
    weights = _weights(head, table)
    found: list[tuple[int, Candidate]] = []
    for extension in extensions(filename, table.longest_extension):
        for number in table.by_extension.get(extension, ()):
            plugin, format = table.rows[number]
            weight = weights.pop(number, 0)
            if weight:
                claim = Candidate(plugin, format, BOTH, extension, weight)
            elif format.extension_alone and all(number != other for other, _ in found):
                claim = Candidate(plugin, format, EXTENSION, extension)
            else:
                continue
            found.append((number, claim))
    for number, weight in weights.items():
        plugin, format = table.rows[number]
        if format.signature_alone:
            found.append((number, Candidate(plugin, format, SIGNATURE, "", weight)))
    return _ranked(found, table)


def by_both(head: bytes, filename: str, table: Table) -> tuple[Candidate, ...]:
    """Return who claims a file by signature and extension, best first.

    Those with which `readers` begins, in a fraction of the time.
    """
    ends = [e for e in extensions(filename, table.longest_extension) if e in table.signed]
    matching = tuple([s for end in ends for s in table.signed[end] if s.matches(head)])
    if not matching:
        return ()
    known = table.claims.get((*ends, matching))
    if known is None:
        known = table.claims[*ends, matching] = _claims(ends, matching, table)
    return known


def _claims(
    ends: list[str], matching: Collection[Signature], table: Table
) -> tuple[Candidate, ...]:
    """Return the rows with one of some extensions and of some signatures, ranked."""
    found: dict[int, Candidate] = {}
    for extension in ends:
        for number in table.by_extension[extension]:
            row = table.rows[number]
            weight = max((s.weight for s in row[1].signatures if s in matching), default=0)
            if weight and number not in found:
                found[number] = Candidate(*row, BOTH, extension, weight)
    return tuple(_ranked(list(found.items()), table))


def _weights(head: bytes, table: Table) -> dict[int, int]:
    """Return the rows that have a signature of this header, each with its heaviest one."""
    weights: dict[int, int] = {}
    length = len(head)
    for place, values in table.by_byte.items():
        if place < length and (found := values.get(head[place])) is not None:
            for known in found:
                _weigh(known, head, weights)
    for known in table.elsewhere:
        _weigh(known, head, weights)
    return weights


def _weigh(known: Known, head: bytes, weights: dict[int, int]) -> None:
    """Add the rows of a signature, if it is that of this header."""
    signature, weight, numbers = known
    if signature.matches(head):
        for number in numbers:
            if weight > weights.get(number, 0):
                weights[number] = weight


def _fixed(signature: Signature) -> Iterator[tuple[int, int]]:
    """Return the bytes of which a signature compares every bit, with their offsets."""
    for number, value in enumerate(signature.bytes):
        if signature.mask is None or signature.mask[number] == 0xFF:
            yield signature.offset + number, value


def writers(filename: str, table: Table) -> list[Candidate]:
    """Return who can write a file of this name, best first."""
    found = [
        (number, Candidate(*table.rows[number], EXTENSION, extension))
        for extension in extensions(filename, table.longest_extension)
        for number in table.by_extension.get(extension, ())
    ]
    return _ranked(found, table)


def devices(device: str, table: Table) -> list[Candidate]:
    """Return who reads a device, best first."""
    found = [
        (number, Candidate(plugin, format, DEVICE))
        for number, (plugin, format) in enumerate(table.rows)
        if format.devices and format.reads_device(device)
    ]
    return _ranked(found, table)


def _ranked(found: list[tuple[int, Candidate]], table: Table) -> list[Candidate]:
    if len(found) > 1:
        found.sort(key=lambda item: _key(table.order[item[0]], item[1]))
    return [candidate for _, candidate in found]


def _key(order: tuple[int, bool], candidate: Candidate) -> tuple[object, ...]:
    return (
        candidate.claim,
        order,
        -candidate.weight,
        -len(candidate.extension),
        -candidate.format.priority,
        candidate.plugin.spec.name,
        candidate.format.name,
    )


def promised(head: bytes, filename: str, table: Table) -> list[Row]:
    """Return the formats whose extension the file has, but none of their signatures."""
    return [
        table.rows[number]
        for extension in extensions(filename, table.longest_extension)
        for number in table.by_extension.get(extension, ())
        if not any(s.matches(head) for s in table.rows[number][1].signatures)
    ]
