"""The certified values of an expression's derivatives, with what the verdict needs besides."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from flint import arb

from tapecli.engines.certified import Certified, NoDerivative, Regular
from tapecli.engines.certified.balls import Balls, Side, exact_arb
from tapecli.engines.certified.budget import FIRST_BITS, SLOW, Budget, OverBudget
from tapecli.engines.certified.columns import IRREGULAR
from tapecli.engines.certified.interpreter import HUGE, Interpreter, Trajectory, fraction
from tapecli.engines.certified.lines import Direction, Index, PointDerivatives, directions
from tapecli.engines.certified.regular import SLOPE_BITS, SPARE_BITS, RegularPoints
from tapecli.engines.certified.singular import Undecided, Undefined
from tapecli.expressions.tree import Call, Node, variables
from tapecli.floats import Array, FloatFormat
from tapecli.result import OUT_OF_TIME

PRECISIONS = (FIRST_BITS, 512, 2560)
"""Working precisions in bits, tried in turn until the bound is small enough."""

HIGHER_PRECISIONS = (10_240, 40_960)
"""Those that follow where what looks like zero may be as small as other numbers that occur.
The last is left out for the functions that take seconds at it (`SLOW`)."""

CACHED = 256
"""How many references and constants are cached for questions that come again."""

CACHED_POINTS = 64
"""For how many points each reference caches its derivatives."""

MOST_LINES = 300
"""Lines through a point beyond which a derivative's sensitivity is that to its own variables."""

_EXTREME = arb(2) ** 4_000
"""Constants from here on, and their reciprocals, are extreme."""

_SPREAD_ATTEMPTS = ((1, True), (2, True), (2, False))
"""Multiples of the dtype's precision at which the spread of a derivative is computed, and whether
the point itself is taken as rounded: at a kink it must not be."""

_CHOICE_ATTEMPTS = ((1, True), (1, False))
"""The same where branches or jumps are chosen between. If the dtype's own precision does not tell
which one it is, tapes may take the other, and the spread has no bound."""

UNSHARP = "too large, or too close to a singular point, to be certified"
"""Why there is no derivative where its enclosure stays wide."""

Point: TypeAlias = Mapping[str, Fraction]
Enclosures: TypeAlias = dict[Index, "arb | NoDerivative"]


def constant_value(tree: Node) -> Fraction | None:
    """The value of a constant, its decimals exact; None if it has none.

    A value that agrees to 150 digits with a short decimal or a simple fraction is taken for that,
    so that log2(8) is 3; any other is right to 60 digits or more.
    """
    try:
        ball = _constant(tree)
    except (Undefined, Undecided):
        return None
    if ball.contains(0) and ball.rad() < exact_arb(Fraction(1, 2**256)):
        return Fraction(0)
    value, radius = fraction(ball.mid()), fraction(ball.rad())
    if value is None or radius is None or radius > Fraction(1, 2**256) * (1 + abs(value)):
        return None
    simple = value.limit_denominator(10**20)
    return simple if simple and abs(simple - value) <= radius else value


def is_extreme(tree: Node) -> bool:
    """Whether a constant is, or may be, so large or so near zero that it has no known digits."""
    try:
        ball = _constant(tree)
    except Undefined:
        return False
    except Undecided:
        return True
    if ball.contains(0):
        return bool(0 < ball.rad() < 1 / _EXTREME)
    return not 1 / _EXTREME < abs(ball) < _EXTREME


@functools.lru_cache(CACHED)
def _constant(tree: Node) -> arb:
    """An enclosure of a constant, its decimals exact."""
    at_point = Balls(Side.POINT, 1)
    return Interpreter(tree, None).run(Trajectory({}, {}), at_point, PRECISIONS[-1])[0]


