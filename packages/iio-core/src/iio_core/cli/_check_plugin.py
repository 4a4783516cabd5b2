"""``iio check-plugin``: the conformance kit on a plugin that is installed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import iio_core as iio

from .._discovery import target_of
from ._console import say
from ._failures import CommandError, UsageError

if TYPE_CHECKING:
    from ..testing._installed import Samples
    from ..testing._runner import Outcome

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.description = (
        "Check that an installed plugin keeps what plugins promise. Samples are the files that you "
        "give, and what the plugin writes itself."
    )
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        help="of the plugin (default: each that is not iio's own)",
    )
    parser.add_argument(
        "--samples", metavar="FILE", nargs="+", type=Path, default=[], help="files of its formats"
    )
    parser.add_argument(
        "--except",
        dest="excepted",
        metavar="CHECK:FORMAT",
        type=_exception,
        action="append",
        default=[],
        help="a check that is known to fail for a format, or for a sample; that it passes is then "
        "an error (equal_images_are_kept:WEBP); may be repeated",
    )
    parser.add_argument("--fast", action="store_true", help="leave out what takes longest")


def _exception(text: str) -> tuple[str, str]:
    check, colon, of = text.partition(":")
    if not (check and colon and of):
        raise argparse.ArgumentTypeError(f"{text!r} is not CHECK:FORMAT")
    return check.removeprefix("test_"), of


def run(arguments: argparse.Namespace) -> int:
    """Check, and return 0 if every promise is kept, 1 if not."""
    try:
        from ..testing import _runner
    except ModuleNotFoundError as error:
        if error.name != "pytest":
            raise
        raise CommandError('checking needs pytest: pip install "iio-core[testing]"') from error
    names = [arguments.name] if arguments.name else _strangers()
    if not names:
        raise UsageError("no plugin is installed that is not iio's own: give the name of one")
    worst = 0
    for name in names:
        samples = _samples(name, arguments.samples)
        _refuse_unknown(arguments.excepted, samples)
        _introduce(samples)
        outcomes = _runner.check(
            samples, fast=arguments.fast, tell=_tell, excepted=arguments.excepted
        )
        worst = max(worst, _sum_up(outcomes))
    return worst


def _strangers() -> list[str]:
    return [plugin.spec.name for plugin in iio.registry.plugins if not plugin.ours]


def _samples(name: str, files: list[Path]) -> Samples:
    """Return the samples of a plugin that can be checked."""
    from ..testing._installed import Samples

    plugin = iio.registry.find(name)
    if plugin is None:
        rejected = [str(r) for r in iio.registry.rejected if r.name.lower() == name.lower()]
        if rejected:
            raise CommandError(f"plugin {name!r} is installed, but rejected: {rejected[0]}")
        known = ", ".join(p.spec.name for p in iio.registry.plugins) or "none"
        raise UsageError(f"no plugin {name!r} is installed; there are: {known}")
    target = target_of(plugin.spec.name)
    if target is None:
        raise CommandError(f"plugin {name!r} has no entry point")
    try:
        return Samples(target, files)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _refuse_unknown(excepted: list[tuple[str, str]], samples: Samples) -> None:
    """Refuse what excepts nothing, such as a name that is not spelled right."""
    from ..testing import PluginSuite

    known = {format.name for format in samples.spec.formats}
    known |= {sample.name for sample in [*samples.given, *samples.made]}
    for check, of in excepted:
        if not hasattr(PluginSuite, f"test_{check}"):
            raise UsageError(f"--except {check}:{of}: there is no check {check!r}")
        if of not in known and not any(of.startswith(f"{name}-") for name in known):
            raise UsageError(f"--except {check}:{of}: {of!r} is neither a format nor a sample")


def _introduce(samples: Samples) -> None:
    say(f"plugin {iio.registry.find(samples.spec.name)}")
    for sample in [*samples.given, *samples.made]:
        size = "×".join(map(str, sample.image.shape))
        say(f"  sample {sample.name}: {len(sample.data)} bytes, {size} {sample.image.dtype}")
    for format, reason in samples.absent.items():
        say(f"  {format} is not checked: {reason}")
    sys.stdout.flush()


def _tell(outcome: Outcome) -> None:
    """Tell of what is wrong at once; the rest is summed up."""
    if outcome.kind == "broken":
        say()
        for line in [*outcome.message.splitlines(), f"  check:      {outcome.test}"]:
            say(line)
        sys.stdout.flush()


def _sum_up(outcomes: list[Outcome]) -> int:
    for outcome in outcomes:
        if outcome.cost:
            say(f"  {outcome.test}: {outcome.cost}")
    kinds = ("kept", "broken", "excepted", "skipped")
    count = {kind: sum(o.kind == kind for o in outcomes) for kind in kinds}
    promises = sorted({o.promise for o in outcomes if o.promise})
    excepted = f"{count['excepted']} failed as excepted, " if count["excepted"] else ""
    say(
        f"{count['kept']} checks passed, {count['broken']} failed, {excepted}"
        f"{count['skipped']} do not apply"
    )
    if promises:
        say(f"broken promises: {'; '.join(promises)}")
    if not count["kept"] and not count["broken"]:
        raise CommandError("there was nothing to check")
    return 1 if count["broken"] else 0
