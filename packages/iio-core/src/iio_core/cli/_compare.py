"""``iio compare``: two files, or one file through every plugin that reads it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ._arguments import add_json, add_reading, index_of, reading
from ._console import say, show_json, show_table
from ._failures import UsageError, counted, sentence
from ._pairs import is_folder, pairs
from ._plan import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

__all__ = ["configure", "run"]

_LONGEST = 60  # characters of a value of metadata that are shown


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Compare the pixels and the metadata of two files, of the files of the same names in two "
        "folders, or with --all-plugins those of one file as each plugin reads it. The exit status "
        "is 1 if pixels, shapes or dtypes differ, or a file is in one folder only; metadata does "
        "not count."
    )
    parser.add_argument(
        "file", nargs="+", metavar="FILE", help="two files or folders; one file for --all-plugins"
    )
    parser.add_argument(
        "-r", "--recursive", action="store_true", help="folders with all that is below them"
    )
    parser.add_argument(
        "--all-plugins", action="store_true", help="one file through every plugin that reads it"
    )
    parser.add_argument("--index", type=index_of, help="only these images; default: all")
    parser.add_argument(
        "--tolerance",
        type=float,
        default=0.0,
        metavar="X",
        help="values that differ by no more than this are equal (%(default)g)",
    )
    add_reading(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare."""
    wanted = 1 if arguments.all_plugins else 2
    if len(arguments.file) != wanted:
        raise UsageError(f"compare takes {counted(wanted, 'file')} here")
    if arguments.all_plugins:
        return _compare_plugins(arguments)
    if any(is_folder(file) for file in arguments.file):
        return _compare_folders(arguments)
    asked = reading(arguments)
    first, second = ((file, asked) for file in arguments.file)
    found = _compare(first, second, arguments)
    if arguments.json:
        show_json({"first": first[0], "second": second[0], **found})
    else:
        _show(found, arguments.file)
    return int(not found["same"])


def _compare(
    first: tuple[str, dict[str, Any]],
    second: tuple[str, dict[str, Any]],
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    """Return how two resources differ, each a name and how it is read."""
    from ._difference import Difference, differing_metadata

    found = Difference(_pixels(*first, arguments), _pixels(*second, arguments))
    return {
        "same": found.is_within(arguments.tolerance),
        "images": found.counts,
        "shape": found.shapes,
        "dtype": found.dtypes,
        "first_uneven_image": found.uneven,
        "max_abs_difference": found.most,
        "mean_abs_difference": found.mean,
        "psnr": found.psnr,
        "metadata": differing_metadata(_metadata(*first), _metadata(*second)),
    }


def _pixels(
    file: str, asked: dict[str, Any], arguments: argparse.Namespace
) -> Iterator[np.ndarray]:
    from ._images import images_of

    index = None if arguments.index is ... else arguments.index
    settings = Settings(index, asked, {}, metadata=False, overwrite=False)
    for image in images_of(file, settings):
        yield image.pixels


def _metadata(file: str, asked: dict[str, Any]) -> dict[str, Any]:
    import iio_core as iio

    # Options of reading pixels are not always options of reading metadata.
    known = {k: v for k, v in asked.items() if k in {"plugin", "trust", "extension"}}
    found = iio.immeta(file, **known)
    return {**iio.immeta(file, index=..., **known), **found}


def _show(found: dict[str, Any], names: list[str]) -> None:
    same = "the pixels are the same" if found["same"] else "the pixels differ"
    say(same, "green" if found["same"] else "red")
    for name in ("images", "shape", "dtype"):
        a, b = found[name]
        say(f"  {name:<16} {a}" if a == b else f"  {name:<16} {a} and {b}")
    if found["first_uneven_image"] is not None:
        say(f"  the shapes or dtypes differ from image {found['first_uneven_image']} on")
    if found["max_abs_difference"]:
        say(f"  max difference   {found['max_abs_difference']:.6g}")
        say(f"  mean difference  {found['mean_abs_difference']:.6g}")
        say(f"  PSNR             {found['psnr']:.2f} dB")
    _show_metadata(found["metadata"], names)


def _show_metadata(differing: dict[str, Any], names: list[str]) -> None:
    from ._info import shortened

    for key, (a, b) in differing["different"].items():
        say(f"  metadata {key}: {shortened(a)[:_LONGEST]} and {shortened(b)[:_LONGEST]}")
    for side, name in zip(("only_first", "only_second"), names, strict=True):
        if differing[side]:
            say(f"  only in {name}: {', '.join(map(str, differing[side]))}")


def _compare_folders(arguments: argparse.Namespace) -> int:
    """Compare files with those of the same names; one that fails does not keep the others back."""
    asked = reading(arguments)
    rows, alike = [], True
    for first, second in pairs(*arguments.file, recursive=arguments.recursive):
        row: dict[str, Any] = {"first": first, "second": second, "same": False}
        if first is None or second is None:
            row["error"] = f"{first or second} has no counterpart"
        else:
            try:
                row |= _compare((first, asked), (second, asked), arguments)
            except (Exception, SystemExit) as error:
                row["error"] = sentence(error)
        alike = alike and row["same"]
        if arguments.json:
            rows.append(row)
        elif "error" in row:
            say(row["error"], "red")
        else:
            say(f"{first} and {second}", "bold")
            _show(row, [first or "", second or ""])
    if arguments.json:
        show_json(rows)
    return int(not alike)


def _compare_plugins(arguments: argparse.Namespace) -> int:
    """Compare what each plugin reads with what the first one does."""
    rows = list(_by_plugin(arguments.file[0], arguments))
    if arguments.json:
        show_json(rows)
    else:
        header = ("plugin", "images", "shape", "dtype", "max", "mean", "PSNR", "metadata")
        styles = ["red" if row["same"] is False else "" for row in rows]
        show_table(header, [_cells(row) for row in rows], styles)
        for row in rows:
            if row["error"]:
                say(f"{row['plugin']}: {row['error']}", "red")
    found = [row["same"] for row in rows]
    return int(False in found or True not in found)


def _by_plugin(file: str, arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    import iio_core as iio

    candidates = iio.explain(file, trust=arguments.trust).candidates
    usable = [c for c in candidates if c.verdict in {"", "chosen"}]
    names = dict.fromkeys(c.plugin.spec.name for c in usable)
    if not names:
        iio.improps(file)  # tells why nobody reads it
    asked = reading(arguments)
    reference: tuple[str, dict[str, Any]] | None = None
    for name in names:
        source = file, {**asked, "plugin": name}
        row: dict[str, Any] = {"plugin": name, "error": "", "same": False}
        try:
            found = _compare(reference or source, source, arguments)
            row |= found
            reference = reference or source
        except iio.NoPluginError as declined:  # it reads the format, but not such files
            row |= {"error": sentence(declined), "same": None}
        except (Exception, SystemExit) as error:
            row["error"] = sentence(error)
        yield row


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    if row["error"]:
        return (row["plugin"], "-", "-", "-", "-", "-", "-", "-")
    differing = row["metadata"]
    parts = [
        f"{len(differing[kind])} {word}"
        for kind, word in (("different", "differ"), ("only_first", "less"), ("only_second", "more"))
        if differing[kind]
    ]
    return (
        row["plugin"],
        row["images"][1],
        "×".join(map(str, row["shape"][1] or ())),
        row["dtype"][1],
        f"{row['max_abs_difference']:.6g}",
        f"{row['mean_abs_difference']:.6g}",
        f"{row['psnr']:.2f}",
        ", ".join(parts) or "same",
    )