class Reference:
    """The certified derivatives of an expression.

    They come from its Taylor series in ball arithmetic along lines through the point (see
    `balls` and `lines`), computed at a growing precision until they are known far below one
    ulp of the dtype.

    Args:
        tree: the expression.
        format_: the dtype: decimal literals mean its numbers.
        derivatives: the variables of each derivative, in any order; () is the value.
        names: the variables of the points; those of the expression, if left out.
        divisors: what each derivative is divided by; 1, if left out. A derivative that is too
            large for the dtype is computed all the same if the quotient is not too large.

    Attributes:
        lines: through how many lines a point is examined, at least.
        nodes: how many operations, variables and numbers the expression has.
    """

    def __init__(
        self,
        tree: Node,
        format_: FloatFormat,
        derivatives: Sequence[Sequence[str]],
        names: Sequence[str] = (),
        divisors: Sequence[int] = (),
    ) -> None:
        self._interpreter = Interpreter(tree, format_)
        nodes = self._interpreter.nodes
        self.nodes = len(nodes)
        slow = any(isinstance(node, Call) and node.name in SLOW for node in nodes)
        self._precisions = PRECISIONS + (HIGHER_PRECISIONS[:-1] if slow else HIGHER_PRECISIONS)
        self._format = format_
        self._negligible = exact_arb(format_.smallest) * arb(2) ** -SPARE_BITS
        self._indices = [tuple(sorted(derivative)) for derivative in derivatives]
        self._divisors = dict(zip(self._indices, divisors or [1] * len(derivatives), strict=True))
        self._order = max(map(len, self._indices))
        self._names = all_names = tuple(names) or variables(tree)
        self.lines = self._count(all_names)
        by_all_names = self.lines <= MOST_LINES
        if not by_all_names:
            self.lines = self._count()
        self._slopes = {i: _slopes(i, all_names if by_all_names else i) for i in self._indices}
        # for each point the derivatives, and what each step to them cost
        self._cache: dict[
            tuple[tuple[str, float], ...], tuple[list[Certified | NoDerivative], list[float]]
        ] = {}

    def _count(self, names: Sequence[str] = ()) -> int:
        """How many lines the derivatives take, with their slopes by these variables or their own.

        With these variables, counting ends at too many.
        """
        lines: set[Direction] = set()
        for index in dict.fromkeys(self._indices):
            for derivative in (index, *_slopes(index, names or index).values()):
                lines.update(directions(derivative))
            if names and len(lines) > MOST_LINES:
                break
        return len(lines) or 1

    def at(
        self, point: Mapping[str, float], budget: Budget | None = None
    ) -> list[Certified | NoDerivative]:
        """The derivatives at this very point, in their order.

        Where the budget does not suffice, there are none, for the reason `OUT_OF_TIME`. What is
        cached costs as much as it did the first time, so that equal calls give equal answers.
        """
        budget = budget or Budget()
        budget.begin_point()
        key = tuple(point.items())
        try:
            if key in self._cache:
                derivatives, steps = self._cache[key]
                for seconds in steps:
                    budget.charge(seconds)
                return derivatives
            derivatives = self._at({name: Fraction(value) for name, value in key}, budget)
        except OverBudget:
            return [NoDerivative(OUT_OF_TIME)] * len(self._indices)
        if len(self._cache) < CACHED_POINTS:
            self._cache[key] = derivatives, budget.steps
        return derivatives

    def regular(self, columns: Mapping[str, Array]) -> Regular | None:
        """The derivatives at those points that are regular; None if there are none.

        Args:
            columns: the values of each variable.
        """
        return self._regular.certify(columns) if self._regular else None

    def spreads(self, columns: Mapping[str, Array]) -> Array:
        """The spreads of the derivatives, a row each, at some points that are regular.

        They are NaN where they must be looked at one by one.
        """
        assert self._regular
        return self._regular.spreads(columns)

    @functools.cached_property
    def _regular(self) -> RegularPoints | None:
        with contextlib.suppress(*IRREGULAR):
            asked = self._indices, self._slopes, self._divisors
            return RegularPoints(self._interpreter, self._format, self._names, *asked)
        return None

    def _at(self, point: Point, budget: Budget) -> list[Certified | NoDerivative]:
        enclosures = self._enclosures(point, budget)
        if enclosures is None:
            no_derivative = NoDerivative("too close to a singular point to be told from it")
            return [no_derivative] * len(self._indices)
        spreads = self._spreads(point, budget)
        return [self._certified(i, enclosures, spreads[i], point) for i in self._indices]

    def _certified(
        self, index: Index, enclosures: Enclosures, spread: Fraction | None, point: Point
    ) -> Certified | NoDerivative:
        ball = enclosures[index]
        if isinstance(ball, NoDerivative):
            return ball
        if self._too_large(index, ball):
            huge = Fraction(2) ** HUGE * (1 if ball > 0 else -1)
            return Certified(huge, Fraction(0), Fraction(0), None)
        value, radius = fraction(ball.mid()), fraction(ball.rad())
        if value is None or radius is None:
            return NoDerivative("too large to be certified")
        if radius > abs(value) * self._format.unit_roundoff:
            if radius > self._format.smallest:
                return NoDerivative(UNSHARP)
            if abs(value) <= radius:  # it may be zero
                value, radius = Fraction(0), abs(value) + radius
        sensitivity = Fraction(0)
        for name, slope in self._known_slopes(index, enclosures):
            sensitivity += abs(point[name] * (fraction(slope.mid()) or 0))
        certified = Certified(value, radius, sensitivity, spread)
        return certified.divided(self._divisors[index])

    def _known_slopes(self, index: Index, enclosures: Enclosures) -> Iterator[tuple[str, arb]]:
        """The variables by which a derivative has a derivative, with that."""
        for name, higher in self._slopes[index].items():
            slope = enclosures[higher]
            if not isinstance(slope, NoDerivative):
                yield name, slope

    def _enclosures(self, point: Point, budget: Budget) -> Enclosures | None:
        """Enclosures of the derivatives and of their slopes; None if nothing can be determined."""
        enclosures: Enclosures | None = None
        for precision in self._precisions:
            with contextlib.suppress(Undecided):
                enclosures = self._enclosures_at(precision, point, budget)
                if all(self._is_sharp(index, enclosures, point) for index in self._indices):
                    break
        return enclosures

    def _enclosures_at(self, precision: int, point: Point, budget: Budget) -> Enclosures:
        zero, terms = precision >= PRECISIONS[-1], self._order + 2
        lines = PointDerivatives(self._interpreter, point, terms, precision, zero, budget=budget)
        enclosures: Enclosures = {}
        for index in self._indices:
            enclosures[index] = lines.enclosed(index)
            if not isinstance(enclosures[index], NoDerivative):
                for higher in self._slopes[index].values():
                    if higher not in enclosures:
                        enclosures[higher] = lines.enclosed(higher)
        return enclosures

    def _is_sharp(self, index: Index, enclosures: Enclosures, point: Point) -> bool:
        """Whether the bound is far below one ulp, and every slope roughly known."""
        ball = enclosures[index]
        if isinstance(ball, NoDerivative):
            return True
        if not self._is_sharp_value(index, ball):
            return False
        for name, slope in self._known_slopes(index, enclosures):
            if slope.rel_accuracy_bits() < SLOPE_BITS:
                doubt = abs(exact_arb(point[name])) * slope.rad()
                if not (doubt <= abs(ball) * arb(2) ** -SLOPE_BITS or doubt < self._negligible):
                    return False
        return True

    def _too_large(self, index: Index, ball: arb) -> bool:
        """Whether a derivative is beyond the dtype, once it is divided."""
        largest = exact_arb(self._format.largest * self._divisors[index])
        return bool(ball.is_finite() and ball.abs_lower() > largest)

    def _is_sharp_value(self, index: Index, ball: arb) -> bool:
        if not ball.is_finite():
            return False
        if abs(ball) < self._negligible or self._too_large(index, ball):
            return True
        if ball.rel_accuracy_bits() < self._format.precision + SPARE_BITS:
            return False
        if ball.is_exact():
            return True
        value, radius = fraction(ball.mid()), fraction(ball.rad())
        assert value is not None
        assert radius is not None
        # It is known how it is rounded, unless it may be half way between two numbers of the dtype.
        return self._format.round(value - radius) == self._format.round(value + radius)

    def _spreads(self, point: Point, budget: Budget) -> dict[Index, Fraction | None]:
        """The radii of the derivatives when they are computed at the dtype's own precision.

        Where that is too low to determine anything, they are computed at a higher one and scaled
        by the ratio of the precisions, because to first order the radii are proportional to it.
        """
        spreads: dict[Index, Fraction | None] = {}
        tiny = exact_arb(self._format.smallest_normal)
        attempts = _CHOICE_ATTEMPTS if self._interpreter.chooses else _SPREAD_ATTEMPTS
        for factor, rounded in attempts:
            precision = self._format.precision * factor
            ratio = 2 ** (precision - self._format.precision)
            unit = arb(2) ** -precision if rounded else None
            lines = PointDerivatives(
                self._interpreter, point, self._order + 1, precision, False, tiny, unit, budget
            )
            for index in self._divisors:
                if index not in spreads:
                    with contextlib.suppress(Undecided):
                        radius = lines.radius(index)
                        spreads[index] = None if radius is None else radius * ratio
            if len(spreads) == len(self._divisors):
                break
        return {index: spreads.get(index) for index in self._indices}


def _slopes(index: Index, names: Sequence[str]) -> dict[str, Index]:
    """The derivatives of a derivative by these variables."""
    return {name: tuple(sorted((*index, name))) for name in names}


reference = functools.lru_cache(CACHED)(Reference)
"""A `Reference`, which is cached; its arguments must be tuples."""
