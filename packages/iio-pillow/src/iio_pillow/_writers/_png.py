"""Writing PNG and animated PNG (PNG specification, third edition, W3C 2025)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from PIL import Image, PngImagePlugin

from iio_core import OptionError, Target

from .._apng_writer import ApngAssembler
from ._base import Options, PillowWriter
from ._checks import Rule, any_of, entry_of, flag, instance, number, one_of, packet, several, whole
from ._timing import milliseconds_of

__all__ = ["PngWriter"]


class PngWriter(PillowWriter):
    """Writes PNG; from the second image on an animated one, a frame at a time."""

    holds = frozenset(
        {
            *("dpi", "icc_profile", "exif", "xmp", "gamma", "chromaticity", "text", "transparency"),
            *("duration", "loop"),
        }
    )
    rules: ClassVar[Mapping[str, Rule]] = {
        "compress_level": whole(0, 9),
        "compress_type": whole(0, 4),
        "optimize": flag,
        "bits": one_of(1, 2, 4, 8),
        "dictionary": packet,
        "transparency": any_of(
            whole(0, 65535),
            several(3, whole(0, 65535), "three of them"),
            instance(bytes, words="bytes"),
        ),
        "pnginfo": instance(PngImagePlugin.PngInfo, words="a PIL.PngImagePlugin.PngInfo"),
        "loop": whole(0, (1 << 31) - 1),
        "disposal": one_of(0, 1, 2),
        "blend": one_of(0, 1),
        "default_image": flag,
    }
    held_rules: ClassVar[Mapping[str, Rule]] = {
        "gamma": number(0, 42949),
        "chromaticity": several(8, number(0, 42949), "eight numbers"),
    }

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._animation: ApngAssembler | None = None
        self._loop = 0
        self._count = 0

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        compress_level: int | None = None,
        compress_type: int | None = None,
        optimize: bool = False,
        bits: int | None = None,
        dictionary: bytes | None = None,
        transparency: int | bytes | tuple[int, int, int] | None = None,
        dpi: tuple[float, float] | None = None,
        icc_profile: bytes | None = None,
        exif: bytes | None = None,
        pnginfo: PngImagePlugin.PngInfo | None = None,
        duration: float | Sequence[float] | None = None,
        fps: float | None = None,
        loop: int | None = None,
        disposal: int | Sequence[int] = 0,
        blend: int | Sequence[int] = 0,
        default_image: bool = False,
    ) -> None:
        """Encode an image, or the next frame of an animation.

        Parameters
        ----------
        image : numpy.ndarray
            bool or uint16 ``(height, width)``, uint8 ``(height, width)`` or with 2 to 4 channels.
        metadata : mapping, optional
            ``dpi``, ``icc_profile``, ``exif``, EXIF tags by name, ``xmp``, ``gamma``,
            ``transparency``, ``duration``, ``loop``; any other name with a string becomes a text
            chunk.
        mode : str, optional
            The mode of Pillow's to convert to: ``"P"``, ``"L"``, ``"1"``, and so on.
        compress_level : int, optional
            0 (none) to 9 (small and slow); Pillow's default is 6.
        compress_type : int, optional
            The strategy of zlib.
        optimize : bool
            Whether to try for the smallest file; sets `compress_level` to 9.
        bits : int, optional
            1, 2, 4 or 8: colors are reduced to a palette of ``2 ** bits``.
        dictionary : bytes, optional
            Preset dictionary for zlib.
        transparency : int, bytes or tuple of int, optional
            The gray value, palette index or color that is transparent, or the alpha of each palette
            entry.
        dpi : tuple of float, optional
            Pixels per inch, horizontal and vertical.
        icc_profile, exif : bytes, optional
            Embedded as they are.
        pnginfo : PIL.PngImagePlugin.PngInfo, optional
            Text and other chunks.
        duration : float or sequence of float, optional
            How long the frame is shown, in milliseconds, or a list with one for each frame; 100 if
            neither this nor `fps` is given.
        fps : float, optional
            Frames per second, instead of `duration`.
        loop : int, optional
            How often the animation is played; 0, the default, is forever.
        disposal : {0, 1, 2} or sequence of int
            Afterwards: 0 leaves the frame, 1 clears it, 2 brings back what was there before; or a
            list with one for each frame.
        blend : {0, 1} or sequence of int
            0 replaces what is there, 1 is drawn over it; or a list with one for each frame.
        default_image : bool
            Whether the first image is only for programs that cannot animate.

        Raises
        ------
        EncodeError
            For an array that PNG (through Pillow) cannot hold, or frames of different size or type.
        """
        after = entry_of("disposal", disposal, self._count)
        over = entry_of("blend", blend, self._count)
        self._given(loop=loop, disposal=after, blend=over, default_image=default_image)
        options = self._given(
            compress_level=compress_level,
            compress_type=compress_type,
            optimize=optimize,
            bits=bits,
            dictionary=dictionary,
            transparency=transparency,
            dpi=dpi,
            icc_profile=icc_profile,
            exif=exif,
            pnginfo=pnginfo,
        )
        held = self._held(metadata, self._count)
        shown = held.pop("duration", None) if duration is None else duration
        repeat = held.pop("loop", 0) if loop is None else loop
        milliseconds = milliseconds_of(shown, fps, self._count)
        animation = self._animation
        if loop is not None and animation is not None and loop != self._loop:
            raise OptionError(f"loop={loop}: it was {self._loop} for the frames before")
        picture = self._picture(image, mode, bits)
        self._check_transparent(picture, transparency, held)
        options |= self._given(pnginfo=_info(pnginfo, held))
        encoded = self._encoded(picture, held | options)
        if animation is None:
            animation = self._begun(repeat, default_image)
        self._add(animation, encoded, duration_ms=milliseconds, blend=over, disposal=after)

    def _picture(self, image: np.ndarray, mode: str | None, bits: int | None) -> Image.Image:
        """Return an image with as many colors as so many bits can tell."""
        picture = self._image(image, mode)
        if bits is None or picture.mode in {"1", "P"}:
            return picture
        return picture.quantize(2**bits)

    def _begun(self, loop: int, default_image: bool) -> ApngAssembler:
        """Open the file, with what is said of the whole of it."""
        self._loop = loop
        self._animation = ApngAssembler(self._target.open(), loop=loop, default_image=default_image)
        return self._animation

    def _add(self, animation: ApngAssembler, encoded: bytes, **how: Any) -> None:
        """Add an encoded image as the next frame."""
        try:
            animation.add(encoded, **how)
        except ValueError as error:
            raise self._refuse(
                f"frame {self._count} does not fit the ones before: {error}"
            ) from None
        self._count += 1

    def _check_transparent(self, picture: Image.Image, asked: Any, held: Options) -> None:
        """Refuse a transparent color that the image cannot have; of metadata, warn and drop it."""
        if asked is not None and not _fits(picture.mode, asked):
            raise OptionError(
                f"transparency={asked!r} is not for an image of mode {picture.mode}: it is a gray "
                "value, a tuple of red, green and blue, an index or bytes for a palette"
            )
        if "transparency" in held and not _fits(picture.mode, held["transparency"]):
            del held["transparency"]
            if asked is None and not picture.mode.endswith("A"):
                self._warn_of_metadata(
                    "the transparent color in the metadata is not one of an image of mode "
                    f"{picture.mode}; it is left out"
                )

    def close(self) -> None:
        """Write the last frame and the number of frames."""
        if self._animation is not None:
            self._animation.finish()


_GRAYS = {"1": 255, "L": 255, "I;16": 65535}


def _fits(mode: str, color: Any) -> bool:
    """Tell whether a color can be the transparent one of an image of this mode."""
    if isinstance(color, bytes):
        return mode == "P" and len(color) <= 256
    if isinstance(color, Sequence):
        return mode == "RGB" and len(color) == 3 and all(0 <= value <= 255 for value in color)
    return bool(0 <= color <= (255 if mode == "P" else _GRAYS.get(mode, -1)))


def _info(info: PngImagePlugin.PngInfo | None, held: Options) -> PngImagePlugin.PngInfo | None:
    """Return the chunks that metadata asks for, behind those that the caller gave."""
    text: dict[str, str] = held.pop("text", {})
    gamma = held.pop("gamma", None)
    xmp = held.pop("xmp", None)
    colors = held.pop("chromaticity", None)
    if not text and gamma is None and xmp is None and colors is None:
        return info
    made = PngImagePlugin.PngInfo()
    for chunk in info.chunks if info is not None else ():
        made.chunks.append(chunk)
    if gamma is not None:
        made.add(b"gAMA", round(float(gamma) * 100_000).to_bytes(4, "big"))
    if colors is not None:  # white, red, green and blue, each x and y
        made.add(b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in colors)))
    if xmp is not None:
        packet = xmp.decode("utf-8", "surrogateescape") if isinstance(xmp, bytes) else xmp
        made.add_itxt("XML:com.adobe.xmp", packet)
    for name, value in text.items():
        if isinstance(value, PngImagePlugin.iTXt):
            made.add_itxt(name, value, value.lang or "", value.tkey or "")
        elif value.isascii() or _is_latin(value):
            made.add_text(name, value)
        else:
            made.add_itxt(name, value)
    return made


def _is_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True
