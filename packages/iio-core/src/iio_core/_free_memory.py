"""How much memory could be had now: of the machine, and of the container on it."""

from __future__ import annotations

import os
from collections.abc import Iterator

__all__ = ["free_memory"]

_GROUPS = "/sys/fs/cgroup"
# Of control groups, by version: what may be used, what is, and what of that can be given back.
_FILES = {
    2: ("memory.max", "memory.current", b"inactive_file "),
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", b"total_inactive_file "),
}


def free_memory() -> int | None:
    """Return the bytes of memory that could be had now; None where that cannot be told."""
    free = _of_machine()
    return free if free is None else min([free, *_of_groups()])


def _of_machine() -> int | None:
    try:
        with open("/proc/meminfo", "rb") as file:
            for line in file:
                if line.startswith(b"MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass  # not Linux
    sysconf = getattr(os, "sysconf", None)  # not on Windows
    try:
        return None if sysconf is None else int(sysconf("SC_PHYS_PAGES") * sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError):
        return None


def _of_groups() -> Iterator[int]:
    """Yield what each control group that this process is in has left: a container is one.

    Whoever takes more is killed, however much the machine has.
    """
    try:
        with open("/proc/self/cgroup", encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return  # not Linux
    for line in lines:
        number, controllers, path = line.split(":", 2)
        if number == "0":
            version, root = 2, _GROUPS
        elif "memory" in controllers.split(","):
            version, root = 1, f"{_GROUPS}/memory"
        else:
            continue
        while path.strip("/"):
            yield from _left(f"{root}/{path.strip('/')}", version)
            path = path.rpartition("/")[0]
        yield from _left(root, version)  # as a container sees its own


def _left(group: str, version: int) -> Iterator[int]:
    most, used, reclaimable = _FILES[version]
    try:
        allowed, taken = _read(f"{group}/{most}"), _read(f"{group}/{used}")
        lines = _read(f"{group}/memory.stat").splitlines()
        cached = next((int(x.split()[1]) for x in lines if x.startswith(reclaimable)), 0)
        yield max(0, int(allowed) - max(0, int(taken) - cached))
    except (OSError, ValueError):
        return  # there is no such group here, or it has no bound ("max")


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
