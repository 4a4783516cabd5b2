"""Fuzz one format with atheris: ``python fuzz.py FORMAT [SECONDS [FLAG ...]]``, or list them.

A flag is libFuzzer's, or a folder in which new files are kept. It begins with the files in
``data``, follows the branches of the decoder, and stops at the first file of which anything but an
array or an error of iio comes: libFuzzer leaves it as ``crash-…``.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


def main(format: str, seconds: str = "600", *more: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["iio_retro"]):
        import iio_retro._plugin as plugin

        # Its module, which would only be imported with the first file.
        plugin._class(plugin._READERS[format])
    from retro_data import contents, extension_of, format_of
    from retro_mutations import mended, survive
    from test_retro_fuzz import NAMES

    files = [name for name in NAMES if format_of(name) == format]
    extension = extension_of(files[0])
    options = {"bitmaps": True} if format in ("WMF", "EMF") else {}

    def test(data: bytes) -> None:
        survive(data, extension, **options)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        return mended(atheris.Mutate(data, most), extension)

    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        for name in files:
            Path(folder, name).write_bytes(contents(name))
        flags = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048"]
        flags += ["-max_len=131072", "-print_final_stats=1", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *more, folder, *flags], test, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(*sys.argv[1:])
    else:
        from iio_retro._spec import SPEC

        print("\n".join(format.name for format in SPEC.formats))
