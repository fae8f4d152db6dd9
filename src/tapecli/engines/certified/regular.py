"""Certified values of many points at once, where nothing special happens.

At a regular point no function has a kink, a pole or an edge of its domain, no number is near the
ends of the dtype's range, and the first working precision shows every digit that is needed. There
a tree is a straight line of operations on series, the same one at each point (`columns`), and what
comes out fits into floats: a value as the sum of two, and the two bounds that the verdict needs.
What is not certain to be regular is left to `Reference`, which looks at one point at a time.
"""

from __future__ import annotations

import contextlib
import functools
import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import repeat
from operator import add, itemgetter, mul, sub
from typing import Any, NamedTuple

from flint import arb

from tapecli.engines.certified import Regular
from tapecli.engines.certified.balls import Balls, Side, exact_arb
from tapecli.engines.certified.budget import FIRST_BITS
from tapecli.engines.certified.columns import (
    IRREGULAR,
    Column,
    Path,
    Program,
    RegularBalls,
    Step,
    power_of_two,
)
from tapecli.engines.certified.interpreter import Interpreter, working
from tapecli.engines.certified.lines import Curve, Index, curve_of, directions
from tapecli.floats import Array, FloatFormat

SPARE_BITS = 12
"""How far below one ulp the certified bound must be: 2**-12 of it."""

SLOPE_BITS = 6
"""How well the next derivatives must be known, which only scale the verdict."""

_SENSITIVITY_BITS = 20
"""How well they must be known at regular points."""

_MARGIN = 2.0**6
"""By which factor the numbers of a regular point stay away from the ends of the dtype's range."""

_SMALLEST = 1e-290
"""A smaller bound may have lost digits as a float."""

_TIE_BITS = 40
"""How near a value may be to half way between two numbers of the dtype: 2**-40 half ulps."""


