"""How many bytes tapes keep alive, found by letting go of everything else.

A tape holds the tensors that its gradients may need. An arrangement is run eagerly up to where a
tape is asked for the first time, or to its end; then all is let go but the tapes, and the tensors
that are still there are looked up among the objects that Python's garbage collector knows. Those
that share a buffer count once, and what the sources are made of does not count. TensorFlow's own
`tf.config.experimental.get_memory_info` says the same, but rounded up by its allocator.
"""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from tapecli.engines.tapes import loading
from tapecli.engines.tapes.arrangements import Run, Sources, Target, Variables
from tapecli.engines.tapes.recording import WithTapes
from tapecli.features.compare.model import Held


def held(
    tf: Any,
    run: Run,
    functions: Callable[[], Sequence[Target]],
    xs: Sources,
    wanted: Sequence[Variables],
) -> Held:
    """What the tapes of an arrangement hold."""

    def until(number: int | None) -> list[Any]:
        return _stopped(tf, run, functions, xs, wanted, number)

    with collected():
        count = len(until(None))
        after = _alone(lambda: until(None))
        most = max(_alone(functools.partial(until, number)) for number in range(count))
    return Held(most, after)


def _alone(made: Callable[[], list[Any]]) -> int:
    """The bytes that these tapes keep alive and nothing else does."""
    tapes = made()
    alive = _buffers()
    del tapes
    rest = _buffers()
    return sum(size for place, size in alive.items() if place not in rest)


@contextmanager
def collected() -> Iterator[None]:
    """No garbage at the beginning; all that is there already is passed over by the collector."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


class _Stop(Exception):
    """A tape is asked at which the run ends."""


def _stopped(
    tf: Any,
    run: Run,
    functions: Callable[[], Sequence[Target]],
    xs: Sources,
    wanted: Sequence[Variables],
    number: int | None,
) -> list[Any]:
    """The tapes of a run that ends where the one of this number is asked; None: at its end."""
    kept: list[Any] = []
    keeping = WithTapes(tf, lambda tape, persistent: _Kept(tape, kept, number))
    with suppress(_Stop):
        run(keeping, functions(), xs, wanted)
    return kept


def _buffers() -> dict[int, int]:
    """Where the tensors are that are not passed over, and how many bytes each of them takes."""
    import numpy as np

    gc.collect()
    kind = type(loading.load().constant(0))
    shown = [np.asarray(one) for one in gc.get_objects() if type(one) is kind]
    return {array.ctypes.data: array.nbytes for array in shown if array.nbytes}


class _Kept:
    """A GradientTape that is kept among others, and may end the run where it is asked.

    Args:
        tape: the tape.
        kept: those that have been opened, in sequence.
        last: the place among them of the one that ends the run; None for none.
    """

    def __init__(self, tape: Any, kept: list[Any], last: int | None) -> None:
        self._tape = tape
        self._kept = kept
        self._last = last
        self._place = -1

    def __enter__(self) -> _Kept:
        self._place = len(self._kept)
        self._kept.append(self._tape)
        self._tape.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._tape.__exit__(*raised)

    def __getattr__(self, name: str) -> Any:
        if name in ("gradient", "batch_jacobian") and self._place == self._last:
            raise _Stop
        return getattr(self._tape, name)
