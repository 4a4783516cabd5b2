"""What volumes and lists of series cost, beside pydicom in the same minute; memory as well."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from medical_samples import data_set, series

import iio_core as iio

pytestmark = [pytest.mark.timing, pytest.mark.slow]


def best(*calls: Callable[[], object]) -> list[float]:
    """Return the seconds of each call at best; they take turns."""
    found = [float("inf")] * len(calls)
    for _ in range(7):
        for number, call in enumerate(calls):
            start = time.perf_counter()
            call()
            found[number] = min(found[number], time.perf_counter() - start)
    return found


def bare(folder: Path) -> np.ndarray:
    slices = sorted(map(pydicom.dcmread, folder.iterdir()), key=lambda d: d.ImagePositionPatient[2])
    volume = np.empty((len(slices), slices[0].Rows, slices[0].Columns), np.int16)
    for number, dataset in enumerate(slices):
        volume[number] = dataset.pixel_array
        volume[number] *= np.int16(dataset.RescaleSlope)
        volume[number] += np.int16(dataset.RescaleIntercept)
    return volume


def test_volume_costs_no_more_than_a_loop_of_pydicom(tmp_path: Path) -> None:
    stored = np.random.default_rng(0).integers(0, 4096, (60, 512, 512), np.uint16)
    series(tmp_path, stored)
    assert np.array_equal(iio.imread(tmp_path), bare(tmp_path))
    ours, theirs = best(lambda: iio.imread(tmp_path), lambda: bare(tmp_path))
    assert ours < 1.2 * theirs, f"{ours / theirs:.2f} of pydicom's time"


def test_headers_are_scanned_faster_than_files_are_read(tmp_path: Path) -> None:
    dataset = data_set(np.zeros((512, 512), np.uint16), 12)
    block = dataset.private_block(0x0019, "A VENDOR", create=True)
    for element in range(100):
        block.add_new(element, "LO", f"a value of element {element}")
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    for number in range(300):
        dataset.SOPInstanceUID = f"1.2.3.{number}"
        dataset.ImagePositionPatient = [0, 0, number]
        dataset.save_as(tmp_path / f"{number}", enforce_file_format=True)
    ours, theirs = best(
        lambda: iio.immeta(tmp_path, index=...),
        lambda: [pydicom.dcmread(path) for path in tmp_path.iterdir()],
    )
    assert 3 * ours < theirs, f"only {theirs / ours:.1f} times as fast"


def test_volume_is_held_once(tmp_path: Path) -> None:
    stored = np.zeros((40, 256, 256), np.uint16)
    series(tmp_path, stored)
    iio.imread(tmp_path)
    tracemalloc.start()
    volume = iio.imread(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.3 * volume.nbytes


def test_listing_reads_no_pixels(tmp_path: Path) -> None:
    paths = series(tmp_path, np.zeros((3, 2000, 2000), np.uint16))
    tracemalloc.start()
    iio.immeta(tmp_path, index=...)
    iio.improps(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < paths[0].stat().st_size / 4
