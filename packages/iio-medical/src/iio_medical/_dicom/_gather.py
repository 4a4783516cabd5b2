"""The DICOM files of a folder, an archive, a list or a DICOMDIR.

DICOM PS3.10, section 8 (DICOM File Service), and PS3.3, annex F (Basic Directory IOD).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from iio_core import DecodeError, IIOError, NotThisFormat, Resource, warn

from ._file import DicomFile, begins_as_dicom
from ._progress import Indicator, followed

__all__ = ["DICOMDIR", "gather", "referenced"]

DICOMDIR = "1.2.840.10008.1.3.10"
"""The SOP class of a media storage directory."""
_WORKERS = 4
_MANY = 64  # files, from which on threads are worth it
_DEEPEST = 64
_BEGINNING = 256  # bytes
_MOST_RECORDS = 1_000_000


def gather(
    resource: Resource, *, progress: bool | Indicator | None, skip_damaged: bool
) -> list[DicomFile]:
    """Read the headers of all DICOM files of a folder and of the folders in it.

    Parameters
    ----------
    resource : Resource
        A folder, a list of files, or a zip archive.
    progress : bool or Indicator
        As for `followed`.
    skip_damaged : bool
        Whether to warn of files that are damaged, instead of raising an error that names them.

    Raises
    ------
    DecodeError
        If files are damaged.
    """
    seen: set[tuple[int, int]] = set()
    _is_new(resource, seen)
    members = list(_files(resource, seen, 0))
    packed = not resource.is_directory
    return scanned(members, progress=progress, skip_damaged=skip_damaged, packed=packed)


def scanned(
    members: list[Resource],
    *,
    progress: bool | Indicator | None,
    skip_damaged: bool,
    packed: bool = False,
) -> list[DicomFile]:
    """Return those of some files that are DICOM; directories of media are none."""
    found: list[DicomFile] = []
    damaged: list[tuple[Resource, str]] = []
    results = followed(_looked_at(members, packed), len(members), "Reading DICOM headers", progress)
    for member, result in zip(members, results, strict=True):
        if isinstance(result, DicomFile):
            if result.header.text("MediaStorageSOPClassUID") != DICOMDIR:
                found.append(result)
        elif result is not None:
            damaged.append((member, str(result)))
    if damaged:
        message = "; ".join(text for _, text in damaged[:5])
        if len(damaged) > 5:
            message += f"; and {len(damaged) - 5} more"
        if not skip_damaged:
            raise DecodeError(
                f"{len(damaged)} of {len(members)} files are damaged. To read the rest: "
                f"skip_damaged=True. {message}",
                plugin="dicom",
            )
        warn(f"left out: {message}")
    return found


def _looked_at(
    members: list[Resource], packed: bool
) -> Iterator[DicomFile | IIOError | OSError | None]:
    look_at = partial(_look_at, packed=packed)
    if len(members) < _MANY:
        yield from map(look_at, members)
        return
    # Waiting for a disk or a network is what threads are for here.
    with ThreadPoolExecutor(_WORKERS) as pool:
        yield from pool.map(look_at, members, chunksize=32)


def _look_at(member: Resource, packed: bool) -> DicomFile | IIOError | OSError | None:
    try:
        if packed and not begins_as_dicom(member.head(_BEGINNING)):
            return None  # what is something else need not be unpacked to find that out
        file = DicomFile(member)
        file.forget()  # there may be thousands
        return file
    except NotThisFormat:
        return None
    except (IIOError, OSError) as error:
        return error
    except Exception as error:  # pydicom raises whatever comes
        return DecodeError(f"{member.name} is damaged: {error}", plugin="dicom")
    finally:
        member.close()


def _files(resource: Resource, seen: set[tuple[int, int]], depth: int) -> Iterator[Resource]:
    """Iterate over the files below a folder; links that lead back are not followed again."""
    for entry in resource.entries():
        if not entry.is_directory:
            yield entry
        elif depth < _DEEPEST and _is_new(entry, seen):
            yield from _files(entry, seen, depth + 1)


def _is_new(folder: Resource, seen: set[tuple[int, int]]) -> bool:
    """Tell whether a folder has not been looked into, by whatever path."""
    try:
        status = os.stat(folder.name)
    except (OSError, ValueError):  # a list, an archive, a folder of a store
        return True
    if (status.st_dev, status.st_ino) in seen:
        return False
    seen.add((status.st_dev, status.st_ino))
    return True


def referenced(file: DicomFile) -> tuple[list[Resource], list[str]]:
    """Return the files that a DICOMDIR refers to, and the names of those that are not there."""
    members: list[Resource] = []
    absent: list[str] = []
    records = file.dataset().get("DirectoryRecordSequence") or []
    for record in records[:_MOST_RECORDS]:
        parts = record.get("ReferencedFileID")
        if not parts:
            continue
        name = parts if isinstance(parts, str) else "/".join(parts)
        try:
            members.append(file.resource.companion(name))
        except FileNotFoundError:
            absent.append(name)
    return members, absent
