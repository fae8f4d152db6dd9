"""Forked processes that compute with TensorFlow, while this one parses, certifies and judges.

Work is sent to them at once. The pool of `workers` sends by a thread, which gets Python's lock only
when this process waits: a single request would be computed after it is certified, not meanwhile.

The first process loads TensorFlow. If more work has come until then than it may be sent, it forks
another one at the last moment at which it can: when TensorFlow is imported, and before the first
operation starts threads. So TensorFlow is imported once.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tapecli import process
from tapecli.engines.tapes import core
from tapecli.errors import TapecliError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Part = TypeVar("Part")
Answer = TypeVar("Answer")

PROCESSES = 2
"""How many processes compute at most: they take twice as long as this one for a small request."""

GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
"""Files that a system with a GPU has. Its memory is for one process."""

MOST_BYTES = 32_768
"""Bytes of work on the way at most, unless it is a single piece: so many fit in the pipe, and
writing never waits for a process that itself waits until its results are read."""


@dataclass
class Task(Generic[Part, Answer]):
    """A piece of work.

    Attributes:
        part: what it is done for.
        is_for_first: whether the first process must do it, which keeps what it has traced.
        data: the part in pickled form.
        answer: what returns its result, or raises its error; None while it is on the way.
    """

    part: Part
    is_for_first: bool
    data: bytes
    answer: Callable[[], Answer] | None = None


class _Line(Generic[Part, Answer]):
    """The pipe to a process, and the tasks that were sent through it and have no result yet."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.tasks: deque[Task[Part, Answer]] = deque()
        self.size = 0  # the bytes of these tasks

    def has_room(self, task: Task[Part, Answer]) -> bool:
        """Whether a task may be sent."""
        return not self.tasks or self.size + len(task.data) <= MOST_BYTES

    def send(self, task: Task[Part, Answer]) -> None:
        """Send a task."""
        self.tasks.append(task)
        self.size += len(task.data)
        self.pipe.send_bytes(task.data)

    def receive(self) -> tuple[Task[Part, Answer], bytes]:
        """The task that was sent first, with its result."""
        data = self.pipe.recv_bytes()
        task = self.tasks.popleft()
        self.size -= len(task.data)
        return task, data


class TapeProcess(Generic[Part, Answer]):
    """A process that does one piece of work after the other, and perhaps another beside it.

    Where no process can be forked, or the first has ended, this process does the work when its
    result is asked for. What the work raises is raised here.

    Args:
        do: the work. Only forked processes do it, if there are any.
        is_alone: whether no process is forked.
    """

    def __init__(self, do: Callable[[Part], Answer], is_alone: bool = False) -> None:
        self._do = do
        self._unsent: deque[Task[Part, Answer]] = deque()
        first: int | None = None
        pipes: list[Connection] = []
        if not is_alone:
            first, pipes = _forked(do, PROCESSES if _may_share() else 1)
        self._first = first
        self._lines: list[_Line[Part, Answer]] = [_Line(pipe) for pipe in pipes]
        self._has_started = False
        self._is_crowded = False

    @property
    def is_alive(self) -> bool:
        """Whether there is another process."""
        return bool(self._lines)

    def submit(self, part: Part, is_for_first: bool = False) -> Task[Part, Answer]:
        """Start the work for a part, with what `Task` says of it."""
        data = pickle.dumps(part, pickle.HIGHEST_PROTOCOL)
        task: Task[Part, Answer] = Task(part, is_for_first, data)
        self._unsent.append(task)
        self._exchange()
        return task

    def has_done(self, task: Task[Part, Answer]) -> bool:
        """Whether `wait` would not wait: the result is there, or this process does the work."""
        self._exchange()
        return task.answer is not None or not self.is_alive

    def wait(self, task: Task[Part, Answer]) -> Answer:
        """The result of a task."""
        from multiprocessing import connection

        while self.is_alive and not task.answer:
            connection.wait([line.pipe for line in self._lines if line.tasks])
            self._exchange()
        return task.answer() if task.answer else self._do(task.part)

    def _exchange(self) -> None:
        """Take the results that are there, and send as much work as may be on the way."""
        for line in list(self._lines):
            with self._until_it_ends(line):
                while line.tasks and line.pipe.poll():
                    self._receive(line)
        while self._unsent and self._lines:
            task = self._unsent[0]
            is_shared = self._has_started and not task.is_for_first
            line = min(self._lines[: None if is_shared else 1], key=lambda line: line.size)
            if not line.has_room(task):
                self._call_others()
                return
            self._unsent.popleft()
            with self._until_it_ends(line):
                line.send(task)

    def _call_others(self) -> None:
        """Say that there is more work than the first process may be sent."""
        if not self._is_crowded:
            self._is_crowded = True
            for line in self._lines[1:]:
                with self._until_it_ends(line):
                    line.pipe.send_bytes(b"")

    def _receive(self, line: _Line[Part, Answer]) -> None:
        """Read the result of the task that was sent first."""
        task, data = line.receive()
        self._has_started = True
        try:
            task.answer = functools.partial(_returned, *pickle.loads(data))
        except Exception:  # what it raised cannot be pickled, and is raised here instead
            task.answer = functools.partial(self._do, task.part)

    @contextlib.contextmanager
    def _until_it_ends(self, line: _Line[Part, Answer]) -> Iterator[None]:
        """Close the pipe to a process that has ended: others do its work if it is not first."""
        try:
            yield
        except (EOFError, OSError):
            if line in self._lines[:1]:
                self._lines = []
                if self._first and not self._has_started:  # TensorFlow may have aborted it
                    process.end_alike(self._first)
            elif line in self._lines:
                self._lines.remove(line)
                self._unsent.extendleft(reversed(line.tasks))
            line.pipe.close()


