"""Threads that decode, with only so much waiting for them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

__all__ = ["TASK", "Pool", "threads_for"]

TASK = 1 << 18  # decoded bytes worth a task of their own
_AHEAD = 8 << 20  # encoded bytes that wait to be decoded
_WORTH = 1 << 20  # decoded bytes below which a second thread costs more than it brings


def threads_for(workers: int | None, number: int, decoded: int) -> int:
    """Return with how many threads to decode so many pieces of so many bytes."""
    if workers:
        return max(1, int(workers))
    if number < 2 or number * decoded < _WORTH:
        return 1
    affinity = getattr(os, "sched_getaffinity", None)
    return min(32, (len(affinity(0)) if affinity else os.cpu_count()) or 1)


class Pool:
    """Decodes in threads, with only so much waiting; or at once, with one.

    Parameters
    ----------
    work : callable
        Takes a list of jobs, each with its data.
    threads : int
        How many.
    """

    def __init__(self, work: Callable[[list[Any]], None], threads: int) -> None:
        self._work = work
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._batch: list[Any] = []
        self._weight = 0
        self._waiting: deque[tuple[Future[None], int]] = deque()
        self._ahead = 0

    def __enter__(self) -> Pool:
        return self

    def add(self, job: Any, data: bytes | None, decoded: int) -> None:
        """Have one decoded, together with its neighbours; `decoded` is how many bytes it makes."""
        if self._pool is None:
            self._work([(job, data)])
            return
        self._batch.append((job, data))
        self._weight += decoded
        if self._weight >= TASK:
            self._submit()

    def _submit(self) -> None:
        assert self._pool is not None
        nbytes = sum(len(data) for _, data in self._batch if data is not None)
        self._waiting.append((self._pool.submit(self._work, self._batch), nbytes))
        self._ahead += nbytes
        self._batch, self._weight = [], 0
        while self._ahead > _AHEAD and len(self._waiting) > 1:
            self._finish()

    def _finish(self) -> None:
        future, nbytes = self._waiting.popleft()
        self._ahead -= nbytes
        future.result()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._pool is None:
            return
        try:
            if error is None:
                if self._batch:
                    self._submit()
                while self._waiting:
                    self._finish()
        finally:
            self._pool.shutdown(cancel_futures=True)
