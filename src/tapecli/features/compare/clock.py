"""Times of runs that take turns, so that whatever disturbs them disturbs all alike."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter, process_time
from typing import Any

from tapecli.features.compare.memory import collected
from tapecli.features.compare.model import Time

SECONDS = 3.0
"""CPU seconds that all runs may take together; a slow run is made `LEAST` times all the same."""

LEAST, MOST = 2, 200
"""How often each run is made. The first `LEAST` runs show how long a run takes: the quicker of
them counts, for the other may have been disturbed."""


def times(runs: Mapping[str, Callable[[], Any]], seconds: float) -> dict[str, Time]:
    """How long each run takes, where all together may take so many CPU seconds.

    Each has been made once before, so that nothing is traced or compiled in this time.
    """
    seconds_of: dict[str, list[float]] = {}
    counts: dict[str, int] = {}
    with collected():
        for name, run in runs.items():
            start = process_time()
            seconds_of[name] = [_seconds(run) for _ in range(LEAST)]
            cost = max(min(seconds_of[name]), (process_time() - start) / LEAST)
            counts[name] = repeats(cost, seconds / len(runs))
        counts = {name: count for name, count in counts.items() if count > LEAST}
        seconds_of |= {name: [] for name in counts}
        for name in in_turn(counts):
            seconds_of[name].append(_seconds(runs[name]))
    return {name: summary(values) for name, values in seconds_of.items()}


def repeats(cost: float, seconds: float) -> int:
    """How many runs of this cost fit into the seconds, within bounds."""
    return max(LEAST, min(MOST, int(seconds / max(cost, 1e-9))))


def in_turn(counts: Mapping[str, int]) -> Iterator[str]:
    """Each name as often as its count, spread evenly; every second round is in reverse order."""
    rounds = max(counts.values(), default=0)
    for number in range(rounds):
        names = [
            name
            for name, count in counts.items()
            if (number + 1) * count // rounds > number * count // rounds
        ]
        yield from reversed(names) if number % 2 else names


def summary(seconds: Sequence[float]) -> Time:
    """The median, the quartiles and the extremes."""
    low, median, high = statistics.quantiles(seconds, n=4, method="inclusive")
    return Time(median, low, high, min(seconds), max(seconds), len(seconds))


def _seconds(run: Callable[[], Any]) -> float:
    """How long one run takes until its results are there, without garbage of earlier runs."""
    import numpy as np

    gc.collect()
    start = perf_counter()
    for tensor in run():
        np.asarray(tensor)  # waits for it, wherever it is; on a CPU it is no copy
    return perf_counter() - start
