"""Certified values of many points at once, where nothing special happens.

At a regular point no function has a kink, a pole or an edge of its domain, no number is near the
ends of the dtype's range, and the first working precision shows every digit that is needed. There
a tree is a straight line of operations on series, the same one at each point, and what comes out
fits into floats: a value as the sum of two, and the two bounds that the verdict needs. What is not
certain to be regular is left to `Reference`, which looks at one point at a time.
"""

from __future__ import annotations

import contextlib
import functools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

from flint import arb, arb_series

from tapecli.engines.certified.balls import (
    Balls,
    Kink,
    Series,
    Side,
    Undecided,
    Undefined,
    exact_arb,
)
from tapecli.engines.certified.budget import FIRST_BITS
from tapecli.engines.certified.interpreter import Interpreter, working
from tapecli.engines.certified.lines import Index, curve_of, directions
from tapecli.expressions.tree import Node, Variable
from tapecli.floats import Array, FloatFormat

Line: TypeAlias = tuple[tuple[int, int], ...]
"""The steps of the variables along a line, each with the number of its variable."""

SPARE_BITS = 12
"""How far below one ulp the certified bound must be: 2**-12 of it."""

SLOPE_BITS = 6
"""How well the next derivatives must be known, which only scale the verdict."""

_MARGIN = 2.0**6
"""By which factor the numbers of a regular point stay away from the ends of the dtype's range."""

_SMALLEST = 1e-290
"""A smaller bound may have lost digits as a float."""

_TIE = 2.0**-10
"""How near a value may be to half way between two numbers of the dtype, in half ulps."""


class Irregular(Exception):
    """The point must be looked at on its own."""


IRREGULAR = (Irregular, Kink, Undefined, Undecided, OverflowError)


class Regular(NamedTuple):
    """What is certified at regular points; each array but the first has a row a derivative.

    Attributes:
        indices: which of the points are regular, an array.
        analytic: the exact derivatives, rounded to the dtype.
        high, low: numbers whose sum is the exact derivative up to 2**-12 ulps of the dtype.
        sensitivity, spread: as in `Certified`, up to a relative error of 2**-20.
    """

    indices: Any
    analytic: Array
    high: Array
    low: Array
    sensitivity: Array
    spread: Array


class _RegularBalls(Balls):
    """The rules at regular points, where no series ends early and no quotient underflows."""

    mul = staticmethod(operator.mul)  # type: ignore[assignment]

    def _underflowing(self, u: Series, v: Series) -> Series:
        if super()._underflowing(u, v) is not u:
            raise Irregular
        return u


