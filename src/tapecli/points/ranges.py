"""Points: "1..3", "0..1:0.1", "0..2pi@9", "1e-3..1e3@7log", "1,2,5", "-", "@file".

Points are exact until the last step, when they are rounded once into the wanted format.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

from tapecli.errors import ExpressionError, PointsError, UsageError, clipped
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import CONSTANTS
from tapecli.expressions.parser import MAX_DIGITS
from tapecli.expressions.tree import Named, Node, exact_value, steps, variables
from tapecli.floats import FloatFormat
from tapecli.points import text_files

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Point: TypeAlias = "float | Fraction | Decimal | str"
PointsLike: TypeAlias = "Point | Sequence[Point] | NDArray[np.generic]"
"""What points can be given as: text in the language of this module, numbers, or an array."""

MAX_POINTS = 100_000
"""Points in one request."""
NPY, PARQUET = ".npy", ".parquet"
"""How the names of files of points end that are no text."""
MAX_COUNT = 10**15
"""Points that a range may have for those who take it in parts."""

_DIGITS = 60
_PRECISE = Context(prec=_DIGITS)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_SHORT = 400
"""Characters up to which a number is read at once; a longer one has to pass the grammar."""
_RANGE = re.compile(
    r"(?P<start>[^:@]+?)\.\.(?P<stop>[^:@]+)"
    r"(:(?P<step>[^@]+)|@\s*0*(?P<count>[0-9]+)\s*(?P<log>log)?\s*)?"
)
_RANGE_FORMS = "a range is A..B, A..B:STEP, A..B@COUNT or A..B@COUNTlog"


def rounded(points: Iterable[Fraction], format_: FloatFormat) -> tuple[float, ...]:
    """Points as numbers of this format, each rounded once.

    Raises:
        PointsError: a point is too large or too small for the format.
    """
    return tuple(fitting(point, format_) for point in points)


def fitting(point: Fraction, format_: FloatFormat) -> float:
    """A point as a number of this format.

    Raises:
        PointsError: it is too large or too small for the format.
    """
    value = format_.round(point)
    if math.isinf(value):
        raise PointsError(f"the point {_brief(point)} is too large for {format_.name}")
    if value == 0 and point:
        raise PointsError(f"the point {_brief(point)} is too small for {format_.name}")
    return value


def read(points: PointsLike, stdin: TextIO | None = None) -> tuple[Fraction, ...]:
    """Read points given as text, as numbers or as an array: their exact values.

    Args:
        points: text in the language above, or a number, or any sequence or array of them.
        stdin: what "-" reads.

    Raises:
        PointsError: a point cannot be read or is not finite, or there are too many or none.
    """
    if isinstance(points, str):
        return _limited(_of_text(points, stdin))
    return _limited(numbers(points))


def count_of(points: PointsLike) -> int | None:
    """How many points these are, without making them; None where only reading tells.

    Raises:
        PointsError: a range cannot be read, or has more than `MAX_COUNT` points.
    """
    if isinstance(points, str):
        if points == "-" or points.startswith("@"):
            return None
        items = _split(points)
        return sum(_of_item(item, MAX_COUNT).count if ".." in item else 1 for item in items)
    if (size := getattr(points, "size", None)) is not None:
        return int(size)
    if isinstance(points, Sequence) and not isinstance(points, bytes):
        counts = [count_of(point) if isinstance(point, str) else 1 for point in points]
        return None if None in counts else sum(filter(None, counts))
    return None if hasattr(points, "__iter__") else 1


def ranges(typed: str) -> list[Range]:
    """The items of a text; a constant is a range of one point.

    Raises:
        PointsError: an item cannot be read, or has more than `MAX_COUNT` points.
    """
    return [_of_item(item, MAX_COUNT) for item in _split(typed)]


def is_single(points: PointsLike) -> bool:
    """Whether this is one number, and no list, range or file, even of one."""
    if isinstance(points, str):
        listed = points == "-" or points.startswith("@") or ".." in points
        return not listed and len(_split(points)) == 1
    return getattr(points, "ndim", 0) == 0 and not isinstance(points, Sequence)


def _limited(points: Iterable[Fraction]) -> tuple[Fraction, ...]:
    collected: list[Fraction] = []
    for point in points:
        if len(collected) == MAX_POINTS:
            raise PointsError(f"more than {MAX_POINTS:,} points")
        collected.append(point)
    if not collected:
        raise PointsError("there are no points")
    return tuple(collected)


def numbers(points: Any) -> Iterator[Fraction]:
    """The exact values of a number, or of any sequence or array of them."""
    flat = getattr(points, "ravel", lambda: points)()
    several = hasattr(flat, "__iter__") and not isinstance(flat, bytes | Mapping)
    for point in flat if several else [flat]:
        if isinstance(point, str):
            yield from _of_text(point, None)
        else:
            yield number(point)


def number(point: Any) -> Fraction:
    """The exact value of a number of any kind."""
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


def refuse_arrays(source: str) -> None:
    """Refuse a file that is no text, where points are read as text.

    Raises:
        PointsError: the name of the file ends as that of such a file.
    """
    if source.lower().endswith((NPY, PARQUET)):
        raise PointsError(
            f"{text_files.shown(source[1:])} is no text: such files are read by the commands diff, "
            "grad, jacobian and hessian, and by tapecli.parts()"
        )


def _of_text(typed: str, stdin: TextIO | None) -> Iterator[Fraction]:
    if typed == "-" or typed.startswith("@"):
        refuse_arrays(typed)
        with text_files.opened(typed, stdin) as (stream, name):
            yield from _of_lines(stream, name)
    else:
        for item in _split(typed):
            yield from _of_item(item, MAX_POINTS)


# --- files ------------------------------------------------------------------------------------


def _of_lines(stream: TextIO, name: str) -> Iterator[Fraction]:
    """One number a line; blank lines and those that begin with # are passed over."""
    for number, line in text_files.lines(stream, name):
        try:
            point = of_line(line)
        except UsageError as error:
            raise PointsError(f"line {number} of {name}: {error}") from None
        if point is not None:
            yield point


