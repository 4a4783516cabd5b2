from __future__ import annotations

import multiprocessing
import os
import sys
import textwrap
import threading
import time

import fakes
import pytest

import iio_core as iio
from iio_core import _catalog, _discovery, _registry
from iio_core._registry import Registry

SPEC = """
from iio_core import Format, Pixels, PluginSpec, Signature
SPEC = PluginSpec(name={name!r}, title="t", plugin="{module}_plugin:PLUGIN", {more}
    formats=(Format(name="F", title="f", extensions=(".{module}",), reads=(Pixels("uint8"),)),))
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a wheel: a module of a spec, and its metadata."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(_registry, "_base", None)
    made = []

    def install(
        distribution,
        name,
        *,
        spec=SPEC,
        more="",
        version="1.0",
        module=None,
        target=None,
        points=None,
    ):
        module = module or distribution.replace("-", "_")
        made.append(module)
        text = spec.format(name=name, module=module, more=more)
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        folder = tmp_path / f"{distribution.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (folder / "METADATA").write_text(metadata, encoding="utf-8")
        points = points or f"[iio_core.plugins]\n{name} = {target or f'{module}:SPEC'}\n"
        (folder / "entry_points.txt").write_text(points, encoding="utf-8")
        return folder

    yield install
    for module in made:
        sys.modules.pop(module, None)


def scan() -> tuple[dict[str, _registry.Plugin], dict[str, iio.Rejected]]:
    """Return what a fresh scan finds of the wheels of a test."""
    registry = _discovery.scan()
    return (
        {p.spec.name: p for p in registry.plugins if (p.distribution or "").startswith("w-")},
        {
            r.distribution or r.name: r
            for r in registry.rejected
            if (r.distribution or "w-").startswith("w-")
        },
    )


def test_a_wheel_is_found_with_nothing_configured(install) -> None:
    install("w-good", "good", version="2.5")
    found, rejected = scan()
    plugin = found["good"]
    assert (plugin.distribution, plugin.version, plugin.ours) == ("w-good", "2.5", False)
    assert str(plugin) == "'good' (w-good 2.5)"
    assert rejected == {}
    assert "w_good_plugin" not in sys.modules


def test_it_is_found_by_reading(install) -> None:
    install("w-good", "good")
    assert iio.registry.find("GOOD").distribution == "w-good"
    with pytest.raises(iio.PluginNotInstalledError, match=r"'good' \(w-good 1.0\) cannot be imp"):
        iio.imread(b"x", extension="w_good")


BROKEN = {
    "w-import": ({"spec": "import no_such_thing"}, "its spec cannot be imported: ModuleNotFound"),
    "w-exit": ({"spec": "raise SystemExit('bye')"}, "cannot be imported: SystemExit: bye"),
    "w-syntax": ({"spec": "def"}, "cannot be imported: SyntaxError"),
    "w-recursion": ({"spec": "def f(): f()\nf()"}, "cannot be imported: RecursionError"),
    "w-attribute": ({"target": "w_attribute:NOTHING"}, "cannot be imported: AttributeError"),
    "w-type": ({"spec": "SPEC = dict"}, "its entry point is a type, not a PluginSpec"),
    "w-api": ({"more": "api=99,"}, "written for plugin interface 99, this iio-core speaks 1"),
    "w-name": (
        {"spec": SPEC.replace("{name!r}", "'other'")},
        "its entry point is called 'w-name', its spec 'other'",
    ),
    "w-where": ({"spec": SPEC.replace("{module}_plugin:PLUGIN", "nowhere")}, "'module:attribute'"),
    "w-formats": (
        {
            "spec": "from iio_core import PluginSpec\n"
            "SPEC = PluginSpec(name='w-formats', title='', plugin='a:b', formats=('PNG',))"
        },
        "its formats are not all of class Format",
    ),
}


@pytest.mark.parametrize("distribution", BROKEN)
def test_a_broken_plugin_is_rejected_with_its_reason(install, distribution) -> None:
    arguments, reason = BROKEN[distribution]
    install("w-good", "good")
    install(distribution, distribution, **arguments)
    found, rejected = scan()
    assert set(found) == {"good"}
    assert reason in rejected[distribution].reason
    assert "\n" not in rejected[distribution].reason
    assert str(rejected[distribution]).startswith(f"{distribution} ({distribution} 1.0): ")
    raised = "cannot be imported" in reason
    assert ("Traceback" in rejected[distribution].traceback) == raised


def test_all_broken_ones_together_keep_no_good_one_from_working(install) -> None:
    for distribution, (arguments, _) in BROKEN.items():
        install(distribution, distribution, **arguments)
    install("w-good", "good")
    found, rejected = scan()
    assert set(found) == {"good"} and set(rejected) == set(BROKEN)


@pytest.mark.parametrize(
    "points", [b"[iio_core.plugins]\njust a line\n", b"[iio_core.plugins]\n\xff\xfe = x:X\n"]
)
def test_damaged_metadata_of_one_wheel_does_not_hide_the_others(install, points) -> None:
    folder = install("w-damaged", "damaged")
    (folder / "entry_points.txt").write_bytes(points)
    install("w-good", "good")
    found, rejected = scan()
    assert set(found) == {"good"}
    assert "its metadata cannot be read" in rejected["w-damaged"].reason


def test_a_wheel_without_metadata_is_rejected(install) -> None:
    (install("w-nameless", "nameless") / "METADATA").unlink()
    install("w-good", "good")
    found, rejected = scan()
    assert set(found) == {"good"}
    assert rejected["nameless"].reason


def test_of_two_strangers_with_one_name_neither_has_it(install) -> None:
    install("w-one", "same")
    install("w-two", "same")
    install("w-good", "good")
    found, rejected = scan()
    assert set(found) == {"good"}
    assert rejected["w-one"].reason == ("the name 'same' is claimed by 'same' (w-two 1.0) as well")
    assert "w-one 1.0" in rejected["w-two"].reason


def test_an_alias_is_a_name_too(install) -> None:
    install("w-one", "one")
    install("w-two", "two", more="aliases=('ONE',),")
    found, rejected = scan()
    assert found == {} and set(rejected) == {"w-one", "w-two"}


def test_of_a_stranger_and_the_catalogue_the_catalogue_has_the_name(install, monkeypatch) -> None:
    monkeypatch.setitem(_catalog.PLUGINS, "ours", "w-ours")
    monkeypatch.setattr(_discovery, "_OURS", frozenset({"w-ours"}))
    install("w-a-stranger", "ours")
    install("w-ours", "ours")
    found, rejected = scan()
    assert found["ours"].distribution == "w-ours" and found["ours"].ours
    assert "claimed by 'ours' (w-ours 1.0)" in rejected["w-a-stranger"].reason


def test_an_installed_twice_wheel_counts_once(install, tmp_path) -> None:
    install("w-good", "good")
    again = tmp_path / "again" / "w_good-0.9.dist-info"
    again.mkdir(parents=True)
    (again / "METADATA").write_text("Metadata-Version: 2.1\nName: w-good\nVersion: 0.9\n")
    (again / "entry_points.txt").write_text("[iio_core.plugins]\ngood = w_good:SPEC\n")
    sys.path.append(str(tmp_path / "again"))
    try:
        found, rejected = scan()
    finally:
        sys.path.remove(str(tmp_path / "again"))
    assert found["good"].version == "1.0" and rejected == {}


def test_one_wheel_may_hold_several_plugins(install, tmp_path) -> None:
    (tmp_path / "w_second.py").write_text(SPEC.format(name="second", module="w_second", more=""))
    points = "[iio_core.plugins]\nfirst = w_first:SPEC\nsecond = w_second:SPEC\n[other]\nx = y:z\n"
    install("w-first", "first", points=points)
    found, rejected = scan()
    assert set(found) == {"first", "second"} and rejected == {}
    sys.modules.pop("w_second", None)


def test_only_allowed_plugins_are_imported(install, monkeypatch) -> None:
    install("w-good", "good")
    install(
        "w-evil", "evil", spec="import pathlib\npathlib.Path(__file__ + '.ran').touch()\n" + SPEC
    )
    monkeypatch.setenv("IIO_PLUGINS", "other, good")
    found, rejected = scan()
    assert set(found) == {"good"} and rejected == {}
    assert "w_evil" not in sys.modules
    monkeypatch.setenv("IIO_PLUGINS", "")
    assert scan() == ({}, {})


def test_the_order_of_the_environment(install, monkeypatch) -> None:
    install("w-a", "a")
    monkeypatch.setenv("IIO_PLUGIN_ORDER", " b, ,-a ")
    registry = _discovery.scan()
    assert registry.order == ("b", "-a")
    _registry._base = registry
    iio.prefer("-a")
    assert iio.registry.order == ("-a",)
    iio.prefer()
    assert iio.registry.order == ("b", "-a")


def test_a_spec_that_asks_for_the_others_while_it_is_imported(install) -> None:
    install("w-good", "good")
    asks = "import iio_core\nassert iio_core.registry.plugins == ()\n" + SPEC
    install("w-asks", "asks", spec=asks)
    assert iio.registry.find("asks") is not None
    assert iio.registry.find("good") is not None


def test_the_scan_runs_once_however_many_threads_ask(monkeypatch) -> None:
    scans = []

    def slow() -> Registry:
        scans.append(1)
        time.sleep(0.05)
        return Registry()

    monkeypatch.setattr(_registry, "_base", None)
    monkeypatch.setattr(_registry, "scan", slow)
    found = []
    threads = [threading.Thread(target=lambda: found.append(_registry.current())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(scans) == 1 and len({id(r) for r in found}) == 1


def _child(connection) -> None:
    connection.send(len(_registry.current().plugins))
    connection.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_fork_while_another_thread_scans_does_not_hang_the_child(monkeypatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def scan() -> Registry:
        if not begun.is_set():
            begun.set()
            go_on.wait(60)
        return Registry()

    monkeypatch.setattr(_registry, "_base", None)
    monkeypatch.setattr(_registry, "scan", scan)
    thread = threading.Thread(target=_registry.current)
    thread.start()
    assert begun.wait(60)
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_child, args=(theirs,))
    child.start()
    try:
        assert ours.poll(30), "the child waits for a lock that a thread of its parent holds"
        assert ours.recv() == 0
    finally:
        go_on.set()
        child.join(5)
        child.kill()
        child.join()
        thread.join()


def test_a_fresh_interpreter_finds_it(install, run, tmp_path) -> None:
    install("w-good", "good")
    install("w-import", "import", spec="import no_such_thing")
    code = textwrap.dedent(
        """
        import sys, iio_core as iio
        assert "importlib_metadata" not in sys.modules
        assert iio.registry.find("good").version == "1.0"
        print([r.name for r in iio.registry.rejected if r.distribution[:2] == "w-"])
        """
    )
    assert run(code, path=str(tmp_path)).stdout.strip() == "['import']"


# register, prefer, use


def test_register_adds_to_the_process() -> None:
    iio.register(fakes.SPEC)
    plugin = iio.registry.find("fakeit")
    assert plugin.spec is fakes.SPEC and str(plugin) == "'fake' (registered by the program)"
    seen = []
    thread = threading.Thread(target=lambda: seen.append(iio.registry.find("fake")))
    thread.start()
    thread.join()
    assert seen == [plugin]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (fakes.spec("FAKE"), "the name 'fake' is taken by plugin 'fake'"),
        (fakes.spec("x", aliases=("fakeit",)), "the name 'fakeit' is taken"),
        (fakes.spec("x", api=0), "interface 0"),
        ("fake", "a str, not a PluginSpec"),
    ],
)
def test_what_cannot_be_registered(spec, message) -> None:
    iio.register(fakes.SPEC)
    before = iio.registry.plugins
    with pytest.raises(iio.OptionError, match=message):
        iio.register(spec)
    assert iio.registry.plugins is before


def claim(name: str) -> iio.PluginSpec:
    return fakes.spec(name, fakes.format("F", ".f"))


def chosen() -> str:
    return iio.explain(b"", extension=".f").chosen.plugin.spec.name


def test_prefer_holds_for_the_process() -> None:
    for name in "abc":
        iio.register(claim(name))
    assert chosen() == "a"
    iio.prefer("C", "b")
    assert chosen() == "c"
    iio.prefer("-a")
    assert chosen() == "b"
    iio.prefer()
    assert chosen() == "a"
    with pytest.raises(iio.OptionError, match="there is no plugin '-d'; installed are: a, b, c"):
        iio.prefer("a", "-d")
    assert chosen() == "a"


def test_a_plugin_that_is_registered_later_keeps_the_preference() -> None:
    iio.register(claim("a"))
    iio.register(claim("b"))
    iio.prefer("b")
    iio.register(claim("c"))
    assert chosen() == "b"


def test_use_holds_for_a_block_and_nests() -> None:
    iio.register(claim("a"))
    iio.register(claim("b"))
    with iio.use("b") as outer:
        assert chosen() == "b" and iio.registry.order == ("b",)
        with iio.use(claim("c"), "a") as inner:
            assert chosen() == "c" and inner.order == ("c", "a", "b")
        assert chosen() == "b" and iio.registry.plugins == outer.plugins
        with pytest.raises(ZeroDivisionError), iio.use("a"):
            1 / 0  # noqa: B018
        assert chosen() == "b"
    assert chosen() == "a" and iio.registry.find("c") is None


def test_use_only_puts_all_others_out_of_sight() -> None:
    iio.register(claim("a"))
    iio.register(claim("b"))
    with iio.use("b", only=True):
        assert [p.spec.name for p in iio.registry.plugins] == ["b"]
        with pytest.raises(iio.NoPluginError, match="there is no plugin 'a'"):
            iio.imread(b"", plugin="a")
    with iio.use(only=True) as nobody:
        assert nobody.plugins == ()


def test_use_of_what_is_not_there() -> None:
    expected = "there is no plugin 'x'; installed are: none"
    with pytest.raises(iio.OptionError, match=expected), iio.use("x"):
        pass
    iio.register(claim("a"))
    with pytest.raises(iio.OptionError, match="is taken"), iio.use(claim("a")):
        pass


def test_use_is_of_one_thread() -> None:
    iio.register(claim("a"))
    inside, outside = threading.Event(), threading.Event()
    seen = {}

    def other() -> None:
        inside.wait(60)
        seen["other"] = iio.registry.find("mine")
        outside.set()

    thread = threading.Thread(target=other)
    thread.start()
    with iio.use(claim("mine")):
        seen["own"] = iio.registry.find("mine")
        inside.set()
        outside.wait(60)
    thread.join()
    assert seen["own"] is not None and seen["other"] is None


def test_a_snapshot_never_changes() -> None:
    iio.register(claim("a"))
    snapshot = _registry.current()
    iio.register(claim("b"))
    iio.prefer("b")
    assert [p.spec.name for p in snapshot.plugins] == ["a"] and snapshot.order == ()
    assert "a" in repr(iio.registry)


# Importing the plugin object


def test_a_plugin_is_imported_once() -> None:
    plugin = _registry.Plugin(fakes.SPEC)
    assert plugin.load() is plugin.load() is fakes.PLUGIN


@pytest.mark.parametrize("where", ["no_such_module:PLUGIN", "fakes:NOTHING"])
def test_a_plugin_that_cannot_be_imported(where) -> None:
    spec = iio.PluginSpec(name="x", title="x", plugin=where, formats=())
    plugin = _registry.Plugin(spec, "iio-x", "3")
    with pytest.raises(iio.PluginNotInstalledError, match=r"plugin 'x' \(iio-x 3\) cannot be imp"):
        plugin.load()


def test_a_plugin_that_exits_is_an_error_like_others(tmp_path, monkeypatch) -> None:
    (tmp_path / "w_exits.py").write_text("raise SystemExit(1)")
    monkeypatch.syspath_prepend(str(tmp_path))
    spec = iio.PluginSpec(name="x", title="x", plugin="w_exits:PLUGIN", formats=())
    with pytest.raises(iio.PluginNotInstalledError, match="SystemExit: 1"):
        _registry.Plugin(spec).load()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"license": 3}, "not all strings"),
        ({"aliases": (b"x",)}, "not all strings"),
        ({"advisories": ("old",)}, "not all of class Advisory"),
    ],
)
def test_a_spec_with_fields_of_a_wrong_type(fields, message) -> None:
    made = fakes.spec("wrong", fakes.format("W", ".w"), **fields)
    with pytest.raises(iio.OptionError, match=message), iio.use(made):
        pass


@pytest.mark.parametrize(
    ("fields", "message"),
    [({"priority": "high"}, "of a wrong type"), ({"reads": ("uint8",)}, "reads of its format")],
)
def test_a_format_with_fields_of_a_wrong_type(fields, message) -> None:
    made = fakes.spec("wrong", fakes.format("W", ".w", **fields))
    with pytest.raises(iio.OptionError, match=message), iio.use(made):
        pass