class Program:
    """A tree as a straight line of operations on series that hold on both sides of a point.

    Args:
        interpreter: the tree.
        names: the variables, whose series are the arguments of the program.
        balls: the rules.
        precision: the working precision in bits.
        limits: the least and the largest number of a regular point.
        is_strict: whether a smaller number is not regular, and not only less certain.

    Raises:
        Irregular, Undefined, Undecided: a constant in the tree is not regular.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        names: Sequence[str],
        balls: Balls,
        precision: int,
        limits: tuple[float, float],
        is_strict: bool = False,
    ) -> None:
        self.balls, self.precision = balls, precision
        self._interpreter, self._is_strict = interpreter, is_strict
        self._least, self._largest = map(arb, limits)
        self._lowest = -self._least
        self._values: list[Any] = [None] * len(names)  # of what does not depend on the point
        self._steps: list[tuple[int, Node, Callable[..., Series], int, int]] = []
        slots: dict[Node, int] = {}
        for node in interpreter.nodes:
            if isinstance(node, Variable):
                slots[node] = names.index(node.name)
                continue
            slots[node] = len(self._values)
            children = [slots[child] for child in node.children]
            self._values.append(None)
            if interpreter.variables[node]:
                rule = interpreter.operation(balls, node)
                left, right = [*children, -1][:2]
                self._steps.append((slots[node], node, rule, left, right))
            else:
                at_point = replace(balls, side=Side.POINT)
                with working(precision, balls.terms):
                    arguments = [self._values[child] for child in children]
                    value = interpreter.series(at_point, node, arguments)
                    self._values[-1] = interpreter.enclosing_tapes(node, value, at_point)
        self._last = slots[interpreter.nodes[-1]]

    def run(self, series: Sequence[Series]) -> Series:
        """The series of the tree, from those of its variables; within `working`.

        Raises:
            Irregular, Kink, Undefined, Undecided: the point is not regular.
        """
        values = [*series, *self._values[len(series) :]]
        checked = self.balls.tiny is not None
        for slot, node, rule, left, right in self._steps:
            value = rule(values[left]) if right < 0 else rule(values[left], values[right])
            values[slot] = self._enclosing_tapes(node, value) if checked else value
        result: Series = values[self._last]
        return result

    def _enclosing_tapes(self, node: Node, value: Series) -> Series:
        """As `Interpreter.enclosing_tapes`, after a quick look whether there is anything to do."""
        least, lowest = self._least, self._lowest
        if not abs(value[0]) < self._largest:
            raise Irregular
        for k in range(value.length()):
            coefficient = value[k]
            if not (coefficient > least or coefficient < lowest or coefficient == 0):
                if self._is_strict:
                    raise Irregular
                return self._interpreter.enclosing_tapes(node, value, self.balls)
        return value


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
        bits, order = format_.precision, max(map(len, slopes))
        tiny, unit = exact_arb(format_.smallest_normal), arb(2) ** -bits
        self._unit = 2.0**-bits
        least = max(float(tiny) * _MARGIN, _SMALLEST / self._unit)
        self._limits = least, float(format_.largest) / _MARGIN
        self._lines: dict[Line, int] = {}
        distinct = list(slopes)
        self._rows = [distinct.index(index) for index in indices]
        self._recipes = [self._recipe(index) for index in distinct]
        self._rough_lines = list(self._lines)
        higher = {index for by_name in slopes.values() for index in by_name.values()}
        distinct += sorted(higher.difference(distinct))
        self._recipes += [self._recipe(index) for index in distinct[len(slopes) :]]
        self._sharp_lines = list(self._lines)
        self._parts = [
            (
                divisors[index],
                [(self._names.index(name), distinct.index(slope)) for name, slope in by.items()],
            )
            for index, by in slopes.items()
        ]
        mixed = [row for row in range(len(slopes)) if len(self._recipes[row].weights) > 1]
        self._sharp = self._program(_RegularBalls(Side.BOTH, order + 2), FIRST_BITS)
        rough = _RegularBalls(Side.BOTH, order + 1, tiny=tiny, unit=unit)
        self._rough = self._program(rough, bits, bool(mixed))
        self._curves = {
            row: (curve, self._program(Balls(Side.BOTH, curve.terms, unit=unit), bits))
            for row in mixed
            for curve in [curve_of(distinct[row])]
        }

    def _program(self, balls: Balls, precision: int, is_strict: bool = False) -> Program:
        rules = balls, precision, self._limits, is_strict
        return Program(self._interpreter, self._names, *rules)

    def _recipe(self, index: Index) -> _Recipe:
        """How a derivative comes from series along lines, which are noted."""
        weights = directions(index) if index else {((self._names[0], 1),): 1}
        if self._interpreter.is_separate(index):
            weights = {((name, 1),): 0 for name in index}
        by_line = {}
        for direction, weight in weights.items():
            line = tuple((self._names.index(name), step) for name, step in direction)
            by_line[self._lines.setdefault(line, len(self._lines))] = line, weight
        steps = [index.count(name) for name in self._names]
        return _Recipe(len(index), {n: w for n, w in by_line.items() if w[1]}, steps)

    def certify(self, columns: Mapping[str, Array]) -> Regular:
        """Certify the derivatives at those of the points that are regular.

        Args:
            columns: the values of each variable.
        """
        import numpy as np

        columns_of_points = [columns[name].tolist() for name in self._names]
        points = dict(enumerate(zip(*columns_of_points, strict=True)))
        values = _regular(points, self._sharp, self._values)
        radii = _regular({i: points[i] for i in values}, self._rough, self._radii)
        rows = [values[index] + radii[index] for index in radii]
        table = np.array(rows).reshape(-1, 4, len(self._parts)).transpose(1, 2, 0)
        analytic, certain = self._rounded(table[0], table[1])
        certain &= np.isfinite(table).all(0) & ((table[3] == 0) | (table[3] > _SMALLEST))
        regular = certain.all(0)
        indices = np.array(list(radii), np.intp)[regular]
        return Regular(indices, *(array[self._rows][:, regular] for array in (analytic, *table)))

    def _rounded(self, high: Array, low: Array) -> tuple[Array, Any]:
        """The sums of two numbers, rounded to the dtype, and where that is certain."""
        import numpy as np

        size, (least, largest) = np.abs(high), self._limits
        inside = (least < size) & (size < largest)
        inner = np.where(inside, high, 0)
        rounded = self._format.all_rounded(inner)
        half = np.ldexp(0.5, self._format.quantum_exponents(inner))
        certain = inside & (np.abs((inner - rounded) + low) < half * (1 - _TIE))
        return rounded, certain | ((high == 0) & (low == 0))

    def _values(self, point: Sequence[float]) -> list[float]:
        """The derivatives at a point, each as two numbers, and their sensitivities."""
        lines = self._along(self._sharp, self._sharp_lines, point)
        balls = [recipe.derivative(*lines) for recipe in self._recipes]
        highs, lows, sensitivities = [], [], []
        bits = self._format.precision + SPARE_BITS
        for ball, (divisor, slopes) in zip(balls, self._parts, strict=False):
            if ball.rel_accuracy_bits() < bits and not ball == 0:
                raise Irregular
            sensitivity = 0.0
            for number, row in slopes:
                if x := point[number]:
                    slope = balls[row]
                    if slope.rel_accuracy_bits() < SLOPE_BITS and not slope == 0:
                        raise Irregular
                    sensitivity += abs(float(slope * x))
            quotient = ball / divisor if divisor > 1 else ball
            high = float(quotient)
            if high == 0 and not ball == 0:
                raise Irregular
            highs.append(high)
            lows.append(float(quotient - high))
            sensitivities.append(sensitivity / divisor)
        return highs + lows + sensitivities

    def _radii(self, point: Sequence[float]) -> list[float]:
        """The radii of the derivatives when they are computed at the dtype's own precision."""
        series, exponents = self._along(self._rough, self._rough_lines, point)
        radii = []
        for row, (divisor, _) in enumerate(self._parts):
            recipe, radius = self._recipes[row], 0.0
            if row in self._curves:
                radius = float(recipe.derivative(series, exponents).rad())
                radius = self._mixed_radius(row, point, radius)
            elif recipe.weights:
                ((number, (_, weight)),) = recipe.weights.items()
                radius = float(series[number][recipe.order].rad()) * weight
            radii.append(radius / divisor)
        return radii

    def _mixed_radius(self, row: int, point: Sequence[float], radius: float) -> float:
        """The radius along a curve, if it is less than half of the one from lines."""
        curve, program = self._curves[row]
        variables = [arb_series([start], curve.terms) for start in self._starts(program, point)]
        for number, name in enumerate(self._names):
            if name in curve.powers:
                zeros = [arb(0)] * (curve.powers[name] - 1)
                coefficients = [variables[number][0], *zeros, exact_arb(curve.slopes[name])]
                variables[number] = arb_series(coefficients, curve.terms)
        with working(program.precision, curve.terms):
            along_curve = program.run(variables)
        with working(53, 1):
            bound = 2 * float(curve.radius(along_curve))
        if math.isclose(radius, bound, rel_tol=2**-20):
            raise Irregular
        return bound / 2 if bound < radius else radius

    def _along(
        self, program: Program, lines: Sequence[Line], point: Sequence[float]
    ) -> tuple[list[Series], list[int]]:
        """The series of the expression along lines, and the exponents of the steps along them."""
        exponents = [math.frexp(x)[1] for x in point]
        terms, starts = program.balls.terms, self._starts(program, point)
        constants = [arb_series([start], terms) for start in starts]
        series = []
        for line in lines:
            variables = constants.copy()
            for number, times in line:
                step = 1 if len(line) == 1 else times * _power_of_two(exponents[number])
                variables[number] = arb_series([starts[number], step][:terms], terms)
            series.append(program.run(variables))
        return series, exponents

    def _starts(self, program: Program, point: Sequence[float]) -> list[arb]:
        """The variables at a point, as they are, or as the tapes may round them."""
        if program.balls.unit is None:
            return list(map(arb, point))
        unit, (least, largest) = self._unit, self._limits
        if not all(x == 0 or least < abs(x) < largest for x in point):
            raise Irregular
        return [arb(x, abs(x) * unit) for x in point]


