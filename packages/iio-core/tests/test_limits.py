from __future__ import annotations

import builtins
import io
import math
import os
import threading

import fakes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import iio_core as iio
from iio_core import _limits
from iio_core._free_memory import free_memory
from iio_core._limits import Limits, current, parse_bytes

ONE_GIB = 1 << 30


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1GiB", ONE_GIB),
        ("250 MB", 250_000_000),
        (" 1.5 kib ", 1536),
        ("1e3", 1000),
        ("2.", 2),
        ("10b", 10),
        ("3K", 3000),
        (12, 12),
        (1.9, 1),
        ("inf", 1 << 80),
        (math.inf, 1 << 80),
    ],
)
def test_sizes_as_people_write_them(text, expected) -> None:
    assert parse_bytes(text) == expected


@pytest.mark.parametrize(
    "text", ["", "1.2.3", ".", "-1", -1, "1 Gigabyte", "x", math.nan, None, []]
)
def test_what_is_no_size_is_an_option_error(text) -> None:
    with pytest.raises(iio.OptionError, match="not a number of bytes"):
        parse_bytes(text)


@given(st.integers(0, 1 << 50) | st.integers(0, 1 << 90))
def test_the_size_in_the_advice_can_be_given_back(nbytes) -> None:
    allowed = parse_bytes(_limits._human(nbytes))
    # From where a float has no bit left for the last byte, within its precision.
    assert allowed >= nbytes * (1 if nbytes <= 1 << 50 else 1 - 1e-12)
    assert allowed <= nbytes * 1.11 + 1


def check(limits: Limits, *shape: int, itemsize: int = 1, size: int | None = 0) -> None:
    limits.check_array(shape, itemsize, resource_size=size, name="x.png")


def test_an_array_may_hold_what_is_allowed_and_no_byte_more() -> None:
    limits = Limits(array_bytes=100 << 10)
    check(limits, 100, 1024)
    with pytest.raises(iio.LimitError) as caught:
        check(limits, 100, 1025)
    message = str(caught.value)
    assert "x.png declares an array of shape (100, 1025), 100.1 KiB; 100 KiB are allowed" in message
    assert "iio.limits(array_bytes='100.1 KiB')" in message and "IIO_MAX_ARRAY_BYTES" in message


def test_the_itemsize_counts() -> None:
    with pytest.raises(iio.LimitError):
        check(Limits(array_bytes=100), 51, itemsize=2)
    check(Limits(array_bytes=100), 50, itemsize=2)


