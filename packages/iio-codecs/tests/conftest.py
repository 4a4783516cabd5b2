"""Lets the tests import what they share from this directory, and finds the real files."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def real() -> Path:
    """Return the folder of real files; skip where it is absent."""
    default = Path(__file__).parents[4] / "shared" / "data"
    folder = Path(os.environ.get("IIO_TEST_DATA", default))
    if not folder.is_dir():
        pytest.skip("the real files are not here: IIO_TEST_DATA")
    return folder
