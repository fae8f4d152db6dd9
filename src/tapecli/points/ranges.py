"""The language of points: "1..3", "0..1:0.1", "0..2pi@9", "1e-3..1e3@7log", "1,2,5".

A text is read into ranges of exact points; how they become numbers of a format is told elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from tapecli.errors import PointsError, clipped
from tapecli.points.exact import PRECISE, brief, constant, quotient

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Point: TypeAlias = "float | Fraction | Decimal | str"
PointsLike: TypeAlias = "Point | Sequence[Point] | NDArray[np.generic]"
"""What points can be given as: text in the language of this module, numbers, or an array."""

MAX_POINTS = 100_000
"""Points of a variable that are held in memory."""
MAX_COUNT = 10**15
"""Points that a range may have for those who take it in chunks."""

_RANGE = re.compile(
    r"(?P<start>[^:@]+?)\.\.(?P<stop>[^:@]+)"
    r"(:(?P<step>[^@]+)|@\s*0*(?P<count>[0-9]+)\s*(?P<log>log)?\s*)?"
)
_RANGE_FORMS = "a range is A..B, A..B:STEP, A..B@COUNT or A..B@COUNTlog"


@dataclass(frozen=True)
class Range:
    """Points by their indices: evenly spaced, or by a ratio.

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

    def at(self, index: int) -> Fraction:
        """The point at an index: exact, or by a ratio of some 60 digits."""
        if self.ratio is None:
            return self.start + index * self.step
        return self.stop if index == self.count - 1 else self.start * Fraction(self.factor(index))

    def factor(self, index: int) -> Decimal:
        """The ratio of the point at an index to the first."""
        assert self.ratio is not None
        return PRECISE.exp(
            PRECISE.divide(PRECISE.multiply(self.ratio, index), max(self.count - 1, 1))
        )


def read(text: str, most: int) -> list[Range]:
    """The items between the commas of a text; a constant is a range of one point.

    Raises:
        PointsError: an item cannot be read, or there are more than `most` points.
    """
    items, count = [], 0
    for item in _split(text):
        items.append(_of_item(item, most))
        count += items[-1].count
        if count > most:
            raise too_many(most)
    return items


def too_many(most: int, unit: str = "points") -> PointsError:
    """The error of more points than there may be."""
    return PointsError(f"more than {most:,} {unit}")


def is_single(points: PointsLike) -> bool:
    """Whether this is one number, and no list, range or file, even of one."""
    if isinstance(points, str):
        is_list = points == "-" or points.startswith("@") or ".." in points
        return not is_list and len(_split(points)) == 1
    return getattr(points, "ndim", 0) == 0 and not isinstance(points, Sequence)


def _split(text: str) -> list[str]:
    """The items between the commas that are not inside brackets."""
    items, start, depth = [], 0, 0
    for sign in re.finditer("[(),]", text):
        depth += (sign[0] == "(") - (sign[0] == ")")
        if sign[0] == "," and depth == 0:
            items.append(text[start : sign.start()])
            start = sign.end()
    return [*items, text[start:]]


def _of_item(item: str, most: int) -> Range:
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
        return Range(start, stop, Fraction(0), count, PRECISE.ln(quotient(stop / start)))
    raise _refusal(item, "both ends must lie on the same side of 0")


def _refusal(item: str, problem: object) -> PointsError:
    return PointsError(f"'{clipped(item)}': {problem}")


def _stepped(item: str, start: Fraction, stop: Fraction, step: Fraction, most: int) -> Range:
    if step == 0:
        raise _refusal(item, "the step is 0")
    steps = (stop - start) / step
    if steps < 0:
        turned = item.partition(":")[0] + f":{brief(-step)}"
        direction = "below" if step > 0 else "above"
        raise _refusal(item, f"the end is {direction} the start; write {clipped(turned)}")
    if steps >= most:
        raise _refusal(item, too_many(most))
    return Range(start, start + int(steps) * step, step, int(steps) + 1)
