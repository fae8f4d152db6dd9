"""Points: "1..3", "0..1:0.1", "0..2pi@9", "1e-3..1e3@7log", "1,2,5", "-", "@file".

Points are exact until the last step, when they are rounded once into the wanted format.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO, TypeAlias

from tapecli.errors import ExpressionError, PointsError, UsageError
from tapecli.expression import parse
from tapecli.floats import FloatFormat
from tapecli.functions import CONSTANTS
from tapecli.tree import Named, Node, exact_value, steps, variables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Point: TypeAlias = "float | Fraction | Decimal | str"
PointsLike: TypeAlias = "Point | Sequence[Point] | NDArray[np.generic]"
"""What points can be given as: text in the language of this module, numbers, or an array."""

MAX_POINTS = 100_000
"""Points in one request."""
DEFAULT_POINTS = "1..3"
"""The points of the worked example, for whoever gives none."""

_DIGITS = 60
_PRECISE = Context(prec=_DIGITS)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_RANGE = re.compile(
    r"(?P<start>[^:@]+?)\.\.(?P<stop>[^:@]+)(:(?P<step>[^@]+)|@(?P<count>\s*\d+)\s*(?P<log>log)?\s*)?"
)
_RANGE_FORMS = "a range is A..B, A..B:STEP, A..B@COUNT or A..B@COUNTlog"


def rounded(points: Iterable[Fraction], format_: FloatFormat) -> tuple[float, ...]:
    """Points as numbers of this format, each rounded once.

    Raises:
        PointsError: a point is too large or too small for the format.
    """
    return tuple(_fitting(point, format_) for point in points)


def _fitting(point: Fraction, format_: FloatFormat) -> float:
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
    return _limited(_of_numbers(points))


def _limited(points: Iterable[Fraction]) -> tuple[Fraction, ...]:
    collected: list[Fraction] = []
    for point in points:
        if len(collected) == MAX_POINTS:
            raise PointsError(f"more than {MAX_POINTS:,} points")
        collected.append(point)
    if not collected:
        raise PointsError("there are no points")
    return tuple(collected)


def _of_numbers(points: object) -> Iterator[Fraction]:
    flat = getattr(points, "ravel", lambda: points)()
    for point in flat if hasattr(flat, "__iter__") else [flat]:
        if isinstance(point, str):
            yield from _of_text(point, None)
            continue
        try:
            yield Fraction(point if isinstance(point, Fraction | Decimal) else float(point))
        except (TypeError, ValueError, OverflowError):
            raise PointsError(f"{point!r} is not a finite number") from None


def _of_text(typed: str, stdin: TextIO | None) -> Iterator[Fraction]:
    if typed == "-":
        if stdin is None:
            raise PointsError("'-' reads points from standard input, which is not there")
        yield from _of_lines(stdin, "standard input")
    elif typed.startswith("@"):
        yield from _of_file(typed[1:])
    else:
        for item in _split(typed):
            yield from _of_item(item)


# --- files ------------------------------------------------------------------------------------


def _of_file(name: str) -> Iterator[Fraction]:
    try:
        with Path(name).open(encoding="utf-8") as lines:
            yield from _of_lines(lines, f"'{name}'")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise PointsError(f"the points in '{name}' cannot be read: {reason}") from None


def _of_lines(lines: TextIO, source: str) -> Iterator[Fraction]:
    """One number a line; blank lines and those that begin with # are passed over."""
    read = 0
    try:
        for line in lines:
            read += 1
            entry = line.strip()
            if entry and not entry.startswith("#"):
                yield _constant(entry)
    except UnicodeDecodeError:
        raise PointsError(f"line {read + 1} of {source} is not text") from None
    except UsageError as error:
        raise PointsError(f"line {read} of {source}: {error}") from None


# --- ranges -----------------------------------------------------------------------------------


def _split(typed: str) -> list[str]:
    """The items between the commas that are not inside brackets."""
    items, depth = [""], 0
    for character in typed:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            items.append("")
        else:
            items[-1] += character
    return items


