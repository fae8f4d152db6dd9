"""The certified value of a derivative, and what the verdict needs to know beside it."""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from flint import arb, ctx

from tapecli.analytic.balls import (
    Balls,
    Kink,
    Series,
    Side,
    Undecided,
    Undefined,
    exact_arb,
    perturbed,
    widened,
)
from tapecli.floats import FloatFormat
from tapecli.functions import CONSTANTS, Rule, row
from tapecli.tree import Alias, Call, Named, Node, Number, Variable, meant, rational, steps
from tapecli.verdict import Certified, NoDerivative

PRECISIONS = (128, 512, 2560)
"""Working precisions in bits, tried in turn until the bound is small enough."""

SPARE_BITS = 12
"""How far below one ulp the certified bound must lie: 2**-12 of it."""

_SLOPE_BITS = 6
"""How well the next derivative is known, which only scales the verdict."""

_SIDE_TERMS = 24
"""Coefficients carried beyond the wanted ones on one side, where roots of zeros take some."""

_MOST_SIDE_TERMS = 2000
"""Coefficients carried on one side, whatever the powers and roots in the expression."""

_MOST_FOLDS = 64
"""The largest common denominator of roots inside one another that is followed."""

_SPREAD_ATTEMPTS = ((1, True), (2, True), (2, False))
"""Multiples of the dtype's precision at which the spread of a derivative is looked for, and
whether the point itself is taken for rounded: at a kink it must not be."""

_HUGE = 2**12
"""Binary exponents beyond this are overflow and underflow, whatever the dtype."""


_ROOTS = {"sqrt": 2, "cbrt": 3, "asin": 2, "acos": 2, "acosh": 2, "hypot": 2}
"""The functions that have a root where their argument is at the edge of their domain."""


def constant_value(tree: Node) -> Fraction | None:
    """The value of a constant, its decimals exact; None if it has none.

    A value that is a short decimal or a simple fraction as far as can be told (150 digits) is
    taken for that, so that log2(8) is 3; any other is right to 60 digits or more.
    """
    program = _Program(tree, None)
    try:
        value = program.run(Fraction(0), Balls(Side.POINT, 1), PRECISIONS[-1])[0]
    except (Undefined, Undecided):
        return None
    if value.contains(0) and value.rad() < exact_arb(Fraction(1, 2**256)):
        return Fraction(0)
    middle, radius = _fraction(value.mid()), _fraction(value.rad())
    if middle is None or radius is None or radius > Fraction(1, 2**256) * (1 + abs(middle)):
        return None
    simple = middle.limit_denominator(10**20)
    return simple if simple and abs(simple - middle) <= radius else middle


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
        if ball.is_finite() and ball.abs_lower() > exact_arb(self._format.largest):
            huge = Fraction(2) ** _HUGE * (1 if ball > 0 else -1)
            return Certified(huge, Fraction(0), Fraction(0), None)
        value, radius = _fraction(ball.mid()), _fraction(ball.rad())
        if value is None or radius is None:
            return NoDerivative("too large to be certified")
        if radius > abs(value) * self._format.unit_roundoff:
            if radius > self._format.smallest:
                return NoDerivative("too large, or too close to a singular point, to be certified")
            if abs(value) <= radius:  # not to be told from zero
                value, radius = Fraction(0), abs(value) + radius
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
                if not abs(exact_arb(point)) * slope.rad() <= abs(ball) * arb(2) ** -_SLOPE_BITS:
                    return False
        return True

    def _sharp_value(self, ball: arb) -> bool:
        if not ball.is_finite():
            return False
        if abs(ball) < exact_arb(self._format.smallest) * arb(2) ** -SPARE_BITS:
            return True
        if ball.abs_lower() > exact_arb(self._format.largest):
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
        at = Balls(Side.POINT, 1, precision == PRECISIONS[-1])
        value = self._program.run(point, at, precision)[0]
        balls = [self._one_sided(side, at.presume) for side in (Side.RIGHT, Side.LEFT)]
        try:
            sides = [self._program.run(point, side, precision) for side in balls]
        except Undefined as undefined:
            return self._ended([value], str(undefined))
        with _working(precision, balls[0].terms):
            if not all(at.vanishes(value - side[0]) for side in sides):
                return self._ended([value], "a jump")
            return self._agreed(value, sides, at)

    def _one_sided(self, side: Side, presume: bool, **rounding: arb | None) -> Balls:
        fold = self._program.fold
        terms = (self._order + 2 + _SIDE_TERMS + self._program.degree) * fold
        return Balls(side, min(terms, _MOST_SIDE_TERMS), presume, fold, **rounding)

    def _agreed(self, value: arb, sides: Sequence[Series], at: Balls) -> list[arb | NoDerivative]:
        """The derivatives that both sides have, and have alike."""
        fold, (right, left) = self._program.fold, sides
        found: list[arb | NoDerivative] = [value]
        for k in range(1, self._order + 2):
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
        missing = self._order + 2 - len(found)
        return [*found, *[NoDerivative(reason)] * missing]

    def _spreads(self, point: Fraction) -> list[Fraction | None]:
        """The radii of the derivatives when they are computed at the dtype's own precision.

        Where nothing can be told at that precision, they are computed at a higher one and
        scaled by the precisions' ratio, for to first order the radii are proportional to it.
        """
        for factor, rounded in _SPREAD_ATTEMPTS:
            precision = self._format.precision * factor
            with contextlib.suppress(Undecided):
                radii = self._radii(point, precision, rounded)
                scale = 2 ** (precision - self._format.precision)
                return [None if radius is None else radius * scale for radius in radii]
        return [None] * (self._order + 1)

    def _radii(self, point: Fraction, precision: int, rounded: bool) -> list[Fraction | None]:
        """The radii at one precision: on both sides, the larger, where the sides differ."""
        tiny = exact_arb(self._format.smallest_normal)
        unit = arb(2) ** -precision if rounded else None
        for sides in ((Side.BOTH,), (Side.RIGHT, Side.LEFT)):
            try:
                found = [
                    self._radii_from(point, precision, self._rounding(side, tiny, unit))
                    for side in sides
                ]
                return [max(radii, key=_or_inf) for radii in zip(*found, strict=True)]
            except Kink:
                continue
            except (Undefined, Overflow):
                break
        return [None] * (self._order + 1)

    def _rounding(self, side: Side, tiny: arb, unit: arb | None) -> Balls:
        if side is Side.BOTH:
            return Balls(side, self._order + 1, tiny=tiny, unit=unit)
        return self._one_sided(side, False, tiny=tiny, unit=unit)

    def _radii_from(self, point: Fraction, precision: int, balls: Balls) -> list[Fraction | None]:
        series = self._program.run(point, balls, precision)
        radii: list[Fraction | None] = []
        for k in range(self._order + 1):
            radius = _fraction(series[k * balls.fold].rad())
            ended = k * balls.fold >= series.prec
            radii.append(None if radius is None or ended else radius * math.factorial(k))
        return radii


