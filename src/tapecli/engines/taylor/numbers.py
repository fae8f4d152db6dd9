"""Coefficients in float64: arithmetic on one number for each point.

Functions that NumPy lacks come from Python's `math`. Outside of the domain of a function, and at
its poles, a number is NaN, so that infinity always means a number that is too large for a float.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapecli.engines.taylor import incomplete
from tapecli.floats import FORMATS

Number: TypeAlias = Any
"""A float64 for each point, or one for all of them."""
Value: TypeAlias = "float | Fraction | NDArray[np.float64]"
"""What a number can be made of: one value for all points, or one for each."""


def _with_pole(pole: Callable[..., Any], function: Callable[..., Any]) -> Any:
    """The function as a method, with NaN where `pole` says that its argument is at one."""
    return staticmethod(lambda u: np.where(pole(u), np.nan, function(u)))


def _elementwise(function: Callable[[float], float]) -> Any:
    """A function of one float as a method that takes arrays; NaN or infinity where it raises."""

    def guarded(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    ufunc = np.frompyfunc(guarded, 1, 1)
    return staticmethod(lambda u: np.asarray(ufunc(u), np.float64))


class Numbers:
    """Arithmetic and the functions of the table on numbers.

    Args:
        absorbing: whether zero times NaN is zero. Series on one side of a point end where the
            next coefficient is unknown, and NaN stands for it.

    Attributes:
        irregular: at which points a series had a kink or a zero of a root. Only its constant
            coefficient is right there.
    """

    def __init__(self, absorbing: bool = False) -> None:
        self._absorbing = absorbing
        self.irregular: Any = np.False_

    def number(self, value: Value) -> Number:
        """The float64 nearest to each value; an exact value that is too large is infinite."""
        return np.float64(FORMATS["float64"].round(value) if isinstance(value, Fraction) else value)

    def leaf(self, u: Number) -> Number:
        """The float64 of each point, as which `Taylor` gives its constant coefficient."""
        return u

    def choose(self, condition: Any, u: Number, v: Number) -> Number:
        """For each point u where the condition holds, or else v."""
        return np.where(condition, u, v)

    # --- arithmetic ---------------------------------------------------------------------------

    add: Any = staticmethod(operator.add)
    sub: Any = staticmethod(operator.sub)
    neg: Any = staticmethod(operator.neg)
    over: Any = staticmethod(operator.truediv)
    """The quotient by a whole number, whose inverse would not be exact."""

    def mul(self, u: Number, v: Number) -> Number:
        if self._absorbing:
            return np.where((u == 0) | (v == 0), 0.0, u * v)
        return u * v

    times = mul
    """The product with float64 numbers, whatever the coefficients are."""

    def dot(self, first: Sequence[Number], second: Sequence[Number]) -> Number:
        """The sum of the products of two sequences of equal length; 0 for empty ones."""
        total = np.float64(0)
        for u, v in zip(first, second, strict=True):
            total = total + u * v
        if self._absorbing and np.any(np.isnan(total)):
            table = np.stack(np.broadcast_arrays(*first, *second))
            return np.sum(self.mul(table[: len(first)], table[len(first) :]), 0)
        return total

    def div(self, u: Number, v: Number) -> Number:
        return np.where(v == 0, np.nan, u / v)

    def power(self, u: Number, v: Number, exponent: Fraction | None = None) -> Number:
        """u**v; NaN for a negative u unless v is whole. `exponent` is v, where it is rational."""
        outside = (u == 0) & (v <= 0)
        return np.where(outside | ((u < 0) & (v != np.round(v))), np.nan, np.power(u, v))

    # --- functions ----------------------------------------------------------------------------

    log = _with_pole(lambda u: u == 0, np.log)
    log1p = _with_pole(lambda u: u == -1, np.log1p)
    atanh = _with_pole(lambda u: np.abs(u) == 1, np.arctanh)
    erf, erfc = _elementwise(math.erf), _elementwise(math.erfc)
    gamma, lgamma = _elementwise(math.gamma), _elementwise(math.lgamma)

    def atan2(self, y: Number, x: Number) -> Number:
        at_origin = (y == 0) & (x == 0)
        return np.where(at_origin, np.nan, np.arctan2(y + 0.0, x))  # -0.0 is no side of the cut

    def sigmoid(self, u: Number) -> Number:
        small = np.exp(-np.abs(u))
        return np.where(u < 0, small, 1.0) / (1 + small)

    def softplus(self, u: Number) -> Number:
        return np.logaddexp(0.0, u)


_FROM_NUMPY = (
    "abs sign sqrt cbrt hypot exp expm1 sin cos tan sinh cosh tanh max=maximum min=minimum "
    "asin=arcsin acos=arccos atan=arctan asinh=arcsinh acosh=arccosh"
)
"""The functions that NumPy has; after "=" its name for it, if that is another."""

for _function in _FROM_NUMPY.split():
    _name, _, _numpy_name = _function.partition("=")
    setattr(Numbers, _name, staticmethod(getattr(np, _numpy_name or _name)))

for _name in incomplete.NAMES:
    setattr(Numbers, _name, incomplete.method(_name))