def of_line(line: str) -> Fraction | None:
    """The point on a line; None if it is blank or a remark."""
    entry = line.strip()
    if not entry or entry.startswith("#"):
        return None
    if _is_several(entry):
        raise PointsError(f"'{clipped(entry)}' is not one number")
    return constant(entry)


def _is_several(entry: str) -> bool:
    first, *rest = entry.split(None, 1)
    listed = "," in entry and "(" not in entry
    return listed or ".." in entry or bool(rest and _NUMBER.fullmatch(first))


# --- ranges -----------------------------------------------------------------------------------


def _split(typed: str) -> list[str]:
    """The items between the commas that are not inside brackets."""
    items, start, depth = [], 0, 0
    for sign in re.finditer("[(),]", typed):
        depth += (sign[0] == "(") - (sign[0] == ")")
        if sign[0] == "," and depth == 0:
            items.append(typed[start : sign.start()])
            start = sign.end()
    return [*items, typed[start:]]


@dataclass(frozen=True)
class Range:
    """Points by their places: evenly spaced, or by a ratio.

    Attributes:
        start: the first.
        stop: the last.
        step: from one to the next; 0 where they are spaced by a ratio.
        count: how many they are.
        ratio: the logarithm of stop/start where they are spaced by a ratio.
    """

    start: Fraction
    stop: Fraction
    step: Fraction
    count: int
    ratio: Decimal | None = None

    def __iter__(self) -> Iterator[Fraction]:
        return map(self.at, range(self.count))

    def at(self, place: int) -> Fraction:
        """The point at this place: exact, or by a ratio of some 60 digits."""
        if self.ratio is None:
            return self.start + place * self.step
        return self.stop if place == self.count - 1 else self.start * Fraction(self.factor(place))

    def factor(self, place: int) -> Decimal:
        """The ratio of the point at this place to the first."""
        assert self.ratio is not None
        return _PRECISE.exp(
            _PRECISE.divide(_PRECISE.multiply(self.ratio, place), max(self.count - 1, 1))
        )


