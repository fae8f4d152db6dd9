"""Numbers of twice the precision: coefficients whose sums cancel, and keep their digits.

The sums of products that a recurrence is made of cancel more with each order: the coefficients of
exp(x)*sin(x) of order k are 2**(k/2) times smaller than the terms that they are sums of. Here a
number is the unevaluated sum of two float64, which has some 32 digits (Dekker, A floating-point
technique for extending the available precision, Numer. Math. 18, 1971; see `sums`). Functions of
the constant coefficients have as many digits: with sin(1) rounded to float64 sin(x)/x has a pole
at 0, whose residue of 1e-16 is all that is left of its coefficients of high order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from tapecli import floats
from tapecli.engines.certified import elementary
from tapecli.engines.taylor.numbers import Number, Numbers, Plain


class Double(NamedTuple):
    """The sum of two numbers, of which the second is below half an ulp of the first."""

    high: Number
    low: Number


Factor: TypeAlias = "float | Number"


class Doubled(Numbers):
    """Arithmetic on numbers of twice the precision."""

    def number(self, value: Plain | Double) -> Double:
        if isinstance(value, Double):
            return value
        high, low = super().number(value), 0.0
        if isinstance(value, Fraction) and np.isfinite(high):
            low = float(value - Fraction(float(high)))
        return Double(high, np.zeros_like(high) + low)

    def leaf(self, u: Double) -> Number:
        return u.high

    def choose(self, where: Any, u: Double, v: Double) -> Double:
        return Double(np.where(where, u.high, v.high), np.where(where, u.low, v.low))

    # --- arithmetic ---------------------------------------------------------------------------

    def add(self, u: Double, v: Double) -> Double:
        high, rest = floats.two_sum(u.high, v.high)
        return _normal(high, rest + (u.low + v.low))

    def sub(self, u: Double, v: Double) -> Double:
        return self.add(u, self.neg(v))

    def neg(self, u: Double) -> Double:
        return Double(-u.high, -u.low)

    def mul(self, u: Double, v: Double) -> Double:
        high, rest = _product(u.high, v.high)
        return _normal(high, rest + (u.high * v.low + u.low * v.high))

    def times(self, u: Double, factor: Factor) -> Double:
        high, rest = _product(u.high, factor)
        return _normal(high, rest + u.low * factor)

    def over(self, u: Double, divisor: float) -> Double:
        return self.div(u, self.number(divisor))

    def div(self, u: Double, v: Double) -> Double:
        first = super().div(u.high, v.high)
        back, rest = _product(first, v.high)
        second = (((u.high - back) - rest) + (u.low - first * v.low)) / v.high
        return _normal(first, np.where(np.isfinite(second), second, 0.0))

    def dot(self, us: Sequence[Double], vs: Sequence[Double]) -> Double:
        """The sum of the products, all of them at once and then in halves."""
        if not us:
            return self.number(0.0)
        terms = self.mul(*_stacked(us, vs))
        while (count := len(terms.high)) > 1:
            half = count // 2
            pairs = self.add(_slice(terms, 0, half), _slice(terms, half, 2 * half))
            rest = _slice(terms, 2 * half, count)
            terms = Double(*(np.concatenate(parts) for parts in zip(pairs, rest, strict=True)))
        return Double(terms.high[0], terms.low[0])

    def power(self, u: Double, v: Double, exponent: Fraction | None = None) -> Double:
        plain = super().power(u.high, v.high, exponent)
        return Double(*elementary.refined("power", plain, (u, v)))


def _refined(name: str) -> Callable[..., Double]:
    """A function of such numbers, with all of their digits."""

    def function(self: Doubled, *arguments: Double) -> Double:
        plain = getattr(Numbers(), name)(*(argument.high for argument in arguments))
        return Double(*elementary.refined(name, plain, arguments))

    return function


for _name in (
    *("sqrt", "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "atan2"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sigmoid", "softplus", "cbrt", "erf"),
    *("erfc", "gamma", "lgamma"),
):
    setattr(Doubled, _name, _refined(_name))


def _stacked(*sequences: Sequence[Double]) -> Iterator[Double]:
    """Sequences of numbers as numbers of one more dimension, all of the same shape."""
    shape = np.broadcast_shapes(*(np.shape(u.high) for numbers in sequences for u in numbers))
    for numbers in sequences:
        parts = np.empty((2, len(numbers), *shape))
        for place, number in enumerate(numbers):
            parts[0, place], parts[1, place] = number
        yield Double(*parts)


def _slice(terms: Double, start: int, stop: int) -> Double:
    return Double(terms.high[start:stop], terms.low[start:stop])


def _normal(high: Number, low: Number) -> Double:
    """The same sum, its second part small; infinities and NaN are those of the first part."""
    low = np.where(np.isfinite(high), low, 0.0)
    total = high + low
    return Double(total, np.where(np.isfinite(total), low - (total - high), 0.0))


def _product(a: Factor, b: Factor) -> tuple[Number, Number]:
    """A product and its rounding error; none where it overflows."""
    rounded, error = floats.two_product(a, b)
    return rounded, np.where(np.isfinite(error), error, 0.0)