def test_a_large_file_may_hold_more(monkeypatch) -> None:
    monkeypatch.setattr(_limits, "free_memory", lambda: 1 << 50)
    limits = Limits(array_bytes=10, ratio=1000)
    check(limits, 100 << 20, size=(100 << 20) // 1000 + 1)
    for size in ((100 << 20) // 1000 - 1, 0, None):
        with pytest.raises(iio.LimitError):
            check(limits, 100 << 20, size=size)


def test_never_more_than_the_machine_has(monkeypatch) -> None:
    monkeypatch.setattr(_limits, "free_memory", lambda: 100 << 20)
    check(Limits(), 100 << 20)
    with pytest.raises(iio.LimitError, match=r"this machine has 100 MiB of memory free"):
        check(Limits(), (100 << 20) + 1)
    monkeypatch.setattr(_limits, "free_memory", lambda: None)
    check(Limits(), (100 << 20) + 1)


def test_a_shape_that_no_float_can_hold_is_a_limit_error_all_the_same() -> None:
    with pytest.raises(iio.LimitError, match="YiB"):
        check(Limits(), *[2**62] * 30)


def test_dimensions_are_limited() -> None:
    check(Limits(), *[1] * 64)
    with pytest.raises(iio.LimitError, match="65 dimensions; 64 are allowed"):
        check(Limits(), *[1] * 65)


def test_metadata_is_weighed_through_all_containers() -> None:
    limits = Limits(metadata_bytes=100)
    light = {"a": ["x" * 40, (b"y" * 20,)], "n": 1, "b": {bytearray(10).hex()}}
    limits.check_metadata(light, name="x")
    for heavy in ({"k" * 101: 0}, {"a": np.zeros(101, np.uint8)}, [{"a": ["x" * 99]}, "yz"]):
        with pytest.raises(iio.LimitError, match="of metadata; 100 B are allowed"):
            limits.check_metadata(heavy, name="x")


def test_bodies_are_limited() -> None:
    Limits(body_bytes=10).check_body(10, name="x")
    with pytest.raises(iio.LimitError, match=r"x has at least 11 B .* 10 B are allowed"):
        Limits(body_bytes=10).check_body(11, name="x")


def test_limits_hold_for_a_block() -> None:
    assert current() == Limits()
    with iio.limits(array_bytes="4GiB", ratio=5) as outer:
        assert current() is outer and outer == Limits(array_bytes=4 << 30, ratio=5)
        with iio.limits(ratio="7") as inner:
            assert inner == Limits(array_bytes=4 << 30, ratio=7)
        assert current() is outer
    assert current() == Limits()


def test_limits_end_with_an_exception() -> None:
    with pytest.raises(ZeroDivisionError), iio.limits(ratio=5):
        1 / 0  # noqa: B018
    assert current() == Limits()


def test_limits_are_of_one_thread() -> None:
    seen = []
    with iio.limits(ratio=5):
        thread = threading.Thread(target=lambda: seen.append(current()))
        thread.start()
        thread.join()
    assert seen == [Limits()]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pixels": 5}, "there is no limit 'pixels'; there are array_bytes"),
        ({"array_bytes": "much"}, "not a number of bytes"),
        ({"array_bytes": None}, "not a number of bytes"),
        ({"ratio": "much"}, "limit ratio takes a whole number"),
        ({"ratio": -1}, "limit ratio"),
        ({"ratio": math.inf}, "limit ratio"),
        ({"dimensions": None}, "limit dimensions"),
        ({"request_timeout": 0}, "request_timeout takes seconds, more than 0, not 0"),
        ({"request_timeout": "soon"}, "request_timeout takes seconds"),
        ({"request_timeout": math.nan}, "request_timeout takes seconds"),
        ({"request_timeout": math.inf}, "request_timeout takes seconds"),
        ({"least_throughput": -1}, "limit least_throughput"),
        ({"private_addresses": "no"}, "limit private_addresses"),
    ],
)
def test_limits_that_do_not_exist(changes, message) -> None:
    with pytest.raises(iio.OptionError, match=message), iio.limits(**changes):
        pass


def test_limits_of_the_environment(monkeypatch) -> None:
    monkeypatch.setenv("IIO_MAX_ARRAY_BYTES", "1 MiB")
    monkeypatch.setenv("IIO_MAX_DIMENSIONS", "3")
    monkeypatch.setenv("IIO_MAX_RATIO", "")
    assert current() == Limits(array_bytes=1 << 20, dimensions=3)
    with iio.limits(dimensions=4) as inside:
        assert inside == Limits(array_bytes=1 << 20, dimensions=4)


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"IIO_REQUEST_TIMEOUT": "2.5"}, {"request_timeout": 2.5}),
        ({"IMAGEIO_REQUEST_TIMEOUT": "7"}, {"request_timeout": 7.0}),
        ({"IMAGEIO_REQUEST_TIMEOUT": "7", "IIO_REQUEST_TIMEOUT": "8"}, {"request_timeout": 8.0}),
        ({"IIO_LEAST_THROUGHPUT": "5"}, {"least_throughput": 5}),
        ({"IIO_BLOCK_PRIVATE_ADDRESSES": "True"}, {"private_addresses": False}),
        ({"IIO_BLOCK_PRIVATE_ADDRESSES": "0"}, {}),
    ],
)
def test_limits_of_the_network_in_the_environment(monkeypatch, variables, found) -> None:
    monkeypatch.delenv("IMAGEIO_REQUEST_TIMEOUT", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert current() == Limits(**found)
    with iio.limits(private_addresses=True, least_throughput=0) as inside:
        assert inside.private_addresses is True


def test_a_wrong_limit_in_the_environment_is_told(monkeypatch) -> None:
    monkeypatch.setenv("IIO_MAX_DIMENSIONS", "a few")
    with pytest.raises(iio.OptionError, match="dimensions takes a whole number, not 'a few'"):
        iio.imread(b"")


def test_free_memory_of_this_machine() -> None:
    free = free_memory()
    assert free is None or 1 << 20 < free < 1 << 50


def test_free_memory_without_proc(monkeypatch) -> None:
    def not_there(path, *args, **options):
        raise FileNotFoundError(path)

    monkeypatch.setattr(builtins, "open", not_there)
    monkeypatch.setattr(
        os, "sysconf", lambda name: {"SC_PHYS_PAGES": 3, "SC_PAGE_SIZE": 5}[name], raising=False
    )
    assert free_memory() == 15
    monkeypatch.setattr(os, "sysconf", fakes.raiser(ValueError()), raising=False)
    assert free_memory() is None


MEMINFO = b"MemTotal: 9 kB\nMemAvailable: 8000 kB\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"/proc/self/cgroup": b"0::/\n"}, 8_192_000, id="no container"),
        pytest.param(
            {
                "/proc/self/cgroup": b"0::/\n",
                "/sys/fs/cgroup/memory.max": b"4000000\n",
                "/sys/fs/cgroup/memory.current": b"3500000\n",
                "/sys/fs/cgroup/memory.stat": b"anon 5\ninactive_file 1000000\n",
            },
            1_500_000,
            id="container",
        ),
        pytest.param(
            {
                "/proc/self/cgroup": b"0::/a/b\n",
                "/sys/fs/cgroup/a/b/memory.max": b"max\n",
                "/sys/fs/cgroup/a/b/memory.current": b"5\n",
                "/sys/fs/cgroup/a/b/memory.stat": b"",
                "/sys/fs/cgroup/a/memory.max": b"700\n",
                "/sys/fs/cgroup/a/memory.current": b"900\n",
                "/sys/fs/cgroup/a/memory.stat": b"",
            },
            0,
            id="group around it",
        ),
        pytest.param(
            {
                "/proc/self/cgroup": b"3:cpu,memory:/docker/x\n1:name=systemd:/\n",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes": b"2000000\n",
                "/sys/fs/cgroup/memory/memory.usage_in_bytes": b"1500000\n",
                "/sys/fs/cgroup/memory/memory.stat": b"total_inactive_file 500000\n",
            },
            1_000_000,
            id="version 1",
        ),
    ],
)
def test_free_memory_of_a_container(monkeypatch, files, expected) -> None:
    files["/proc/meminfo"] = MEMINFO

    def opened(path, mode="r", **options):
        if path not in files:
            raise FileNotFoundError(path)
        file = io.BytesIO(files[path])
        return file if "b" in mode else io.TextIOWrapper(file, **options)

    monkeypatch.setattr(builtins, "open", opened)
    assert free_memory() == expected


