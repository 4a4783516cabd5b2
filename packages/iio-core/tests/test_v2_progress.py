from __future__ import annotations

import pytest

from iio_core.v2.core import BaseProgressIndicator, StdoutProgressIndicator


class Recorder(BaseProgressIndicator):
    def __init__(self) -> None:
        super().__init__("scan")
        self.said: list[str] = []

    def _start(self) -> None:
        self.said.append("start")

    def _update_progress(self, progressText: str) -> None:  # noqa: N803
        self.said.append(progressText)

    def _stop(self) -> None:
        self.said.append("stop")

    def _write(self, message: str) -> None:
        self.said.append(message)


def test_indicator_is_told_of_every_step() -> None:
    indicator = Recorder()
    assert indicator.status() == 0
    indicator.start("reading", "files", 4)
    assert indicator.status() == 1
    indicator.set_progress(1, force=True)
    indicator.increase_progress(3)
    indicator.finish("done")
    assert indicator.status() == 2
    first, last = "1/4 files (25.0%)", "4/4 files (100.0%)"
    assert indicator.said == ["start", "0/4 files (0.0%)", first, last, last, "stop", "done"]


def test_quick_steps_are_passed_over() -> None:
    indicator = Recorder()
    indicator.start(max=1000)
    for step in range(1, 1000):
        indicator.set_progress(step)
    assert len(indicator.said) < 100
    indicator.fail("no luck")
    assert indicator.status() == 3 and indicator.said[-1] == "FAIL no luck"


def test_unknown_total_is_a_count() -> None:
    indicator = Recorder()
    indicator.start(unit="files")
    indicator.set_progress(7, force=True)
    indicator.write("a line")
    assert indicator.said[-2:] == ["7 files", "a line"]


def test_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    indicator = StdoutProgressIndicator("scan")
    indicator.start("reading", "files", 2)
    indicator.write("a line")
    indicator.finish()
    text = capsys.readouterr().out
    assert text.startswith("\rscan reading: 0/2 files (0.0%)") and text.endswith("\n")
    assert "  a line\n" in text
    BaseProgressIndicator("nothing").start()
    assert capsys.readouterr().out == ""
