"""Forked work, and how signals end a process of the command line.

TensorFlow takes a second to load, and the libraries for certified values and formulas take as
long again. Neither needs the other, so a forked process does one while this process does the
other. A thread would not do, because imports hold Python's lock.
"""

from __future__ import annotations

import atexit
import contextlib
import mmap
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import IO, NoReturn, TypeAlias, TypeVar

Answer = TypeVar("Answer")
Write: TypeAlias = Callable[[IO[bytes]], object]
"""Work of a forked process, which writes its results to this stream."""

MESSAGES = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
"""The signals that end a process of the command line, and what it says then."""

_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux's prctl: which signal a process gets when its parent has ended."""

_children: set[int] = set()

_ending: mmap.mmap | None = None
"""A byte that all processes below a server share: 1 once they are killed on purpose."""


def fork(work: Callable[[], Answer], outlives: bool = False) -> Callable[[], Answer]:
    """Start work in a process of its own, and return a function that waits for its result, once.

    Where no process can be started, or it fails, this process does the work when the result is
    asked for, and raises what the work raises.

    Args:
        work: returns something that can be pickled, and has no effects.
        outlives: whether it goes on if this process is killed.
    """
    results = fork_iterator(lambda: iter((work(),)), outlives)

    def finish() -> Answer:
        done = list(results)
        return done[0] if done else work()

    return finish


def fork_iterator(work: Callable[[], Iterator[Answer]], outlives: bool = False) -> Iterator[Answer]:
    """Start work in a process of its own, and return an iterator over its results.

    The results are as many as the process yields before it ends or fails: none, where no process
    can be started. It waits where the results are not taken as quickly as they are made.

    Args:
        work: yields what can be pickled, and has no effects.
        outlives: whether it goes on if this process is killed.
    """
    import pickle

    def write(stream: IO[bytes]) -> None:
        for result in work():
            stream.write(pickle.dumps(result, pickle.HIGHEST_PROTOCOL))
            stream.flush()

    def read(pipe: int, child: int) -> Iterator[Answer]:
        try:
            with os.fdopen(pipe, "rb") as stream, contextlib.suppress(Exception):
                while True:  # until there is nothing more, or only a part of it
                    yield pickle.load(stream)
        except GeneratorExit:  # nobody wants the others
            os.kill(child, signal.SIGKILL)
            _reap(child)
            raise
        _reap(child)

    if can_fork():
        with contextlib.suppress(OSError):
            return read(*_forked(write, outlives))
    return iter(())


def _reap(child: int) -> int:
    """Wait for the end of a child, and return its status."""
    status = 0
    with contextlib.suppress(ChildProcessError):  # where the system reaps children by itself
        _, status = os.waitpid(child, 0)
    _children.discard(child)
    return status


def fork_server(work: Callable[[], object]) -> int | None:
    """Start work without a result in a process of its own.

    Returns:
        The number of the process; None if none can be started.
    """
    global _ending
    if can_fork():
        with contextlib.suppress(OSError):
            _ending = mmap.mmap(-1, 1)
            pipe, child = _forked(lambda _: work(), outlives=False)
            os.close(pipe)
            return child
    return None


def end_alike(child: int) -> None:
    """Wait until a child has ended, and end this process as well if a fault has ended it."""
    status = _reap(child)
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else signal.SIGKILL
    if number != signal.SIGKILL:  # which comes from outside, as where memory is short
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def kill_forked() -> None:
    """Kill the forked processes whose results nobody has asked for."""
    if _ending:
        _ending[0] = 1
    for child in _children:
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)


def is_ending() -> bool:
    """Whether this process belongs to a server that is killed on purpose."""
    return bool(_ending and _ending[0])


atexit.register(kill_forked)


def _forked(work: Write, outlives: bool) -> tuple[int, int]:
    """Fork, and return where the result can be read, and the child's process id."""
    read_end, write_end = os.pipe()
    parent = 0 if outlives else os.getpid()
    try:
        with signals_blocked() as mask:
            child = os.fork()
            if child == 0:
                _do(work, write_end, mask, parent)
            _children.add(child)
    except OSError:
        os.close(read_end)
        raise
    finally:
        os.close(write_end)
    return read_end, child


@contextlib.contextmanager
def signals_blocked() -> Iterator[Iterable[int]]:
    """Block signals while a process is forked, and yield those that were blocked before.

    The child must not handle one as its parent does, and the parent must not end without the
    child.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, MESSAGES)
    try:
        yield mask
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Whether it is safe to fork: a process with threads, as TensorFlow starts them, cannot."""
    import threading

    no_threads = threading.active_count() == 1 and "tensorflow" not in sys.modules
    return hasattr(os, "fork") and sys.platform != "darwin" and no_threads


def _do(work: Write, pipe: int, mask: Iterable[int], parent: int) -> NoReturn:
    """Do the work and exit."""
    try:
        for number in MESSAGES:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if parent:
            end_with(parent)
        with os.fdopen(pipe, "wb") as stream:
            work(stream)
    finally:
        os._exit(0)


def leave_signals_to_parent() -> None:
    """Heed no signal from now on: the parent does, and ends this process."""
    for number in MESSAGES:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, MESSAGES)


def end_with(parent: int) -> None:
    """On Linux, end this process when its parent is killed before it can kill its child."""
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # which was killed before that
        os._exit(0)


# --- signals ----------------------------------------------------------------------------------

REPEAT_SECONDS = 1.0
"""A second signal within so many seconds is a repetition: `timeout` sends each one twice."""

_first_signal: float | None = None
"""When the first signal came."""

_undo: Callable[[], object] | None = None
"""What must be undone first when a signal comes."""


class Signalled(BaseException):
    """A signal has come: whatever is half done is to be undone.

    Attributes:
        code: the exit code, as shells have it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(MESSAGES[signal.Signals(number)])
        self.code = 128 + number


def exit_on_signal() -> None:
    """From now on a signal ends the process at once: there is nothing yet to undo."""
    _handle_signals(lambda number, frame: exit_now(Signalled(number)))


def raise_on_signal() -> None:
    """From now on a signal raises Signalled in the main thread.

    A second signal ends the process at once, for somebody may have caught the first one.
    """
    _handle_signals(_raise)


def on_signal(undo: Callable[[], object] | None) -> None:
    """Set what a signal does before anything else; None for nothing.

    This is for what must not depend on a `finally`: a signal may come just before that, or
    inside it.
    """
    global _undo
    _undo = undo


def exit_now(end: Signalled) -> NoReturn:
    """End the process with one line on standard error, whatever else is going on in it."""
    try:
        if _undo:
            _undo()
        kill_forked()
        os.write(2, f"Error: {end}\n".encode())
    finally:
        os._exit(end.code)


def _handle_signals(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in MESSAGES:
        if signal.getsignal(number) is not signal.SIG_IGN:  # a shell ignores them for `command &`
            signal.signal(number, handler)


def _raise(number: int, frame: FrameType | None) -> None:
    global _first_signal
    if _first_signal is None:
        _first_signal = time.monotonic()
        if _undo:
            _undo()
        raise Signalled(number)
    if time.monotonic() - _first_signal > REPEAT_SECONDS:
        exit_now(Signalled(number))
