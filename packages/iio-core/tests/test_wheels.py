"""Finding entry points quickly finds what importlib_metadata finds, or leaves it to that."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import importlib_metadata
import pytest

from iio_core import _wheels
from iio_core._discovery import GROUP, scan, target_of


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have nothing installed but what a test puts there."""
    (tmp_path / "site").mkdir()
    (tmp_path / "later").mkdir()
    # The standard library stays.
    bare = [p for p in sys.path if Path(p).is_dir() and not any(Path(p).glob("*.*-info"))]
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), "", *filter(None, bare)])
    monkeypatch.chdir(tmp_path / "later")
    return tmp_path / "site"


def wheel(site: Path, name: str, points: str | bytes | None, version: str = "1.0") -> Path:
    info = site / f"{name}.dist-info"
    info.mkdir()
    text = (
        f"Metadata-Version: 2.1\nName: {name.partition('-')[0]}\nVersion: {version}\n\nVersion: 9\n"
    )
    (info / "METADATA").write_text(text, encoding="utf-8")
    if points is not None:
        data = points.encode() if isinstance(points, str) else points
        (info / "entry_points.txt").write_bytes(data)
    return info


def found() -> set[tuple[str, str, str]]:
    points = _wheels.entry_points(GROUP)
    assert points is not None
    return {(p.name, p.value, p.dist.version) for p in points}


def also_found() -> set[tuple[str, str, str]]:
    points = importlib_metadata.entry_points(group=GROUP)
    return {(p.name, p.value, p.dist.version) for p in points}


def test_the_usual_ones_are_those_that_importlib_metadata_finds(site: Path) -> None:
    later = site.parent / "later"
    wheel(site, "one-1.0", f"[console_scripts]\nrun = a:b\n\n[{GROUP}]\nfirst = one._spec:SPEC\n")
    text = f"# a comment\r\n[{GROUP}]\r\n; = not.ours\r\n"
    wheel(site, "Two_x.y-2", f"[{GROUP}]\r\n# why\r\nsecond=two : SPEC.inner [extra]\r\n", "2")
    wheel(later, "two.x_y-3", f"[{GROUP}]\nhidden = three:SPEC\n", "3")
    wheel(site, "none-1", None)
    wheel(site, "other-1", text.replace(GROUP, "other.group"))
    egg = later / "old-4.egg-info"
    egg.mkdir()
    (egg / "PKG-INFO").write_text("Name: old\nVersion: 4\n", encoding="utf-8")
    (egg / "entry_points.txt").write_text(f"[{GROUP}]\nfourth = four:SPEC\n", encoding="utf-8")
    (later / "single.egg-info").write_text("Name: single\nVersion: 1\n", encoding="utf-8")
    (later / "not-a-wheel").mkdir()
    wanted = {"first": "1.0", "second": "2", "fourth": "4"}
    assert {name: version for name, _, version in found()} == wanted
    assert found() == also_found()
    assert target_of("FIRST") == "one._spec:SPEC"
    assert target_of("hidden") is None


def test_what_is_left_of_an_uninstalled_wheel_hides_nothing(site: Path) -> None:
    later = site.parent / "later"
    (wheel(site, "one-1.0", None) / "METADATA").unlink()
    wheel(later, "one-2.0", f"[{GROUP}]\nfirst = one:SPEC\n", "2.0")
    assert found() == {("first", "one:SPEC", "2.0")}


def test_attributes_of_attributes_are_loaded(site: Path) -> None:
    (site / "w_deep.py").write_text("class A:\n    B = 'here'\n", encoding="utf-8")
    wheel(site, "deep-1", f"[{GROUP}]\ndeep = w_deep:A.B\nwhole = w_deep\n")
    points = {p.name: p.load() for p in _wheels.entry_points(GROUP) or ()}
    assert points["deep"] == "here"
    assert points["whole"].__name__ == "w_deep"


@pytest.mark.parametrize("points", ["no equals sign", "x = not a target!", b"x = \xff:SPEC"])
def test_what_cannot_be_parsed_is_left_to_who_can(site: Path, points: str | bytes) -> None:
    data = points.encode() if isinstance(points, str) else points
    wheel(site, "bad-1", f"[{GROUP}]\n".encode() + data)
    assert _wheels.entry_points(GROUP) is None


def test_a_wheel_in_an_archive_is_found_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "wheels.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped-1.0.dist-info/METADATA", "Name: zipped\nVersion: 1.0\n")
        file.writestr("zipped-1.0.dist-info/entry_points.txt", f"[{GROUP}]\nzipped = w_z:SPEC\n")
        file.writestr("w_z.py", "SPEC = 1\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(archive)])
    assert _wheels.entry_points(GROUP) is None
    monkeypatch.setenv("IIO_PLUGINS", "zipped")
    (rejected,) = scan().rejected
    assert (rejected.name, rejected.distribution, rejected.version) == ("zipped", "zipped", "1.0")
    assert "not a PluginSpec" in rejected.reason


def test_a_finder_of_wheels_of_somebodys_own_is_asked(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Finder:
        def find_spec(self, *_: object) -> None:
            return None

        def find_distributions(self, context: object = None) -> list[object]:
            elsewhere = wheel(site.parent, "elsewhere-1", f"[{GROUP}]\nelsewhere = w_no:SPEC\n")
            return [importlib_metadata.PathDistribution(elsewhere)]

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    assert _wheels.entry_points(GROUP) is None
    assert [r.name for r in scan().rejected] == ["elsewhere"]
