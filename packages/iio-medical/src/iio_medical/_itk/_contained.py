"""A directory that holds nothing but the files that ITK may open."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
import zlib
from contextlib import ExitStack
from pathlib import Path

from iio_core import DecodeError, Resource

from ._references import references

__all__ = ["Contained"]

_SMALL = 1 << 16


class Contained:
    """A path to a resource, in a directory without anything else but what it refers to.

    A library that looks around (niftilib reads ``a.nii`` where it is asked for ``a.nii.gz``, if
    that is there) finds nothing.

    Parameters
    ----------
    resource : Resource
        The file.
    format : str
        The name of its format.
    extension : str
        What its name has to end with.
    """

    def __init__(self, resource: Resource, format: str | None, extension: str) -> None:
        self._stack = ExitStack()
        try:
            folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="iio-"))
            self._folder = Path(folder)
            name = os.path.basename(resource.filename)
            if not name.lower().endswith(extension) or name.startswith("."):
                name = f"image{extension}"
            self.path = self._link(resource, name)
            for reference in references(resource, format):
                if os.path.isabs(reference):
                    # Inside of the directory tree; the header is read from elsewhere all the same.
                    resource.companion(reference)
                else:
                    self._link(resource.companion(reference), reference)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove the directory."""
        self._stack.close()

    def _link(self, resource: Resource, name: str) -> Path:
        inside = (self._folder / name.replace("\\", "/")).resolve()
        if not inside.is_relative_to(self._folder.resolve()):
            # a/../../b is in the tree of the header, and has no place here
            raise DecodeError(f"{resource.name} is referred to by {name!r}", plugin="itk")
        inside.parent.mkdir(parents=True, exist_ok=True)
        if inside.exists() or inside.is_symlink():
            return inside
        if resource.head(2) == b"\x1f\x8b" and name.lower().endswith(".gz"):
            return _unpacked(resource, inside.with_name(inside.name[: -len(".gz")]))
        if resource.size is not None and resource.size <= _SMALL:
            inside.write_bytes(resource.open().read())  # quicker than a link, or a second directory
            return inside
        source = self._stack.enter_context(resource.as_path())
        try:
            inside.symlink_to(source.resolve())
        except OSError:  # Windows asks for a privilege
            shutil.copyfile(source, inside)
        return inside


def _unpacked(resource: Resource, path: Path) -> Path:
    """Unpack a file; one that is cut, or is more than may be held, is an error."""
    done = 0
    try:
        with gzip.GzipFile(fileobj=resource.open()) as source, path.open("wb") as sink:
            while chunk := source.read(1 << 20):
                done += len(chunk)
                resource.limits.check_body(done, name=resource.name)
                sink.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DecodeError(f"{resource.name} cannot be unpacked: {error}", plugin="itk") from error
    return path
