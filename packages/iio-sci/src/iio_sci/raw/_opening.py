"""Opening a raw file with LibRaw, after a look at whether it is whole."""

from __future__ import annotations

import io

import rawpy

from iio_core import DecodeError, NotThisFormat, OptionError, Resource, warn

from ._complete import least_length
from ._complete_makers import is_packed_cine

__all__ = ["check_shot", "content", "opened"]


def check_shot(shot_select: int) -> None:
    """Raise `OptionError` for what is no number of a shot."""
    if type(shot_select) is not int or shot_select < 0:
        raise OptionError(f"shot_select={shot_select!r} is not a number of a shot, from 0")


def content(resource: Resource, allow_truncated: bool) -> bytes:
    """Return all that is in the file: a path would let LibRaw look for files beside it.

    Raises
    ------
    LimitError
        If it is too large to be held.
    DecodeError
        If it is shorter than its headers declare, unless that is allowed.
    """
    if resource.size is not None:
        resource.limits.check_body(resource.size, name=resource.name)
    data = resource.open().read()
    missing = least_length(data) - len(data)
    if missing > 0:
        text = f"{resource.name} ends {missing} bytes before what its headers declare"
        if not allow_truncated:
            raise DecodeError(f"{text}; allow_truncated=True develops what there is", plugin="raw")
        warn(text)
    return data


def opened(
    data: bytes, resource: Resource, format: str | None, shot_select: int = 0
) -> rawpy.RawPy:
    """Return LibRaw with a file, of which it has read the headers.

    Parameters
    ----------
    data : bytes
        What is in the file.
    resource : Resource
        Whose it is.
    format : str
        The name of its format.
    shot_select : int
        Which shot, of a file that holds several.

    Raises
    ------
    NotThisFormat
        If it begins as TIFF does, has no extension of a raw file, and is no camera's; if it is of
        a camera only by its extension, which others have too; if LibRaw would not unpack it.
    DecodeError
        If LibRaw knows no such camera.
    """
    if is_packed_cine(data):
        raise NotThisFormat("its values are packed, which LibRaw does not unpack of a Cine")
    raw = rawpy.RawPy()
    try:
        if shot_select:
            raw.set_unpack_params(shot_select=shot_select)
        raw.open_buffer(io.BytesIO(data))
    except rawpy.LibRawFileUnsupportedError as error:
        raw.close()
        if format == "CAMERA-TIFF" and resource.extension not in _raw_extensions():
            raise NotThisFormat("it begins as a TIFF file, but is no camera's") from error
        if format == "CAMERA-BARE" and resource.extension == ".raw":
            raise NotThisFormat("neither its size nor its beginning is a camera's") from error
        raise DecodeError(
            f"{resource.name} is no raw file of a camera that LibRaw "
            f"{'.'.join(map(str, rawpy.libraw_version))} knows",
            plugin="raw",
            format=format,
        ) from error
    except BaseException:
        raw.close()
        raise
    return raw


def _raw_extensions() -> tuple[str, ...]:
    from ._spec import SPEC

    return SPEC.format("CAMERA-TIFF").extensions