class RegularPoints:
    """The certified derivatives of an expression at those points that are regular.

    Args:
        interpreter: the expression.
        format_: the dtype.
        names: the variables of the points.
        indices: the derivatives, some of which may be the same.
        slopes: for each derivative its own derivatives, by the variable.
        divisors: what each derivative is divided by.

    Raises:
        Irregular, Undefined, Undecided: no point is regular.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        format_: FloatFormat,
        names: Sequence[str],
        indices: Sequence[Index],
        slopes: Mapping[Index, Mapping[str, Index]],
        divisors: Mapping[Index, int],
    ) -> None:
        self._interpreter, self._format, self._names = interpreter, format_, tuple(names)
        self._divisors = dict(divisors)
        for index, by_name in slopes.items():
            for slope in by_name.values():
                self._divisors.setdefault(slope, divisors[index])
        distinct = sorted(self._divisors, key=lambda index: (index not in slopes, index))
        numbers = {index: number for number, index in enumerate(distinct)}
        self._rows = [numbers[index] for index in indices]
        self._indices, self._terms = distinct[: len(slopes)], max(map(len, slopes)) + 2
        self._lines: dict[Path, int] = {}
        self._recipes = [self._recipe(index) for index in self._indices]
        self._rough_lines = list(self._lines)
        self._recipes += [self._recipe(index) for index in distinct[len(slopes) :]]
        self._slopes = [
            [
                (self._names.index(name), numbers[slope], self._ratio(slope, index))
                for name, slope in slopes[index].items()
            ]
            for index in self._indices
        ]
        balls = RegularBalls(Side.BOTH, self._terms)
        self._sharp = Program(interpreter, names, balls, FIRST_BITS, list(self._lines))

    def _ratio(self, index: Index, other: Index) -> float:
        return float(Fraction(self._divisors[index], self._divisors[other]))

    def _recipe(self, index: Index) -> _Recipe:
        """How a derivative comes from series along lines, which are noted."""
        weights = directions(index) if index else {((self._names[0], 1),): 1}
        if self._interpreter.is_separate(index):
            weights = {((name, 1),): 0 for name in index}
        by_line = {}
        for direction, weight in weights.items():
            line = tuple(
                Step(self._names.index(name), times, is_scaled=len(direction) > 1)
                for name, times in direction
            )
            number = self._lines.setdefault(line, len(self._lines))
            if weight:
                by_line[number] = line, weight
        steps = [index.count(name) for name in self._names]
        return _Recipe(len(index), by_line, steps, self._divisors[index])

    # --- values ---------------------------------------------------------------------------------

    def certify(self, columns: Mapping[str, Array]) -> Regular:
        """Certify the derivatives at those of the points that are regular.

        Args:
            columns: the values of each variable.
        """
        import numpy as np

        points = _Points([columns[name] for name in self._names])
        count = len(self._indices)
        rows = [_Row(number < count) for number in range(len(self._recipes))]
        for series, exponents in points.run(self._sharp):
            with working(FIRST_BITS, self._terms):
                for row, recipe in zip(rows, self._recipes, strict=True):
                    row.extend(recipe.scaled(series, exponents))
        high, radius = np.array([row.high for row in rows]), np.array([row.radius for row in rows])
        low = np.array([row.low for row in rows[:count]])
        accuracy = np.array([row.accuracy for row in rows[:count]])
        least = [_SMALLEST * 2.0**self._format.precision] * count
        least += [_SMALLEST] * (len(rows) - count)
        with np.errstate(all="ignore"):
            for number, recipe in enumerate(self._recipes):
                if recipe.is_mixed:
                    shift = recipe.shift(points.exponents)
                    high[number] = _shifted(high[number], shift, least[number])
                    radius[number] = _shifted(radius[number], shift)
                    if number < count:
                        low[number] = np.ldexp(low[number], shift)
            analytic, certain = self._rounded(high[:count], low, accuracy)
            sensitivity = self._sensitivity(points.columns, np.abs(high), radius)
        certain[:, [*points.irregular]] = False
        is_single = len(self._names) == len(self._lines) == 1
        # A series along a single line is undefined for the reason of its first operation that is.
        undefined = {i: reason for i, reason in points.irregular.items() if reason and is_single}
        reasons = np.array(list(undefined.values()), object)
        indices = np.flatnonzero(certain.all(0))
        arrays = (analytic, high, low, sensitivity)
        tables = (table[self._rows][:, indices] for table in arrays)
        nowhere = np.array(list(undefined), np.intp)
        return Regular(indices, nowhere, reasons, *tables)

    def _rounded(self, high: Array, low: Array, accuracy: Any) -> tuple[Array, Any]:
        """The sums of two numbers, rounded to the dtype, and where that is certain."""
        import numpy as np

        bits, size = self._format.precision, np.abs(high)
        largest = float(self._format.largest) / _MARGIN
        inside = (_SMALLEST * 2.0**bits < size) & (size < largest)
        inner = np.where(inside, high, 0)
        rounded = self._format.all_rounded(inner)
        half = np.ldexp(0.5, self._format.quantum_exponents(inner))
        tie = np.ldexp(1.0, np.maximum(bits + 2 - np.minimum(accuracy, 1000), -_TIE_BITS))
        inside &= np.abs((inner - rounded) + low) < half * (1 - tie)
        rounded += 0.0  # which makes -0.0 positive
        return rounded, (accuracy >= bits + SPARE_BITS) & (inside | (high == 0))

    def _sensitivity(self, columns: Sequence[Array], sizes: Array, radii: Array) -> Array:
        """The sensitivities of the derivatives, NaN where they are not known."""
        import numpy as np

        sensitivities = np.zeros((len(self._indices), len(columns[0])))
        for total, size, slopes in zip(sensitivities, sizes, self._slopes, strict=False):
            doubt, is_zero = np.zeros(len(total)), np.ones(len(total), bool)
            for number, slope, ratio in slopes:
                x = np.abs(columns[number]) * ratio
                total += x * sizes[slope]
                doubt += x * radii[slope]
                is_zero &= sizes[slope] == 0
            known = np.isfinite(total) & (doubt <= (size + total) * 2.0**-_SENSITIVITY_BITS)
            known &= is_zero | (size + total > _SMALLEST)
            total[~known] = np.nan
        return sensitivities

    # --- spreads --------------------------------------------------------------------------------

    def spreads(self, columns: Mapping[str, Array]) -> Array:
        """The radii of the derivatives when they are computed at the dtype's own precision.

        They are as in `Certified`, up to a relative error of 2**-20; a row for each derivative,
        with NaN where they are not known so well.

        Args:
            columns: the values of each variable.
        """
        import numpy as np

        points = _Points([columns[name] for name in self._names])
        if self._rough is None:
            return np.full((len(self._rows), points.count), np.nan)
        program, curves = self._rough
        recipes = self._recipes[: len(self._indices)]
        radii = [array("d") for _ in recipes]
        unit, (least, largest) = float(self._format.unit_roundoff), self._limits
        with working(program.precision, program.balls.terms):
            for series, exponents in points.run(program, unit):
                for radius, recipe in zip(radii, recipes, strict=True):
                    radius.extend(map(float, map(arb.rad, recipe.balls(series, exponents))))
        spreads = np.array(radii)
        with np.errstate(all="ignore"):
            for row, recipe in enumerate(recipes):
                if row in curves:
                    of_lines = _shifted(spreads[row], recipe.shift(points.exponents))
                    bound = 2 * self._curve_radii(points, *curves[row])
                    spreads[row] = np.where(bound < of_lines, bound / 2, of_lines)
                    spreads[row][np.isclose(of_lines, bound, rtol=2**-20, atol=0)] = np.nan
                spreads[row] *= float(exact_arb(recipe.factor))
        inside = [(x == 0) | (least < np.abs(x)) & (np.abs(x) < largest) for x in points.columns]
        known = np.isfinite(spreads) & ((spreads == 0) | (spreads > _SMALLEST)) & np.all(inside, 0)
        known[:, [*points.irregular]] = False
        return np.where(known, spreads, np.nan)[self._rows]

    @functools.cached_property
    def _limits(self) -> tuple[float, float]:
        """The least and the largest number that tapes may have at a regular point."""
        least = float(self._format.smallest_normal) * _MARGIN
        largest = float(self._format.largest) / _MARGIN
        return max(least, _SMALLEST * 2.0**self._format.precision), largest

    @functools.cached_property
    def _rough(self) -> tuple[Program, dict[int, tuple[Curve, Program]]] | None:
        """The tree at the dtype's own precision, along lines, and for mixed derivatives curves."""
        bits, names, interpreter = self._format.precision, self._names, self._interpreter
        tiny, unit = exact_arb(self._format.smallest_normal), arb(2) ** -bits
        balls = RegularBalls(Side.BOTH, self._terms - 1, tiny=tiny, unit=unit)
        mixed = [row for row, index in enumerate(self._indices) if self._recipes[row].is_mixed]
        curves = {}
        with contextlib.suppress(*IRREGULAR):
            rules = balls, bits, self._rough_lines, self._limits, bool(mixed)
            program = Program(interpreter, names, *rules)
            for row in mixed:
                curve = curve_of(self._indices[row])
                path = tuple(
                    Step(names.index(name), curve.slopes[name], power)
                    for name, power in curve.powers.items()
                )
                rules_of_curve = Balls(Side.BOTH, curve.terms, unit=unit), bits, [path]
                curves[row] = curve, Program(interpreter, names, *rules_of_curve)
            return program, curves
        return None

    def _curve_radii(self, points: _Points, curve: Curve, program: Program) -> Array:
        """The radii of a mixed derivative along a curve."""
        import numpy as np

        radii = array("d")
        for (series,), _ in points.run(program, float(self._format.unit_roundoff)):
            with working(53, 1):
                radii.extend(float(curve.radius(along_curve)) for along_curve in series)
        return np.array(radii)


