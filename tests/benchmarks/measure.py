"""Costs that are measured in turn, and the figures that come of them."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias, TypeVar

TRIAL = bool(os.environ.get("TRIAL"))
"""Whether this is but to see that all runs: a hundredth of many points, two rounds."""

ROUNDS = 2 if TRIAL else 5
CHEAP = 2 if TRIAL else 7
"""Rounds of what takes less than a second."""
CALLS = 5
"""In each round, of what takes a few milliseconds: the quickest counts."""


def many(points: int) -> int:
    """So many points, or a hundredth of them in a trial."""
    return points // 100 if TRIAL else points


Cost: TypeAlias = Callable[[], float]
Costs: TypeAlias = Sequence[float]
"""What the same thing cost in each round."""
Side = TypeVar("Side")
"""What one of several sides is called."""


@dataclass(frozen=True)
class Target:
    """What a ratio should be: between two numbers, or one of them."""

    least: float | None = None
    most: float | None = None

    def met(self, ratio: float) -> bool:
        """Whether a ratio is what it should be."""
        return (self.least is None or ratio >= self.least) and (
            self.most is None or ratio <= self.most
        )

    def __str__(self) -> str:
        ends = (("at least", self.least), ("at most", self.most))
        return ", ".join(f"{words} {end:g}" for words, end in ends if end is not None)


@dataclass(frozen=True)
class Figure:
    """One comparison: the cost of `what` over that of `beside`, by the medians of all rounds.

    Attributes:
        what, beside: the two.
        unit: of the costs.
        ratio: the median of the ratios of all rounds.
        least, most: their spread.
        cost, other: the medians of the costs.
        rounds: how often each was measured.
        target: what the ratio should be, if anything was promised.
    """

    what: str
    beside: str
    unit: str
    ratio: float
    least: float
    most: float
    cost: float
    other: float
    rounds: int
    target: Target | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        return None if self.target is None else self.target.met(self.ratio)

    @property
    def cells(self) -> list[str]:
        """The figure as a row of the report."""
        ratios = [number(ratio) for ratio in (self.ratio, self.least, self.most)]
        costs = [amount(cost, self.unit) for cost in (self.cost, self.other)]
        target = f"{self.target}: {verdict(self.met)}" if self.target else ""
        return [self.what, self.beside, *ratios, *costs, str(self.rounds), target]

    @property
    def document(self) -> dict[str, Any]:
        """The figure as JSON has it."""
        return {**asdict(self), "met": self.met}


@dataclass(frozen=True)
class Curve:
    """How a cost grows with a size.

    Attributes:
        by: what grows.
        name: what it is the cost of.
        points: for each size the median of its CPU seconds, the least and the most.
    """

    by: str
    name: str
    points: Mapping[int, tuple[float, float, float]]


HEAD = ("what", "beside", "ratio", "from", "to", "cost", "of the other", "rounds", "target")


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes:
        notes: what else there is to say, a paragraph each.
        figures: the figures.
        head, rows: another table of them; if left out, each figure is a row.
        curves: what is drawn.
    """

    notes: Sequence[str]
    figures: Sequence[Figure] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    curves: Sequence[Curve] = ()

    @property
    def table(self) -> list[Sequence[str]]:
        """The table with its head; empty if there is none."""
        if self.head:
            return [self.head, *self.rows]
        return [HEAD, *(figure.cells for figure in self.figures)] if self.figures else []


# --- measuring --------------------------------------------------------------------------------


def seconds(
    function: Callable[[], Any], calls: int = 1, clock: Callable[[], float] = time.perf_counter
) -> Cost:
    """The seconds of a call in this process, after one to warm up; the quickest of several."""
    function()

    def once() -> float:
        start = clock()
        function()
        return clock() - start

    return lambda: min(once() for _ in range(calls))


def in_turn(sides: Mapping[Side, Cost], rounds: int = ROUNDS) -> dict[Side, Costs]:
    """Measure all sides once in each round, so that all see the same machine."""
    found: dict[Side, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, cost in sides.items():
            found[name].append(cost())
    return dict(found)


def figure(
    what: str, beside: str, unit: str, ones: Costs, others: Costs, target: Target | None = None
) -> Figure:
    """The figure of two that were measured in turn."""
    ratios = [one / other for one, other in zip(ones, others, strict=True)]
    ratio, cost, other = map(statistics.median, (ratios, ones, others))
    return Figure(
        what, beside, unit, ratio, min(ratios), max(ratios), cost, other, len(ratios), target
    )


def compare(what: str, beside: str, one: Cost, other: Cost, target: Target | None = None) -> Figure:
    """Run both sides in turn; seconds."""
    costs = in_turn({what: one, beside: other})
    return figure(what, beside, "s", costs[what], costs[beside], target)


# --- words ------------------------------------------------------------------------------------


def number(value: float) -> str:
    """A ratio to three digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def amount(cost: float, unit: str) -> str:
    """A cost with its unit, three digits of it."""
    if unit == "s" and cost < 1:
        cost, unit = cost * 1000, "ms"
    return f"{number(cost)} {unit}"


def spread(figure: Figure) -> str:
    """A ratio with its spread, for a cell."""
    return f"{number(figure.ratio)} ({number(figure.least)} to {number(figure.most)})"


def verdict(met: bool | None) -> str:
    """Whether a target is met, in a word."""
    return "met" if met else "missed"
