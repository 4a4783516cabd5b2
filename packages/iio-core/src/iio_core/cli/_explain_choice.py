"""``iio explain``: who reads or writes a file, and why."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ._arguments import add_json
from ._console import say, show_json
from ._list_plugins import rejection

if TYPE_CHECKING:
    from .._explain import Explanation
    from .._select import Candidate

__all__ = ["candidate_row", "configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Tell which plugin would read or write a file, on what grounds, and what became of the "
        "others. Nothing is decoded and no backend is imported. The exit status is 1 if nobody "
        "would."
    )
    parser.add_argument("file", metavar="FILE", help="a path, or any other resource")
    parser.add_argument("--write", action="store_true", help="who would write it, not read it")
    parser.add_argument("--plugin", metavar="NAME", help="as if this plugin were asked for")
    parser.add_argument(
        "--trust", metavar="FORMAT", action="append", default=[], help="as if it were trusted"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Explain the choice."""
    import iio_core as iio

    mode = "w" if arguments.write else "r"
    explained = iio.explain(arguments.file, mode, plugin=arguments.plugin, trust=arguments.trust)
    if arguments.json:
        show_json(_described(explained))
    else:
        for line in str(explained).splitlines():
            say(line)
        if explained.install and explained.chosen is None:
            say(f"To install what is missing: iio install {arguments.file}")
    return 0 if explained.chosen is not None else 1


def _described(explained: Explanation) -> dict[str, Any]:
    chosen = explained.chosen
    return {
        "file": explained.name,
        "mode": explained.mode,
        "head": explained.head.hex(" "),
        "chosen": None if chosen is None else candidate_row(chosen),
        "candidates": [candidate_row(candidate) for candidate in explained.candidates],
        "install": explained.install,
        "warnings": explained.warnings,
        "problem": explained.problem,
        "rejected": [rejection(rejected) for rejected in explained.rejected],
    }


def candidate_row(candidate: Candidate) -> dict[str, Any]:
    """Return a candidate for JSON."""
    return {
        "plugin": candidate.plugin.spec.name,
        "distribution": candidate.plugin.distribution,
        "version": candidate.plugin.version,
        "format": candidate.format.name,
        "reason": candidate.reason,
        "verdict": candidate.verdict,
        "install": candidate.install or None,
    }
