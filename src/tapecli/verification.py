"""The verdicts on computed values: which of them are verified, and against what.

Certifying takes far longer than computing does, so of many points it is a sample.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from tapecli.derivative import Derivative
from tapecli.floats import FloatFormat
from tapecli.result import Check, Points
from tapecli.tree import Node
from tapecli.verdict import Certified, NoDerivative, Status, judge, right_digits

VERIFY = ("auto", "all", "sample", "none")
"""Which values are compared with certified ones; auto is all of them, or a sample of many."""

ALL_LINES = 100_000
"""Series, one for each line through each point, up to which every point is verified."""

SAMPLE_LINES = 20_000
"""Series that a sample is worth, and at least so many points of each target as below."""

LEAST_SAMPLE = 100

EASY_ORDER = 5
"""Up to about this order a series costs the same; above, in proportion to the order."""

Column = Sequence[float] | None
"""The values of one derivative at every point; None where nothing was computed."""


@dataclass(frozen=True)
class Verification:
    """How values are compared with certified ones.

    Attributes:
        derivatives: what each target is differentiated by.
        points: where.
        format_: the dtype.
        tolerance: what the verdict is scaled by.
        verify: which values are compared: one of `VERIFY`.
        targets: how many targets there are, which share the time that a sample may take.
        computer: what computed the values, in the words of a note.
    """

    derivatives: Sequence[Derivative]
    points: Points
    format_: FloatFormat
    tolerance: float
    verify: str
    targets: int
    computer: str

    def checks(self, tree: Node, columns: Sequence[Column]) -> list[dict[int, Check]]:
        """For each derivative the verdicts by the places of the points that are verified.

        Args:
            tree: a target.
            columns: what was computed for each of its derivatives.
        """
        checks: list[dict[int, Check]] = [{} for _ in columns]
        if self.verify == "none":
            return checks
        from tapecli.analytic.reference import Reference

        wanted = [one.sequence for one in self.derivatives]
        divisors = [one.divisor for one in self.derivatives]
        reference = Reference(tree, self.format_, wanted, self.points.names, divisors)
        for place in self._verified(reference.lines, columns):
            certified = reference.at(self.points.at(place))
            for one, column, exact, found in zip(
                self.derivatives, columns, certified, checks, strict=True
            ):
                if isinstance(exact, Certified):
                    exact = exact.divided(one.divisor)
                found[place] = self._check(None if column is None else column[place], one, exact)
        return checks

    def _verified(self, lines: int, columns: Sequence[Column]) -> Sequence[int]:
        """The places of the points that are verified.

        Of many points it is a sample: the first, the last, those at which a value is not
        finite, as far as they fit, and others at random, the same in each call. All are, where
        there is nothing but certified values.
        """
        count = len(self.points)
        order = max(one.order for one in self.derivatives)
        series = lines * self.targets * max(1, order // EASY_ORDER)
        size = max(SAMPLE_LINES // series, LEAST_SAMPLE)
        everything = self.verify == "all" or all(column is None for column in columns)
        few = self.verify == "auto" and count * series <= ALL_LINES
        if everything or few or count <= size:
            return range(count)
        chosen = {0, count - 1}
        strange = (
            i for column in columns for i, x in enumerate(column or ()) if not math.isfinite(x)
        )
        for place, _ in zip(strange, range(size // 2), strict=False):
            chosen.add(place)
        for place in random.Random(count).sample(range(count), size):
            if len(chosen) < size:
                chosen.add(place)
        return sorted(chosen)

    def _check(
        self, value: float | None, one: Derivative, exact: Certified | NoDerivative
    ) -> Check:
        """The verdict on one value."""
        if isinstance(exact, NoDerivative):
            return Check(None, None, Status.UNDEFINED, exact.reason)
        analytic = self.format_.round(exact.value)
        too_large = f"too large for {self.format_.name}" if math.isinf(analytic) else ""
        if value is None:
            return Check(analytic, None, Status.CERTIFIED, too_large)
        status = judge(value, exact, one.order, self.format_, self.tolerance)
        counted = status is Status.ROUNDED and math.isfinite(analytic)
        return Check(
            analytic,
            self._ulps(value, analytic),
            status,
            too_large or self._note(value, exact, status),
            right_digits(value, exact) if counted else None,
        )

    def _ulps(self, value: float, analytic: float) -> int | None:
        if math.isfinite(value) and math.isfinite(analytic):
            return self.format_.steps(value, analytic)
        return 0 if value == analytic else None

    def _note(self, value: float, exact: Certified, status: Status) -> str:
        """Why a value is not ok."""
        if status is Status.OK:
            return ""
        if status is Status.LOST:
            return f"{self.computer} returned {value}, and the derivative exists"
        digits = right_digits(value, exact)
        right = f"{digits} digit{'s' * (digits != 1)}"
        return f"only {right} right" if status is Status.OFF else right
