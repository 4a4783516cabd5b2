from __future__ import annotations

import pytest

from iio_core import _environment


@pytest.mark.parametrize(
    ("ours", "theirs", "value", "on"),
    [
        (None, None, None, False),
        ("", "", None, False),
        (None, "1", "1", True),
        ("", "YES", "YES", True),
        (" True ", None, " True ", True),
        ("0", "1", "0", False),
        ("1", "0", "1", True),
        (None, "perhaps", "perhaps", False),
    ],
)
def test_our_name_wins_where_it_is_set(monkeypatch, ours, theirs, value, on) -> None:
    for name, given in (("IIO_SWITCH", ours), ("IMAGEIO_SWITCH", theirs)):
        monkeypatch.delenv(name, raising=False)
        if given is not None:
            monkeypatch.setenv(name, given)
    assert _environment.get("SWITCH") == value
    assert _environment.flag("SWITCH") is on
