"""What the plugin for HDF5 says of itself."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

_MAGIC = b"\x89HDF\r\n\x1a\n"
_KINDS = (
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
)
_ANY = tuple(Pixels(kind) for kind in _KINDS)

SPEC = PluginSpec(
    name="hdf5",
    title="HDF5 through h5py",
    plugin="iio_sci.hdf5._plugin:PLUGIN",
    aliases=("h5py",),
    license="BSD-2-Clause AND BSD-3-Clause",
    backend="h5py",
    legacy="iio_sci.hdf5._legacy:TABLE",
    formats=(
        Format(
            name="HDF5",
            title="Hierarchical Data Format 5",
            extensions=(".h5", ".hdf5", ".hdf", ".he5", ".nc", ".mat"),
            # A block of the user's own may come first, of 512 bytes or twice that, and so on.
            signatures=tuple(Signature(offset, _MAGIC) for offset in (0, 512, 1024, 2048)),
            reads=_ANY,
            writes=_ANY,
            multiple=True,
            streams=True,
            modules=("h5py",),
            requires="iio-sci[hdf5]",
            specification="HDF5 File Format Specification 3.0, section II.A Disk Format: Level 0A, "
            "https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html",
        ),
    ),
)
"""The plugin's description."""
