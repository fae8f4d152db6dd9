"""Sums and products of float64 with their rounding errors (Dekker, Numer. Math. 18, 1971; the sums
and products without error are Knuth's and Veltkamp's there).

They hold where nothing overflows, and no error is a subnormal number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Floats: TypeAlias = "float | np.float64 | NDArray[np.float64]"

_SPLITTER = 2.0**27 + 1


def total(a: Floats, b: Floats) -> tuple[Any, Any]:
    """A sum and its rounding error."""
    rounded = a + b
    of_b = rounded - a
    return rounded, (a - (rounded - of_b)) + (b - of_b)


def product(a: Floats, b: Floats) -> tuple[Any, Any]:
    """A product and its rounding error."""
    rounded = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    error = ((a_high * b_high - rounded) + a_high * b_low + a_low * b_high) + a_low * b_low
    return rounded, error


def _halves(a: Floats) -> tuple[Any, Any]:
    """Two halves of 26 bits."""
    large = _SPLITTER * a
    high = large - (large - a)
    return high, a - high
