"""Work that is ended once it has taken so many processor seconds.

The exception is raised in the thread that works, by another that watches its clock, so that
whoever calls needs neither signals nor a process of its own. A single step of a library in C is
not interrupted; the exception comes behind it.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

_Value = TypeVar("_Value")

_AGAIN = 0.02
"""Processor seconds after which it is raised once more, where a library has swallowed it."""

_STEPS = 1_000
"""Steps in which an exception that is on its way arrives; Python looks for one at each."""


class TimeUp(BaseException):
    """The work has taken as long as it may.

    It is no `Exception`, so that no library takes it for one of its own.
    """


def within(seconds: float, work: Callable[[], _Value]) -> _Value:
    """Do work, and end it where it takes longer.

    Args:
        seconds: processor seconds of this thread.
        work: what is to be done; it may be ended between any two of its steps.

    Returns:
        What the work returns.

    Raises:
        TimeUp: it took longer.
    """
    if seconds <= 0:
        raise TimeUp
    watch = _Watch(seconds)
    with _quiet():
        try:
            try:
                watch.start()
                return work()
            finally:
                watch.stop()
        except TimeUp:  # which may have come before the watch was stopped
            with contextlib.suppress(TimeUp):
                watch.stop()
            raise


class _Watch(threading.Thread):
    """A thread that raises `TimeUp` in the one that made it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(daemon=True)
        self._watched = threading.get_ident()
        self._clock = _clock_of_this_thread()
        self._end = self._clock() + seconds
        self._working = True
        self._raised = False
        self._changing = threading.Lock()
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(min(max(self._left, _AGAIN), threading.TIMEOUT_MAX)):
            if self._left <= 0:
                with self._changing:
                    if self._working:
                        self._raised = True
                        _raise_in(self._watched)
                self._end = self._clock() + _AGAIN

    @property
    def _left(self) -> float:
        return self._end - self._clock()

    def stop(self) -> None:
        """Raise nothing from now on; what is on its way comes while this waits."""
        with self._changing:
            self._working = False
        self._stopped.set()
        if self._raised:
            for _ in range(_STEPS):
                pass
        self.join()


def _clock_of_this_thread() -> Callable[[], float]:
    """What tells the processor seconds of this thread to others; the time, where nothing does."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    clock = time.pthread_getcpuclockid(threading.get_ident())
    return lambda: time.clock_gettime(clock)


def _raise_in(thread: int) -> None:
    """Have a thread raise the exception before its next step.

    It is never taken back, which Python 3.11 does not do well: the next traced call hangs.
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TimeUp))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Show nothing where the exception comes in a destructor, which Python tells and goes on."""
    before = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if not isinstance(unraisable.exc_value, TimeUp):
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before
