"""Fuzz our parsers of a format with atheris: ``fuzz.py FORMAT [SECONDS [FLAG ...]]``, or list them.

A flag is libFuzzer's, or a folder in which new files are kept. It begins with sound files, follows
the branches of the parsers, and stops at the first file of which anything but an answer or an error
of iio comes: libFuzzer leaves it as ``crash-…``. The codecs themselves, which are written in C and
fuzzed by their authors, are left out: pixels that they would decode are zeros.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))


def undecoded(
    codec: str, data: bytes, /, *, out: np.ndarray | None = None, **options: Any
) -> np.ndarray:
    """Return zeros of the shape that is declared; all but frames of a PNG bring it as `out`."""
    from iio_codecs._png_chunks import layout

    if out is None:
        found = layout(data)
        return np.zeros(found.shape, found.dtype)
    return out


def main(format: str, seconds: str = "600", *more: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["iio_codecs"]):
        import iio_codecs._apng as frames
        import iio_codecs._plugin as plugin
        from iio_codecs import _exif  # noqa: F401  would only be imported with the first file

        reader = sys.modules[plugin._class(plugin._READERS, format).__module__]
    from codecs_hostile import seeds, survive

    files = seeds(format)
    for module in (reader, frames):
        vars(module)["decode"] = undecoded

    def test(data: bytes) -> None:
        survive(data, format, pixels=True)

    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        flags = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048"]
        flags += ["-max_len=131072", "-print_final_stats=1", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *more, folder, *flags], test)
        atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(*sys.argv[1:])
    else:
        from iio_codecs._spec import SPEC

        print("\n".join(format.name for format in SPEC.formats))
