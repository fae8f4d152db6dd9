"""The verdicts on computed values: which of them are verified, and against what.

Certifying takes far longer than computing does, so of many points it is a sample.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from tapecli import defaults
from tapecli.engines.certified.budget import Budget
from tapecli.engines.certified.records import Certified, NoDerivative
from tapecli.errors import counted
from tapecli.evaluation.question import Question
from tapecli.evaluation.verdict import judge, right_digits
from tapecli.expressions.derivative import Derivative
from tapecli.expressions.tree import Node
from tapecli.result import Check, Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tapecli.engines.certified.reference import Reference

ALL_SERIES = 20_000
"""Series, one for each line through each point, up to which every point is verified."""

SAMPLE_SERIES = 1_000
"""How many series a sample may cost, unless it has too few points of each target."""

LEAST_SAMPLE = 100
"""How many points a sample has at least, if they do not cost too much."""

LEAST_SAMPLE_SERIES = 400
"""How many series of each target these may cost; 50 targets take some 5 seconds then."""

EASY_ORDER = 5
"""Up to about this order a series costs the same; above, in proportion to the order."""

EASY_NODES = 20
"""Up to about so many operations and variables as well; above, in proportion to their number."""

Column: TypeAlias = "NDArray[np.float64] | None"
"""The values of one derivative at every point; None where nothing was computed."""

Exact: TypeAlias = "Certified | NoDerivative"

Certificates: TypeAlias = "dict[int, list[Exact]]"
"""For each derivative of a target what it is exactly, by the indices of points."""

Checks: TypeAlias = "dict[int, Check]"
"""The verdicts on one derivative, by the indices of the points that were verified."""


class Verification:
    """How the values of a question are compared with certified ones.

    Args:
        question: what was asked.
        budget: what zeros and kinks may cost at all points of all targets together; that of the
            question, if it is left out.
    """

    def __init__(self, question: Question, budget: Budget | None = None) -> None:
        self.question = question
        seconds = question.options.max_seconds
        self.budget = budget or Budget.of_request(seconds, question.share)

    def certificates(self, tree: Node) -> Certificates:
        """What the derivatives of a target are at the points that are verified.

        Of many points it is a sample: the first, the last, and others at random, the same in
        each call. All are, where there is nothing but certified values.
        """
        if self.question.options.verify == "none":
            return {}
        return self._certified(tree, self._sample(self._reference(tree)))

    def judge(
        self,
        values: Sequence[Sequence[Column]],
        certificates: Sequence[Certificates],
        budget: Budget | None = None,
    ) -> list[list[Checks]]:
        """For each target and derivative the verdicts, as `checks` has them.

        Args:
            values: what was computed for each target and derivative.
            certificates: those of each target.
            budget: what is left of it, if they were made in another process.
        """
        self.budget = budget or self.budget
        return [
            self.checks(*row) for row in zip(self.question.trees, values, certificates, strict=True)
        ]

    def checks(
        self, tree: Node, columns: Sequence[Column], certificates: Certificates
    ) -> list[Checks]:
        """For each derivative the verdicts by the indices of the points that are verified.

        Beside the sample these are points at which a value is not finite, as far as they are no
        more than half as many.

        Args:
            tree: a target.
            columns: what was computed for each of its derivatives.
            certificates: those of the target.
        """
        count = len(self.question.points)
        if self.question.options.verify != "none" and len(certificates) < count:
            odd = [index for index in self._not_finite(columns) if index not in certificates]
            least = self._least(self._reference(tree))
            odd = odd[: max(len(certificates), least) // 2]
            if odd:
                certificates = dict(sorted((certificates | self._certified(tree, odd)).items()))
        checks: list[Checks] = [{} for _ in columns]
        for index, exacts in certificates.items():
            for derivative, column, exact, verdicts in zip(
                self.question.derivatives, columns, exacts, checks, strict=True
            ):
                if isinstance(exact, Certified):
                    exact = exact.divided(derivative.divisor)
                value = None if column is None else float(column[index])
                verdicts[index] = self._check(value, derivative, exact)
        return checks

    def _certified(self, tree: Node, indices: Iterable[int]) -> Certificates:
        reference, points = self._reference(tree), self.question.points
        return {index: reference.at(points.at(index), self.budget) for index in indices}

    def _reference(self, tree: Node) -> Reference:
        from tapecli.engines.certified.reference import reference

        divisors = tuple(derivative.divisor for derivative in self.question.derivatives)
        names = tuple(self.question.points.names)
        return reference(tree, self.question.format_, tuple(self.question.wrt), names, divisors)

    @property
    def _computer(self) -> str:
        """What computes the values, in the words of a note; "" for nothing."""
        if self.question.choice.method == defaults.NONE:
            return ""
        return "the tape" if self.question.choice.needs_tensorflow else "Taylor arithmetic"

    def _sample(self, reference: Reference) -> Iterable[int]:
        """The indices of the points that are verified."""
        count, share = len(self.question.points), self.question.share
        verify = self.question.options.verify
        series = self._series(reference)
        size = max(SAMPLE_SERIES // series, self._least(reference))
        if verify == "all" or not self._computer:
            return range(count)
        if share is not None:
            size = max(math.ceil(size * share), 1)
        elif verify == "auto" and count * series <= ALL_SERIES:
            return range(count)
        if count <= size:
            return range(count)
        sample = {0, count - 1}
        for index in random.Random(count).sample(range(count), size):
            if len(sample) < size:
                sample.add(index)
        return sorted(sample)

    def _series(self, reference: Reference) -> int:
        """How many easy series take as long as those of all targets at a point."""
        easy = max(1, self.question.order // EASY_ORDER) * max(1, reference.nodes // EASY_NODES)
        return reference.lines * len(self.question.targets) * easy

    def _least(self, reference: Reference) -> int:
        """How many points a sample has at least."""
        series = self._series(reference) // len(self.question.targets)
        return max(min(LEAST_SAMPLE, LEAST_SAMPLE_SERIES // series), 2)

    def _not_finite(self, columns: Sequence[Column]) -> list[int]:
        """The indices of points at which a value is not finite."""
        import numpy as np

        odd = np.zeros(len(self.question.points), bool)
        for column in columns:
            if column is not None:
                odd |= ~np.isfinite(column)
        return np.flatnonzero(odd).tolist()

    def _check(self, value: float | None, derivative: Derivative, exact: Exact) -> Check:
        """The verdict on one value."""
        if isinstance(exact, NoDerivative):
            return Check(None, None, Status.UNDEFINED, exact.reason)
        format_ = self.question.format_
        analytic = format_.round(exact.value)
        too_large = f"too large for {format_.name}" if math.isinf(analytic) else ""
        if value is None:
            return Check(analytic, None, Status.CERTIFIED, too_large)
        tolerance = self.question.options.tolerance
        status = judge(value, exact, derivative.order, format_, tolerance)
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
            return self.question.format_.steps(value, analytic)
        return 0 if value == analytic else None

    def _note(self, value: float, exact: Certified, status: Status) -> str:
        """Why a value is not ok."""
        if status is Status.OK:
            return ""
        if status is Status.LOST:
            return f"{self._computer} returned {value}, and the derivative exists"
        digits = right_digits(value, exact)
        right = counted(digits, "digit")
        return f"only {right} right" if status is Status.OFF else right
