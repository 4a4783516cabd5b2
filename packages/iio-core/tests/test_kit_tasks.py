"""What the kit's workers do, done in this process: each task finds what it looks for."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iio_core as iio
from iio_core.testing import _first_use, _fork_task, _hostile_tasks, _process_tasks, _usage
from iio_core.testing import _worker_main as worker_main
from iio_core.testing._promises import PROMISES
from iio_core.testing._task import Given
from iio_core.testing._worker import Worker

KIT = Path(__file__).parent / "kit"
GRAY = np.array([[0, 255, 3], [250, 5, 6]], np.uint8)
COLOR = np.arange(3 * 2 * 4 * 3, dtype=np.uint8).reshape(3, 2, 4, 3)
SETTINGS = {"changes": 60, "opens": 120, "memory": 40 << 20, "deadline": 20.0}


@pytest.fixture(autouse=True)
def _kit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(KIT)


def given(**changes: Any) -> Given:
    usual: dict[str, Any] = {
        "data": b"TOY1\1\2\3\1\5hello" + GRAY.tobytes(),
        "image": GRAY,
        "how": {"extension": ".toy"},
        "format": "TOY",
        "extension": ".toy",
        "head": 4,
        "settings": SETTINGS,
    }
    return Given(**{**usual, **changes})


@pytest.fixture
def sample() -> Given:
    other = given(data=b"TOY1\3\2\4\3\0" + COLOR.tobytes(), image=COLOR[0])
    return given(other=other)


@pytest.fixture
def using(request: pytest.FixtureRequest) -> Iterator[None]:
    import toy_specs

    with iio.use(toy_specs.spec(request.param), only=True):
        yield


TASKS = [
    _hostile_tasks.truncated,
    _hostile_tasks.changed,
    _hostile_tasks.flipped,
    _hostile_tasks.described,
    _process_tasks.spawned,
    _process_tasks.threaded,
    _process_tasks.shared,
    # A child that is forked while coverage is at work in a thread may hang for its sake.
    pytest.param(_fork_task.forked, marks=pytest.mark.timing),
    _process_tasks.opened_often,
]


def _name_of(task: Any) -> str:
    return getattr(task, "values", [task])[0].__name__


@pytest.mark.parametrize("using", ["good"], indirect=True)
@pytest.mark.parametrize("task", TASKS, ids=_name_of)
def test_a_good_plugin_breaks_no_promise(using: None, sample: Given, task: Callable) -> None:
    before = threading.active_count(), sys.getswitchinterval()
    assert task(sample) is None
    assert (threading.active_count(), sys.getswitchinterval()) == before


def test_every_task_is_one_of_the_worker() -> None:
    assert {*map(_name_of, worker_main.TASKS.values())} == {*map(_name_of, TASKS)}


@pytest.mark.parametrize(
    ("using", "task", "promise", "seen"),
    [
        ("pads_what_is_missing", "truncated", "truncated", "the first 14 of 20 bytes: "),
        ("panics", "changed", "only ours", "Panic: index out of bounds"),
        ("panics", "flipped", "only ours", "bytes changed (place, bits): [("),
        pytest.param(
            *("takes_memory", "flipped", "bounded", "MiB, where 40 are plenty"),
            marks=pytest.mark.skipif(
                sys.platform != "linux", reason="the other tests may have taken more before"
            ),
        ),
        ("wrong_pixels", "spawned", "spawn", "in a new process: 6 of 6 values differ"),
        ("mixes_readers", "threaded", "threads", "4 threads, a reader each: "),
        ("says_it_can_be_shared", "shared", "shared", "4 threads with one reader: "),
        ("keeps_objects", "opened_often", "leak", "objects more"),
        pytest.param(
            *("keeps_memory", "opened_often", "leak", "KiB more are held"),
            marks=pytest.mark.timing,
        ),
        ("leaves_copies", "opened_often", "temporary", "after "),
    ],
    indirect=["using"],
)
def test_a_broken_promise_is_seen(
    using: None, sample: Given, task: str, promise: str, seen: str
) -> None:
    found = worker_main.TASKS[task](sample)
    assert found is not None
    assert (found.promise, found.promise in PROMISES) == (promise, True)
    assert seen in found.seen


@pytest.mark.parametrize("using", ["good"], indirect=True)
@pytest.mark.parametrize("settles", [True, False])
def test_what_a_cache_takes_until_it_is_full_is_no_leak(
    using: None, monkeypatch: pytest.MonkeyPatch, settles: bool
) -> None:
    kept: list[list[list[int]]] = []

    def keeping(self: Given, data: Any) -> Any:
        if len(kept) < 100 or not settles:
            kept.append([[number] for number in range(3)])
        return iio.imread(data, index=0, **self.how)

    monkeypatch.setattr(Given, "read", keeping)
    monkeypatch.setattr(_process_tasks, "_SECONDS", 1e-9)  # as on a machine that is very busy
    found = _process_tasks.opened_often(given())
    assert (found is None) == settles
    assert found is None or found.promise == "leak"


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not forked there")
@pytest.mark.parametrize("using", ["locks"], indirect=True)
def test_a_forked_process_that_hangs_is_ended(using: None) -> None:
    found = _fork_task.forked(given(settings={**SETTINGS, "deadline": 1.0}))
    assert found is not None
    assert found.seen == "a child, forked while threads read: it hangs"


@pytest.mark.parametrize("using", ["panics"], indirect=True)
def test_changes_that_do_not_matter_are_left_out(using: None, sample: Given) -> None:
    found = _hostile_tasks.changed(sample)
    assert found is not None
    assert found.seen.count("(") <= 4  # "(place, bits)", at most two of them, and the error's own


@pytest.mark.parametrize("using", ["good"], indirect=True)
def test_what_a_first_use_changes_is_named(
    using: None, sample: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = _first_use.state()
    assert _first_use.changed(state, sample, tmp_path) == []
    assert (tmp_path / "written.toy").exists()
    assert _first_use.changed(state, given(extension=None), tmp_path) == []
    before = np.geterr()
    monkeypatch.setattr(_first_use, "use", lambda *_: np.seterr(all="print"))
    try:
        assert _first_use.changed(state, sample, tmp_path) == ["NumPy's error handling"]
    finally:
        np.seterr(**before)


def test_a_worker_answers_line_by_line(tmp_path: Path) -> None:
    for number, one in enumerate([given(), given(data=b"TOY1", image=GRAY)]):
        (tmp_path / f"sample{number}").write_bytes(one.data)
        np.save(tmp_path / f"sample{number}.npy", one.image)
    told = {"how": {"extension": ".toy"}, "format": "TOY", "head": 4}
    lines: list[dict[str, Any]] = [{"entry_point": "toy_specs:good"}]
    for task, number in [("truncated", 0), ("process", 0), ("truncated", 1)]:
        lines.append({"task": task, "settings": SETTINGS, "samples": [[number, told]]})
    answers = io.StringIO()
    requests = io.StringIO("".join(json.dumps(line) + "\n" for line in lines))
    worker_main.main(tmp_path, requests, answers)
    first, second, third = map(json.loads, answers.getvalue().splitlines())
    assert (first, second) == (None, None)
    assert third[0] == "pixels"
    assert third[1].startswith("in a new process: DecodeError")


def test_a_worker_that_died_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"how": {"extension": ".toy"}, "format": "TOY", "head": 4}
    worker = Worker(object, "toy_specs:crashes")
    try:
        for _ in range(2):
            found = worker.ask("flipped", [(given().data, GRAY, told)], SETTINGS)
            assert found is not None
            assert found[0] == "alive"
            assert (
                "bytes changed (place, bits): [(5, 128)]: the process ends with code 3" in found[1]
            )
            assert worker.ask("truncated", [(given().data, GRAY, told)], SETTINGS) is None
        folder = worker._folder
        assert folder.exists()
    finally:
        worker.close()
    assert not folder.exists()


def test_a_spec_that_cannot_be_imported_is_told() -> None:
    worker = Worker(object, "no_such_module:SPEC")
    try:
        found = worker.ask("truncated", [(b"x", GRAY, {})], SETTINGS)
    finally:
        worker.close()
    assert found is not None
    assert found[0] == "alive"
    assert "No module named 'no_such_module'" in found[1]


def test_memory_and_handles_are_counted(tmp_path: Path) -> None:
    block = np.ones(8 << 20, np.uint8)
    assert _usage.resident_memory() >= block.nbytes
    assert _usage.peak_memory() >= _usage.resident_memory() - (1 << 20)
    before = _usage.handles()
    with (tmp_path / "file").open("wb"):
        assert _usage.handles() == before + 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the addresses of a process")
def test_a_worker_cannot_take_the_whole_machine() -> None:
    code = (
        "from iio_core.testing._usage import bound_memory\nimport numpy\nbound_memory(64 << 20)\n"
        "try:\n    numpy.ones(1 << 30, 'u1')\nexcept MemoryError:\n    print('bounded')"
    )
    path = os.pathsep.join(p for p in sys.path if p)
    command = [sys.executable, "-c", code]
    run = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert run.stdout.strip() == "bounded", run.stderr
