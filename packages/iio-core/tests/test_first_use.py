"""What the kit looks at in a process of its own, looked at in this one."""

from __future__ import annotations

import json
from pathlib import Path

import fakes
import numpy as np
import pytest

import iio_core as iio
import iio_core.v3
from iio_core.testing import _first_use

IMAGE = np.zeros((2, 3), np.uint8)


@pytest.mark.parametrize("extension", [".fake", None])
@pytest.mark.parametrize("registered", [True, False])
def test_what_a_first_use_changes_is_named(
    tmp_path: Path, capsys, monkeypatch, extension, registered
) -> None:
    given = {"entry_point": "fakes:SPEC", "how": {}, "extension": extension, "format": None}
    (tmp_path / "given.json").write_text(json.dumps(given))
    (tmp_path / "sample").write_bytes(fakes.encode(IMAGE))
    np.save(tmp_path / "image.npy", IMAGE)
    if registered:
        iio.register(fakes.SPEC)
    _first_use.main(tmp_path)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == []
    assert (tmp_path / "written.fake").exists() is (extension is not None)
    before = np.geterr()
    monkeypatch.setattr(_first_use, "use", lambda *_: np.seterr(all="ignore"))
    try:
        _first_use.main(tmp_path)
    finally:
        np.seterr(**before)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == ["NumPy's error handling"]


def test_the_names_of_v3() -> None:
    assert iio_core.v3.imread is iio.imread
    assert set(iio_core.v3.__all__) <= set(dir(iio_core.v3))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        iio_core.v3.nothing  # noqa: B018
