"""The certified value of a derivative, and what the verdict needs to know beside it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from tapecli.engines.certified.balls import Balls, Side, Undecided, Undefined, exact_arb
from tapecli.engines.certified.budget import Budget, OverBudget
from tapecli.engines.certified.effort import SLOW
from tapecli.engines.certified.interpreter import HUGE, Line, Program, fraction
from tapecli.engines.certified.lines import FIRST_BITS, Direction, Index, Lines, directions
from tapecli.engines.certified.records import Certified, NoDerivative
from tapecli.expressions.tree import Call, Node, steps, variables
from tapecli.floats import FloatFormat
from tapecli.result import OUT_OF_TIME

PRECISIONS = (FIRST_BITS, 512, 2560)
"""Working precisions in bits, tried in turn until the bound is small enough."""

FURTHER = (10_240, 40_960)
"""Those that follow where what looks like zero may be as small as other numbers that occur.
The last is left out for the functions that take seconds at it (`SLOW`)."""

SPARE_BITS = 12
"""How far below one ulp the certified bound must lie: 2**-12 of it."""

KEPT = 256
"""References, and constants, that are kept for what asks the same again."""

KEPT_POINTS = 64
"""Points at which each of them keeps what it has found."""

MOST_LINES = 300
"""Lines through a point beyond which a derivative's sensitivity is that to its own variables."""

_LARGE = arb(2) ** 4_000
"""Numbers from which on, or from their reciprocals, a constant is an extreme one."""

_SLOPE_BITS = 6
"""How well the next derivatives are known, which only scale the verdict."""

_SPREAD_ATTEMPTS = ((1, True), (2, True), (2, False))
"""Multiples of the dtype's precision at which the spread of a derivative is looked for, and
whether the point itself is taken for rounded: at a kink it must not be."""

Enclosures = dict[Index, "arb | NoDerivative"]


def constant_value(tree: Node) -> Fraction | None:
    """The value of a constant, its decimals exact; None if it has none.

    A value that is a short decimal or a simple fraction as far as can be told (150 digits) is
    taken for that, so that log2(8) is 3; any other is right to 60 digits or more.
    """
    try:
        value = _constant(tree)
    except (Undefined, Undecided):
        return None
    if value.contains(0) and value.rad() < exact_arb(Fraction(1, 2**256)):
        return Fraction(0)
    middle, radius = fraction(value.mid()), fraction(value.rad())
    if middle is None or radius is None or radius > Fraction(1, 2**256) * (1 + abs(middle)):
        return None
    simple = middle.limit_denominator(10**20)
    return simple if simple and abs(simple - middle) <= radius else middle


def is_extreme(tree: Node) -> bool:
    """Whether a constant is so large, or so near zero, that its digits cannot be had, or may be."""
    try:
        value = _constant(tree)
    except Undefined:
        return False
    except Undecided:
        return True
    if value.contains(0):
        return bool(0 < value.rad() < 1 / _LARGE)
    return not 1 / _LARGE < abs(value) < _LARGE


@functools.lru_cache(KEPT)
def _constant(tree: Node) -> arb:
    """An enclosure of a constant, its decimals exact."""
    return Program(tree, None).run(Line({}, {}), Balls(Side.POINT, 1), PRECISIONS[-1])[0]


@functools.lru_cache(KEPT)
def reference(
    tree: Node,
    format_: FloatFormat,
    derivatives: tuple[Index, ...],
    names: tuple[str, ...],
    divisors: tuple[int, ...],
) -> Reference:
    """Return a `Reference` of these, the same one each time."""
    return Reference(tree, format_, derivatives, names, divisors)


@dataclass(frozen=True)
class _Kept:
    """The derivatives at a point, and what the steps to them cost."""

    derivatives: list[Certified | NoDerivative]
    steps: Sequence[float]


