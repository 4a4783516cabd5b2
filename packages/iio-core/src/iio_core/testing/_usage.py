"""What the process holds: memory, now and at most so far, and open handles."""

from __future__ import annotations

import os
import sys

__all__ = ["bound_memory", "forget_peak", "handles", "peak_memory", "resident_memory"]


def resident_memory() -> int:
    """Return the bytes of memory that the process holds now; at most so far, if that is not told.

    What grows shows in both.
    """
    if sys.platform == "win32":
        return _windows_memory()[1]
    return _of_status(b"VmRSS:") or peak_memory()


def peak_memory() -> int:
    """Return the most bytes that the process has held so far, or since `forget_peak`."""
    if sys.platform == "win32":
        return _windows_memory()[0]
    # Not getrusage on Linux: it counts what the parent held when it started this process.
    if found := _of_status(b"VmHWM:"):
        return found
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if _MACOS else 1024)


def forget_peak() -> None:
    """Begin anew with `peak_memory`, where the system can do that."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass  # not Linux, or not allowed: what was held before hides as much


def handles() -> int:
    """Return how many files and such the process has open; 0 where that cannot be told."""
    if sys.platform == "win32":
        return _windows_handles()
    for folder in ("/proc/self/fd", "/dev/fd"):
        try:
            return len(os.listdir(folder))
        except OSError:
            continue
    return 0


def bound_memory(more: int) -> None:
    """Let the process have so many more bytes of addresses, where the system can see to that."""
    size = _of_status(b"VmSize:")
    if sys.platform == "win32" or not size:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = size + more if hard == resource.RLIM_INFINITY else min(size + more, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


_MACOS = sys.platform == "darwin"


def _of_status(name: bytes) -> int:
    """Return one of the sizes that Linux tells of a process, in bytes; 0 elsewhere."""
    try:
        with open("/proc/self/status", "rb") as file:
            text = file.read()
    except OSError:
        return 0
    _, _, rest = text.partition(name)
    return int(rest.split(None, 1)[0]) * 1024 if rest else 0


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of psapi.h."""

        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            ("PeakWorkingSetSize", ctypes.c_size_t),
            ("WorkingSetSize", ctypes.c_size_t),
            ("others", ctypes.c_size_t * 6),
        )

    def _windows_memory() -> tuple[int, int]:
        """Return the peak of the working set and its size now."""
        counters = _Counters(cb=ctypes.sizeof(_Counters))
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        ask = kernel.K32GetProcessMemoryInfo
        ask.argtypes = (wintypes.HANDLE, ctypes.POINTER(_Counters), wintypes.DWORD)
        ask(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb)
        return int(counters.PeakWorkingSetSize), int(counters.WorkingSetSize)

    def _windows_handles() -> int:
        """Return how many handles the process has."""
        count = wintypes.DWORD()
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        ask = kernel.GetProcessHandleCount
        ask.argtypes = (wintypes.HANDLE, ctypes.POINTER(wintypes.DWORD))
        ask(kernel.GetCurrentProcess(), ctypes.byref(count))
        return int(count.value)
