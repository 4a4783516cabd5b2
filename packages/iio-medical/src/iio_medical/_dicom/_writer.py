"""Writing DICOM: an image, a multi-frame object, or a series of one file for each plane."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from iio_core import EncodeError, OptionError, Target

from ._metadata_out import set_elements, tell
from ._objects import class_of, complete
from ._placing import Place, place_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["Compression", "DicomWriter"]

Compression = Literal["rle", "jpeg2000"] | None
_SYNTAXES = {"rle": "1.2.840.10008.1.2.5", "jpeg2000": "1.2.840.10008.1.2.4.90"}
_EXPLICIT = "1.2.840.10008.1.2.1"
_LEAST = 32  # so that it can be halved five times
_POSITION, _ORIENTATION = "ImagePositionPatient", "ImageOrientationPatient"
_GRAY = ("uint8", "uint16", "int16")


class DicomWriter:
    """Writes DICOM files. The images are kept until all of them are there.

    Parameters
    ----------
    target : Target
        Where to write.
    format : str
        The name of the format.
    compression, split
        As for `DicomPlugin.open_writer`.
    """

    def __init__(
        self,
        target: Target,
        format: str,
        *,
        compression: Compression = None,
        split: bool = False,
    ) -> None:
        if compression is not None and compression not in _SYNTAXES:
            raise OptionError(f"compression={compression!r} is none of 'rle', 'jpeg2000' and None")
        self._target = target
        self._syntax = _SYNTAXES.get(compression or "", _EXPLICIT)
        if compression is not None:
            _check_encoder(self._syntax, compression)
        self._split = bool(split)
        self._images: list[np.ndarray[Any, Any]] = []
        self._metadata: list[Mapping[str, Any]] = []
        self._told: set[str] = set()

    def write(
        self, image: np.ndarray[Any, Any], *, metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Take an image.

        Parameters
        ----------
        image : numpy.ndarray
            ``(rows, columns)`` of uint8, uint16 or int16, or ``(rows, columns, 3)`` of uint8.
            Several are the frames of one object; those are uint8 or uint16, or colors.
        metadata : mapping, optional
            Elements by keyword, private ones by number; ``spacing`` (planes, rows, columns, in
            mm), ``origin`` and ``direction`` of a volume, as ``immeta`` of a folder returns them.
            Without ``spacing`` ``SpacingBetweenSlices`` tells how far planes are apart, and never
            ``SliceThickness``.
            ``Modality="CT"`` or ``"MR"`` makes images of that class, anything else Secondary
            Captures.

        Raises
        ------
        EncodeError
            If DICOM has no object for such an image; when closing also if nothing tells how far
            planes are apart.
        """
        self._check(image)
        self._images.append(image.copy())
        self._metadata.append(dict(metadata or {}))

    def close(self) -> None:
        """Write the file, or the files."""
        if self._split:
            self._write_series()
        else:
            self._write_object()

    def abort(self) -> None:
        """Give up."""
        self._images.clear()

    def _check(self, image: np.ndarray[Any, Any]) -> None:
        name, kind = self._target.name, image.dtype.name
        color = image.ndim == 3 and image.shape[2] == 3
        if image.ndim != 2 and not color:
            raise self._refusal(
                f"an image of shape {image.shape}; it is (rows, columns) or (rows, columns, 3); "
                "is_batch=True says that the first axis counts images"
            )
        if color and kind != "uint8":
            raise self._refusal(f"colors of {kind}; only uint8")
        if not color and kind not in _GRAY:
            raise self._refusal(
                f"{kind}: uint8, uint16 or int16 are its integers. image.astype(...) is yours to "
                "choose; NIfTI, NRRD and TIFF hold any dtype"
            )
        if min(image.shape) < 1 or max(image.shape[:2]) > 65535:
            raise self._refusal(f"an image of shape {image.shape}: at most 65535 rows and columns")
        if self._syntax == _SYNTAXES["jpeg2000"] and min(image.shape[:2]) < _LEAST:
            raise self._refusal(
                f"an image of shape {image.shape} as JPEG 2000: the encoder takes {_LEAST} rows "
                "and columns or more"
            )
        if self._images:
            first = self._images[0]
            if (first.shape, first.dtype) != (image.shape, image.dtype):
                raise self._refusal(
                    f"images of several kinds in one: {first.shape} {first.dtype}, and "
                    f"{image.shape} {image.dtype}"
                )
            if kind == "int16" and not self._split:
                raise self._refusal(
                    f"several frames of int16 in {name}: there is no class for them but those of "
                    "scanners. split=True writes a series, a file for each plane"
                )

    def _refusal(self, what: str) -> EncodeError:
        return EncodeError(
            f"{self._target.name}: DICOM cannot hold {what}", plugin="dicom", format="DICOM"
        )

    def _write_object(self) -> None:
        images = self._images
        dataset = self._begun(0, several=len(images) > 1)
        if len(images) > 1:
            if any(told and told != self._metadata[0] for told in self._metadata):
                lost = ["the metadata of frames after the first, but where they lie"]
                tell(lost, self._target.name)
            positions = [self._own_position(number) for number in range(len(images))]
            _add_frames(dataset, self._place(dataset, len(images)), positions)
            pixels = np.stack(images)
        else:
            if (place := self._place(dataset, 1)) is not None:
                place.put(dataset, 0)
            pixels = images[0]
        from pydicom.uid import generate_uid

        complete(dataset, study=generate_uid(), series=generate_uid())
        self._save(dataset, pixels, self._target)

    def _write_series(self) -> None:
        """Write a file for each plane, the first to the target and the others beside it."""
        from pydicom.uid import generate_uid

        study, series, frame = generate_uid(), generate_uid(), generate_uid()
        stem, extension = os.path.splitext(os.path.basename(self._target.filename))
        for number, image in enumerate(self._images):
            dataset = self._begun(number, several=False)
            place = self._place(dataset, len(self._images))
            if place is not None:
                place.put(dataset, number)
            if (position := self._own_position(number)) is not None:
                _set_position(dataset, position, self._metadata[number])
            if len(self._images) > 1:
                dataset.SOPInstanceUID = generate_uid()
                dataset.InstanceNumber = number + 1
            if "FrameOfReferenceUID" not in dataset and place is not None:
                dataset.FrameOfReferenceUID = frame
            complete(dataset, study=study, series=series)
            try:
                target = self._target
                if number:
                    target = target.sibling(f"{stem}_{number + 1:04}{extension}")
                self._save(dataset, image, target)
            except OSError as error:
                if error.errno != errno.EMFILE:
                    raise
                raise EncodeError(
                    f"{self._target.name}: a series of {len(self._images)} files is more than this "
                    "process may have open (ulimit -n); a multi-frame object is one file",
                    plugin="dicom",
                    format="DICOM",
                ) from error

    def _begun(self, number: int, *, several: bool) -> Dataset:
        """Return a data set with the elements that the caller gave."""
        from pydicom.dataset import Dataset, FileMetaDataset
        from pydicom.uid import UID

        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = UID(_EXPLICIT)
        dataset.SpecificCharacterSet = "ISO_IR 192"
        metadata = self._metadata[number]
        lost = [what for what in set_elements(dataset, metadata) if what not in self._told]
        self._told.update(lost)  # each is said once
        tell(lost, self._target.name)
        image = self._images[number]
        dataset.SOPClassUID = UID(
            class_of(dataset, image.dtype.name, several=several, color=image.ndim == 3)
        )
        return dataset

    def _own_position(self, number: int) -> Any:
        """Return where a plane lies, if it tells another place than the first one."""
        first, own = (self._metadata[i].get(_POSITION) for i in (0, number))
        return None if own is None or own == first else own

    def _place(self, dataset: Dataset, planes: int) -> Place | None:
        told = self._metadata[0]
        place = place_of(told, dataset, planes, self._target.name)
        alone = any(self._own_position(number) is None for number in range(1, planes))
        if alone and (place is None or place.step is None):
            if told.get(_POSITION):
                raise self._unplaced(f"{_POSITION} places the first of {planes} planes")
            if place is not None and place.between is None and _are_slices(told):
                raise self._unplaced(f"SliceThickness is that of each of {planes} planes")
        return place

    def _unplaced(self, what: str) -> EncodeError:
        return EncodeError(
            f"{self._target.name}: {what}, and nothing says how far they are apart: metadata takes "
            "for that spacing (planes, rows, columns; mm), SpacingBetweenSlices, or with each "
            f"plane its {_POSITION}",
            plugin="dicom",
            format="DICOM",
        )

    def _save(self, dataset: Dataset, pixels: np.ndarray[Any, Any], target: Target) -> None:
        color = self._images[0].ndim == 3
        told = self._metadata[0]
        photometric = "RGB" if color else "MONOCHROME2"
        if not color and told.get("PhotometricInterpretation") == "MONOCHROME1":
            photometric = "MONOCHROME1"
        bits = _bits(pixels, told.get("BitsStored"))
        dataset.set_pixel_data(pixels, photometric, bits, generate_instance_uid=False)
        if self._syntax != _EXPLICIT:
            dataset.compress(self._syntax, generate_instance_uid=False)
        dataset.save_as(target.open(), enforce_file_format=True)


