"""Whether a value from the tapes is right: ok, rounded, off, undefined or lost. Pure arithmetic.

The verdict compares the tape's value with the exact derivative and with two bounds, both
known from ball arithmetic: what a backward stable computation may differ by, and what rounding
inside the expression can explain.
"""

from __future__ import annotations

import math
from fractions import Fraction

from tapecli.engines.certified.records import Certified
from tapecli.floats import FloatFormat
from tapecli.result import Status

STABLE_ULPS = 16
"""k: how many units of roundoff a good computation may stray, forward and backward, each order.

The formulas for one elementary derivative are a handful of operations of one rounding each;
16 leaves room for a library function's own 2 to 4 ulps in several of them. Each further tape
differentiates what the last one computed, and adds as many operations again.
"""

ROUNDING_FACTOR = 8
"""How many times the ball radius at working precision rounding may explain.

The ball follows the recurrences of the series, the tapes the chain rule: the same
cancellations, in another sequence, with a few more operations at high orders.
"""


def judge(
    tape: float,
    exact: Certified,
    order: int,
    format_: FloatFormat,
    tolerance: float = 1.0,
) -> Status:
    """Judge the tape's value of a derivative that exists.

    `ok` is mixed forward-backward stability (Higham, Accuracy and Stability of Numerical
    Algorithms, 2nd ed., SIAM 2002, section 1.5): within a few ulps of the exact derivative at
    a point within as many ulps of this one. A derivative that passes through zero raises no alarm.

    Args:
        tape: what the tape returned, NaN for None.
        exact: the derivative.
        order: its order.
        format_: the dtype.
        tolerance: scales both bounds.
    """
    nearest = format_.round(exact.value)
    if tape == nearest:
        return Status.OK
    if math.isinf(nearest):  # the derivative exists, but has no place in this dtype
        return Status.ROUNDED
    if not math.isfinite(tape):
        return Status.LOST
    scale = Fraction(tolerance)
    distance = abs(Fraction(tape) - exact.value) - exact.radius
    ulps = STABLE_ULPS * max(order, 1) * format_.unit_roundoff
    stable = ulps * (abs(exact.value) + exact.sensitivity)
    if distance <= scale * (stable + format_.smallest):
        return Status.OK
    if exact.spread is None or distance <= scale * ROUNDING_FACTOR * exact.spread:
        return Status.ROUNDED
    return Status.OFF


def right_digits(tape: float, exact: Certified) -> int:
    """How many leading decimal digits of the tape's value are right."""
    distance = abs(Fraction(tape) - exact.value)
    if distance == 0 or distance >= abs(exact.value):
        return 0
    return max(0, math.floor(-math.log10(distance / abs(exact.value))))
