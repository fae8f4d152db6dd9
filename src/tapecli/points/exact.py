"""The exact value of a point, from a number or from a constant as text, and its one rounding."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tapecli.errors import ExpressionError, PointsError, clipped
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import CONSTANTS
from tapecli.expressions.parser import MAX_DIGITS
from tapecli.expressions.tree import Named, Node, exact_value, steps, variables
from tapecli.floats import FloatFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_EXACT = 2_000
"""Points up to which each is rounded from its exact value; importing NumPy would take longer."""

MAX_NUMBER = 400
"""Characters up to which a decimal is read at once; a longer one has to pass the grammar."""

PRECISE = Context(prec=60)
"""The arithmetic of points that are spaced by a ratio."""

_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_INFINITE = re.compile(r"[+-]?(nan|inf|infinity|∞)", re.IGNORECASE)


def fitting(point: Fraction, format_: FloatFormat) -> float:
    """A point rounded to the nearest number of a format.

    Raises:
        PointsError: it is too large or too small for the format.
    """
    value = format_.round(point)
    if math.isinf(value):
        raise PointsError(f"the point {brief(point)} is too large for {format_.name}")
    if value == 0 and point:
        raise PointsError(f"the point {brief(point)} is too small for {format_.name}")
    return value


def rounded(points: Iterable[Fraction], format_: FloatFormat) -> tuple[float, ...]:
    """Points as numbers of a format, each rounded once.

    Raises:
        PointsError: a point is too large or too small for the format.
    """
    return tuple(fitting(point, format_) for point in points)


def rounded_fields(
    fields: Sequence[Any],
    exact: Callable[[int], Fraction],
    format_: FloatFormat,
    is_simple: bool = False,
) -> tuple[float, ...] | NDArray[np.float64]:
    """Numbers of any number, each rounded once; few of them are rounded without NumPy.

    Args:
        fields: texts or numbers.
        exact: the exact value of the field at an index.
        format_: the format.
        is_simple: whether all fields are texts of ASCII characters without an underscore.

    Raises:
        PointsError: a field is no number, or too large or too small for the format.
    """
    if len(fields) <= MAX_EXACT:
        return rounded(map(exact, range(len(fields))), format_)
    from tapecli.points import rounding

    values, uncertain = rounding.of_fields(fields, format_, is_simple)
    return rounding.decide(values, uncertain, exact, format_)


def number(point: Any) -> Fraction:
    """The exact value of a number of any kind.

    Raises:
        PointsError: it is no finite real number, or has too many digits.
    """
    try:
        if isinstance(point, Decimal) and abs(point.adjusted()) > MAX_DIGITS:
            raise PointsError(f"{clipped(str(point))}: a number of more than {MAX_DIGITS} digits")
        if isinstance(point, Fraction | Decimal):
            return Fraction(point)
        if hasattr(point, "__index__"):
            return Fraction(operator.index(point))
        if isinstance(point, complex) or not hasattr(point, "__float__"):
            raise TypeError
        return Fraction(float(point))
    except (TypeError, ValueError, OverflowError):
        raise PointsError(f"{clipped(repr(point))} is not a finite number") from None


def constant(text: str) -> Fraction:
    """The value of a decimal or a constant expression: exact, or to more than 60 digits.

    Raises:
        PointsError: the text cannot be read, or has no finite value.
    """
    entry = text.strip()
    quoted = f"'{clipped(entry)}'"
    if is_decimal(entry) and len(entry) <= MAX_NUMBER:
        return Fraction(entry)
    if not entry:
        raise PointsError("a point is missing")
    if _INFINITE.fullmatch(entry):
        raise PointsError(f"{quoted} is not a finite number")
    words = entry[:MAX_NUMBER].split()
    if len(words) > 1 and all(map(is_decimal, words)):
        raise PointsError(f"{quoted}: points have commas between them")
    try:
        (expression,) = parse(entry)
    except ExpressionError as error:
        raise PointsError(f"{quoted} is not a number: {error}") from None
    if names := variables(expression.tree):
        raise PointsError(f"{quoted} is not a number: it has the variable '{names[0]}'")
    if "=" in entry:
        raise PointsError(f"{quoted} is not a number: it has a name")
    value = _value(expression.tree)
    if value is None:
        from tapecli.engines.certified.reference import is_extreme

        extreme = is_extreme(expression.tree)
        reason = "is too large, or too close to zero" if extreme else "has no value"
        raise PointsError(f"{quoted} {reason}")
    return value


def is_decimal(entry: str) -> bool:
    """Whether a text is a decimal of at most three digits of exponent, and no expression."""
    return _DECIMAL.fullmatch(entry) is not None


def _value(tree: Node) -> Fraction | None:
    values: dict[Node, Fraction | None] = {}
    for node in steps(tree):
        if isinstance(node, Named):
            values[node] = Fraction(CONSTANTS[node.name].digits)
        else:
            values[node] = exact_value(node, [values[child] for child in node.children])
    if values[tree] is not None:
        return values[tree]
    from tapecli.engines.certified.reference import constant_value

    return constant_value(tree)  # it has a function: only the reference's arithmetic knows those


def quotient(number: Fraction) -> Decimal:
    """A fraction as a decimal of 60 digits."""
    return PRECISE.divide(Decimal(number.numerator), Decimal(number.denominator))


def brief(number: Fraction) -> str:
    """A number for a message: exact if it is short."""
    if max(abs(number.numerator), number.denominator) > 10**MAX_DIGITS:
        return "given"
    if number.denominator == 1 and abs(number.numerator) < 10**16:
        return str(number.numerator)
    return str(Context(prec=10).normalize(quotient(number))).lower()
