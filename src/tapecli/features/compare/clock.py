"""Times of runs, taken in turn, so that what disturbs them disturbs all alike."""

from __future__ import annotations

import contextlib
import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tapecli.features.compare.memory import collected
from tapecli.features.compare.model import Time

SECONDS = 3.0
"""CPU seconds that all times may take together; a run that is slow is made `LEAST` times all the
same."""

LEAST, MOST = 2, 200
"""How often each is run. The least are the tries that tell how long a run takes: the quicker of
them, for the other may have been disturbed."""


def times(
    runs: Mapping[str, Callable[[], Any]],
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
    effort: Callable[[], float] = time.process_time,
) -> dict[str, Time]:
    """How long each run takes, once it has been run.

    Args:
        runs: by name; each has been run before.
        seconds: CPU seconds that all of this may take.
        clock: what the time is.
        effort: what CPU time was spent.
    """
    taken: dict[str, list[float]] = {name: [] for name in runs}
    with _steady():
        tries = {name: _tries(run, clock, effort) for name, run in runs.items()}
        share = seconds / max(len(runs), 1)
        counts = {name: repeats(cost, share) for name, (_, cost) in tries.items()}
        for name in in_turn({name: count for name, count in counts.items() if count > LEAST}):
            taken[name].append(_seconds(runs[name], clock))
    return {name: summary(found or tries[name][0]) for name, found in taken.items()}


def _tries(
    run: Callable[[], Any], clock: Callable[[], float], effort: Callable[[], float]
) -> tuple[list[float], float]:
    """How long the first runs take, and what one of them costs: CPU seconds, if these are more."""
    start = effort()
    tries = [_seconds(run, clock) for _ in range(LEAST)]
    return tries, max(min(tries), (effort() - start) / LEAST)


def repeats(once: float, seconds: float) -> int:
    """How many runs that cost so much fit into these seconds, within bounds."""
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
