"""The conformance kit can fail: for every promise a plugin that breaks it, and only it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from iio_core.testing import PROMISES, BrokenPromise
from iio_core.testing._metadata_suite import same
from iio_core.testing._promises import DOCUMENT, anchor

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
KIT = Path(__file__).parent / "kit"

SUITE = """
import numpy as np
from iio_core.testing import PluginSuite, Sample

GRAY = np.array([[0, 255, 3], [250, 5, 6]], np.uint8)
COLOR = np.arange(3 * 2 * 4 * 3, dtype=np.uint8).reshape(3, 2, 4, 3)


class TestToy(PluginSuite):
    entry_point = {entry_point!r}
    installed = {installed!r}
    changes = 60
    opens = 300
    memory = 80 << 20
    deadline = 4.0

    def samples(self):
        yield Sample("TOY", b"TOY1\\1\\2\\3\\1\\5hello" + GRAY.tobytes(), GRAY, name="gray",
                     variants=({{"invert": True}},))
        yield Sample("TOY", b"TOY1\\3\\2\\4\\3\\0" + COLOR.tobytes(), COLOR[0], name="color")
"""

# The plugin, the promise that it breaks, and the tests that have to notice: no others may fail.
BAD = [
    ("toy_heavy_spec:SPEC", "light", "spec_is_light"),
    ("incomplete", "complete", "plugin_is_complete session_writes_image_by_image"),
    ("options_unnamed", "options", "options_are_named"),
    ("options_of_read_only", "options", "options_are_named"),
    ("hidden", "selected", "format_is_selected format_has_a_sample"),
    ("claims_too_little", "pixels", "pixels_are_right"),
    ("wrong_pixels", "pixels", "pixels_are_right"),
    ("shares_its_arrays", "owned", "arrays_belong_to_the_caller"),
    ("wrong_properties_of_an_option", "properties", "properties_are_those_of_the_array"),
    ("iterates_without_options", "iteration", "iterating_gives_every_image"),
    ("metadata_is_a_list", "metadata", "metadata_is_a_dict"),
    ("clamps_the_index", "index", "index_out_of_range"),
    ("default_is_the_last", "index", "index_none"),
    ("all_by_default", "index", "index_none"),
    ("wrong_region", "regions", "region_is_a_part_of_the_image"),
    ("not_from_archives", "resources", "same_bytes_same_answer"),
    ("closes_files", "left open", "file_objects_stay_open"),
    ("keeps_handles", "handles", "own_handles_are_closed nothing_adds_up"),
    ("leaves_copies", "temporary", "nothing_is_left_behind nothing_adds_up"),
    ("pads_what_is_missing", "truncated", "truncated_file"),
    ("panics", "only ours", "changed_file flipped_bits"),
    ("returns_none", "only ours", "changed_file flipped_bits"),
    ("loses_narrow_images", "round trip", "round_trip"),
    ("ignores_strides", "layouts", "memory_layouts"),
    ("changes_the_array", "untouched", "array_is_not_changed"),
    ("converts_in_silence", "loss", "unclaimed_pixels_are_refused"),
    ("keeps_the_last_image", "every image", "no_image_is_lost equal_images_are_kept"),
    ("skips_equal_images", "every image", "equal_images_are_kept"),
    ("takes_a_second", "every image", "second_image_is_refused"),
    ("drops_metadata", "metadata kept", "metadata_round_trips"),
    ("changes_metadata", "metadata kept", "metadata_round_trips"),
    ("loses_known_metadata", "metadata kept", "metadata_round_trips"),
    (
        "other_bytes_in_files",
        "targets",
        "same_bytes_wherever_they_go session_writes_image_by_image",
    ),
    ("writes_directly", "whole", "failed_write_leaves_the_old_file"),
    ("changes_settings", "process", "process_is_left_as_it_was"),
    ("changes_settings_once", "process", "process_is_left_as_it_was"),
    ("hangs", "hang", "flipped_bits"),
    ("crashes", "alive", "flipped_bits"),
    ("takes_memory", "bounded", "flipped_bits"),
    ("only_says_that_it_checks", "bounded", "limits_are_checked_first"),
    ("keeps_objects", "leak", "nothing_adds_up"),
    ("keeps_memory", "leak", "nothing_adds_up"),
    ("mixes_readers", "threads", "threads_read_at_the_same_time"),
    ("says_it_can_be_shared", "shared", "reader_is_shared_by_threads"),
    ("locks", "fork", "forked_process_reads"),
    ("only_here", "spawn", "new_process_reads"),
]


@pytest.fixture(autouse=True)
def _without_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load no plugin of pytest in the runs inside of tests, or it takes most of their time."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(
    pytester: pytest.Pytester,
    plugin: str,
    suite: str = SUITE,
    installed: bool = False,
    only: str = "",
) -> tuple[int, dict[str, set[str]]]:
    """Run the kit on a plugin; return how many tests pass, and the messages of those that fail."""
    pytester.syspathinsert(KIT)
    # A root of its own: wherever the temporary directory is, this project's settings are not used,
    # and no part of its path becomes the name of a package.
    pytester.makeini("[pytest]\nfilterwarnings = error")
    entry_point = plugin if ":" in plugin else f"toy_specs:{plugin}"
    pytester.makepyfile(suite.format(entry_point=entry_point, installed=installed))
    arguments = ("-p", "no:cacheprovider", "-q", "-k", only)
    passed, _, failed = pytester.inline_run(*arguments).listoutcomes()
    found: dict[str, set[str]] = {}
    for report in failed:
        test = re.sub(r".*::test_(\w+).*", r"\1", report.nodeid)
        found.setdefault(test, set()).add(report.longreprtext)
    return len(passed), found


def test_a_good_plugin_passes(pytester: pytest.Pytester) -> None:
    passed, failed = run(pytester, "good")
    assert not failed
    assert passed > 40


@pytest.mark.parametrize("plugin", ["only_reads", "only_writes"])
def test_what_does_not_concern_a_plugin_is_not_collected(
    pytester: pytest.Pytester, plugin: str
) -> None:
    samples = SUITE.index("    def samples")
    suite = SUITE if plugin == "only_reads" else SUITE[:samples]
    # In the same file the suite of another plugin, derived from the one that leaves things out.
    both = 'class TestBoth(TestToy):\n    entry_point = "toy_specs:good"\n'
    text = f"{suite}\n\n{both}{SUITE[samples:]}"
    pytester.syspathinsert(KIT)
    pytester.makeini("[pytest]")
    pytester.makepyfile(text.format(entry_point=f"toy_specs:{plugin}", installed=False))
    items, _ = pytester.inline_genitems("-p", "no:cacheprovider")
    names: dict[str, set[str]] = {"TestToy": set(), "TestBoth": set()}
    for item in items:
        names[item.cls.__name__].add(item.originalname)
    assert names["TestToy"] < names["TestBoth"]
    quick = "TestToy and not flipped and not adds_up"
    result = pytester.inline_run("-p", "no:cacheprovider", "-k", quick)
    passed, skipped, failed = result.listoutcomes()
    assert passed
    assert [report.longreprtext for report in failed] == []
    assert {report.longrepr[2] for report in skipped} == {"Skipped: it is tested without its wheel"}


@pytest.mark.slow
@pytest.mark.parametrize(("plugin", "promise", "tests"), BAD, ids=[name for name, _, _ in BAD])
def test_a_bad_plugin_is_told_which_promise_it_broke(
    pytester: pytest.Pytester, plugin: str, promise: str, tests: str
) -> None:
    _, failed = run(pytester, plugin)
    assert set(failed) == set(tests.split())
    for message in failed[tests.split()[0]]:
        assert f"broken promise: {PROMISES[promise]}" in message
        assert f"{DOCUMENT}#{anchor(PROMISES[promise])}" in message


def test_a_plugin_that_cannot_be_imported_is_told(pytester: pytest.Pytester) -> None:
    _, failed = run(pytester, "not_there", only="plugin_is_complete")
    (message,) = failed["plugin_is_complete"]
    assert f"broken promise: {PROMISES['complete']}" in message
    assert "has no attribute 'not_there'" in message


def test_a_plugin_whose_wheel_is_not_installed_is_not_found(pytester: pytest.Pytester) -> None:
    _, failed = run(pytester, "good", installed=True)
    assert set(failed) == {"plugin_is_found"}
    assert f"broken promise: {PROMISES['found']}" in "".join(failed["plugin_is_found"])


def test_a_format_without_a_sample_is_told(pytester: pytest.Pytester) -> None:
    suite = SUITE[: SUITE.index("    def samples")]
    _, failed = run(pytester, "good", suite, only="has_a_sample")
    assert f"broken promise: {PROMISES['sampled']}" in "".join(failed["format_has_a_sample"])


def test_an_exception_has_to_be_one(pytester: pytest.Pytester) -> None:
    """What is known to fail may fail, and is told when it no longer does."""
    allowed = "exceptions = {{('test_pixels_are_right', 'gray'): 'why'}}"
    suite = SUITE.replace("changes = 60", allowed)
    assert run(pytester, "claims_too_little", suite, only="pixels_are_right") == (1, {})
    _, failed = run(pytester, "good", suite, only="pixels_are_right")
    assert "[XPASS(strict)] why" in "".join(failed["pixels_are_right"])


def test_a_merging_encoder_is_an_exception(pytester: pytest.Pytester) -> None:
    allowed = "exceptions = {{('test_equal_images_are_kept', 'TOY'): 'the encoder merges them'}}"
    suite = SUITE.replace("changes = 60", allowed)
    passed, failed = run(
        pytester, "skips_equal_images", suite, only="equal_images or image_is_lost"
    )
    assert (passed, failed) == (2, {})  # the images that differ


def test_a_change_of_the_backend_is_seen_after_other_tests(pytester: pytest.Pytester) -> None:
    method = "import toy_plugins\n        return dict(toy_plugins.backend)"
    suite = f"{SUITE}\n    def backend_state(self):\n        {method.replace('{', '{{')}\n"
    _, failed = run(pytester, "changes_the_backend", suite, only="pixels_are or process_is")
    assert set(failed) == {"process_is_left_as_it_was"}
    assert "from {'limit': 100} to {'limit': 0}" in "".join(failed["process_is_left_as_it_was"])


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ((1, 2.0), [1, 2], True),
        ({"a": (1 / 3,)}, {"a": [0.33333331]}, True),
        (np.arange(3), (0, 1, 2), True),
        (float("nan"), np.float32("nan"), True),
        ("72", 72, False),
        ("ab", ["a", "b"], False),
        (b"ab", b"AB", False),
        ((1, 2), (1, 2, 3), False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        (72, 72.1, False),
        (None, 0, False),
    ],
)
def test_values_of_metadata_are_compared(one: object, other: object, equal: bool) -> None:
    assert same(one, other) is equal
    assert same(other, one) is equal


def test_without_pytest_it_is_told_what_to_install() -> None:
    code = "import sys; sys.modules['pytest'] = None; from iio_core.testing import PluginSuite"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = run.stderr.strip().splitlines()[-1]
    assert last == (
        'ModuleNotFoundError: the testing kit needs pytest: pip install "iio-core[testing]"'
    )


def test_every_promise_is_broken_by_somebody() -> None:
    broken = {promise for _, promise, _ in BAD} | {"found", "sampled", "cost"}
    assert broken == set(PROMISES)


def test_every_promise_is_documented() -> None:
    document = (ROOT / DOCUMENT).read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", document, re.M)
    assert set(PROMISES.values()) <= set(headings)


def test_a_failure_says_what_and_where_and_what_was_seen() -> None:
    assert str(BrokenPromise("light", "plugin 'x'", "importing it imports numpy")).splitlines() == [
        "broken promise: The spec is light",
        "  of:         plugin 'x'",
        f"  documented: {DOCUMENT}#the-spec-is-light",
        "  seen:       importing it imports numpy",
    ]


def test_the_kit_is_not_imported_with_core() -> None:
    code = (
        "import sys, iio_core\n"
        "for name in iio_core.__all__: getattr(iio_core, name)\n"
        "sys.exit(any(m.startswith('iio_core.testing') or m in ('pytest', 'hypothesis')\n"
        "             for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    ("pixels", "broken"), [("sample.image.copy()", 0), ("255 - sample.image", 2)]
)
def test_costs_are_told_beside_those_of_the_same_pixels(
    pytester: pytest.Pytester, pixels: str, broken: int
) -> None:
    suite = f"{SUITE}\n    def bare(self, sample):\n        return lambda: {pixels}\n"
    pytester.syspathinsert(KIT)
    pytester.makeini("[pytest]")
    pytester.makepyfile(suite.format(entry_point="toy_specs:good", installed=False))
    result = pytester.inline_run("-p", "no:cacheprovider", "-k", "cost_is_told")
    passed, _, failed = result.listoutcomes()
    assert (len(passed), len(failed)) == (2 - broken, broken)
    for report in failed:
        assert f"broken promise: {PROMISES['cost']}" in report.longreprtext
    for report in passed:
        ((name, figure),) = report.user_properties
        assert name == "cost"
        assert re.fullmatch(r"[\d.]+ ms, [+-][\d.]+ ms beside the bare backend's [\d.]+", figure)
