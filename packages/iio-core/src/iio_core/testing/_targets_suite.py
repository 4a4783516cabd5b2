"""Where writers write to: all or nothing, and nothing else."""

from __future__ import annotations

import io
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iio_core as iio

from ._base import Suite, Written, applies_to, is_written
from ._compare import folder_content, said
from ._handles import watched
from ._promises import BrokenPromise

__all__ = ["TargetsSuite"]

_OLD = b"what was there before"


class _CallersOwn(Exception):
    """Raised in the middle of the caller's images."""


class TargetsSuite(Suite):
    """Checks of the files that writers leave, or do not leave."""

    @applies_to(is_written)
    def test_same_bytes_wherever_they_go(self, format: iio.Format, tmp_path: Path) -> None:
        """A path, a file object, memory and an archive's member get the same file."""
        written, image = self._first(format)
        extension = format.extensions[0]
        wanted = self._values(written, self.encode(written, image))
        path, archive = tmp_path / f"image{extension}", tmp_path / "archive.zip"
        borrowed = io.BytesIO()
        options = {**self.lossless.get(format.name, {}), "format": format.name}
        with path.open("w+b") as file:
            for uri in (borrowed, file):
                iio.imwrite(uri, image, extension=extension, **options)
                if uri.closed:
                    seen = f"the {type(uri).__name__} that was written to is closed"
                    raise BrokenPromise("left open", self.subject(format.name), seen)
            file.seek(0)
            into_file = file.read()
        iio.imwrite(path, image, **options)
        iio.imwrite(f"{archive}/image{extension}", image, **options)
        with zipfile.ZipFile(archive) as opened:
            in_archive = opened.read(f"image{extension}")
        for where, data in (
            ("a path", path.read_bytes()),
            ("a BytesIO", borrowed.getvalue()),
            ("a file object", into_file),
            ("an archive", in_archive),
        ):
            if self._values(written, data) != wanted:
                raise BrokenPromise(
                    "targets",
                    self.subject(format.name),
                    f"what {where} gets ({len(data)} bytes) is not what '<bytes>' gets",
                )

    def _values(self, written: Written, data: bytes) -> bytes:
        """Return a file's pixels, as some formats note the time; its length if it is not read."""
        if not self.can_read(written.format):
            return data[:4]
        return self.decode(written, data).tobytes()

    @applies_to(is_written)
    def test_failed_write_leaves_the_old_file(
        self, format: iio.Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever fails, the caller or the encoder: old bytes are kept, and no new file is left."""
        _, image = self._first(format)
        temporary, folder = tmp_path / "temporary", tmp_path / "written"
        temporary.mkdir()
        folder.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(temporary))
        old, new = folder / f"old{format.extensions[0]}", folder / f"new{format.extensions[0]}"
        old.write_bytes(_OLD)
        unfit = np.zeros((2, 2), np.complex128)
        for what, images in (
            ("an image that it refuses", lambda: unfit),
            ("a second image that it refuses", lambda: [image, unfit]),
            ("an exception among the caller's images", lambda: _interrupted(image)),
        ):
            for path in (old, new):
                if not self._fails(path, images(), format):
                    old.write_bytes(_OLD)  # it holds such an image
                    new.unlink(missing_ok=True)
                    break
                seen = self._left(folder, temporary)
                if seen:
                    raise BrokenPromise("whole", self.subject(format.name), f"after {what}: {seen}")

    def _fails(self, path: Path, images: Any, format: iio.Format) -> bool:
        try:
            iio.imwrite(path, images, format=format.name)
        except (_CallersOwn, iio.EncodeError):
            return True
        except Exception as error:
            raise BrokenPromise("whole", self.subject(format.name), said(error)) from error
        return False

    def _left(self, folder: Path, temporary: Path) -> str:
        old, *others = sorted(folder.iterdir(), key=lambda p: not p.name.startswith("old"))
        if old.read_bytes() != _OLD:
            return f"the old file was changed, to {old.stat().st_size} bytes"
        left = [p.name for p in others] + folder_content(temporary)
        return f"{', '.join(left)} was left" if left else ""

    @applies_to(is_written)
    def test_own_handles_are_closed_after_writing(self, format: iio.Format, tmp_path: Path) -> None:
        """After writing, and after a write that failed."""
        _, image = self._first(format)
        path = tmp_path / f"image{format.extensions[0]}"
        unfit = np.zeros((2, 2), np.complex128)
        write = partial(iio.imwrite, path, format=format.name)
        for what, given in (("imwrite", image), ("imwrite of what it refuses", unfit)):
            if seen := watched(partial(write, given), tmp_path):
                raise BrokenPromise("handles", self.subject(format.name), f"after {what}: {seen}")

    @applies_to(is_written)
    def test_session_writes_image_by_image(self, format: iio.Format, tmp_path: Path) -> None:
        """`imopen` and `write` give the file that `imwrite` gives; an aborted one gives none."""
        written, image = self._first(format)
        path = tmp_path / f"image{format.extensions[0]}"
        options = self.lossless.get(format.name, {})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", iio.IIOWarning)
            with iio.imopen(path, "w", format=format.name) as file:
                file.write(image, **options)
            wanted = self._values(written, self.encode(written, image))
            if self._values(written, path.read_bytes()) != wanted:
                raise BrokenPromise(
                    "targets",
                    self.subject(format.name),
                    "a session wrote another file than imwrite",
                )
            path.write_bytes(_OLD)
            aborted = iio.imopen(path, "w", format=format.name)
            aborted.write(image, **options)
            aborted.abort()
        if path.read_bytes() != _OLD or folder_content(tmp_path) != [path.name]:
            raise BrokenPromise(
                "whole", self.subject(format.name), f"abort left {folder_content(tmp_path)}"
            )

    def _first(self, format: iio.Format) -> tuple[Written, np.ndarray]:
        pixels = format.writes[0]
        written = Written(format, pixels.dtype, (pixels.channels or (1,))[0])
        return written, written.image(*self.size(written))


def _interrupted(image: np.ndarray) -> Iterator[np.ndarray]:
    yield image
    raise _CallersOwn
