"""Exact points and their one rounding: numbers, constants such as pi/3, and ranges.

The language of points is "1..3", "0..1:0.1", "0..2pi@9", "1e-3..1e3@7log" and "1,2,pi/3".
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from tapecli.errors import ExpressionError, PointsError, TooManyPointsError, clipped
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import CONSTANTS
from tapecli.expressions.parser import MAX_DIGITS
from tapecli.expressions.tree import Named, Node, exact_value, fold, variables
from tapecli.floats import FloatFormat
from tapecli.points.recognition import split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tapecli.points.lazy import Spaced

_Point: TypeAlias = "float | Fraction | Decimal | str"
PointsLike: TypeAlias = "_Point | Sequence[_Point] | NDArray[np.generic]"
"""What points can be given as: text in the language of this module, numbers, or an array."""

MAX_POINTS = 100_000
"""Points of a variable that are held in memory."""
MAX_COUNT = 10**15
"""Points that a range may have for those who take it in chunks."""
MAX_EXACT = 2_000
"""Points up to which each is rounded from its exact value; importing NumPy would take longer."""
MAX_NUMBER = 400
"""Characters up to which a decimal is read at once; a longer one has to pass the grammar."""

_PRECISE = Context(prec=60)
"""The arithmetic of points that are spaced by a ratio."""

_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(?:(nan)|inf|infinity|oo|∞)", re.IGNORECASE)
_RANGE = re.compile(
    r"(?P<start>[^:@]+?)\.\.(?P<stop>[^:@]+)"
    r"(:(?P<step>[^@]+)|@\s*0*(?P<count>[0-9]+)\s*(?P<log>log)?\s*)?"
)
_RANGE_FORMS = "a range is A..B, A..B:STEP, A..B@COUNT or A..B@COUNTlog"


def too_many(most: int, unit: str = "points") -> TooManyPointsError:
    """The error of more points than there may be."""
    return TooManyPointsError(f"more than {most:,} {unit}")


# --- numbers and constants --------------------------------------------------------------------


def number(point: Any) -> Fraction:
    """The exact value of a number of any kind, or a PointsError if it is not finite or too long."""
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
    """The value of a decimal or constant expression, to more than 60 digits, or a PointsError."""
    entry = text.strip()
    if is_decimal(entry) and len(entry) <= MAX_NUMBER:
        return Fraction(entry)
    if not entry:
        raise PointsError("a point is missing; write numbers with commas between: 1,2,3")
    _refuse_known_mistakes(entry[:MAX_NUMBER])
    try:
        (expression,) = parse(entry)
    except ExpressionError as error:
        raise PointsError(f"'{clipped(entry)}' is not a number: {error}") from None
    if names := variables(expression.tree):
        problem = f"it has the variable '{names[0]}'"
        raise PointsError(f"'{clipped(entry)}' is not a number: {problem}")
    if "=" in entry:
        raise PointsError(f"'{clipped(entry)}' is not a number: it has a name")
    if (value := fold(expression.tree, _exact_value)) is not None:
        return value
    from tapecli.engines.certified import reference  # which knows the values of functions

    if (value := reference.constant_value(expression.tree)) is not None:
        return value
    is_extreme = reference.is_extreme(expression.tree)
    reason = "is too large, or too close to zero" if is_extreme else "has no value; write a number"
    raise PointsError(f"'{clipped(entry)}' {reason}")


def _refuse_known_mistakes(entry: str) -> None:
    """Refuse what is not a number, but often typed for one, with what to write instead."""
    if match := _NOT_FINITE.fullmatch(entry):
        advice = "leave it out" if match[1] else "take a large one, such as 1e6"
        raise PointsError(f"'{clipped(entry)}' is not a finite number; {advice}")
    words = re.split(r"[\s;]+", entry)
    if len(words) > 1 and all(map(is_decimal, words)):
        raise PointsError(f"'{clipped(entry)}': points have commas between them")
    if (decimal := entry.replace(",", ".", 1)) != entry and is_decimal(decimal):
        raise PointsError(f"'{clipped(entry)}' is not a number; a decimal has a point: {decimal}")


def _exact_value(node: Node, children: Sequence[Fraction | None]) -> Fraction | None:
    if isinstance(node, Named):
        return Fraction(CONSTANTS[node.name].digits)
    return exact_value(node, children)


def is_decimal(entry: str) -> bool:
    """Whether a text is a decimal of at most three digits of exponent, and no expression."""
    return _DECIMAL.fullmatch(entry) is not None


def _quotient(number: Fraction) -> Decimal:
    return _PRECISE.divide(Decimal(number.numerator), Decimal(number.denominator))


def _brief(number: Fraction) -> str:
    """A number for a message: exact if it is short."""
    if max(abs(number.numerator), number.denominator) > 10**MAX_DIGITS:
        return "given"
    if number.denominator == 1 and abs(number.numerator) < 10**16:
        return str(number.numerator)
    return str(Context(prec=10).normalize(_quotient(number))).lower()


# --- ranges -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """Points by their indices: evenly spaced, or by a ratio, of which `stop` is the last.

    Where they are spaced by a ratio, `step` is 0, and `ratio` is the logarithm of stop/start.
    """

    start: Fraction
    stop: Fraction
    step: Fraction
    count: int
    ratio: Decimal | None = None

    def __iter__(self) -> Iterator[Fraction]:
        return map(self.at, range(self.count))

    def at(self, index: int) -> Fraction:
        """The point at an index: exact, or by a ratio of some 60 digits."""
        if self.ratio is None:
            return self.start + index * self.step
        return self.stop if index == self.count - 1 else self.start * Fraction(self.factor(index))

    def factor(self, index: int) -> Decimal:
        """The ratio of the point at an index to the first."""
        assert self.ratio is not None
        exponent = _PRECISE.divide(_PRECISE.multiply(self.ratio, index), max(self.count - 1, 1))
        return _PRECISE.exp(exponent)


def ranges(text: str, most: int) -> list[Range]:
    """The items between the commas of a text as ranges of at most `most` points in all."""
    items, count = [], 0
    for item in split(text):
        items.append(_range(item.strip(), most))
        count += items[-1].count
        if count > most:
            raise too_many(most)
    return items


def is_single(points: PointsLike) -> bool:
    """Whether this is one number, and no list, range or file, even of one."""
    if isinstance(points, str):
        is_list = points == "-" or points.startswith("@") or ".." in points
        return not is_list and len(split(points)) == 1
    return getattr(points, "ndim", 0) == 0 and not isinstance(points, Sequence)


def _range(item: str, most: int) -> Range:
    if ".." not in item:
        point = constant(item)
        return Range(point, point, Fraction(0), 1)
    match = _RANGE.fullmatch(item)
    if not match or ".." in match["stop"].removeprefix("."):
        raise PointsError(f"the range '{clipped(item)}' cannot be read: {_RANGE_FORMS}")
    start, stop = constant(match["start"]), constant(match["stop"])
    if match["count"] is None:
        step = Fraction(1) if match["step"] is None else constant(match["step"])
        return _stepped(item, start, stop, step, most)
    count = int(match["count"][: len(str(most)) + 1])
    if count > most:
        raise _refusal(item, too_many(most))
    if count < 2:
        raise _refusal(item, "both ends are points, so there are at least 2")
    if not match["log"]:
        return Range(start, stop, (stop - start) / (count - 1), count)
    if start * stop > 0:
        return Range(start, stop, Fraction(0), count, _PRECISE.ln(_quotient(stop / start)))
    raise _refusal(item, "both ends must lie on the same side of 0")


def _stepped(item: str, start: Fraction, stop: Fraction, step: Fraction, most: int) -> Range:
    if step == 0:
        raise _refusal(item, "the step is 0; write another, as in 0..1:0.1")
    steps = (stop - start) / step
    if steps < 0:
        turned = item.partition(":")[0] + f":{_brief(-step)}"
        direction = "below" if step > 0 else "above"
        raise _refusal(item, f"the end is {direction} the start; write {clipped(turned)}")
    if steps >= most:
        raise _refusal(item, too_many(most))
    return Range(start, start + int(steps) * step, step, int(steps) + 1)


def _refusal(item: str, problem: str | TooManyPointsError) -> PointsError:
    error = PointsError if isinstance(problem, str) else TooManyPointsError
    return error(f"'{clipped(item)}': {problem}")


# --- rounding ---------------------------------------------------------------------------------


def fitting(point: Fraction, format_: FloatFormat) -> float:
    """A point rounded to the nearest number of a format, or a PointsError if it is out of range."""
    value = format_.round(point)
    if math.isinf(value):
        raise PointsError(
            f"the point {_brief(point)} is too large for {format_.name}; write a smaller one"
        )
    if value == 0 and point:
        raise PointsError(f"the point {_brief(point)} is too small for {format_.name}")
    return value


def rounded(points: Iterable[Fraction], format_: FloatFormat) -> tuple[float, ...]:
    """Points as numbers of a format, each rounded once, by `fitting`."""
    return tuple(fitting(point, format_) for point in points)


def rounded_range(range_: Range, format_: FloatFormat) -> tuple[float, ...] | Spaced:
    """The points of a range, each rounded once by `fitting`; many are computed when taken."""
    rounded((range_.start, range_.stop), format_)
    if range_.count <= MAX_EXACT:
        return rounded(range_, format_)
    from tapecli.points import lazy

    return lazy.Spaced(range_, format_)


def rounded_fields(
    fields: Sequence[Any],
    exact_at: Callable[[int], Fraction],
    format_: FloatFormat,
    is_simple: bool = False,
) -> tuple[float, ...] | NDArray[np.float64]:
    """Texts or numbers, of which `exact_at` has the exact values, each rounded once by `fitting`.

    All fields are texts of ASCII characters without an underscore if this `is_simple`.
    """
    if len(fields) <= MAX_EXACT:
        return rounded(map(exact_at, range(len(fields))), format_)
    from tapecli.points import rounding

    return rounding.of_fields(fields, exact_at, format_, is_simple)
