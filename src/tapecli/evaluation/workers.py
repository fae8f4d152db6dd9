"""Work in parts that other processes do: forked from this one, or those of a cluster.

Threads cannot share what holds Python's lock, such as certifying, so processes do. They are forked
before TensorFlow is loaded, because a process that has loaded it cannot be forked.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from typing import TypeVar

from tapecli import process

Part = TypeVar("Part")
Answer = TypeVar("Answer")

AHEAD = 2
"""How many parts are on the way for each worker: one that it does, and one that comes next."""

WORTH = 0.5
"""Seconds of work for which a process is worth being forked."""

THREADS = 3
"""Threads of a call with several processes: two that talk with them, and one that writes."""


@dataclass(frozen=True)
class Workers:
    """Those who do parts of a work.

    Attributes:
        executor: the processes; None for this process alone.
        count: how many parts are done at a time.
    """

    executor: Executor | None = None
    count: int = 1

    @property
    def ahead(self) -> int:
        """How many parts may be on the way."""
        return AHEAD * self.count

    def each(
        self, do: Callable[[Part], Answer], parts: Iterable[Part]
    ) -> Iterator[tuple[Part, Answer]]:
        """Each part with what `do` returns for it, in their order.

        Parts are taken as they are needed, so that only a few are in memory. What is raised for
        one of them is raised here. If a worker is killed, this process does what is left.

        Args:
            do: a function of a module, for other processes import it.
            parts: what can be pickled.
        """
        if self.executor is None:
            yield from ((part, do(part)) for part in parts)
            return
        pending: deque[tuple[Part, Future[Answer] | None]] = deque()
        for part in parts:
            pending.append((part, self._submit(do, part)))
            while len(pending) >= self.ahead:
                yield self._next(do, pending)
        while pending:
            yield self._next(do, pending)

    def _submit(self, do: Callable[[Part], Answer], part: Part) -> Future[Answer] | None:
        assert self.executor
        with contextlib.suppress(BrokenExecutor):
            return self.executor.submit(do, part)
        return None

    @staticmethod
    def _next(
        do: Callable[[Part], Answer], pending: deque[tuple[Part, Future[Answer] | None]]
    ) -> tuple[Part, Answer]:
        part, future = pending.popleft()
        if future:
            with contextlib.suppress(BrokenExecutor):
                return part, future.result()
        return part, do(part)


ALONE = Workers()
"""This process, which does one part after the other as they are asked for."""


def usual_jobs(seconds: float) -> int:
    """How many processes share a work that takes one of them so long: no more than are cores."""
    return max(1, min(process.cores(), int(seconds / WORTH)))


@dataclass(frozen=True)
class Sharing:
    """Who shares a work; if nothing is given, as many processes as it is worth.

    Attributes:
        jobs: how many processes, forked from this one.
        workers: how many workers of a local Dask cluster.
        scheduler: the address of a Dask scheduler, such as tcp://host:8786.
    """

    jobs: int | None = None
    workers: int | None = None
    scheduler: str | None = None

    @property
    def is_cluster(self) -> bool:
        """Whether a cluster takes all of the work, however little it is."""
        return self.workers is not None or self.scheduler is not None

    def start(self, seconds: float) -> contextlib.AbstractContextManager[Workers]:
        """Those who share a work that takes one of them so many seconds.

        Raises:
            RequestError, ClusterError: as `cluster.cluster`.
        """
        if self.is_cluster:
            from tapecli.evaluation.cluster import cluster

            return cluster(self.scheduler, self.workers)
        return forked(self.jobs or usual_jobs(seconds))


@contextlib.contextmanager
def forked(jobs: int) -> Iterator[Workers]:
    """So many processes, forked from this one; this process alone, if that cannot be."""
    if jobs < 2 or not process.can_fork() or not _can_start(THREADS):
        yield ALONE
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork")
    with process.signals_blocked():
        pool = ProcessPoolExecutor(jobs, context, _begin, (os.getpid(),))
        pool.submit(os.getpid)  # which starts all processes
    try:
        yield Workers(pool, jobs)
    finally:
        for child in multiprocessing.active_children():
            child.kill()  # which may be busy with what nobody needs any more
        pool.shutdown(wait=False, cancel_futures=True)


def _can_start(count: int) -> bool:
    """Whether so many threads can be started; results would be waited for in vain without them."""
    end = threading.Event()
    threads = [threading.Thread(target=end.wait) for _ in range(count)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:  # a limit of memory or of processes
        return False
    finally:
        end.set()
        for thread in threads:
            if thread.ident:
                thread.join()
    return True


def _begin(parent: int) -> None:
    """What a forked process does first: it ends with its parent, which alone heeds signals."""
    process.leave_signals_to_parent()
    process.end_with(parent)
