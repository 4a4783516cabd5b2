"""What the plugin for NumPy's files says of itself."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

_ANY = tuple(
    Pixels(kind)
    for kind in (
        *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    )
)
_NUMPY = "https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html"

SPEC = PluginSpec(
    name="npz",
    title="NumPy arrays, one or several in a file",
    plugin="iio_sci.npz._plugin:PLUGIN",
    aliases=("npy",),
    license="BSD-2-Clause AND BSD-3-Clause",
    legacy="iio_sci.npz._legacy:TABLE",
    formats=(
        Format(
            name="NPZ",
            title="archive of NumPy arrays",
            extensions=(".npz",),
            # What any zip archive begins with: not enough without the extension.
            signatures=(Signature(0, b"PK\x03\x04"), Signature(0, b"PK\x05\x06")),
            signature_alone=False,
            reads=_ANY,
            writes=_ANY,
            multiple=True,
            streams=True,
            trust="fuzzed",
            specification=f"NumPy, numpy.lib.format, A simple format, {_NUMPY}; APPNOTE.TXT 6.3.10",
        ),
        Format(
            name="NPY",
            title="NumPy array",
            extensions=(".npy",),
            signatures=(Signature(0, b"\x93NUMPY"),),
            reads=_ANY,
            writes=_ANY,
            trust="fuzzed",
            specification=f"NumPy, numpy.lib.format, Format Version 1.0 to 3.0, {_NUMPY}",
        ),
    ),
)
"""The plugin's description."""
