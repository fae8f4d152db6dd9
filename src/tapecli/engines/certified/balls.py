"""Truncated power series with rigorous error bounds: the rules of the function table.

A series is python-flint's `arb_series`: its coefficients are balls (midpoint and radius), and
what is computed with them encloses the exact result (Johansson, Arb: efficient arbitrary-precision
midpoint-radius interval arithmetic, IEEE Trans. Comput. 66, 2017). The series of f at a point x in
powers of h is taken on one of three `Side`s:

* `Side.BOTH`: f(x + h); where f has a kink, a `Kink` is raised;
* `Side.LEFT`, `Side.RIGHT`: f(x - h) and f(x + h) for h > 0, as a Puiseux series, that is, in
  powers of t with h = t**fold, so that roots of h have a series as well. It may end early: the
  coefficients after its end do not exist, as in h**pi;
* `Side.POINT`: f(x) alone.
"""

from __future__ import annotations

import enum
import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from flint import arb, arb_series, ctx, fmpq

from tapecli.engines.certified.incomplete_balls import IncompleteBalls
from tapecli.engines.certified.singular import Kink, Undecided, Undefined
from tapecli.engines.certified.special import SpecialFunctions, with_constant
from tapecli.engines.certified.whole_numbers import unique_whole
from tapecli.expressions.functions import FUNCTIONS, whole_power

Series: TypeAlias = arb_series

_ONE = Fraction(1)

_HUGE_EXPONENT = 10_000
"""Exponential functions of numbers from here on are beyond every dtype."""


_CONSTANTS = {"pi": arb.pi, "tau": lambda: 2 * arb.pi(), "e": arb.const_e}


class Side(enum.Enum):
    """On which side of a point a series is taken."""

    BOTH = enum.auto()
    RIGHT = enum.auto()
    LEFT = enum.auto()
    POINT = enum.auto()


_LARGEST_POWER = 10**6
"""The largest whole power of zero or of a negative number, unless it is written as a number."""

_DEPTH_FACTOR = 8
"""How many times more bits an expression may be from zero than its numbers are from 1."""

_INFINITE_BITS = 10**9
"""A number of bits that stands for any larger one."""

_DECIDING_BITS = 640
"""Bits of precision beyond that distance at which a ball around zero is taken for zero."""

_HIDDEN_EXPONENTS = {
    "tanh": (2, 1),
    **dict.fromkeys(("sigmoid", "softplus", "expm1", "gammainc", "zeta"), (1, 1)),
    **dict.fromkeys(("erf", "erfc"), (1, 2)),
}
"""The factor and the power of a in the exponent of what a value hides: 1 - tanh(a) ~ exp(-2a)."""


@dataclass
class Depth:
    """How many bits the numbers of an expression are from 1: what cancels may be so small."""

    bits: float = 0.0

    def note(self, name: str, value: arb, arguments: Sequence[arb]) -> None:
        """Take account of a value, and of the function that it comes from, if any."""
        self.bits = max(self.bits, _bits(value))
        if name in _HIDDEN_EXPONENTS and abs(arguments[-1]) > 1:
            size = 2.0 ** min(_bits(arguments[-1]), 500.0)
            factor, power = _HIDDEN_EXPONENTS[name]
            self.bits = max(self.bits, factor * size**power / math.log(2))


def _bits(number: arb) -> float:
    """The size of the binary exponent of a number; 0 for one that may be zero."""
    if not number.is_finite() or number.contains(0):
        return 0.0
    mantissa, exponent = number.mid().man_exp()
    return float(min(abs(int(mantissa).bit_length() + int(exponent)), _INFINITE_BITS))


