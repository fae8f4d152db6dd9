"""The certified value of a derivative, and what the verdict needs to know beside it."""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
from collections.abc import Callable, Iterator
from fractions import Fraction

from flint import arb, ctx, fmpq

from tapecli.analytic.balls import (
    Balls,
    Kink,
    Series,
    Side,
    Undecided,
    Undefined,
    perturbed,
    widened,
)
from tapecli.floats import FORMATS, FloatFormat
from tapecli.functions import CONSTANTS, Rule, row
from tapecli.tree import Alias, Call, Named, Node, Number, Variable, rational, steps
from tapecli.verdict import Certified, NoDerivative

PRECISIONS = (128, 512, 2560)
"""Working precisions in bits, tried in turn until the bound is small enough."""

SPARE_BITS = 12
"""How far below one ulp the certified bound must lie: 2**-12 of it."""

_SLOPE_BITS = 6
"""How well the next derivative is known, which only scales the verdict."""

_SIDE_TERMS = 24
"""Coefficients carried beyond the wanted ones where a series is divided by powers of h."""

_SPREAD_FACTORS = (1, 2, 8)
"""Multiples of the dtype's precision at which the spread of a derivative is looked for."""

_HUGE = 2**12
"""Binary exponents beyond this are overflow and underflow, whatever the dtype."""


def constant_value(tree: Node) -> Fraction | None:
    """The value of a constant to more than 60 digits; None if it has none."""
    program = _Program(tree, FORMATS["float64"])
    try:
        series = program.run(Fraction(0), Balls(Side.POINT, 1), PRECISIONS[1])
    except (Undefined, Undecided):
        return None
    value = series[0]
    if value.contains(0) and value.rad() < arb(2) ** -256:
        return Fraction(0)
    return _fraction(value.mid()) if value.rel_accuracy_bits() > 200 else None


class Overflow(Exception):
    """A value inside the expression is too large for the dtype."""


