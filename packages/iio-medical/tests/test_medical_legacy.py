"""The calls of imageio 2.9 for medical data: section 1.3.8 of its documentation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from medical_samples import series, volume

import iio_core.v2 as imageio

STORED = volume()
RESCALED = STORED.astype(np.int16) - 1024
SERIES = "1.2.826.0.1.3680043.8.498."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in (1, 2):
        series(
            tmp_path,
            STORED + np.uint16(number),
            prefix=f"x{number}",
            SeriesInstanceUID=f"{SERIES}{number}",
            SeriesNumber=number,
        )
    return tmp_path


@pytest.mark.parametrize("name", ["DICOM", "dicom", None])
def test_the_documented_calls(folder: Path, name: str | None) -> None:
    ims = imageio.mimread(folder, name)
    assert len(ims) == 10 and all(im.shape == (6, 7) for im in ims)
    assert np.array_equal(ims[0], RESCALED[0] + 1) and np.array_equal(ims[-1], RESCALED[-1] + 2)
    vol = imageio.volread(folder, name)
    assert np.array_equal(vol, RESCALED + 1)
    vols = imageio.mvolread(folder, name)
    assert len(vols) == 2 and np.array_equal(vols[1], RESCALED + 2)
    assert vols[1].meta["SeriesNumber"] == 2 and vols[1].meta["spacing"] == (2.5, 0.8, 0.6)
    assert ims[7].meta["InstanceNumber"] == 3


def test_reader(folder: Path) -> None:
    with imageio.get_reader(folder, "DICOM", "v") as reader:
        assert len(reader) == 2
        assert reader.get_data(1).shape == (5, 6, 7)
        assert reader.get_meta_data(1)["SeriesNumber"] == 2
        assert reader.get_meta_data()["SeriesNumber"] == 1
    with imageio.get_reader(folder, "DICOM", "I") as reader:
        assert len(reader) == 10
        assert [im.meta["InstanceNumber"] for im in reader] == [1, 2, 3, 4, 5] * 2


def test_progress_goes_to_an_indicator(folder: Path) -> None:
    class Indicator(imageio.core.BaseProgressIndicator):
        said: list[object] = []  # noqa: RUF012

        def _start(self) -> None:
            self.said.append((self._action, self._unit, self._max))

        def _update_progress(self, text: str) -> None:
            self.said.append(text)

        def _stop(self) -> None:
            self.said.append("stop")

    indicator = Indicator("test")
    imageio.volread(folder, "DICOM", progress=indicator)
    assert ("Reading DICOM headers", "files", 10) in indicator.said
    assert ("Reading DICOM", "files", 5) in indicator.said and indicator.said[-1] == "stop"
    imageio.volread(folder, "DICOM", progress=False)
    with pytest.raises((TypeError, ValueError)):
        imageio.volread(folder, "DICOM", progress="loud")


def test_volume_is_written_as_frames(tmp_path: Path) -> None:
    imageio.volwrite(tmp_path / "a.dcm", STORED, "DICOM")
    assert np.array_equal(imageio.volread(tmp_path / "a.dcm"), STORED)
    imageio.imwrite(tmp_path / "b.dcm", RESCALED[0])
    assert np.array_equal(imageio.imread(tmp_path / "b.dcm"), RESCALED[0])