def _bits(pixels: np.ndarray[Any, Any], told: Any) -> int:
    """Return how many bits are stored: what the caller says, if all values fit into so many."""
    allocated: int = 8 * pixels.dtype.itemsize
    if not isinstance(told, int) or not 1 < told < allocated or allocated == 8:
        return allocated
    least, greatest = int(pixels.min()), int(pixels.max())
    low, high = (0, (1 << told) - 1)
    if pixels.dtype.kind == "i":
        low, high = -(1 << (told - 1)), (1 << (told - 1)) - 1
    return told if low <= least and greatest <= high else allocated


def _are_slices(told: Mapping[str, Any]) -> bool:
    """Tell whether metadata speaks of planes through the patient, and not of times."""
    return bool(told.get("SliceThickness")) and not (told.keys() & {"FrameTime", "FrameTimeVector"})


def _check_encoder(syntax: str, compression: str) -> None:
    from pydicom.pixels.encoders.base import get_encoder
    from pydicom.uid import UID

    if not get_encoder(UID(syntax)).is_available:
        raise OptionError(
            f"compression={compression!r} needs an encoder: pip install iio-medical[jpeg]"
        )


def _set_position(dataset: Dataset, position: Any, metadata: Mapping[str, Any]) -> None:
    """Place a plane where it says that it lies itself."""
    told = {_POSITION: position, _ORIENTATION: metadata.get(_ORIENTATION)}
    set_elements(dataset, {keyword: value for keyword, value in told.items() if value})