def test_free_memory_of_an_old_kernel(monkeypatch) -> None:
    def opened(path, *args, **options):
        if path == "/proc/self/cgroup":
            raise FileNotFoundError(path)
        return io.BytesIO(b"MemTotal: 5 kB\nMemFree: 1 kB\n")

    monkeypatch.setattr(builtins, "open", opened)
    monkeypatch.setattr(os, "sysconf", lambda name: 2, raising=False)
    assert free_memory() == 4


def test_a_hostile_header_takes_no_memory(fake, tmp_path) -> None:
    import tracemalloc

    image = np.zeros((2, 2), np.uint8)
    hostile = fakes.MAGIC + fakes.chunk(image, {}, (100_000, 100_000))
    assert len(hostile) < 200
    iio.imread(fakes.encode(image))
    tracemalloc.start()
    try:
        for call in (iio.imread, lambda data: next(iio.imiter(data))):
            with pytest.raises(iio.LimitError, match=r"\(100000, 100000\), 9.4 GiB"):
                call(hostile)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert iio.improps(hostile).shape == (100000, 100000)


def test_limits_are_charged_for_each_image_of_an_iteration(fake) -> None:
    images = [np.full((10, 10), i, np.uint8) for i in range(5)]
    data = fakes.encode(*images)
    with iio.limits(array_bytes=100, ratio=0):
        assert [image[0, 0] for image in iio.imiter(data)] == [0, 1, 2, 3, 4]
        with pytest.raises(iio.LimitError, match=r"\(5, 10, 10\)"):
            iio.imread(data, index=...)
        with pytest.raises(iio.LimitError, match=r"\(2, 10, 10\)"):
            iio.imread(data, index=[0, 1])
        iterator = iio.imiter(fakes.encode(images[0], np.zeros((10, 11), np.uint8)))
        next(iterator)
        with pytest.raises(iio.LimitError, match=r"\(10, 11\)"):
            next(iterator)


def test_metadata_that_is_too_large_is_refused(fake) -> None:
    data = fakes.encode(np.zeros((2, 2), np.uint8), meta={"comment": "x" * 200})
    with iio.limits(metadata_bytes=100), pytest.raises(iio.LimitError, match="of metadata"):
        iio.immeta(data)
