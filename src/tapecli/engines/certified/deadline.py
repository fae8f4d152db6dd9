"""A limit of processor seconds for work of SymPy's, which has no limit of its own.

Another thread watches the clock and raises an exception in the one that works, so that the caller
needs neither signals nor a process of its own. A single step of a library in C is not interrupted;
the exception comes after it.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

_Value = TypeVar("_Value")

_REPEAT = 0.02
"""Processor seconds after which the exception is raised again, where a library has swallowed it."""

_STEPS = 1_000
"""Steps within which an exception that was sent arrives; Python looks for one at each step."""


class TimeUp(BaseException):
    """The time is over. This is no `Exception`, so that no library takes it for one of its own."""


def within(seconds: float, work: Callable[[], _Value]) -> _Value:
    """Do work, which may be ended between any two of its steps, and return what it returns.

    Raises:
        TimeUp: the work took more than so many processor seconds of this thread.
    """
    if seconds <= 0:
        raise TimeUp
    watch = _Watch(seconds)
    with _quiet_destructors():
        try:
            try:
                watch.start()
                return work()
            finally:
                watch.stop()
        except TimeUp:  # it may have come before the watch was stopped
            with contextlib.suppress(TimeUp):
                watch.stop()
            raise


class _Watch(threading.Thread):
    """A thread that raises `TimeUp` in the thread that created it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(daemon=True)
        self._worker = threading.get_ident()
        self._clock: Callable[[], float] = time.monotonic
        if hasattr(time, "pthread_getcpuclockid"):  # processor seconds that other threads can read
            clock = time.pthread_getcpuclockid(self._worker)
            self._clock = functools.partial(time.clock_gettime, clock)
        self._end = self._clock() + seconds
        self._working = True
        self._raised = False
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def run(self) -> None:
        thread, error = ctypes.c_ulong(self._worker), ctypes.py_object(TimeUp)
        wait = self._end - self._clock()
        while not self._stopped.wait(min(max(wait, _REPEAT), threading.TIMEOUT_MAX)):
            if self._clock() >= self._end:
                with self._lock:
                    if self._working:
                        self._raised = True
                        # It is never taken back: after that Python 3.11 hangs in a traced call.
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)
                self._end = self._clock() + _REPEAT
            wait = self._end - self._clock()

    def stop(self) -> None:
        """Raise nothing from now on; an exception that was sent arrives while this waits."""
        with self._lock:
            self._working = False
        self._stopped.set()
        if self._raised:
            for _ in range(_STEPS):
                pass
        self.join()


@contextlib.contextmanager
def _quiet_destructors() -> Iterator[None]:
    """Print nothing where the exception comes in a destructor: Python reports it and goes on."""
    before = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if not isinstance(unraisable.exc_value, TimeUp):
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before
