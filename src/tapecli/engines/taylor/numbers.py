"""The numbers that the coefficients of a series are: one for each point, in float64.

What NumPy lacks comes from Python's own mathematics. Outside of a domain a number is NaN, and
at a pole as well, so that infinity always means a number that is too large for a float.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapecli.floats import FORMATS

Number: TypeAlias = Any
"""A float64 for each point, or one for all of them."""
Plain: TypeAlias = "float | Fraction | NDArray[np.float64]"
"""What becomes a number: one value for all points, or one for each."""


def _but(outside: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Number]:
    """The function, and NaN where its arguments are at a pole or outside of its domain."""
    return lambda *u: np.where(outside(*u), np.nan, function(*u))


_FLOAT64 = FORMATS["float64"]


def _each(function: Callable[[float], float]) -> Callable[[Number], Number]:
    """A function of one number as one of arrays; NaN and infinity where it raises."""

    def guarded(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    ufunc = np.frompyfunc(guarded, 1, 1)
    return lambda u: np.asarray(ufunc(u), np.float64)


class Numbers:
    """Arithmetic and the functions of the table on numbers.

    Args:
        absorbing: whether zero times what is unknown (NaN) is zero. Series on one side of a
            point end where they have no further coefficient, which is then NaN.
    """

    def __init__(self, absorbing: bool = False) -> None:
        self._absorbing = absorbing

    def number(self, value: Plain) -> Number:
        """Numbers from others; an exact one that is too large is infinite."""
        return np.float64(_FLOAT64.round(value) if isinstance(value, Fraction) else value)

    def leaf(self, u: Number) -> Number:
        """The numbers at the very bottom: these."""
        return u

    def bottom(self, u: Number) -> Number:
        """The constant coefficient at the very bottom, with all of its digits."""
        return u

    @property
    def numbers(self) -> Numbers:
        """The arithmetic at the very bottom."""
        return self

    def varies(self, u: Number) -> bool:
        """Whether it depends on any variable of a series: it does not."""
        return False

    def choose(self, where: Any, u: Number, v: Number) -> Number:
        return np.where(where, u, v)

    # --- arithmetic ---------------------------------------------------------------------------

    def add(self, u: Number, v: Number) -> Number:
        return u + v

    def sub(self, u: Number, v: Number) -> Number:
        return u - v

    def neg(self, u: Number) -> Number:
        return -u

    def over(self, u: Number, divisor: float) -> Number:
        """A quotient by a whole number."""
        return u / divisor

    def mul(self, u: Number, v: Number) -> Number:
        if self._absorbing:
            return np.where((u == 0) | (v == 0), 0.0, u * v)
        return u * v

    times = mul
    """A multiple by plain numbers."""

    def dot(self, us: Sequence[Number], vs: Sequence[Number]) -> Number:
        """The sum of the products of two sequences; 0 for empty ones."""
        total = np.float64(0)
        for u, v in zip(us, vs, strict=True):
            total = total + u * v
        if self._absorbing and np.any(np.isnan(total)):
            table = np.stack(np.broadcast_arrays(*us, *vs))
            return np.sum(self.mul(table[: len(us)], table[len(us) :]), 0)
        return total

    def div(self, u: Number, v: Number) -> Number:
        return np.where(v == 0, np.nan, u / v)

    def power(self, u: Number, v: Number, exponent: Fraction | None = None) -> Number:
        """u**v; of a negative u only where v is whole."""
        outside = (u == 0) & (v <= 0)
        return np.where(outside | ((u < 0) & (v != np.round(v))), np.nan, np.power(u, v))

    # --- functions ----------------------------------------------------------------------------

    abs = staticmethod(np.abs)
    sign = staticmethod(np.sign)
    max = staticmethod(np.maximum)
    min = staticmethod(np.minimum)
    sqrt = staticmethod(np.sqrt)
    cbrt = staticmethod(np.cbrt)
    hypot = staticmethod(np.hypot)
    exp = staticmethod(np.exp)
    expm1 = staticmethod(np.expm1)
    log = staticmethod(_but(lambda u: u == 0, np.log))
    log1p = staticmethod(_but(lambda u: u == -1, np.log1p))
    sin = staticmethod(np.sin)
    cos = staticmethod(np.cos)
    tan = staticmethod(np.tan)
    asin = staticmethod(np.arcsin)
    acos = staticmethod(np.arccos)
    atan = staticmethod(np.arctan)
    sinh = staticmethod(np.sinh)
    cosh = staticmethod(np.cosh)
    tanh = staticmethod(np.tanh)
    asinh = staticmethod(np.arcsinh)
    acosh = staticmethod(np.arccosh)
    atanh = staticmethod(_but(lambda u: np.abs(u) == 1, np.arctanh))
    erf = staticmethod(_each(math.erf))
    erfc = staticmethod(_each(math.erfc))
    lgamma = staticmethod(_each(math.lgamma))
    gamma = staticmethod(_each(math.gamma))

    def atan2(self, y: Number, x: Number) -> Number:
        at_origin = (y == 0) & (x == 0)
        return np.where(at_origin, np.nan, np.arctan2(y + 0.0, x))  # -0.0 is no side of the cut

    def sigmoid(self, u: Number) -> Number:
        small = np.exp(-np.abs(u))
        return np.where(u < 0, small, 1.0) / (1 + small)

    def softplus(self, u: Number) -> Number:
        return np.logaddexp(0.0, u)