def _or_inf(radius: Fraction | None) -> Fraction | float:
    return math.inf if radius is None else radius


class _Program:
    """A tree made ready to be computed in ball arithmetic, many times over.

    Attributes:
        fold: the common denominator of the roots in it, inside one another multiplied.
        degree: a bound for the order of its zeros, as far as its powers and products go.
    """

    def __init__(self, tree: Node, format_: FloatFormat | None) -> None:
        self._nodes = steps(tree)
        self._places = {node: place for place, node in enumerate(self._nodes)}
        self._format = format_
        folds: dict[Node, int] = {}
        degrees: dict[Node, int] = {}
        for node in self._nodes:
            inner = math.lcm(*(folds[child] for child in node.children))
            folds[node] = min(inner * self._root_of(node), _MOST_FOLDS + 1)
            degrees[node] = self._degree(node, [degrees[child] for child in node.children])
        self.fold = folds[tree] if folds[tree] <= _MOST_FOLDS else 1
        self.degree = min(max(degrees.values()), _MOST_SIDE_TERMS)

    def _root_of(self, node: Node) -> int:
        """The denominator of the power that a node raises a zero of its argument to."""
        if not isinstance(node, Call):
            return 1
        if node.name == "pow":
            exponent = self._exact(node.arguments[1])
            return exponent.denominator if exponent is not None else 1
        return _ROOTS.get(node.name, 1)

    def _degree(self, node: Node, inner: Sequence[int]) -> int:
        if not isinstance(node, Call):
            return max(inner, default=int(isinstance(node, Variable)))
        if node.name == "mul":
            return sum(inner)
        if node.name == "pow":
            exponent = self._exact(node.arguments[1]) or Fraction(1)
            return math.ceil(inner[0] * min(abs(exponent), Fraction(_MOST_SIDE_TERMS)))
        return max(inner)

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
        assert balls.tiny is not None
        assert self._format is not None
        if abs(value[0]) > exact_arb(self._format.largest):
            raise Overflow
        if balls.unit is not None and not node.children:
            value = perturbed(value, balls.unit)
        return widened(value, balls.tiny)

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
            return balls.power(base, exponent, self._exact(node.arguments[1]))
        return _rule(balls, row(node.name).ball)(*arguments)

    def _literal(self, node: Number) -> Fraction:
        return node.value if self._format is None else meant(node, self._format)

    def _exact(self, node: Node) -> Fraction | None:
        return rational(node, self._literal)


def _rule(balls: Balls, rule: Rule) -> Callable[..., Series]:
    """The rule of a row as a function of its arguments."""
    if isinstance(rule, str):
        method: Callable[..., Series] = getattr(balls, rule)
        return method
    return functools.partial(rule, balls)


_ONE_AT_A_TIME = threading.RLock()


@contextlib.contextmanager
def _working(precision: int, terms: int) -> Iterator[None]:
    """Set python-flint's precision and length of series, and restore them.

    They are global to the process: one thread at a time.
    """
    with _ONE_AT_A_TIME:
        before = ctx.prec, ctx.cap
        ctx.prec, ctx.cap = precision, terms
        try:
            yield
        finally:
            ctx.prec, ctx.cap = before


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
