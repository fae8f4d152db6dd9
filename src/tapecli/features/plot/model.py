"""Curves: what `tapecli plot` draws, as numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from tapecli.expressions.derivative import Derivative
from tapecli.result import Status, any_failed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tapecli.expressions.expression import Expression

Floats: TypeAlias = "NDArray[np.float64]"
Point: TypeAlias = tuple[float, float]

SIGNS = {Status.OFF: "X", Status.LOST: "!", Status.ROUNDED: "~", Status.UNDEFINED: "?"}
"""The verdicts of samples that can be marked, and the signs that mark them in a plot as text."""


@dataclass(frozen=True)
class PlotAxis:
    """The variable that the curves go along: its range, and whether its axis is logarithmic."""

    name: str
    start: float
    stop: float
    log: bool = False

    def position(self, value: float) -> float:
        """Where a value is on the axis: 0 at the start, 1 at the stop."""
        if self.log:
            return math.log(value / self.start) / math.log(self.stop / self.start)
        length = self.stop - self.start
        return value / length - self.start / length

    def positions(self, values: Iterable[float]) -> list[float]:
        """Where each of the values is on the axis."""
        return [self.position(value) for value in values]


@dataclass(frozen=True)
class Mark:
    """A sample that is not ok; `y` is its value, or the exact one, or NaN if neither is finite."""

    x: float
    y: float
    status: Status


@dataclass(frozen=True, eq=False)
class Curve:
    """A target or one of its derivatives, sampled.

    Attributes:
        derivative: the derivative of the target that is drawn.
        x: the values of the variable, in increasing order.
        y: the values of the curve; NaN where there is none.
        joined: for each sample but the last, whether the curve is continuous up to the next one.
        marks: the samples that are not ok.
        counts: how many samples have each status.
        uncertified: how many samples could not be certified in time.
    """

    target: Expression
    derivative: Derivative
    x: Floats
    y: Floats
    joined: NDArray[np.bool_]
    marks: tuple[Mark, ...]
    counts: Mapping[Status, int]
    uncertified: int = 0

    @property
    def pieces(self) -> Iterator[tuple[Floats, Floats]]:
        """The pieces within which samples are joined; a single sample can be a piece, too."""
        import numpy as np

        stops = [*(np.flatnonzero(~self.joined) + 1).tolist(), len(self.x)]
        for start, stop in zip([0, *stops], stops, strict=False):
            if np.isfinite(self.y[start]):
                yield self.x[start:stop], self.y[start:stop]

    def within(self, low: float, high: float) -> Iterator[tuple[Floats, Floats]]:
        """The pieces, cut off at two heights."""
        import numpy as np

        for x, y in self.pieces:
            lines: list[list[Point]] = []
            points = list(zip(x.tolist(), y.tolist(), strict=True))
            for first, last in zip(points, points[1:] or points, strict=False):
                ends = _cut(first, last, low, high)
                if lines and lines[-1][-1:] == ends[:1]:
                    lines[-1] += ends[1:]
                elif ends:
                    lines.append(ends)
            for line in lines:
                yield np.array(line).T[0], np.array(line).T[1]


def _cut(first: Point, last: Point, low: float, high: float) -> list[Point]:
    """The ends of a line that is cut off at two heights: one of a point, none if it is outside."""
    if max(first[1], last[1]) < low or min(first[1], last[1]) > high:
        return []
    if first == last:
        return [first]
    ends = []
    for (x, y), (other_x, other_y) in ((first, last), (last, first)):
        height = min(max(y, low), high)
        if height != y:
            x += (other_x - x) * ((height - y) / (other_y - y))
        ends.append((x, height))
    return ends


@dataclass(frozen=True, eq=False)
class Curves:
    """A plot.

    Attributes:
        at: the values of the other variables than that of the axis.
        curves: the curves, target by target, each from its value to the highest order.
        low, high: the lowest and the highest value that is shown.
        dots: how many dots the plot has across and up; a character of text has 2 by 4.
        method: how the values were computed, in words.
        marked: whether the samples that are not ok are marked.
        time_limit: the `--max-seconds` that ended the work early; None if nothing did.
        coarser: whether fewer samples were taken because of that; with samples that were given,
            parts of the curves are left open instead.
    """

    axis: PlotAxis
    at: Mapping[str, float]
    curves: tuple[Curve, ...]
    low: float
    high: float
    dots: tuple[int, int]
    method: str
    marked: bool = False
    time_limit: float | None = None
    coarser: bool = True

    @cached_property
    def counts(self) -> Counter[Status]:
        """How many samples of all curves have each status."""
        return sum((Counter(curve.counts) for curve in self.curves), Counter[Status]())

    @property
    def uncertified(self) -> int:
        """How many samples of all curves could not be certified in time."""
        return sum(curve.uncertified for curve in self.curves)

    def height(self, mark: Mark) -> float:
        """The height at which a mark is drawn: at the edge, if its value is not shown."""
        return self.low if math.isnan(mark.y) else min(max(mark.y, self.low), self.high)

    @property
    def ok(self) -> bool:
        """Whether no sample is off or lost: exit code 0."""
        return not any_failed(self.counts)