def _of_item(item: str) -> Iterator[Fraction]:
    if ".." not in item:
        yield _constant(item)
        return
    match = _RANGE.fullmatch(item)
    if not match:
        raise PointsError(f"the range '{item}' cannot be read: {_RANGE_FORMS}")
    start, stop = _constant(match["start"]), _constant(match["stop"])
    if match["count"] is None:
        step = Fraction(1) if match["step"] is None else _constant(match["step"])
        yield from _stepped(item, start, stop, step)
        return
    count = int(match["count"][:9])
    if count > MAX_POINTS:
        raise PointsError(f"'{item}': more than {MAX_POINTS:,} points")
    if count < 2:
        raise PointsError(f"'{item}': both ends are points, so there are at least 2")
    yield from (_by_ratio if match["log"] else _evenly)(item, start, stop, count)


def _stepped(item: str, start: Fraction, stop: Fraction, step: Fraction) -> Iterator[Fraction]:
    if step == 0:
        raise PointsError(f"'{item}': the step is 0")
    count = (stop - start) / step
    if count < 0:
        down = item.partition(":")[0] + (":-1" if step == 1 else f":{_brief(-step)}")
        direction = "below" if step > 0 else "above"
        hint = f"; write {down}" if step in (1, -1) or ":" in item else ""
        raise PointsError(f"'{item}': the end is {direction} the start{hint}")
    if count >= MAX_POINTS:
        raise PointsError(f"'{item}': more than {MAX_POINTS:,} points")
    yield from (start + i * step for i in range(int(count) + 1))


def _evenly(item: str, start: Fraction, stop: Fraction, count: int) -> Iterator[Fraction]:
    yield from (start + (stop - start) * i / (count - 1) for i in range(count))


def _by_ratio(item: str, start: Fraction, stop: Fraction, count: int) -> Iterator[Fraction]:
    if start * stop <= 0:
        raise PointsError(f"'{item}': both ends must lie on the same side of 0")
    ratio = _PRECISE.ln(_decimal(stop / start))
    for i in range(count):
        factor = _PRECISE.exp(_PRECISE.divide(_PRECISE.multiply(ratio, i), count - 1))
        yield stop if i == count - 1 else start * Fraction(factor)


def _decimal(number: Fraction) -> Decimal:
    return _PRECISE.divide(Decimal(number.numerator), Decimal(number.denominator))


def _brief(number: Fraction) -> str:
    """A number for a message: exact if it is short."""
    short = f"{number.numerator}"
    if number.denominator == 1 and len(short) < 20:
        return short
    return str(Context(prec=10).normalize(_decimal(number))).lower()


# --- constants --------------------------------------------------------------------------------


def _constant(typed: str) -> Fraction:
    """The value of a number or constant expression: exact, or to more than 60 digits."""
    entry = typed.strip()
    if _NUMBER.fullmatch(entry):
        return Fraction(entry)
    if not entry:
        raise PointsError("a point is missing")
    if re.fullmatch(r"[+-]?(nan|inf|infinity|∞)", entry, re.IGNORECASE):
        raise PointsError(f"'{entry}' is not a finite number")
    try:
        (expression,) = parse(entry)
    except ExpressionError as error:
        raise PointsError(f"'{_clipped(entry)}' is not a number: {error}") from None
    if names := variables(expression.tree):
        _not_constant(entry, names[0])
    return _value(expression.tree, entry)


def _clipped(entry: str) -> str:
    entry = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in entry)
    return entry if len(entry) <= 40 else entry[:37] + "..."


def _not_constant(entry: str, name: str) -> NoReturn:
    raise PointsError(f"'{_clipped(entry)}' is not a number: it has the variable '{name}'")


def _value(tree: Node, entry: str) -> Fraction:
    values: dict[Node, Fraction | None] = {}
    for node in steps(tree):
        if isinstance(node, Named):
            values[node] = Fraction(CONSTANTS[node.name].digits)
        else:
            values[node] = exact_value(node, [values[child] for child in node.children])
    value = values[tree]
    if value is None:  # a function: only the reference's arithmetic has those
        from tapecli.analytic.reference import constant_value

        value = constant_value(tree)
    if value is None:
        raise PointsError(f"'{_clipped(entry)}' has no value")
    return value
