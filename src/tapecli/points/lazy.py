"""Numbers of which only those that are taken are made: ranges, arrays on disk, and these joined."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from tapecli.errors import PointsError
from tapecli.floats import Array, FloatFormat, two_product, two_sum
from tapecli.points import rounding, text_files
from tapecli.points.exact import Range
from tapecli.points.rounding import Mask

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
    """Numbers of which a slice is made when it is asked for: an array.

    Taking them raises a PointsError if one of them cannot be used.
    """

    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self._take(*index.indices(self.count)[:2])
        return float(self._take(index, index + 1)[0])

    def _take(self, start: int, stop: int) -> Array:
        raise NotImplementedError


class Joined(Lazy):
    """Numbers one after the other, from pieces that are tuples, arrays or lazy numbers."""

    def __init__(self, pieces: Sequence[Any]) -> None:
        self._pieces = pieces
        self._ends = list(itertools.accumulate(map(len, pieces)))
        self.count = self._ends[-1]

    def _take(self, start: int, stop: int) -> Array:
        slices = [np.empty(0)]
        number = bisect.bisect_right(self._ends, start)
        while start < stop:
            values, end = self._pieces[number], self._ends[number]
            before, last = end - len(values), min(stop, end)
            slices.append(values[start - before : last - before])
            start, number = last, number + 1
        return np.concatenate(slices)


class Spaced(Lazy):
    """The points of a range, each rounded once.

    A point is the exact first point of its block, plus or times what belongs to its index in the
    block, which is the same for all blocks; both are sums of two float64. Where rounding such a sum
    is in doubt, the exact point decides.
    """

    def __init__(self, range_: Range, format_: FloatFormat) -> None:
        self._range, self._format, self.count = range_, format_, range_.count
        self._shift = _shift(max(abs(range_.start), abs(range_.stop)))
        self._block = min(_BLOCK, self.count)
        if range_.ratio is not None:
            growth = abs(float(range_.ratio)) / (self.count - 1)
            slow = int(_SPREAD / growth) + 1 if growth else _FACTORS
            self._block = min(_FACTORS, self.count, slow)

    def _take(self, start: int, stop: int) -> Array:
        if self._range.start == self._range.stop:
            return np.full(stop - start, self._format.round(self._range.start))
        points = np.empty(stop - start)
        for block in range(start - start % self._block, stop, self._block):
            first, last = max(start, block), min(stop, block + self._block)
            values, uncertain = self._values(block, first, last)
            points[first - start : last - start] = rounding.decide(
                values, uncertain, self._range.at, self._format, first
            )
        return points

    def _values(self, block: int, start: int, stop: int) -> tuple[Array, Mask]:
        """The points of a part of a block, and where they are uncertain."""
        terms, rest = (terms[start - block : stop - block] for terms in self._terms)
        first = self._range.at(block)
        if self._range.ratio is None:
            shift = self._shift
            high, low = _double(first, shift)
            points, error = two_sum(high, terms)
            error += rest + low
            size = abs(high) + abs(float(self._terms[0][-1]))
        else:
            shift = _shift(first)
            high, low = _double(first, shift)
            points, error = two_product(terms, high)
            error += terms * low + rest * high
            size = float(np.max(np.abs(points)))
        values, uncertain = rounding.of_sums(points, error, _ERROR * size, shift, self._format)
        uncertain |= values == 0
        uncertain[-1] |= stop == self.count  # by ratio, the end is not where the factors lead
        return values, uncertain

    @cached_property
    def _terms(self) -> tuple[Array, Array]:
        """By the index in a block: the distance from its first point, or the ratio to it."""
        if self._range.ratio is not None:
            pairs = [_double(self._range.factor(index)) for index in range(self._block)]
            factors, rest = np.array(pairs).T.copy()
            return factors, rest
        high, low = _double(self._range.step, self._shift)
        indices = np.arange(self._block, dtype=np.float64)
        distances, rest = two_product(indices, high)
        return distances, rest + indices * low


def _double(number: Fraction | Decimal, shift: int = 0) -> tuple[float, float]:
    """A number times 2**-shift as the sum of two float64."""
    exact = Fraction(number)
    if shift:
        exact *= Fraction(2) ** -shift
    high = float(exact)
    return high, float(exact - Fraction(high))


def _shift(number: Fraction) -> int:
    """The exponent that numbers of this size are scaled by."""
    exponent = abs(number.numerator).bit_length() - number.denominator.bit_length()
    return 0 if abs(exponent) < _MODERATE else min(max(exponent, -1074), 1023)


class Stored(Lazy):
    """Numbers of an array in a file (.npy), rounded into a format.

    They are not mapped into memory: a process that reads there what somebody has cut off is
    killed. A file without an array of real numbers in one dimension is a PointsError.
    """

    def __init__(self, path: str, format_: FloatFormat) -> None:
        self._path, self._format, self._name = path, format_, text_files.quoted(path)
        try:
            self._state = text_files.state(path)
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        except OSError as error:
            raise PointsError(text_files.unreadable(self._name, error)) from None
        except (ValueError, EOFError, TypeError, OverflowError):  # whatever a wrong header raises
            raise PointsError(f"there is no array of numbers in {self._name}") from None
        if not isinstance(array, np.memmap) or not rounding.is_real(array):
            raise PointsError(f"there is no array of real numbers in {self._name}")
        if array.ndim != 1:
            raise PointsError(f"the array in {self._name} has {array.ndim} dimensions, and not 1")
        self._dtype, self._offset, self.count = array.dtype, array.offset, len(array)

    def _take(self, start: int, stop: int) -> Array:
        offset = self._offset + start * self._dtype.itemsize
        try:
            array = np.fromfile(self._path, self._dtype, stop - start, offset=offset)
            changed = text_files.state(self._path) != self._state
        except OSError as error:
            raise PointsError(text_files.unreadable(self._name, error)) from None
        if changed or len(array) < stop - start:
            raise PointsError(text_files.changed(self._name))
        return rounding.of_array(array, self._format, self._name, start)
