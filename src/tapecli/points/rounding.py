"""Arrays of numbers rounded into a format, each of them once.

What is known of a number is a float64 nearest to it, or the sum of two of them. That decides to
which number of the format it is rounded unless it lies next to a tie, and those few are counted
as uncertain: the exact number has to decide.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapecli.errors import PointsError
from tapecli.floats import Array, FloatFormat
from tapecli.points import exact

Mask: TypeAlias = NDArray[np.bool_]

_DOUBLE = 53
_SAFE_SHIFT = -500
"""Numbers that are scaled up by less than this are far from the subnormal ones of float64."""

_REAL = "fiu"
"""The kinds of numbers that float64 is the nearest of: floating-point, signed and unsigned."""


def narrowed(values: Array, format_: FloatFormat, shift: int = 0) -> tuple[Array, Mask]:
    """Values rounded into a format, ties to even, and which of them were ties.

    What is rounded is values * 2**shift, and what is returned has to be scaled likewise. Numbers
    past the largest are rounded as if there were more exponents.
    """
    rounded, ties = values, np.zeros(len(values), np.bool_)
    dropped = _DOUBLE - format_.precision
    if dropped:
        bits = np.ascontiguousarray(values).view(np.int64)
        half = 1 << dropped - 1
        nearest = bits + (half - 1 + ((bits >> dropped) & 1))
        nearest &= -(1 << dropped)
        rounded, ties = nearest.view(np.float64), (bits & (2 * half - 1)) == half
    elif shift > _SAFE_SHIFT:
        return rounded, ties
    small = np.flatnonzero(np.abs(values) < math.ldexp(1.0, format_.min_exponent - shift))
    if small.size:
        quantum = math.ldexp(1.0, format_.min_exponent - format_.precision + 1 - shift)
        if not dropped:
            rounded = rounded.copy()
        rounded[small] = np.rint(values[small] / quantum) * quantum
        ties[small] = np.abs(values[small] - rounded[small]) == quantum / 2
    return rounded, ties


def settled(values: Array, format_: FloatFormat) -> tuple[Array, Mask]:
    """The float64 nearest to each number rounded into a format, and where that is uncertain.

    Uncertain are ties, and what may have to be refused: 0, and what is too large or not finite.
    """
    rounded, uncertain = narrowed(values, format_)
    uncertain |= ~(np.abs(rounded) <= float(format_.largest))
    uncertain |= rounded == 0
    return rounded, uncertain


def of_sums(
    high: Array, low: Array, error: float, shift: int, format_: FloatFormat
) -> tuple[Array, Mask]:
    """The numbers (high + low) * 2**shift rounded into a format, and where that is uncertain.

    `low` is at most some ulps of `high`, and `error` is how much high + low may be wrong.
    """
    is_double = format_.precision == _DOUBLE
    if is_double:
        rounded = high + (low - error)  # the test of Ziv, ACM TOMS 17, 1991
        uncertain = rounded != high + (low + error)
    else:
        uncertain = np.zeros(len(high), np.bool_)
    if not is_double or shift <= _SAFE_SHIFT:
        nearest = high + low
        rest = low - (nearest - high)
        rounded, ties = narrowed(nearest, format_, shift)
        if (tied := np.flatnonzero(ties)).size:
            gap = np.abs(nearest[tied] - rounded[tied])
            rounded[tied] = nearest[tied] + np.sign(rest[tied]) * gap
            uncertain[tied] |= np.abs(rest[tied]) <= error
        uncertain |= np.abs(nearest) < error * 2.0 ** (_DOUBLE + 2)
    return rounded * math.ldexp(1.0, shift) if shift else rounded, uncertain


def decide(
    values: Array,
    uncertain: Mask,
    exact_at: Callable[[int], Fraction],
    format_: FloatFormat,
    first: int = 0,
) -> Array:
    """The values, the first of index `first`, of which uncertain ones are rounded by `fitting`."""
    indices = np.flatnonzero(uncertain).tolist()
    if indices and not values.flags.writeable:
        values = values.copy()
    for index in indices:
        values[index] = exact.fitting(exact_at(first + index), format_)
    return values


def is_real(array: NDArray[Any]) -> bool:
    """Whether these are numbers that `of_array` takes."""
    return array.dtype.kind in _REAL and array.dtype != np.longdouble


def of_array(array: NDArray[Any], format_: FloatFormat, name: str = "", first: int = 0) -> Array:
    """The numbers of an array of one dimension, for which `is_real` holds, each rounded once.

    Messages call the array by `name`, in which the first number has the index `first`; they give
    no place if the name is "".
    """
    with np.errstate(over="ignore"):
        values, uncertain = settled(array.astype(np.float64), format_)

    def exact_at(index: int) -> Fraction:
        try:
            return exact.number(array[index].item())
        except PointsError as error:
            before = f"index {first + index} of {name}: " if name else ""
            raise PointsError(f"{before}{error}") from None

    uncertain &= array != 0
    return decide(values, uncertain, exact_at, format_) + 0.0  # no zero has a sign


def of_fields(
    fields: Sequence[Any],
    exact_at: Callable[[int], Fraction],
    format_: FloatFormat,
    is_simple: bool,
) -> Array:
    """Fields read as numbers, each rounded once, as `exact.rounded_fields` says.

    Python's `float` reads what the language of points has for numbers, and rounds it correctly.
    It reads more than that as well (1_0, ١, nan), and less (pi/2), and its rounding is one too
    many for narrower formats next to a tie: such fields are read exactly.
    """
    try:
        values = np.fromiter(map(float, fields), np.float64, len(fields))
    except (ValueError, TypeError, OverflowError):
        values = np.fromiter(map(_or_nan, fields), np.float64, len(fields))
    rounded, uncertain = settled(values, format_)
    if not (is_simple and max(map(len, fields), default=0) <= exact.MAX_NUMBER):
        uncertain |= np.fromiter(map(_is_odd, fields), np.bool_, len(fields))
    return decide(rounded, uncertain, exact_at, format_)


def _or_nan(field: Any) -> float:
    try:
        return float(field)
    except (ValueError, TypeError, OverflowError):
        return math.nan


def _is_odd(field: Any) -> bool:
    if isinstance(field, str):
        return len(field) > exact.MAX_NUMBER or not field.isascii() or "_" in field
    return isinstance(field, bool)
