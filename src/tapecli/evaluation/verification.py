"""The verdicts on computed values: which of them are verified, and against what.

Certifying takes far longer than computing does, so of many points it is a sample.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tapecli.engines.certified.budget import Budget
from tapecli.engines.certified.records import Certified, NoDerivative
from tapecli.evaluation.verdict import judge, right_digits
from tapecli.expressions.derivative import Derivative
from tapecli.expressions.tree import Node
from tapecli.floats import FloatFormat
from tapecli.result import Check, Points, Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tapecli.engines.certified.reference import Reference

ALL_SERIES = 20_000
"""Series, one for each line through each point, up to which every point is verified."""

SAMPLE_SERIES = 1_000
"""Series that a sample is worth, and at least so many points of each target as below."""

LEAST_SAMPLE = 100
"""Points that a sample has, if they are not too dear."""

LEAST_SAMPLE_SERIES = 400
"""Series of each target that they may be worth; 50 targets take some 5 seconds then."""

EASY_ORDER = 5
"""Up to about this order a series costs the same; above, in proportion to the order."""

EASY_NODES = 20
"""Up to about so many operations and variables as well; above, in proportion to their number."""

Column: TypeAlias = "NDArray[np.float64] | None"
"""The values of one derivative at every point; None where nothing was computed."""

Exact: TypeAlias = "Certified | NoDerivative"

Certificates: TypeAlias = "dict[int, list[Exact]]"
"""By the places of points: for each derivative what it is there."""


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
        computer: what computes the values, in the words of a note; "" for nothing.
        share: of the sample of a whole run, where these points are a part of it; None where
            they are all.
        budget: what zeros and kinks may cost at all points of all targets together.
    """

    derivatives: Sequence[Derivative]
    points: Points
    format_: FloatFormat
    tolerance: float
    verify: str
    targets: int
    computer: str
    share: float | None = None
    budget: Budget = field(default_factory=Budget)

    def certificates(self, tree: Node) -> Certificates:
        """What the derivatives of a target are at the points that are verified.

        Of many points it is a sample: the first, the last, and others at random, the same in
        each call. All are, where there is nothing but certified values.
        """
        if self.verify == "none":
            return {}
        return self._certified(tree, self._places(self._reference(tree)))

    def checks(
        self, tree: Node, columns: Sequence[Column], certified: Certificates
    ) -> list[dict[int, Check]]:
        """For each derivative the verdicts by the places of the points that are verified.

        Beside the sample these are points at which a value is not finite, as far as they are no
        more than half as many.

        Args:
            tree: a target.
            columns: what was computed for each of its derivatives.
            certified: the certificates of the target.
        """
        if self.verify != "none" and len(certified) < len(self.points):
            strange = [place for place in self._strange(columns) if place not in certified]
            least = self._least(self._reference(tree))
            few = strange[: max(len(certified), least) // 2]
            if few:
                certified = dict(sorted((certified | self._certified(tree, few)).items()))
        checks: list[dict[int, Check]] = [{} for _ in columns]
        for place, exacts in certified.items():
            for one, column, exact, found in zip(
                self.derivatives, columns, exacts, checks, strict=True
            ):
                if isinstance(exact, Certified):
                    exact = exact.divided(one.divisor)
                value = None if column is None else float(column[place])
                found[place] = self._check(value, one, exact)
        return checks

    def _certified(self, tree: Node, places: Iterable[int]) -> Certificates:
        reference = self._reference(tree)
        return {place: reference.at(self.points.at(place), self.budget) for place in places}

    def _reference(self, tree: Node) -> Reference:
        from tapecli.engines.certified.reference import reference

        wanted = tuple(one.variables for one in self.derivatives)
        divisors = tuple(one.divisor for one in self.derivatives)
        return reference(tree, self.format_, wanted, tuple(self.points.names), divisors)

    def _places(self, reference: Reference) -> Iterable[int]:
        """The places of the points that are verified."""
        count = len(self.points)
        series = self._series(reference)
        size = max(SAMPLE_SERIES // series, self._least(reference))
        if self.verify == "all" or not self.computer:
            return range(count)
        if self.share is not None:
            size = max(math.ceil(size * self.share), 1)
        elif self.verify == "auto" and count * series <= ALL_SERIES:
            return range(count)
        if count <= size:
            return range(count)
        chosen = {0, count - 1}
        for place in random.Random(count).sample(range(count), size):
            if len(chosen) < size:
                chosen.add(place)
        return sorted(chosen)

    def _series(self, reference: Reference) -> int:
        """How many easy series take as long as those of all targets at a point."""
        order = max(one.order for one in self.derivatives)
        easy = max(1, order // EASY_ORDER) * max(1, reference.nodes // EASY_NODES)
        return reference.lines * self.targets * easy

    def _least(self, reference: Reference) -> int:
        """How many points a sample has at least."""
        series = self._series(reference) // self.targets
        return max(min(LEAST_SAMPLE, LEAST_SAMPLE_SERIES // series), 2)

    def _strange(self, columns: Sequence[Column]) -> list[int]:
        """The places at which a value is not finite."""
        import numpy as np

        found = np.zeros(len(self.points), bool)
        for column in columns:
            if column is not None:
                found |= ~np.isfinite(column)
        return np.flatnonzero(found).tolist()

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
