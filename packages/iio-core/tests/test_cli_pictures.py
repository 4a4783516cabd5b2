"""Contact sheets, and how far two files are apart."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import fakes
import numpy as np
import pytest

import iio_core as iio
from iio_core.cli import main
from iio_core.cli._difference import Difference, differing_metadata
from iio_core.cli._thumbnails import planes_of, shown_range, thumbnail, to_rgb

pytestmark = pytest.mark.usefixtures("fake", "_here")


@pytest.fixture
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(name: str, *images: np.ndarray, **meta: object) -> None:
    Path(name).write_bytes(fakes.encode(*images, meta=meta))


def flat(value: int, dtype: str = "uint8", shape: tuple[int, ...] = (20, 30)) -> np.ndarray:
    return np.full(shape, value, dtype)


def test_a_sheet_of_the_images_of_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    put("a.fake", *(flat(40 * n) for n in range(6)))
    words = ["montage", "a.fake", "-o", "sheet.fk", "--size", "30", "--columns", "3"]
    assert main(words) == 0
    sheet = iio.imread("sheet.fk")
    assert sheet.shape == (2 * 24 + 4, 3 * 34 + 4, 3)
    assert [sheet[10 + 24 * (n // 3), 10 + 34 * (n % 3), 0] for n in range(6)] == [
        40 * n for n in range(6)
    ]
    assert (sheet[0] == 32).all() and capsys.readouterr().err == ""


def test_only_some_of_many_are_shown_and_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    put("a.fake", *(flat(n) for n in range(50)))
    assert main(["montage", "a.fake", "-o", "s.fk", "--step", "10", "--most", "4"]) == 0
    assert "only the first 4 are shown" in capsys.readouterr().err
    sheet = iio.imread("s.fk")
    assert sheet[10, 10, 0] == 0 and sheet[34, 44, 0] == 30
    assert main(["montage", "a.fake", "-o", "s.fk", "--step", "10", "--most", "5"]) == 0
    assert capsys.readouterr().err == ""


def test_a_sheet_of_files_with_one_that_fails(capsys: pytest.CaptureFixture[str]) -> None:
    put("a.fake", flat(10), flat(99))
    put("b.fake", flat(20))
    Path("c.fake").write_bytes(fakes.MAGIC + b"I")
    assert main(["montage", "?.fake", "-o", "s.fk"]) == 1
    assert "c.fake" in capsys.readouterr().err
    sheet = iio.imread("s.fk")
    assert (sheet[10, 10, 0], sheet[10, 44, 0]) == (10, 20)
    assert main(["montage", "a.fake", "-o", "a.fake"]) == 2
    assert main(["montage", "c.fake", "-o", "t.fk"]) == 1
    assert not Path("t.fk").exists()


def test_slices_of_a_volume_are_scaled_alike(capsys: pytest.CaptureFixture[str]) -> None:
    volume = np.arange(4, dtype=np.uint16)[:, None, None] * np.full((1, 20, 30), 1000, np.uint16)
    put("a.fake", volume)
    assert main(["montage", "a.fake", "-o", "s.fk", "--columns", "4"]) == 0
    sheet = iio.imread("s.fk")
    assert [int(sheet[10, 10 + 34 * n, 0]) for n in range(4)] == [0, 85, 170, 255]
    assert "a.fake: uint16 values from 0 (black) to 3000 (white)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("image", "shape"),
    [
        (np.zeros((3, 4)), (1, 3, 4)),
        (np.zeros((3, 4, 3)), (1, 3, 4, 3)),
        (np.zeros((9, 3, 40)), (9, 3, 40)),
        (np.zeros((2, 5, 3, 4, 3)), (10, 3, 4, 3)),
        (np.zeros(7), (1, 1, 7)),
    ],
)
def test_any_array_is_a_stack_of_images(image: np.ndarray, shape: tuple[int, ...]) -> None:
    assert planes_of(image).shape == shape


def test_axes_decide_where_the_shape_does_not() -> None:
    assert planes_of(np.zeros((5, 6, 3)), "ZYX").shape == (5, 6, 3)
    assert planes_of(np.zeros((5, 6, 3)), "YXS").shape == (1, 5, 6, 3)


def test_a_thumbnail_is_the_mean_of_what_it_covers() -> None:
    image = np.random.default_rng(1).integers(0, 256, (60, 90, 3), np.uint8)
    made = thumbnail(image, 20, 30).values
    assert np.allclose(made, image.reshape(20, 3, 30, 3, 3).mean(axis=(1, 3)))
    odd = thumbnail(image[:59, :71], 20, 30).values  # blocks that do not divide
    assert odd.shape == (20, 24, 3) and abs(odd.mean() - image[:59, :71].mean()) < 2
    assert thumbnail(image, 500, 500).values.shape == image.shape


@pytest.mark.parametrize("dtype", ["bool", "int16", "float16", "float64", "complex64", "uint64"])
def test_whatever_was_measured_becomes_visible(dtype: str) -> None:
    image = np.zeros((8, 8), dtype)
    image[4:] = 1
    small = thumbnail(image, 8, 8)
    rgb = to_rgb(small, shown_range([small]))
    assert rgb.dtype == np.uint8 and (rgb[:4] == 0).all() and (rgb[4:] == 255).all()


def test_no_number_and_no_range_are_black() -> None:
    for image in (np.full((4, 4), np.nan), np.full((4, 4), 7.0), np.zeros((0, 5))):
        small = thumbnail(image, 8, 8)
        assert (to_rgb(small, shown_range([small])) == 0).all()
    image = np.array([[np.nan, 1.0], [3.0, np.inf]])
    small = thumbnail(image, 8, 8)
    assert to_rgb(small, shown_range([small]))[:, :, 0].tolist() == [[0, 0], [255, 255]]


def test_what_is_transparent_shows_a_checkerboard() -> None:
    image = np.zeros((32, 32, 4), np.uint8)
    image[:, :, 0] = 200
    image[16:, :, 3] = 255
    rgb = to_rgb(thumbnail(image, 32, 32), None)
    assert (rgb[16:] == (200, 0, 0)).all()
    assert sorted(np.unique(rgb[:16]).tolist()) == [102, 153]


def test_the_same_pixels(capsys: pytest.CaptureFixture[str]) -> None:
    put("a.fake", flat(1), flat(2), Title="A")
    put("b.fake", flat(1), flat(2), Title="B", Note="x")
    assert main(["compare", "a.fake", "b.fake"]) == 0
    out = capsys.readouterr().out
    assert "the pixels are the same" in out
    assert "metadata Title: A and B" in out and "only in b.fake: Note" in out


def test_pixels_that_differ(capsys: pytest.CaptureFixture[str]) -> None:
    changed = flat(100)
    changed[0, 0] = 110
    put("a.fake", flat(100))
    put("b.fake", changed)
    assert main(["compare", "a.fake", "b.fake", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["max_abs_difference"] == 10
    assert found["mean_abs_difference"] == pytest.approx(10 / 600)
    assert found["psnr"] == pytest.approx(10 * math.log10(255**2 / (100 / 600)))
    assert main(["compare", "a.fake", "b.fake", "--tolerance", "10"]) == 0
    assert main(["compare", "a.fake", "b.fake", "--tolerance", "9"]) == 1
    assert main(["compare", "a.fake", "b.fake"]) == 1
    assert "PSNR             55.91 dB" in capsys.readouterr().out


@pytest.mark.parametrize(
    "images",
    [[flat(1)], [flat(1), flat(1), flat(1)], [flat(1), flat(1, "uint16")],
     [flat(1), flat(1, shape=(30, 20))]],
)  # fmt: skip
def test_another_number_shape_or_dtype_is_a_difference(
    images: list[np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    put("a.fake", flat(1), flat(1))
    put("b.fake", *images)
    assert main(["compare", "a.fake", "b.fake", "--tolerance", "1000"]) == 1
    assert main(["compare", "a.fake", "b.fake", "--index", "0"]) == 0
    assert "the pixels differ" in capsys.readouterr().out


def test_files_of_two_folders_are_compared_by_their_names(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for folder in ("one", "two", "one/in", "two/in"):
        Path(folder).mkdir()
    for name in ("one/a.fake", "two/a.fake", "one/b.fake", "one/in/c.fake"):
        put(name, flat(1))
    put("two/in/c.fake", flat(2))
    Path("one/notes.txt").write_text("nobody reads this")
    assert main(["compare", "one/a.fake", "two"]) == 0
    assert main(["compare", "one", "two/a.fake"]) == 0
    assert main(["compare", "one", "two"]) == 1
    out = capsys.readouterr().out
    assert out.count("the pixels are the same") == 3 and "differ" not in out
    assert "one/b.fake has no counterpart" in out and "notes" not in out
    Path("one/b.fake").unlink()
    assert main(["compare", "one", "two"]) == 0
    Path("two/b.fake").write_bytes(fakes.MAGIC + b"I")
    put("one/b.fake", flat(1))
    capsys.readouterr()
    assert main(["compare", "one", "two", "--recursive", "--json"]) == 1
    a, b, c = json.loads(capsys.readouterr().out)
    assert (a["first"], a["second"], a["same"]) == ("one/a.fake", "two/a.fake", True)
    assert (b["same"], c["same"]) == (False, False)
    assert "two/b.fake" in b["error"] and c["max_abs_difference"] == 1


def test_folders_without_images_are_not_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("one", "two"):
        Path(folder).mkdir()
    assert main(["compare", "one", "two"]) == 2
    assert "nothing to read in one and two" in capsys.readouterr().err


def test_a_sheet_of_a_folder_tells_what_is_not_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    Path("in").mkdir()
    put("in/a.fake", flat(1))
    Path("in/notes.txt").write_text("nobody reads this")
    assert main(["montage", "in", "-o", "s.fk"]) == 0
    assert "1 file passed over, which no plugin reads: in/notes.txt" in capsys.readouterr().err


def test_compare_takes_two_files_or_one(capsys: pytest.CaptureFixture[str]) -> None:
    put("a.fake", flat(1))
    assert main(["compare", "a.fake"]) == 2
    assert main(["compare", "a.fake", "a.fake", "--all-plugins"]) == 2
    assert main(["compare", "a.fake", "none.fake"]) == 1
    assert main(["compare", "a.fake", "none.fake"]) == 1
    assert "none.fake" in capsys.readouterr().err


def test_one_file_through_every_plugin(capsys: pytest.CaptureFixture[str]) -> None:
    put("a.fake", flat(1), Title="A")

    def other(name: str, *answers: Any) -> iio.PluginSpec:
        format = fakes.format("FAKE", ".fake", magic=fakes.MAGIC)
        return fakes.spec(name, format, plugin=fakes.reading(*answers))

    def declining(resource: Any, name: Any, /) -> Any:
        raise iio.NotThisFormat("not such ones")

    brighter = fakes.StubReader(flat(3), metadata=lambda **asked: {"Title": "A", "More": 1})
    with iio.use(
        other("brighter", lambda resource, name, /: brighter),
        other("broken", fakes.raiser(ValueError("it is broken"))),
        other("declining", declining),
    ):
        assert main(["compare", "a.fake", "--all-plugins", "--plugin", "fake"]) == 1
        assert main(["compare", "a.fake", "--all-plugins", "--json"]) == 1
    out, _ = capsys.readouterr()
    rows = {row["plugin"]: row for row in json.loads(out[out.index("[\n") :])}
    assert rows["brighter"]["same"] is True  # the first one is what others are compared with
    assert rows["fake"]["max_abs_difference"] == 2
    assert rows["fake"]["metadata"]["only_first"] == {"More": 1}
    assert rows["broken"]["same"] is False and "it is broken" in rows["broken"]["error"]
    assert rows["declining"]["same"] is None and "not such ones" in rows["declining"]["error"]
    assert main(["compare", "a.fake", "--all-plugins"]) == 0
    Path("b.none").write_bytes(b"nothing")
    assert main(["compare", "b.none", "--all-plugins"]) == 1
    assert "no plugin recognizes b.none" in capsys.readouterr().err


def test_differences_of_hard_numbers() -> None:
    nan, inf = math.nan, math.inf
    a = np.array([[nan, inf, 1.0]])
    assert Difference([a], [a]).is_within(0)
    assert Difference([a], [np.array([[nan, inf, 2.0]])]).most == 1
    assert Difference([a], [np.array([[nan, inf, nan]])]).most == inf
    assert not Difference([a], [np.array([[0.0, inf, 1.0]])]).is_within(1e9)
    big = np.array([[2**63]], np.uint64)
    assert Difference([big], [big - 1]).most > 0
    assert Difference([flat(0)], [flat(255)]).most == 255  # unsigned numbers do not wrap around
    assert Difference([flat(0) > 0], [flat(1) > 0]).psnr == 0
    assert Difference([], []).is_within(0)
    assert Difference([flat(0)], [flat(0)]).psnr == inf


def test_metadata_of_any_kind_is_compared() -> None:
    class Sulky:
        def __eq__(self, other: object) -> bool:
            raise TypeError("no")

        __hash__ = object.__hash__

    first = {"array": np.arange(3), "nan": math.nan, "odd": Sulky()}
    second = {"array": np.arange(3), "nan": math.nan, "odd": Sulky()}
    assert list(differing_metadata(first, second)["different"]) == ["odd"]
