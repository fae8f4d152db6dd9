"""Work that a forked process does while this one goes on: for the command line alone.

TensorFlow takes a second to load, and certified values and formulas take as long again with
their libraries; neither needs the other. A thread would not do, for imports hold Python's lock.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeVar

Found = TypeVar("Found")

_children: set[int] = set()

_ENDS = (signal.SIGINT, signal.SIGTERM)

_PARENT_DEATH_SIGNAL = 1
"""What prctl of Linux calls the signal that comes when the parent has ended."""


def begin(work: Callable[[], Found], outlives: bool = False) -> Callable[[], Found]:
    """Begin work in a process of its own.

    Where no process can be had, or it fails, the work is done by this one when its result is
    asked for: with the exception that it ends in, if it does.

    Args:
        work: returns something that can be pickled, and has no effects.
        outlives: whether it goes on where this process is killed.

    Returns:
        A function that waits for the result, and is called once.
    """
    if not _can_fork():
        return work
    try:
        ours, child = _forked(work, outlives)
    except OSError:
        return work

    def finish() -> Found:
        with os.fdopen(ours, "rb") as pipe:
            answer = pipe.read()
        with contextlib.suppress(ChildProcessError):  # where the system forgets them by itself
            os.waitpid(child, 0)
        _children.discard(child)
        try:
            found: Found = pickle.loads(answer)
        except Exception:  # there is nothing, or not all of it
            return work()
        return found

    return finish


def abandon() -> None:
    """End the work that nobody will ask for."""
    for child in _children:
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)


atexit.register(abandon)


def _forked(work: Callable[[], object], outlives: bool) -> tuple[int, int]:
    """Where the result is read, and the process that does the work.

    Signals wait until it is known: the child must not do with one what its parent does, and
    the parent must not leave it behind.
    """
    ours, theirs = os.pipe()
    parent = 0 if outlives else os.getpid()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    try:
        child = os.fork()
        if child == 0:
            _do(work, theirs, before, parent)
        _children.add(child)
    except OSError:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return ours, child


def _can_fork() -> bool:
    """A process with threads, as TensorFlow's is, cannot be forked."""
    alone = threading.active_count() == 1 and "tensorflow" not in sys.modules
    return hasattr(os, "fork") and sys.platform != "darwin" and alone


def _do(work: Callable[[], object], pipe: int, mask: Iterable[int], parent: int) -> NoReturn:
    """Do the work, write what it returns, and be gone; an exception writes nothing."""
    try:
        for number in _ENDS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if parent:
            _end_with(parent)
        answer = pickle.dumps(work(), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(pipe, "wb") as stream:
            stream.write(answer)
    finally:
        os._exit(0)


def _end_with(parent: int) -> None:
    """End with the parent, which may be killed before it can end the child; where Linux does so."""
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
