"""What the plugin says of itself; the target of the wheel's entry point.

Every program that uses iio imports this module to find out who reads what, so it imports nothing
but `iio_core`.
"""

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

SPEC = PluginSpec(
    name="farbfeld",
    title="farbfeld images",
    # Imported when the first farbfeld file is opened, and not before.
    plugin="iio_example._plugin:PLUGIN",
    license="BSD-2-Clause",
    formats=(
        Format(
            name="FARBFELD",
            title="farbfeld",
            extensions=(".ff",),
            signatures=(Signature(0, b"farbfeld"),),
            reads=(Pixels("uint16", (4,)),),
            writes=(Pixels("uint16", (4,)),),
            # Plain NumPy: no decoder in C that a crafted file could upset.
            trust="fuzzed",
            specification="farbfeld(5), FORMAT, https://tools.suckless.org/farbfeld/",
        ),
    ),
)
"""The plugin's description."""
