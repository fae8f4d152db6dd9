"""Times of runs, taken in turn, so that what disturbs them disturbs all alike."""

from __future__ import annotations

import contextlib
import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tapecli.compare.memory import collected
from tapecli.costs import Time

SECONDS = 5.0
"""How long all times may take together; a run that is slow is made `LEAST` times all the same."""

LEAST, MOST = 5, 200
"""How often each is run."""

_TRIES = 2
"""Runs that tell how long one takes: the quicker of them, for the other may have been disturbed."""


def times(
    runs: Mapping[str, Callable[[], Any]],
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Time]:
    """How long each run takes, once it has been run.

    Args:
        runs: by name; each has been run before.
        seconds: how long all of this may take.
        clock: what the time is.
    """
    taken: dict[str, list[float]] = {name: [] for name in runs}
    with _steady():
        first = {
            name: min(_seconds(run, clock) for _ in range(_TRIES)) for name, run in runs.items()
        }
        share = seconds / max(len(runs), 1)
        counts = {name: repeats(one, share) for name, one in first.items()}
        for name in in_turn(counts):
            taken[name].append(_seconds(runs[name], clock))
    return {name: summary(found) for name, found in taken.items()}


def repeats(once: float, seconds: float) -> int:
    """How many runs that take so long fit into these seconds, within bounds."""
    return max(LEAST, min(MOST, int(seconds / max(once, 1e-9))))


def in_turn(counts: Mapping[str, int]) -> Iterator[str]:
    """Each name so many times, spread evenly; every other round goes the other way around."""
    rounds = max(counts.values(), default=0)
    for number in range(rounds):
        due = [
            name
            for name, count in counts.items()
            if (number + 1) * count // rounds > number * count // rounds
        ]
        yield from reversed(due) if number % 2 else due


def summary(seconds: Sequence[float]) -> Time:
    """Median, quartiles and ends."""
    low, median, high = statistics.quantiles(seconds, n=4, method="inclusive")
    return Time(median, low, high, min(seconds), max(seconds), len(seconds))


def _seconds(run: Callable[[], Any], clock: Callable[[], float]) -> float:
    """How long one run takes, with its results at hand, and no garbage of the one before."""
    import numpy as np

    gc.collect()
    start = clock()
    for tensor in run():
        np.asarray(tensor)  # waits for it, wherever it is; on a CPU it is no copy
    return clock() - start


@contextlib.contextmanager
def _steady() -> Iterator[None]:
    """Collect garbage between the runs and not within."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        with collected():
            yield
    finally:
        if enabled:
            gc.enable()
