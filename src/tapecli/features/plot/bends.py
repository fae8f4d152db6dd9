"""How far curves bend between two samples, and whether they are certified to be continuous."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from tapecli.engines.certified.budget import Budget
from tapecli.features.plot.question import PlotQuestion

if TYPE_CHECKING:
    from tapecli.engines.certified.enclosure import Enclosure

RESERVE = 0.1
"""Share of the budget by which it may be overdrawn for the intervals between the last samples."""

DEPTH, DEEP = 2, 5
"""How often an interval that cannot be certified as a whole is divided by four: where samples may
be added in it, and where the samples are given."""

Bend: TypeAlias = "float | None"
"""A bound on the size of a curve's second derivative in an interval. It is infinite where there is
no bound, NaN where the curve has no value, and None where the curve may not be continuous."""


class Bends:
    """The bends of all curves of a plot, each interval computed once.

    `is_incomplete` says whether intervals were left open because the budget was spent.
    """

    def __init__(self, plot_question: PlotQuestion, budget: Budget) -> None:
        from tapecli.engines.certified.enclosure import Enclosure

        questions, axis = plot_question.questions, plot_question.axis
        format_ = questions[0].format_
        derivatives = [variables for question in questions for variables in question.wrt]
        self._enclosures = [
            Enclosure(tree, format_, axis.name, plot_question.at, derivatives, budget)
            for tree in questions[0].trees
        ]
        self._depth = DEEP if plot_question.samples else DEPTH
        self._budget, self._reserve = budget, RESERVE * budget.seconds
        self._cache: dict[tuple[float, float], list[Bend]] = {}
        self.is_incomplete = False

    def between(self, low: float, high: float) -> list[Bend]:
        """The bend of each curve in an interval, target by target.

        Once the budget is spent, an interval is no longer divided, and at last not looked at.
        """
        if (low, high) not in self._cache:
            bends: list[Bend] = []
            for enclosure in self._enclosures:
                if self._budget.seconds <= -self._reserve:
                    bends += [None] * enclosure.count
                else:
                    depth = 0 if self._budget.is_spent else self._depth
                    bends += _bends(enclosure, low, high, depth)
            self.is_incomplete |= self._budget.is_spent
            self._cache[low, high] = bends
        return self._cache[low, high]


def _bends(enclosure: Enclosure, low: float, high: float, depth: int) -> list[Bend]:
    """The bends in an interval; for curves that need it, from its quarters."""
    whole: list[Bend] = enclosure.over(low, high)
    if None not in whole or depth == 0:
        return whole
    cuts = [low, *(low + (high - low) * quarter / 4 for quarter in (1, 2, 3)), high]
    if not all(start < stop for start, stop in itertools.pairwise(cuts)):
        return whole
    quarters: list[list[Bend]] = []
    for start, stop in itertools.pairwise(cuts):
        quarters.append(_bends(enclosure, start, stop, depth - 1))
        if all(bend is None for bend in quarters[-1]):  # so the whole has no bend either
            return whole
    return [
        _of_quarters(bends) if bend is None else bend
        for bend, bends in zip(whole, zip(*quarters, strict=True), strict=True)
    ]


def _of_quarters(bends: Sequence[Bend]) -> Bend:
    """The bend of an interval from those of its quarters."""
    bounds = [bend for bend in bends if bend is not None]
    undefined = [math.isnan(bound) for bound in bounds]
    if len(bounds) < len(bends) or any(undefined) != all(undefined):
        return None
    return math.nan if any(undefined) else max(bounds)
