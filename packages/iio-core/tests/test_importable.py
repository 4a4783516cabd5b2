"""What could be imported is known without looking twice, and never out of date."""

from __future__ import annotations

import sys

import pytest

from iio_core._importable import missing


def test_the_first_that_is_missing_is_told() -> None:
    assert missing([]) == missing(["json", "email.mime"]) == ""
    assert missing(["json", "no_such_module", "no_other"]) == "no_such_module"
    assert missing(["no_such_package.module"]) == "no_such_package.module"


def test_what_is_installed_later_is_found_and_what_is_removed_is_not(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    assert missing(["a_new_backend"])
    file = tmp_path / "a_new_backend.py"
    file.write_text("")
    assert not missing(["a_new_backend"])
    assert "a_new_backend" not in sys.modules
    file.unlink()
    assert missing(["a_new_backend"])


def test_another_path_is_looked_at(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_backend_elsewhere.py").write_text("")
    assert missing(["a_backend_elsewhere"])
    with monkeypatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        assert not missing(["a_backend_elsewhere"])
    assert missing(["a_backend_elsewhere"])


def test_a_module_that_is_barred_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not missing(["wave"])
    monkeypatch.setitem(sys.modules, "wave", None)
    assert missing(["wave"]) == "wave"


def test_it_is_looked_for_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr("importlib.util.find_spec", looked.append)
    for _ in range(3):
        assert missing(["a_module_nobody_has"])
    assert looked == ["a_module_nobody_has"]
