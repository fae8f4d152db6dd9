"""Work that a forked process does while this one goes on: for the command line alone.

TensorFlow takes a second to load, and certified values and formulas take as long again with
their libraries; neither needs the other. A thread would not do, for imports hold Python's lock.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from typing import NoReturn, TypeVar

Found = TypeVar("Found")

_children: set[int] = set()


def begin(work: Callable[[], Found]) -> Callable[[], Found]:
    """Begin work in a process of its own.

    Where no process can be had, or it fails, the work is done by this one when its result is
    asked for: with the exception that it ends in, if it does.

    Args:
        work: returns something that can be pickled, and has no effects.

    Returns:
        A function that waits for the result, and is called once.
    """
    if not _can_fork():
        return work
    ours, theirs = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(ours)
        os.close(theirs)
        return work
    if child == 0:
        os.close(ours)
        _do(work, theirs)
    os.close(theirs)
    _children.add(child)

    def finish() -> Found:
        with os.fdopen(ours, "rb") as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        _children.discard(child)
        try:
            found: Found = pickle.loads(answer)
        except (EOFError, pickle.UnpicklingError):
            return work()
        return found

    return finish


def abandon() -> None:
    """End the work that nobody will ask for."""
    for child in _children:
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)


def _can_fork() -> bool:
    """A process with threads, as TensorFlow's is, cannot be forked."""
    alone = threading.active_count() == 1 and "tensorflow" not in sys.modules
    return hasattr(os, "fork") and sys.platform != "darwin" and alone


def _do(work: Callable[[], object], pipe: int) -> NoReturn:
    """Do the work, write what it returns, and be gone; an exception writes nothing."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        answer = pickle.dumps(work(), pickle.HIGHEST_PROTOCOL)
        with os.fdopen(pipe, "wb") as stream:
            stream.write(answer)
    finally:
        os._exit(0)