class _Recipe(NamedTuple):
    """How a derivative comes from the coefficients of series along lines, as in `lines`.

    Attributes:
        order: its order.
        weights: the lines, by their numbers, and the weight of each; none if it is zero everywhere.
        steps: how often it is by each variable.
    """

    order: int
    weights: dict[int, tuple[Line, int]]
    steps: Sequence[int]

    def derivative(self, series: Sequence[Series], exponents: Sequence[int]) -> arb:
        """The derivative, from the series along lines."""
        order, weights = self.order, self.weights
        if len(weights) == 1:
            ((number, (_, weight)),) = weights.items()
            return series[number][order] * weight
        total = arb(0)
        for number, (line, weight) in weights.items():
            coefficient = weight * series[number][order]
            if len(line) == 1:  # an axis, whose steps are not scaled
                coefficient *= _power_of_two(exponents[line[0][0]] * order)
            total += coefficient
        return total * _power_of_two(-sum(map(operator.mul, self.steps, exponents)))


def _regular(
    points: Mapping[int, Sequence[float]],
    program: Program,
    work: Callable[[Sequence[float]], list[float]],
) -> dict[int, list[float]]:
    """What is computed at each point that is regular."""
    results = {}
    with working(program.precision, program.balls.terms):
        for index, point in points.items():
            with contextlib.suppress(*IRREGULAR):
                results[index] = work(point)
    return results


@functools.lru_cache(4096)
def _power_of_two(exponent: int) -> arb:
    return arb(2) ** exponent