def _of_item(item: str, most: int) -> Range:
    if ".." not in item:
        point = constant(item)
        return Range(point, point, Fraction(0), 1)
    match = _RANGE.fullmatch(item)
    shown = f"'{clipped(item)}'"
    if not match or ".." in match["stop"].removeprefix("."):
        raise PointsError(f"the range {shown} cannot be read: {_RANGE_FORMS}")
    start, stop = constant(match["start"]), constant(match["stop"])
    if match["count"] is None:
        step = Fraction(1) if match["step"] is None else constant(match["step"])
        return _stepped(item, start, stop, step, most)
    count = int(match["count"][: len(str(most)) + 1])
    if count > most:
        raise PointsError(f"{shown}: more than {most:,} points")
    if count < 2:
        raise PointsError(f"{shown}: both ends are points, so there are at least 2")
    if not match["log"]:
        return Range(start, stop, (stop - start) / (count - 1), count)
    if start * stop > 0:
        return Range(start, stop, Fraction(0), count, _PRECISE.ln(_decimal(stop / start)))
    raise PointsError(f"{shown}: both ends must lie on the same side of 0")


def _stepped(item: str, start: Fraction, stop: Fraction, step: Fraction, most: int) -> Range:
    shown = clipped(item)
    if step == 0:
        raise PointsError(f"'{shown}': the step is 0")
    steps = (stop - start) / step
    if steps < 0:
        turned = item.partition(":")[0] + f":{_brief(-step)}"
        direction = "below" if step > 0 else "above"
        raise PointsError(f"'{shown}': the end is {direction} the start; write {clipped(turned)}")
    if steps >= most:
        raise PointsError(f"'{shown}': more than {most:,} points")
    return Range(start, start + int(steps) * step, step, int(steps) + 1)


def _decimal(number: Fraction) -> Decimal:
    return _PRECISE.divide(Decimal(number.numerator), Decimal(number.denominator))


def _brief(number: Fraction) -> str:
    """A number for a message: exact if it is short."""
    if max(abs(number.numerator), number.denominator) > 10**MAX_DIGITS:
        return "given"
    if number.denominator == 1 and abs(number.numerator) < 10**16:
        return str(number.numerator)
    return str(Context(prec=10).normalize(_decimal(number))).lower()


# --- constants --------------------------------------------------------------------------------


def constant(typed: str) -> Fraction:
    """The value of a number or constant expression: exact, or to more than 60 digits."""
    entry = typed.strip()
    shown = f"'{clipped(entry)}'"
    if _NUMBER.fullmatch(entry) and len(entry) <= _SHORT:
        return Fraction(entry)
    if not entry:
        raise PointsError("a point is missing")
    if re.fullmatch(r"[+-]?(nan|inf|infinity|∞)", entry, re.IGNORECASE):
        raise PointsError(f"{shown} is not a finite number")
    words = entry[:_SHORT].split()
    if len(words) > 1 and all(map(_NUMBER.fullmatch, words)):
        raise PointsError(f"{shown}: points have commas between them")
    try:
        (expression,) = parse(entry)
    except ExpressionError as error:
        raise PointsError(f"{shown} is not a number: {error}") from None
    if names := variables(expression.tree):
        raise PointsError(f"{shown} is not a number: it has the variable '{names[0]}'")
    if "=" in entry:
        raise PointsError(f"{shown} is not a number: it has a name")
    value = _value(expression.tree)
    if value is None:
        from tapecli.engines.certified.reference import is_extreme

        beyond = (
            "is too large, or too close to zero" if is_extreme(expression.tree) else "has no value"
        )
        raise PointsError(f"{shown} {beyond}")
    return value


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
