"""Run with one wheel installed beside core: ``python -I alone.py iio-pillow``.

What is installed must be usable with nothing configured, and must not reach for anything else.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import struct
import sys
import warnings
import zlib
from pathlib import Path

CORE = "iio-core"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png() -> bytes:
    """Return a black PNG of 2 × 2 pixels, made without any library for images."""
    header = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(6))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def check_core() -> None:
    import iio_core as iio

    Path("cat.png").write_bytes(png())
    said = ""
    try:
        iio.imread("cat.png")
    except iio.NoPluginError as error:
        said = str(error)
    assert "pip install iio-pillow" in said, said or "a PNG was read with no plugin installed"
    print("iio-core: says what to install")


def check_plugin(distribution: str) -> None:
    before = set(sys.modules)
    specs = []
    for point in importlib.metadata.distribution(distribution).entry_points:
        if point.group == "iio_core.plugins":
            spec = point.load()
            specs.append(spec)
            print(f"{distribution}: plugin {spec.name!r}, {len(spec.formats)} formats")
    assert "numpy" not in set(sys.modules) - before, "a spec imports numpy"

    import numpy as np

    import iio_core as iio

    used = 0
    asked = {spec.name: spec.name if spec.on_request else None for spec in specs}
    for plugin, format in ((spec.name, format) for spec in specs for format in spec.formats):
        if not (format.writes and format.reads and format.extensions) or format.modules:
            continue
        if format.trust == "external":  # its decoder runs a program that need not be here
            continue
        kind = format.writes[-1]
        channels = kind.channels[0] if kind.channels else 1
        shape = (32, 32) if channels == 1 else (32, 32, channels)
        image = np.ones(shape, kind.dtype)
        path = Path(f"image{format.extensions[0]}")
        try:
            iio.imwrite(path, image, plugin=plugin)
        except iio.PluginNotInstalledError as error:  # a program of the system's, or an extra
            if f"pip install '{distribution}[" not in str(error):
                raise
            continue
        back = iio.imread(path, index=0, plugin=asked[plugin])
        assert back.shape[:2] == shape[:2], (format.name, back.shape)
        assert format.lossy or (back == image).all(), format.name
        used += 1
    assert used, "no format could be written and read"
    print(f"{distribution}: wrote and read {used} formats")


if __name__ == "__main__":
    warnings.simplefilter("error")
    name = sys.argv[1]
    importlib.import_module(name.replace("-", "_"))
    if name == CORE:
        check_core()
    else:
        check_plugin(name)
