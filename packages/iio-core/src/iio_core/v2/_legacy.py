"""How a plugin's wheel brings the names and options of imageio 2.9.

A wheel's `PluginSpec.legacy` points to a table: a tuple of `LegacyFormat`, one for each name that
scripts give as ``format=``. The table is data and small functions: it is imported with the first
call of `iio_core.v2`, and must import neither a backend nor NumPy by itself.

>>> from iio_core.v2 import LegacyFormat
>>> class Png(LegacyFormat):
...     def reading(self, options):
...         options = dict(options)
...         if "ignoregamma" in options:
...             options["apply_gamma"] = not options.pop("ignoregamma")
...         return options
>>> TABLE = (Png(name="PNG-PIL", format="PNG", modes="i"),)
>>> TABLE[0].reading({"ignoregamma": False})
{'apply_gamma': True}
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import _options

if TYPE_CHECKING:
    import numpy as np

    from .._properties import ImageProperties
    from .._session import ReadSession
    from .._spec import Format

__all__ = ["Finish", "LegacyFormat", "Options"]

Options = dict[str, Any]
Finish = Callable[[Any], Any]  # an array, and what is made of it


@dataclass(frozen=True, kw_only=True)
class LegacyFormat:
    """A format by its name of imageio 2.9. Subclass it for what is different.

    Parameters
    ----------
    name : str
        What scripts give as ``format=``, in any case: ``"PNG-PIL"``, ``"FFMPEG"``.
    format : str, optional
        The plugin's own format that it stands for. None: whichever the plugin recognizes.
    modes : str
        What it holds, of ``iIvV``: an image, several, a volume, several.
    description : str
        One line; by default the title of `format`.
    extensions : tuple of str, optional
        By default those of `format`; without one, those of all formats of the plugin.
    slices : bool
        Whether a volume is written image by image, and not as one array.
    stands_in : bool
        Whether the name is that of another backend, whose format this one reads or writes in its
        place: it stands for this one only where no plugin has it for its own.

    Examples
    --------
    >>> LegacyFormat(name="GIF-PIL", format="GIF").modes
    'iI'
    """

    name: str
    format: str | None = None
    modes: str = "iI"
    description: str = ""
    extensions: tuple[str, ...] | None = None
    slices: bool = False
    stands_in: bool = False

    def __post_init__(self) -> None:
        if not self.name or set(self.modes) - set("iIvV"):
            raise ValueError(f"{self!r}: it needs a name, and modes are of 'iIvV'")

    def documentation(self) -> str:
        """Return what ``help(name)`` prints below the description.

        An empty string, the default: the options of the plugin are listed from its signatures.
        """
        return ""

    def names(self, *, writing: bool) -> Collection[str]:
        """Return the names of options that are translated, for the error about any other."""
        return ()

    def reading(self, options: Mapping[str, Any]) -> Options:
        """Translate keyword arguments of ``imread``, ``get_reader`` or ``get_data`` into ours.

        What it does not know it leaves as it is: the plugin will refuse it by name. It is called
        also without any options, for defaults that differ.
        """
        return dict(options)

    def finish(self, options: Mapping[str, Any]) -> Finish | None:
        """Return what is left to be done to each array for these keyword arguments, if anything.

        It gets the keyword arguments as the script gave them.
        """
        return None

    def writing(self, options: Mapping[str, Any]) -> Options:
        """Translate keyword arguments of ``imwrite`` or ``get_writer`` into ours."""
        return dict(options)

    def prepare(
        self, image: np.ndarray[Any, Any], format: Format, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return the array that is written for the one that was given; what is lost is told.

        By default an array of a type that the format cannot hold becomes ``uint8`` as in imageio
        2.9 (`iio_core.v2.core.image_as_uint`), if it can hold those.

        Parameters
        ----------
        image : numpy.ndarray
            One image, or one volume.
        format : iio_core.Format
            What is being written.
        options : mapping
            The keyword arguments as the script gave them.
        """
        held = {pixels.dtype for pixels in format.writes}
        if image.dtype.name in held or image.dtype.kind not in "fiub":
            return image
        bits = 8 if "uint8" in held else 16 if "uint16" in held else 0
        if not bits:
            return image
        from ._uint import image_as_uint

        return image_as_uint(image, bits)

    def count(self, session: ReadSession, mode: str) -> int | None:
        """Return how many images there are, or volumes in mode ``v`` and ``V``; None: unknown."""
        total = session.count()
        if mode in ("v", "V") and not self._has_volumes(session):
            return 1 if total is None else min(total, 1)
        return total

    def read(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an image, or a volume in mode ``v`` and ``V``.

        By default an image that is a volume itself; else all images, stacked, are the one volume.

        Parameters
        ----------
        session : ReadSession
            The open file.
        index : int
            Which, from 0.
        mode : {"i", "I", "v", "V", "?"}
            What the caller expects.
        options : mapping
            Ours, as `reading` returned them, without those that were for opening.
        """
        return session.read(index=self._which(session, index, mode), **options)

    def iter(
        self, session: ReadSession, mode: str, options: Mapping[str, Any]
    ) -> Iterator[np.ndarray[Any, Any]] | None:
        """Iterate over what `read` returns for one index after the other.

        By default, None, it is asked for each. ``session.iter(**options)`` can be faster, and tells
        of a file that is cut behind a whole image.
        """
        return None

    def properties(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> ImageProperties:
        """Describe what `read` with the same arguments returns, without decoding pixels."""
        return session.properties(index=self._which(session, index, mode), **options)

    def metadata(
        self, session: ReadSession, index: int | None, mode: str, options: Mapping[str, Any]
    ) -> Options:
        """Return the metadata of an image, or with None of the whole file.

        By default without what reading with the same options (ours) applies to the pixels: a JPEG
        that was turned upright does not say any more how it was held.
        """
        known = _options.names(session._reader.metadata)
        applied = {name: value for name, value in options.items() if name in known}
        if index is None or (mode in ("v", "V") and not self._has_volumes(session)):
            return session.metadata(index=..., **applied)
        return session.metadata(index=index, **applied)

    def _which(self, session: ReadSession, index: int, mode: str) -> Any:
        if mode in ("v", "V") and not self._has_volumes(session):
            if index:
                from .._errors import FrameIndexError

                raise FrameIndexError(f"there is no volume {index}: all images are one volume")
            return ...
        return index

    def _has_volumes(self, session: ReadSession) -> bool:
        """Tell whether single images of the file are volumes already."""
        if session.count() == 0:
            return False
        shape = session.properties(index=0).shape
        return len(shape) > 3 or (len(shape) == 3 and shape[-1] not in (1, 2, 3, 4))
