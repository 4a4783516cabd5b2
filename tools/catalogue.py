"""Generate ``iio_core/_catalog.py``: which wheel of this project reads or writes what.

Core shows it to people who have not installed the wheel that they need. With ``--check`` nothing
is written, and the exit status is 1 if the file is not what the specs say.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from specs import ROOT, load, write_or_check

if TYPE_CHECKING:
    from iio_core import PluginSpec

Signature = tuple[int, bytes, bytes | None]
Signatures = tuple[Signature, ...]
Names = tuple[str, ...]
Writes = tuple[tuple[str, tuple[int, ...]], ...]
Entry = tuple[
    str, str, str, str, Names, Signatures, bool, Writes, Names, int, tuple[bool, bool | None]
]

TARGET = ROOT / "packages/iio-core/src/iio_core/_catalog.py"
HEADER = '''\
"""Which wheel of this project brings which format, for who has not installed it."""

# Generated from the specs in packages/*; do not edit: run `python tools/catalogue.py`.

Signature = tuple[int, bytes, bytes | None]
Signatures = tuple[Signature, ...]
Names = tuple[str, ...]
Writes = tuple[tuple[str, tuple[int, ...]], ...]
Alone = tuple[bool, bool | None]
Entry = tuple[str, str, str, str, Names, Signatures, bool, bool | Writes, Names, int, Alone]

'''


def source(entry: Entry) -> str:
    """Return the lines of one entry, each signature on one of its own."""
    *who, extensions, signatures, reads, writes, devices, priority, alone = entry
    lines = [f"    ({', '.join(map(repr, who))},", f"     {extensions!r},"]
    lines += ["     (", *(f"         {signature!r}," for signature in signatures), "     ),"]
    return "\n".join([*lines, f"     {reads!r}, {writes!r}, {devices!r}, {priority}, {alone}),\n"])


def legacy_names(spec: PluginSpec) -> list[tuple[str, int]]:
    """Return the names of imageio 2.9 that a plugin's table brings, each with its rank.

    Who has not the wheel is told to install the one of rank 0, which has the name for its own; then
    one that stands in for it; and last one that is used on request only.
    """
    if spec.legacy is None:
        return []
    module, _, attribute = spec.legacy.partition(":")
    table = getattr(importlib.import_module(module), attribute)
    return [(legacy.name, 2 if spec.on_request else legacy.stands_in) for legacy in table]


def generate() -> str:
    entries: list[Entry] = []
    names: dict[str, str] = {}
    claims: dict[str, list[tuple[int, str]]] = {}
    for distribution, spec in load():
        for name, rank in legacy_names(spec):
            claims.setdefault(name.upper(), []).append((rank, distribution))
        for name in (spec.name, *spec.aliases):
            if names.setdefault(name, distribution) != distribution:
                raise SystemExit(f"{name!r} is claimed by {names[name]} and by {distribution}")
        for format in () if spec.on_request else spec.formats:
            requirement = format.requires or distribution
            # A newer backend alone is no help to who has not even the wheel.
            if not requirement.startswith(distribution):
                requirement = distribution
            signatures = tuple((s.offset, s.bytes, s.mask) for s in format.signatures)
            writes = tuple((p.dtype, p.channels) for p in format.writes)
            alone = format.signature_alone, format.extension_alone
            can = bool(format.reads), writes, format.devices, format.priority, alone
            who = requirement, spec.name, distribution, format.name
            entries.append((*who, format.extensions, signatures, *can))
    for name, found in claims.items():
        own = sorted({distribution for rank, distribution in found if rank == 0})
        if len(own) > 1:
            raise SystemExit(f"{name!r} is claimed by {' and by '.join(own)}")
    legacy = {name: min(found)[1] for name, found in claims.items()}
    entries.sort(key=lambda entry: (entry[1], entry[3]))
    out = [HEADER]
    out.append(
        "# requirement, plugin, distribution, format, extensions, signatures, whether it reads,\n"
    )
    out.append("# dtypes and channels that it writes, devices, priority, whether a signature and\n")
    out.append("# an extension alone count\n")
    out.append("ENTRIES: tuple[Entry, ...] = (\n")
    out.extend(source(entry) for entry in entries)
    distributions = sorted(set(names.values()))
    out.append(f")\n\nDISTRIBUTIONS = frozenset({distributions!r})\n")
    out.append("\n# Every plugin name and alias -> the distribution that it belongs to.\n")
    out.append("PLUGINS: dict[str, str] = {\n")
    out.extend(f"    {name!r}: {names[name]!r},\n" for name in sorted(names))
    out.append("}\n\n# Every name of imageio 2.9 -> the distribution that brings it.\n")
    out.append("LEGACY: dict[str, str] = {\n")
    out.extend(f"    {name!r}: {legacy[name]!r},\n" for name in sorted(legacy))
    return "".join(out) + "}\n"


if __name__ == "__main__":
    sys.exit(write_or_check(TARGET, generate(), "--check" in sys.argv[1:]))
