"""How the command ends before its time: by Ctrl-C, or because it is told to terminate."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import NoReturn

WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
"""The signals, and what is said of them."""

INTERRUPTED, TERMINATED = (128 + number for number in WORDS)
"""The exit codes, as shells have them."""


class Ended(BaseException):
    """A signal has come; what is half done is to be undone.

    Attributes:
        code: the exit code.
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
    """From now on a signal raises Ended, in the main thread; those that follow are passed over."""
    _handle(_raise)


def _handle(handler: object) -> None:
    for number in WORDS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as a shell has it for `command &`
            signal.signal(number, handler)  # type: ignore[arg-type]


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    try:
        os.write(2, f"Error: {WORDS[signal.Signals(number)]}\n".encode())
    finally:
        os._exit(128 + number)


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    for other in WORDS:  # `timeout` sends its signal twice
        signal.signal(other, signal.SIG_IGN)
    raise Ended(number)
