from __future__ import annotations

import fakes
import importlib_metadata
import numpy as np
import pytest

import iio_core as iio
from iio_core import _absent, _catalog, _explain, _registry

DATA = fakes.encode(np.zeros((2, 2), np.uint8))


def claims(**more) -> None:
    """Register four plugins: one to choose, one next, one blocked, one whose backend is missing."""
    for name, fields in {
        "a": {"priority": 1},
        "b": {},
        "c": {"trust": "external", "priority": 9},
        "d": {"modules": ("no_such_backend",), "requires": "iio-d[x]", "priority": 8},
    }.items():
        iio.register(fakes.spec(name, fakes.format("F", ".f", magic=b"MAGI", **fields)))


def test_the_ranking_as_an_object() -> None:
    claims()
    found = iio.explain(b"MAGIC", extension=".f")
    assert (found.name, found.mode, found.head, found.problem) == ("<bytes>", "r", b"MAGIC", "")
    assert [c.plugin.spec.name for c in found.candidates] == ["c", "d", "a", "b"]
    assert found.chosen.plugin.spec.name == "a" and found.chosen in found.candidates
    assert [c.verdict for c in found.candidates][2:] == ["chosen", ""]
    assert "trust={'F'}" in found.candidates[0].verdict
    assert 'no_such_backend is not installed: pip install "iio-d[x]"' in found.candidates[1].verdict
    assert found.install == ("iio-d[x]",)
    trusted = iio.explain(b"MAGIC", extension=".f", trust={"F"})
    assert trusted.chosen.plugin.spec.name == "c"
    assert iio.explain(b"MAGIC", plugin="b").chosen.plugin.spec.name == "b"


def test_the_ranking_as_a_table() -> None:
    claims()
    lines = str(iio.explain(b"MAGIC", extension=".f")).splitlines()
    assert lines[0] == "<bytes>: begins with 4d 41 47 49 43 (MAGIC)"
    assert lines[1] == "would be read by 'a' (registered by the program) as F"
    assert lines[2].split() == ["plugin", "format", "claims", "by", "verdict"]
    reason = "signature of 32 bits and extension .f"
    assert lines[5] == f"  a       F       {reason}  chosen"
    assert lines[6] == f"  b       F       {reason}  would be asked next"


def test_no_plugin_is_imported_to_explain() -> None:
    claims()
    iio.explain(b"MAGIC", extension=".f")
    iio.explain("x.f", "w")
    assert not any(plugin._loaded for plugin in iio.registry.plugins)


def test_rejected_plugins_have_a_row(monkeypatch) -> None:
    rejected = iio.Rejected("bad", "iio-bad", "1.0", "it does not work")
    monkeypatch.setattr(_registry, "_base", iio.Registry(rejected=(rejected,)))
    found = iio.explain(b"what")
    assert found.rejected == (rejected,)
    assert str(found).splitlines()[-1] == "rejected: bad (iio-bad 1.0): it does not work"


def test_a_file_that_nobody_reads(fake, tmp_path) -> None:
    found = iio.explain(b"what is this", extension=".nzz")
    assert found.chosen is None and found.candidates == ()
    assert found.problem.startswith("no plugin recognizes <bytes>")
    promised = iio.explain(b"what is this", extension=".fake")
    assert "it is not FAKE" in promised.problem and "it is not FAKE" in str(promised)
    assert [c.verdict for c in promised.candidates] == ["no signature of it"]
    assert promised.chosen is None
    empty = iio.explain(b"")
    assert "begins with nothing" in str(empty) and empty.problem == "<bytes> is empty"
    folder = iio.explain(tmp_path)
    assert "is a directory" in folder.problem and folder.head == b""
    with pytest.raises(FileNotFoundError):
        iio.explain(tmp_path / "no.fake")


def test_a_better_claim_that_is_not_here(monkeypatch) -> None:
    sig = ((0, b"II*\0", None),)
    entry = ("iio-raw", "raw", "iio-raw", "NEF", (".nef",), sig, True, True, (), 0, (True, None))
    monkeypatch.setattr(_catalog, "ENTRIES", (entry,))
    iio.register(fakes.spec("tiff", fakes.format("TIFF", ".tif", magic=b"II*\0")))
    found = iio.explain(b"II*\0", extension=".nef")
    assert found.chosen is None and found.install == ("iio-raw",)
    assert [c.verdict for c in found.candidates] == [
        "it is not installed: pip install iio-raw",
        "weaker claim, not asked",
    ]
    assert "pip install iio-raw" in found.problem
    writing = iio.explain("x.nef", "w")
    assert writing.chosen is None and writing.install == ("iio-raw",)
    assert "nothing installed here writes .nef: pip install iio-raw" in str(writing)


