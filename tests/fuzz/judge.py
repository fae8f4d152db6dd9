"""How one input is judged: what must never be seen, whatever is typed."""

from __future__ import annotations

import contextlib
import hashlib
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from types import FrameType

CPU_SECONDS = 2.0
"""What anything may take that does not load TensorFlow; of a processor, not of a clock."""
ENDLESS = 20.0
"""Seconds of a processor after which an input is stopped."""
ORACLE_SECONDS = 1.0
"""Seconds after which an oracle is stopped, and says nothing."""
MEMORY = 500 << 20
"""Bytes by which one input may raise the most memory that the process ever had."""


class Finding(Exception):
    """Something that must never be seen.

    Attributes:
        kind: what it is, in one word.
        place: where it was met, or what of it; the same for the same fault.
    """

    def __init__(self, kind: str, place: str, message: str) -> None:
        super().__init__(f"{kind} at {place}: {message}")
        self.kind = kind
        self.place = place

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.kind}-{hashlib.sha256(self.place.encode()).hexdigest()[:8]}"


class Endless(BaseException):
    """The alarm; nothing but this module may catch it."""


class _Clock:
    """The processor's time that an input takes, without that of the oracles."""

    def __init__(self) -> None:
        self.apart = 0.0

    def __call__(self) -> float:
        return time.process_time() - self.apart


_clock = _Clock()


def _alarm(number: int, frame: FrameType | None) -> None:
    raise Endless


def _set(seconds: float) -> None:
    """Raise `Endless` after so many seconds of the processor, and again if it is lost; 0: never."""
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0 if seconds else 0.0)


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """What an oracle does: it does not count, and may not take long.

    Raises:
        Endless: it took too long.
    """
    started = time.process_time()
    left = signal.getitimer(signal.ITIMER_PROF)
    _set(ORACLE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, *left)
        _clock.apart += time.process_time() - started


def judge(
    run: Callable[[bytes], None],
    data: bytes,
    most: float | None = None,
    endless: float = ENDLESS,
) -> float:
    """Run one input; the seconds of the processor that it took.

    Args:
        run: runs it.
        data: the input.
        most: seconds that it may take; `CPU_SECONDS` if they are left out.
        endless: seconds after which it is stopped.

    Raises:
        Finding: something was seen that must not be.
    """
    signal.signal(signal.SIGPROF, _alarm)
    before, started = _peak(), _clock()
    _set(endless)
    try:
        run(data)
    except Finding:
        raise
    except Endless as error:
        raise Finding("endless", _place(error), f"more than {endless:g} s") from None
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        said = "".join(traceback.format_exception(error))
        raise Finding(type(error).__name__, _place(error), said) from None
    finally:
        _set(0)
    taken, more = _clock() - started, _peak() - before
    if taken > (CPU_SECONDS if most is None else most):
        raise Finding("slow", f"{taken:.0f} s", f"{taken:.1f} s")
    if more > MEMORY:
        raise Finding("memory", f"{more >> 28}", f"{more >> 20} MB")
    return taken


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _place(error: BaseException) -> str:
    """The innermost line of tapecli's own that an exception went through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/tapecli/" in frame.filename] or frames
    return f"{own[-1].filename.rpartition('/tapecli/')[2]}:{own[-1].name}" if own else "?"
