"""A forked process that computes with TensorFlow, while this one parses, certifies and judges.

Work is sent to it at once. The pool of `workers` sends by a thread, which gets Python's lock only
when this process waits: a single request would be computed after it is certified, not meanwhile.
"""

from __future__ import annotations

import contextlib
import functools
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tapecli import process
from tapecli.errors import TapecliError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Part = TypeVar("Part")
Answer = TypeVar("Answer")

MOST_BYTES = 32_768
"""Bytes of work on the way at most, unless it is a single piece: so many fit in the pipe, and
writing never waits for a process that itself waits until its results are read."""


@dataclass
class Task(Generic[Part, Answer]):
    """A piece of work.

    Attributes:
        part: what it is done for.
        data: the part in pickled form, until it is sent.
        answer: what returns its result, or raises its error; None while it is on the way.
    """

    part: Part
    data: bytes
    answer: Callable[[], Answer] | None = None


class TapeProcess(Generic[Part, Answer]):
    """A process that does one piece of work after the other, in their order.

    Where no process can be forked, or it has ended, this process does the work when its result is
    asked for. What the work raises is raised here.

    Args:
        do: the work. Only the forked process does it, if there is one.
        is_alone: whether no process is forked.
    """

    def __init__(self, do: Callable[[Part], Answer], is_alone: bool = False) -> None:
        self._do = do
        self._unsent: deque[Task[Part, Answer]] = deque()
        self._sent: deque[tuple[Task[Part, Answer], int]] = deque()
        self._pipe: Connection | None = None if is_alone else _forked(do)

    @property
    def is_alive(self) -> bool:
        """Whether there is another process."""
        return self._pipe is not None

    def submit(self, part: Part) -> Task[Part, Answer]:
        """Start the work for a part."""
        task: Task[Part, Answer] = Task(part, pickle.dumps(part, pickle.HIGHEST_PROTOCOL))
        self._unsent.append(task)
        self._exchange()
        return task

    def _exchange(self) -> None:
        """Take the results that are there, and send as much work as may be on the way."""
        with self._until_it_ends():
            while self._pipe and self._sent and self._pipe.poll():
                self._receive(self._pipe)
            while self._pipe and self._unsent and self._fits(len(self._unsent[0].data)):
                task = self._unsent.popleft()
                self._sent.append((task, len(task.data)))
                self._pipe.send_bytes(task.data)
                task.data = b""

    def has_done(self, task: Task[Part, Answer]) -> bool:
        """Whether `wait` would not wait: the result is there, or this process does the work."""
        self._exchange()
        return task.answer is not None or not self.is_alive

    def wait(self, task: Task[Part, Answer]) -> Answer:
        """The result of a task."""
        while self._pipe and not task.answer:
            with self._until_it_ends():
                self._receive(self._pipe)
            self._exchange()
        return task.answer() if task.answer else self._do(task.part)

    def _fits(self, size: int) -> bool:
        return not self._sent or size + sum(sent for _, sent in self._sent) <= MOST_BYTES

    def _receive(self, pipe: Connection) -> None:
        """Read the result of the task that was sent first."""
        data = pipe.recv_bytes()
        task, _ = self._sent.popleft()
        try:
            task.answer = functools.partial(_returned, *pickle.loads(data))
        except Exception:  # what it raised cannot be pickled, and is raised here instead
            task.answer = functools.partial(self._do, task.part)

    @contextlib.contextmanager
    def _until_it_ends(self) -> Iterator[None]:
        """Close the pipe if the other process has ended."""
        try:
            yield
        except (EOFError, OSError):
            assert self._pipe
            self._pipe.close()
            self._pipe = None


def _forked(do: Callable[[Any], Any]) -> Connection | None:
    """The pipe to a process that does this; None if none can be forked."""
    import multiprocessing

    ours, theirs = multiprocessing.Pipe()
    serve = functools.partial(_serve, do, ours, theirs)
    is_forked = process.fork(serve) is not serve
    theirs.close()
    if not is_forked:
        ours.close()
    return ours if is_forked else None


def _serve(do: Callable[[Any], Any], ours: Connection, theirs: Connection) -> None:
    """Do what comes through the pipe until its other end is closed; signals are for the parent."""
    for number in process.MESSAGES:
        signal.signal(number, signal.SIG_IGN)
    ours.close()
    with contextlib.suppress(EOFError, OSError):
        while True:
            theirs.send_bytes(_done(do, theirs.recv_bytes()))


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
