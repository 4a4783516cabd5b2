"""``iio info``: what a file holds, without decoding its pixels."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .._opening import open_reading
from ._arguments import add_json, add_reading, index_of, reading
from ._console import say, show_json
from ._failures import complain, sentence
from ._inputs import expand, readable_extensions, tell_passed_over
from ._json import text_of

if TYPE_CHECKING:
    from .._session import ReadSession

__all__ = ["configure", "run"]

_LONGEST = 100  # characters of a value that are shown


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Tell the format, shape, dtype, number of images and metadata of files, from their "
        "headers. Control characters and long values are shortened; --json has all."
    )
    parser.add_argument(
        "file", nargs="+", metavar="FILE", help="files, patterns, folders, any other resource"
    )
    parser.add_argument(
        "-r", "--recursive", action="store_true", help="folders with all that is below them"
    )
    parser.add_argument("--index", type=index_of, help="of this image: 3, -1 or ... for the file")
    parser.add_argument("--frames", action="store_true", help="a line about each image")
    parser.add_argument(
        "--count", action="store_true", help="count the images, if need be by decoding all of them"
    )
    add_reading(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Describe each file; one that fails does not keep the others from being described."""
    described, failed = [], False
    sources, passed_over = expand(
        arguments.file,
        readable_extensions(),
        inside=False,
        recursive=arguments.recursive,
        each=True,
    )
    tell_passed_over(passed_over, whole=arguments.verbose)
    for source in sources:
        found = _describe(source.uri, arguments)
        failed = failed or "error" in found
        if arguments.json:
            described.append(found)
        else:
            _show(found)
    if arguments.json:
        show_json(described)
    return int(failed)


def _describe(file: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what is known of a file; what went wrong is its ``error``."""
    found: dict[str, Any] = {"file": file}
    try:
        found["bytes"] = os.stat(file).st_size if os.path.isfile(file) else None
        session, options = _open(file, arguments)
        with session:
            found |= {"format": session.format, "plugin": session.plugin}
            found |= _properties(session, arguments, options)
            if arguments.frames:
                found["frames"] = list(_frames(session, options))
            several = isinstance(arguments.index, slice | list)
            found["metadata"] = session.metadata(index=... if several else arguments.index)
            if arguments.index is None and found["images"] != 1:
                found["file_metadata"] = session.metadata(index=...)
    except (Exception, SystemExit) as error:
        if arguments.verbose:
            import traceback

            traceback.print_exc()
        found["error"] = sentence(error, whole=arguments.verbose)
    return found


def _open(file: str, arguments: argparse.Namespace) -> tuple[ReadSession, dict[str, Any]]:
    asked = reading(arguments)
    known = {name: asked.pop(name) for name in ("plugin", "trust", "extension") if name in asked}
    return open_reading(file, **known, options=asked, call="properties")


def _frames(session: ReadSession, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the shape and dtype of each image."""
    number = session.properties(index=..., count_frames=True, **options).n_images or 0
    for index in range(number):
        one = session.properties(index=index, **options)
        yield {"index": index, "shape": one.shape, "dtype": str(one.dtype)}


def _properties(
    session: ReadSession, arguments: argparse.Namespace, options: dict[str, Any]
) -> dict[str, Any]:
    known = session.properties(index=arguments.index, **options)
    count = session.count()
    if count is None and arguments.count:
        count = session.properties(index=..., count_frames=True, **options).n_images
    return {
        "images": count,
        "shape": known.shape,
        "dtype": str(known.dtype),
        "axes": known.axes,
        "spacing": known.spacing,
        "is_batch": known.is_batch,
    }


def _show(found: Mapping[str, Any]) -> None:
    if "format" not in found:
        complain(found["error"])
        return
    say(found["file"], "bold")
    _row("format", f"{found['format'] or 'not recognized'}, read by plugin {found['plugin']!r}")
    if found["bytes"] is not None:
        _row("size", f"{found['bytes']:,} bytes")
    if "images" in found:
        unknown = "not known without decoding; --count finds out"
        _row("images", unknown if found["images"] is None else found["images"])
        _row("shape", _sized(found))
    for name in ("axes", "spacing"):
        if found.get(name) is not None:
            _row(name, found[name])
    for frame in found.get("frames", ()):
        _row(f"image {frame['index']}", _sized(frame))
    _show_metadata("metadata", found.get("metadata", {}))
    if found.get("file_metadata") != found.get("metadata"):
        _show_metadata("metadata of the whole file", found.get("file_metadata", {}))
    if "error" in found:
        complain(found["error"])


def _sized(image: Mapping[str, Any]) -> str:
    shape = " × ".join("?" if n is None else str(n) for n in image["shape"])
    return f"{shape} {image['dtype']}"


def _row(name: str, value: object) -> None:
    say(f"  {name:<9} {text_of(value)}")


def _show_metadata(title: str, metadata: Mapping[Any, Any]) -> None:
    if not metadata:
        return
    say(f"  {title}")
    width = min(max(len(text_of(name)) for name in metadata), 30)
    for name, value in metadata.items():
        say(f"    {text_of(name):<{width}} {shortened(value)}")


def shortened(value: Any) -> str:
    """Return a value in one line that is not too long."""
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{len(value):,} bytes"
    if hasattr(value, "shape") and hasattr(value, "dtype") and getattr(value, "size", 0) > 16:
        return f"array of {text_of(value.shape)} {text_of(value.dtype)}"
    text = text_of(value) if isinstance(value, str) else _shown(value)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except Exception:
        return text_of(value)
