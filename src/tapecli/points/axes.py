"""Values by their places: of one variable, or along an axis that several variables share."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tapecli.points.rounding import Floats

Columns = dict[str, Floats]
"""The values of each variable, as many for each."""

_PERIOD = 1 << 16
"""Values up to which an axis is repeated, so that taking from it has few pieces."""


class Values(Protocol):
    """Numbers that can be had from any place on."""

    @property
    def count(self) -> int: ...

    def take(self, start: int, stop: int) -> Floats:
        """The numbers from one place to before another."""
        ...


class Known:
    """Values that are in memory, rounded already."""

    def __init__(self, values: Floats) -> None:
        self.values, self.count = values, len(values)

    def take(self, start: int, stop: int) -> Floats:
        return self.values[start:stop]


class Constant:
    """One number, so many times."""

    def __init__(self, value: float, count: int = 1) -> None:
        self.value, self.count = value, count

    def take(self, start: int, stop: int) -> Floats:
        return np.full(stop - start, self.value)


class Joined:
    """Values one after the other."""

    def __init__(self, parts: Sequence[Values]) -> None:
        self._parts = parts
        self._ends = list(itertools.accumulate(part.count for part in parts))
        self.count = self._ends[-1]

    def take(self, start: int, stop: int) -> Floats:
        taken = []
        place = bisect.bisect_right(self._ends, start)
        while start < stop:
            part, end = self._parts[place], self._ends[place]
            last, before = min(stop, end), end - part.count
            taken.append(part.take(start - before, last - before))
            start, place = last, place + 1
        return taken[0] if len(taken) == 1 else np.concatenate([np.empty(0), *taken])


@dataclass(frozen=True)
class Axis:
    """Values of one variable, or of several that belong together.

    Attributes:
        values: those of each variable, as many for each.
        listed: whether they were given as several; one number alone is a constant.
    """

    values: Mapping[str, Values]
    listed: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.values)

    @property
    def count(self) -> int:
        return next(iter(self.values.values())).count

    def chunks(self, size: int, skip: int = 0) -> Iterator[Columns]:
        for start in range(skip, self.count, size):
            stop = min(start + size, self.count)
            yield {name: values.take(start, stop) for name, values in self.values.items()}


class Repeated:
    """Values of one axis of a product: each several times, and all of them over again."""

    def __init__(self, values: Values, times: int) -> None:
        self._times = times
        self._period = values.count
        if values.count < _PERIOD:
            repeats = -(-_PERIOD // values.count)
            values = Known(np.tile(values.take(0, values.count), repeats))
            self._period *= repeats
        self._values = values

    def take(self, start: int, stop: int) -> Floats:
        first, last = start // self._times, (stop - 1) // self._times + 1
        values = self._cyclic(first, last)
        if self._times == 1:
            return values
        counts = np.full(last - first, self._times)
        counts[-1] -= last * self._times - stop
        counts[0] -= start - first * self._times
        return np.repeat(values, counts)

    def _cyclic(self, start: int, stop: int) -> Floats:
        taken = []
        while start < stop:
            place = start % self._period
            last = min(stop - start + place, self._period)
            taken.append(self._values.take(place, last))
            start += last - place
        return taken[0] if len(taken) == 1 else np.concatenate(taken)
