"""Generate ``docs/reference/formats.md``: what every plugin of this project reads and writes.

With ``--check`` nothing is written, and the exit status is 1 if the file is not what the specs say.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from specs import ROOT, load, write_or_check

if TYPE_CHECKING:
    from iio_core import Format, Pixels

TARGET = ROOT / "docs/reference/formats.md"
HEADER = """\
# Formats

<!-- Generated from the specs in packages/*; do not edit: run `python tools/format_tables.py`. -->

*Reads* and *writes* name the pixel types and, after ×, the numbers of channels; 1 is a gray image
of shape `(height, width)`. Devices stand among the extensions, in angle brackets. *Several* says
whether one file holds several images. *Trust* is the tier of the decoder: `external` formats are
used only on request.
"""
COLUMNS = ("format", "title", "extensions", "reads", "writes", "several", "trust", "specification")


def pixels(types: tuple[Pixels, ...]) -> str:
    """Return ``uint8 × 1, 3, 4; uint16 × 1``, or a dash for none."""
    parts = []
    for kind in types:
        channels = f" × {', '.join(map(str, kind.channels))}" if kind.channels else ""
        parts.append(f"{kind.dtype}{channels}")
    return "; ".join(parts) or "–"


def row(format: Format) -> str:
    writes = pixels(format.writes) + (" (lossy)" if format.lossy else "")
    requires = f" (`{format.requires}`)" if format.requires else ""
    specification = re.sub(r"(https?://(?:[^\s,;()]|\([^\s()]*\))+)", r"<\1>", format.specification)
    cells = (
        f"{format.name}{requires}",
        format.title,
        " ".join(f"`{name}`" for name in (*format.extensions, *format.devices)) or "–",
        pixels(format.reads),
        writes,
        "yes" if format.multiple else "no",
        format.trust,
        specification or "–",
    )
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def generate() -> str:
    out = [HEADER]
    for distribution, spec in load():
        known_as = "".join(f", `{alias}`" for alias in spec.aliases)
        out.append(f"\n## {distribution}: `{spec.name}`\n\n{spec.title}.\n")
        out.append(f"\n`plugin=` takes `{spec.name}`{known_as}.\n")
        out.append(f"\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n")
        out.extend(f"{row(format)}\n" for format in spec.formats)
    return "".join(out)


if __name__ == "__main__":
    sys.exit(write_or_check(TARGET, generate(), "--check" in sys.argv[1:]))
