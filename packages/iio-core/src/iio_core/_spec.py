"""What a plugin says of itself without being imported.

A plugin wheel's entry point names a `PluginSpec`. It is data: building one imports no backend, so
finding out who can read a file costs microseconds however many plugins are installed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["API", "Advisory", "Format", "Pixels", "PluginSpec", "Signature"]

API = 1
"""The number of the plugin interface that this core speaks."""

Trust = Literal["fuzzed", "unfuzzed", "external"]
_Bytes = bytes  # `Signature.bytes` hides the type inside its class


@dataclass(frozen=True, slots=True)
class Signature:
    r"""Bytes that files of a format have at a fixed place.

    Parameters
    ----------
    offset : int
        Where they stand, in bytes from the beginning.
    bytes : bytes
        What stands there.
    mask : bytes, optional
        As long as `bytes`; only bits that are set here are compared.

    Examples
    --------
    >>> mask = bytes([255] * 4 + [0] * 4 + [255] * 4)
    >>> webp = Signature(0, b"RIFF\0\0\0\0WEBP", mask)
    >>> webp.matches(b"RIFF\x24\x1a\0\0WEBPVP8 ")
    True
    """

    offset: int
    bytes: _Bytes
    mask: _Bytes | None = None

    def __post_init__(self) -> None:
        if self.offset < 0 or not self.bytes:
            raise ValueError("a signature needs at least one byte at an offset of 0 or more")
        if self.mask is not None:
            if len(self.mask) != len(self.bytes):
                raise ValueError("a signature's mask is as long as its bytes")
            if any(b & ~m & 0xFF for b, m in zip(self.bytes, self.mask, strict=True)):
                raise ValueError("a signature has bits outside of its mask: it could never match")

    @property
    def end(self) -> int:
        """How many bytes of the header are needed to decide."""
        return self.offset + len(self.bytes)

    @property
    def weight(self) -> int:
        """How many bits are compared: of two signatures that match, the heavier says more."""
        if self.mask is None:
            return 8 * len(self.bytes)
        return sum(m.bit_count() for m in self.mask)

    def matches(self, head: _Bytes) -> bool:
        """Whether a header that begins with `head` has this signature."""
        if self.mask is None:
            return head.startswith(self.bytes, self.offset)
        part = head[self.offset : self.end]
        if len(part) < len(self.bytes):
            return False
        number = int.from_bytes  # all bytes at once
        return number(part, "big") & number(self.mask, "big") == number(self.bytes, "big")


@dataclass(frozen=True, slots=True)
class Pixels:
    """Pixel types that a format holds exactly: one dtype and the channel counts it comes in.

    Parameters
    ----------
    dtype : str
        The name of a NumPy dtype, in native byte order.
    channels : tuple of int
        1 stands for ``(height, width)``, any other n for ``(height, width, n)``. Empty: any shape.
    """

    dtype: str
    channels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One file format, as one plugin handles it.

    Parameters
    ----------
    name : str
        Its short name, ``"PNG"``. Unique within a plugin.
    title : str
        Its full name.
    extensions : tuple of str
        In lower case, with their dot; the first is the usual one. ``".nii.gz"`` is fine.
    signatures : tuple of Signature
        Any of them identifies the format.
    signature_alone : bool
        False for a signature so weak that it counts only together with an extension.
    extension_alone : bool, optional
        Whether a file counts as this format by its extension, without any of its signatures.
        None, the default: only if the format has no signatures.
    reads, writes : tuple of Pixels
        What comes out of reading, and what can be written without loss of values (a lossy
        compression apart). Empty: cannot be read, or written.
    lossy : bool
        Whether written pixels come back changed even within `writes` (JPEG).
    multiple : bool
        Whether one file holds several images.
    streams : bool
        Whether images are encoded as they are written, so that memory stays at a few images.
    reads_all : bool
        Whether ``index=None`` means all images (a GIF) and not the first one.
    devices : tuple of str
        Device resources that it reads: ``"<screen>"``. A ``#`` at the end stands for a number:
        ``"<video#>"`` is ``<video0>``, ``<video1>`` and so on, and not ``<video>``.
    directories : bool
        Whether it reads directories.
    trust : {"fuzzed", "unfuzzed", "external"}
        ``external`` is what can make a decoder run a program, open a socket or open another file:
        it is used only on request.
    priority : int
        Among equal claims the higher comes first.
    modules : tuple of str
        Modules that must be importable for this format, beyond what the wheel depends on.
    requires : str, optional
        What to ``pip install`` when one of `modules` is missing.
    specification : str
        Title, section and address of the format's specification.
    """

    name: str
    title: str
    extensions: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    signature_alone: bool = True
    extension_alone: bool | None = None
    reads: tuple[Pixels, ...] = ()
    writes: tuple[Pixels, ...] = ()
    lossy: bool = False
    multiple: bool = False
    streams: bool = False
    reads_all: bool = False
    devices: tuple[str, ...] = ()
    directories: bool = False
    trust: Trust = "unfuzzed"
    priority: int = 0
    modules: tuple[str, ...] = ()
    requires: str | None = None
    specification: str = ""

    def __post_init__(self) -> None:
        for extension in self.extensions:
            if not extension.startswith(".") or extension != extension.lower():
                raise ValueError(
                    f"{self.name}: the extension {extension!r} is not in lower case with a dot"
                )
        if self.extension_alone is None:
            object.__setattr__(self, "extension_alone", not self.signatures)
        if not (self.extensions or self.signatures or self.devices or self.directories):
            raise ValueError(f"{self.name}: nothing says which resources are of this format")
        for device in self.devices:
            if not (device.startswith("<") and device.endswith(">")):
                raise ValueError(f"{self.name}: the device {device!r} is not in angle brackets")

    def reads_device(self, device: str) -> bool:
        """Whether `devices` has one of this name, which is given without brackets.

        Examples
        --------
        >>> Format(name="CAMERA", title="Webcams", devices=("<video#>",)).reads_device("video0")
        True
        """
        kind = device.rstrip("0123456789")
        return f"<{device}>" in self.devices or (kind != device and f"<{kind}#>" in self.devices)


