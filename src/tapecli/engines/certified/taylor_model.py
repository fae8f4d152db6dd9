"""Certified derivatives at many numbers together, by Taylor models.

A Taylor model is a polynomial with a bound on its distance from a function over an interval
(Makino and Berz, Int. J. Pure Appl. Math. 4, 2003). The coefficients come from the series at the
centre of the interval, and Lagrange's bound on the remainder from the series of the whole interval,
both in ball arithmetic. The polynomial is evaluated in float64, with a bound on its rounding
errors, which is sharp enough for every narrower dtype. What is not certain this way is left to
`Reference`, which looks at one point at a time.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from flint import arb

from tapecli.engines.certified.balls import Balls, Series, Side
from tapecli.engines.certified.interpreter import Interpreter, Trajectory, working
from tapecli.engines.certified.singular import Flat, Kink, Undecided, Undefined
from tapecli.expressions.tree import Node
from tapecli.floats import Array, FloatFormat

PRECISION = 256
"""Bits. They show even what is left of 1 - tanh(x)**2 where it underflows in a dtype of 32 bits."""

TERMS = 14
"""Terms of a polynomial."""

LEAST = 32
"""Numbers of the shortest interval that gets polynomials."""

_SHARP = 2.0**-6
"""How many ulps of the dtype a remainder may have; an interval with a larger one is halved."""

_STEP_ERROR = 8 * 2.0**-53
"""The rounding errors of a step of Horner's rule in float64 and what goes before and after it,
relative to the sum of the sizes of the coefficients."""

_WIDER = 1 + 2.0**-40
"""Makes a bound of a number that was rounded to float64."""

_NEGLIGIBLE = 1e-300
"""More than float64 loses by underflow, and nothing beside the numbers of narrower dtypes."""

_HUGE = 1e300
"""Stands for larger numbers, which narrower dtypes have no place for either."""

Model: TypeAlias = tuple[Sequence[float], float]
"""The coefficients of a polynomial in (x - centre)/radius, and a bound on its error."""


class Modelled(NamedTuple):
    """What is certified of the derivatives at many numbers.

    Attributes:
        is_undefined: where there is no derivative.
        analytic: the exact derivatives, rounded to the dtype; a row for each order from 1 on.
        is_certain: where these are certain.
        value, error: the exact derivatives are no further from `value` than `error`.
        sensitivity: lower bounds on the size of x times the next derivative.
    """

    is_undefined: Any
    analytic: Array
    is_certain: Any
    value: Array
    error: Array
    sensitivity: Array


class TaylorModels:
    """The derivatives of an expression in one variable at the numbers of a dtype.

    Args:
        tree: the expression.
        format_: the dtype, which must be narrower than float64.
        name: the variable.
        order: the highest order.
    """

    def __init__(self, tree: Node, format_: FloatFormat, name: str, order: int) -> None:
        self._interpreter, self._format, self._name = Interpreter(tree, format_), format_, name
        self._order = order

    def certify(self, xs: Array) -> Modelled:
        """Certify the derivatives of orders 1, 2, ... at finite numbers in ascending order."""
        import numpy as np

        shape = self._order + 1, len(xs)  # one order more, for the sensitivity
        values, errors = np.zeros(shape), np.full(shape, math.inf)
        is_undefined = np.zeros(len(xs), bool)
        intervals = [(0, len(xs))]
        while intervals:
            start, stop = intervals.pop()
            low, high = float(xs[start]), float(xs[stop - 1])
            center = low / 2 + high / 2
            radius = max(high - center, center - low) * _WIDER
            is_short = stop - start <= LEAST
            try:
                models = self._models(center, radius, is_short)
            except Flat:
                models = None
            except Undefined:
                is_undefined[start:stop] = True
                continue
            if models:
                part = np.s_[:, start:stop]
                scaled = (xs[start:stop] - center) / (radius or 1)
                values[part], errors[part] = _evaluated(models, scaled)
            elif not is_short:
                middle = (start + stop) // 2
                intervals += (middle, stop), (start, middle)
        modelled = self._rounded(xs, is_undefined, values, errors)
        doubtful = ~(is_undefined | modelled.is_certain.all(0))
        if not doubtful.any():
            return modelled
        for index in np.flatnonzero(doubtful).tolist():
            with contextlib.suppress(Kink, Undecided, OverflowError):
                try:
                    constants = self._constants(xs.item(index))
                except Undefined as undefined:
                    is_undefined[index] = not isinstance(undefined, Flat)
                else:
                    for order, ((value,), error) in enumerate(constants):
                        values[order, index], errors[order, index] = value, error
        return self._rounded(xs, is_undefined, values, errors)

    def _constants(self, x: float) -> list[Model]:
        """The derivatives at a single number."""
        series = self._series(arb(x), self._order + 2)
        with working(PRECISION, 1):
            return [_constant(series[n] * math.factorial(n)) for n in range(1, self._order + 2)]

    def _rounded(self, xs: Array, is_undefined: Any, values: Array, errors: Array) -> Modelled:
        import numpy as np

        with np.errstate(all="ignore"):
            slopes = np.maximum(np.abs(values[1:]) - errors[1:], 0)
            sensitivity = np.abs(xs) * slopes
            values, errors = values[:-1], errors[:-1]
            is_finite = np.isfinite(errors)
            bounds = (np.where(is_finite, values + s * errors, 0) for s in (-1, 1))
            lowest, highest = map(self._format.all_rounded, bounds)
        is_certain = is_finite & (lowest == highest)
        return Modelled(is_undefined, lowest, is_certain, values, errors, sensitivity)

    def _models(self, center: float, radius: float, any_error: bool) -> list[Model] | None:
        """The models of all orders on an interval; None where one is not sharp, or there is none.

        Raises:
            Undefined: there is no derivative at any point of the interval.
        """
        orders = range(1, self._order + 2)
        with contextlib.suppress(Kink, Undecided, OverflowError):
            over = self._series(arb(center, radius), TERMS + 1)
            with working(PRECISION, 1):
                ranges = [over[n] * math.factorial(n) for n in orders]
                remainders = [
                    _upper(over[TERMS] * math.perm(TERMS, n) * arb(radius) ** (TERMS - n))
                    for n in orders
                ]
            if not all(ball.is_finite() for ball in ranges[:-1]):
                return None
            models = [_constant(ball) for ball in ranges]
            varying = [n for n in orders if not self._rounds_to_one(models[n - 1])]
            widths = [self._width(ball) for ball in ranges]

            def is_sharp(errors: Sequence[float]) -> bool:
                return any_error or all(
                    errors[n - 1] <= widths[n - 1] for n in varying if n <= self._order
                )

            if not varying or varying == [self._order + 1]:
                return models
            if is_sharp(remainders):
                at_center = self._series(arb(center), TERMS)
                for n in varying:
                    models[n - 1] = _polynomial(at_center, n, radius, remainders[n - 1])
                if is_sharp([error for _, error in models]):
                    return models
        return None

    def _series(self, point: arb, terms: int) -> Series:
        point_and_step = {self._name: point}, {self._name: Fraction(1)}
        rules = Balls(Side.BOTH, terms)
        return self._interpreter.run(Trajectory(*point_and_step), rules, PRECISION)

    def _width(self, ball: arb) -> float:
        """The largest error that is small beside an ulp of any of these numbers."""
        lower = ball.abs_lower()
        least = float(lower if lower < _HUGE else 0) * float(self._format.unit_roundoff)
        return _SHARP * max(least, float(self._format.smallest))

    def _rounds_to_one(self, model: Model) -> bool:
        """Whether all numbers near a constant are rounded to the same number of the dtype."""
        import numpy as np

        (value,), error = model
        if not math.isfinite(error):
            return False
        low, high = self._format.all_rounded(np.array([value - error, value + error]))
        return bool(low == high)


def _constant(ball: arb) -> Model:
    """A ball as a model."""
    if ball.abs_lower() > _HUGE:
        return (_HUGE if ball > 0 else -_HUGE,), 0.0
    if not ball.abs_upper() < _HUGE:
        return (0.0,), math.inf
    value = float(ball.mid())
    if ball == value:
        return (value,), 0.0
    return (value,), _upper(ball.rad()) + abs(value) * _STEP_ERROR + _NEGLIGIBLE


def _polynomial(series: Series, order: int, radius: float, remainder: float) -> Model:
    """The derivative of the polynomial of a series, in (x - centre)/radius."""
    with working(PRECISION, 1):
        balls = [
            series[k] * math.perm(k, order) * arb(radius) ** (k - order)
            for k in range(order, TERMS)
        ]
        doubt = _upper(sum((ball.rad() for ball in balls), arb(0)))
        size = _upper(sum((abs(ball) for ball in balls), arb(0)))
    error = remainder + doubt + _STEP_ERROR * TERMS * size + _NEGLIGIBLE
    return [float(ball.mid()) for ball in balls], error * _WIDER


def _upper(ball: arb) -> float:
    """An upper bound on the size of a number."""
    upper = ball.abs_upper()
    return float(upper) * _WIDER if upper < _HUGE else math.inf


def _evaluated(models: Sequence[Model], scaled: Array) -> tuple[Array, Array]:
    """The values of models, a row for each, and the bounds on their errors in a column."""
    import numpy as np

    values = np.empty((len(models), len(scaled)))
    with np.errstate(all="ignore"):
        for row, (coefficients, _) in enumerate(models):
            values[row] = coefficients[-1]
            for coefficient in coefficients[-2::-1]:
                values[row] = values[row] * scaled + coefficient
    return values, np.array([[error] for _, error in models])
