"""One job of ``iio convert``: images are read and written one at a time, files whole or not."""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import iio_core as iio

from .._opening import open_writing
from ._failures import CommandError, sentence
from ._images import Image, images_of, planes
from ._plan import Job, Settings

if TYPE_CHECKING:
    from ._images import Tick

__all__ = ["Result", "convert"]

_MOST_WARNINGS = 20


class Result(NamedTuple):
    """What became of a job. Sent back by the process that did it."""

    written: int = 0
    skipped: int = 0
    error: str = ""
    traceback: str = ""
    warnings: tuple[str, ...] = ()
    interrupted: bool = False


class _Place:
    """Which of a job's resources is at hand, for what is said meanwhile."""

    def __init__(self, job: Job) -> None:
        self.source = job.sources[0]
        self.target = job.path()
        self.warnings: dict[str, str] = {}

    def named(self, text: str) -> str:
        """Return a sentence with the file that it is about."""
        told = self.source in text or self.target in text
        return text if told else f"{self.source}: {text}"

    def note(self, message: Warning | str, *where: object, **more: object) -> None:
        """Take note of a warning; the same one of a later image says nothing new."""
        text = str(message)
        if len(self.warnings) < _MOST_WARNINGS:
            self.warnings.setdefault(text.replace(self.target, ""), self.named(text))


def convert(job: Job, settings: Settings, tick: Tick | None = None) -> Result:
    """Do a job; whatever goes wrong is in the result. `tick` hears of what is done."""
    place = _Place(job)
    with warnings.catch_warnings():
        warnings.filterwarnings("always", category=iio.IIOWarning)
        warnings.showwarning = place.note
        try:
            done = (_split if job.split else _join)(job, settings, tick, place)
        except KeyboardInterrupt:
            done = Result(interrupted=True)
        except (Exception, SystemExit) as error:
            import traceback

            text = sentence(error)
            text = text if place.source in text else f"{place.source}: {text}"
            done = Result(error=text, traceback=traceback.format_exc())
    return done._replace(warnings=tuple(place.warnings.values()))


def _images(
    job: Job, settings: Settings, tick: Tick | None, place: _Place
) -> Generator[Image, None, None]:
    """Yield the images of all sources; one that is open is closed with the iterator."""
    total = len(job.sources)
    for source in job.sources:
        place.source = source
        together = not job.split and total == 1
        heard = tick if total == 1 else None
        with closing(images_of(source, settings, together=together, tick=heard)) as found:
            yield from found
        if tick is not None and total > 1:
            tick(total)
    place.source = job.sources[0]  # what goes wrong from here on is not the last one's


def _join(job: Job, settings: Settings, tick: Tick | None, place: _Place) -> Result:
    """Write all images into one file, all or nothing."""
    target = job.path()
    if not settings.overwrite and os.path.exists(target):
        return Result(skipped=1)
    _make_folder(job, target)
    writer, number = None, 0
    with closing(_images(job, settings, tick, place)) as images:
        try:
            for image in images:
                if writer is None:  # only now: what cannot be read does not touch the target
                    writer, rest = _open(target, settings)
                try:
                    _write(writer, image, rest)
                except iio.EncodeError as error:
                    raise _advised(error, number, job) from error
                number += 1
            if writer is None:
                raise CommandError(f"{job.sources[0]} has no images")
            writer.close()
        except BaseException:
            if writer is not None:
                writer.abort()
            raise
    return Result(written=1)


def _open(target: str, settings: Settings) -> tuple[iio.WriteSession, dict[str, Any]]:
    known = {k: v for k, v in settings.writing.items() if k in _OF_IMWRITE}
    options = {k: v for k, v in settings.writing.items() if k not in _OF_IMWRITE}
    # As `imwrite` opens it: nothing of the file is to be seen before all of it is there.
    return open_writing(target, **known, options=options, call="write")


_OF_IMWRITE = frozenset({"plugin", "extension", "format", "fsync"})


def _write(writer: iio.WriteSession, image: Image, options: dict[str, Any]) -> None:
    writer.write(image.pixels, metadata=image.metadata, is_batch=image.is_batch, **options)


def _advised(error: iio.EncodeError, number: int, job: Job) -> Exception:
    """Return the error with what to type if it was the second image that was refused."""
    if not number:
        return error
    if len(job.sources) > 1:
        return CommandError(
            f"{sentence(error)}: all inputs go into {job.path()}; with {{stem}} in its name, each "
            "becomes a file of its own"
        )
    return CommandError(
        f"{sentence(error)}: here with {{index:04d}} in the name of the output, or --split and a "
        "folder; --index 0 takes one image"
    )


def _split(job: Job, settings: Settings, tick: Tick | None, place: _Place) -> Result:
    """Write each image, and each plane of a volume, to a file of its own."""
    written = skipped = number = 0
    with closing(_images(job, settings, tick, place)) as images:
        for image in images:
            for plane in planes(image):
                path = place.target = job.path(number)
                number += 1
                if not settings.overwrite and os.path.exists(path):
                    skipped += 1
                    continue
                _make_folder(job, path)
                iio.imwrite(
                    path,
                    plane.pixels,
                    metadata=plane.metadata,
                    is_batch=plane.is_batch,
                    **settings.writing,
                )
                written += 1
    return Result(written=written, skipped=skipped)


def _make_folder(job: Job, path: str) -> None:
    """Make the folder of one of many outputs; that of a single file has to be there."""
    folder = os.path.dirname(path)
    is_local = "://" not in folder and ".zip" not in folder
    if folder and is_local and (job.folder or job.stem or job.split):
        os.makedirs(folder, exist_ok=True)
