"""The promises of a plugin that the kit checks, and the error that names a broken one."""

from __future__ import annotations

import re

__all__ = ["DOCUMENT", "PROMISES", "BrokenPromise", "anchor"]

DOCUMENT = "docs/reference/plugin-interface.md"

PROMISES: dict[str, str] = {
    # of the spec
    "light": "The spec is light",
    "found": "The plugin is found",
    "complete": "The plugin has what its spec claims",
    "options": "Options are named",
    "selected": "What is claimed is selected",
    # of a reader
    "sampled": "Every readable format has a sample",
    "pixels": "Pixels are right",
    "owned": "Arrays belong to the caller",
    "properties": "Properties are those of the array",
    "iteration": "Iterating gives every image",
    "metadata": "Metadata is a dict",
    "index": "An index means the same everywhere",
    "regions": "A region is a part of the image",
    "resources": "Same bytes, same answer",
    "left open": "The caller's file objects stay open",
    "handles": "Own handles are closed",
    "temporary": "Nothing is left behind",
    # of a reader of damaged files
    "truncated": "A truncated file is an error",
    "only ours": "Only errors of iio",
    "hang": "Every call comes to an end",
    "alive": "The process survives",
    "bounded": "Memory is bounded",
    # of a writer
    "round trip": "What is written comes back",
    "layouts": "Arrays of any memory layout are taken",
    "untouched": "The caller's array is not changed",
    "loss": "Loss is never silent",
    "every image": "No image is lost",
    "metadata kept": "Metadata round-trips",
    "targets": "The same bytes wherever they go",
    "whole": "A failed write leaves the old file whole",
    # of both
    "process": "The process is left as it was",
    "leak": "Nothing adds up",
    "threads": "Threads do not disturb each other",
    "shared": "A reader is shared only if it says so",
    "fork": "A forked process can read",
    "spawn": "A new process can read",
    "cost": "Costs are those of the same pixels",
}
"""Short name: the heading in the reference under which the promise is documented."""


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as Markdown renderers make it."""
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


class BrokenPromise(AssertionError):
    """A check that failed: which promise was broken, where it is documented, and what was seen.

    Attributes
    ----------
    promise : str
        The heading of the promise.
    subject : str
        Whose it was: a plugin, a format, a sample.
    seen : str
        What was seen instead.
    """

    def __init__(self, promise: str, subject: str, seen: str) -> None:
        self.promise = PROMISES[promise]
        self.subject = subject
        self.seen = seen
        super().__init__(
            f"broken promise: {self.promise}\n"
            f"  of:         {subject}\n"
            f"  documented: {DOCUMENT}#{anchor(self.promise)}\n"
            f"  seen:       {seen}"
        )
