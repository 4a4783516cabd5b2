"""Reading light fields: the mosaic of the sensor, not developed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import PurePath
from typing import IO, Any

import numpy as np

import iio_core as iio
from iio_core import (
    DecodeError,
    ImageProperties,
    Index,
    NotThisFormat,
    Resource,
)

from .._which import numbered, refuse_levels
from ._packing import F01, ILLUM, Sensor
from ._sections import Section, Sections

__all__ = ["PictureReader", "RawReader"]


class _Reader:
    """What both kinds share.

    Parameters
    ----------
    resource : Resource
        What to read.
    meta_only : bool
        Whether arrays are empty.
    """

    default_index = 0
    """What ``index=None`` means: the first frame."""

    def __init__(self, resource: Resource, *, meta_only: bool) -> None:
        self._resource = resource
        self._file: IO[bytes] = resource.open()
        self._meta_only = meta_only
        self._frames: list[tuple[Sensor, int]] = []

    def count(self) -> int:
        """Return how many frames there are: one, as cameras write them."""
        return len(self._frames)

    def read(self, *, index: Index = None) -> np.ndarray:
        """Return a frame.

        Parameters
        ----------
        index : int
            Which.

        Returns
        -------
        numpy.ndarray
            ``(height, width)`` of uint16: a Bayer mosaic behind microlenses, of values up to 1023
            (Illum) or 4095. With ``meta_only=True`` an empty array.

        Raises
        ------
        DecodeError
            If it is damaged.
        """
        sensor, offset = self._frame(index)
        if self._meta_only:
            return np.empty(0, np.uint16)
        return sensor.read(self._file, offset, self._resource.name)

    def iter(self) -> Iterator[np.ndarray]:
        """Return one frame after the other."""
        for number in range(self.count()):
            yield self.read(index=number)

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe a frame."""
        sensor, _ = self._frame(index)
        if self._meta_only:
            return ImageProperties((0,), np.dtype(np.uint16))
        return ImageProperties(sensor.shape, np.dtype(np.uint16), axes="YX")

    def read_region(
        self, region: tuple[slice, ...], *, index: Index = None, level: int = 0
    ) -> np.ndarray:
        """Return a part of a frame; only its rows are read.

        Parameters
        ----------
        region : tuple of slice
            Which part.
        index : int
            Of which frame.
        level : int
            There is only 0.
        """
        refuse_levels(level, self._resource.name)
        sensor, offset = self._frame(index)
        return sensor.read_region(self._file, offset, region, self._resource)

    def close(self) -> None:
        """Nothing to let go of: the file is core's."""

    def _frame(self, index: Index) -> tuple[Sensor, int]:
        return self._frames[numbered(index, len(self._frames), self._resource.name, "frame")]


