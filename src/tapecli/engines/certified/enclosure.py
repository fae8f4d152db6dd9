"""Whether derivatives are continuous over whole intervals, and how much they bend there.

Ball arithmetic with a ball that contains an interval encloses the values of a function and of its
Taylor coefficients at each point of it (Tucker, Validated Numerics, Princeton 2011). Where every
rule is far enough from its poles and kinks, the function is analytic over the whole interval; where
every rule that is asked for the value alone can give one, it is continuous.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import factorial, inf, nan
from typing import TypeAlias

from flint import arb

from tapecli.engines.certified import balls
from tapecli.engines.certified.balls import Series
from tapecli.engines.certified.budget import Budget
from tapecli.engines.certified.interpreter import Interpreter, Trajectory, working
from tapecli.engines.certified.lines import Direction, Index, directions
from tapecli.engines.certified.singular import Kink, Undecided, Undefined
from tapecli.expressions.tree import Node
from tapecli.floats import FloatFormat

PRECISION = 96
"""Bits: more than the ends of an interval have."""

Point: TypeAlias = Mapping[str, Fraction | arb]
"""The numbers of all variables, one of which is an interval."""


class Intervals(balls.Balls):
    """The rules at all points of an interval together.

    Where the value alone is asked for, functions have one at kinks and at the edges of their
    domains as well, where they are continuous and have no series.
    """

    def leading(self, u: Series) -> tuple[int, int]:
        if all(c.is_zero() for c in u.coeffs()):  # zero over the whole interval, and no kink
            return 0, 0
        return super().leading(u)

    def mul(self, u: Series, v: Series) -> Series:
        return super().mul(u, v) if u is not v else self._product(u, 2)

    def _product(self, u: Series, exponent: int) -> Series:
        if exponent % 2 or self.terms > 1:
            return super()._product(u, exponent)
        return self._between(u[0].abs_lower() ** exponent, u[0].abs_upper() ** exponent)

    def abs(self, u: Series) -> Series:
        if self.terms > 1:
            return super().abs(u)
        return self._between(u[0].abs_lower(), u[0].abs_upper())

    def sqrt(self, u: Series) -> Series:
        if self.terms > 1 or not u[0].lower() >= 0:
            return super().sqrt(u)
        return self._between(u[0].lower().sqrt(), u[0].upper().sqrt())

    def cbrt(self, u: Series) -> Series:
        if self.terms > 1 or not u[0].is_finite():
            return super().cbrt(u)
        ends = u[0].lower(), u[0].upper()
        return self._between(*(-((-end).root(3)) if end < 0 else end.root(3) for end in ends))

    def max(self, u: Series, v: Series) -> Series:
        return super().max(u, v) if self.terms > 1 else self.number(u[0].max(v[0]))

    def min(self, u: Series, v: Series) -> Series:
        return super().min(u, v) if self.terms > 1 else self.number(u[0].min(v[0]))

    def _angle(self, y: Series, x: Series) -> Series:
        if x[0] > 0:
            return self.atan(self.div(y, x))
        if y[0] > 0 or y[0] < 0:
            return self.constant("pi") / 2 * (1 if y[0] > 0 else -1) - self.atan(self.div(x, y))
        raise Undecided

    def _between(self, low: arb, high: arb) -> Series:
        return self.number(low.union(high))


class Enclosure:
    """The enclosures of some derivatives along the axis of one variable.

    Args:
        tree, format_: the expression, and the dtype whose numbers its decimals mean.
        axis, at: the variable that the intervals are of, and the values of the others.
        derivatives: the variables of each derivative; () is the value.
        budget: what each enclosure is charged to, whether it fits or not.
    """

    def __init__(
        self,
        tree: Node,
        format_: FloatFormat,
        axis: str,
        at: Mapping[str, float],
        derivatives: Sequence[Sequence[str]],
        budget: Budget | None = None,
    ) -> None:
        self._interpreter = Interpreter(tree, format_)
        self._axis, self._line = axis, ((axis, 1),)
        self._budget = budget or Budget()
        self._others = {name: Fraction(value) for name, value in at.items()}
        self._indices = [tuple(sorted(derivative)) for derivative in derivatives]
        self._highest = max(map(len, filter(self._is_pure, self._indices)), default=-1)
        self.count = len(derivatives)

    def _is_pure(self, index: Index) -> bool:
        """Whether a derivative is by the axis alone."""
        return {*index} <= {self._axis}

    def over(self, low: float, high: float) -> list[float | None]:
        """How far each derivative bends between two numbers; None where it may not be continuous.

        It is a bound on the size of its own second derivative by the variable: infinite where
        there is none, and NaN where the derivative exists at no point between the two.
        """
        with working(PRECISION, 1):
            ends = balls.exact_arb(Fraction(low)), balls.exact_arb(Fraction(high))
            radius = ((ends[1] - ends[0]) / 2).abs_upper()
            interval = (ends[0] + ends[1]) / 2 + arb(0, radius)
        point: Point = {**self._others, self._axis: interval}
        series = None
        try:
            if self._highest >= 0:
                series = self._series(point, self._line, self._highest + 3)
            return [self._bend(index, series, point) for index in self._indices]
        except Undefined:
            return [nan] * len(self._indices)

    def _bend(self, index: Index, series: Series | None, point: Point) -> float | None:
        order = len(index)
        if series is not None and self._is_pure(index):
            if series[order].is_finite() and series[order + 2].is_finite():
                return float(series[order + 2].abs_upper() * factorial(order + 2))
        for line in directions(index) or [self._line]:
            coefficients = self._series(point, line, order + 1)
            if coefficients is None or not coefficients[order].is_finite():
                return None
        return inf

    def _series(self, point: Point, line: Direction, terms: int) -> Series | None:
        """The Taylor coefficients at all points of the interval; None if there may be none."""
        slopes = {name: Fraction(step) for name, step in line}
        self._budget.spend(self._interpreter.seconds(terms, PRECISION))
        rules = Intervals(balls.Side.BOTH, terms)
        try:
            return self._interpreter.run(Trajectory(point, slopes), rules, PRECISION)
        except (Undecided, Kink):
            return None