@dataclass(frozen=True, slots=True)
class Advisory:
    """Versions of a backend that are known to be dangerous; `explain` warns of them by name.

    Parameters
    ----------
    distribution : str
        The backend's name on PyPI.
    below : str
        The first version that is not affected.
    reason : str
        What is wrong with the older ones.
    """

    distribution: str
    below: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginSpec:
    """A plugin's static description: the target of its entry point.

    Parameters
    ----------
    name : str
        What users type as ``plugin=``.
    title : str
        One line on what it is.
    plugin : str
        Where the plugin object is, ``"module:attribute"``. Imported when it is first used.
    formats : tuple of Format
        What it handles, the most usual first.
    aliases : tuple of str
        Other names that ``plugin=`` accepts.
    api : int
        The plugin interface it is written for.
    license : str
        SPDX expression, of the backend as well as of the wheel.
    backend : str, optional
        The backend's distribution on PyPI.
    advisories : tuple of Advisory
        Backend versions to warn of.
    legacy : str, optional
        Where its table of imageio v2 names and option translations is, ``"module:attribute"``.
    on_request : bool
        Whether it is used only by somebody who names it, or one of its names of imageio v2: by
        itself no file is given to it.

    Examples
    --------
    >>> PluginSpec(
    ...     name="farbfeld",
    ...     title="farbfeld images",
    ...     plugin="iio_example._plugin:PLUGIN",
    ...     formats=(
    ...         Format(
    ...             name="farbfeld",
    ...             title="farbfeld",
    ...             extensions=(".ff",),
    ...             signatures=(Signature(0, b"farbfeld"),),
    ...         ),
    ...     ),
    ... ).name
    'farbfeld'
    """

    name: str
    title: str
    plugin: str
    formats: tuple[Format, ...]
    aliases: tuple[str, ...] = ()
    api: int = API
    license: str = ""
    backend: str | None = None
    advisories: tuple[Advisory, ...] = ()
    legacy: str | None = None
    on_request: bool = False

    def format(self, name: str) -> Format:
        """Return the format of this name, in any case.

        Raises
        ------
        KeyError
            If the plugin has no such format.
        """
        for format in self.formats:
            if format.name.lower() == name.lower():
                return format
        raise KeyError(name)
