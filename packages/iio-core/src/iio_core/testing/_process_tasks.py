"""What a worker does to see a plugin among threads and over many opens."""

from __future__ import annotations

import contextlib
import contextvars
import gc
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import iio_core as iio

from ._compare import differs, folder_content, said
from ._task import Broken, Given
from ._usage import handles, resident_memory

__all__ = ["opened_often", "shared", "spawned", "threaded"]

_THREADS = 4
_TURNS = 10  # reads of each thread
_BATCHES = 3
_SECONDS = 0.25  # of one batch of opens, if the whole number would take longer
_AGAIN = 6  # times as long are the batches of a further look
_LOOKS = 3  # further ones, until one shows that nothing adds up any more
_NOISE = 40  # objects that a batch may leave, of which a reader that is kept has more
_LEAST = 256 << 10  # bytes of a batch: less is no leak of memory that anybody can see


def spawned(given: Given) -> Broken | None:
    """Read the sample here, where nothing of the tests is imported."""
    try:
        seen = differs(given.read(given.data), given.image, given.tolerance)
    except iio.IIOError as error:
        seen = said(error)
    return Broken("spawn", f"in a new process: {seen}") if seen else None


def threaded(given: Given) -> Broken | None:
    """Read the sample in several threads at once, each with a reader of its own."""
    given.note(f"{_THREADS} threads read at the same time")
    samples = [given] if given.other is None else [given, given.other]
    wanted = [one.read(one.data) for one in samples]

    def turn() -> str:
        for one, image in zip(samples, wanted, strict=True):
            if seen := differs(one.read(one.data), image, one.tolerance):
                return seen
        return ""

    seen = _in_threads(turn)
    return Broken("threads", f"{_THREADS} threads, a reader each: {seen}") if seen else None


def shared(given: Given) -> Broken | None:
    """Read with one reader in several threads, if it says that it can be shared."""
    given.note(f"{_THREADS} threads share a reader")
    with iio.imopen(given.data, "r", **given.how) as file:
        if not getattr(file, "thread_safe", False):
            return None
        total = min(file.count() or 1, 8)
        wanted = [file.read(index=number) for number in range(total)]

        def turn() -> str:
            found = (differs(file.read(index=i), wanted[i]) for i in range(total))
            return next((seen for seen in found if seen), "")

        seen = _in_threads(turn)
    return Broken("shared", f"{_THREADS} threads with one reader: {seen}") if seen else None


def opened_often(given: Given) -> Broken | None:
    """Open the sample and a damaged one again and again: nothing may add up."""
    with tempfile.TemporaryDirectory() as name, _temporary_files_in(Path(name)) as temporary:
        paths = _files(given, Path(name))
        once = _turns(given, paths, 50)
        size = max(10, min(given.settings["opens"] // _BATCHES // 2, int(_SECONDS / once)))
        before = handles()
        adds_up = _adds_up(given, paths, size, size // 2)
        opens = 2 * size * _BATCHES
        if left := folder_content(temporary):
            return Broken("temporary", f"after {opens} opens: {', '.join(left[:5])}")
        if (more := handles() - before) >= max(1, opens // 4):
            return Broken("handles", f"after {opens} opens {more} more are open")
        # Caches of Python and of backends may take hundreds of opens to be full: a leak goes on.
        longer = min(_AGAIN * size, max(2 * size, int(_AGAIN * _SECONDS / once)))
        for _ in range(_LOOKS):
            if adds_up:
                adds_up = _adds_up(given, paths, longer, max(longer // 2, _NOISE))
        if adds_up:
            return Broken("leak", adds_up)
    return None


def _adds_up(given: Given, paths: list[Path], size: int, most: int) -> str:
    """Open the files in batches; tell what there is more of after each, if it is much."""
    opens = 2 * size * _BATCHES
    growth = [_grown(given, paths, size) for _ in range(_BATCHES)]
    blocks, memory = zip(*growth, strict=True)
    # In each batch: what is kept once, or until a cache is full, is no leak.
    if min(blocks) >= most:
        return f"after {opens} opens there are {sum(blocks)} objects more"
    # But in one of them the system may have got back what was thrown away long before.
    if sorted(memory)[1] >= _LEAST and sum(memory) >= _BATCHES * _LEAST:
        return f"after {opens} opens {sum(memory) >> 10} KiB more are held"
    return ""


def _in_threads(turn: Callable[[], str]) -> str:
    """Let threads take turns at the same time; return what the first of them saw."""
    start = threading.Barrier(_THREADS)
    found: list[str] = []

    def work() -> None:
        start.wait()
        try:
            for _ in range(_TURNS):
                if seen := turn():
                    found.append(seen)
                    return
        except BaseException as error:
            found.append(said(error))

    # A context of each thread's own, in which what was put in force here is in force as well.
    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(work,))
        for _ in range(_THREADS)
    ]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)  # what can go wrong does so sooner
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(usual)
    return found[0] if found else ""


def _files(given: Given, folder: Path) -> list[Path]:
    """Write the sample, and one that is cut off."""
    extension = given.how.get("extension", "")
    whole, half = folder / f"whole{extension}", folder / f"half{extension}"
    whole.write_bytes(given.data)
    half.write_bytes(given.data[: len(given.data) // 2])
    return [whole, half]


@contextlib.contextmanager
def _temporary_files_in(folder: Path) -> Iterator[Path]:
    """Have the temporary files of others in a directory of their own."""
    usual, temporary = tempfile.tempdir, folder / "temporary"
    temporary.mkdir()
    tempfile.tempdir = str(temporary)
    try:
        yield temporary
    finally:
        tempfile.tempdir = usual


def _turns(given: Given, paths: list[Path], count: int) -> float:
    """Open each file so often; return the seconds of one turn."""
    start = time.perf_counter()
    done = 0
    while done < count:
        done += 1
        given.note("opening it again and again")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for path in paths:
                with contextlib.suppress(iio.IIOError):
                    given.read(path)
        if time.perf_counter() - start > _SECONDS:
            break
    return (time.perf_counter() - start) / done


def _grown(given: Given, paths: list[Path], count: int) -> tuple[int, int]:
    """Open each file so often; return how many objects and bytes more there are."""
    _forget()
    blocks, memory = sys.getallocatedblocks(), resident_memory()
    for _ in range(count):
        _turns(given, paths, 1)
    _forget()
    return sys.getallocatedblocks() - blocks, resident_memory() - memory


def _forget() -> None:
    """Let go of what only Python itself still holds.

    Its cache of attributes keeps every name that C code looked one up by, up to some thousands.
    """
    gc.collect()
    clear = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache  # since 3.13
    clear()
