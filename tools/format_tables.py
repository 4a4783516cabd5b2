"""Generate ``docs/reference/formats.md``: what every plugin of this project reads and writes.

With ``--check`` nothing is written, and the exit status is 1 if the file is not what the specs say.
"""

from __future__ import annotations

import csv
import re
import sys
from typing import TYPE_CHECKING

import real_file_table
from specs import ROOT, load, write_or_check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iio_core import Format, Pixels, PluginSpec

TARGET = ROOT / "docs/reference/formats.md"
BUILT = ROOT / "packages/iio-sci/tests/built_files.csv"
HEADER = """\
# Formats

<!-- Generated from the specs in packages/*; do not edit: run `python tools/format_tables.py`. -->

*Reads* and *writes* name the pixel types and, after ×, the numbers of channels; 1 is a gray image
of shape `(height, width)`. Devices stand among the extensions, in angle brackets. *Several* says
whether one file holds several images. *Trust* is the tier of the decoder: `external` formats are
used only on request.
"""
COLUMNS_BEFORE = ("description", "names", "format", "remark")
COLUMNS = ("format", "title", "extensions", "reads", "writes", "several", "trust", "specification")

EXTENSIONS = """
## Every extension

Who reads and writes it, by the names that `plugin=` takes, and which file of an independent program
`tests/test_real_files.py` opens by that extension. In *italics* are plugins that are used only on
request. What imageio 2.9 had has its names there in the second column. Where no such file is in the
repository, the last column says why, or has a dash: the tests of the package have only files that
they make themselves. Camera raw files that are built by hand are not compressed, but for CR2, SRF,
and those of which it is said; what their makers' cameras compress, LibRaw is trusted with.

| extension | imageio 2.9 | what | read by | written by | a real file, by |
|---|---|---|---|---|---|
"""

# Why there is no real file, by the plugins that read an extension.
CAMERAS = (
    "none: only cameras write it, and their files are large and their owners'; what reads it, "
    "LibRaw, is tested with files of others"
)
NO_FILE: dict[tuple[str, ...], str] = {
    ("lytro",): "none: only Lytro's cameras and their software wrote it, files of some 10 to 50 "
    "MB; one of its layout, built by hand, is compared with what was put in",
    ("raw",): CAMERAS,
}
# And where something else is the reason.
UNKNOWN = "none: LibRaw knows no layout by this name; it is asked whether it is one that it knows"
NO_FILE_OF = {
    ".bmq": UNKNOWN,
    ".dsc": UNKNOWN,
    ".rwz": "none: LibRaw refuses Rawzor's compression",
}
# What a raw file that is built by hand is compared with.
COMPARED = {
    "values": "compared with what was put in and with dcraw",
    "dcraw": "compared with dcraw; its pixels are random bits, as it is compressed",
}


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


def by_extension() -> Iterator[str]:
    """Yield the rows of the table of extensions."""
    specs = [spec for _, spec in load()]
    with (ROOT / "tools/imageio_formats.csv").open(encoding="utf-8", newline="") as file:
        before = {f".{row['extension']}": row for row in csv.DictReader(file)}
    real: dict[str, list[str]] = {}
    for found in real_file_table.load():
        real.setdefault(f".{found.extension}", []).append(f"`{found.name}` ({found.written_by})")
    with BUILT.open(encoding="utf-8", newline="") as file:
        built = {f".{row['extension']}": row for row in csv.DictReader(file)}
    claimed = {e for spec in specs for format in spec.formats for e in format.extensions}
    for extension in sorted(claimed | before.keys()):
        row = before.get(extension, dict.fromkeys(COLUMNS_BEFORE, ""))
        owners = [(s, f) for s in specs for f in s.formats if extension in f.extensions]
        if not owners and row["format"]:  # recognized by its content
            owners = [(s, f) for s in specs for f in s.formats if f.name == row["format"]]
        titles = dict.fromkeys(format.title for _, format in owners)
        cells = (
            f"`{extension}`",
            row["names"].replace(" ", ", ") or "–",
            row["description"] or next(iter(titles), "–"),
            plugins((s, f) for s, f in owners if f.reads) or "nobody",
            plugins((s, f) for s, f in owners if f.writes) or "–",
            "; ".join(real.get(extension, ()))
            or by_hand(built.get(extension))
            or NO_FILE_OF.get(extension)
            or ("none" if row["remark"] else no_file(owners)),
        )
        remark = f": {row['remark']}" if row["remark"] else ""
        line = [*cells[:3], cells[3] + remark, *cells[4:]]
        yield "| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |\n"


def by_hand(row: dict[str, str] | None) -> str:
    """Return what is tested in place of a camera's file; nothing if there is no such thing."""
    if row is None:
        return ""
    layout = f"one of its layout ({row['camera']}), built by hand"
    return f"no camera's file is here; {layout}, is {COMPARED[row['compared_with']]}"


def no_file(owners: list[tuple[PluginSpec, Format]]) -> str:
    """Return why no file of an extension is in the repository; a dash if nobody looked for one."""
    return NO_FILE.get(tuple(sorted({s.name for s, _ in owners if not s.on_request})), "–")


def plugins(owners: Iterable[tuple[PluginSpec, Format]]) -> str:
    """Return the names of plugins; in italics those that are used only on request."""
    names = {
        spec.name: f"*{spec.name}*" if spec.on_request or format.trust == "external" else spec.name
        for spec, format in owners
    }
    return ", ".join(sorted(names.values(), key=lambda name: (name.startswith("*"), name)))


def generate() -> str:
    out = [HEADER, EXTENSIONS, *by_extension()]
    for distribution, spec in load():
        known_as = "".join(f", `{alias}`" for alias in spec.aliases)
        out.append(f"\n## {distribution}: `{spec.name}`\n\n{spec.title}.\n")
        out.append(f"\n`plugin=` takes `{spec.name}`{known_as}.\n")
        out.append(f"\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n")
        out.extend(f"{row(format)}\n" for format in spec.formats)
    return "".join(out)


if __name__ == "__main__":
    sys.exit(write_or_check(TARGET, generate(), "--check" in sys.argv[1:]))