class Reference:
    """The certified derivatives of an expression in one variable.

    They are the coefficients of its Taylor series in ball arithmetic (see `balls`), computed
    at a growing precision until they are known far below one ulp of the dtype.

    Args:
        tree: the expression.
        format_: the dtype: decimal literals mean its numbers.
        order: the highest order wanted, from 0.
    """

    def __init__(self, tree: Node, format_: FloatFormat, order: int) -> None:
        self._program = _Program(tree, format_)
        self._format = format_
        self._order = order

    def at(self, point: float) -> list[Certified | NoDerivative]:
        """The value and the derivatives of orders 1 to `order` at this very point."""
        exact = Fraction(point)
        try:
            balls = self._balls(exact)
        except Undefined as undefined:
            return [NoDerivative(str(undefined))] * (self._order + 1)
        spreads = self._spreads(exact)
        return [
            self._certified(ball, balls[order + 1], spreads[order])
            for order, ball in enumerate(balls[: self._order + 1])
        ]

    def _certified(
        self, ball: arb | NoDerivative, slope: arb | NoDerivative, spread: Fraction | None
    ) -> Certified | NoDerivative:
        if isinstance(ball, NoDerivative):
            return ball
        if ball.is_finite() and ball.abs_lower() > _arb(self._format.largest):
            huge = Fraction(2) ** _HUGE * (1 if ball > 0 else -1)
            return Certified(huge, Fraction(0), Fraction(0), None)
        value, radius = _fraction(ball.mid()), _fraction(ball.rad())
        if value is None or radius is None:
            return NoDerivative("too large to be certified")
        if radius > abs(value) * self._format.unit_roundoff:
            if radius > self._format.smallest:
                return NoDerivative("too large, or too close to a singular point, to be certified")
            if abs(value) <= radius:  # not to be told from zero
                value = Fraction(0)
        steep = None if isinstance(slope, NoDerivative) else _fraction(slope.mid())
        return Certified(value, radius, abs(steep or Fraction(0)), spread)

    def _balls(self, point: Fraction) -> list[arb | NoDerivative]:
        """Enclosures of the derivatives of orders 0 to order + 1."""
        balls: list[arb | NoDerivative] | None = None
        for precision in PRECISIONS:
            with contextlib.suppress(Undecided):
                balls = self._enclosed(point, precision)
                if self._sharp(balls, point):
                    break
        if balls is None:
            raise Undefined("too close to a singular point to be told from it")
        return balls

    def _sharp(self, balls: list[arb | NoDerivative], point: Fraction) -> bool:
        """Whether every bound is far below one ulp, and every slope roughly known."""
        for ball, slope in itertools.pairwise(balls):
            if isinstance(ball, NoDerivative):
                return True
            if not self._sharp_value(ball):
                return False
            if not isinstance(slope, NoDerivative) and slope.rel_accuracy_bits() < _SLOPE_BITS:
                if not abs(_arb(point)) * slope.rad() <= abs(ball) * arb(2) ** -_SLOPE_BITS:
                    return False
        return True

    def _sharp_value(self, ball: arb) -> bool:
        if not ball.is_finite():
            return False
        if abs(ball) < _arb(self._format.smallest) * arb(2) ** -SPARE_BITS:
            return True
        if ball.abs_lower() > _arb(self._format.largest):
            return True
        return ball.rel_accuracy_bits() >= self._format.precision + SPARE_BITS and (
            ball.is_exact() or not self._near_a_tie(ball)
        )

    def _near_a_tie(self, ball: arb) -> bool:
        """Whether the enclosure holds a number that is half way between two of the dtype."""
        value, radius = _fraction(ball.mid()), _fraction(ball.rad())
        assert value is not None
        assert radius is not None
        return self._format.round(value - radius) != self._format.round(value + radius)

    def _enclosed(self, point: Fraction, precision: int) -> list[arb | NoDerivative]:
        terms = self._order + 2
        presume = precision == PRECISIONS[-1]
        try:
            series = self._program.run(point, Balls(Side.BOTH, terms, presume), precision)
        except Kink:
            return self._from_both_sides(point, precision)
        with _working(precision, terms):
            return [series[k] * math.factorial(k) for k in range(terms)]

    def _from_both_sides(self, point: Fraction, precision: int) -> list[arb | NoDerivative]:
        """Where the two sides may differ: the derivatives that they agree on exist."""
        terms = self._order + 2 + _SIDE_TERMS
        presume = precision == PRECISIONS[-1]
        at = Balls(Side.POINT, 1, presume)
        value = self._program.run(point, at, precision)[0]
        try:
            right, left = (
                self._program.run(point, Balls(side, terms, presume), precision)
                for side in (Side.RIGHT, Side.LEFT)
            )
        except Undefined as undefined:
            return self._ended([value], str(undefined))
        with _working(precision, terms):
            if not (at.vanishes(value - right[0]) and at.vanishes(value - left[0])):
                return self._ended([value], "a jump")
            found: list[arb | NoDerivative] = [value]
            for k in range(1, self._order + 2):
                if k >= min(right.prec, left.prec):
                    return self._ended(found, "an infinite slope")
                mirrored = left[k] * (-1) ** k
                if not at.vanishes(right[k] - mirrored):
                    return self._ended(found, "a kink")
                found.append(right[k] * math.factorial(k))
            return found

    def _ended(self, found: list[arb | NoDerivative], reason: str) -> list[arb | NoDerivative]:
        missing = self._order + 2 - len(found)
        return [*found, *[NoDerivative(reason)] * missing]

    def _spreads(self, point: Fraction) -> list[Fraction | None]:
        """The radii of the derivatives when they are computed at the dtype's own precision.

        Where nothing can be told at that precision, they are computed at a higher one and
        scaled by the precisions' ratio, for to first order the radii are proportional to it.
        """
        for precision in (self._format.precision * factor for factor in _SPREAD_FACTORS):
            with contextlib.suppress(Undecided):
                radii = self._radii(point, precision)
                scale = 2 ** (precision - self._format.precision)
                return [None if radius is None else radius * scale for radius in radii]
        return [None] * (self._order + 1)

    def _radii(self, point: Fraction, precision: int) -> list[Fraction | None]:
        """The radii at one precision: on both sides, the larger, where the sides differ."""
        for sides in ((Side.BOTH,), (Side.RIGHT, Side.LEFT)):
            try:
                return [max(radii, key=_or_inf) for radii in zip(
                    *(self._radii_from(point, precision, side) for side in sides), strict=True
                )]  # fmt: skip
            except Kink:
                continue
            except (Undefined, Overflow):
                break
        return [None] * (self._order + 1)

    def _radii_from(self, point: Fraction, precision: int, side: Side) -> list[Fraction | None]:
        terms = self._order + 1 + (0 if side is Side.BOTH else _SIDE_TERMS)
        tiny, unit = _arb(self._format.smallest_normal), arb(2) ** -precision
        balls = Balls(side, terms, tiny=tiny, unit=unit)
        series = self._program.run(point, balls, precision)
        radii = [_fraction(series[k].rad()) for k in range(self._order + 1)]
        return [
            None if radius is None or k >= series.prec else radius * math.factorial(k)
            for k, radius in enumerate(radii)
        ]


