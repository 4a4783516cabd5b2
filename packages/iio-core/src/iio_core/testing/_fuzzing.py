"""Fuzzing a parser with atheris, which follows its branches; neither it nor pytest is imported."""

from __future__ import annotations

import importlib
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import iio_core as iio

from .._translate import Blame
from ._compare import differs

__all__ = ["FuzzTarget", "fuzz", "survives"]

_FLAGS = ("-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0")
_LONGEST = 1 << 17  # bytes of a file that is tried
_SECONDS = "600"
_IMAGES = 4  # of a file are read; and the last one
_REGION = (slice(1, 5, 2), slice(None, 3))


@dataclass(frozen=True)
class FuzzTarget:
    """One format to fuzz: what to begin with, and what has to stand every file made of it.

    Parameters
    ----------
    seeds : mapping
        Sound files by their names, small ones.
    test : callable
        Gets a file. What it raises is a finding; as a rule it is `survives` with options.
    mended : callable, optional
        Returns a file with right check sums: a wrong one ends most readers at once.
    """

    seeds: Mapping[str, bytes]
    test: Callable[[bytes], object]
    mended: Callable[[bytes], bytes] | None = None


def fuzz(
    names: Iterable[str], prepare: Callable[[str], FuzzTarget], *, packages: Sequence[str]
) -> None:
    """Be the program ``fuzz.py [FORMAT [SECONDS [FLAG ...]]]``: fuzz a format, or list them.

    It begins with the seeds, follows the branches of the parser, and stops at the first file of
    which a finding comes: libFuzzer leaves it as ``crash-…``. Does not return. A flag is
    libFuzzer's, or a folder in which new files are kept.

    Parameters
    ----------
    names : iterable of str
        The names of the formats.
    prepare : callable
        Gets the name of a format and returns a `FuzzTarget`. It should import what parses: only
        what is imported within it, and by a first reading of the seeds, is followed.
    packages : sequence of str
        Which packages to follow: your own.
    """
    if len(sys.argv) < 2:
        print("\n".join(names))
        return
    name, seconds, *more = [*sys.argv[1:], *([_SECONDS] if len(sys.argv) < 3 else [])]
    if name not in set(names):
        sys.exit(f"no such format: {name}")
    atheris: Any = importlib.import_module("atheris")
    warnings.simplefilter("ignore")
    with atheris.instrument_imports(include=list(packages)):
        target = prepare(name)
        for data in target.seeds.values():
            target.test(data)  # imports modules that only a file has imported
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(target.seeds.values()):
            Path(folder, str(number)).write_bytes(data)
        flags = [f"-max_total_time={seconds}", f"-max_len={_LONGEST}", *_FLAGS]
        options = {} if target.mended is None else {"custom_mutator": _mutator(target.mended)}
        # New files are kept in the first folder that is named: one of the flags, or the seeds'.
        atheris.Setup([sys.argv[0], *more, folder, *flags], target.test, **options)
        atheris.Fuzz()


def _mutator(mended: Callable[[bytes], bytes]) -> Callable[[bytes, int, int], bytes]:
    atheris: Any = importlib.import_module("atheris")

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        return mended(atheris.Mutate(data, most))[:most]

    return mutate


def survives(
    data: bytes, extension: str, *, plugin: str, own_errors: bool = False, **options: Any
) -> bool:
    """Read a file in every way: errors of iio, or arrays as they were described.

    An image may take 8 MiB, or a hundred times what the file does.

    Parameters
    ----------
    data : bytes
        The file, sound or not.
    extension : str
        What it would be called: ``".png"``.
    plugin : str
        Which plugin reads it.
    own_errors : bool
        Whether it is a finding too if an error was not the plugin's own, but something that the
        plugin tripped over, and that core translated: for plugins that parse every byte themselves.
    **options : Any
        The plugin's options of opening.

    Returns
    -------
    bool
        Whether it was read; if not, an error of iio said so.

    Raises
    ------
    AssertionError
        If two ways of reading disagree, or for an error that is not the plugin's own.
    PluginContractError
        If the plugin breaks a promise that core checks.
    Exception
        Whatever is no error of iio.

    Examples
    --------
    >>> survives(b"no image at all", ".ff", plugin="farbfeld")  # doctest: +SKIP
    False
    """
    with iio.limits(array_bytes="8MiB", ratio=100):
        try:
            with iio.imopen(data, "r", extension=extension, plugin=plugin, **options) as file:
                _read_in_every_way(file)
        except iio.PluginContractError:
            raise
        except iio.IIOError as error:
            if own_errors and _is_translated(error):
                raise AssertionError(f"only core said: {error}") from error
            return False
    return True


def _is_translated(error: BaseException) -> bool:
    """Tell whether core has made an error of another one, which is its cause."""
    if error.__cause__ is None or error.__traceback__ is None:
        return False
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return frame.f_globals.get("__name__") == Blame.__module__


def _read_in_every_way(file: iio.ReadSession) -> None:
    described = file.properties(index=0)
    image = file.read(index=0)
    _agree(described, image)
    file.metadata(index=...)
    file.metadata(index=0)
    count = file.count()
    for number, other in zip(range(_IMAGES), file, strict=False):
        _agree(file.properties(index=number), other)
    if count and count > 1:
        file.read(index=count - 1)
    if file._attribute("read_region", None) is not None:
        region = _REGION[: image.ndim]
        seen = differs(file.read_region(region, index=0), np.asarray(image[region]))
        assert not seen, f"a region: {seen}"


def _agree(described: iio.ImageProperties, image: np.ndarray) -> None:
    declared = f"{described.shape} {described.dtype}"
    assert declared == f"{image.shape} {image.dtype}", (
        f"{declared} became {image.shape} {image.dtype}"
    )
