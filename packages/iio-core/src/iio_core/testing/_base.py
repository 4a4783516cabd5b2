"""What every suite shares: the author's attributes, the samples, and how tests are parametrized."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, TypeVar

import numpy as np
import pytest

import iio_core as iio

from .._opening import missing
from ._promises import BrokenPromise

__all__ = [
    "Sample",
    "Suite",
    "Written",
    "applies_to",
    "differs",
    "folder_content",
    "is_read",
    "is_written",
    "said",
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

    def image(self, height: int, width: int, seed: int = 0) -> np.ndarray:
        """Return an image of this kind in which all values of the dtype may turn up."""
        shape = (height, width) if self.channels == 1 else (height, width, self.channels)
        random = np.random.default_rng(seed)
        kind = np.dtype(self.dtype)
        if kind.kind == "b":
            return random.random(shape) < 0.5
        if kind.kind in "ui":
            limits = np.iinfo(kind)
            image = random.integers(limits.min, limits.max, shape, kind, endpoint=True)
            image.flat[0], image.flat[-1] = limits.min, limits.max
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


def is_read(format: iio.Format) -> bool:
    """Tell whether a format can be read."""
    return bool(format.reads)


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
    exceptions : mapping
        (name of a test, name of a format or a sample): why it fails there. That it passes is then
        an error.
    unsampled : mapping
        Name of a format: why there is no sample of it here.
    """

    entry_point: ClassVar[str]
    installed: ClassVar[bool] = True
    sizes: ClassVar[Mapping[str, tuple[int, int]]] = {}
    lossless: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    exceptions: ClassVar[Mapping[tuple[str, str], str]] = {}
    unsampled: ClassVar[Mapping[str, str]] = {}

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

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a test for each sample, format or pixel type, as its parameters ask."""
        for name in ("sample", "format", "written"):
            if name in metafunc.fixturenames:
                applies = getattr(metafunc.function, "applies_to", lambda format: True)
                cases = [
                    case
                    for case in getattr(self, f"_each_{name}")()
                    if applies(self.spec.format(case[2]))
                ]
                test = metafunc.function.__name__
                metafunc.parametrize(
                    name,
                    [
                        pytest.param(case, id=label, marks=self._marks(test, label, format))
                        for case, label, format in cases
                    ],
                )

    def _marks(self, test: str, label: str, format: str) -> list[pytest.MarkDecorator]:
        marks = []
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
                    case = Written(format, pixels.dtype, channels)
                    yield case, f"{format.name}-{pixels.dtype}-{channels}", format.name

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

    def is_exact(self, written: Written) -> bool:
        """Whether every value is to come back."""
        return not written.format.lossy or written.format.name in self.lossless


def said(error: BaseException) -> str:
    """Return an exception for a message, on one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}"


def differs(got: np.ndarray, wanted: np.ndarray, tolerance: float = 0.0) -> str:
    """Return how two arrays differ; an empty string if they do not."""
    if got.shape != wanted.shape or got.dtype != wanted.dtype:
        return f"{got.shape} {got.dtype} instead of {wanted.shape} {wanted.dtype}"
    if tolerance:
        wrong = np.abs(got.astype(float) - wanted.astype(float)) > tolerance
    else:
        # NaN is a value like any other here.
        wrong = (got != wanted) & ~((got != got) & (wanted != wanted))
    if not wrong.any():
        return ""
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    return (
        f"{int(wrong.sum())} of {wrong.size} values differ; at {place} it is {got[place]!r} "
        f"instead of {wanted[place]!r}"
    )


def folder_content(folder: str | os.PathLike[str]) -> list[str]:
    """Return the names of what is in a directory."""
    return sorted(os.listdir(folder))
