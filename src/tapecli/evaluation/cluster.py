"""Work in parts that a Dask cluster does: the one door to its library, distributed.

Each worker says with which versions it computes, because the last bit of a value can depend on
them: before anything is computed, and again with each part, for workers may join at any time.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import logging
import os
import pickle
import re
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from tapecli import process
from tapecli.defaults import MAX_JOBS
from tapecli.errors import ClusterError, RequestError, clipped, together
from tapecli.evaluation.workers import AHEAD, Answer, Part, Workers

INSTALL = "pip install 'tapecli[dask]'"

ADDRESS = re.compile(r"((tcp|tls)://)?[^\s/]+:\d{1,5}")

CONNECTING = 10
"""Seconds in which a scheduler must answer a call that connects to it."""

SILENCE = 20
"""Seconds in which a scheduler must answer later, when it may be busy."""

FETCHING = 60
"""Seconds in which a result must come over the network."""

WITHOUT_WORKERS = 300
"""Seconds that a run waits for workers, where there are none."""

LOOK_EVERY = 1.0
"""Seconds after which the workers are counted anew."""

BYTES_AHEAD = 1 << 26
"""Bytes of parts or results that a worker may hold, where that is more than one of them."""

LIBRARIES = ("tapecli", "tensorflow", "numpy", "python-flint", "sympy")
"""What computes. Since Python 3.12, sums of floats have other last bits, so Python counts too."""

LOOPBACK = "127.0.0.1"
"""Where a local scheduler and its workers listen."""

LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application")
"""Those to which distributed gives a level."""

WORKER = """
from tapecli import process
process.end_with({parent})
from distributed.cli.dask_worker import main
main()
"""

_working = threading.Lock()
"""A worker may have threads, and the precision of ball arithmetic is one for all of them."""


@contextlib.contextmanager
def cluster(scheduler: str | None = None, workers: int | None = None) -> Iterator[Workers]:
    """The workers of a Dask scheduler, or of a local one that is started with them.

    Args:
        scheduler: its address, such as tcp://host:8786; None for a local one.
        workers: how many workers, of one thread, a local one has.

    Raises:
        RequestError: distributed is not installed, or the address is none.
        ClusterError: the scheduler does not answer, or a worker has other versions. Those who
            take the parts raise it later: the scheduler is lost, or a part kills workers.
    """
    if importlib.util.find_spec("distributed") is None:
        raise RequestError(f"workers and schedulers need distributed; {INSTALL}")
    if scheduler is None and not (type(workers) is int and 0 < workers <= MAX_JOBS):
        raise RequestError(f"'workers' must be a whole number from 1 to {MAX_JOBS}")
    if scheduler is not None and not ADDRESS.fullmatch(str(scheduler)):
        address = clipped(str(scheduler))
        raise RequestError(f"'{address}' is no address of a scheduler, such as tcp://host:8786")
    with contextlib.ExitStack() as closing:
        closing.enter_context(_quiet())
        started: Sequence[subprocess.Popen[bytes]] = ()
        if scheduler is None:
            scheduler, started = closing.enter_context(_local(cast(int, workers)))
        client = closing.enter_context(_connected(scheduler))
        executor = _Executor(client, scheduler, started)
        executor.refuse_other_versions()
        yield _Cluster(executor)


@dataclass(frozen=True)
class _Cluster(Workers):
    """Workers of which more may join, or some leave."""

    executor: _Executor

    @property
    def ahead(self) -> int:
        return self.executor.ahead


class _Executor(Executor):
    """Hands parts to a scheduler, and looks after it while their answers are awaited.

    Attributes:
        client: a client of distributed.
        address: that of the scheduler.
    """

    def __init__(
        self, client: Any, address: str, started: Sequence[subprocess.Popen[bytes]]
    ) -> None:
        self.client, self.address, self._started = client, address, started
        self._count = 0
        self._size = 1
        self._looked, self._had_workers = 0.0, time.monotonic()

    @property
    def ahead(self) -> int:
        """How many parts may be on the way: one or more for each worker, as their results fit."""
        self.look()
        for_each = min(max(BYTES_AHEAD // self._size, 1), AHEAD)
        return for_each * max(self._count, 1)

    def submit(self, do: Callable[[Part], Answer], part: Part) -> Any:  # type: ignore[override]
        """Hand in a part; what is returned has the `result` of a future."""
        call = pickle.dumps(_Call(versions(), pickle.dumps((do, part), pickle.HIGHEST_PROTOCOL)))
        self._size = max(self._size, len(call))
        with self._lost_in_words():
            future = self.client.submit(pickle.loads, call, pure=False)
        return _Future(self, future)

    def await_answer(self, future: Any) -> Any:
        """The answer of a part, when it is there; what the part has raised is raised.

        Raises:
            ClusterError: there will be no answer.
        """
        import distributed

        answer: bytes | None = None
        while answer is None:
            error = None
            with self._lost_in_words(), contextlib.suppress(distributed.TimeoutError):
                error = future.exception(timeout=LOOK_EVERY)
                answer = None if error else future.result(timeout=FETCHING)
            if error:
                self._raise_in_words(error)
            self.look()
        self._size = max(self._size, len(answer))
        return pickle.loads(answer)

    def _raise_in_words(self, error: BaseException) -> NoReturn:
        """Raise what a part has raised, or a ClusterError if workers or their libraries failed."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            raise ClusterError(
                f"the same part ended {error.allowed_failures + 1} workers, "
                f"'{error.last_worker.address}' at last; they may need more memory"
            ) from error
        if isinstance(error, ImportError):
            self.refuse_other_versions()
        raise error

    def look(self) -> None:
        """Count the workers, from time to time.

        Raises:
            ClusterError: the scheduler is lost, or there are no workers for too long.
        """
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return
        with self._lost_in_words():
            threads = self.client.sync(self.client.scheduler.ncores, callback_timeout=SILENCE)
        self._looked, self._count = now, len(threads)
        if threads:
            self._had_workers = now
        elif self._started and all(worker.poll() is not None for worker in self._started):
            raise ClusterError("all workers have ended; they may need more memory")
        elif now - self._had_workers > WITHOUT_WORKERS:
            waited = f"for {WITHOUT_WORKERS} seconds"
            raise ClusterError(f"the scheduler '{self.address}' has had no workers {waited}")

    def refuse_other_versions(self) -> None:
        """Ask all workers that are there for their versions.

        Raises:
            ClusterError: some are not those of this process.
        """
        import distributed

        answers: dict[str, Any] = {}
        with self._lost_in_words(), contextlib.suppress(distributed.TimeoutError):
            # A worker that is too busy to answer says it with its first part.
            answers = self.client.sync(
                self.client._run, versions, on_error="return", callback_timeout=SILENCE
            )
        _refuse_others({name: a for name, a in answers.items() if not isinstance(a, OSError)})

    @contextlib.contextmanager
    def _lost_in_words(self) -> Iterator[None]:
        """Raise a ClusterError if the scheduler is lost meanwhile."""
        import distributed

        reason: Exception | None = None
        try:
            yield
        except Exception as error:
            reason = error
        lost = distributed.CancelledError, distributed.TimeoutError, OSError
        if self.client.status != "running" or isinstance(reason, lost):
            raise ClusterError(f"the scheduler '{self.address}' is lost") from reason
        if reason:
            raise reason


