"""What every suite shares: the author's attributes, the samples, and how tests are parametrized."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, ClassVar, TypeVar

import numpy as np
import pytest

import iio_core as iio

from .._importable import missing
from ._concerned import concerns, leave_out
from ._promises import BrokenPromise
from ._worker import worker_for

__all__ = [
    "Sample",
    "Suite",
    "Written",
    "applies_to",
    "has_files",
    "is_read",
    "is_written",
]

Test = TypeVar("Test", bound=Callable[..., None])


@dataclass(frozen=True, eq=False)
class Sample:
    """A file whose pixels are known.

    Parameters
    ----------
    format : str
        The name of its format in the spec.
    data : bytes
        The file. Small ones are tested harder: of a file of up to 4 KiB every prefix is tried.
    image : numpy.ndarray
        What ``imread(data, index=0)`` has to return.
    tolerance : float
        By how much a value may differ, for formats whose decoders differ among themselves.
    variants : sequence of dict
        Options of reading with which properties are compared with arrays as well.
    name : str
        What tests call it, if there are several of a format.
    """

    format: str
    data: bytes
    image: np.ndarray
    tolerance: float = 0.0
    variants: tuple[Mapping[str, Any], ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Written:
    """One of the pixel types that a format claims to write."""

    format: iio.Format
    dtype: str
    channels: int
    bits: int | None = None

    def image(self, height: int, width: int, seed: int = 0) -> np.ndarray:
        """Return an image of this kind in which all values of the dtype may turn up."""
        shape = (height, width) if self.channels == 1 else (height, width, self.channels)
        random = np.random.default_rng(seed)
        kind = np.dtype(self.dtype)
        if kind.kind == "b":
            return random.random(shape) < 0.5
        if kind.kind in "ui":
            limits = np.iinfo(kind)
            most = limits.max if self.bits is None else (1 << self.bits) - 1
            image = random.integers(limits.min, most, shape, kind, endpoint=True)
            image.flat[0], image.flat[-1] = limits.min, most
            return image
        image = random.standard_normal(shape).astype(kind)
        if kind.kind == "c":
            image = (image + 1j * random.standard_normal(shape)).astype(kind)
        return image


def applies_to(predicate: Callable[[iio.Format], bool]) -> Callable[[Test], Test]:
    """Run a test only for the formats that `predicate` holds for."""

    def mark(test: Test) -> Test:
        test.applies_to = predicate  # type: ignore[attr-defined]
        return test

    return mark


def is_written(format: iio.Format) -> bool:
    """Tell whether files of a format can be written by their extension."""
    return bool(format.writes and format.extensions)


def has_files(format: iio.Format) -> bool:
    """Tell whether a format is found in files; what only a device gives has no samples."""
    return bool(format.extensions or format.signatures or format.directories)


def is_read(format: iio.Format) -> bool:
    """Tell whether a format can be read."""
    return bool(format.reads)


_NOTHING = pytest.param(None, id="none", marks=pytest.mark.skip(reason="there is no such sample"))


class Suite:
    """The base of the suites: subclass `PluginSuite`, or only the suites that you want.

    Attributes
    ----------
    entry_point : str
        The target of your entry point, as it stands in ``pyproject.toml``.
    installed : bool
        Whether the plugin's wheel is installed. False tests a plugin that is not, and skips the
        check that its entry point is found.
    sizes : mapping
        Name of a format: (height, width) of the images to write, where it does not take any size.
    lossless : mapping
        Name of a lossy format: options of writing with which it keeps every value.
    depths : mapping
        (name of a format, dtype): how many bits its values may have, if less than the dtype's.
    exceptions : mapping
        (name of a test, name of a format or a sample): why it fails there. That it passes is then
        an error.
    unsampled : mapping
        Name of a format: why it cannot be read here, and so has no sample.
    changes : int
        How many random changes of each sample are tried.
    opens : int
        How often each sample is opened to see whether something adds up: so often, or for a second
        or so, if that is less.
    memory : int
        Bytes that reading a damaged sample may take.
    deadline : float
        Seconds that a single call may take in a worker before it counts as hanging.
    """

    entry_point: ClassVar[str]
    installed: ClassVar[bool] = True
    sizes: ClassVar[Mapping[str, tuple[int, int]]] = {}
    lossless: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    depths: ClassVar[Mapping[tuple[str, str], int]] = {}
    exceptions: ClassVar[Mapping[tuple[str, str], str]] = {}
    unsampled: ClassVar[Mapping[str, str]] = {}
    changes: ClassVar[int] = 150
    opens: ClassVar[int] = 1000
    memory: ClassVar[int] = 512 << 20
    deadline: ClassVar[float] = 30.0

    def samples(self) -> Iterable[Sample]:
        """Return files whose pixels are known, at least one for each format that is read."""
        return ()

    def backend_state(self) -> object:
        """Return what of the backend's global state can be compared before and after a call."""
        return None

    @property
    def spec(self) -> iio.PluginSpec:
        """The spec that is tested."""
        module, _, attribute = self.entry_point.partition(":")
        found: iio.PluginSpec = getattr(import_module(module), attribute)
        return found

    # -- how tests are parametrized -----------------------------------------------------------

    def __init_subclass__(cls, **options: Any) -> None:
        """Leave out what does not concern the plugin: writing, where it only reads."""
        super().__init_subclass__(**options)
        module, _, attribute = getattr(cls, "entry_point", "").partition(":")
        try:
            spec = getattr(import_module(module), attribute) if module else None
        except Exception:
            return  # each test will say so
        if isinstance(spec, iio.PluginSpec):
            leave_out(cls, spec)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a test for each sample, format or pixel type, as its parameters ask."""
        for name in ("sample", "format", "written"):
            if name in metafunc.fixturenames:
                applies = concerns(metafunc.function)
                cases = [
                    case
                    for case in getattr(self, f"_each_{name}")()
                    if applies(self.spec.format(case[2]))
                ]
                marks = partial(self._marks, metafunc.function.__name__, applies is is_read)
                metafunc.parametrize(
                    name,
                    [
                        pytest.param(case, id=label, marks=marks(label, format))
                        for case, label, format in cases
                    ]
                    or [_NOTHING],
                )

    def _marks(self, test: str, reads: bool, label: str, format: str) -> list[pytest.MarkDecorator]:
        marks = []
        if reads and format in self.unsampled:
            marks.append(pytest.mark.skip(reason=self.unsampled[format]))
        if absent := missing(self.spec.format(format).modules):
            marks.append(
                pytest.mark.skip(reason=f"{format} needs {absent}, which is not installed")
            )
        reason = self.exceptions.get((test, label)) or self.exceptions.get((test, format))
        if reason is not None:
            marks.append(pytest.mark.xfail(strict=True, reason=reason, raises=BrokenPromise))
        return marks

    def _each_sample(self) -> Iterator[tuple[Sample, str, str]]:
        for sample in self.samples():
            yield sample, sample.name or sample.format, sample.format

    def _each_format(self) -> Iterator[tuple[iio.Format, str, str]]:
        for format in self.spec.formats:
            yield format, format.name, format.name

    def _each_written(self) -> Iterator[tuple[Written, str, str]]:
        for format in self.spec.formats:
            for pixels in format.writes if format.extensions else ():
                for channels in pixels.channels or (1,):
                    bits = self.depths.get((format.name, pixels.dtype))
                    case = Written(format, pixels.dtype, channels, bits)
                    yield case, f"{format.name}-{pixels.dtype}-{channels}", format.name

    # -- what is done in a process of its own ---------------------------------------------------

    def ask(self, task: str, sample: Sample, other: Sample | None = None) -> None:
        """Have a worker do a task with a sample, or with two.

        Raises
        ------
        BrokenPromise
            If the task finds one, hangs, or takes the worker with it.
        """
        settings = {n: getattr(self, n) for n in ("changes", "opens", "memory", "deadline")}
        samples = [sample] if other is None else [sample, other]
        given = [(one.data, one.image, self._given(one)) for one in samples]
        if found := worker_for(type(self), self.entry_point).ask(task, given, settings):
            promise, seen = found
            raise BrokenPromise(promise, self.subject(sample.name or sample.format), seen)

    def _given(self, sample: Sample) -> dict[str, Any]:
        """Return what a worker is told of a sample beside its bytes and pixels, for JSON."""
        how = self.how(sample)
        format = self.spec.format(sample.format)
        return {
            "how": {**how, **({"trust": sorted(how["trust"])} if "trust" in how else {})},
            "format": sample.format,
            "extension": format.extensions[0] if is_written(format) else None,
            "tolerance": sample.tolerance,
            "head": max((s.end for s in format.signatures), default=0),
        }

    # -- the plugin alone ---------------------------------------------------------------------

    @pytest.fixture(autouse=True)
    def _alone(self) -> Iterator[None]:
        """Let no other plugin answer in the place of the one that is tested."""
        with self.alone():
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Put all other plugins out of sight."""
        spec: iio.PluginSpec | str = self.spec
        if self.installed and iio.registry.find(self.spec.name) is not None:
            spec = self.spec.name
        with iio.use(spec, only=True):
            yield

    def subject(self, what: str) -> str:
        """Return how messages call a format or a sample of the plugin."""
        return f"plugin {self.spec.name!r}, {what}"

    def how(self, sample: Sample) -> dict[str, Any]:
        """Return the keyword arguments with which a sample's bytes are recognized."""
        format = self.spec.format(sample.format)
        found: dict[str, Any] = {"extension": format.extensions[0]} if format.extensions else {}
        if format.trust == "external":
            found["trust"] = {format.name}
        return found

    def frames(self, sample: Sample) -> list[np.ndarray]:
        """Return every image of a sample."""
        return list(iio.imiter(sample.data, **self.how(sample)))

    def encode(self, written: Written, image: Any, **options: Any) -> bytes:
        """Return an image as a file of the format, without its warnings of metadata."""
        options = {**self.lossless.get(written.format.name, {}), **options}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", iio.IIOWarning)
            data = iio.imwrite(
                "<bytes>",
                image,
                extension=written.format.extensions[0],
                format=written.format.name,
                **options,
            )
        assert data is not None
        return data

    def decode(self, written: Written, data: bytes, index: Any = 0) -> np.ndarray:
        """Read what `encode` returned."""
        format = written.format
        trust = {format.name} if format.trust == "external" else set()
        return iio.imread(data, extension=format.extensions[0], index=index, trust=trust)

    def size(self, written: Written) -> tuple[int, int]:
        """Return (height, width) of images to write."""
        return self.sizes.get(written.format.name, (13, 18))

    def can_read(self, format: iio.Format) -> bool:
        """Whether files of a format can be read here."""
        return bool(format.reads) and format.name not in self.unsampled

    def is_exact(self, written: Written) -> bool:
        """Whether every value is to come back."""
        return not written.format.lossy or written.format.name in self.lossless
