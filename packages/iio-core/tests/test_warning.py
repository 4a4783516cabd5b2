"""Warnings point at the line that called iio."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import fakes
import numpy as np
import pytest
from children import python_environment

import iio_core as iio
from iio_core.v2.core import image_as_uint, warn_of_loss

IMAGE = np.zeros((2, 3), np.uint8)


def places(call: Any) -> list[tuple[str, int]]:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        call()
    return [(one.filename, one.lineno) for one in seen]


def here() -> int:
    return sys._getframe(1).f_lineno


def test_it_points_past_core_and_the_plugin() -> None:
    class Writer(fakes.StubWriter):
        def write(self, image: np.ndarray, *, metadata: Any = None) -> None:
            super().write(image)
            inner = lambda: iio.warn("something is lost", iio.MetadataWarning)  # noqa: E731
            inner()  # a backend may be in between

    plugin = fakes.writing(lambda target, format, /: Writer(target), Writer)

    lines = []

    def write() -> None:
        lines.append(here() + 1)
        iio.imwrite("<bytes>", IMAGE, plugin=plugin, extension=".x")

    def session() -> None:
        with iio.imopen("<bytes>", "w", plugin=plugin, extension=".x") as file:
            lines.append(here() + 1)
            file.write(IMAGE)

    assert [*places(write), *places(session)] == [(__file__, line) for line in lines]


def test_it_points_to_who_calls_it_where_nobody_called_iio() -> None:
    assert places(lambda: iio.warn("x")) == [(__file__, here())]
    assert places(lambda: warn_of_loss("x")) == [(__file__, here())]
    assert places(lambda: image_as_uint(np.zeros((2, 2)))) == [(__file__, here())]


def test_its_class_is_what_is_said() -> None:
    for given, expected in (((), iio.IIOWarning), ((iio.MetadataWarning,), iio.MetadataWarning)):
        with pytest.warns(iio.IIOWarning, match="^why$") as seen:
            iio.warn("why", *given)
        assert [one.category for one in seen] == [expected]


def test_at_the_outermost_level_of_a_program(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import iio_core as iio\niio.warn('it is lost')\n")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env=python_environment()
    )
    assert done.stderr.startswith(f"{script}:2: IIOWarning: it is lost")