def _or_inf(radius: Fraction | None) -> Fraction | float:
    return math.inf if radius is None else radius


class _Program:
    """A tree made ready to be computed in ball arithmetic, many times over."""

    def __init__(self, tree: Node, format_: FloatFormat) -> None:
        self._nodes = steps(tree)
        self._places = {node: place for place, node in enumerate(self._nodes)}
        self._format = format_

    def run(self, point: Fraction, balls: Balls, precision: int) -> Series:
        """The series at a point.

        Raises:
            Undefined, Kink, Undecided: as the rules of `balls`.
            Overflow: a value is too large for the dtype, if the tapes are to be enclosed, too.
        """
        with _working(precision, balls.terms):
            values: list[Series] = []
            for node in self._nodes:
                value = self._value(node, values, balls, point)
                values.append(value if balls.tiny is None else self._rounded(node, value, balls))
            return values[-1]

    def _rounded(self, node: Node, value: Series, balls: Balls) -> Series:
        """What the tapes may have instead of this value."""
        assert balls.unit is not None
        assert balls.tiny is not None
        if abs(value[0]) > _arb(self._format.largest):
            raise Overflow
        return widened(value if node.children else perturbed(value, balls.unit), balls.tiny)

    def _value(self, node: Node, values: list[Series], balls: Balls, point: Fraction) -> Series:
        if isinstance(node, Variable):
            return balls.variable(point)
        if isinstance(node, Number):
            return balls.number(self._literal(node))
        if isinstance(node, Named):
            return _rule(balls, CONSTANTS[node.name].ball)()
        arguments = [values[self._places[child]] for child in node.children]
        if isinstance(node, Alias):
            return arguments[0]
        assert isinstance(node, Call)
        if node.name == "pow":
            base, exponent = arguments
            return balls.power(base, exponent, rational(node.arguments[1]))
        return _rule(balls, row(node.name).ball)(*arguments)

    def _literal(self, node: Number) -> Fraction:
        """The value of a literal: a decimal means the number of the dtype that is nearest."""
        value = self._format.round(node.value) if node.decimal else node.value
        return Fraction(value) if value not in (math.inf, -math.inf) else node.value


def _rule(balls: Balls, rule: Rule) -> Callable[..., Series]:
    """The rule of a row as a function of its arguments."""
    if isinstance(rule, str):
        method: Callable[..., Series] = getattr(balls, rule)
        return method
    return functools.partial(rule, balls)


@contextlib.contextmanager
def _working(precision: int, terms: int) -> Iterator[None]:
    """Set python-flint's precision and length of series, which are global, and restore them."""
    before = ctx.prec, ctx.cap
    ctx.prec, ctx.cap = precision, terms
    try:
        yield
    finally:
        ctx.prec, ctx.cap = before


def _arb(number: Fraction) -> arb:
    return arb(fmpq(number.numerator, number.denominator))


def _fraction(number: arb) -> Fraction | None:
    """The exact value of an exact ball; None if it is infinite or beyond every dtype."""
    if not number.is_finite():
        return None
    mantissa, exponent = (int(part) for part in number.man_exp())
    size = mantissa.bit_length() + exponent
    if mantissa and size > _HUGE:
        return Fraction(2) ** _HUGE * (1 if mantissa > 0 else -1)
    if mantissa and size < -_HUGE:
        return Fraction(1 if mantissa > 0 else -1, 2**_HUGE)
    return mantissa * Fraction(2) ** exponent
