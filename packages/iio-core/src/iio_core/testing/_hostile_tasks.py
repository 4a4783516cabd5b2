"""What a worker does with damaged files: errors of iio, in time, in bounded memory."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import iio_core as iio

from ._compare import differs, said
from ._task import Broken, Given, quietly
from ._usage import forget_peak, peak_memory

__all__ = ["changed", "described", "flipped", "truncated"]

_EVERY = 4096  # bytes: of a file up to this long every prefix is tried
_FLIPPED = 32  # bytes, each bit of which is flipped

Change = tuple[int, int]  # a place, and the bits that are flipped there


def truncated(given: Given) -> Broken | None:
    """Read every beginning of the sample: an error, or the same pixels."""
    whole = given.read(given.data)
    memory = _Memory(given)
    for length in _prefixes(len(given.data)):
        what = f"the first {length} of {len(given.data)} bytes"
        given.note(what)
        try:
            seen = differs(quietly(given, given.data[:length]), whole, given.tolerance)
        except iio.DecodeError:
            seen = ""
        except iio.NoPluginError as error:
            # So short that it is no longer recognized.
            seen = said(error) if length > given.head else ""
        except BaseException as error:
            seen = said(error)
        if seen:
            return Broken("truncated", f"{what}: {seen}")
        if broken := memory.after(what):
            return broken
    return None


def changed(given: Given) -> Broken | None:
    """Read the sample with a few bytes changed, many times, the same ones in every run."""
    numbers = random.Random(len(given.data))
    memory = _Memory(given)
    for _ in range(given.settings["changes"]):
        changes = _changes(numbers, len(given.data))
        if broken := _survives(given, changes, memory):
            return _simplest(given, changes, memory) or broken
    return None


def flipped(given: Given) -> Broken | None:
    """Read the sample with one bit flipped: every one of its first bytes, where headers are."""
    memory = _Memory(given)
    for place in range(min(_FLIPPED, len(given.data))):
        for bit in range(8):
            if broken := _survives(given, [(place, 1 << bit)], memory):
                return broken
    return None


def described(given: Given) -> Broken | None:
    """Ask for properties, metadata and all images of the sample's beginnings."""
    lengths = _prefixes(len(given.data))
    memory = _Memory(given)
    calls: dict[str, Callable[..., Any]] = {
        "improps": iio.improps,
        "immeta": iio.immeta,
        "imiter": _iterate,
    }
    for length in lengths[:: max(1, len(lengths) // 200)]:
        for name, call in calls.items():
            what = f"the first {length} of {len(given.data)} bytes: {name}"
            if broken := _try(given, given.data[:length], what, memory, call):
                return broken
    return None


def _iterate(data: bytes, *, index: int, **how: Any) -> None:
    for _ in iio.imiter(data, **how):
        pass


class _Memory:
    """How much memory reading a damaged file takes, at most."""

    def __init__(self, given: Given) -> None:
        self._allowed = given.settings["memory"]
        forget_peak()
        self._before = peak_memory()

    def after(self, what: str) -> Broken | None:
        taken = peak_memory() - self._before
        if taken <= self._allowed:
            return None
        return Broken(
            "bounded",
            f"{what}: reading it took {taken >> 20} MiB, where {self._allowed >> 20} are plenty",
        )


def _changes(numbers: random.Random, length: int) -> list[Change]:
    count = numbers.randint(1, 6)
    return [(numbers.randrange(length), numbers.randint(1, 255)) for _ in range(count)]


def _survives(given: Given, changes: list[Change], memory: _Memory) -> Broken | None:
    data = bytearray(given.data)
    for place, bits in changes:
        data[place] ^= bits
    return _try(given, bytes(data), f"bytes changed (place, bits): {changes}", memory)


def _simplest(given: Given, changes: list[Change], memory: _Memory) -> Broken | None:
    """Leave out what does not matter: who looks into it has less to look at."""
    found = None
    for one in list(changes):
        fewer = [other for other in changes if other is not one]
        if fewer and (broken := _survives(given, fewer, memory)):
            changes, found = fewer, broken
    return found


def _try(
    given: Given, data: bytes, what: str, memory: _Memory, call: Callable[..., Any] = iio.imread
) -> Broken | None:
    given.note(what)
    try:
        quietly(given, data, call)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if not isinstance(error, iio.IIOError) or isinstance(error, iio.PluginContractError):
            return Broken("only ours", f"{what} raised {said(error)}")
    return memory.after(what)


def _prefixes(length: int) -> list[int]:
    """Return the lengths at which a file is cut: all, or of a long one a spread of them."""
    if length <= _EVERY:
        return list(range(length))
    near = {*range(64), *range(length - 64, length)}
    return sorted(near | {length * i // 256 for i in range(256)})
