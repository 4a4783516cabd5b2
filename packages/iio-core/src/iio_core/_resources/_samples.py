"""``imageio:chelsea.png``: the standard images of imageio (extra ``iio-core[samples]``).

Each is downloaded once, checked against its known hash, and kept in the user's cache directory.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from .. import _environment
from .._errors import DecodeError, IIOError, LimitError, PluginNotInstalledError
from .._limits import current
from ._base import copy
from ._standard_images import STANDARD_IMAGES

__all__ = ["local_copy"]

URL = "https://github.com/imageio/imageio-binaries/raw/master/images/"

_SCHEME = re.compile("imageio:(//)?", re.IGNORECASE)


def local_copy(uri: str) -> str:
    """Return the path of a standard image, downloaded if it is not here; of a zip's member, too.

    Raises
    ------
    FileNotFoundError
        If no standard image is called so.
    PluginNotInstalledError
        If pooch is not installed.
    DecodeError
        If it is not here and cannot be downloaded, or if what was downloaded is something else.
    """
    asked = _SCHEME.sub("", uri, count=1)
    name, *inside = re.split("([/#])", asked, maxsplit=1)
    # A way through `..` would be one out of the folder where the system looks at names only.
    leads_astray = inside and (not name.endswith(".zip") or ".." in re.split(r"[/\\#]", asked))
    if name not in STANDARD_IMAGES or leads_astray:
        raise _unknown(uri, asked)
    return "".join([str(_fetch(uri, name)), *inside])


def _unknown(uri: str, name: str) -> FileNotFoundError:
    import difflib

    close = difflib.get_close_matches(name.lower(), STANDARD_IMAGES, n=1)
    nearest = f" Did you mean {close[0]!r}?" if close else ""
    return FileNotFoundError(
        f"{uri}: there is no standard image {name!r}.{nearest} "
        f"There are: {', '.join(STANDARD_IMAGES)}"
    )


def _fetch(uri: str, name: str) -> Path:
    try:
        import pooch
    except ImportError:
        raise PluginNotInstalledError(
            f"{uri}: the standard images are downloaded with pooch, which is not installed: "
            'pip install "iio-core[samples]"',
            install=("iio-core[samples]",),
        ) from None
    sha256, _ = STANDARD_IMAGES[name]
    folder = _folder(pooch)
    path = folder / name
    if _is(path, sha256):
        return path
    base = _environment.get("SAMPLES_URL") or URL
    url = f"{base.rstrip('/')}/{name}"
    try:
        _retrieve(pooch, url, path)
    except (IIOError, OSError, ValueError) as error:
        if not _is(path, sha256):  # else another process was faster
            raise _failed(uri, name, url, folder, error) from error
    return path


def _retrieve(pooch: Any, url: str, path: Path) -> None:
    sha256, size = STANDARD_IMAGES[path.name]
    pooch.get_logger().addFilter(_is_not_ours)  # the same one twice makes no difference
    token = _retrieving.set(True)
    try:
        pooch.retrieve(
            url,
            known_hash=f"sha256:{sha256}",
            fname=path.name,
            path=path.parent,
            downloader=_Download(size),
        )
    finally:
        _retrieving.reset(token)


_retrieving: ContextVar[bool] = ContextVar("iio_retrieving", default=False)


def _is_not_ours(record: object) -> bool:
    """Keep what pooch does for us, and nothing else that it does, from being told on stderr."""
    return not _retrieving.get()


def _folder(pooch: Any) -> Path:
    """Return where the images are kept."""
    user = _environment.get("USERDIR")
    return (
        Path(os.path.expanduser(user), ".iio", "images")
        if user
        else pooch.os_cache("iio") / "images"
    )


def _is(path: Path, sha256: str) -> bool:
    """Whether a file is there and what it should be; a half or a changed one is not."""
    import hashlib

    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _failed(uri: str, name: str, url: str, folder: Path, error: Exception) -> DecodeError:
    reason = str(error)
    if isinstance(error, ValueError) and not isinstance(error, IIOError):
        reason = f"what was sent is not {name}: its SHA-256 is not the known one"
    path = folder / name
    kept = f"{path} is not it (by its SHA-256)" if path.exists() else f"it is not in {folder}"
    return DecodeError(
        f"{uri}: {kept}, and could not be downloaded from {url}: {reason}. "
        "A file that is put there by hand is found, too, if it is the image."
    )


class _Download:
    """Downloads for pooch by the rules of any other URL, and never more than the image has."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __call__(self, url: str, output_file: Any, pooch: Any, check_only: bool = False) -> None:
        """Write what is at `url` to `output_file`."""
        from dataclasses import replace

        from ._uri import open_resource

        resource = open_resource(url, replace(current(), body_bytes=self._size))
        try:
            with open(output_file, "wb") as sink:
                copy(resource.open(), sink, limit=resource.limits, name=url)
        except LimitError:
            raise DecodeError(f"what is there has more than {self._size} bytes") from None
        finally:
            resource.close()
