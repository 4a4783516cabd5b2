"""The suite of a plugin that is installed, without any file of tests: ``iio check-plugin``."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import numpy as np

import iio_core as iio

from .._importable import missing
from ._base import Sample, Written, is_written
from ._compare import said
from ._plugin_suite import PluginSuite

__all__ = ["SLOW", "Samples", "suite_of"]

SLOW = ("nothing_adds_up", "read_at_the_same_time", "forked_process", "flipped_bits", "cost")
"""Parts of the names of checks that a fast run leaves out."""

_SIZES = ((13, 18), (32, 32), (128, 128))  # of images to write: some formats take few


class Samples:
    """Samples of a plugin: the files that are given, and what the plugin writes itself.

    What the pixels of a given file should be is not known here: they are what is read at first.

    Parameters
    ----------
    entry_point : str
        Where the spec is.
    files : sequence of Path
        The files; one that the plugin does not read is a `ValueError`.

    Attributes
    ----------
    given, made : list of Sample
        Those of files, and those that were written.
    absent : dict
        The name of a format: why there is no sample of it.
    sizes : dict
        The name of a format: (height, width) that it can write, where that is not any.
    """

    def __init__(self, entry_point: str, files: Sequence[Path]) -> None:
        module, _, attribute = entry_point.partition(":")
        self.entry_point = entry_point
        self.spec: iio.PluginSpec = getattr(import_module(module), attribute)
        self.given: list[Sample] = []
        self.made: list[Sample] = []
        self.absent: dict[str, str] = {}
        self.sizes: dict[str, tuple[int, int]] = {}
        with iio.use(self.spec.name, only=True), warnings.catch_warnings():
            warnings.simplefilter("ignore", iio.IIOWarning)
            self.given += [self._of_file(file) for file in files]
            for format in self.spec.formats:
                if format.reads and not missing(format.modules):
                    self._make(format)

    def _of_file(self, file: Path) -> Sample:
        try:
            with iio.imopen(file, "r", trust={f.name for f in self.spec.formats}) as opened:
                format, image = opened.format, opened.read(index=0)
        except (iio.IIOError, OSError) as error:
            raise ValueError(f"{file} is no sample of {self.spec.name!r}: {said(error)}") from error
        return Sample(format, file.read_bytes(), image, name=f"{format}-{file.name}")

    def _make(self, format: iio.Format) -> None:
        """Write samples of a format: of its first pixel types, of which some may not fit."""
        found = False
        reason = "it is not written, and no file of it was given: --samples FILE"
        for pixels in format.writes[:2] if is_written(format) else ():
            for size in _SIZES:
                try:
                    self.made.append(
                        _written(Written(format, pixels.dtype, _channels(pixels)), size)
                    )
                except (iio.IIOError, OSError) as error:
                    reason = f"no sample of it could be written: {said(error)}"
                    continue
                found = True
                if size != _SIZES[0]:
                    self.sizes[format.name] = size
                break
        if not found and all(sample.format != format.name for sample in self.given):
            self.absent[format.name] = reason


def suite_of(
    known: Samples, *, fast: bool, excepted: Collection[tuple[str, str]] = ()
) -> type[PluginSuite]:
    """Return a class of tests for a plugin; some checks of some formats are known to fail."""

    class Suite(PluginSuite):
        """The checks of an installed plugin."""

        entry_point: ClassVar = known.entry_point
        unsampled: ClassVar = known.absent
        exceptions: ClassVar = {(f"test_{check}", of): "excepted" for check, of in excepted}
        sizes: ClassVar = known.sizes
        changes: ClassVar = 30 if fast else 150

        def samples(self) -> Iterator[Sample]:
            yield from known.given
            yield from known.made

    return Suite


def _channels(pixels: iio.Pixels) -> int:
    return max(pixels.channels) if pixels.channels else 1


def _written(written: Written, size: tuple[int, int]) -> Sample:
    """Have the plugin write an image, and read it again."""
    format = written.format
    image = written.image(*size)
    extension = format.extensions[0]
    data = iio.imwrite("<bytes>", image, extension=extension, format=format.name)
    assert data is not None
    trust = {format.name} if format.trust == "external" else set()
    back = iio.imread(data, extension=extension, index=0, trust=trust)
    # Of a lossy format nothing else is known; of any other it is what has to come back.
    wanted = back if format.lossy else np.ascontiguousarray(image)
    return Sample(format.name, data, wanted, name=f"{format.name}-{written.dtype}-written")
