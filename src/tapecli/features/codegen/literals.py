"""Numbers as a program writes them, so that TensorFlow makes the number of the dtype of them."""

from __future__ import annotations

import math
from fractions import Fraction

from tapecli.floats import FORMATS, FloatFormat

MAX_INTEGER = 2**53
"""Up to here every integer is a float64."""


def literal(value: float, format_: FloatFormat) -> str:
    """The shortest literal that becomes this number of the dtype, on the way by float32 too."""
    if math.isinf(value):
        return 'float("inf")' if value > 0 else '-float("inf")'
    short = format_.shortest(value)
    on_the_way = short
    if format_.precision < FORMATS["float32"].precision:
        on_the_way = FORMATS["float32"].round(Fraction(short))
    right = math.isfinite(on_the_way) and format_.round(Fraction(on_the_way)) == value
    return repr(short if right else value).replace("e+", "e")


def whole(value: Fraction, format_: FloatFormat) -> bool:
    """Whether this can be written as an integer: a number that the dtype has."""
    return (
        value.denominator == 1 and abs(value) <= MAX_INTEGER and format_.round(value) == int(value)
    )
