"""Taylor coefficients of special functions at many points, in twice the precision of float64.

They come from the rules in ball arithmetic, at a precision at which all of them are certain: the
recurrences of their differential equations would lose all digits near singular points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb, arb_series

from tapecli.engines.certified.balls import Balls, Side
from tapecli.engines.certified.elementary import Array, Pair
from tapecli.engines.certified.interpreter import working
from tapecli.engines.certified.singular import Kink, Undecided, Undefined

_PRECISIONS = (192, 640, 2560)
"""Working precisions in bits, tried in turn."""

_BITS = 106
"""How many bits of a coefficient must be certain."""


def local_coefficients(
    name: str, constants: Sequence[Pair], at: Pair, slope: Pair, count: int
) -> list[Pair]:
    """The coefficients of a function of x = at + slope*h in powers of h, at each point.

    Args:
        name: that of its rule.
        constants: the arguments that come before x.
        at: the numbers of the points.
        slope: the factor of h at each.
        count: how many coefficients.

    Returns:
        For each coefficient its number at each point; NaN where the function has no series.
    """
    columns = [np.asarray(part) for pair in (*constants, at, slope) for part in pair]
    shape = np.broadcast_shapes(*(column.shape for column in columns))
    numbers = [np.broadcast_to(column, shape).ravel().tolist() for column in columns]
    high, low = np.full((2, count, int(np.prod(shape, dtype=int))), np.nan)
    for index, row in enumerate(zip(*numbers, strict=True)):
        if np.all(np.isfinite(row)):
            high[:, index], low[:, index] = _at_point(name, row, count)
    return [(high[k].reshape(shape), low[k].reshape(shape)) for k in range(count)]


def _at_point(name: str, row: Sequence[float], count: int) -> tuple[Array, Array] | Any:
    """The coefficients at a point from the pairs of all arguments; NaN where there are none."""
    for precision in _PRECISIONS:
        with working(precision, count):
            *constants, at, slope = (
                arb(a) + arb(b) for a, b in zip(row[::2], row[1::2], strict=True)
            )
            balls = Balls(Side.BOTH if count > 1 else Side.POINT, count)
            arguments = [arb_series([constant], count) for constant in constants]
            try:
                series = getattr(balls, name)(*arguments, arb_series([at, slope][:count], count))
            except (Undefined, Kink):
                break
            except Undecided:
                continue
            coefficients = [series[k] for k in range(count)]
            if precision == _PRECISIONS[-1] or all(map(_is_sharp, coefficients)):
                return np.array([_pair(ball) for ball in coefficients]).T
    return np.nan, np.nan


def _is_sharp(ball: arb) -> bool:
    return bool(ball.is_finite() and (ball.is_zero() or ball.rel_accuracy_bits() >= _BITS))


def _pair(ball: arb) -> tuple[float, float]:
    """The midpoint as the sum of two float64; NaN if nothing is known of it."""
    if not ball.is_finite():
        return np.nan, np.nan
    first = float(ball.mid())
    return first, float((ball - arb(first)).mid()) if np.isfinite(first) else 0.0
