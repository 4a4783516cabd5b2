"""Lets the tests import what they share from this directory, and asks this plugin only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import iio_core as iio

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def _this_plugin_only() -> Iterator[None]:
    """Keep other wheels out, which read and write some of the formats before this one does."""
    with iio.use("pillow", only=True):
        yield
