"""The rules by which operators and functions of the table act on truncated Taylor series.

A series is a list of coefficients, the constant one first; coefficients left out at its end are
zero. The rules hold over every ring that contains the rational numbers: the coefficients may be
numbers, or series in another variable, which gives mixed derivatives.

The recurrences are those of Griewank and Walther, Evaluating Derivatives, 2nd ed., SIAM 2008:
arithmetic and roots in section 13.2, and functions that solve a differential equation (exp, log,
sin, tan, atan and the like) as in proposition 13.1. The rule of powers is Euler's (Knuth, The Art
of Computer Programming, vol. 2, section 4.7). Gamma solves no such equation: its logarithmic
derivative is summed up (see `_digamma`), or it has its own series (see
`tapecli.engines.taylor.gamma`).
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from tapecli.engines.taylor import gamma, special
from tapecli.engines.taylor.doubled import Doubled
from tapecli.engines.taylor.numbers import Number, Numbers, Value
from tapecli.expressions.functions import CONSTANTS, whole_power

Coefficient: TypeAlias = Any
"""A coefficient: numbers, or a series in another variable."""
Series: TypeAlias = list[Coefficient]

_MODERATE = 256
"""Numbers between 2**-256 and 2**256 have products and quotients that fit a float."""

_MOST_ORDER = 100
"""The highest order of polygamma; factorials of higher ones are too large for a float."""

_ONE = Fraction(1)

_LARGE = 100.0
"""Quotients of gamma functions of numbers from here on are computed by logarithms."""

_MOST_FACTORS = 100
"""A polynomial is multiplied up to this degree."""

_BELL = Fraction("1.12837916709551257389615890312154517168810125865799771368817144")
"""2/sqrt(pi)."""


class Taylor:
    """The rules for series with a given number of terms.

    Args:
        terms: how many coefficients are computed: one more than the highest order.
        inner: the arithmetic of the coefficients: `Numbers`, or the `Taylor` of another variable.

    Attributes:
        numbers: the arithmetic of the numbers, however many variables there are.
        orders: the highest order of a coefficient, by all variables together.
    """

    def __init__(self, terms: int, inner: Numbers | Taylor) -> None:
        self.terms = terms
        self.inner: Any = inner
        self.numbers: Numbers = inner.numbers if isinstance(inner, Taylor) else inner
        self.orders: int = terms - 1 + (inner.orders if isinstance(inner, Taylor) else 0)

    # --- the operations of a ring, as `Numbers` describes them ---------------------------------

    def number(self, value: Value) -> Series:
        return [self.inner.number(value)]

    def constant(self, name: str) -> Series:
        return self.number(Fraction(CONSTANTS[name].digits))

    def leaf(self, u: Series) -> Number:
        """The value at each point, in float64."""
        return self.inner.leaf(u[0])

    def bottom(self, u: Series) -> Number:
        """The value at each point, with all of its digits."""
        return self.inner.bottom(u[0]) if isinstance(self.inner, Taylor) else u[0]

    def varies(self, u: Series) -> bool:
        return len(u) > 1 or (isinstance(self.inner, Taylor) and self.inner.varies(u[0]))

    def choose(self, condition: Any, u: Series, v: Series) -> Series:
        pairs = itertools.zip_longest(u, v, fillvalue=self.inner.number(0))
        return [self.inner.choose(condition, a, b) for a, b in pairs]

    def times(self, u: Series, factor: Number) -> Series:
        return [self.inner.times(a, factor) for a in u]

    def over(self, u: Series, divisor: float) -> Series:
        return [self.inner.over(a, divisor) for a in u]

    def dot(self, first: Sequence[Series], second: Sequence[Series]) -> Series:
        total = self.number(0)
        for u, v in zip(first, second, strict=True):
            total = self.add(total, self.mul(u, v))
        return total

    # --- the shapes of recurrences -------------------------------------------------------------

    def _of(self, u: Series, k: int) -> Coefficient:
        return u[k] if k < len(u) else self.inner.number(0)

    def _sum(self, u: Series, v: Series, k: int, first: int = 0, last: int | None = None) -> Any:
        """The sum of u[j] * v[k - j] for j from first to last, by default from 0 to k."""
        first = max(first, k - len(v) + 1)
        last = min(k if last is None else last, len(u) - 1)
        if last < first:
            return self.inner.number(0)
        return self.inner.dot(u[first : last + 1], v[k - last : k - first + 1][::-1])

    def _slope(self, u: Series) -> Series:
        """The coefficients of h * u'."""
        return [self.inner.times(a, float(k)) for k, a in enumerate(u)]

    def _integral(self, start: Coefficient, w: Series, u: Series) -> Series:
        """Solve y' = w * u'; `start` is y at the point."""
        slope = self._slope(u)
        sums = (self.inner.over(self._sum(slope, w, k, 1), k) for k in range(1, self.terms))
        return [start, *sums]

    def _divided_integral(self, start: Coefficient, slope: Series, w: Series) -> Series:
        """Solve w * y' = u'; `start` is y at the point, `slope` is h * u'."""
        slope, w = self._over(self._scale(w), slope, w)
        y, y_slope = [start], [self.inner.number(0)]
        for k in range(1, self.terms):
            rest = self.inner.sub(self._of(slope, k), self._sum(y_slope, w, k, 1, k - 1))
            y_slope.append(self.inner.div(rest, w[0]))
            y.append(self.inner.over(y_slope[k], k))
        return y

    def _exponential(self, start: Coefficient, slope: Series) -> Series:
        """Solve y' = y * u'; `start` is y at the point, `slope` is h * u'."""
        y = [start]
        for k in range(1, self.terms):
            y.append(self.inner.over(self._sum(slope, y, k, 1), k))
        return y

    def _rotating(self, sine: str, cosine: str, sign: float, u: Series) -> tuple[Series, Series]:
        """Solve y' = z * u' and z' = sign * y * u', as sin and cos, sinh and cosh do."""
        slope = self._slope(u)
        y, z = [getattr(self.inner, sine)(u[0])], [getattr(self.inner, cosine)(u[0])]
        for k in range(1, self.terms):
            y_sum, z_sum = self._sum(slope, z, k, 1), self._sum(slope, y, k, 1)
            y.append(self.inner.over(y_sum, k))
            z.append(self.inner.over(z_sum, sign * k))
        return y, z

    def _feedback(self, start: Coefficient, rate: Coefficient, sign: float, u: Series) -> Series:
        """Solve y' = w * u', where w is a constant + sign * y**2; `rate` is w at the point.

        With the rate given w does not cancel: tanh is 1 long before its derivative is 0.
        """
        slope, y, w = self._slope(u), [start], [rate]
        for k in range(1, self.terms):
            y.append(self.inner.over(self._sum(slope, w, k, 1), k))
            w.append(self.inner.times(self._sum(y, y, k), sign))
        return y

    # --- arithmetic ----------------------------------------------------------------------------

    def add(self, u: Series, v: Series) -> Series:
        shared = min(len(u), len(v))
        rest = u[shared:] or v[shared:]
        return [self.inner.add(a, b) for a, b in zip(u, v, strict=False)] + rest

    def sub(self, u: Series, v: Series) -> Series:
        return self.number(0) if u is v else self.add(u, self.neg(v))

    def neg(self, u: Series) -> Series:
        return [self.inner.neg(a) for a in u]

    def mul(self, u: Series, v: Series) -> Series:
        length = min(len(u) + len(v) - 1, self.terms)
        return [self._sum(u, v, k) for k in range(length)]

    def div(self, u: Series, v: Series) -> Series:
        if len(v) == 1:
            return [self.inner.div(a, v[0]) for a in u]
        u, v = self._over(self._scale(v), u, v)
        y: Series = []
        for k in range(self.terms):
            rest = self.inner.sub(self._of(u, k), self._sum(v, y, k, 1))
            y.append(self.inner.div(rest, v[0]))
        return y

    # --- powers --------------------------------------------------------------------------------

    def power(self, u: Series, v: Series, exponent: Fraction | None = None) -> Series:
        """u**v; `exponent` is the exact value of v, where v is a rational constant."""
        if exponent is not None and exponent.denominator == 1 and exponent >= 0:
            return whole_power(u, int(exponent), self.mul, self.number(1))
        if len(u) == len(v) == 1:
            return [self.inner.power(u[0], v[0], exponent)]
        if len(v) > 1:
            slope = self._slope(self.mul(v, self.log(u)))
            return self._exponential(self.inner.power(u[0], v[0]), slope)
        start = self.inner.power(u[0], v[0], exponent)
        if exponent is not None and exponent.denominator == 1:
            return self._power_from(start, u, exponent)
        return self._root(start, u, v[0] if exponent is None else exponent)

    def _root(
        self, start: Coefficient, u: Series, v: Fraction | Coefficient, odd: bool = False
    ) -> Series:
        """u**v for a constant v that is not whole; `odd` if it is -(-u)**v where u is negative."""
        self._mark_irregular(u, self.leaf(u) == 0)
        return self._power_from(start, u, v)

    def _power_from(self, start: Coefficient, u: Series, v: Fraction | Coefficient) -> Series:
        """u**v where u is not 0 and v is constant; `start` is its value at the point.

        k * u[0] * y[k] is the sum of (v*j - (k - j)) * u[j] * y[k - j] for j from 1 to k.
        """
        y = [start]
        (u,) = self._over(self._scale(u), u)
        slope = self._slope(u)
        for k in range(1, self.terms if len(u) > 1 else 1):
            if isinstance(v, Fraction):  # with exact weights nothing cancels
                weights = (self.inner.number(v * j - (k - j)) for j in range(k + 1))
                weighted = [self.inner.mul(a, w) for a, w in zip(u, weights, strict=False)]
                numerator = self._sum(weighted, y, k, 1)
            else:
                growth = self.inner.mul(v, self._sum(slope, y, k, 1))
                numerator = self.inner.sub(growth, self._sum(u, self._slope(y), k, 1))
            y.append(self.inner.over(self.inner.div(numerator, u[0]), k))
        return y

    def sqrt(self, u: Series) -> Series:
        return self._root(self.inner.sqrt(u[0]), u, Fraction(1, 2))

    def cbrt(self, u: Series) -> Series:
        return self._root(self.inner.cbrt(u[0]), u, Fraction(1, 3), odd=True)

    def hypot(self, u: Series, v: Series) -> Series:
        scale = self._scale(u, v)
        u, v = self._over(scale, u, v)
        root = self.sqrt(self.add(self.mul(u, u), self.mul(v, v)))
        return self.times(root, scale)

    def _scale(self, *series: Series) -> Number:
        """A power of two near the largest value, if that is so far from 1 that squares overflow.

        It is 1 for other values. Divided by it, values have products that fit a float.
        """
        largest = functools.reduce(np.maximum, (np.abs(self.leaf(u)) for u in series))
        usable = np.isfinite(largest) & (largest > 0)
        exponent = np.frexp(np.where(usable, largest, 1.0))[1]
        exponent = np.where(np.abs(exponent) < _MODERATE, 0, exponent)
        return np.ldexp(1.0, np.clip(exponent, -1000, 1000))

    def _over(self, scale: Number, *series: Series) -> Sequence[Series]:
        """The series divided by a power of two."""
        return series if np.all(scale == 1) else [self.times(u, 1 / scale) for u in series]

    # --- piecewise functions -------------------------------------------------------------------

    def _mark_irregular(self, u: Series, condition: Any) -> None:
        """Remember the points at which there may be no series, unless u is constant there."""
        if self.varies(u):
            self.numbers.irregular = self.numbers.irregular | condition

    def _sign_of(self, u: Series) -> Number:
        """The sign of a series near the point."""
        self._mark_irregular(u, self.leaf(u) == 0)
        return np.sign(self.leaf(u))

    def abs(self, u: Series) -> Series:
        return self.times(u, self._sign_of(u))

    def sign(self, u: Series) -> Series:
        return self.times(self.number(1), self._sign_of(u))

    def max(self, u: Series, v: Series) -> Series:
        return u if u is v else self._larger(u, v, 1.0)

    def min(self, u: Series, v: Series) -> Series:
        return u if u is v else self._larger(u, v, -1.0)

    def _larger(self, u: Series, v: Series, sign: float) -> Series:
        """U or v, whichever is larger when both are multiplied by this sign."""
        return self.choose(self._sign_of(self.sub(u, v)) * sign >= 0, u, v)

    def _deciding_sign(self, u: Series) -> Number:
        """The sign of a series on which it depends which branch or whole number it is."""
        return self._sign_of(u)

    def floor(self, u: Series) -> Series:
        whole = np.floor(self.leaf(u))
        sign = self._deciding_sign(self.sub(u, self.number(whole)))
        return self.number(whole + np.minimum(sign, 0))

    def round(self, u: Series) -> Series:
        value = self.leaf(u)
        middle = np.floor(value) + 0.5
        sign = self._deciding_sign(self.sub(u, self.number(middle)))
        return self.number(np.where(sign == 0, np.round(value), middle + sign / 2))

    def mod(self, u: Series, v: Series) -> Series:
        """Return u - v*floor(u/v), whose value is that of NumPy, which loses no digits."""
        first, second = self.leaf(u), self.leaf(v)
        value = np.where(second == 0, np.nan, np.mod(first, second))
        whole = np.round((first - value) / second)
        rest = self.sub(u, self.mul(v, self.number(whole)))
        rest = self.add(rest, self.number(value - self.leaf(rest)))
        is_below = self._deciding_sign(rest) * np.sign(second) < 0
        return self.add(rest, self.times(v, np.where(is_below, 1.0, 0.0)))

    # --- conditions ----------------------------------------------------------------------------
    # A condition is a constant series: 1 where it is true, 0 where it is false, NaN where it has
    # no value.

    def less(self, u: Series, v: Series) -> Series:
        sign = self._difference_sign(u, v)
        return self._condition(sign, sign < 0)

    def equal(self, u: Series, v: Series) -> Series:
        sign = self._difference_sign(u, v)
        return self._condition(sign, sign == 0)

    def negated(self, condition: Series) -> Series:
        value = self.leaf(condition)
        return self._condition(value, value == 0)

    def all_of(self, u: Series, v: Series) -> Series:
        first, second = self.leaf(u), self.leaf(v)
        is_false = (first == 0) | (second == 0)
        return self._condition(np.where(is_false, 0.0, first * second), ~is_false)

    def any_of(self, u: Series, v: Series) -> Series:
        return self.negated(self.all_of(self.negated(u), self.negated(v)))

    def _condition(self, number: Number, is_true: Any) -> Series:
        """A condition, which has no value where a number has none."""
        return self.number(np.where(np.isnan(number), np.nan, np.where(is_true, 1.0, 0.0)))

    def _difference_sign(self, u: Series, v: Series) -> Number:
        return np.float64(0) if u is v else self._deciding_sign(self.sub(u, v))

    def where(self, condition: Series, u: Series, v: Series) -> Series:
        value = self.leaf(condition)
        chosen = self.choose(value == 1, u, v)
        has_value = ~np.isnan(value)
        return chosen if np.all(has_value) else self.choose(has_value, chosen, self.number(np.nan))

    # --- exponential and logarithm -------------------------------------------------------------

    def exp(self, u: Series) -> Series:
        return self._or_zero(self._exponential(self.inner.exp(u[0]), self._slope(u)))

    def _or_zero(self, y: Series) -> Series:
        """y, or 0 where its value underflows, as its derivatives do then."""
        underflow = self.leaf(y) == 0
        return self.choose(underflow, self.number(0), y) if np.any(underflow) else y

    def logaddexp(self, u: Series, v: Series) -> Series:
        is_first = self.leaf(u) >= self.leaf(v)
        largest = self.choose(is_first, u, v)
        return self.add(largest, self.softplus(self.sub(self.choose(is_first, v, u), largest)))

    def expm1(self, u: Series) -> Series:
        return [self.inner.expm1(u[0]), *self.exp(u)[1:]]

    def log(self, u: Series) -> Series:
        if len(u) == 1:
            return [self.inner.log(u[0])]
        return self._divided_integral(self.inner.log(u[0]), self._slope(u), u)

    def log1p(self, u: Series) -> Series:
        argument = self.add(self.number(1), u)
        return self._divided_integral(self.inner.log1p(u[0]), self._slope(u), argument)

    def sigmoid(self, u: Series) -> Series:
        """(1 + tanh(u/2))/2."""
        tanh = self.tanh(self.times(u, 0.5))
        return [self.inner.sigmoid(u[0]), *self.times(tanh[1:], 0.5)]

    def softplus(self, u: Series) -> Series:
        return self._integral(self.inner.softplus(u[0]), self.sigmoid(u), u)

    def elu(self, u: Series, scale: Fraction = _ONE, slope: Fraction = _ONE) -> Series:
        """scale*u, or slope*expm1(u) where u < 0."""
        zero = self.number(0)
        negative = self.mul(self.expm1(self.min(u, zero)), self.number(slope))
        return self.add(self.mul(self.max(u, zero), self.number(scale)), negative)

    # --- circular functions --------------------------------------------------------------------

    def sin(self, u: Series) -> Series:
        return self._rotating("sin", "cos", -1.0, u)[0]

    def cos(self, u: Series) -> Series:
        return self._rotating("sin", "cos", -1.0, u)[1]

    def tan(self, u: Series) -> Series:
        return self._feedback(self.inner.tan(u[0]), self._inverse_square("cos", u), 1.0, u)

    def cot(self, u: Series) -> Series:
        start = self.inner.div(self.inner.cos(u[0]), self.inner.sin(u[0]))
        return self._feedback(start, self._inverse_square("sin", u), 1.0, self.neg(u))

    def _inverse_square(self, name: str, u: Series) -> Coefficient:
        """1/f(u)**2 at the point."""
        value = getattr(self.inner, name)(u[0])
        inverse = self.inner.div(self.inner.number(1), value)
        return self.inner.mul(inverse, inverse)

    def sinc(self, u: Series) -> Series:
        """Its coefficients at the point, composed with the rest of u."""
        at = self.bottom(u)
        step = self.sub(u, self.number(at))
        *lower, y = map(self.number, self._sinc(at))
        for coefficient in reversed(lower):
            y = self.add(self.mul(y, step), coefficient)
        return y

    def _sinc(self, at: Number) -> list[Number]:
        """The coefficients of sinc: those of sin are at*y[k] + y[k - 1].

        Solved for y[k] errors grow where k > |at|, and solved for y[k - 1] elsewhere, from an
        index on at which what is left out has vanished.
        """
        ring: Any = self.numbers
        count = self.orders + 1
        sines = [ring.sin(at), ring.cos(at)]
        for k in range(2, 2 * count + 80):
            sines.append(ring.neg(ring.over(ring.over(sines[k - 2], k), k - 1)))
        size = np.abs(ring.leaf(at))
        moderate = ring.choose(size < count, at, ring.number(0.0))
        down = [ring.number(0.0)]
        for sine in reversed(sines):
            down.append(ring.sub(sine, ring.mul(moderate, down[-1])))
        down.reverse()
        y = [ring.choose(size > 0, ring.div(sines[0], at), ring.number(1.0))]
        for k in range(1, count):
            up = ring.div(ring.sub(sines[k], y[-1]), at)
            y.append(ring.choose(k < size, up, down[k + 1]))
        return y

    def asin(self, u: Series) -> Series:
        return self._arc(self.inner.asin(u[0]), u, u)

    def acos(self, u: Series) -> Series:
        return self._arc(self.inner.acos(u[0]), u, self.neg(u))

    def _arc(self, start: Coefficient, u: Series, signed: Series) -> Series:
        """Solve sqrt(1 - u**2) * y' = signed', where `signed` is u or -u."""
        self._mark_irregular(u, np.abs(self.leaf(u)) == 1)
        w = self.sqrt(self._complement(u))
        return self._divided_integral(start, self._slope(signed), w)

    def _complement(self, u: Series) -> Series:
        """1 - u**2; where u is near 1 as a product, because the difference would cancel."""
        unit = self.number(1)
        product = self.mul(self.sub(unit, u), self.add(unit, u))
        difference = self.sub(unit, self.mul(u, u))
        return self.choose(np.abs(self.leaf(u)) < 0.5, difference, product)

    def atan(self, u: Series) -> Series:
        return self.atan2(u, self.number(1))

    def acot(self, u: Series) -> Series:
        """Its slope is that of -atan(u), in which no quotient cancels."""
        start = self.inner.atan(self.inner.div(self.inner.number(1), u[0]))
        return [start, *self.neg(self.atan(u))[1:]]

    def atan2(self, y: Series, x: Series) -> Series:
        """(x**2 + y**2) * angle' = x * y' - y * x'."""
        self._mark_irregular(y, (self.leaf(y) == 0) & (self.leaf(x) <= 0))
        start = self.inner.atan2(y[0], x[0])
        y, x = self._over(self._scale(y, x), y, x)
        w = self.add(self.mul(x, x), self.mul(y, y))
        slope = self.sub(self.mul(self._slope(y), x), self.mul(self._slope(x), y))
        return self._divided_integral(start, slope, w)

    # --- hyperbolic functions ------------------------------------------------------------------

    def sinh(self, u: Series) -> Series:
        return self._rotating("sinh", "cosh", 1.0, u)[0]

    def cosh(self, u: Series) -> Series:
        return self._rotating("sinh", "cosh", 1.0, u)[1]

    def tanh(self, u: Series) -> Series:
        """Its slope at the point is 4 * sigmoid(2*u) * sigmoid(-2*u), which does not overflow."""
        up, down = (self.inner.sigmoid(self.inner.times(u[0], sign * 2.0)) for sign in (1, -1))
        rate = self.inner.times(self.inner.mul(up, down), 4.0)
        return self._feedback(self.inner.tanh(u[0]), rate, -1.0, u)

    def asinh(self, u: Series) -> Series:
        w = self.hypot(self.number(1), u)
        return self._divided_integral(self.inner.asinh(u[0]), self._slope(u), w)

    def acosh(self, u: Series) -> Series:
        self._mark_irregular(u, self.leaf(u) == 1)
        unit = self.number(1)
        w = self.mul(self.sqrt(self.sub(u, unit)), self.sqrt(self.add(u, unit)))
        return self._divided_integral(self.inner.acosh(u[0]), self._slope(u), w)

    def atanh(self, u: Series) -> Series:
        w = self._complement(u)
        return self._divided_integral(self.inner.atanh(u[0]), self._slope(u), w)

    # --- error and gamma functions -------------------------------------------------------------

    def erf(self, u: Series) -> Series:
        return self._integral(self.inner.erf(u[0]), self._bell(u), u)

    def erfc(self, u: Series) -> Series:
        return self._integral(self.inner.erfc(u[0]), self._bell(u), self.neg(u))

    def _bell(self, u: Series) -> Series:
        """2/sqrt(pi) * exp(-u**2)."""
        return self.mul(self.exp(self.neg(self.mul(u, u))), self.number(_BELL))

    def _by_rule(self, rule: Callable[..., Series], *arguments: Series) -> Series:
        return rule(self, *arguments)

    def gamma(self, u: Series) -> Series:
        """Solve y' = y * digamma(u) * u'; a linear u has a series in which nothing cancels."""
        if len(u) == 2 and isinstance(self.inner, Numbers):
            at, step = (self.inner.leaf(a) for a in u)
            scale, coefficients = gamma.coefficients(at, self.terms)
            powers = (a * (step / scale) ** k for k, a in enumerate(coefficients[1:], 1))
            return [self.inner.gamma(u[0]), *map(self.inner.number, powers)]
        slope = self.mul(self._slope(u), self.digamma(u))
        return self._or_zero(self._exponential(self.inner.gamma(u[0]), slope))

    def lgamma(self, u: Series) -> Series:
        return self._integral(self.inner.lgamma(u[0]), self.digamma(u), u)

    def digamma(self, u: Series) -> Series:
        """The logarithmic derivative of gamma, by reflection where u < 1/2.

        Its coefficients are sums of terms of one sign, for which float64 is enough.
        """
        if isinstance(self.inner, Doubled):
            series = Taylor(self.terms, Numbers()).digamma(list(map(self.inner.leaf, u)))
            return list(map(self.inner.number, series))
        at = self.leaf(u)
        left = at < 0.5
        if not np.any(left):
            return self._digamma(u)
        y = self._digamma(self.choose(left, self.sub(self.number(1), u), u))
        from_pole = self.sub(u, self.times(self.number(1), np.where(left, np.round(at), 0.0)))
        reflection = self.times(self.cot(self.times(from_pole, math.pi)), math.pi)
        return self.choose(left, self.sub(y, reflection), y)

    def gammainc(self, a: Series, u: Series) -> Series:
        return self._integral(self.inner.gammainc(a[0], u[0]), self.gamma_density(a, u), u)

    def gammaincc(self, a: Series, u: Series) -> Series:
        start = self.inner.gammaincc(a[0], u[0])
        return self._integral(start, self.gamma_density(a, u), self.neg(u))

    def lower_gamma(self, a: Series, u: Series) -> Series:
        return self._integral(self.inner.lower_gamma(a[0], u[0]), self.gamma_kernel(a, u), u)

    def upper_gamma(self, a: Series, u: Series) -> Series:
        start = self.inner.upper_gamma(a[0], u[0])
        return self._integral(start, self.gamma_kernel(a, u), self.neg(u))

    def gamma_kernel(self, a: Series, u: Series) -> Series:
        """u**(a - 1)*exp(-u), the derivative of lower_gamma(a, u) by u."""
        return self._exponential(self.inner.gamma_kernel(a[0], u[0]), self._kernel_slope(a, u))

    def gamma_density(self, a: Series, u: Series) -> Series:
        """The derivative of gammainc(a, u) by u."""
        return self._exponential(self.inner.gamma_density(a[0], u[0]), self._kernel_slope(a, u))

    def _kernel_slope(self, a: Series, u: Series) -> Series:
        self._mark_irregular(u, self.leaf(u) == 0)
        exponent = self.mul(self.sub(a, self.number(1)), self.log(u))
        return self._slope(self.sub(exponent, u))

    def betainc(self, a: Series, b: Series, u: Series) -> Series:
        start = self.inner.betainc(a[0], b[0], u[0])
        return self._integral(start, self.beta_density(a, b, u), u)

    def beta_density(self, a: Series, b: Series, u: Series) -> Series:
        """The derivative of betainc(a, b, u) by u."""
        self._mark_irregular(u, (self.leaf(u) == 0) | (self.leaf(u) == 1))
        unit = self.number(1)
        first = self.mul(self.sub(a, unit), self.log(u))
        second = self.mul(self.sub(b, unit), self.log(self.sub(unit, u)))
        start = self.inner.beta_density(a[0], b[0], u[0])
        return self._exponential(start, self._slope(self.add(first, second)))

    def hurwitz_zeta(self, s: Series, u: Series) -> Series:
        """Taylor's formula in u, whose derivatives are -s*zeta(s + 1, u) and so on."""
        outer, factor, order = [], self.inner.number(1), s[0]
        for k in range(self.terms if len(u) > 1 else 1):
            outer.append(self.inner.mul(factor, self.inner.hurwitz_zeta(order, u[0])))
            factor = self.inner.over(self.inner.neg(self.inner.mul(factor, order)), k + 1)
            order = self.inner.add(order, self.inner.number(1))
        return self._composed(outer, u)

    def beta(self, u: Series, v: Series) -> Series:
        return self._gamma_quotient((u, v), (self.add(u, v),))

    def binomial(self, n: Series, k: Series) -> Series:
        first = self.add(self.sub(n, k), self.number(1))
        if (whole := self._small_whole(k)) is not None:
            return self.over(self._rising(first, whole), math.factorial(whole))
        above = self.add(n, self.number(1))
        return self._gamma_quotient((above,), (self.add(k, self.number(1)), first))

    def pochhammer(self, u: Series, n: Series) -> Series:
        if (whole := self._small_whole(n)) is not None:
            return self._rising(u, whole)
        return self._gamma_quotient((self.add(u, n),), (u,))

    def _small_whole(self, n: Series) -> int | None:
        """The value of a constant that is a small natural number at all points; else None."""
        values = np.unique(self.leaf(n))
        is_one = len(values) == 1 and not self.varies(n)
        return int(values[0]) if is_one and values[0] in range(_MOST_FACTORS) else None

    def _rising(self, u: Series, count: int) -> Series:
        y = self.number(1)
        for i in range(count):
            y = self.mul(y, self.add(u, self.number(float(i))))
        return y

    def _gamma_quotient(self, above: Sequence[Series], below: Sequence[Series]) -> Series:
        """A product of gamma functions over another; by logarithms where they overflow."""
        y, logarithm, large = self.number(1), self.number(0), np.False_
        for rule, sign, u in (
            *(("gamma", 1.0, u) for u in above),
            *(("rgamma", -1.0, u) for u in below),
        ):
            is_large = self.leaf(u) > _LARGE
            if np.any(is_large):
                term = self.times(self.lgamma(self.choose(is_large, u, self.number(1))), sign)
                logarithm = self.add(logarithm, self.choose(is_large, term, self.number(0)))
                u = self.choose(is_large, self.number(1), u)
                large = large | is_large
            y = self.mul(y, special.composed(rule, self, u))
        return self.mul(self.exp(logarithm), y) if np.any(large) else y

    def polygamma(self, n: Series, u: Series) -> Series:
        """A derivative of digamma; its order may differ from point to point."""
        orders, y = self.leaf(n), self.number(np.nan)
        for order in np.unique(orders).tolist():
            if order in range(_MOST_ORDER + 1) and not self.varies(n):
                y = self.choose(orders == order, self._polygamma(int(order), u), y)
        return y

    def _polygamma(self, order: int, u: Series) -> Series:
        longer = Taylor(self.terms + order, self.inner)
        at_point = longer.digamma([u[0], self.inner.number(1.0)])
        outer = [
            self.inner.times(a, float(math.perm(k, order)))
            for k, a in enumerate(at_point)
            if k >= order
        ]
        return self._composed(outer, u)

    def _composed(self, outer: Series, u: Series) -> Series:
        """f(u), where `outer` has the coefficients of f at the point."""
        step = [self.inner.number(0), *u[1:]]
        if len(u) == 1:
            return outer[:1]
        y: Series = []
        for coefficient in reversed(outer[: self.terms]):
            y = self.add(self.mul(y, step) if y else [], [coefficient])
        return y

    def _digamma(self, u: Series) -> Series:
        """Digamma where u >= 1/2, from its asymptotic series at a larger argument.

        digamma(u) = digamma(u + n) - sum of 1/(u + i) for i < n (Abramowitz and Stegun 6.3.6),
        and 6.3.18 at u + n. That is right in all coefficients where u + n exceeds 10 + 3/5 of
        the order: with 20 terms the relative error is below 1e-21 at orders up to 100.
        """
        at, far_enough = self.leaf(u), 10 + 0.6 * self.orders
        least = np.min(np.where(at >= 0.5, at, far_enough), initial=far_enough)
        count = math.ceil(far_enough - least)
        steps = self.number(0)
        for i in range(count):
            steps = self.add(steps, self.div(self.number(1), self.add(u, self.number(i))))
        u = self.add(u, self.number(count))
        inverse = self.div(self.number(1), u)
        square = self.mul(inverse, inverse)
        tail = self.number(0)
        for weight in reversed(_DIGAMMA):
            tail = self.mul(self.add(tail, self.number(weight)), square)
        digamma = self.sub(self.sub(self.log(u), self.times(inverse, 0.5)), tail)
        return self.sub(digamma, steps)


for _name in special.COMPOSED:
    _rule = functools.partial(special.composed, _name)
    setattr(Taylor, _name, functools.partialmethod(Taylor._by_rule, _rule))

_BERNOULLI = [Fraction(1)]
for _n in range(1, 41):
    _terms = (math.comb(_n + 1, k) * number for k, number in enumerate(_BERNOULLI))
    _BERNOULLI.append(-sum(_terms, Fraction(0)) / (_n + 1))

_DIGAMMA = [number / (2 * j) for j, number in enumerate(_BERNOULLI[2::2], 1)]
"""The coefficients of digamma's asymptotic series in 1/u**2."""
