"""The tutorial shows the code that is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_tutorial_shows_the_code_that_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    files = [*ROOT.glob("src/*/*.py"), *ROOT.glob("tests/*.py"), ROOT / "pyproject.toml"]
    sources = [file.read_text(encoding="utf-8") for file in files]
    shown = re.findall(r"^```(?:python no-run|toml)\n(.*?)^```", text, re.M | re.S)
    assert len(shown) == 7
    for block in shown:
        assert any(block in source for source in sources), block
