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
from tapecli.floats import FloatFormat
from tapecli.points import exact

Floats: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]

_DOUBLE = 53
_SAFE_SHIFT = -500
"""Numbers that are scaled up by less than this are far from the subnormal ones of float64."""

_REAL = "fiu"
"""The kinds of numbers that float64 is the nearest of: floating-point, signed and unsigned."""


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


def refusable(rounded: Floats, format_: FloatFormat) -> Mask:
    """Which values are 0, too large or not finite: those that may have to be refused."""
    mask: Mask = ~(np.abs(rounded) <= float(format_.largest))
    mask |= rounded == 0
    return mask


def settled(values: Floats, format_: FloatFormat) -> tuple[Floats, Mask]:
    """The float64 nearest to each number rounded into a format, and where that is uncertain."""
    rounded, ties = narrowed(values, format_)
    uncertain = refusable(rounded, format_)
    if ties is not None:
        uncertain |= ties
    return rounded, uncertain


def of_sums(
    high: Floats, low: Floats, error: float, shift: int, format_: FloatFormat
) -> tuple[Floats, Mask]:
    """Sums of two numbers rounded into a format, and where that is uncertain.

    Args:
        high: their greater parts.
        low: the others, at most some ulps of those.
        error: how much they may be wrong.
        shift: the numbers are (high + low) * 2**shift.
        format_: the format.
    """
    if format_.precision == _DOUBLE:
        values = high + (low - error)  # the test of Ziv, ACM TOMS 17, 1991
        uncertain = values != high + (low + error)
        if shift > _SAFE_SHIFT:
            return _scaled(values, shift), uncertain
    else:
        uncertain = np.zeros(len(high), np.bool_)
    nearest = high + low
    rest = low - (nearest - high)
    rounded, ties = narrowed(nearest, format_, shift)
    assert ties is not None
    if (tied := np.flatnonzero(ties)).size:
        gap = np.abs(nearest[tied] - rounded[tied])
        rounded[tied] = nearest[tied] + np.sign(rest[tied]) * gap
        uncertain[tied] |= np.abs(rest[tied]) <= error
    uncertain |= np.abs(nearest) < error * 2.0 ** (_DOUBLE + 2)
    return _scaled(rounded, shift), uncertain


def _scaled(values: Floats, shift: int) -> Floats:
    return values * math.ldexp(1.0, shift) if shift else values


def decide(
    values: Floats, uncertain: Mask, exact_at: Callable[[int], Fraction], format_: FloatFormat
) -> Floats:
    """The values, with those that are uncertain rounded from the exact numbers.

    Raises:
        PointsError: a number is too large or too small for the format.
    """
    indices = np.flatnonzero(uncertain).tolist()
    if indices and not values.flags.writeable:
        values = values.copy()
    for index in indices:
        values[index] = exact.fitting(exact_at(index), format_)
    return values


def is_real(array: NDArray[Any]) -> bool:
    """Whether these are numbers that `of_array` takes."""
    return array.dtype.kind in _REAL and array.dtype != np.longdouble


def of_array(array: NDArray[Any], format_: FloatFormat, name: str = "", first: int = 0) -> Floats:
    """The numbers of an array, each rounded once.

    Args:
        array: numbers of a kind that `is_real` knows, in one dimension.
        format_: the format.
        name: what a message calls the array, and "" for no place at all.
        first: the index of the first number in that array.

    Raises:
        PointsError: a number is not finite, too large or too small.
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


def of_fields(fields: Sequence[Any], format_: FloatFormat, is_simple: bool) -> tuple[Floats, Mask]:
    """Fields read as numbers and rounded, and which of them have to be read exactly.

    Python's `float` reads what the language of points has for numbers, and rounds it correctly.
    It reads more than that as well (1_0, ١, nan), and less (pi/2), and its rounding is one too
    many for narrower formats next to a tie: such fields are uncertain.

    Args:
        fields: texts or numbers.
        format_: the format.
        is_simple: whether all of them are texts of ASCII characters without an underscore.
    """
    try:
        values = np.fromiter(map(float, fields), np.float64, len(fields))
    except (ValueError, TypeError, OverflowError):
        values = np.fromiter(map(_or_nan, fields), np.float64, len(fields))
    rounded, uncertain = settled(values, format_)
    if not (is_simple and max(map(len, fields), default=0) <= exact.MAX_NUMBER):
        uncertain |= np.fromiter(map(_is_odd, fields), np.bool_, len(fields))
    return rounded, uncertain


def _is_odd(field: Any) -> bool:
    if isinstance(field, str):
        return len(field) > exact.MAX_NUMBER or not field.isascii() or "_" in field
    return isinstance(field, bool)


def _or_nan(field: Any) -> float:
    try:
        return float(field)
    except (ValueError, TypeError, OverflowError):
        return math.nan
