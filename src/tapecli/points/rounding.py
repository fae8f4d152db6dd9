"""Arrays of numbers rounded into a format, each of them once.

What is known of a number is a float64 nearest to it, or the sum of two of them. That decides to
which number of the format it is rounded unless it lies next to a tie, and those few are counted
as doubtful: somebody who knows the exact number has to decide.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapecli.floats import FloatFormat
from tapecli.points import ranges

Floats: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]

_DOUBLE = 53
_SAFE_SHIFT = -500
"""Numbers that are scaled up by less than this are far from the subnormal ones of float64."""


def narrowed(values: Floats, format_: FloatFormat, shift: int = 0) -> tuple[Floats, Mask | None]:
    """Values rounded into a format, ties to even, and which of them were ties.

    What is rounded is values * 2**shift, and what is returned has to be scaled likewise. Numbers
    past the largest are rounded as if there were more exponents.
    """
    dropped = _DOUBLE - format_.precision
    if not dropped and shift > _SAFE_SHIFT:
        return values, None
    rounded, ties = values, np.zeros(len(values), np.bool_)
    if dropped:
        bits = np.ascontiguousarray(values).view(np.int64)
        half = 1 << dropped - 1
        nearest = bits + (half - 1 + ((bits >> dropped) & 1))
        nearest &= -(1 << dropped)
        rounded, ties = nearest.view(np.float64), (bits & (2 * half - 1)) == half
    small = np.flatnonzero(np.abs(values) < math.ldexp(1.0, format_.min_exponent - shift))
    if small.size:
        quantum = math.ldexp(1.0, format_.min_exponent - format_.precision + 1 - shift)
        if not dropped:
            rounded = rounded.copy()
        rounded[small] = np.rint(values[small] / quantum) * quantum
        ties[small] = np.abs(values[small] - rounded[small]) == quantum / 2
    return rounded, ties


def unsure(rounded: Floats, format_: FloatFormat) -> Mask:
    """Which values are 0, too large or not finite: those that may have to be refused."""
    mask: Mask = ~(np.abs(rounded) <= float(format_.largest))
    mask |= rounded == 0
    return mask


def settled(values: Floats, format_: FloatFormat) -> tuple[Floats, Mask]:
    """The float64 nearest to each number rounded into a format, and where that is doubtful."""
    rounded, ties = narrowed(values, format_)
    doubtful = unsure(rounded, format_)
    if ties is not None:
        doubtful |= ties
    return rounded, doubtful


def of_sums(
    high: Floats, low: Floats, error: float, shift: int, format_: FloatFormat
) -> tuple[Floats, Mask]:
    """Sums of two numbers rounded into a format, and where that is doubtful.

    Args:
        high: their greater parts.
        low: the others, at most some ulps of those.
        error: how much they may be wrong.
        shift: the numbers are (high + low) * 2**shift.
        format_: the format.
    """
    if format_.precision == _DOUBLE:
        values = high + (low - error)  # the test of Ziv, ACM TOMS 17, 1991
        doubtful = values != high + (low + error)
        if shift > _SAFE_SHIFT:
            return _scaled(values, shift), doubtful
    else:
        doubtful = np.zeros(len(high), np.bool_)
    nearest = high + low
    rest = low - (nearest - high)
    rounded, ties = narrowed(nearest, format_, shift)
    assert ties is not None
    if (tied := np.flatnonzero(ties)).size:
        beside = rest[tied]
        gap = np.abs(nearest[tied] - rounded[tied])
        rounded[tied] = nearest[tied] + np.sign(beside) * gap
        doubtful[tied] |= np.abs(beside) <= error
    doubtful |= np.abs(nearest) < error * 2.0 ** (_DOUBLE + 2)
    return _scaled(rounded, shift), doubtful


def _scaled(values: Floats, shift: int) -> Floats:
    return values * math.ldexp(1.0, shift) if shift else values


def decide(
    values: Floats, doubtful: Mask, exact: Callable[[int], Fraction], format_: FloatFormat
) -> None:
    """Put what the exact numbers are rounded to in the place of doubtful values.

    Raises:
        PointsError: a number is too large or too small for the format.
    """
    for place in np.flatnonzero(doubtful).tolist():
        values[place] = ranges.fitting(exact(place), format_)