def _may_share() -> bool:
    """Whether several processes may compute: there are cores for them, and no GPU."""
    return process.cores() > 1 and not any(map(os.path.exists, GPU_DEVICES))


def _forked(do: Callable[[Any], Any], count: int) -> tuple[int | None, list[Connection]]:
    """A process that does this, with the pipes to it and to those that it may fork; or none."""
    import multiprocessing

    pipes = [multiprocessing.Pipe() for _ in range(count)]
    ours, theirs = [pipe for pipe, _ in pipes], [pipe for _, pipe in pipes]
    first = process.fork_server(functools.partial(_serve, do, ours, theirs))
    for pipe in theirs if first else [*ours, *theirs]:
        pipe.close()
    return first, ours if first else []


def _serve(
    do: Callable[[Any], Any], others: Sequence[Connection], pipes: Sequence[Connection]
) -> None:
    """Do what comes through a pipe until its other end is closed; signals are for the parent.

    The first piece of work loads TensorFlow. A process that is forked then does it as well, and
    goes on with its own pipe.
    """
    process.leave_signals_to_parent()
    for pipe in others:
        pipe.close()
    with contextlib.suppress(EOFError, OSError):
        data = pipes[0].recv_bytes()
        import numpy as np  # noqa: F401  (its own threads do not mind a fork)

        own, threads = 0, _threads()

        def fork_others() -> None:
            nonlocal own
            for number, pipe in enumerate(pipes):
                if number and own == 0 and pipe.poll() and 0 < _threads() <= threads:
                    parent = os.getpid()
                    if os.fork() == 0:
                        process.end_with(parent)
                        own = number

        core.on_import = fork_others
        result = _done(do, data)
        if own == 0:
            pipes[0].send_bytes(result)
        for pipe in pipes:
            if pipe is not pipes[own]:
                pipe.close()
        while True:
            if data := pipes[own].recv_bytes():
                pipes[own].send_bytes(_done(do, data))


def _threads() -> int:
    """How many threads this process has; 0 if that is not known."""
    with contextlib.suppress(OSError):
        return len(os.listdir("/proc/self/task"))
    return 0


def _done(do: Callable[[Any], Any], data: bytes) -> bytes:
    """The pickled result of a piece of work and its error, one of them None; b"" for a mistake."""
    result: tuple[Any, Exception | None]
    try:
        result = do(pickle.loads(data)), None
    except (TapecliError, MemoryError) as error:
        result = None, error
    except Exception:
        return b""
    return pickle.dumps(result, pickle.HIGHEST_PROTOCOL)


def outcome(work: Callable[[], Answer]) -> Callable[[], Answer]:
    """Do some work, and return a function that returns its result or raises its error."""
    try:
        return functools.partial(_returned, work(), None)
    except Exception as error:
        return functools.partial(_returned, None, error)


def _returned(answer: Any, error: Exception | None) -> Any:
    if error:
        raise error
    return answer
