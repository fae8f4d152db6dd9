"""Sums and products of float64 with their rounding errors, as in `taylor.doubled`, but without
the arithmetic of constants that comes with it (Dekker, Numer. Math. 18, 1971).

They hold where nothing overflows, and no error is a subnormal number.
"""

from __future__ import annotations

from tapecli.sources.rounding import Floats

_SPLITTER = 2.0**27 + 1


def total(a: Floats | float, b: Floats) -> tuple[Floats, Floats]:
    """A sum and its rounding error."""
    rounded = a + b
    of_b = rounded - a
    return rounded, (a - (rounded - of_b)) + (b - of_b)


def product(a: Floats, b: float) -> tuple[Floats, Floats]:
    """A product and its rounding error."""
    rounded = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _half(b)
    error = ((a_high * b_high - rounded) + a_high * b_low + a_low * b_high) + a_low * b_low
    return rounded, error


def _halves(a: Floats) -> tuple[Floats, Floats]:
    large = _SPLITTER * a
    high = large - (large - a)
    return high, a - high


def _half(b: float) -> tuple[float, float]:
    large = _SPLITTER * b
    high = large - (large - b)
    return high, b - high
