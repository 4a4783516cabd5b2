"""The files that a header refers to, found before ITK sees it.

ITK knows only paths, and opens whatever a header names. So the header is parsed here, each
reference is resolved by core, which keeps it in the header's own directory tree, and ITK gets a
directory of links to these files and no others.

MetaIO documentation, "ElementDataFile", https://itk.org/Wiki/MetaIO/Documentation; NRRD format
definition, section 5 "data file", https://teem.sourceforge.net/nrrd/format.html
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from iio_core import DecodeError, Resource

__all__ = ["references"]

_HEADER = 1 << 20
_MOST = 100_000
_ELEMENTS = re.compile(rb"[ \t]*ElementDataFile[ \t]*[=:]([^\n]*)")
_PAIRS = {".hdr": ".img", ".img": ".hdr", ".img.gz": ".hdr", ".hdr.gz": ".img.gz"}


def references(resource: Resource, format: str | None) -> list[str]:
    """Return the names of the files that a header refers to.

    Parameters
    ----------
    resource : Resource
        The file that is to be read.
    format : str
        The name of its format.

    Raises
    ------
    DecodeError
        If the header names files in a way that is not followed.
    """
    head = resource.head(_HEADER)
    if head.startswith(b"NRRD"):
        return list(_of_nrrd(head, resource.name))
    if format == "METAIMAGE":
        return list(_of_metaimage(head, resource.name))
    if format == "NIFTI-PAIR":
        return _of_pair(resource)
    return []


def _of_metaimage(head: bytes, name: str) -> Iterator[str]:
    """Yield the files of a MetaImage.

    MetaIO takes ``:`` for ``=``, and reads no further than the first of these lines: where it
    might see another line than is seen here, the file is refused.
    """
    place = head.find(b"ElementDataFile")
    found = _ELEMENTS.match(head, head.rfind(b"\n", 0, place) + 1) if place >= 0 else None
    if found is None:
        raise DecodeError(
            f"{name} does not say where its elements are: it has no line 'ElementDataFile = ...', "
            "or another one before it that names that",
            plugin="itk",
        )
    value = found[1].decode("utf-8", "replace").strip()
    words = value.split()
    if not words or words[0].upper() == "LOCAL":
        return
    if words[0].upper() == "LIST":
        yield from _names(head[found.end() :].split(b"\n"))
    elif "%" in words[0]:
        yield from _pattern(words, name)
    else:
        yield value


def _of_nrrd(head: bytes, name: str) -> Iterator[str]:
    lines = head.splitlines()  # teem ends lines at a carriage return, too
    for number, line in enumerate(lines):
        if not line:
            return  # pixels follow in the same file
        key, _, value = line.partition(b":")
        if b"".join(key.lower().split()) != b"datafile":
            continue
        text = value.decode("utf-8", "replace").strip()
        words = text.split()
        if words and words[0] == "LIST":
            yield from _names(lines[number + 1 :])
        elif "%" in text:
            yield from _pattern(words, name)
        else:
            yield text
        return
    if len(head) >= _HEADER:
        raise DecodeError(
            f"{name} has a header of more than {_HEADER} bytes, which may refer to any file",
            plugin="itk",
        )


def _names(lines: list[bytes]) -> Iterator[str]:
    for line in lines[:_MOST]:
        if text := line.decode("utf-8", "replace").strip():
            yield text


def _pattern(words: list[str], name: str) -> Iterator[str]:
    """Yield the names of ``slice%03d.raw 1 20 1``."""
    conversion = re.fullmatch(r"[^%]*%0?\d{0,3}d[^%]*", words[0])
    try:
        first, last, step = (int(word) for word in (*words[1:4], "1")[:3])
    except ValueError:
        conversion = None
    if conversion is None or step < 1 or (last - first) // step > _MOST:
        raise DecodeError(f"{name} refers to files by {' '.join(words)!r}", plugin="itk")
    for number in range(first, last + 1, step):
        yield words[0] % number


def _of_pair(resource: Resource) -> list[str]:
    """Return the other file of a header and its pixels; one with ``n+1`` is complete."""
    name = os.path.basename(resource.filename)
    lower = name.lower()
    for extension in sorted(_PAIRS, key=len, reverse=True):
        if lower.endswith(extension):
            stem = name[: -len(extension)]
            if extension == ".hdr" and _is_here(resource, f"{stem}.img.gz"):
                return [f"{stem}.img.gz"]
            return [f"{stem}{_PAIRS[extension]}"]
    return []


def _is_here(resource: Resource, name: str) -> bool:
    try:
        resource.companion(name)
    except (FileNotFoundError, DecodeError):
        return False
    return True
