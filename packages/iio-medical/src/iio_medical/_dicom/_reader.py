"""Reading DICOM: an image is a frame; all of a series is a volume."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from iio_core import (
    DecodeError,
    FrameIndexError,
    ImageProperties,
    Index,
    NotThisFormat,
    OptionError,
    Resource,
    warn,
)

from ._apply import Apply, applied, check_apply, dtype_of, rescales_of, shown_shape
from ._decode import stored
from ._file import DicomFile
from ._gather import DICOMDIR, gather, referenced, scanned
from ._metadata import applied_keywords, as_dict, of_frame
from ._progress import Indicator, check_progress
from ._series import images_in, listed, sorted_into_stacks
from ._stack import Stack
from ._volume import read_volume

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["DicomReader"]


class DicomReader:
    """Reads DICOM files, and folders, archives, lists and DICOMDIRs of them.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str
        The name of its format.
    series, progress, skip_damaged
        As for `DicomPlugin.open_reader`.
    """

    def __init__(
        self,
        resource: Resource,
        format: str | None,
        *,
        series: str | int | None = None,
        progress: bool | Indicator | None = True,
        skip_damaged: bool = False,
    ) -> None:
        check_progress(progress)
        self._resource = resource
        self._name = resource.name
        self._progress = progress
        self._skip = bool(skip_damaged)
        self._opened: tuple[DicomFile, IO[bytes]] | None = None
        self._alone: DicomFile | None = None
        files = self._files()
        # What an archive says of its members is not what they hold.
        if self._alone is None and (resource.is_directory or not _is_archive(resource)):
            resource.size = sum(file.resource.size or 0 for file in files)
        self._stacks = sorted_into_stacks(images_in(files))
        self._others = [file for file in files if file.pixels is None]
        if series is not None:
            self._stacks = self._chosen(series)
        self._stack_by_file = {id(f): stack for stack in self._stacks for f in stack.files}
        self._ordered = [file for stack in self._stacks for file in stack.files]
        # How many images there are up to each file: frames may be claimed by the billion.
        self._ends = list(accumulate(file.header.frames for file in self._ordered))

    def _files(self) -> list[DicomFile]:
        """Return the files to read from; one by itself is kept apart."""
        resource, options = self._resource, {"progress": self._progress, "skip_damaged": self._skip}
        if resource.is_directory or _is_archive(resource):
            files = gather(resource, **options)  # type: ignore[arg-type]
            if not files:
                raise NotThisFormat(
                    "there is no DICOM file in it; a file in an archive is named archive.zip/name"
                )
            return files
        try:
            file = DicomFile(resource)
        except NotThisFormat:
            raise DecodeError(
                f"{self._name} is not DICOM: there is no 'DICM' at byte 128, and it does not begin "
                f"with an element, but with {resource.head(16).hex(' ') or 'nothing'}",
                plugin="dicom",
            ) from None
        if file.header.text("MediaStorageSOPClassUID") != DICOMDIR:
            self._alone = file
            return [file]
        members, absent = referenced(file)
        if absent:
            message = f"{self._name} refers to files that are not there: {', '.join(absent[:5])}"
            if not self._skip:
                raise DecodeError(f"{message}. To read the rest: skip_damaged=True", plugin="dicom")
            warn(message)
        return scanned(members, **options)  # type: ignore[arg-type]

    def _chosen(self, series: str | int) -> list[Stack]:
        """Return the stacks of one series, by its UID, its number or its description."""
        stacks = self._stacks
        if isinstance(series, bool) or not isinstance(series, str | int):
            raise OptionError(f"series={series!r} is neither a UID, a number nor a description")
        if isinstance(series, int):
            found = [s for s in stacks if s.first.header.number("SeriesNumber") == series]
        else:
            found = [s for s in stacks if series in (s.id, s.uid)]
            found = found or [s for s in stacks if s.first.header.described == series]
        if not found:
            raise OptionError(f"{self._name} has no series {series!r}; it has {listed(stacks)}")
        if len({stack.uid for stack in found}) > 1:
            raise OptionError(
                f"{self._name} has several series {series!r}; name one by its UID: {listed(found)}"
            )
        return found

    def count(self) -> int:
        """Return how many images there are: frames of all files, series after series."""
        return self._ends[-1] if self._ends else 0

    @property
    def volumes(self) -> int:
        """How many volumes there are."""
        return len(self._stacks)

    def read(
        self,
        *,
        index: Index = None,
        apply: Apply = "rescale",
        volume: int | None = None,
    ) -> np.ndarray[Any, Any]:
        """Decode an image, or a volume.

        Parameters
        ----------
        index : int
            Which image. ``None`` is the frame, or all frames, of a single file; of a folder, an
            archive or a list of files all planes of the first series, as a volume.
        apply : {"rescale", "voi", None}
            ``"rescale"`` makes of stored values what they stand for (Hounsfield units): slope and
            intercept, or the modality lookup table, and never a display window. ``"voi"`` also
            applies the first window of the file, or its lookup table, or its palette: what a
            screen shows, but that MONOCHROME1 is not inverted. None: the values as they are stored.
        volume : int, optional
            Which of the volumes, in the order in which ``immeta(index=...)`` lists the series.

        Returns
        -------
        numpy.ndarray
            ``(rows, columns)``, ``(rows, columns, samples)``, with planes or frames in front; if
            there are several volumes at the same place (times, b-values) those in front of the
            planes. Rescaled, of the smallest integer dtype that holds whatever the header allows,
            or float32; the same for all of a series.

        Raises
        ------
        FrameIndexError
            If there is no such image or volume.
        DecodeError
            If a file is damaged, or nothing here decodes its compression.
        OptionError
            If `apply` is none of the three.
        """
        check_apply(apply)
        stack = self._stack(index, volume)
        if stack is not None:
            stack.tell()
            return read_volume(
                stack,
                apply,
                self._dtype(stack, apply),
                progress=self._progress,
                skip_damaged=self._skip,
            )
        file, frame = self._image(index)
        if frame is None:
            self._tell_of_frames()
        return self._read(file, frame, apply)

    def _tell_of_frames(self) -> None:
        """Warn of what is doubtful about the frames of a single file, if all are asked for."""
        if self._alone is not None and self._stacks and self._stacks[0].is_multiframe:
            self._stacks[0].tell()

    def _read(self, file: DicomFile, frame: int | None, apply: Apply) -> np.ndarray[Any, Any]:
        array = stored(file, self._open(file), frame)
        return applied(array, file, apply, self._dtype_of(file, apply), frame)

    def iter(self, *, apply: Apply = "rescale") -> Iterator[np.ndarray[Any, Any]]:
        """Decode one image after the other; `apply` is as for `read`."""
        check_apply(apply)
        self._tell_of_frames()
        for file in self._ordered:
            for frame in range(file.header.frames):
                yield self._read(file, frame, apply)

    def iter_volumes(self, *, apply: Apply = "rescale") -> Iterator[np.ndarray[Any, Any]]:
        """Decode one volume after the other; `apply` is as for `read`."""
        for number in range(self.volumes):
            yield self.read(volume=number, apply=apply)

    def properties(
        self,
        *,
        index: Index = None,
        apply: Apply = "rescale",
        volume: int | None = None,
    ) -> ImageProperties:
        """Describe what `read` with the same arguments returns, from headers alone."""
        check_apply(apply)
        stack = self._stack(index, volume)
        if stack is not None:
            stack.tell_guesses()
            return ImageProperties(
                shape=stack.shape_of(apply),
                dtype=self._dtype(stack, apply),
                spacing=stack.spacing,
                axes=stack.axes_of(apply),
            )
        file, frame = self._image(index)
        shape, dtype = shown_shape(file, apply), self._dtype_of(file, apply)
        axes = "YX" if len(shape) == 2 else "YXS"
        plane, frames = file.header.spacing, file.header.frames
        if frame is not None or frames == 1:
            return ImageProperties(shape=shape, dtype=dtype, spacing=plane, axes=axes)
        whole = self._stacks[0]
        whole.tell_guesses()
        return ImageProperties(
            shape=(frames, *shape),
            dtype=dtype,
            n_images=frames,
            is_batch=True,
            spacing=whole.spacing or plane,
            axes=whole.axes_of(apply),
        )

    def metadata(
        self,
        *,
        index: Index = None,
        exclude_applied: bool = True,
        apply: Apply = "rescale",
        volume: int | None = None,
    ) -> dict[str, Any]:
        """Return the elements of an image by their keywords.

        Parameters
        ----------
        index : int or ``...``
            Which image. ``None`` is a single file's, or the first series' of several: with
            ``spacing``, ``origin`` and ``direction`` of the volume. ``...`` lists all series.
        exclude_applied : bool
            Without the elements that reading with `apply` has applied to the pixels.
        apply : {"rescale", "voi", None}
            As for `read`.
        volume : int, optional
            As for `read`.

        Returns
        -------
        dict
            Private elements by their number, ``"(0009,1001)"``.
        """
        check_apply(apply)
        if index is ...:
            return self._of_all(apply)
        stack = self._stack(index, volume)
        if stack is None and index is None and self._alone is not None:
            return as_dict(
                self._alone.dataset(), self._without(self._alone, apply, exclude_applied)
            )
        if stack is None:
            file, frame = self._image(index)
            return of_frame(
                _forgotten(file) if self._alone is None else file.dataset(),
                frame if file.header.frames > 1 else None,
                self._without(file, apply, exclude_applied),
            )
        stack.tell_guesses()
        without = self._without(stack.first, apply, exclude_applied)
        found = as_dict(_forgotten(stack.first), without) | stack.geometry.as_dict()
        found["axes"] = stack.axes_of(apply)
        if stack.phases > 1:
            found["phases"] = {stack.phase: stack.steps()}
        return found

    def _without(self, file: DicomFile, apply: Apply, exclude_applied: bool) -> frozenset[str]:
        if not exclude_applied:
            return frozenset()
        return applied_keywords(apply, rescaled=any(rescales_of(file)))

    def _of_all(self, apply: Apply) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._alone is not None:
            found |= as_dict(self._alone.dataset().file_meta)
        found["series"] = [stack.as_dict(apply) for stack in self._stacks]
        if self._others and self._alone is None:
            found["without_images"] = [file.name for file in self._others]
        return found

    def dataset(self, index: int = 0) -> Dataset:
        """Return the data set of an image as pydicom has it, without its pixels.

        Parameters
        ----------
        index : int
            Which image.
        """
        if not self._ordered and self._alone is not None:
            return self._alone.dataset()
        return self._image(index)[0].dataset()

    def close(self) -> None:
        """Let go of the file."""
        self._opened = None

    def _open(self, file: DicomFile) -> IO[bytes]:
        """Open a file; the last one stays open."""
        if self._opened is not None:
            if self._opened[0] is file:
                return self._opened[1]
            self._opened[1].close()
        self._opened = file, file.open()
        return self._opened[1]

    def _stack(self, index: Index, volume: int | None) -> Stack | None:
        """Return the volume that is meant; None if it is an image, or a single file."""
        if volume is not None:
            if index is not None:
                raise OptionError("index= names an image and volume= a volume: not both")
            if not -len(self._stacks) <= volume < len(self._stacks):
                raise FrameIndexError(f"{self._name} has {self.volumes} volumes; not {volume}")
            return self._stacks[volume]
        if index is not None or self._alone is not None:
            return None
        if not self._stacks:
            raise DecodeError(f"{self._name} has no images", plugin="dicom")
        return self._stacks[0]

    def _image(self, index: Index) -> tuple[DicomFile, int | None]:
        """Return the file and the frame of an image; of a single file None is all frames."""
        if not self._ordered:
            file = self._alone or self._others[0]
            stored(file, self._open(file), None)  # says why
        if index is None:
            return self._ordered[0], None
        assert isinstance(index, int)
        if index >= self.count():
            raise FrameIndexError(
                f"{self._name} has {self.count()} images; there is none at {index}"
            )
        number = bisect_right(self._ends, index)
        return self._ordered[number], index - (self._ends[number - 1] if number else 0)

    def _dtype_of(self, file: DicomFile, apply: Apply) -> np.dtype[Any]:
        """Return the dtype of an image: that of its series."""
        stack = self._stacks[0] if self._alone is not None else self._stack_of(file)
        return self._dtype(stack, apply)

    def _stack_of(self, file: DicomFile) -> Stack:
        return self._stack_by_file[id(file)]

    def _dtype(self, stack: Stack, apply: Apply) -> np.dtype[Any]:
        known: dict[Apply, np.dtype[Any]] = stack.__dict__.setdefault("dtypes", {})
        if apply not in known:
            known[apply] = dtype_of(stack.files, apply)
        return known[apply]


def _is_archive(resource: Resource) -> bool:
    return resource.head(4) == b"PK\x03\x04"


def _forgotten(file: DicomFile) -> Dataset:
    """Return a data set that is not kept: there may be thousands."""
    dataset = file.dataset()
    file.forget()
    return dataset
