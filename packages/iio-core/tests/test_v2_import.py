"""What importing the interface of imageio 2.9 imports, and what a wheel's table of names may."""

from __future__ import annotations

import json


def imported(run, code: str) -> set[str]:
    script = "import sys, json; before = set(sys.modules)\n" + code
    done = run(f"{script}\nprint(json.dumps(sorted(set(sys.modules) - before)))")
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_package_is_its_face_alone(run) -> None:
    assert imported(run, "import iio_core.v2") == {"iio_core", "iio_core.v2"}


def test_a_table_of_names_needs_neither_numpy_nor_a_plugin(run) -> None:
    found = imported(run, "from iio_core.v2 import LegacyFormat; LegacyFormat(name='A')")
    assert found & {"numpy", "pathlib", "importlib_metadata", "importlib.metadata"} == set()
    assert {n for n in found if n.startswith("iio_core.v2.")} == {"iio_core.v2._legacy"}


def test_the_calls_open_no_network_and_ask_no_plugin(run) -> None:
    found = imported(run, "import iio_core.v2 as imageio; imageio.imread; imageio.core")
    dear = {"importlib_metadata", "importlib.metadata", "urllib.request", "http.client", "ssl"}
    assert found & (dear | {"socket", "tempfile", "zipfile", "iio_pillow", "asyncio"}) == set()


def test_reading_imports_no_more_than_it_has_to(run) -> None:
    code = """
import fakes, iio_core as iio, iio_core.v2 as imageio
import numpy as np
data = fakes.encode(np.zeros((2, 2), np.uint8))
with iio.use(fakes.SPEC):
    imageio.imread(data)
"""
    found = imported(run, code)
    late = {"_writing", "_help", "_uint", "_names", "_adapter", "core"}
    assert {f"iio_core.v2.{name}" for name in late} & found == set()
