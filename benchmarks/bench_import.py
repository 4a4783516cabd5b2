"""Importing, and the first image of a program: each turn is a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from .pictures import encoded, photo
from .timing import Case, arguments, report

TIMED = """
import sys, time
start = time.perf_counter()
{code}
print(time.perf_counter() - start)
"""


def fresh(code: str) -> Callable[[], float]:
    """Return a competitor: a new interpreter that measures what the code needs in it."""
    program = TIMED.format(code=code)
    # What has been imported once is not compiled again, as with anybody's installed packages.
    usual = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def run() -> float:
        done = subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True, env=usual
        )
        return float(done.stdout)

    return run


def cases(folder: Path) -> Iterator[Case]:
    """Yield both cases."""
    path = str(folder / "small.png")
    Path(path).write_bytes(encoded(photo(64, 64), "PNG"))
    yield Case(
        "import",
        {
            "numpy": fresh("import numpy"),
            "iio_core": fresh("import iio_core"),
            "PIL.Image": fresh("import PIL.Image"),
            "imageio.v3": fresh("import imageio.v3"),
        },
    )
    yield Case(
        "import, read 64x64.png",
        {
            "numpy and Pillow": fresh(
                f"import numpy, PIL.Image; numpy.array(PIL.Image.open({path!r}))"
            ),
            "iio": fresh(f"import iio_core as iio; iio.imread({path!r})"),
            "imageio": fresh(f"import imageio.v3 as iio; iio.imread({path!r})"),
        },
    )


if __name__ == "__main__":
    asked = arguments(__doc__)
    asked.seconds *= 3
    with tempfile.TemporaryDirectory() as name:
        report("bench_import", cases(Path(name)), asked)