def _shifted(numbers: Array, shift: Array, least: float = _SMALLEST) -> Array:
    """Numbers times powers of two; NaN where digits may be lost, for one of them is so small."""
    import numpy as np

    shifted = np.ldexp(numbers, shift)
    smaller = np.minimum(np.abs(numbers), np.abs(shifted))
    return np.where((numbers == 0) | (smaller > least), shifted, np.nan)


class _Points:
    """Points, and those of them that turned out not to be regular, as `Program.run` tells them.

    Args:
        columns: the values of each variable.
    """

    def __init__(self, columns: Sequence[Array]) -> None:
        import numpy as np

        self.columns, self.count = columns, len(columns[0])
        self.exponents = [np.frexp(column)[1] for column in columns]
        self.irregular: dict[int, str] = {}

    def run(
        self, program: Program, unit: float = 0.0
    ) -> Iterator[tuple[list[Column], list[list[int]]]]:
        """The series at some of the points after others, and the exponents of these points.

        The variables are rounded to this unit roundoff by the tapes, and not at all if it is 0.
        """
        for first in range(0, self.count, program.size):
            part = slice(first, first + program.size)
            starts = [
                list(map(arb, column[part].tolist(), (abs(column[part]) * unit).tolist()))
                if unit
                else list(map(arb, column[part].tolist()))
                for column in self.columns
            ]
            exponents = [column[part].tolist() for column in self.exponents]
            with working(program.precision, program.balls.terms):
                series, irregular = program.run(starts, exponents)
            self.irregular |= {first + index: reason for index, reason in irregular.items()}
            yield series, exponents