class PictureReader(_Reader):
    """Reads ``.lfr`` and ``.lfp``.

    Parameters
    ----------
    resource : Resource
        What to read.
    meta_only : bool
        Whether arrays are empty.
    include_thumbnail : bool
        Whether metadata has the thumbnail.
    """

    def __init__(self, resource: Resource, *, meta_only: bool, include_thumbnail: bool) -> None:
        super().__init__(resource, meta_only=meta_only)
        self._sections = Sections(resource, self._file)
        self._thumbnail = include_thumbnail
        self._told: list[dict[str, Any]] = []
        for references in self._references():
            metadata = self._sections.json(references.get("metadataRef"))
            section = self._sections.component(references.get("imageRef"))
            self._frames.append((_sensor(metadata, section, resource.name), section.offset))
            private = references.get("privateMetadataRef")
            self._told.append(
                {
                    "metadata": metadata,
                    "privateMetadata": {} if private is None else self._sections.json(private),
                }
            )

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what the camera noted.

        ``metadata`` and ``privateMetadata`` (serial numbers), and ``thumbnail``: its ``image`` (a
        JPEG's bytes if no plugin here decodes JPEG), ``height`` and ``width``. Of the whole file:
        its table of contents.
        """
        if index is ...:
            return dict(self._sections.contents)
        self._frame(index)
        told = dict(self._told[index if isinstance(index, int) else 0])
        if self._thumbnail and (found := self._first_thumbnail()):
            told["thumbnail"] = found
        return told

    def _references(self) -> list[dict[str, Any]]:
        """Return where the parts of each frame are; the two cameras say it differently."""
        contents = self._sections.contents
        picture = contents.get("picture")
        frames = contents.get("frames")
        if frames is None and isinstance(picture, dict):
            frames = picture.get("frameArray")
        found = [
            frame["frame"]
            for frame in (frames if isinstance(frames, list) else [])
            if isinstance(frame, dict) and isinstance(frame.get("frame"), dict)
        ]
        if not found:
            raise DecodeError(
                f"{self._resource.name} has no frame of the sensor: pictures that were processed "
                "for the web hold JPEGs only"
            )
        return found

    def _first_thumbnail(self) -> dict[str, Any] | None:
        contents = self._sections.contents
        thumbnails = contents.get("thumbnails")
        if not isinstance(thumbnails, list) or not thumbnails:
            return None
        told = thumbnails[0]
        if not isinstance(told, dict):
            return None
        data = self._sections.bytes(self._sections.component(told.get("imageRef")))
        image: Any = data
        try:
            image = iio.imread(data, extension=".jpg", index=0)
        except iio.NoPluginError:
            pass  # nobody here decodes JPEG
        return {"image": image, "height": told.get("height"), "width": told.get("width")}


def _sensor(metadata: dict[str, Any], section: Section, name: str) -> Sensor:
    """Return what the metadata of a frame says of its pixels."""
    image = metadata.get("image")
    image = image if isinstance(image, dict) else {}
    details = image.get("rawDetails")
    packing = image.get("pixelPacking") or (
        details.get("pixelPacking") if isinstance(details, dict) else None
    )
    bits = packing.get("bitsPerPixel") if isinstance(packing, dict) else None
    numbers = image.get("height"), image.get("width"), bits
    height, width, bits = numbers
    if not (type(height) is int and type(width) is int and type(bits) is int):
        raise DecodeError(f"{name} does not say how its pixels are packed: {numbers!r:.80}")
    if height <= 0 or width <= 0:
        raise DecodeError(f"{name} declares {width} × {height} pixels")
    sensor = Sensor(height, width, bits)
    sensor.check(section.length, name)
    return sensor


class RawReader(_Reader):
    """Reads ``.raw``: nothing but the pixels; metadata is in a file beside it, if at all.

    Parameters
    ----------
    resource : Resource
        What to read.
    sensor : Sensor
        Whose pixels they are.
    meta_only : bool
        Whether arrays are empty.

    Raises
    ------
    NotThisFormat
        If the file has not the size of such pixels.
    """

    def __init__(self, resource: Resource, sensor: Sensor, *, meta_only: bool) -> None:
        super().__init__(resource, meta_only=meta_only)
        size = self._file.seek(0, os.SEEK_END)
        if size != sensor.nbytes:
            camera = {ILLUM: "an Illum's", F01: "an F01's"}[sensor]
            raise NotThisFormat(f"{camera} pixels are {sensor.nbytes} bytes, not {size}")
        self._frames.append((sensor, 0))

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what a ``.txt`` or ``.json`` file of the same name says; else nothing."""
        if index is not ...:
            self._frame(index)
        stem = PurePath(self._resource.filename).stem
        for extension in (".json", ".JSON", ".txt", ".TXT"):
            try:
                beside = self._resource.companion(stem + extension)
            except FileNotFoundError:
                continue
            with beside.open() as file:
                data = file.read(self._resource.limits.metadata_bytes + 1)
            self._resource.limits.check_metadata(data, name=beside.name)
            try:
                found = json.loads(data)
            except (ValueError, RecursionError) as error:
                raise DecodeError(f"{beside.name} is not JSON: {error}") from error
            return found if isinstance(found, dict) else {"metadata": found}
        return {}
