"""The derivatives at one point, at one precision, from power series along lines through it.

A pure derivative is a Taylor coefficient along a coordinate axis. A mixed one is an exact
combination of the coefficients along a few lines (Griewank, Utke and Walther, Evaluating higher
derivative tensors by forward propagation of univariate Taylor series, Math. Comp. 69, 2000): by
the polarization identity, with multi-indices i and k and d = |i|,

    D^i f = sum over 0 < k <= i of (-1)**|i - k| * binomial(i, k) * c_d(k),

where c_d(k) is the coefficient of h**d of f(x + h*k). The identity holds where f has a Taylor
series in all variables together, that is, where no rule reports a kink.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

from flint import arb

from tapecli.engines.certified import NoDerivative
from tapecli.engines.certified.balls import Balls, Series, Side, exact_arb
from tapecli.engines.certified.budget import FIRST_BITS, Budget
from tapecli.engines.certified.interpreter import Interpreter, Trajectory, fraction, scale, working
from tapecli.engines.certified.series_tree import MOST_TERMS
from tapecli.engines.certified.singular import Flat, Kink, Undefined
from tapecli.expressions.tree import Node

Index: TypeAlias = tuple[str, ...]
"""The variables of a derivative in alphabetical order, each as often as it is differentiated by."""

Direction: TypeAlias = tuple[tuple[str, int], ...]
"""How many steps of each variable; one variable with one step is its axis."""

_DEGREE = 64
"""Orders of zeros that the first series on one side allows for."""

_MORE_TERMS = 4
"""How many times as many terms the next series on one side has, where the last shows nothing."""

_STEP_BITS = 4096
"""Bits by which the steps along a curve differ; the numbers of every dtype differ by fewer."""


@dataclass
class PointDerivatives:
    """The derivatives at one point, at one precision.

    Attributes:
        interpreter: the expression.
        point: the point, a number for each variable.
        terms: how many coefficients are carried: one more than the highest order.
        precision: the working precision in bits.
        assume_zero: take a small ball around zero for zero.
        tiny, unit: those of a dtype, if the tapes in it must be enclosed as well.
        budget: what everything after the first look may cost; None for any amount.
    """

    interpreter: Interpreter
    point: Mapping[str, Fraction]
    terms: int
    precision: int
    assume_zero: bool = False
    tiny: arb | None = None
    unit: arb | None = None
    budget: Budget | None = None
    _series: dict[Direction, Series | Kink | Undefined] = field(default_factory=dict)
    _constants: dict[tuple[int, bool], dict[Node, Series]] = field(default_factory=dict)
    _axes: dict[Direction, list[arb | NoDerivative]] = field(default_factory=dict)

    def enclosed(self, index: Index) -> arb | NoDerivative:
        """An enclosure of the derivative, or why there is none.

        Raises:
            Undecided: that cannot be determined at this precision.
            OverBudget: it would take too long.
        """
        if len(set(index)) > 1:
            return self._mixed(index)
        axis = self._axis(index)
        if axis not in self._axes:
            self._axes[axis] = self._along_axis(axis)
        return self._axes[axis][len(index)]

    def value(self) -> arb | NoDerivative:
        """The value at the point alone, whatever is next to it."""
        at_point = Balls(Side.POINT, 1, self.assume_zero)
        try:
            return self._run(Trajectory(self.point, {}), at_point)[0]
        except Undefined as undefined:
            return NoDerivative(str(undefined))

    def _axis(self, index: Index) -> Direction:
        """The axis of a pure derivative; any axis for the value."""
        return ((next(iter(index), next(iter(self.point), "")), 1),)

    # --- pure derivatives ---------------------------------------------------------------------

    def _along_axis(self, axis: Direction) -> list[arb | NoDerivative]:
        try:
            series = self._both(axis)
        except Kink:
            return self._from_both_sides(self._line(axis))
        except Undefined as undefined:
            return [NoDerivative(str(undefined))] * self.terms
        with working(self.precision, self.terms):
            return [series[k] * math.factorial(k) for k in range(self.terms)]

    def _from_both_sides(self, line: Trajectory) -> list[arb | NoDerivative]:
        """The derivatives where the two sides may differ: those exist that both sides agree on."""
        at_point = Balls(Side.POINT, 1, self.assume_zero)
        derivatives: list[arb] = []
        try:
            derivatives.append(self._run(line, at_point)[0])
            sides = [self._side_of(line, side) for side in (Side.RIGHT, Side.LEFT)]
            with working(self.precision, MOST_TERMS):
                self._extend(derivatives, sides, at_point, self._place(line))
        except Undefined as undefined:
            missing = self.terms - len(derivatives)
            return [*derivatives, *[NoDerivative(str(undefined))] * missing]
        return [*derivatives]

    def _side_of(self, line: Trajectory, side: Side) -> Series:
        """The series on one side of a point that has a value.

        Raises:
            Undefined: there is none. If another branch has given the value, a pole inside does not
                show that there is no derivative, as in where(x == 0, 0, x**2*sin(1/x)).
        """
        try:
            return self._one_sided(line, side)
        except Undefined as undefined:
            reason = str(undefined)
            if not self.interpreter.optional or reason.startswith(_CERTAIN):
                raise
            problem = f"not certified, because a branch has no series at {self._place(line)}"
            raise Undefined(f"{problem}: {reason}") from None

    def _place(self, line: Trajectory) -> str:
        """The point along an axis, as x = 0."""
        (name,) = line.slopes
        return f"{name} = {_numbers(exact_arb(self.point[name]))[0]}"

    def _extend(
        self, derivatives: list[arb], sides: list[Series], at_point: Balls, place: str
    ) -> None:
        """Append to the value the derivatives on which both sides agree.

        Raises:
            Undefined: the next one does not exist.
        """
        fold, (right, left) = self.interpreter.reach.fold, sides
        if not all(at_point.vanishes(derivatives[0] - side[0]) for side in sides):
            raise Undefined(_jump(left[0], derivatives[0], right[0], place))
        for k in range(1, self.terms):
            between = range((k - 1) * fold + 1, k * fold)
            if k * fold >= min(right.prec, left.prec) or not all(
                at_point.vanishes(side[index]) for side in sides for index in between
            ):
                raise Undefined("an infinite slope")
            if not at_point.vanishes(right[k * fold] - left[k * fold] * (-1) ** k):
                slopes = [side[k * fold] * math.factorial(k) for side in (left, right)]
                raise Undefined(self._kink(slopes[0] * (-1) ** k, slopes[1], k, place))
            derivatives.append(right[k * fold] * math.factorial(k))

    def _kink(self, left: arb, right: arb, order: int, place: str) -> str:
        """What is said of two sides that have other derivatives of an order."""
        if not self.interpreter.optional:
            return "a kink"
        both = " and ".join(_numbers(left, right))
        with_both = f"slopes {both}" if order == 1 else f"derivatives {both} of order {order}"
        return f"the branches meet at {place} with {with_both}"

    def _one_sided(self, line: Trajectory, side: Side) -> Series:
        """The series on one side, with enough terms to show whatever is not zero."""
        reach = self.interpreter.reach
        terms = replace(reach, degree=min(reach.degree, _DEGREE)).terms(self.terms)
        while True:
            balls = Balls(side, terms, self.assume_zero, reach.fold, self.tiny, self.unit)
            try:
                return self._run(line, balls)
            except Flat:
                if terms >= MOST_TERMS:
                    raise
                terms = min(_MORE_TERMS * terms, MOST_TERMS)

    # --- mixed derivatives --------------------------------------------------------------------

    def _mixed(self, index: Index) -> arb | NoDerivative:
        try:
            return self._polarized(index)
        except Undefined as undefined:
            return NoDerivative(str(undefined))
        except Kink:
            pass
        for name, order in Counter(index).items():
            for k in range(1, order + 1):
                pure = self.enclosed((name,) * k)
                if isinstance(pure, NoDerivative):
                    return pure
        return NoDerivative("a kink inside, where mixed derivatives are not certified")

    def _polarized(self, index: Index) -> arb:
        if self.interpreter.is_separate(index):
            for name in dict.fromkeys(index):
                self._both(((name, 1),))  # it raises what there is to raise
            return arb(0)
        with working(self.precision, self.terms):
            total, order = arb(0), len(index)
            for direction, weight in directions(index).items():
                coefficient = weight * self._both(direction)[order]
                if len(direction) == 1:  # an axis, whose steps are not scaled
                    coefficient *= exact_arb(self._scale(direction[0][0]) ** order)
                total += coefficient
            for name in index:
                total /= exact_arb(self._scale(name))
            return total

    # --- what the tapes may compute -----------------------------------------------------------

    def radius(self, index: Index) -> Fraction | None:
        """The radius of the enclosure; None if it has no bound.

        Raises:
            Undecided: that cannot be determined at this precision.
            OverBudget: it would take too long.
        """
        try:
            return self._mixed_radius(index) if len(set(index)) > 1 else self._pure_radius(index)
        except (Kink, Undefined):
            return None

    def _pure_radius(self, index: Index) -> Fraction | None:
        axis, order, fold = self._axis(index), len(index), 1
        try:
            sides = [self._both(axis)]
        except Kink:
            line, fold = self._line(axis), self.interpreter.reach.fold
            sides = [self._one_sided(line, side) for side in (Side.RIGHT, Side.LEFT)]
        radii = [fraction(side[order * fold].rad()) for side in sides if order * fold < side.prec]
        bounded = [radius for radius in radii if radius is not None]
        return max(bounded) * math.factorial(order) if len(bounded) == len(sides) else None

    def _mixed_radius(self, index: Index) -> Fraction | None:
        """The radius from one curve, unless underflow makes the radius from lines larger.

        Lines bring in the pure derivatives, which may be far larger than the mixed one; a curve
        does not, but its steps are too small to take account of a dtype's underflow.
        """
        radius = self._polarized(index).rad()
        if self.interpreter.is_separate(index):
            return fraction(radius)
        curve = self._curve_radius(index)
        if radius <= 2 * curve:
            return fraction(radius)
        without_underflow = replace(self, tiny=None, _series={}, _axes={})
        lines = without_underflow._polarized(index).rad()
        return fraction(curve if radius <= 2 * lines else radius)

    def _curve_radius(self, index: Index) -> arb:
        """The radius along a curve."""
        curve = curve_of(index)
        balls = Balls(Side.BOTH, curve.terms, self.assume_zero, 1, None, self.unit)
        trajectory = Trajectory(self.point, curve.slopes, curve.powers)
        return curve.radius(self._run(trajectory, balls))

    # --- lines --------------------------------------------------------------------------------

    def _both(self, direction: Direction) -> Series:
        """The series along a line, valid on both sides."""
        if direction not in self._series:
            balls = Balls(Side.BOTH, self.terms, self.assume_zero, 1, self.tiny, self.unit)
            try:
                self._series[direction] = self._run(self._line(direction), balls)
            except (Kink, Undefined) as error:
                self._series[direction] = error
        series = self._series[direction]
        if isinstance(series, Exception):
            raise series
        return series

    def _run(self, line: Trajectory, balls: Balls) -> Series:
        """The series along a line; all but those of a first look are charged to the budget."""
        one_sided = balls.side in (Side.RIGHT, Side.LEFT)
        budget = self.budget if one_sided or self.precision > FIRST_BITS else None
        constants = self._constants.setdefault((balls.terms, balls.tiny is None), {})
        return self.interpreter.run(line, balls, self.precision, budget, constants)

    def _line(self, direction: Direction) -> Trajectory:
        """An axis; or, in several variables, a line with steps of the size of each variable.

        With such steps the terms that cancel in the identity are no larger than they must be.
        """
        if len(direction) == 1:
            return Trajectory(self.point, {direction[0][0]: Fraction(1)})
        slopes = {name: times * self._scale(name) for name, times in direction}
        return Trajectory(self.point, slopes)

    def _scale(self, name: str) -> Fraction:
        return scale(self.point.get(name, Fraction(0)))


_CERTAIN = ("an infinite slope", "the edge of the domain", "too flat")
"""The beginnings of reasons that hold whatever an expression does with the branch."""


def _jump(left: arb, value: arb, right: arb, place: str) -> str:
    """What is said of a jump."""
    below, at, above = _numbers(left, value, right)
    if below != above:
        return f"the value jumps from {below} to {above} at {place}"
    if at != above:
        return f"the value at {place} is {at}, and {above} on both sides"
    return f"the value jumps at {place}"


def _numbers(*balls: arb) -> list[str]:
    """Numbers in six digits, or in all if they are the same in six."""
    numbers = [float(ball.mid()) + 0.0 for ball in balls]
    short = [f"{number:.6g}" for number in numbers]
    is_enough = len(set(short)) == len(set(numbers))
    return short if is_enough else [repr(number).removesuffix(".0") for number in numbers]


@dataclass(frozen=True)
class Curve:
    """A curve that has a mixed derivative in one coefficient.

    The powers of h of the variables are the places of a mixed radix. So the coefficient contains,
    besides the mixed derivative, only derivatives of a higher order by a variable that comes
    earlier, and the steps of that are so small that nothing is left of them.

    Attributes:
        terms: the number of coefficients, of which the last is meant.
        powers, slopes: those of each variable, as in `Trajectory`.
        factor: the derivative over the coefficient.
    """

    terms: int
    powers: dict[str, int]
    slopes: dict[str, Fraction]
    factor: arb

    def radius(self, series: Series) -> arb:
        """The radius of the derivative, from the series along the curve."""
        return (series[self.terms - 1].rad() * self.factor).upper()


@functools.lru_cache(maxsize=1024)
def curve_of(index: Index) -> Curve:
    """The curve of a mixed derivative."""
    times = Counter(index)
    powers: dict[str, int] = {}
    terms = 1
    for name, count in times.items():
        powers[name] = terms
        terms *= count + 1
    exponents: dict[str, int] = {}
    sum_of_exponents = 0
    for name, count in reversed(times.items()):
        exponents[name] = sum_of_exponents + 1 if name != index[-1] else 0
        sum_of_exponents += count * exponents[name]
    slopes = {name: Fraction(1, 2 ** (_STEP_BITS * n)) for name, n in exponents.items()}
    factor = math.prod(map(math.factorial, times.values())) * 2 ** (_STEP_BITS * sum_of_exponents)
    return Curve(terms, powers, slopes, arb(factor))


@functools.lru_cache(maxsize=1024)
def directions(index: Index) -> dict[Direction, int]:
    """The lines that a mixed derivative is computed from, with the weights of their coefficients.

    One line stands for all of its multiples, whose coefficients are powers of the multiple.
    """
    times = Counter(index)
    if len(times) == 1:  # the sum below is n! then, in as many terms
        return {((index[0], 1),): math.factorial(len(index))}
    weights: dict[Direction, int] = {}
    every_step = itertools.product(*(range(count + 1) for count in times.values()))
    for steps in itertools.islice(every_step, 1, None):  # the first one stays at the point
        common = math.gcd(*steps)
        sign = (-1) ** (len(index) - sum(steps))
        binomial = math.prod(map(math.comb, times.values(), steps))
        line = tuple(
            (name, step // common) for name, step in zip(times, steps, strict=True) if step
        )
        weights[line] = weights.get(line, 0) + sign * binomial * common ** len(index)
    return {line: weight for line, weight in weights.items() if weight}
