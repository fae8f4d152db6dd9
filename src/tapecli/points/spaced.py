"""Points of a range by their indices, in arrays of which only those that are wanted are made.

A point is the exact first point of its block, plus or times what belongs to its index in the block,
which is the same for all blocks; both are sums of two float64. Where rounding such a sum is in
doubt, the exact point decides.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np

from tapecli.floats import FloatFormat, two_product, two_sum
from tapecli.points.exact import rounded
from tapecli.points.ranges import Range
from tapecli.points.rounding import Floats, Mask, decide, of_sums

_BLOCK = 1 << 14
"""Points of a block: as many as stay in a processor's cache."""
_FACTORS = 1 << 13
"""Points of a block by ratio, each of which takes an exponential function of many digits."""
_SPREAD = math.log(2.0**8)
"""The logarithm of how much a block by ratio may grow."""
_ERROR = 2.0**-100
"""More than sums and products of two such numbers lose, which is 2**-102."""
_MODERATE = 200
"""Numbers between 2**-200 and 2**200 need no scaling."""


class Lazy:
    """Numbers of which a slice is made when it is asked for: an array."""

    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self.take(*index.indices(self.count)[:2])
        return float(self.take(index, index + 1)[0])

    def take(self, start: int, stop: int) -> Floats:
        """The numbers from one index to before another."""
        raise NotImplementedError


class Joined(Lazy):
    """Numbers one after the other.

    Args:
        pieces: what they are in: tuples, arrays or lazy numbers.
    """

    def __init__(self, pieces: Sequence[Any]) -> None:
        self._pieces = pieces
        self._ends = list(itertools.accumulate(map(len, pieces)))
        self.count = self._ends[-1]

    def take(self, start: int, stop: int) -> Floats:
        """The numbers from one index to before another."""
        slices = [np.empty(0)]
        number = bisect.bisect_right(self._ends, start)
        while start < stop:
            values, end = self._pieces[number], self._ends[number]
            before, last = end - len(values), min(stop, end)
            slices.append(values[start - before : last - before])
            start, number = last, number + 1
        return np.concatenate(slices)


def of_range(range_: Range, format_: FloatFormat) -> Lazy | Floats:
    """The points of a range.

    Raises:
        PointsError: an end is too large or too small for the format.
    """
    start, _ = rounded((range_.start, range_.stop), format_)
    if range_.start == range_.stop:
        return np.broadcast_to(np.float64(start), (range_.count,))
    return Even(range_, format_) if range_.ratio is None else ByRatio(range_, format_)


class _Blocks(Lazy):
    """Points in blocks of the same number of indices."""

    block = _BLOCK

    def __init__(self, range_: Range, format_: FloatFormat) -> None:
        self.range, self.format, self.count = range_, format_, range_.count

    def take(self, start: int, stop: int) -> Floats:
        """The points from one index to before another.

        Raises:
            PointsError: a point is too small for the format.
        """
        points = np.empty(stop - start)
        for first in range(start - start % self.block, stop, self.block):
            low, high = max(start, first), min(stop, first + self.block)
            values, uncertain = self._values(low, high)
            exact_at = partial(self._exact, low)
            points[low - start : high - start] = decide(values, uncertain, exact_at, self.format)
        return points

    def _exact(self, start: int, index: int) -> Fraction:
        return self.range.at(start + index)

    def _values(self, start: int, stop: int) -> tuple[Floats, Mask]:
        """The points of a part of a block, and where they are uncertain."""
        raise NotImplementedError


class Even(_Blocks):
    """Points with the same step between them."""

    def __init__(self, range_: Range, format_: FloatFormat) -> None:
        super().__init__(range_, format_)
        self._shift = _shift(max(abs(range_.start), abs(range_.stop)))
        self._scale = Fraction(2) ** -self._shift

    @cached_property
    def _offsets(self) -> tuple[Floats, Floats]:
        high, low = _double(self.range.step * self._scale)
        indices = np.arange(min(self.block, self.count), dtype=np.float64)
        offsets, rest = two_product(indices, high)
        rest += indices * low
        return offsets, rest

    def _values(self, start: int, stop: int) -> tuple[Floats, Mask]:
        block = start - start % self.block
        high, low = _double(self.range.at(block) * self._scale)
        offsets, rest = (terms[start - block : stop - block] for terms in self._offsets)
        points, error = two_sum(high, offsets)
        error += rest + low
        bound = _ERROR * (abs(high) + abs(float(self._offsets[0][-1])))
        values, uncertain = of_sums(points, error, bound, self._shift, self.format)
        uncertain |= values == 0
        return values, uncertain


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
        pairs = [_double(self.range.factor(index)) for index in range(self.block)]
        high, low = np.array(pairs).T.copy()
        return high, low

    def _values(self, start: int, stop: int) -> tuple[Floats, Mask]:
        block = start - start % self.block
        first = self.range.start * Fraction(self.range.factor(block))
        shift = _shift(first)
        high, low = _double(first * Fraction(2) ** -shift)
        factors, rest = (terms[start - block : stop - block] for terms in self._factors)
        points, error = two_product(factors, high)
        error += factors * low + rest * high
        bound = _ERROR * float(np.max(np.abs(points)))
        values, uncertain = of_sums(points, error, bound, shift, self.format)
        uncertain |= values == 0
        uncertain[-1] |= stop == self.count
        return values, uncertain


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
