"""Truncated power series with rigorous error bounds: the rules of the function table.

A series is python-flint's `arb_series`: its coefficients are balls (midpoint and radius), and
what it computes encloses the exact result (Johansson, Arb: efficient arbitrary-precision
midpoint-radius interval arithmetic, IEEE Trans. Comput. 66, 2017). The series of f in h at a
point x is taken along one of three `Side`s:

* `Side.BOTH`: f(x + h); where f has a kink, a `Kink` is raised;
* `Side.LEFT`, `Side.RIGHT`: f(x - h) and f(x + h) for h > 0. A series may end early there:
  coefficients past its end do not exist, as in |h|**1.5;
* `Side.POINT`: f(x) alone.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from flint import arb, arb_series, fmpq

from tapecli.functions import FUNCTIONS

Series: TypeAlias = arb_series

_FAR = 10_000
"""Where an exponential is beyond every dtype."""


class Undefined(Exception):
    """The function has no value: outside its domain, or at a pole."""


class Kink(Exception):
    """The series differ on the two sides, or may: look at each."""


class Undecided(Exception):
    """The sign of a number cannot be told at this precision."""


class Side(enum.Enum):
    """From where a point is looked at."""

    BOTH = 1
    RIGHT = 2
    LEFT = -2
    POINT = 0


@dataclass(frozen=True)
class Balls:
    """The rules, at one side of a point.

    Attributes:
        side: where the series is taken.
        terms: how many coefficients are carried.
        presume: take a ball around zero for zero. Asked for only at a precision of thousands
            of digits, where no expression of the sizes allowed here is known to come that
            close to zero without being zero.
    """

    side: Side
    terms: int
    presume: bool = False

    # --- leaves -------------------------------------------------------------------------------

    def number(self, value: int | Fraction | arb) -> Series:
        """A constant, rounded to the working precision."""
        exact = fmpq(value.numerator, value.denominator) if isinstance(value, Fraction) else value
        return arb_series([arb(exact) + 0], self.terms)

    def pi(self) -> Series:
        return self.number(arb.pi())

    def tau(self) -> Series:
        return self.number(2 * arb.pi())

    def e(self) -> Series:
        return self.number(arb.const_e())

    def variable(self, point: Fraction) -> Series:
        """The point itself, with slope 1 along h (-1 to the left)."""
        slope = -1 if self.side is Side.LEFT else 1
        at = arb(fmpq(point.numerator, point.denominator))
        return arb_series([at, arb(slope)][: self.terms], self.terms)

    # --- signs --------------------------------------------------------------------------------

    def vanishes(self, ball: arb) -> bool:
        """Whether a number is zero."""
        if not ball.is_finite():
            raise Undecided
        if ball.is_exact():
            return bool(ball == 0)
        if ball.contains(0):
            if self.presume:
                return True
            raise Undecided
        return False

    def leading(self, u: Series) -> tuple[int, int]:
        """The index and sign of the first coefficient that is not zero; (0, 0) for none.

        Raises:
            Kink: it is not the constant one, and both sides are looked at together.
        """
        if not self.vanishes(u[0]):
            return 0, (1 if u[0] > 0 else -1)
        if self.side is Side.BOTH:
            raise Kink
        for index in range(1, min(u.length(), u.prec)):
            if not self.vanishes(u[index]):
                return index, (1 if u[index] > 0 else -1)
        if u.prec < self.terms:  # it ends before anything can be told
            raise Undefined("its sign cannot be told there")
        return 0, 0

    def sign_of(self, u: Series) -> int:
        return self.leading(u)[1]

    # --- arithmetic ---------------------------------------------------------------------------

    def add(self, u: Series, v: Series) -> Series:
        return u + v

    def sub(self, u: Series, v: Series) -> Series:
        return u - v

    def mul(self, u: Series, v: Series) -> Series:
        return u * v

    def neg(self, u: Series) -> Series:
        return -u

    def div(self, u: Series, v: Series) -> Series:
        if self.vanishes(v[0]):
            raise Undefined("a pole: division by zero")
        return u / v

    def power(self, u: Series, v: Series, exponent: Fraction | None = None) -> Series:
        """u**v; `exponent` is v's exact value, where it is a rational constant."""
        if exponent is not None and exponent.denominator == 1:
            return self._whole_power(u, int(exponent))
        if not self.vanishes(u[0]):
            if u[0] < 0:
                raise Undefined("a negative number to a power that is not whole")
            return (v * u.log()).exp()
        if exponent is None or exponent < 0:
            raise Undefined("zero to a power that is not a positive constant")
        return self._root(u, exponent, "a power that is not whole")

    def _whole_power(self, u: Series, exponent: int) -> Series:
        if exponent >= 0:
            return u**exponent if exponent else self.number(1)
        if self.vanishes(u[0]):
            raise Undefined("a pole: division by zero")
        return self.number(1) / u**-exponent

    def _root(self, u: Series, exponent: Fraction, function: str, odd: bool = False) -> Series:
        """u**exponent where u is 0: a series as far as its powers of h are whole."""
        index, sign = self.leading(u)
        if sign == 0:
            return self.number(0)
        if sign < 0 and not odd:
            raise Undefined(f"the edge of the domain of {function}")
        power = index * exponent
        if power.denominator != 1:
            return arb_series([], min(self.terms, -(-power.numerator // power.denominator)))
        rest = arb_series([sign * c for c in u.coeffs()[index:]], u.prec - index)
        root = (rest.log() * self._exact(exponent)).exp()
        shift = int(power)
        coefficients = [arb(0)] * shift + [sign * c if odd else c for c in root.coeffs()]
        return arb_series(coefficients, min(self.terms, root.prec + shift))

    def _exact(self, value: Fraction) -> arb:
        return arb(fmpq(value.numerator, value.denominator))

    # --- pieces -------------------------------------------------------------------------------

    def abs(self, u: Series) -> Series:
        return u * self.sign_of(u)

    def sign(self, u: Series) -> Series:
        return self.number(self.sign_of(u))

    def max(self, u: Series, v: Series) -> Series:
        return u if self.sign_of(u - v) >= 0 else v

    def min(self, u: Series, v: Series) -> Series:
        return v if self.sign_of(u - v) >= 0 else u

    # --- roots, exponential and logarithm -----------------------------------------------------

    def sqrt(self, u: Series) -> Series:
        if self.vanishes(u[0]):
            return self._root(u, Fraction(1, 2), "sqrt")
        self._inside(u[0] > 0, "sqrt")
        return u.sqrt()

    def cbrt(self, u: Series) -> Series:
        if self.vanishes(u[0]):
            return self._root(u, Fraction(1, 3), "cbrt", odd=True)
        sign = 1 if u[0] > 0 else -1
        return ((u * sign).log() * self._exact(Fraction(1, 3))).exp() * sign

    def exp(self, u: Series) -> Series:
        return u.exp()

    def expm1(self, u: Series) -> Series:
        return _at(u[0].expm1(), u.exp())

    def log(self, u: Series) -> Series:
        self._inside(not self.vanishes(u[0]) and u[0] > 0, "log")
        return u.log()

    def log1p(self, u: Series) -> Series:
        inner = u + 1
        self._inside(not self.vanishes(inner[0]) and inner[0] > 0, "log1p")
        return _at(u[0].log1p(), inner.log())

    # --- circular functions -------------------------------------------------------------------

    def sin(self, u: Series) -> Series:
        return u.sin()

    def cos(self, u: Series) -> Series:
        return u.cos()

    def asin(self, u: Series) -> Series:
        if self._at_one(u, "asin"):
            return self._quarter() - self._half_angle(u)
        if self._at_one(-u, "asin"):
            return self._half_angle(-u) - self._quarter()
        return u.asin()

    def acos(self, u: Series) -> Series:
        if self._at_one(u, "acos"):
            return self._half_angle(u)
        if self._at_one(-u, "acos"):
            return self.pi() - self._half_angle(-u)
        return u.acos()

    def _at_one(self, u: Series, function: str) -> bool:
        """Whether u is exactly 1; it must not be more."""
        distance = 1 - u[0]
        at_one = self.vanishes(distance)
        self._inside(at_one or distance > 0, function)
        return at_one

    def _quarter(self) -> Series:
        return self.pi() / 2

    def _half_angle(self, u: Series) -> Series:
        """acos(u) where u is 1, as 2*asin(sqrt((1 - u)/2))."""
        return 2 * self._root((1 - u) / 2, Fraction(1, 2), "asin and acos").asin()

    def atan(self, u: Series) -> Series:
        return u.atan()

    def atan2(self, y: Series, x: Series) -> Series:
        above = not self.vanishes(y[0])
        if not self.vanishes(x[0]):
            if x[0] > 0:
                return (y / x).atan()
            if not above:  # on the cut
                return self.pi() * self._turn(y) + (y / x).atan()
        if not above:
            raise Undefined("the angle of the point (0, 0)")
        return self._quarter() * (1 if y[0] > 0 else -1) - (x / y).atan()

    def _turn(self, y: Series) -> int:
        return -1 if self.sign_of(y) < 0 else 1

    # --- hyperbolic functions -----------------------------------------------------------------
    # As quotients of exponentials, which lose the digits that the tapes lose as well; the
    # constant terms are those of the library, which lose none.

    def sinh(self, u: Series) -> Series:
        return _at(u[0].sinh(), (u.exp() - (-u).exp()) / 2)

    def cosh(self, u: Series) -> Series:
        return (u.exp() + (-u).exp()) / 2

    def tanh(self, u: Series) -> Series:
        if abs(u[0]) > _FAR:
            sign = 1 if u[0] > 0 else -1
            far = (u * (-2 * sign)).exp()
            return (1 - far) / (1 + far) * sign
        up, down = u.exp(), (-u).exp()
        return _at(u[0].tanh(), (up - down) / (up + down))

    def asinh(self, u: Series) -> Series:
        sign = -1 if u[0] < 0 else 1
        v = u * sign
        return _at(u[0].asinh(), (v + (v * v + 1).sqrt()).log() * sign)

    def acosh(self, u: Series) -> Series:
        distance = u[0] - 1
        if self.vanishes(distance):
            half = self._root((u - 1) / 2, Fraction(1, 2), "acosh")
            return 2 * (half + (half * half + 1).sqrt()).log()
        self._inside(distance > 0, "acosh")
        return _at(u[0].acosh(), (u + (u * u - 1).sqrt()).log())

    def atanh(self, u: Series) -> Series:
        up, down = 1 + u, 1 - u
        for edge in (up, down):
            self._inside(not self.vanishes(edge[0]) and edge[0] > 0, "atanh")
        return _at(u[0].atanh(), (up.log() - down.log()) / 2)

    def sigmoid(self, u: Series) -> Series:
        if u[0] > _FAR:
            return 1 / (1 + (-u).exp())
        up = u.exp()
        return up / (up + 1)

    def softplus(self, u: Series) -> Series:
        if u[0] > _FAR:
            return u + ((-u).exp() + 1).log()
        return _at(u[0].exp().log1p(), (u.exp() + 1).log())

    # --- error and gamma functions ------------------------------------------------------------

    def erf(self, u: Series) -> Series:
        return u.erf()

    def erfc(self, u: Series) -> Series:
        return u.erfc()

    def gamma(self, u: Series) -> Series:
        self._off_poles(u[0], "gamma")
        return u.gamma()

    def lgamma(self, u: Series) -> Series:
        self._off_poles(u[0], "lgamma")
        if u[0] > 0:
            return u.lgamma()
        value = u.gamma()
        if self.vanishes(value[0]):
            raise Undecided
        return (value if value[0] > 0 else -value).log()

    def _off_poles(self, at: arb, function: str) -> None:
        if at > 0 or not at.contains_integer():
            return
        nearest = at.unique_fmpz()
        if nearest is None or not self.vanishes(at - nearest):
            raise Undecided
        raise Undefined(f"a pole of {function}")

    # --- domains ------------------------------------------------------------------------------

    def _inside(self, inside: bool, function: str) -> None:
        if not inside:
            domain = FUNCTIONS[function].domain
            raise Undefined(f"outside the domain of {function}, which is {domain}")


def _at(constant: arb, u: Series) -> Series:
    """The series with another enclosure of its constant term."""
    return arb_series([constant, *u.coeffs()[1:]], u.prec)


def perturbed(u: Series, unit_roundoff: Fraction) -> Series:
    """The series with a constant term that may be off by a unit of roundoff.

    A tape rounds where ball arithmetic may happen to be exact: x/x is 1 at every point, its
    second derivative from the tapes a difference of rounded numbers.
    """
    at = u[0]
    margin = abs(at).upper() * arb(fmpq(unit_roundoff.numerator, unit_roundoff.denominator))
    return _at(at + arb(0, margin), u)


def widened(u: Series, small: Fraction) -> Series:
    """The series with room for underflow: coefficients below `small` may be lost whole.

    The model of floating-point arithmetic with underflow is Higham's (section 2.1): an error
    relative to the result, and an absolute one of the size of the smallest numbers. The tapes
    multiply adjoints that the series does not have; where a coefficient is below the root of
    the smallest number, a product of two such adjoints underflows.
    """
    limit = arb(fmpq(small.numerator, small.denominator))
    coefficients: Sequence[arb] = u.coeffs()
    if all(c == 0 or abs(c) > limit for c in coefficients):
        return u
    return arb_series(
        [c if c == 0 or abs(c) > limit else c + arb(0, abs(c).upper()) for c in coefficients],
        u.prec,
    )
