"""Files that were made to do harm are errors, within a second and 200 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tiff_hostile import FILES

# Errors, or what is right there: a page whose dialect tells nonsense of others.
READ = {
    "2^32 images of ImageJ": "read: (5, 7)",
    "a bomb of LZMA": "read: (5, 7)",  # as much as belongs there
    "a bomb of LZW": "read: (5, 7)",
    "a circle of SubIFDs": "read: (64, 64)",
    "OME-XML that laughs": "read: (5, 7)",
    "OME-XML that is deep": "read: (5, 7)",
    "a scan of ScanImage": "read: (5, 7)",
}


@pytest.mark.slow
@pytest.mark.timing
@pytest.mark.skipif(sys.platform == "win32", reason="getrusage is of POSIX")
def test_they_are_errors_at_once(tmp_path: Path) -> None:
    pytest.importorskip("imagecodecs")
    for name, make in FILES.items():
        (tmp_path / name).write_bytes(make())
    program = Path(__file__).parent / "tiff_hostile.py"
    done = subprocess.run(
        [sys.executable, program, tmp_path], capture_output=True, text=True, timeout=300
    )
    assert not done.returncode, done.stderr
    outcomes = json.loads(done.stdout)
    assert set(outcomes) == set(FILES)
    for name, (outcome, seconds, megabytes) in outcomes.items():
        expected = {"DecodeError", "LimitError", "NoPluginError", READ.get(name)}
        assert outcome in expected, (name, outcome)
        assert seconds < 1, (name, seconds)  # of the processor: others do not count
        assert megabytes < 200, (name, megabytes)