@dataclass(frozen=True)
class _Future:
    """What a part is waited for with."""

    executor: _Executor
    future: Any

    def result(self) -> Any:
        return self.executor.await_answer(self.future)


# --- at a worker ------------------------------------------------------------------------------


class _Call:
    """A part that is done where it is read, so that the scheduler, which does not, needs nothing.

    `work` is the function and the part, which are read only if the versions are right.
    """

    def __init__(self, expected: Mapping[str, str], work: bytes) -> None:
        self._arguments = expected, work

    def __reduce__(self) -> tuple[Any, ...]:
        return _answer, self._arguments


def _answer(expected: Mapping[str, str], work: bytes) -> bytes:
    """Do a part at a worker."""
    from distributed import get_worker

    _refuse_others({get_worker().address: versions()}, expected)
    os.environ.setdefault("TAPECLI_CORE", "0")  # others may need all of TensorFlow
    with _working:
        do, part = pickle.loads(work)
        return pickle.dumps(do(part), pickle.HIGHEST_PROTOCOL)


@functools.cache
def versions() -> dict[str, str]:
    """The versions of what computes in this process; "" for what is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    numbers = {"Python": "{}.{}".format(*sys.version_info)}
    for name in LIBRARIES:
        numbers[name] = ""
        with contextlib.suppress(PackageNotFoundError):
            numbers[name] = version(name)
    return numbers


def _refuse_others(
    answers: Mapping[str, Mapping[str, str] | Exception], expected: Mapping[str, str] | None = None
) -> None:
    """Raise a ClusterError that names the workers with other versions, if there are some."""
    expected = expected or versions()
    others = []
    for address, answer in sorted(answers.items()):
        if isinstance(answer, Exception):  # it cannot import this module
            others.append(f"'{address}' has no tapecli {expected['tapecli']}")
        elif different := [name for name in expected if answer.get(name) != expected[name]]:
            pairs = [f"{name} {answer.get(name) or 'missing'}" for name in different]
            ours = [f"{name} {expected[name] or 'missing'}" for name in different]
            others.append(f"'{address}' has {together(pairs)}, not {together(ours)}")
    if others:
        more = f"; {len(others) - 1} more are wrong" if others[1:] else ""
        raise ClusterError(f"the worker {others[0]}{more}")


# --- the connection ---------------------------------------------------------------------------


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Any]:
    """A client of the scheduler, which cancels what is on the way when it is closed."""
    import distributed

    outcome: list[Any] = [None]

    def connect() -> None:
        try:
            with warnings.catch_warnings():  # of other versions of libraries, which are compared
                warnings.simplefilter("ignore")
                outcome[0] = distributed.Client(address, timeout=CONNECTING, set_as_default=False)
        except Exception as error:  # other servers may answer in any way
            outcome[0] = error

    # A server that accepts a connection and says nothing is waited for without a time limit.
    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(CONNECTING + 1)
    (client,) = outcome
    if client is None or isinstance(client, Exception):
        reason = "" if client is None or isinstance(client, OSError) else f": {client}"
        raise ClusterError(f"no Dask scheduler answers at '{address}'{reason}") from client
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):  # a scheduler that is lost
            client.close(timeout=1)


@contextlib.contextmanager
def _local(workers: int) -> Iterator[tuple[str, Sequence[subprocess.Popen[bytes]]]]:
    """A scheduler in this process, and its workers: their processes, which end with this one."""
    import dask
    import distributed

    path = os.pathsep.join(map(os.path.abspath, sys.path))
    command = [sys.executable, "-c", WORKER.format(parent=os.getpid())]
    failures = {"distributed.scheduler.allowed-failures": min(3, workers - 1)}
    with contextlib.ExitStack() as closing, dask.config.set(failures):
        scheduler = closing.enter_context(
            distributed.LocalCluster(
                n_workers=0,
                host=LOOPBACK,
                scheduler_kwargs={"dashboard": False, "dashboard_address": f"{LOOPBACK}:0"},
            )
        ).scheduler_address
        folder = closing.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        command += [scheduler, "--no-nanny", "--nthreads", "1", "--memory-limit", "0"]
        command += ["--no-dashboard", "--local-directory", folder, "--host", LOOPBACK]
        started: list[subprocess.Popen[bytes]] = []
        closing.callback(_kill, started)
        for _ in range(workers):
            started.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd=folder,
                    env={"TAPECLI_CORE": "1"} | os.environ | {"PYTHONPATH": path},
                    start_new_session=True,
                )
            )
        yield scheduler, started


def _kill(started: Sequence[subprocess.Popen[bytes]]) -> None:
    for worker in started:
        worker.kill()
        worker.wait()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what distributed logs from the screen."""
    with process.signals_blocked():  # Python may lose what they raise during an import
        import dask
        import distributed  # noqa: F401, whose configuration sets the levels

    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    settings = {
        "distributed.admin.large-graph-warning-threshold": "1 TB",
        "distributed.scheduler.http.routes": [],
    }
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        with dask.config.set(settings):
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
