"""``iio convert``: files to files of another format."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence

from ._arguments import add_reading, at_least, index_of, options, reading
from ._failures import complain, counted
from ._inputs import expand, readable_extensions, tell_passed_over
from ._plan import Job, Settings, plan
from ._progress import Silent, progress
from ._refusals import refuse_hopeless
from ._work import Result

__all__ = ["configure", "run"]

_INTERRUPTED = 130
_EPILOG = """\
examples:
  iio convert scan.tif scan.png                      one file
  iio convert 'raw/*.nef' jpg/ --to .jpg --jobs 4    many files, into a folder
  iio convert photos/ small/ --to .webp --write quality=80
  iio convert movie.gif 'frames/{index:04d}.png'     each image to a file of its own
  iio convert frame*.png movie.gif --write fps=25    many files to one
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = (
        "Convert files. OUT is a file; a folder, with --to; or a name with {stem} or {index}\n"
        "in it, for one file per input or per image. Outputs that are there already are\n"
        "skipped: the same command goes on where it was interrupted. An output is whole, or\n"
        "not there. What fails is told at the end, and the exit status is 1."
    )
    parser.epilog = _EPILOG
    parser.add_argument("input", nargs="+", metavar="IN", help="files, patterns, folders, URLs")
    parser.add_argument("output", metavar="OUT", help="a file, a folder, or a name with {index}")
    parser.add_argument("--to", metavar=".EXT", help="write files of this kind into the folder OUT")
    parser.add_argument(
        "--split", action="store_true", help="write each image to a file of its own"
    )
    parser.add_argument(
        "-r", "--recursive", action="store_true", help="folders with all that is below them"
    )
    parser.add_argument(
        "--index", type=index_of, help="only these images: 0, -1, 0,5,9 or 0:100:10"
    )
    parser.add_argument(
        "--write",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="an option of the writing plugin, such as quality=90; may be repeated",
    )
    parser.add_argument("--no-metadata", action="store_true", help="write the pixels alone")
    parser.add_argument("--overwrite", action="store_true", help="replace outputs that are there")
    parser.add_argument(
        "-j",
        "--jobs",
        type=at_least(0),
        default=1,
        metavar="N",
        help="on N processes; 0: one per CPU",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="show no progress")
    add_reading(parser)


def run(arguments: argparse.Namespace) -> int:
    """Convert, and tell how it went."""
    settings = Settings(
        None if arguments.index is ... else arguments.index,
        reading(arguments),
        options(arguments.write, "--write"),
        not arguments.no_metadata,
        arguments.overwrite,
    )
    known = readable_extensions()
    sources, passed_over = expand(
        arguments.input, known, inside=arguments.to is not None, recursive=arguments.recursive
    )
    jobs = plan(sources, arguments.output, known, to=arguments.to, split=arguments.split)
    refuse_hopeless(jobs, settings)
    tell_passed_over(passed_over, whole=arguments.verbose)
    report = _Report(len(jobs), arguments.verbose)
    try:
        _convert_all(jobs, settings, arguments, report)
    except KeyboardInterrupt:
        report.stopped = True
    return report.tell()


def _convert_all(
    jobs: Sequence[Job], settings: Settings, arguments: argparse.Namespace, report: _Report
) -> None:
    if len(jobs) == 1:  # what counts is what is in it
        from ._work import convert

        unit = "images" if len(jobs[0].sources) == 1 else "files"
        with progress(unit, None, quiet=arguments.quiet) as shown:
            report.add(jobs[0], convert(jobs[0], settings, shown.advance))
        return
    with progress("files", len(jobs), quiet=arguments.quiet) as shown:
        processes = arguments.jobs or os.cpu_count() or 1
        if processes > 1:
            from ._pool import convert_all

            convert_all(jobs, settings, processes, lambda j, r: report.add(j, r, shown))
            return
        from ._work import convert

        for job in jobs:
            report.add(job, convert(job, settings), shown)
            if report.stopped:
                return


class _Report:
    """What became of the jobs."""

    def __init__(self, total: int, verbose: bool) -> None:
        self._total = total
        self._verbose = verbose
        self._written = self._skipped = self._whole = 0
        self._failures: dict[str, list[tuple[Job, Result]]] = {}
        self._warnings: dict[str, str] = {}
        self._alike: Counter[str] = Counter()
        self.stopped = False

    def add(self, job: Job, result: Result, shown: Silent | None = None) -> None:
        """Take note of a job."""
        if result.interrupted:
            self.stopped = True
            return
        self._written += result.written
        self._skipped += result.skipped
        if result.error:
            alike = _without_names(result.error, job)
            self._failures.setdefault(alike, []).append((job, result))
        else:
            self._whole += 1
        for text in result.warnings:
            alike = re.sub(r"[0-9]+", "#", _without_names(text, job))
            self._warnings.setdefault(alike, text)
            self._alike[alike] += 1
        if shown is not None:
            shown.advance()

    def tell(self) -> int:
        """Say how it went, and return the exit status."""
        for alike, text in self._warnings.items():
            more = self._alike[alike] - 1
            complain(f"warning: {text}" + (f" (and {more:,} more like it)" if more else ""))
        for (_, failure), *others in self._failures.values():
            names = ", ".join(job.sources[0] for job, _ in others)  # all: they are to be done again
            complain(failure.error + (f"\n  and the same of {names}" if others else ""))
            if self._verbose:
                print(failure.traceback, file=sys.stderr)
        failed = sum(map(len, self._failures.values()))
        parts = [f"{counted(self._written, 'file')} written"]
        parts += [f"{self._skipped:,} skipped that were there"] if self._skipped else []
        parts += [f"{failed:,} failed"] if failed else []
        complain(", ".join(parts))
        if self.stopped:
            complain(
                f"stopped: {self._whole:,} of {self._total:,} are done; the same command goes on "
                "from there"
            )
            return _INTERRUPTED
        return 1 if failed else 0


def _without_names(text: str, job: Job) -> str:
    """Return what was said without the names that tell it from the same about another file."""
    for name in (job.path(), *job.sources[:1]):
        text = text.replace(name, "").replace(os.path.basename(name), "")
    return text
