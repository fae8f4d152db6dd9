"""Ranges in parts: the points of a `grid.Range` by their places, rounded once.

Three ways, all of which end at the exact point where rounding is in doubt:

- If the points are whole numbers over a whole number, all below 2**53, one division rounds them.
- Otherwise a point is the exact first point of its block, plus or times what belongs to its place
  in the block, which is the same for all blocks; both are sums of two float64.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import numpy as np

from tapecli.floats import FloatFormat, two_product, two_sum
from tapecli.points.axes import Constant, Values
from tapecli.points.ranges import Range, fitting
from tapecli.points.rounding import Floats, Mask, decide, narrowed, of_sums, unsure

_BLOCK = 1 << 14
"""Points of a block: as many as stay in a processor's cache."""
_FACTORS = 1 << 13
"""Points of a block by ratio, each of which takes an exponential function of many digits."""
_SPREAD = math.log(2.0**8)
"""The logarithm of how much a block by ratio may grow."""
_ERROR = 2.0**-100
"""More than sums and products of two such numbers lose, which is 2**-102."""
_WHOLE = 1 << 53
_MODERATE = 200
"""Numbers between 2**-200 and 2**200 need no scaling."""


def values_of(range_: Range, format_: FloatFormat) -> Values:
    """The points of a range.

    Raises:
        PointsError: an end is too large or too small for the format.
    """
    ends = [fitting(end, format_) for end in (range_.start, range_.stop)]
    if range_.count == 1 or range_.start == range_.stop:
        return Constant(ends[0], range_.count)
    if range_.ratio is not None:
        return ByRatio(range_, format_)
    scale = math.lcm(range_.start.denominator, range_.step.denominator)
    first, step = int(range_.start * scale), int(range_.step * scale)
    if scale < _WHOLE and abs(first) + abs(step) * range_.count < _WHOLE:
        return Quotients(range_, format_, first, step, scale)
    return Even(range_, format_)


class _Blocks:
    """Points in blocks of the same number of places."""

    block = _BLOCK

    def __init__(self, range_: Range, format_: FloatFormat) -> None:
        self.range, self.format, self.count = range_, format_, range_.count

    def take(self, start: int, stop: int) -> Floats:
        """The points from one place to before another."""
        taken = np.empty(stop - start)
        for first, last in self._parts(start, stop):
            values, doubtful = self._values(first, last)

            def exact(place: int, first: int = first) -> Fraction:
                return self.range.at(first + place)

            decide(values, doubtful, exact, self.format)
            taken[first - start : last - start] = values
        return taken

    def _parts(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        while start < stop:
            last = min(stop, (start // self.block + 1) * self.block)
            yield start, last
            start = last

    def _values(self, start: int, stop: int) -> tuple[Floats, Mask]:
        raise NotImplementedError


class Quotients(_Blocks):
    """Whole numbers over a whole number."""

    def __init__(
        self, range_: Range, format_: FloatFormat, first: int, step: int, scale: int
    ) -> None:
        super().__init__(range_, format_)
        self._first, self._step, self._scale = float(first), float(step), float(scale)

    def _values(self, start: int, stop: int) -> tuple[Floats, Mask]:
        above = np.arange(start, stop, dtype=np.float64)
        above *= self._step
        above += self._first
        quotients = above / self._scale if self._scale != 1 else above
        rounded, ties = narrowed(quotients, self.format)
        if ties is None:
            return rounded, np.zeros(0, np.bool_)
        tied = np.flatnonzero(ties)
        back, rest = two_product(quotients[tied], self._scale)
        gap = np.abs(quotients[tied] - rounded[tied])
        beside = np.sign((above[tied] - back) - rest)
        rounded[tied] = np.where(beside == 0, rounded[tied], quotients[tied] + beside * gap)
        return rounded, unsure(rounded, self.format)


class Even(_Blocks):
    """Points with the same step between them."""

    def __init__(self, range_: Range, format_: FloatFormat) -> None:
        super().__init__(range_, format_)
        self._shift = _shift(max(abs(range_.start), abs(range_.stop)))
        self._scale = Fraction(2) ** -self._shift

    @cached_property
    def _offsets(self) -> tuple[Floats, Floats]:
        high, low = _double(self.range.step * self._scale)
        places = np.arange(min(self.block, self.count), dtype=np.float64)
        offsets, rest = two_product(places, high)
        rest += places * low
        return offsets, rest

    def _values(self, start: int, stop: int) -> tuple[Floats, Mask]:
        block = start - start % self.block
        high, low = _double(self.range.at(block) * self._scale)
        offsets, rest = (part[start - block : stop - block] for part in self._offsets)
        points, error = two_sum(high, offsets)
        error += rest + low
        bound = _ERROR * (abs(high) + abs(float(self._offsets[0][-1])))
        values, doubtful = of_sums(points, error, bound, self._shift, self.format)
        doubtful |= values == 0
        return values, doubtful


class ByRatio(_Blocks):
    """Points with the same ratio between them."""

    def __init__(self, range_: Range, format_: FloatFormat) -> None:
        super().__init__(range_, format_)
        assert range_.ratio is not None
        step = abs(float(range_.ratio)) / (range_.count - 1)
        slow = int(_SPREAD / step) + 1 if step else _FACTORS
        self.block = min(_FACTORS, range_.count, slow)

    @cached_property
    def _factors(self) -> tuple[Floats, Floats]:
        pairs = [_double(self.range.factor(place)) for place in range(self.block)]
        high, low = np.array(pairs).T.copy()
        return high, low

    def _values(self, start: int, stop: int) -> tuple[Floats, Mask]:
        block = start - start % self.block
        first = self.range.start * Fraction(self.range.factor(block))
        shift = _shift(first)
        high, low = _double(first * Fraction(2) ** -shift)
        factors, rest = (part[start - block : stop - block] for part in self._factors)
        points, error = two_product(factors, high)
        error += factors * low + rest * high
        bound = _ERROR * float(np.max(np.abs(points)))
        values, doubtful = of_sums(points, error, bound, shift, self.format)
        doubtful |= values == 0
        doubtful[-1] |= stop == self.count
        return values, doubtful


def _double(number: Fraction | Decimal) -> tuple[float, float]:
    """A number as the sum of two float64."""
    exact = Fraction(number)
    high = float(exact)
    return high, float(exact - Fraction(high))


def _shift(number: Fraction) -> int:
    """The exponent that numbers of this size are scaled by."""
    above, below = abs(number.numerator), number.denominator
    exponent = above.bit_length() - below.bit_length()
    return 0 if abs(exponent) < _MODERATE else min(max(exponent, -1074), 1023)
