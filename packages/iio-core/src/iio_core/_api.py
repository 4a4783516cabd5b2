"""The six calls. Each is one session, opened and closed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from ._errors import EncodeError, OptionError
from ._holding import kind_of
from ._opening import open_reading, open_writing
from ._translate import CAUGHT

if TYPE_CHECKING:
    import numpy as np

    from ._properties import ImageProperties
    from ._session import ReadSession, WriteSession

__all__ = ["imiter", "immeta", "imopen", "improps", "imread", "imwrite"]


def imread(
    uri: Any,
    *,
    index: Any = None,
    plugin: Any = None,
    extension: str | None = None,
    trust: Collection[str] = (),
    **options: Any,
) -> np.ndarray:
    """Read an image.

    Parameters
    ----------
    uri : str, os.PathLike, bytes or file object
        Where it is. A file object is read from its beginning and left open.
    index : int, slice, list of int, ``...`` or None
        Which image; negative from the end; several are stacked along a new first axis, ``...`` are
        all. None is what the format documents: all of a GIF or a video, else the first one.
    plugin : str or plugin, optional
        Who is to read it; otherwise the file's own first bytes and its extension decide.
    extension : str, optional
        The extension to go by instead of the resource's own.
    trust : collection of str
        Names of formats that are read although decoding them can run programs (``{"EPS"}``).
    **options : Any
        The plugin's own, checked before anything is opened. Core's own ``writeable_output=False``
        allows a read-only array where that saves a copy.

    Returns
    -------
    numpy.ndarray
        ``(height, width)`` or ``(height, width, channels)`` in RGB order, in the file's bit depth;
        with several images one axis more in front.

    Raises
    ------
    FileNotFoundError
        If there is nothing.
    NoPluginError
        If nobody here reads it; `PluginNotInstalledError` if somebody else would.
    DecodeError
        If it is damaged, or not what its name says.
    FrameIndexError
        If it has no such image.
    LimitError
        If the array would be larger than `iio_core.limits` allows.
    OptionError
        If the plugin does not know an option.

    Examples
    --------
    >>> import iio_core as iio
    >>> iio.imread("cat.png").shape  # doctest: +SKIP
    (300, 451, 3)
    """
    writeable = options.pop("writeable_output", True) if options else True
    session, rest = open_reading(
        uri, plugin=plugin, extension=extension, trust=trust, options=options, call="read"
    )
    try:
        return session.read(index=index, writeable_output=writeable, **rest)
    finally:
        session.close()


def imiter(
    uri: Any,
    *,
    plugin: Any = None,
    extension: str | None = None,
    trust: Collection[str] = (),
    **options: Any,
) -> Iterator[np.ndarray]:
    """Read one image after the other; memory stays at a few images.

    Parameters
    ----------
    uri, plugin, extension, trust, **options
        As for `imread`.

    Yields
    ------
    numpy.ndarray
        Each image. The resource is open until the iterator is exhausted, closed or forgotten.

    Raises
    ------
    IIOError
        As `imread`, when the iteration begins.

    Examples
    --------
    >>> import iio_core as iio
    >>> for frame in iio.imiter("newtonscradle.gif"):  # doctest: +SKIP
    ...     print(frame.mean())
    """
    writeable = options.pop("writeable_output", True) if options else True
    session, rest = open_reading(
        uri, plugin=plugin, extension=extension, trust=trust, options=options, call="iter"
    )
    with session:
        yield from session.iter(writeable_output=writeable, **rest)


def improps(
    uri: Any,
    *,
    index: Any = None,
    plugin: Any = None,
    extension: str | None = None,
    trust: Collection[str] = (),
    **options: Any,
) -> ImageProperties:
    """Describe what `imread` with the same arguments returns, without decoding pixels.

    Parameters
    ----------
    uri, index, plugin, extension, trust, **options
        As for `imread`. ``count_frames=True`` decodes where only that tells how many images
        there are.

    Returns
    -------
    ImageProperties
        Shape, dtype, number of images, spacing, axes.

    Raises
    ------
    IIOError
        As `imread`.

    Examples
    --------
    >>> import iio_core as iio
    >>> iio.improps("cat.png").shape  # doctest: +SKIP
    (300, 451, 3)
    """
    count_frames = options.pop("count_frames", False) if options else False
    session, rest = open_reading(
        uri, plugin=plugin, extension=extension, trust=trust, options=options, call="properties"
    )
    with session:
        return session.properties(index=index, count_frames=count_frames, **rest)


def immeta(
    uri: Any,
    *,
    index: Any = None,
    plugin: Any = None,
    extension: str | None = None,
    exclude_applied: bool = True,
    trust: Collection[str] = (),
    **options: Any,
) -> dict[str, Any]:
    """Return what the file says of an image beside its pixels.

    Parameters
    ----------
    uri, plugin, extension, trust, **options
        As for `imread`.
    index : int, ``...`` or None
        Which image; ``...`` for the metadata of the whole file.
    exclude_applied : bool
        Whether to leave out what reading with the same options applies to the pixels.

    Returns
    -------
    dict
        ``imwrite(..., metadata=)`` takes it back.

    Raises
    ------
    IIOError
        As `imread`.

    Examples
    --------
    >>> import iio_core as iio
    >>> iio.immeta("cat.png")["mode"]  # doctest: +SKIP
    'RGB'
    """
    session, rest = open_reading(
        uri, plugin=plugin, extension=extension, trust=trust, options=options, call="metadata"
    )
    with session:
        return session.metadata(index=index, exclude_applied=exclude_applied, **rest)


def imwrite(
    uri: Any,
    image: Any,
    *,
    plugin: Any = None,
    extension: str | None = None,
    format: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    is_batch: bool | None = None,
    fsync: bool = False,
    **options: Any,
) -> bytes | None:
    """Write an image, or several, all or nothing.

    Until the new file is complete the old one stays as it is, whatever raises and whatever kills
    the process.

    Parameters
    ----------
    uri : str, os.PathLike or file object
        Where to; ``"<bytes>"`` returns the encoded file. A file object is written to only when all
        is encoded, and left open.
    image : array_like or iterable of array_like
        ``(height, width)`` or ``(height, width, channels)``; with one axis more in front, a list or
        an iterable: several images.
    plugin : str or plugin, optional
        Who is to write it; otherwise the extension decides, and between plugins with an equal claim
        to it which one holds such pixels.
    extension : str, optional
        The extension to go by instead of the target's own.
    format : str, optional
        The name of the format to write, whatever the extension.
    metadata : mapping, optional
        As `immeta` returns it. What the format cannot hold is told by a `MetadataWarning`.
    is_batch : bool, optional
        Whether the first axis counts images, where the shape does not tell.
    fsync : bool
        Whether to wait until the data has reached the disk.
    **options : Any
        The plugin's own, checked before anything is written.

    Returns
    -------
    bytes or None
        The encoded file, for ``"<bytes>"``.

    Raises
    ------
    EncodeError
        If the format cannot hold such an image.
    NoPluginError
        If nobody here writes such a file; the message lists what could be written.
    OptionError
        If the plugin does not know an option.
    OSError
        If the target cannot be written.

    Examples
    --------
    >>> import iio_core as iio
    >>> iio.imwrite("cat.jpg", image, quality=90)  # doctest: +SKIP
    """
    session, rest = open_writing(
        uri,
        plugin=plugin,
        extension=extension,
        format=format,
        fsync=fsync,
        options=options,
        call="write",
        kind=kind_of(image, is_batch),
    )
    try:
        session.write(image, is_batch=is_batch, metadata=metadata, **rest)
        if not session.written:
            raise EncodeError(f"there are no images to write to {uri}", plugin=session.plugin)
        session.close()
    except BaseException:
        try:
            session.abort()
        except CAUGHT:
            pass  # the first error is the one to tell
        raise
    return session.getvalue() if isinstance(uri, str) and uri == "<bytes>" else None


@overload
def imopen(
    uri: Any,
    io_mode: Literal["r"],
    *,
    plugin: Any = None,
    extension: str | None = None,
    trust: Collection[str] = (),
    **options: Any,
) -> ReadSession: ...
@overload
def imopen(
    uri: Any,
    io_mode: Literal["w"],
    *,
    plugin: Any = None,
    extension: str | None = None,
    format: str | None = None,
    fsync: bool = False,
    **options: Any,
) -> WriteSession: ...
@overload
def imopen(
    uri: Any,
    io_mode: str,
    *,
    plugin: Any = None,
    extension: str | None = None,
    **options: Any,
) -> ReadSession | WriteSession: ...
def imopen(
    uri: Any,
    io_mode: str,
    *,
    plugin: Any = None,
    extension: str | None = None,
    **options: Any,
) -> ReadSession | WriteSession:
    """Open a resource for several reads or writes.

    Parameters
    ----------
    uri : Any
        As for `imread` or `imwrite`.
    io_mode : {"r", "w"}
        To read or to write.
    plugin, extension, trust, format, fsync
        As for `imread` and `imwrite`.
    **options : Any
        Those that the plugin takes when it opens.

    Returns
    -------
    ReadSession or WriteSession
        A context manager.

    Raises
    ------
    IIOError
        As `imread` and `imwrite`.

    Examples
    --------
    >>> import iio_core as iio
    >>> with iio.imopen("newtonscradle.gif", "r") as file:  # doctest: +SKIP
    ...     first, last = file.read(index=0), file.read(index=-1)
    """
    if io_mode == "r":
        trust = options.pop("trust", ())
        reading, _ = open_reading(
            uri, plugin=plugin, extension=extension, trust=trust, options=options
        )
        return reading
    if io_mode == "w":
        format, fsync = options.pop("format", None), options.pop("fsync", False)
        writing, _ = open_writing(
            uri, plugin=plugin, extension=extension, format=format, fsync=fsync, options=options
        )
        return writing
    raise OptionError(f"io_mode={io_mode!r}: it is 'r' to read or 'w' to write")
