"""Curves: what `tapecli plot` draws, as numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from tapecli.expressions.derivative import Derivative
from tapecli.expressions.tree import Node
from tapecli.result import Status, any_failed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"

DISAGREEING = (Status.OFF, Status.LOST, Status.ROUNDED, Status.UNDEFINED)
"""Verdicts at which a point is marked, where marks are wanted."""


@dataclass(frozen=True)
class Paper:
    """What is drawn on.

    Attributes:
        dots: how many there are across and up: what is smaller is not seen.
        lines: those of text, where it is a terminal.
    """

    dots: tuple[int, int]
    lines: int = 0


@dataclass(frozen=True)
class Axis:
    """The variable that the curves go along.

    Attributes:
        name: of the variable.
        start, stop: the ends of its range.
        log: whether equal ratios are equally far apart.
    """

    name: str
    start: float
    stop: float
    log: bool = False

    def place(self, value: float) -> float:
        """Where a value lies on the axis: 0 at the start, 1 at the stop."""
        if self.log:
            return math.log(value / self.start) / math.log(self.stop / self.start)
        length = self.stop - self.start
        return value / length - self.start / length

    def places(self, values: Iterable[float]) -> list[float]:
        """Where values lie on the axis."""
        return [self.place(value) for value in values]


@dataclass(frozen=True)
class Mark:
    """A sample whose verdict is not ok.

    Attributes:
        x: where.
        y: what was computed, or else the exact value; NaN where there is no finite number.
        status: the verdict.
    """

    x: float
    y: float
    status: Status


@dataclass(frozen=True, eq=False)
class Curve:
    """One target, or a derivative of it, sampled.

    Attributes:
        target, expression, tree: the target's name, its text and its tree.
        derivative: what is drawn of it.
        x: the samples, from left to right.
        y: the values there; NaN where there is none.
        joined: for each sample but the last whether the curve is continuous up to the next one.
        marks: the samples at which it is not ok.
        counts: how many samples have each status.
        given_up: how many samples could not be certified in time.
    """

    target: str
    expression: str
    tree: Node
    derivative: Derivative
    x: Floats
    y: Floats
    joined: NDArray[np.bool_]
    marks: tuple[Mark, ...]
    counts: Mapping[Status, int]
    given_up: int = 0

    @property
    def pieces(self) -> Iterator[tuple[Floats, Floats]]:
        """The stretches between which the curve is open; one sample alone is one, too."""
        import numpy as np

        ends = [*(np.flatnonzero(~self.joined) + 1).tolist(), len(self.x)]
        start = 0
        for end in ends:
            if np.isfinite(self.y[start]):
                yield self.x[start:end], self.y[start:end]
            start = end

    def within(self, low: float, high: float) -> Iterator[tuple[Floats, Floats]]:
        """The parts of the pieces between two heights, at which they are cut."""
        import numpy as np

        for x, y in self.pieces:
            part: list[tuple[float, float]] = []
            points = list(zip(x.tolist(), y.tolist(), strict=True))
            for first, last in zip(points, points[1:] or points, strict=False):
                cut = _cut(first, last, low, high)
                if part and (not cut or part[-1] != cut[0]):
                    yield np.array(part).T[0], np.array(part).T[1]
                    part = []
                part += cut[1:] if part else cut
            if part:
                yield np.array(part).T[0], np.array(part).T[1]


def _cut(
    first: tuple[float, float], last: tuple[float, float], low: float, high: float
) -> list[tuple[float, float]]:
    """The ends of the part of a line between two heights; one end for a point; [] for nothing."""
    heights = first[1], last[1]
    if max(heights) < low or min(heights) > high:
        return []
    if first == last:
        return [first]
    found = []
    for (x, y), (other, height) in ((first, last), (last, first)):
        edge = min(max(y, low), high)
        if edge != y:
            x += (other - x) * ((edge - y) / (height - y))
        found.append((x, edge))
    return found


@dataclass(frozen=True, eq=False)
class Curves:
    """A plot.

    Attributes:
        axis: what the curves go along.
        at: the values of the other variables.
        curves: the curves, those of a target together, from its value to the highest order.
        low, high: what is shown from bottom to top.
        paper: what it is drawn on.
        about: how the values were computed, in words.
        marked: whether the samples that are not ok are marked.
        hurried: the `--max-seconds` that ended the drawing early; None if nothing did.
        coarser: whether it then has fewer samples; else it has those that were asked for.
    """

    axis: Axis
    at: Mapping[str, float]
    curves: tuple[Curve, ...]
    low: float
    high: float
    paper: Paper
    about: str
    marked: bool = False
    hurried: float | None = None
    coarser: bool = True

    @cached_property
    def counts(self) -> Counter[Status]:
        """How many samples of all curves have each status."""
        return sum((Counter(curve.counts) for curve in self.curves), Counter[Status]())

    @property
    def given_up(self) -> int:
        """How many samples of all curves could not be certified in time."""
        return sum(curve.given_up for curve in self.curves)

    def height(self, mark: Mark) -> float:
        """Where a mark goes: at the edge, if it has no height or one that is not shown."""
        return self.low if math.isnan(mark.y) else min(max(mark.y, self.low), self.high)

    @property
    def ok(self) -> bool:
        """Whether no sample is off or lost: exit code 0."""
        return not any_failed(self.counts)
