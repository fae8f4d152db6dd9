"""How the command ends before its time: by Ctrl-C, or because it is told to terminate."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

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


def at_once() -> None:
    """From now on a signal ends the process: there is nothing yet that would have to be undone."""
    _handle(_leave)


def in_good_order() -> None:
    """From now on a signal raises Ended, in the main thread.

    A second one ends the process at once: somewhere the first may have been passed over.
    """
    _handle(_raise)


def undone_by(undo: Callable[[], object] | None) -> None:
    """Have a signal do this before anything else: None when there is nothing left to undo.

    It is for what must not depend on a `finally`, which a signal can come just before, or within.
    """
    global _undo
    _undo = undo


def leave(end: Ended) -> NoReturn:
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
    leave(Ended(number))


def _raise(number: int, frame: FrameType | None) -> None:
    global _came
    if _came is None:
        _came = time.monotonic()
        if _undo:
            _undo()
        raise Ended(number)
    if time.monotonic() - _came > TWICE:
        leave(Ended(number))
