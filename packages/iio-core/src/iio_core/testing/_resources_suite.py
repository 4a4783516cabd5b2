"""Wherever the bytes live: the same answer, and everything closed and cleaned up afterwards."""

from __future__ import annotations

import contextlib
import io
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import iio_core as iio

from ._base import Sample, Suite
from ._compare import differs, folder_content, said
from ._handles import watched
from ._promises import BrokenPromise
from ._server import FileServer

__all__ = ["ResourcesSuite"]


class _Stream(io.RawIOBase):
    """A pipe: it cannot seek, and gives a few bytes at a time."""

    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._rest.read(min(len(buffer), 7))
        buffer[: len(part)] = part
        return len(part)


class ResourcesSuite(Suite):
    """Checks of where readers read from."""

    def test_same_bytes_same_answer(
        self, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A path, bytes, a file object, a pipe, an archive and a URL give the same pixels."""
        how = self.how(sample)
        wanted = iio.imread(sample.data, index=0, **how)
        properties = iio.improps(sample.data, index=0, **how)
        monkeypatch.delenv("IIO_NO_INTERNET", raising=False)
        monkeypatch.delenv("IMAGEIO_NO_INTERNET", raising=False)
        for kind, open_one in self._resources(sample, tmp_path):
            seen = ""
            uri = open_one()
            try:
                seen = differs(iio.imread(uri, index=0, **how), wanted)
                if not seen and iio.improps(open_one(), index=0, **how) != properties:
                    seen = "improps differs"
            except iio.IIOError as error:
                seen = said(error)
            if seen:
                raise BrokenPromise(
                    "resources", self.subject(sample.name or sample.format), f"from {kind}: {seen}"
                )

    def _resources(
        self, sample: Sample, folder: Path
    ) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield what can be read from, by name; each time it is called a fresh one."""
        path = self._file(sample, folder)
        archive = folder / "archive.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as sink:
            sink.writestr(f"inner/{path.name}", sample.data)
        at_end = io.BytesIO(sample.data)
        at_end.seek(0, io.SEEK_END)
        yield "a path", lambda: path
        yield "the name of a path", lambda: str(path)
        yield "bytes", lambda: sample.data
        yield "a bytearray", lambda: bytearray(sample.data)
        yield "a memoryview", lambda: memoryview(sample.data)
        yield "a BytesIO", lambda: io.BytesIO(sample.data)
        yield "a BytesIO that stands at its end", lambda: at_end
        yield "an unseekable stream with short reads", lambda: _Stream(sample.data)
        yield "a member of a zip archive", lambda: f"{archive}/inner/{path.name}"
        with path.open("rb") as file:
            yield "a file object", lambda: file
        with FileServer() as server:  # on this machine
            url = server.serve(f"/{path.name}", sample.data)
            yield "a URL", lambda: url

    def test_file_objects_stay_open(self, sample: Sample, tmp_path: Path) -> None:
        """Those of the caller's, whether reading them succeeds or fails."""
        path = self._file(sample, tmp_path)
        for data in (sample.data, sample.data[: len(sample.data) // 2], sample.data[:-1]):
            path.write_bytes(data)
            with path.open("rb") as file:
                for borrowed in (file, io.BytesIO(data)):
                    for call in (iio.imread, iio.improps, iio.immeta):
                        self._try(call, borrowed, sample)
                        if borrowed.closed:
                            raise BrokenPromise(
                                "left open",
                                self.subject(sample.name or sample.format),
                                f"{call.__name__} closed the {type(borrowed).__name__} given to it",
                            )

    def test_own_handles_are_closed(self, sample: Sample, tmp_path: Path) -> None:
        """After reading, after an error, and after an iteration that was not finished."""
        path = self._file(sample, tmp_path)
        damaged = tmp_path / f"damaged{path.suffix}"
        damaged.write_bytes(sample.data[: len(sample.data) // 2])
        how = self.how(sample)
        for what, call in (
            ("imread", lambda: iio.imread(path, index=0, **how)),
            ("improps", lambda: iio.improps(path, index=0, **how)),
            ("immeta", lambda: iio.immeta(path, index=0, **how)),
            ("an unfinished imiter", lambda: next(iio.imiter(path, **how))),
            ("imread of a missing image", lambda: iio.imread(path, index=10**9, **how)),
            ("imread of a damaged file", lambda: iio.imread(damaged, index=0, **how)),
        ):
            if seen := watched(call, tmp_path):
                raise BrokenPromise(
                    "handles", self.subject(sample.name or sample.format), f"after {what}: {seen}"
                )

    def test_nothing_is_left_behind(
        self, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither beside the file that is read nor among the temporary files."""
        folder, temporary = tmp_path / "read", tmp_path / "temporary"
        folder.mkdir()
        temporary.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(temporary))
        path = self._file(sample, folder)
        for data in (sample.data, sample.data[: len(sample.data) // 2]):
            path.write_bytes(data)
            for call in (iio.imread, iio.improps, iio.immeta):
                for uri in (path, data):
                    self._try(call, uri, sample)
                left = [n for n in folder_content(folder) if n != path.name]
                left += folder_content(temporary)
                if left:
                    raise BrokenPromise(
                        "temporary",
                        self.subject(sample.name or sample.format),
                        f"{call.__name__} left {', '.join(left)}",
                    )

    def _try(self, call: Callable[..., object], uri: object, sample: Sample) -> None:
        """Read a file that may be damaged: a reader may warn of that, and raise errors of iio."""
        with warnings.catch_warnings(), contextlib.suppress(iio.IIOError):
            warnings.simplefilter("ignore", iio.IIOWarning)
            call(uri, index=0, **self.how(sample))

    def _file(self, sample: Sample, folder: Path) -> Path:
        path = folder / f"sample{self.how(sample).get('extension', '')}"
        path.write_bytes(sample.data)
        return path
