"""Derivatives at a point from power series along lines through it, at one precision.

A pure derivative is a coefficient along a coordinate axis. A mixed one is a combination of the
coefficients along a few lines, which is exact (Griewank, Utke and Walther, Evaluating higher
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

from tapecli.engines.certified.balls import Balls, Flat, Kink, Series, Side, Undefined, exact_arb
from tapecli.engines.certified.budget import Budget
from tapecli.engines.certified.interpreter import Line, Overflow, Program, fraction, scale, working
from tapecli.engines.certified.puiseux import MOST_TERMS
from tapecli.engines.certified.records import NoDerivative

Index: TypeAlias = tuple[str, ...]
"""By which variables, each as often as it is differentiated by, in alphabetical order."""

Direction: TypeAlias = tuple[tuple[str, int], ...]
"""How many steps of each variable; one variable with one step is its axis."""

FIRST_BITS = 128
"""The precision of the first look at a point, which is charged to no budget."""

_DEGREE = 64
"""Orders of zeros that are reckoned with on one side, before those are seen to be too few."""

_MORE = 4
"""How many times as many terms are carried on one side if those show nothing."""

_VANISHING = 4096
"""Bits by which steps along a curve differ; the numbers of every dtype differ by fewer."""


@dataclass
class Lines:
    """The derivatives at one point, at one precision.

    Attributes:
        program: the expression.
        point: the point, a number for each variable.
        terms: how many coefficients are carried: one more than the highest order.
        precision: the working precision in bits.
        presume: take a small ball around zero for zero.
        tiny, unit: of a dtype, if the series shall enclose what the tapes may get in it.
        budget: what further looks may cost; None for any amount.
    """

    program: Program
    point: Mapping[str, Fraction]
    terms: int
    precision: int
    presume: bool = False
    tiny: arb | None = None
    unit: arb | None = None
    budget: Budget | None = None
    _series: dict[Direction, Series | Kink | Undefined | Overflow] = field(default_factory=dict)
    _constants: dict[tuple[int, bool], dict[int, Series]] = field(default_factory=dict)
    _axes: dict[str, list[arb | NoDerivative]] = field(default_factory=dict)

    def enclosed(self, index: Index) -> arb | NoDerivative:
        """An enclosure of the derivative, or why there is none.

        Raises:
            Undecided: that cannot be told at this precision.
            OverBudget: it would take too long.
        """
        names = set(index)
        if len(names) > 1:
            return self._mixed(index)
        name = next(iter(names), next(iter(self.point), ""))
        if name not in self._axes:
            try:
                self._axes[name] = self._along_axis(name)
            except Undefined as undefined:
                self._axes[name] = [NoDerivative(str(undefined))] * self.terms
        return self._axes[name][len(index)]

    # --- pure derivatives ---------------------------------------------------------------------

    def _along_axis(self, name: str) -> list[arb | NoDerivative]:
        try:
            series = self._both(((name, 1),))
        except Kink:
            return self._from_both_sides(self._line(((name, 1),)))
        with working(self.precision, self.terms):
            return [series[k] * math.factorial(k) for k in range(self.terms)]

    def _from_both_sides(self, line: Line) -> list[arb | NoDerivative]:
        """Where the two sides may differ: the derivatives that they agree on exist."""
        at = Balls(Side.POINT, 1, self.presume)
        value = self._run(line, at)[0]
        try:
            sides = [self._one_sided(line, side) for side in (Side.RIGHT, Side.LEFT)]
        except Undefined as undefined:
            return self._ended([value], str(undefined))
        with working(self.precision, MOST_TERMS):
            if not all(at.vanishes(value - side[0]) for side in sides):
                return self._ended([value], "a jump")
            return self._agreed(value, sides, at)

    def _one_sided(self, line: Line, side: Side) -> Series:
        """The series on one side, of so many terms that they show what is not zero."""
        reach = self.program.reach
        terms = replace(reach, degree=min(reach.degree, _DEGREE)).terms(self.terms)
        while True:
            balls = Balls(side, terms, self.presume, reach.fold, self.tiny, self.unit)
            try:
                return self._run(line, balls)
            except Flat:
                if terms >= MOST_TERMS:
                    raise
                terms = min(_MORE * terms, MOST_TERMS)

    def _agreed(self, value: arb, sides: list[Series], at: Balls) -> list[arb | NoDerivative]:
        """The derivatives that both sides have, and have alike."""
        fold, (right, left) = self.program.reach.fold, sides
        found: list[arb | NoDerivative] = [value]
        for k in range(1, self.terms):
            between = range((k - 1) * fold + 1, k * fold)
            if k * fold >= min(right.prec, left.prec) or not all(
                at.vanishes(side[index]) for side in sides for index in between
            ):
                return self._ended(found, "an infinite slope")
            if not at.vanishes(right[k * fold] - left[k * fold] * (-1) ** k):
                return self._ended(found, "a kink")
            found.append(right[k * fold] * math.factorial(k))
        return found

    def _ended(self, found: list[arb | NoDerivative], reason: str) -> list[arb | NoDerivative]:
        missing = self.terms - len(found)
        return [*found, *[NoDerivative(reason)] * missing]

    # --- mixed derivatives --------------------------------------------------------------------

    def _mixed(self, index: Index) -> arb | NoDerivative:
        try:
            return self._polarized(index)
        except Undefined as undefined:
            return NoDerivative(str(undefined))
        except Kink:
            return self._at_a_kink(index)

    def _polarized(self, index: Index) -> arb:
        if self._separate(index):
            for name in set(index):
                self._both(((name, 1),))  # raises what there is to raise
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

    def _separate(self, index: Index) -> bool:
        """Whether two of the variables never meet, so that the derivative is zero."""
        pairs = itertools.combinations(sorted(set(index)), 2)
        return any(pair not in self.program.interacting for pair in pairs)

    def _at_a_kink(self, index: Index) -> NoDerivative:
        for name, order in Counter(index).items():
            for k in range(1, order + 1):
                along = self.enclosed((name,) * k)
                if isinstance(along, NoDerivative):
                    return along
        return NoDerivative("a kink inside, where mixed derivatives are not certified")

    # --- what the tapes may get ---------------------------------------------------------------

    def radius(self, index: Index) -> Fraction | None:
        """The radius of the enclosure; None if it has no bound.

        Raises:
            Undecided: that cannot be told at this precision.
            OverBudget: it would take too long.
        """
        try:
            return self._radius(index)
        except (Kink, Undefined, Overflow):
            return None

    def _radius(self, index: Index) -> Fraction | None:
        if len(set(index)) > 1:
            return self._mixed_radius(index)
        name = next(iter(index), next(iter(self.point), ""))
        order = len(index)
        try:
            return self._of_coefficient(self._both(((name, 1),)), order, 1)
        except Kink:
            fold, line = self.program.reach.fold, self._line(((name, 1),))
            radii = [
                self._of_coefficient(self._one_sided(line, side), order, fold)
                for side in (Side.RIGHT, Side.LEFT)
            ]
            return None if None in radii else max(radius for radius in radii if radius is not None)

    def _mixed_radius(self, index: Index) -> Fraction | None:
        """The radius from one curve, unless underflow makes that from lines larger.

        Lines bring in the pure derivatives, which may be far larger than the mixed one; the
        curve does not, but its steps are too small for a dtype's underflow to be looked at.
        """
        radius = self._polarized(index).rad()
        if self._separate(index):
            return fraction(radius)
        curve = self._on_a_curve(index)
        if radius <= 2 * curve:
            return fraction(radius)
        calm = replace(self, tiny=None, _series={}, _axes={})
        return fraction(curve if radius <= 2 * calm._polarized(index).rad() else radius)

    def _on_a_curve(self, index: Index) -> arb:
        """The radius along a curve that has the mixed derivative in one coefficient.

        With powers of h of the variables as in a mixed radix, the coefficient of the wanted
        powers has but such other derivatives as are of a higher order by a variable that comes
        earlier: their steps are so small that nothing is left of them.
        """
        times = Counter(index)
        powers: dict[str, int] = {}
        power, small, exponents = 1, 1, {}
        for name, count in times.items():
            powers[name] = power
            power *= count + 1
        for name, count in reversed(times.items()):
            exponents[name] = small if name != index[-1] else 0
            small += count * exponents[name]
        terms = sum(powers[name] for name in index) + 1
        slopes = {
            name: Fraction(1, 2 ** (_VANISHING * exponent)) for name, exponent in exponents.items()
        }
        balls = Balls(Side.BOTH, terms, self.presume, 1, None, self.unit)
        series = self._run(Line(self.point, slopes, powers), balls)
        radius = series[terms - 1].rad() * math.prod(map(math.factorial, times.values()))
        radius *= arb(2) ** (_VANISHING * sum(exponents[name] for name in index))
        return radius.upper()  # exact: the factorials may have been rounded

    def _of_coefficient(self, series: Series, order: int, fold: int) -> Fraction | None:
        radius = fraction(series[order * fold].rad())
        ended = order * fold >= series.prec
        return None if radius is None or ended else radius * math.factorial(order)

    # --- lines --------------------------------------------------------------------------------

    def _both(self, direction: Direction) -> Series:
        """The series along a line, looked at from both sides."""
        if direction not in self._series:
            balls = Balls(Side.BOTH, self.terms, self.presume, 1, self.tiny, self.unit)
            try:
                found = self._run(self._line(direction), balls)
                self._series[direction] = found
            except (Kink, Undefined, Overflow) as ending:
                self._series[direction] = ending
        series = self._series[direction]
        if isinstance(series, Exception):
            raise series
        return series

    def _run(self, line: Line, balls: Balls) -> Series:
        """The series along a line; all but those of a first look are charged to the budget."""
        one_sided = balls.side in (Side.RIGHT, Side.LEFT)
        charged = one_sided or self.precision > FIRST_BITS
        constants = self._constants.setdefault((balls.terms, balls.tiny is None), {})
        budget = self.budget if charged else None
        return self.program.run(line, balls, self.precision, budget, constants)

    def _line(self, direction: Direction) -> Line:
        """An axis; or, in several variables, a line with steps of the size of each variable.

        So the terms that the identity takes away again are no larger than they must be.
        """
        if len(direction) == 1:
            return Line(self.point, {direction[0][0]: Fraction(1)})
        return Line(self.point, {name: times * self._scale(name) for name, times in direction})

    def _scale(self, name: str) -> Fraction:
        return scale(self.point.get(name, Fraction(0)))


@functools.lru_cache(maxsize=1024)
def directions(index: Index) -> dict[Direction, int]:
    """The lines that a mixed derivative is made of, with the weights of their coefficients.

    A line is taken once for all of its multiples, whose coefficients are powers of the multiple.
    """
    times = Counter(index)
    if len(times) == 1:  # the sum below is n! then, in as many terms
        return {((index[0], 1),): math.factorial(len(index))}
    weights: dict[Direction, int] = {}
    for steps in itertools.product(*(range(count + 1) for count in times.values())):
        common = math.gcd(*steps)
        if common == 0:
            continue
        sign = (-1) ** (len(index) - sum(steps))
        chosen = math.prod(map(math.comb, times.values(), steps))
        line = tuple(
            (name, step // common) for name, step in zip(times, steps, strict=True) if step
        )
        weights[line] = weights.get(line, 0) + sign * chosen * common ** len(index)
    return {line: weight for line, weight in weights.items() if weight}