class Reference:
    """The certified derivatives of an expression.

    They come from its Taylor series in ball arithmetic along lines through the point (see
    `balls` and `lines`), computed at a growing precision until they are known far below one
    ulp of the dtype.

    Args:
        tree: the expression.
        format_: the dtype: decimal literals mean its numbers.
        derivatives: the variables of each derivative that is wanted, in any sequence; () is the
            value.
        names: the variables of the points; those of the expression, if left out.
        divisors: what each derivative will be divided by; nothing, if they are left out. One
            that is too large for the dtype is known all the same if it will not be too large.

    Attributes:
        lines: how many lines through a point are looked at, at least.
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
        self.nodes = len(steps(tree))
        self._program = Program(tree, format_)
        slow = any(isinstance(node, Call) and node.name in SLOW for node in steps(tree))
        self._precisions = PRECISIONS + (FURTHER[:-1] if slow else FURTHER)
        self._kept: dict[tuple[tuple[str, float], ...], _Kept] = {}
        self._format = format_
        self._wanted = [tuple(sorted(derivative)) for derivative in derivatives]
        sizes = divisors or [1] * len(self._wanted)
        self._divisors = dict(zip(self._wanted, sizes, strict=True))
        self._order = max(map(len, self._wanted))
        self._variables = tuple(names) or variables(tree)
        self.lines = self._count(every=True)
        every = self.lines <= MOST_LINES
        if not every:
            self.lines = self._count(every=False)
        self._slopes = {index: self._next(index, every) for index in self._wanted}

    def _next(self, index: Index, every: bool) -> dict[str, Index]:
        """The derivatives of a derivative by every variable, or by its own alone."""
        names = self._variables if every else index
        return {name: tuple(sorted((*index, name))) for name in names}

    def _count(self, every: bool) -> int:
        """How many lines there are with those; with every variable, until they are too many."""
        lines: set[Direction] = set()
        for index in dict.fromkeys(self._wanted):
            for each in (index, *self._next(index, every).values()):
                lines.update(directions(each))
            if every and len(lines) > MOST_LINES:
                break
        return len(lines) or 1

    def at(
        self, point: Mapping[str, float], budget: Budget | None = None
    ) -> list[Certified | NoDerivative]:
        """The derivatives at this very point, as they were wanted.

        Where the budget does not suffice, there are none, for the reason `OUT_OF_TIME`. What was
        kept from an earlier call costs as much as it did then, so that each call of the same
        gives the same.
        """
        budget = budget or Budget()
        budget.begin_point()
        key = tuple(point.items())
        kept = self._kept.get(key)
        try:
            if kept is not None:
                for seconds in kept.steps:
                    budget.charge(seconds)
                return kept.derivatives
            derivatives = self._at(point, budget)
        except OverBudget:
            return [NoDerivative(OUT_OF_TIME)] * len(self._wanted)
        if len(self._kept) < KEPT_POINTS:
            self._kept[key] = _Kept(derivatives, budget.steps)
        return derivatives

    def _at(self, point: Mapping[str, float], budget: Budget) -> list[Certified | NoDerivative]:
        exact = {name: Fraction(value) for name, value in point.items()}
        balls = self._balls(exact, budget)
        if balls is None:
            reason = "too close to a singular point to be told from it"
            return [NoDerivative(reason)] * len(self._wanted)
        spreads = self._spreads(exact, budget)
        return [self._certified(index, balls, spreads[index], exact) for index in self._wanted]

    def _certified(
        self,
        index: Index,
        balls: Enclosures,
        spread: Fraction | None,
        point: Mapping[str, Fraction],
    ) -> Certified | NoDerivative:
        ball = balls[index]
        if isinstance(ball, NoDerivative):
            return ball
        if self._too_large(index, ball):
            huge = self._divisors[index] * Fraction(2) ** HUGE * (1 if ball > 0 else -1)
            return Certified(huge, Fraction(0), Fraction(0), None)
        value, radius = fraction(ball.mid()), fraction(ball.rad())
        if value is None or radius is None:
            return NoDerivative("too large to be certified")
        if radius > abs(value) * self._format.unit_roundoff:
            if radius > self._format.smallest:
                return NoDerivative("too large, or too close to a singular point, to be certified")
            if abs(value) <= radius:  # not to be told from zero
                value, radius = Fraction(0), abs(value) + radius
        return Certified(value, radius, self._sensitivity(index, balls, point), spread)

    def _sensitivity(
        self, index: Index, balls: Enclosures, point: Mapping[str, Fraction]
    ) -> Fraction:
        total = Fraction(0)
        for name, further in self._slopes[index].items():
            slope = balls[further]
            if not isinstance(slope, NoDerivative) and point[name]:
                total += abs(point[name] * (fraction(slope.mid()) or Fraction(0)))
        return total

    def _balls(self, point: Mapping[str, Fraction], budget: Budget) -> Enclosures | None:
        """Enclosures of the wanted derivatives and of those that they are sensitive by."""
        found: Enclosures | None = None
        for precision in self._precisions:
            with contextlib.suppress(Undecided):
                found = self._enclosed(point, precision, budget)
                if all(self._sharp(index, found, point) for index in self._wanted):
                    break
        return found

    def _enclosed(
        self, point: Mapping[str, Fraction], precision: int, budget: Budget
    ) -> Enclosures:
        presume = precision >= PRECISIONS[-1]
        lines = Lines(self._program, point, self._order + 2, precision, presume, budget=budget)
        found: Enclosures = {}
        for index in self._wanted:
            found[index] = lines.enclosed(index)
            if not isinstance(found[index], NoDerivative):
                for further in self._slopes[index].values():
                    if further not in found:
                        found[further] = lines.enclosed(further)
        return found

    def _sharp(self, index: Index, balls: Enclosures, point: Mapping[str, Fraction]) -> bool:
        """Whether the bound is far below one ulp, and every slope roughly known."""
        ball = balls[index]
        if isinstance(ball, NoDerivative):
            return True
        if not self._sharp_value(index, ball):
            return False
        for name, further in self._slopes[index].items():
            slope = balls[further]
            if not isinstance(slope, NoDerivative) and slope.rel_accuracy_bits() < _SLOPE_BITS:
                doubt = abs(exact_arb(point[name])) * slope.rad()
                if not (doubt <= abs(ball) * arb(2) ** -_SLOPE_BITS or doubt < self._negligible):
                    return False
        return True

    @property
    def _negligible(self) -> arb:
        """What is far below the smallest number of the dtype."""
        return exact_arb(self._format.smallest) * arb(2) ** -SPARE_BITS

    def _too_large(self, index: Index, ball: arb) -> bool:
        """Whether a derivative has no place in the dtype, once it is divided."""
        largest = exact_arb(self._format.largest * self._divisors[index])
        return bool(ball.is_finite() and ball.abs_lower() > largest)

    def _sharp_value(self, index: Index, ball: arb) -> bool:
        if not ball.is_finite():
            return False
        if abs(ball) < self._negligible:
            return True
        if self._too_large(index, ball):
            return True
        return ball.rel_accuracy_bits() >= self._format.precision + SPARE_BITS and (
            ball.is_exact() or not self._near_a_tie(ball)
        )

    def _near_a_tie(self, ball: arb) -> bool:
        """Whether the enclosure holds a number that is half way between two of the dtype."""
        value, radius = fraction(ball.mid()), fraction(ball.rad())
        assert value is not None
        assert radius is not None
        return self._format.round(value - radius) != self._format.round(value + radius)

    def _spreads(
        self, point: Mapping[str, Fraction], budget: Budget
    ) -> dict[Index, Fraction | None]:
        """The radii of the derivatives when they are computed at the dtype's own precision.

        Where nothing can be told at that precision, they are computed at a higher one and
        scaled by the precisions' ratio, for to first order the radii are proportional to it.
        """
        found: dict[Index, Fraction | None] = {}
        tiny = exact_arb(self._format.smallest_normal)
        for factor, rounded in _SPREAD_ATTEMPTS:
            precision = self._format.precision * factor
            unit = arb(2) ** -precision if rounded else None
            scale = 2 ** (precision - self._format.precision)
            lines = Lines(
                self._program, point, self._order + 1, precision, False, tiny, unit, budget
            )
            for index in self._wanted:
                if index not in found:
                    with contextlib.suppress(Undecided):
                        radius = lines.radius(index)
                        found[index] = None if radius is None else radius * scale
            if len(found) == len(set(self._wanted)):
                return found
        return {index: found.get(index) for index in self._wanted}
