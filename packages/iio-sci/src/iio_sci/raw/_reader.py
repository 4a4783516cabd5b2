"""Reading raw files: developed, as the sensor gave them, or the picture that the camera stored."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import rawpy

import iio_core as iio
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

from ._complete import least_length
from ._development import Development, Named
from ._exif import tags_of
from ._forks import run
from ._metadata import camera_of

__all__ = ["RawReader"]

_BYTES = 8  # per pixel, that LibRaw takes while it develops: four colors of 16 bits


class RawReader:
    """Reads a raw file.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str
        The name of its format.
    shot_select : int
        Which shot, of a file that holds several.
    allow_truncated : bool
        Whether a file that is cut is developed all the same.
    """

    default_index = 0
    """What ``index=None`` means: the only image."""

    def __init__(
        self,
        resource: Resource,
        format: str | None,
        *,
        shot_select: int = 0,
        allow_truncated: bool = False,
    ) -> None:
        self._resource = resource
        self._name = resource.name
        if type(shot_select) is not int or shot_select < 0:
            raise OptionError(f"shot_select={shot_select!r} is not a number of a shot, from 0")
        if resource.size is not None:
            resource.limits.check_body(resource.size, name=resource.name)
        file = resource.open()
        self._data = file.read()  # a path would let LibRaw look for files beside it
        self._check_length(allow_truncated)
        self._raw = rawpy.RawPy()
        try:
            if shot_select:
                self._raw.set_unpack_params(shot_select=shot_select)
            self._raw.open_buffer(io.BytesIO(self._data))
        except rawpy.LibRawFileUnsupportedError as error:
            self._raw.close()
            if format == "CAMERA-TIFF" and resource.extension not in _raw_extensions():
                raise NotThisFormat("it begins as a TIFF file, but is no camera's") from error
            raise DecodeError(
                f"{self._name} is no raw file of a camera that LibRaw "
                f"{'.'.join(map(str, rawpy.libraw_version))} knows",
                plugin="raw",
                format=format,
            ) from error
        except BaseException:
            self._raw.close()
            raise
        self._sizes = self._raw.sizes
        self._thumbnail: bytes | np.ndarray | None = None

    def count(self) -> int:
        """Return 1: it is one picture."""
        return 1

    def read(
        self,
        *,
        index: Index = None,
        sensor: bool = False,
        thumbnail: bool = False,
        rotate: bool = False,
        demosaic_algorithm: Named = None,
        half_size: bool = False,
        four_color_rgb: bool = False,
        dcb_iterations: int = 0,
        dcb_enhance: bool = False,
        fbdd_noise_reduction: Named = "Off",
        noise_thr: float | None = None,
        median_filter_passes: int = 0,
        use_camera_wb: bool = False,
        use_auto_wb: bool = False,
        user_wb: Sequence[float] | None = None,
        output_color: Named = "sRGB",
        output_bps: int = 8,
        user_flip: int | None = None,
        user_black: int | None = None,
        user_cblack: Sequence[int] | None = None,
        user_sat: int | None = None,
        no_auto_bright: bool = False,
        auto_bright_thr: float | None = None,
        adjust_maximum_thr: float = 0.75,
        bright: float = 1.0,
        highlight_mode: Named = "Clip",
        exp_shift: float | None = None,
        exp_preserve_highlights: float = 0.0,
        no_auto_scale: bool = False,
        gamma: tuple[float, float] | None = None,
        chromatic_aberration: tuple[float, float] | None = None,
        bad_pixels_path: str | None = None,
    ) -> np.ndarray:
        """Develop the picture.

        Without options it is what ``rawpy.RawPy.postprocess()`` makes of it, not turned.

        Parameters
        ----------
        index : int
            0.
        sensor : bool
            Whether to return what the sensor gave, without its masked border: ``(height, width)``
            behind a mosaic of colors, which the metadata ``raw_pattern`` tells. Black level and
            white balance are not applied.
        thumbnail : bool
            Whether to return the picture that the camera stored beside it.
        rotate : bool
            Whether to turn it upright, as the camera says it was held.
        demosaic_algorithm : str, optional
            How colors are interpolated: ``"LINEAR"``, ``"VNG"``, ``"PPG"``, ``"AHD"``, ``"DCB"``,
            ``"DHT"``, ``"AAHD"``. By default AHD.
        half_size : bool
            Whether to make one pixel of four, which is quick.
        four_color_rgb : bool
            Whether both kinds of green are interpolated separately.
        dcb_iterations : int
            How often DCB corrects.
        dcb_enhance : bool
            Whether DCB interpolates with enhanced colors.
        fbdd_noise_reduction : str
            ``"Off"``, ``"Light"`` or ``"Full"``: noise reduction before the interpolation.
        noise_thr : float, optional
            Refused: LibRaw's wavelet denoising writes outside of its memory.
        median_filter_passes : int
            How often a median filter goes over the colors.
        use_camera_wb : bool
            Whether to take the white balance that the camera chose, and not that of daylight.
        use_auto_wb : bool
            Whether to find the white balance from the picture.
        user_wb : sequence of 4 floats, optional
            The white balance: a factor for each color.
        output_color : str
            ``"raw"``, ``"sRGB"``, ``"Adobe"``, ``"Wide"``, ``"ProPhoto"``, ``"XYZ"``, ``"ACES"``,
            ``"P3D65"`` or ``"Rec2020"``.
        output_bps : int
            8 or 16 bits.
        user_flip : int, optional
            How to turn it: 0 not, 3 by 180 degrees, 5 by 90 to the left, 6 by 90 to the right.
        user_black : int, optional
            The black level, in place of the camera's.
        user_cblack : sequence of 4 ints, optional
            What is added to the black level of each color.
        user_sat : int, optional
            The white level.
        no_auto_bright : bool
            Whether the brightness is left as it is.
        auto_bright_thr : float, optional
            Which part of the pixels may be clipped when it is not; by default 0.01.
        adjust_maximum_thr : float
            How far the white level may be lowered to what the picture has.
        bright : float
            A factor for the brightness.
        highlight_mode : str or int
            ``"Clip"``, ``"Ignore"``, ``"Blend"`` or ``"ReconstructDefault"``.
        exp_shift : float, optional
            A factor for the exposure, 0.25 to 8, while values are linear.
        exp_preserve_highlights : float
            How far highlights are kept when `exp_shift` lightens, 0 to 1.
        no_auto_scale : bool
            Whether values are left unscaled.
        gamma : tuple of 2 floats, optional
            Power and slope of the tone curve; by default those of Rec. BT.709, 2.222 and 4.5.
        chromatic_aberration : tuple of 2 floats, optional
            By what red and blue are scaled.
        bad_pixels_path : str, optional
            A list of bad pixels in dcraw's format, which are replaced.

        Returns
        -------
        numpy.ndarray
            ``(height, width, 3)`` of uint8, or of uint16 with ``output_bps=16``; of a camera
            without colors ``(height, width)``.

        Raises
        ------
        DecodeError
            If it is damaged, or has no thumbnail.
        OptionError
            If LibRaw takes no such value.
        """
        wanted = Development.of(locals())
        self._check(index)
        if wanted.thumbnail:
            return self._stored_picture()
        self._charge()
        if wanted.sensor:
            return np.array(self._seen(), order="C")
        try:
            image: np.ndarray[Any, Any] = run(self._raw.postprocess, **wanted.parameters())
        except TypeError as error:
            raise OptionError(
                f"this release of rawpy does not hand an option on: {error}"
            ) from error
        return image[..., 0] if image.shape[-1] == 1 else image

    def iter(
        self,
        *,
        sensor: bool = False,
        thumbnail: bool = False,
        rotate: bool = False,
        demosaic_algorithm: Named = None,
        half_size: bool = False,
        four_color_rgb: bool = False,
        dcb_iterations: int = 0,
        dcb_enhance: bool = False,
        fbdd_noise_reduction: Named = "Off",
        noise_thr: float | None = None,
        median_filter_passes: int = 0,
        use_camera_wb: bool = False,
        use_auto_wb: bool = False,
        user_wb: Sequence[float] | None = None,
        output_color: Named = "sRGB",
        output_bps: int = 8,
        user_flip: int | None = None,
        user_black: int | None = None,
        user_cblack: Sequence[int] | None = None,
        user_sat: int | None = None,
        no_auto_bright: bool = False,
        auto_bright_thr: float | None = None,
        adjust_maximum_thr: float = 0.75,
        bright: float = 1.0,
        highlight_mode: Named = "Clip",
        exp_shift: float | None = None,
        exp_preserve_highlights: float = 0.0,
        no_auto_scale: bool = False,
        gamma: tuple[float, float] | None = None,
        chromatic_aberration: tuple[float, float] | None = None,
        bad_pixels_path: str | None = None,
    ) -> Iterator[np.ndarray]:
        """Develop the picture; the options are those of `read`."""
        given = {name: value for name, value in locals().items() if name != "self"}
        yield self.read(index=0, **given)

    def properties(
        self,
        *,
        index: Index = None,
        sensor: bool = False,
        thumbnail: bool = False,
        rotate: bool = False,
        demosaic_algorithm: Named = None,
        half_size: bool = False,
        four_color_rgb: bool = False,
        dcb_iterations: int = 0,
        dcb_enhance: bool = False,
        fbdd_noise_reduction: Named = "Off",
        noise_thr: float | None = None,
        median_filter_passes: int = 0,
        use_camera_wb: bool = False,
        use_auto_wb: bool = False,
        user_wb: Sequence[float] | None = None,
        output_color: Named = "sRGB",
        output_bps: int = 8,
        user_flip: int | None = None,
        user_black: int | None = None,
        user_cblack: Sequence[int] | None = None,
        user_sat: int | None = None,
        no_auto_bright: bool = False,
        auto_bright_thr: float | None = None,
        adjust_maximum_thr: float = 0.75,
        bright: float = 1.0,
        highlight_mode: Named = "Clip",
        exp_shift: float | None = None,
        exp_preserve_highlights: float = 0.0,
        no_auto_scale: bool = False,
        gamma: tuple[float, float] | None = None,
        chromatic_aberration: tuple[float, float] | None = None,
        bad_pixels_path: str | None = None,
    ) -> ImageProperties:
        """Describe what `read` with the same options returns, without developing it."""
        wanted = Development.of(locals())
        self._check(index)
        if wanted.thumbnail:
            return self._describe_thumbnail()
        if wanted.sensor:
            self._charge()
            seen = self._seen()
            shape, dtype = seen.shape, seen.dtype
        else:
            if wanted.half_size:
                self._charge()
            shape = wanted.shape(self._raw, self._sizes)
            dtype = np.dtype(np.uint16 if wanted.output_bps == 16 else np.uint8)
        return ImageProperties(shape=shape, dtype=dtype, axes="YXS"[: len(shape)])

    def metadata(
        self, *, index: Index = None, exclude_applied: bool = True, rotate: bool = False
    ) -> dict[str, Any]:
        """Return what the camera says: Exif's tags by their names, LibRaw's values by rawpy's.

        Parameters
        ----------
        index : int
            0, or ``...``.
        exclude_applied : bool
            Whether to leave out how the camera was held, if `rotate` has turned the picture.
        rotate : bool
            As for `read`.
        """
        if index is not ...:
            self._check(index)
        found = {**tags_of(self._data), **camera_of(self._raw, self._sizes)}
        if rotate and exclude_applied:
            for name in ("Orientation", "flip"):
                found.pop(name, None)
        return found

    def thumbnail(self) -> bytes | None:
        """Return the picture that the camera stored as a JPEG file; None if it is no JPEG."""
        found = self._extracted()
        return found if isinstance(found, bytes) else None

    def close(self) -> None:
        """Let go of LibRaw's memory."""
        self._raw.close()
        self._data = b""

    def _check(self, index: Index) -> None:
        if index not in (0, None):
            raise FrameIndexError(f"{self._name} has one image; there is no number {index}")

    def _check_length(self, allow_truncated: bool) -> None:
        missing = least_length(self._data) - len(self._data)
        if missing <= 0:
            return
        text = f"{self._name} ends {missing} bytes before what its headers declare"
        if not allow_truncated:
            raise DecodeError(f"{text}; allow_truncated=True develops what there is", plugin="raw")
        warn(text)

    def _charge(self) -> None:
        """Check what LibRaw will take, which unpacks and develops when it is asked for pixels."""
        sizes = self._sizes
        self._resource.limits.check_array(
            (sizes.raw_height, sizes.raw_width),
            _BYTES,
            resource_size=len(self._data),
            name=self._name,
        )

    def _seen(self) -> np.ndarray:
        """Return LibRaw's own array of what the sensor saw."""
        seen: np.ndarray[Any, Any] = self._raw.raw_image_visible
        # Pixels that have all colors take the room of four.
        return seen[..., : self._raw.num_colors] if seen.ndim == 3 else seen

    def _extracted(self) -> bytes | np.ndarray:
        if self._thumbnail is None:
            try:
                self._thumbnail = self._raw.extract_thumb().data
            except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError) as error:
                raise DecodeError(
                    f"{self._name} has no thumbnail that LibRaw reads", plugin="raw"
                ) from error
        return self._thumbnail

    def _stored_picture(self) -> np.ndarray:
        found = self._extracted()
        if isinstance(found, bytes):
            return iio.imread(found, index=0, extension=".jpg")
        return found

    def _describe_thumbnail(self) -> ImageProperties:
        found = self._extracted()
        if isinstance(found, bytes):
            return iio.improps(found, index=0, extension=".jpg")
        return ImageProperties(shape=found.shape, dtype=found.dtype, axes="YXS"[: found.ndim])


def _raw_extensions() -> tuple[str, ...]:
    from ._spec import SPEC

    return SPEC.format("CAMERA-TIFF").extensions