def _add_frames(dataset: Dataset, place: Place | None, positions: list[Any]) -> None:
    """Add what a multi-frame object says of its frames (PS3.3, section C.8.6.3).

    `positions` has one of its own, or None, for each frame.
    """
    from pydicom.dataset import Dataset
    from pydicom.tag import Tag

    dataset.BurnedInAnnotation = dataset.get("BurnedInAnnotation") or "NO"
    if str(dataset.SOPClassUID).endswith((".7.2", ".7.3")):
        dataset.PresentationLUTShape = "IDENTITY"
        dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "US"
    if place is None:
        dataset.FrameIncrementPointer = Tag(0x00181065)
        dataset.FrameTimeVector = ["0"] * len(positions)
        return
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        if keyword in dataset:
            delattr(dataset, keyword)
    dataset.FrameIncrementPointer = Tag(0x52009230)
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    place.put(measures, 0)
    if dataset.get("SliceThickness"):
        measures.SliceThickness = dataset.SliceThickness
    if "ImagePositionPatient" in measures:
        orientation.ImageOrientationPatient = measures.ImageOrientationPatient
        del measures.ImagePositionPatient, measures.ImageOrientationPatient
        shared.PlaneOrientationSequence = [orientation]
    shared.PixelMeasuresSequence = [measures]
    dataset.SharedFunctionalGroupsSequence = [shared]
    frames = []
    for number, own in enumerate(positions):
        frame, position = Dataset(), Dataset()
        if place.origin is not None:
            position.ImagePositionPatient = place.position(number)
            if own is not None:
                set_elements(position, {_POSITION: own})
            frame.PlanePositionSequence = [position]
        frames.append(frame)
    dataset.PerFrameFunctionalGroupsSequence = frames
