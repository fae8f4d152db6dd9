"""Coefficients in twice the precision of float64, for orders at which recurrences cancel.

The sums of products in a recurrence cancel more with each order: the coefficients of
exp(x)*sin(x) of order k are 2**(k/2) times smaller than the terms of their sums. Here a number is
the unevaluated sum of two float64, which has some 32 digits (Dekker, A floating-point technique
for extending the available precision, Numer. Math. 18, 1971; see `floats.two_sum`). Functions of
the constant coefficients have as many digits. If sin(1) were rounded to float64, sin(x)/x would
have a pole at 0, and its residue of 1e-16 would be all of the coefficients of high order.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from tapecli import floats
from tapecli.engines.certified import elementary
from tapecli.engines.taylor import incomplete
from tapecli.engines.taylor.numbers import Number, Numbers, Value


class Double(NamedTuple):
    """The sum of two float64, of which the second is below half an ulp of the first."""

    high: Number
    low: Number


class Doubled(Numbers):
    """Arithmetic on numbers of twice the precision."""

    def number(self, value: Value | Double) -> Double:
        if isinstance(value, Double):
            return value
        high, low = super().number(value), 0.0
        if isinstance(value, Fraction) and np.isfinite(high):
            low = float(value - Fraction(float(high)))
        return Double(high, np.zeros_like(high) + low)

    def leaf(self, u: Double) -> Number:
        return u.high

    def choose(self, condition: Any, u: Double, v: Double) -> Double:
        return Double(*(np.where(condition, a, b) for a, b in zip(u, v, strict=True)))

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

    def times(self, u: Double, factor: Number) -> Double:
        high, rest = _product(u.high, factor)
        return _normal(high, rest + u.low * factor)

    def over(self, u: Double, divisor: float) -> Double:
        return self.div(u, self.number(divisor))

    def div(self, u: Double, v: Double) -> Double:
        first = super().div(u.high, v.high)
        back, rest = _product(first, v.high)
        second = (((u.high - back) - rest) + (u.low - first * v.low)) / v.high
        return _normal(first, np.where(np.isfinite(second), second, 0.0))

    def dot(self, first: Sequence[Double], second: Sequence[Double]) -> Double:
        """The sum of the products: all products at once, then the sums of their halves."""
        if not first:
            return self.number(0.0)
        shape = np.broadcast_shapes(*(np.shape(u.high) for u in (*first, *second)))
        stacked = np.empty((2, 2, len(first), *shape))
        for factor, numbers in enumerate((first, second)):
            for index, number in enumerate(numbers):
                stacked[factor, 0, index], stacked[factor, 1, index] = number
        terms = np.array(self.mul(Double(*stacked[0]), Double(*stacked[1])))
        while (count := terms.shape[1]) > 1:
            half = count // 2
            sums = self.add(Double(*terms[:, :half]), Double(*terms[:, half : 2 * half]))
            terms = np.concatenate([sums, terms[:, 2 * half :]], axis=1)
        return Double(*terms[:, 0])

    def power(self, u: Double, v: Double, exponent: Fraction | None = None) -> Double:
        return self.refined("power", u, v)

    def refined(self, name: str, *arguments: Double) -> Double:
        """The function of this name, right in all digits."""
        rounded = getattr(Numbers(), name)(*(argument.high for argument in arguments))
        return Double(*elementary.refined(name, rounded, arguments))


for _name in (
    *("sqrt", "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "atan2"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sigmoid", "softplus", "cbrt", "erf"),
    *("erfc", "gamma", "lgamma"),
    *incomplete.NAMES,
):
    setattr(Doubled, _name, functools.partialmethod(Doubled.refined, _name))


def _normal(high: Number, low: Number) -> Double:
    """The sum as a number; it is infinite or NaN where the high part is, whatever the low one."""
    low = np.where(np.isfinite(high), low, 0.0)
    total = high + low
    return Double(total, np.where(np.isfinite(total), low - (total - high), 0.0))


def _product(a: Number, b: Number) -> tuple[Number, Number]:
    """A product and its rounding error; the error is 0 where the product overflows."""
    rounded, error = floats.two_product(a, b)
    return rounded, np.where(np.isfinite(error), error, 0.0)
