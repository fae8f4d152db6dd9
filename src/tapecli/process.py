"""What belongs to a process of the command: how signals end it, and work that a forked one does.

TensorFlow takes a second to load, and certified values and formulas take as long again with
their libraries; neither needs the other, so that they are computed at the same time. A thread
would not do, because imports hold Python's lock.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import NoReturn, TypeVar

Answer = TypeVar("Answer")

_children: set[int] = set()

_ENDS = (signal.SIGINT, signal.SIGTERM)

_PARENT_DEATH_SIGNAL = 1
"""What prctl of Linux calls the signal that comes when the parent has ended."""


def fork(work: Callable[[], Answer], outlives: bool = False) -> Callable[[], Answer]:
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

    def finish() -> Answer:
        with os.fdopen(ours, "rb") as pipe:
            answer = pipe.read()
        with contextlib.suppress(ChildProcessError):  # where the system forgets them by itself
            os.waitpid(child, 0)
        _children.discard(child)
        import pickle

        try:
            result: Answer = pickle.loads(answer)
        except Exception:  # there is nothing, or not all of it
            return work()
        return result

    return finish


def kill_forked() -> None:
    """End the work that nobody will ask for."""
    for child in _children:
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)


atexit.register(kill_forked)


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
    import threading

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
        import pickle

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


# --- how the process ends ---------------------------------------------------------------------

WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
"""The signals, and what is said of them."""

TWICE = 1.0
"""Seconds in which a second signal is the same once more: `timeout` sends its own twice."""

_came: float | None = None
"""When the first one came."""

_undo: Callable[[], object] | None = None
"""What is to be done before anything else, once one has come."""


class Ended(BaseException):
    """A signal has come; what is half done is to be undone.

    Attributes:
        code: the exit code, as shells have it.
        more: what is to be said of what was done, or "".
    """

    def __init__(self, number: int) -> None:
        super().__init__(WORDS[signal.Signals(number)])
        self.code = 128 + number
        self.more = ""

    def __str__(self) -> str:
        return f"{super().__str__()}{self.more}"


def exit_on_signal() -> None:
    """From now on a signal ends the process: there is nothing yet that would have to be undone."""
    _handle(_leave)


def raise_on_signal() -> None:
    """From now on a signal raises Ended, in the main thread.

    A second one ends the process at once: somewhere the first may have been passed over.
    """
    _handle(_raise)


def on_signal(undo: Callable[[], object] | None) -> None:
    """Have a signal do this before anything else: None when there is nothing left to undo.

    It is for what must not depend on a `finally`, which a signal can come just before, or within.
    """
    global _undo
    _undo = undo


def exit_now(end: Ended) -> NoReturn:
    """End the process with one line, whatever else is going on in it."""
    try:
        if _undo:
            _undo()
        os.write(2, f"Error: {end}\n".encode())
    finally:
        os._exit(end.code)


def _handle(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in WORDS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as a shell has it for `command &`
            signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    exit_now(Ended(number))


def _raise(number: int, frame: FrameType | None) -> None:
    global _came
    if _came is None:
        _came = time.monotonic()
        if _undo:
            _undo()
        raise Ended(number)
    if time.monotonic() - _came > TWICE:
        exit_now(Ended(number))