def test_writing(fake, tmp_path) -> None:
    found = iio.explain(tmp_path / "x.fake", "w")
    assert found.chosen.plugin.spec.name == "fake" and found.mode == "w"
    lines = str(found).splitlines()
    assert lines[:2] == [
        str(tmp_path / "x.fake"),
        "would be written by 'fake' (registered by the program) as Fake images",
    ]
    nobody = iio.explain(tmp_path / "x.nzz", "w")
    assert nobody.chosen is None and "Can be written: .fake .fk" in nobody.problem
    assert list(tmp_path.iterdir()) == []


def test_writing_with_a_backend_that_is_not_here() -> None:
    claims()
    found = iio.explain("x.f", "w", plugin="d")
    assert [c.verdict for c in found.candidates] == ["no_such_backend is not installed"]
    assert found.chosen is None and found.install == ("iio-d[x]",)
    assert iio.explain("x.f", "w").chosen.plugin.spec.name == "c"


def test_there_are_two_modes() -> None:
    with pytest.raises(iio.OptionError, match="it is 'r' to read or 'w' to write"):
        iio.explain(b"x", "a")


def test_handles_are_closed(tmp_path, fake) -> None:
    path = tmp_path / "x.fake"
    path.write_bytes(DATA.ljust(1 << 17, b"\0"))
    iio.explain(path)
    with path.open("rb") as file:
        iio.explain(file)
        assert not file.closed


@pytest.mark.parametrize(
    ("installed", "below", "warned"),
    [
        ("12.9.1", "13", True),
        ("13", "13.0", False),
        ("13.0", "13", False),
        ("13.0.1", "13", False),
        ("9.5", "10.0.1", True),
        ("10.0.1rc1", "10.0.2", True),
        ("dev", "1", True),
    ],
)
def test_a_backend_with_known_holes_is_warned_of(monkeypatch, installed, below, warned) -> None:
    monkeypatch.setattr(importlib_metadata, "version", lambda name: installed)
    advisory = iio.Advisory("somelib", below=below, reason="CVE-2026-1")
    spec = fakes.spec("a", fakes.format("F", ".f"), fakes.format("G", ".f"), advisories=(advisory,))
    iio.register(spec)
    found = iio.explain(b"", extension=".f")
    expected = f"somelib {installed} is installed; versions before {below} are not safe: CVE-2026-1"
    assert found.warnings == ((expected,) if warned else ())
    assert (f"warning: {expected}" in str(found)) == warned


def test_a_backend_that_is_not_here_needs_no_warning() -> None:
    advisory = iio.Advisory("no-such-distribution-x", below="1", reason="bad")
    iio.register(fakes.spec("a", fakes.format("F", ".f"), advisories=(advisory,)))
    assert iio.explain(b"", extension=".f").warnings == ()


def test_an_installed_wheel_that_is_kept_out_of_sight_is_not_to_be_installed(monkeypatch) -> None:
    monkeypatch.setattr(_absent, "installed_version", lambda name: "1.0")
    with pytest.raises(iio.NoPluginError, match="left out by IIO_PLUGINS") as caught:
        iio.imread(b"\x89PNG\r\n\x1a\n", extension=".png")
    assert not isinstance(caught.value, iio.PluginNotInstalledError)
    assert caught.value.install == ()
    with pytest.raises(iio.NoPluginError, match="left out by IIO_PLUGINS"):
        iio.imread(b"", plugin="pillow")


def test_the_real_catalogue_is_usable(monkeypatch) -> None:
    monkeypatch.setattr(_absent, "installed_version", lambda name: None)
    with pytest.raises(iio.PluginNotInstalledError, match="pip install iio-pillow") as caught:
        iio.imread(b"\x89PNG\r\n\x1a\n", extension=".png")
    assert "iio-pillow" in caught.value.install
    with pytest.raises(iio.PluginNotInstalledError, match="pip install iio-pillow"):
        iio.imwrite("<bytes>", np.zeros((2, 2), np.uint8), extension=".png")
    assert set(_catalog.PLUGINS.values()) >= {entry[2] for entry in _catalog.ENTRIES}
    assert _explain._shown(b"") == "nothing"
