"""Jobs on several processes: one that crashes, or Ctrl-C, takes nothing else with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import FrameType

from .. import _plugins
from ._patience import patient
from ._plan import Job, Settings
from ._work import Result, convert

__all__ = ["convert_all"]

Done = Callable[[Job, Result], None]
_CRASHED = "the process that converted it has ended: a decoder crashed, or memory ran out"
_LONGEST_END = 30  # seconds that a process may take to give up after Ctrl-C


def convert_all(jobs: Sequence[Job], settings: Settings, processes: int, done: Done) -> None:
    """Do all jobs; `done` hears of each.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, when the processes have ended; `done` has heard of what is complete.
    """
    left = iter(jobs)
    suspects = _convert_until_crash(left, settings, processes, done)
    while suspects:
        # One of those that were being done has crashed: each by itself, and it is found.
        for job in suspects:
            if _convert_until_crash(iter([job]), settings, 1, done):
                done(job, Result(error=f"{job.sources[0]}: {_CRASHED}"))
        suspects = _convert_until_crash(left, settings, processes, done)


def _convert_until_crash(
    jobs: Iterator[Job], settings: Settings, processes: int, done: Done
) -> list[Job]:
    """Return the jobs that were not done because one of them ended its process."""
    context = multiprocessing.get_context("spawn")
    running: dict[Future[Result], Job] = {}
    lost: list[Job] = []
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_prepare) as pool:
        try:
            for job in jobs:
                try:
                    with _held_interrupts():
                        running[pool.submit(_convert, job, settings)] = job
                except BrokenProcessPool:
                    lost.append(job)
                    break
                if len(running) > processes:
                    lost += _collect(running, done)
                if lost:
                    break
            while running:
                lost += _collect(running, done)
        except KeyboardInterrupt:
            _stop(pool, running, done)
            raise
    return lost


def _collect(running: dict[Future[Result], Job], done: Done) -> list[Job]:
    """Wait for at least one job; return those that are lost."""
    lost = []
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        job = running.pop(future)
        if future.cancelled() or isinstance(future.exception(), BrokenProcessPool):
            lost.append(job)
            continue
        if (error := future.exception()) is not None:  # an answer that cannot be sent
            done(job, Result(error=f"{job.sources[0]}: {error}"))
        else:
            done(job, future.result())
    return lost


def _stop(pool: ProcessPoolExecutor, running: dict[Future[Result], Job], done: Done) -> None:
    """Let the processes give up what they are at: no half file and no temporary one stays."""
    begun = [future for future in running if not future.cancel()]
    pool.shutdown(wait=False)
    children = multiprocessing.active_children()
    if sys.platform != "win32":  # a terminal tells all processes, but who sends a signal tells one
        for child in children:
            if child.pid is not None:
                os.kill(child.pid, signal.SIGINT)
    try:
        finished = wait(begun, timeout=_LONGEST_END).done
    except KeyboardInterrupt:
        finished = set()
    for future in finished:
        if future.exception() is None:
            done(running[future], future.result())
    if len(finished) < len(begun):
        for child in children:
            child.kill()


@contextmanager
def _held_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back in this process and in those that are started meanwhile.

    One that has not yet said what to do about it would end with a traceback.
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # when this starts, it lets go of what is held
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


_at_work = False
_stopping = False


def _prepare() -> None:
    """In a new process: Ctrl-C breaks into a job, once, and never into what brings the next.

    And no plugin is waited for without end.
    """
    _plugins.watch = patient
    signal.signal(signal.SIGINT, _interrupt)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _interrupt(number: int, frame: FrameType | None) -> None:
    global _stopping
    break_in = _at_work and not _stopping
    _stopping = True
    if break_in:
        raise KeyboardInterrupt


def _convert(job: Job, settings: Settings) -> Result:
    """Do a job in this process."""
    global _at_work
    if _stopping:
        return Result(interrupted=True)
    try:
        _at_work = True
        return convert(job, settings)
    except KeyboardInterrupt:  # between two lines of ours
        return Result(interrupted=True)
    finally:
        _at_work = False