class _Row:
    """What is known of a derivative at each point.

    Attributes:
        high, low: its value as the sum of two numbers; `low` only if it is a value.
        accuracy: how many bits of it are certain.
        radius: that of its ball if few bits are, else 0.
    """

    def __init__(self, is_value: bool) -> None:
        self._is_value = is_value
        self.high, self.low = array("d"), array("d")
        self.accuracy, self.radius = array("q"), array("d")

    def extend(self, balls: Sequence[arb]) -> None:
        accuracies = list(map(arb.rel_accuracy_bits, balls))
        highs = list(map(float, balls))
        if 0.0 in highs:  # which a number may be that is only near it
            highs = [
                high if high or bits < _SENSITIVITY_BITS or ball == 0 else math.nan
                for high, bits, ball in zip(highs, accuracies, balls, strict=True)
            ]
        self.high.extend(highs)
        if self._is_value:
            self.low.extend(map(float, map(sub, balls, highs)))
        self.accuracy.extend(accuracies)
        if min(accuracies) >= _SENSITIVITY_BITS:
            self.radius.extend(repeat(0.0, len(balls)))
        else:
            self.radius.extend(
                0.0 if bits >= _SENSITIVITY_BITS else float(ball.rad()) or math.nan
                for bits, ball in zip(accuracies, balls, strict=True)
            )


class _Recipe(NamedTuple):
    """How a derivative comes from the coefficients of series along lines, as in `lines`.

    Attributes:
        order: its order.
        weights: the lines, by their numbers, and the weight of each; none if it is zero everywhere.
        steps: how often it is by each variable.
        divisor: what it is divided by.
    """

    order: int
    weights: dict[int, tuple[Path, int]]
    steps: Sequence[int]
    divisor: int

    @property
    def is_mixed(self) -> bool:
        return len(self.weights) > 1

    @property
    def factor(self) -> Fraction:
        """What the balls are multiplied by."""
        ((_, weight), *_) = self.weights.values() or [((), 1)]
        return Fraction(1 if self.is_mixed else weight, self.divisor)

    def shift(self, exponents: Sequence[Any]) -> Any:
        """The powers of two that the balls are multiplied by, from those of the variables."""
        return -sum(map(mul, self.steps, exponents))

    def scaled(self, series: Sequence[Column], exponents: Sequence[Sequence[int]]) -> list[arb]:
        """The derivative at each point, but for powers of two, from the series along lines."""
        balls, factor = self.balls(series, exponents), self.factor
        return balls if factor == 1 else list(map(mul, balls, repeat(exact_arb(factor))))

    def balls(self, series: Sequence[Column], exponents: Sequence[Sequence[int]]) -> list[arb]:
        """The derivative at each point up to its factors, from the series along lines."""
        total: Iterable[arb] = ()
        for number, (line, weight) in self.weights.items():
            coefficients: Iterable[arb] = map(itemgetter(self.order), series[number])
            if self.is_mixed:
                coefficients = map(mul, coefficients, repeat(arb(weight)))
                if len(line) == 1:  # an axis, whose steps are not scaled
                    powers = [power_of_two(e * self.order) for e in exponents[line[0].number]]
                    coefficients = map(mul, coefficients, powers)
            total = map(add, total, coefficients) if total else coefficients
        return list(total) if self.weights else [arb(0)] * len(exponents[0])
