"""What the operators and functions of the table do to truncated Taylor series.

A series is a list of coefficients, the constant one first; what is left out at its end is zero.
The rules hold over every ring that has the rationals in it: the coefficients may be numbers, or
series in another variable in their turn, which gives mixed derivatives.

The recurrences are those of Griewank and Walther, Evaluating Derivatives, 2nd ed., SIAM 2008:
arithmetic and roots in section 13.2, and what solves a differential equation in its argument
(exp, log, sin, tan, atan and their kin) as in proposition 13.1 there. The rule of powers is
Euler's (Knuth, The Art of Computer Programming, vol. 2, section 4.7). Gamma solves no such
equation: its logarithmic derivative is summed up (see `_digamma`), or it has its own series (see
`tapecli.engines.taylor.gamma`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from tapecli.engines.taylor import gamma
from tapecli.engines.taylor.doubled import Doubled
from tapecli.engines.taylor.numbers import Number, Numbers, Plain

Coefficient: TypeAlias = Any
"""What a coefficient is: numbers, or a series in another variable."""
Series: TypeAlias = list[Coefficient]

_MODERATE = 256
"""Numbers between 2**-256 and 2**256 have products and quotients that fit a float."""


_BELL = Fraction("1.12837916709551257389615890312154517168810125865799771368817144")
"""2/sqrt(pi)."""


class Taylor:
    """The rules, for series of so many terms.

    Args:
        terms: how many coefficients are carried: one more than the highest order.
        inner: what the coefficients are: `Numbers`, or the `Taylor` of another variable.
    """

    def __init__(self, terms: int, inner: Numbers | Taylor) -> None:
        self.terms = terms
        self.inner: Any = inner
        self._met: Any = False

    @property
    def awkward(self) -> Any:
        """At which points a rule met a kink or a zero of a root; False for at none.

        Only the constant coefficients are right there.
        """
        return self._met | (self.inner.awkward if isinstance(self.inner, Taylor) else False)

    # --- what a ring has ----------------------------------------------------------------------

    def number(self, value: Plain) -> Series:
        """A constant."""
        return [self.inner.number(value)]

    def leaf(self, u: Series) -> Number:
        """The number at the very bottom: the value at the point."""
        return self.inner.leaf(u[0])

    def bottom(self, u: Series) -> Number:
        """The same, with all of its digits."""
        return self.inner.bottom(u[0])

    @property
    def numbers(self) -> Numbers:
        """The arithmetic at the very bottom."""
        numbers: Numbers = self.inner.numbers
        return numbers

    def varies(self, u: Series) -> bool:
        """Whether it depends on any of the variables."""
        return len(u) > 1 or self.inner.varies(u[0])

    def choose(self, where: Any, u: Series, v: Series) -> Series:
        """For each point the one or the other series."""
        length = max(len(u), len(v))
        return [self.inner.choose(where, self._of(u, k), self._of(v, k)) for k in range(length)]

    def times(self, u: Series, factor: Number) -> Series:
        """A multiple by plain numbers."""
        return [self.inner.times(a, factor) for a in u]

    def over(self, u: Series, divisor: float) -> Series:
        """A quotient by a whole number, which has no exact inverse."""
        return [self.inner.over(a, divisor) for a in u]

    def dot(self, us: Sequence[Series], vs: Sequence[Series]) -> Series:
        """The sum of the products of two sequences; 0 for empty ones."""
        total = self.number(0)
        for u, v in zip(us, vs, strict=True):
            total = self.add(total, self.mul(u, v))
        return total

    # --- the shapes of recurrences ------------------------------------------------------------

    def _of(self, u: Series, k: int) -> Coefficient:
        return u[k] if k < len(u) else self.inner.number(0)

    def _sum(self, u: Series, v: Series, k: int, first: int = 0, last: int | None = None) -> Any:
        """The sum of u[j] * v[k - j] for j from first to last, k if that is left out."""
        first = max(first, k - len(v) + 1)
        last = min(k if last is None else last, len(u) - 1)
        if last < first:
            return self.inner.number(0)
        return self.inner.dot(u[first : last + 1], v[k - last : k - first + 1][::-1])

    def _slope(self, u: Series) -> Series:
        """The coefficients of h * u'."""
        return [self.inner.times(a, float(k)) for k, a in enumerate(u)]

    def _integral(self, start: Coefficient, w: Series, u: Series) -> Series:
        """Solve y' = w * u' from this constant coefficient."""
        slope = self._slope(u)
        sums = (self.inner.over(self._sum(slope, w, k, 1), k) for k in range(1, self.terms))
        return [start, *sums]

    def _divided_integral(self, start: Coefficient, slope: Series, w: Series) -> Series:
        """Solve w * y' = u' from this constant coefficient; `slope` is that of u."""
        slope, w = self._over(self._scale(w), slope, w)
        y, own = [start], [self.inner.number(0)]
        for k in range(1, self.terms):
            rest = self.inner.sub(self._of(slope, k), self._sum(own, w, k, 1, k - 1))
            own.append(self.inner.div(rest, w[0]))
            y.append(self.inner.over(own[k], k))
        return y

    def _exponential(self, start: Coefficient, slope: Series) -> Series:
        """Solve y' = y * u' from this constant coefficient; `slope` is that of u."""
        y = [start]
        for k in range(1, self.terms):
            y.append(self.inner.over(self._sum(slope, y, k, 1), k))
        return y

    def _rotating(self, u: Series, first: Any, second: Any, sign: float) -> tuple[Series, Series]:
        """Solve y' = z * u' and z' = sign * y * u', as sin and cos, sinh and cosh do."""
        slope, y, z = self._slope(u), [first], [second]
        for k in range(1, self.terms):
            of_y, of_z = self._sum(slope, z, k, 1), self._sum(slope, y, k, 1)
            y.append(self.inner.over(of_y, k))
            z.append(self.inner.over(of_z, sign * k))
        return y, z

    def _feedback(self, start: Coefficient, rate: Coefficient, sign: float, u: Series) -> Series:
        """Solve y' = w * u', where w is a constant + sign * y**2, and w[0] this rate.

        So w has no cancellation of its own: tanh is 1 long before its derivative is 0.
        """
        slope, y, w = self._slope(u), [start], [rate]
        for k in range(1, self.terms):
            y.append(self.inner.over(self._sum(slope, w, k, 1), k))
            w.append(self.inner.times(self._sum(y, y, k), sign))
        return y

    # --- arithmetic ---------------------------------------------------------------------------

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

    # --- powers -------------------------------------------------------------------------------

    def power(self, u: Series, v: Series, exponent: Fraction | None = None) -> Series:
        """u**v; `exponent` is v's exact value, where it is a rational constant."""
        if exponent is not None and exponent.denominator == 1 and exponent >= 0:
            return self._product(u, int(exponent))
        if len(u) == len(v) == 1:
            return [self.inner.power(u[0], v[0], exponent)]
        if len(v) > 1:
            slope = self._slope(self.mul(v, self.log(u)))
            return self._exponential(self.inner.power(u[0], v[0]), slope)
        if exponent is not None and exponent.denominator == 1:
            return self._power_from(self.inner.power(u[0], v[0], exponent), u, v[0], exponent)
        return self._root(u, v[0], exponent)

    def _product(self, u: Series, exponent: int) -> Series:
        """u**exponent by repeated squaring."""
        result = self.number(1)
        while exponent:
            if exponent % 2:
                result = self.mul(result, u)
            exponent //= 2
            u = self.mul(u, u) if exponent else u
        return result

    def _root(self, u: Series, v: Coefficient, exponent: Fraction | None) -> Series:
        """u**v for a v that does not change and is not whole."""
        self._meet(u, self.leaf(u) == 0)
        return self._power_from(self.inner.power(u[0], v, exponent), u, v, exponent)

    def _power_from(
        self, start: Coefficient, u: Series, v: Coefficient, exponent: Fraction | None
    ) -> Series:
        """u**v where u is not 0 and v does not change, from its constant coefficient.

        k * u[0] * y[k] is the sum of (v*j - (k - j)) * u[j] * y[k - j] for j from 1 to k.
        """
        y = [start]
        (u,) = self._over(self._scale(u), u)
        slope = self._slope(u)
        for k in range(1, self.terms if len(u) > 1 else 1):
            if exponent is None:
                up = self.inner.mul(v, self._sum(slope, y, k, 1))
                above = self.inner.sub(up, self._sum(u, self._slope(y), k, 1))
            else:  # with exact weights nothing cancels
                weights = [
                    self.inner.number(exponent * j - (k - j)) for j in range(min(k + 1, len(u)))
                ]
                weighted = [self.inner.mul(a, w) for a, w in zip(u, weights, strict=False)]
                above = self._sum(weighted, y, k, 1)
            y.append(self.inner.over(self.inner.div(above, u[0]), k))
        return y

    def sqrt(self, u: Series) -> Series:
        self._meet(u, self.leaf(u) == 0)
        half = Fraction(1, 2)
        return self._power_from(self.inner.sqrt(u[0]), u, self.inner.number(half), half)

    def cbrt(self, u: Series) -> Series:
        self._meet(u, self.leaf(u) == 0)
        third = Fraction(1, 3)
        return self._power_from(self.inner.cbrt(u[0]), u, self.inner.number(third), third)

    def hypot(self, u: Series, v: Series) -> Series:
        scale = self._scale(u, v)
        u, v = self._over(scale, u, v)
        root = self.sqrt(self.add(self.mul(u, u), self.mul(v, v)))
        return self.times(root, scale)

    def _scale(self, *series: Series) -> Number:
        """A power of two near the largest of values where its square is far from 1, or else 1.

        Over it, products of the values neither overflow nor underflow.
        """
        largest = functools.reduce(np.maximum, (np.abs(self.leaf(u)) for u in series))
        usable = np.isfinite(largest) & (largest > 0)
        exponent = np.frexp(np.where(usable, largest, 1.0))[1]
        exponent = np.where(np.abs(exponent) < _MODERATE, 0, exponent)
        return np.ldexp(1.0, np.clip(exponent, -1000, 1000))

    def _over(self, scale: Number, *series: Series) -> Sequence[Series]:
        """The series over a power of two."""
        return series if np.all(scale == 1) else [self.times(u, 1 / scale) for u in series]

    # --- pieces -------------------------------------------------------------------------------

    def _meet(self, u: Series, where: Any) -> None:
        """Remember the points at which there may be no series, unless nothing changes there."""
        if self.varies(u):
            self._met = self._met | where

    def _sign_of(self, u: Series) -> Number:
        """The sign that a series has around the point."""
        self._meet(u, self.leaf(u) == 0)
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
        """The one that is larger times this sign."""
        return self.choose(self._sign_of(self.sub(u, v)) * sign >= 0, u, v)

    # --- exponential and logarithm ------------------------------------------------------------

    def exp(self, u: Series) -> Series:
        return self._or_zero(self._exponential(self.inner.exp(u[0]), self._slope(u)))

    def _or_zero(self, y: Series) -> Series:
        """A series, or 0 where its value is too small for a float, as its derivatives are then."""
        small = self.leaf(y) == 0
        return self.choose(small, self.number(0), y) if np.any(small) else y

    def expm1(self, u: Series) -> Series:
        return [self.inner.expm1(u[0]), *self.exp(u)[1:]]

    def log(self, u: Series) -> Series:
        if len(u) == 1:
            return [self.inner.log(u[0])]
        return self._divided_integral(self.inner.log(u[0]), self._slope(u), u)

    def log1p(self, u: Series) -> Series:
        whole = self.add(self.number(1), u)
        return self._divided_integral(self.inner.log1p(u[0]), self._slope(u), whole)

    def sigmoid(self, u: Series) -> Series:
        """(1 + tanh(u/2))/2."""
        tanh = self.tanh(self.times(u, 0.5))
        return [self.inner.sigmoid(u[0]), *self.times(tanh[1:], 0.5)]

    def softplus(self, u: Series) -> Series:
        return self._integral(self.inner.softplus(u[0]), self.sigmoid(u), u)

    # --- circular functions -------------------------------------------------------------------

    def sin(self, u: Series) -> Series:
        return self._rotating(u, self.inner.sin(u[0]), self.inner.cos(u[0]), -1.0)[0]

    def cos(self, u: Series) -> Series:
        return self._rotating(u, self.inner.sin(u[0]), self.inner.cos(u[0]), -1.0)[1]

    def tan(self, u: Series) -> Series:
        return self._feedback(self.inner.tan(u[0]), self._inverse_square("cos", u), 1.0, u)

    def cot(self, u: Series) -> Series:
        start = self.inner.div(self.inner.cos(u[0]), self.inner.sin(u[0]))
        return self._feedback(start, self._inverse_square("sin", u), 1.0, self.neg(u))

    def _inverse_square(self, name: str, u: Series) -> Coefficient:
        """1/f(u)**2 of the constant coefficient."""
        value = getattr(self.inner, name)(u[0])
        inverse = self.inner.div(self.inner.number(1), value)
        return self.inner.mul(inverse, inverse)

    def sec(self, u: Series) -> Series:
        return self.div(self.number(1), self.cos(u))

    def csc(self, u: Series) -> Series:
        return self.div(self.number(1), self.sin(u))

    def asin(self, u: Series) -> Series:
        self._meet(u, np.abs(self.leaf(u)) == 1)
        w = self.sqrt(self._complement(u))
        return self._divided_integral(self.inner.asin(u[0]), self._slope(u), w)

    def acos(self, u: Series) -> Series:
        self._meet(u, np.abs(self.leaf(u)) == 1)
        w = self.sqrt(self._complement(u))
        return self._divided_integral(self.inner.acos(u[0]), self._slope(self.neg(u)), w)

    def _complement(self, u: Series) -> Series:
        """1 - u**2, near 1 as a product: the difference has no digits there."""
        one = self.number(1)
        product = self.mul(self.sub(one, u), self.add(one, u))
        difference = self.sub(one, self.mul(u, u))
        return self.choose(np.abs(self.leaf(u)) < 0.5, difference, product)

    def atan(self, u: Series) -> Series:
        return self.atan2(u, self.number(1))

    def atan2(self, y: Series, x: Series) -> Series:
        """(x**2 + y**2) * angle' = x * y' - y * x'."""
        self._meet(y, (self.leaf(y) == 0) & (self.leaf(x) <= 0))
        start = self.inner.atan2(y[0], x[0])
        y, x = self._over(self._scale(y, x), y, x)
        w = self.add(self.mul(x, x), self.mul(y, y))
        slope = self.sub(self.mul(self._slope(y), x), self.mul(self._slope(x), y))
        return self._divided_integral(start, slope, w)

    # --- hyperbolic functions -----------------------------------------------------------------

    def sinh(self, u: Series) -> Series:
        return self._rotating(u, self.inner.sinh(u[0]), self.inner.cosh(u[0]), 1.0)[0]

    def cosh(self, u: Series) -> Series:
        return self._rotating(u, self.inner.sinh(u[0]), self.inner.cosh(u[0]), 1.0)[1]

    def tanh(self, u: Series) -> Series:
        """Its slope begins at 4 * sigmoid(2*u) * sigmoid(-2*u), which does not overflow."""
        up, down = (self.inner.sigmoid(self.inner.times(u[0], sign * 2.0)) for sign in (1, -1))
        rate = self.inner.times(self.inner.mul(up, down), 4.0)
        return self._feedback(self.inner.tanh(u[0]), rate, -1.0, u)

    def asinh(self, u: Series) -> Series:
        w = self.hypot(self.number(1), u)
        return self._divided_integral(self.inner.asinh(u[0]), self._slope(u), w)

    def acosh(self, u: Series) -> Series:
        self._meet(u, self.leaf(u) == 1)
        one = self.number(1)
        w = self.mul(self.sqrt(self.sub(u, one)), self.sqrt(self.add(u, one)))
        return self._divided_integral(self.inner.acosh(u[0]), self._slope(u), w)

    def atanh(self, u: Series) -> Series:
        w = self._complement(u)
        return self._divided_integral(self.inner.atanh(u[0]), self._slope(u), w)

    # --- error and gamma functions ------------------------------------------------------------

    def erf(self, u: Series) -> Series:
        return self._integral(self.inner.erf(u[0]), self._bell(u), u)

    def erfc(self, u: Series) -> Series:
        return self._integral(self.inner.erfc(u[0]), self._bell(u), self.neg(u))

    def _bell(self, u: Series) -> Series:
        """2/sqrt(pi) * exp(-u**2)."""
        return self.mul(self.exp(self.neg(self.mul(u, u))), self.number(_BELL))

    def gamma(self, u: Series) -> Series:
        """Solve y' = y * digamma(u) * u'; the sums in that cancel, which a linear u avoids."""
        if len(u) == 2 and isinstance(self.inner, Numbers):
            at, step = (self.inner.leaf(a) for a in u)
            scale, own = gamma.coefficients(at, self.terms)
            powers = (a * (step / scale) ** k for k, a in enumerate(own[1:], 1))
            rest = map(self.inner.number, powers)
            return [self.inner.gamma(u[0]), *rest]
        slope = self.mul(self._slope(u), self.digamma(u))
        return self._or_zero(self._exponential(self.inner.gamma(u[0]), slope))

    def lgamma(self, u: Series) -> Series:
        return self._integral(self.inner.lgamma(u[0]), self.digamma(u), u)

    def digamma(self, u: Series) -> Series:
        """The logarithmic derivative of gamma, by reflection where u < 1/2.

        Its coefficients are sums of one sign: float64 will do for them.
        """
        if isinstance(self.inner, Doubled):
            plain = Taylor(self.terms, Numbers())
            return list(map(self.inner.number, plain.digamma(list(map(self.inner.leaf, u)))))
        at = self.leaf(u)
        left = at < 0.5
        if not np.any(left):
            return self._digamma(u)
        y = self._digamma(self.choose(left, self.sub(self.number(1), u), u))
        from_pole = self.sub(u, self.times(self.number(1), np.where(left, np.round(at), 0.0)))
        turn = self.times(self.cot(self.times(from_pole, math.pi)), math.pi)
        return self.choose(left, self.sub(y, turn), y)

    def _digamma(self, u: Series) -> Series:
        """Digamma where u >= 1/2: its asymptotic series far to the right, and the steps there.

        digamma(u) = digamma(u + n) - sum of 1/(u + i) for i < n (Abramowitz and Stegun 6.3.6),
        and 6.3.18 at u + n. That is right in all coefficients where u + n exceeds 10 + 3/5 of
        the order: with 20 terms the relative error is below 1e-21 at orders up to 100.
        """
        at, far_enough = self.leaf(u), 10 + 0.6 * self._orders()
        least = np.min(np.where(at >= 0.5, at, far_enough), initial=far_enough)
        count = math.ceil(far_enough - least)
        steps = self.number(0)
        for i in range(count):
            steps = self.add(steps, self.div(self.number(1), self.add(u, self.number(i))))
        far = self.add(u, self.number(count))
        return self.sub(self._asymptotic_digamma(far), steps)

    def _asymptotic_digamma(self, u: Series) -> Series:
        inverse = self.div(self.number(1), u)
        square = self.mul(inverse, inverse)
        tail = self.number(0)
        for weight in reversed(_DIGAMMA):
            tail = self.mul(self.add(tail, self.number(weight)), square)
        return self.sub(self.sub(self.log(u), self.times(inverse, 0.5)), tail)

    def _orders(self) -> int:
        """The sum of the highest orders by all variables."""
        return self.terms - 1 + (self.inner._orders() if isinstance(self.inner, Taylor) else 0)


def _bernoulli(count: int) -> list[Fraction]:
    """The Bernoulli numbers B(2), B(4), ..., so many of them."""
    numbers = [Fraction(1)]
    for n in range(1, 2 * count + 1):
        total = sum((math.comb(n + 1, k) * numbers[k] for k in range(n)), Fraction(0))
        numbers.append(-total / (n + 1))
    return numbers[2::2]


_DIGAMMA = [number / (2 * j) for j, number in enumerate(_bernoulli(20), 1)]
"""The coefficients of digamma's asymptotic series in 1/u**2."""