@dataclass(frozen=True)
class Balls(IncompleteBalls, SpecialFunctions):
    """The rules of the function table, on one side of a point.

    Attributes:
        side: where the series is taken.
        terms: how many coefficients are carried.
        assume_zero: take a small ball around zero for zero. This is asked for only at a precision
            of hundreds of digits, where no expression of the sizes allowed here is known to come
            so close to zero without being zero, unless its numbers are as small or as large.
        fold: on one side, the power of t that h is.
        tiny, unit: the smallest normal number and the unit roundoff of a dtype, if the series
            must also enclose what the tapes may compute in that dtype.
        depth: how far from 1 the numbers are that have occurred.
        flat: the series that were taken for the constant zero because all coefficients are zero.
    """

    side: Side
    terms: int
    assume_zero: bool = False
    fold: int = 1
    tiny: arb | None = None
    unit: arb | None = None
    depth: Depth = field(default_factory=Depth, compare=False)
    flat: list[Series] = field(default_factory=list, compare=False)

    # --- leaves -------------------------------------------------------------------------------

    def number(self, value: int | Fraction | arb) -> Series:
        """A constant, rounded to the working precision."""
        return arb_series([exact_arb(value) + 0], self.terms)

    def constant(self, name: str) -> Series:
        return self.number(_CONSTANTS[name]())

    def variable(self, value: Fraction | arb, slope: Fraction, power: int = 1) -> Series:
        """A variable that is value + slope * h**power."""
        if not slope:
            return self.number(value)
        step = exact_arb(-slope if self.side is Side.LEFT else slope)
        coefficients = [exact_arb(value), *[arb(0)] * (power * self.fold - 1), step]
        return arb_series(coefficients[: self.terms], self.terms)

    # --- signs --------------------------------------------------------------------------------

    def vanishes(self, ball: arb) -> bool:
        """Whether a number is zero."""
        if not ball.is_finite():
            raise Undecided
        if ball.is_exact() or not ball.contains(0):
            return bool(ball.is_zero())
        small = ball.rad() < arb(2) ** -(ctx.prec // 2)
        deep = self.depth.bits * _DEPTH_FACTOR >= ctx.prec - _DECIDING_BITS
        if self.assume_zero and small and not deep:
            return True
        raise Undecided

    def leading(self, u: Series) -> tuple[int, int]:
        """The index and sign of the first coefficient that is not zero; (0, 0) for none.

        Raises:
            Kink: it is not the constant one, and the series is taken on both sides.
        """
        if not self.vanishes(u[0]):
            return 0, (1 if u[0] > 0 else -1)
        if self.side is Side.BOTH:
            raise Kink
        for index in range(1, min(u.length(), u.prec)):
            if not self.vanishes(u[index]):
                return index, (1 if u[index] > 0 else -1)
        if u.prec < self.terms:  # it ends before the first coefficient that is not zero
            raise Undefined("an infinite slope inside")
        if self.side is not Side.POINT:
            self.flat.append(u)
        return 0, 0

    def sign_of(self, u: Series) -> int:
        return self.leading(u)[1]

    # --- arithmetic ---------------------------------------------------------------------------

    add = staticmethod(operator.add)
    neg = staticmethod(operator.neg)

    def sub(self, u: Series, v: Series) -> Series:
        return u - v if u is not v else self.number(0)

    def mul(self, u: Series, v: Series) -> Series:
        if u.prec >= self.terms and v.prec >= self.terms:
            return u * v
        zeros_u, zeros_v = _valuation(u), _valuation(v)  # they move the end of the other series
        prec = min(u.prec + zeros_v, v.prec + zeros_u, self.terms)
        rest = _shifted(u, -zeros_u) * _shifted(v, -zeros_v)
        return arb_series(_shifted(rest, zeros_u + zeros_v).coeffs(), prec)

    def div(self, u: Series, v: Series) -> Series:
        if self.vanishes(v[0]):
            return self._cancelled(u, v)
        return self._underflowing(u / v, v)

    def _cancelled(self, u: Series, v: Series) -> Series:
        """The quotient on one side of a point where v is 0, if u has as many zeros as v."""
        zeros, sign = self.leading(v) if self.side in (Side.RIGHT, Side.LEFT) else (0, 0)
        if not (sign and all(self.vanishes(u[k]) for k in range(zeros))):
            raise Undefined("a pole: division by zero")
        return _shifted(u, -zeros) / _shifted(v, -zeros) if u.length() else self.number(0)

    def power(self, u: Series, v: Series, exponent: Fraction | None = None) -> Series:
        """u**v; `exponent` is v's exact value, where it is a rational constant."""
        if exponent is not None and exponent.denominator == 1:
            return self._whole_power(u, exponent.numerator)
        vanishes = self.vanishes(u[0])
        if not vanishes and u[0] > 0:
            return (v * u.log()).exp()
        whole = unique_whole(v[0]) if exponent is None and v.length() <= 1 else None
        if whole is not None and v[0] == whole and abs(whole) <= _LARGEST_POWER:
            return self._whole_power(u, int(whole))
        if not vanishes:
            raise Undefined("a negative number to a power that is not whole")
        if exponent is None:
            return self._irrational_root(u, v)
        if exponent < 0:
            raise Undefined("a pole: zero to a negative power")
        return self._root(u, exponent, "a power that is not whole")

    def _whole_power(self, u: Series, exponent: int) -> Series:
        if exponent >= 0:
            return self._product(u, exponent) if exponent else self.number(1)
        if self.vanishes(u[0]):
            raise Undefined("a pole: division by zero")
        return self.div(self.number(1), u**-exponent)

    def _product(self, u: Series, exponent: int) -> Series:
        if u.prec >= self.terms:
            if u.length() > 1:
                return u**exponent
            # The library's own power of a ball around zero is NaN.
            return self.number(whole_power(u[0], exponent, operator.mul, arb(1)))
        product = u
        for _ in range(min(exponent, self.terms) - 1):  # more zeros than terms change nothing
            product = self.mul(product, u)
        return product if exponent <= self.terms or _valuation(u) else u**exponent

    def _irrational_root(self, u: Series, v: Series) -> Series:
        """u**v where u is 0 and v is a constant that is not rational."""
        if v.length() > 1 or not v[0] > 0:
            raise Undefined("zero to a power that is not a positive constant")
        index, sign = self.leading(u)
        if sign == 0:
            return self.number(0)
        if sign < 0:
            raise Undefined("the edge of the domain of a power that is not whole")
        power = v[0] * index
        if not power.contains_integer():
            return arb_series([], min(self.terms, unique_whole(power.ceil()) or 0))
        whole = unique_whole(power)
        if whole is None or not self.vanishes(power - whole):
            raise Undecided
        return self._root(u, Fraction(int(whole), index), "a power that is not whole")

    def _root(self, u: Series, exponent: Fraction, function: str, odd: bool = False) -> Series:
        """u**exponent where u is 0: a series as far as its powers of t are whole."""
        index, sign = self.leading(u)
        if sign == 0:
            return self.number(0)
        if sign < 0 and not odd:
            raise Undefined(f"the edge of the domain of {function}")
        power = index * exponent
        if power.denominator != 1:
            return arb_series([], min(self.terms, -(-power.numerator // power.denominator)))
        rest = arb_series([sign * c for c in u.coeffs()[index:]], u.prec - index)
        root = (rest.log() * exact_arb(exponent)).exp()
        shift = min(int(power), self.terms)
        coefficients = [arb(0)] * shift + [sign * c if odd else c for c in root.coeffs()]
        return arb_series(coefficients, min(self.terms, root.prec + shift))

    # --- pieces -------------------------------------------------------------------------------

    def abs(self, u: Series) -> Series:
        return u * self.sign_of(u)

    def sign(self, u: Series) -> Series:
        return self.number(self.sign_of(u))

    def max(self, u: Series, v: Series) -> Series:
        return u if self._are_equal(u, v) or self.sign_of(u - v) >= 0 else v

    def min(self, u: Series, v: Series) -> Series:
        return u if self._are_equal(u, v) or self.sign_of(u - v) < 0 else v

    def _are_equal(self, u: Series, v: Series) -> bool:
        """Whether two series are the same, or are exactly equal as far as they are carried."""
        return u is v or not (u - v).length()

    def elu(self, u: Series, scale: Fraction = _ONE, slope: Fraction = _ONE) -> Series:
        """scale*u, or slope*expm1(u) where u < 0.

        The tapes compute the derivative as a sum with slope, which cancels where it is small.
        """
        zero = self.number(0)
        negative = self.expm1(self.min(u, zero)) * exact_arb(slope)
        value: Series = self.max(u, zero) * exact_arb(scale) + negative
        if self.unit is not None and u[0] < 0:
            value += (u - u[0]).exp() * arb(0, self.unit)
        return value

    def floor(self, u: Series) -> Series:
        return self.number(self._floor(u)[0])

    def round(self, u: Series) -> Series:
        whole, is_exact = self._floor(u + arb(0.5))
        return self.number(whole - 1 if is_exact and whole % 2 else whole)

    def mod(self, u: Series, v: Series) -> Series:
        return self.sub(u, self.mul(v, self.floor(self.div(u, v))))

    def _floor(self, u: Series) -> tuple[int, bool]:
        """The whole number below a series, and whether the series is this number."""
        if not abs(u[0]) < arb(2) ** _HUGE_EXPONENT:
            raise Undecided
        has_whole = u[0].contains_integer()
        whole = unique_whole(u[0] if has_whole else u[0].floor())
        if whole is None:
            raise Undecided
        if not has_whole:
            return int(whole), False
        sign = self.sign_of(u - arb(whole))
        return int(whole) - (sign < 0), sign == 0

    # --- conditions ---------------------------------------------------------------------------
    # A condition is a series too: the constant 1 where it is true, and 0 where it is false. What is
    # not needed at a point may be an exception in place of a series.

    def less(self, u: Series, v: Series) -> Series:
        return self.number(int(u is not v and self.sign_of(u - v) < 0))

    def equal(self, u: Series, v: Series) -> Series:
        return self.number(int(u is v or self.sign_of(u - v) == 0))

    def negated(self, condition: Series) -> Series:
        return self.number(int(not self.holds(condition)))

    def all_of(self, *conditions: Series | Exception) -> Series:
        return self._joined(conditions, decisive=False)

    def any_of(self, *conditions: Series | Exception) -> Series:
        return self._joined(conditions, decisive=True)

    def _joined(self, conditions: Sequence[Series | Exception], decisive: bool) -> Series:
        """The condition of several, of which one that is `decisive` is enough."""
        known = [self.holds(one) for one in conditions if not isinstance(one, Exception)]
        if decisive in known:
            return self.number(int(decisive))
        for condition in conditions:
            if isinstance(condition, Exception):
                raise condition
        return self.number(int(not decisive))

    def holds(self, condition: Series) -> bool:
        """Whether a condition is true."""
        if not condition[0].is_finite():
            raise Undecided
        return bool(condition[0] == 1)

    def where(self, condition: Series, u: Series | Exception, v: Series | Exception) -> Series:
        branch = u if self.holds(condition) else v
        if isinstance(branch, Exception):
            raise branch
        return branch

    # --- functions of the library --------------------------------------------------------------

    exp = staticmethod(Series.exp)
    sin = staticmethod(Series.sin)
    cos = staticmethod(Series.cos)
    erf = staticmethod(Series.erf)
    erfc = staticmethod(Series.erfc)

    # --- roots and logarithms ------------------------------------------------------------------

    def sqrt(self, u: Series) -> Series:
        if self.vanishes(u[0]):
            return self._root(u, Fraction(1, 2), "sqrt")
        self._check(u[0] > 0, "sqrt")
        return u.sqrt()

    def hypot(self, u: Series, v: Series) -> Series:
        return self.sqrt(self.add(self.mul(u, u), self.mul(v, v)))

    def cbrt(self, u: Series) -> Series:
        if self.vanishes(u[0]):
            return self._root(u, Fraction(1, 3), "cbrt", odd=True)
        sign = 1 if u[0] > 0 else -1
        return ((u * sign).log() * exact_arb(Fraction(1, 3))).exp() * sign

    def logaddexp(self, u: Series, v: Series) -> Series:
        """The tapes subtract the larger exponent and add the exponentials, which cancels."""
        if self.unit is None:
            return u + self.softplus(self.sub(v, u))
        largest = u[0].max(v[0])
        return ((u - largest).exp() + (v - largest).exp()).log() + largest

    def expm1(self, u: Series) -> Series:
        return with_constant(u[0].expm1(), u.exp())

    def log(self, u: Series) -> Series:
        self._check_positive(u[0], "log")
        return self._underflowing(u.log(), u)

    def log1p(self, u: Series) -> Series:
        inner = u + 1
        self._check_positive(inner[0], "log1p")
        return with_constant(u[0].log1p(), inner.log())

    # --- circular functions -------------------------------------------------------------------

    def tan(self, u: Series) -> Series:
        return self.div(u.sin(), u.cos())

    def cot(self, u: Series) -> Series:
        return self.div(u.cos(), u.sin())

    def sinc(self, u: Series) -> Series:
        """The quotient where |u| >= 1, else its series in u**2.

        What is left out is at most |u|**(2*count + 2)/(2*count + 3)! * exp(u**2), coefficient by
        coefficient, since (2*count + 3)! * i! <= (2*count + 2*i + 3)!.
        """
        if not abs(u[0]) < 1:
            return self.div(u.sin(), u)
        count = ctx.prec // 8 + self.terms
        square, value = self.mul(u, u), self.number(1)
        for k in range(2 * count, 0, -2):
            value = 1 - self.mul(square, value) / (k * (k + 1))
        bounds = arb_series([abs(c).upper() for c in square.coeffs()], square.prec)
        rest = self._product(bounds, count + 1) * bounds.exp() / arb.gamma(arb(2 * count + 4))
        return value + arb_series([arb(0, c.upper()) for c in rest.coeffs()], value.prec)

    def asin(self, u: Series) -> Series:
        if self._at_one(u, "asin"):
            return self.constant("pi") / 2 - self._half_angle(u)
        if self._at_one(-u, "asin"):
            return self._half_angle(-u) - self.constant("pi") / 2
        return self._arc(u[0].asin(), u, 1)

    def acos(self, u: Series) -> Series:
        if self._at_one(u, "acos"):
            return self._half_angle(u)
        if self._at_one(-u, "acos"):
            return self.constant("pi") - self._half_angle(-u)
        return self._arc(u[0].acos(), u, -1)

    def _arc(self, start: arb, u: Series, sign: int) -> Series:
        """The integral of 1/sqrt(1 - u**2), for the library's own rule may abort the process."""
        slope = arb_series(u.coeffs(), u.prec).derivative() * (1 - u * u).rsqrt()
        return with_constant(start, slope.integral() * sign)

    def _at_one(self, u: Series, function: str) -> bool:
        """Whether u is exactly 1; it must not be larger."""
        distance = 1 - u[0]
        at_one = self.vanishes(distance)
        self._check(at_one or distance > 0, function)
        return at_one

    def _half_angle(self, u: Series) -> Series:
        """acos(u) where u is 1, as 2*asin(sqrt((1 - u)/2))."""
        half = self._root((1 - u) / 2, Fraction(1, 2), "asin and acos")
        return 2 * self._arc(half[0].asin(), half, 1)

    def atan(self, u: Series) -> Series:
        return self._underflowing(u.atan(), u * u + 1)

    def acot(self, u: Series) -> Series:
        return self.atan(self.div(self.number(1), u))

    def atan2(self, y: Series, x: Series) -> Series:
        return self._underflowing(self._angle(y, x), x * x + y * y)

    def _angle(self, y: Series, x: Series) -> Series:
        on_axis = self.vanishes(y[0])
        if not self.vanishes(x[0]):
            if x[0] > 0:
                return self.atan(self.div(y, x))
            if on_axis:  # on the branch cut
                turn = -1 if self.sign_of(y) < 0 else 1
                return self.constant("pi") * turn + self.atan(self.div(y, x))
        if on_axis:
            raise Undefined("the angle of the point (0, 0)")
        return self.constant("pi") / 2 * (1 if y[0] > 0 else -1) - self.atan(self.div(x, y))

    # --- hyperbolic functions -----------------------------------------------------------------
    # They are sums and quotients of exponentials, which lose at least the digits that TensorFlow's
    # own rules lose far from 0; the constant terms come from the library, which loses none.

    def sinh(self, u: Series) -> Series:
        return with_constant(u[0].sinh(), (u.exp() - (-u).exp()) / 2)

    def cosh(self, u: Series) -> Series:
        return (u.exp() + (-u).exp()) / 2

    def tanh(self, u: Series) -> Series:
        if abs(u[0]) > _HUGE_EXPONENT:
            sign = 1 if u[0] > 0 else -1
            tail = (u * (-2 * sign)).exp()
            return self.div(1 - tail, 1 + tail) * sign
        up, down = u.exp(), (-u).exp()
        return with_constant(u[0].tanh(), self.div(up - down, up + down))

    def asinh(self, u: Series) -> Series:
        sign = -1 if u[0] < 0 else 1
        v = u * sign
        value = with_constant(u[0].asinh(), (v + (v * v + 1).sqrt()).log() * sign)
        return self._from_exponential(value, value[0])

    def acosh(self, u: Series) -> Series:
        distance = u[0] - 1
        if self.vanishes(distance):
            half = self._root((u - 1) / 2, Fraction(1, 2), "acosh")
            return 2 * (half + (half * half + 1).sqrt()).log()
        self._check(distance > 0, "acosh")
        value = with_constant(u[0].acosh(), (u + (u * u - 1).sqrt()).log())
        return self._from_exponential(value, value[0])

    def atanh(self, u: Series) -> Series:
        up, down = 1 + u, 1 - u
        for edge in (up, down):
            self._check_positive(edge[0], "atanh")
        return with_constant(u[0].atanh(), (up.log() - down.log()) / 2)

    def sigmoid(self, u: Series) -> Series:
        if u[0] > _HUGE_EXPONENT:
            return self.div(self.number(1), 1 + (-u).exp())
        up = u.exp()
        return self.div(up, up + 1)

    def softplus(self, u: Series) -> Series:
        if u[0] > _HUGE_EXPONENT:
            return u + ((-u).exp() + 1).log()
        return with_constant(u[0].exp().log1p(), (u.exp() + 1).log())

    # --- what the tapes may compute ------------------------------------------------------------

    def _underflowing(self, u: Series, v: Series) -> Series:
        """Widen u for the powers of 1/v in the tapes, which underflow before they are multiplied.

        Order k contains v'**k/v**(k + 1), computed from the right: a factor may lose all of its
        digits although the product keeps them.
        """
        if self.tiny is None or abs(v[0]) ** (self.terms + 1) * self.tiny < 1:
            return u
        steepest = 2 + sum((abs(c).upper() for c in v.coeffs()[1:]), arb(0))
        return u + arb_series(
            [arb(0, (self.tiny * steepest**k).upper()) for k in range(self.terms)], self.terms
        )

    def _from_exponential(self, u: Series, exponent: arb) -> Series:
        """Widen u for an exponential whose exponent is rounded, which gives another factor."""
        if self.unit is None:
            return u
        return u * (1 + arb(0, (self.unit * abs(exponent)).upper()))

    # --- domains ------------------------------------------------------------------------------

    def _check_positive(self, number: arb, function: str) -> None:
        self._check(not self.vanishes(number) and number > 0, function)

    def _check(self, inside: bool, function: str) -> None:
        if not inside:
            domain = FUNCTIONS[function].domain
            raise Undefined(f"outside the domain of {function}, which is {domain}")


def exact_arb(number: int | Fraction | arb) -> arb:
    """The number as a ball, rounded to the working precision if it is not a dyadic fraction."""
    if isinstance(number, Fraction):
        return arb(fmpq(number.numerator, number.denominator))
    return arb(number)


def _valuation(u: Series) -> int:
    """How many leading coefficients are certainly zero; one less if all known ones are."""
    return int(u.valuation()) if u.length() else max(u.prec - 1, 0)


def _shifted(u: Series, power: int) -> Series:
    """Multiply by a power of h; the coefficients that a negative power drops must be zeros."""
    coefficients = [arb(0)] * power + u.coeffs() if power >= 0 else u.coeffs()[-power:]
    return arb_series(coefficients, u.prec + power)
