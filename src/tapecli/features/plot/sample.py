"""Sample curves: more densely where they bend, and open wherever they may not be continuous.

Two neighbouring samples are joined only if ball arithmetic certifies that the curve is continuous
between them. The same arithmetic bounds the second derivative there, which says how densely the
interval must be sampled, so that no wave between two samples is missed. Where nothing can be
certified, samples are added until the gap is too narrow to be seen.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from tapecli.engines.certified.budget import Budget
from tapecli.evaluation import answering, planner
from tapecli.evaluation.question import PointsInput, Question
from tapecli.evaluation.verdict import Verification
from tapecli.features.plot import window
from tapecli.features.plot.bends import Bend, Bends
from tapecli.features.plot.model import SIGNS, Curve, Curves, Mark
from tapecli.features.plot.question import MAX_SAMPLES, PlotQuestion
from tapecli.formats import words
from tapecli.points import exact
from tapecli.points.exact import PointsLike
from tapecli.result import OUT_OF_TIME, Check, Result, Status

FIRST_INTERVALS = 128
"""Intervals that a range is first divided into."""

COARSEST = 8
"""Intervals of the first division if samples are so costly that no more can be certified."""

FIRST_SHARE = 0.5
"""Share of the budget for the first samples; the rest is for where the curves bend."""

FIRST_LOOK = 1.3
"""The first look at a sample takes this many times what `planner.Workload` says, because
it is made for the value and for the derivatives, each with few terms."""

SAFETY = 0.9
"""Share of the affordable samples that are added at a time, because samples where a curve bends
may cost more than the samples before."""

ROUNDS = 24
"""How often samples are added between those that are there."""

MAX_DIVISIONS = 8
"""The most intervals that an interval is divided into at a time."""

LARGEST_DISTANCE = 1e9
"""A greater distance of a chord from its curve, in dots, makes no difference."""

STRAIGHT = 0.35
"""Dots that a chord may be away from its curve."""

NARROW = 1 / 8
"""Dots that a gap may be wide; where its ends are seen to be apart, it is made narrower."""

SLIVER = 2.0**-24
"""Share of the axis; no gap is made narrower."""

Compute = Callable[[Question], Result]
Sample = tuple[float, Check]


def curves(
    question: PlotQuestion,
    dots: tuple[int, int],
    limits: tuple[float, float] | None = None,
    marked: bool = False,
    run: Compute = answering.answer,
    budget: Budget | None = None,
) -> Curves:
    """Sample the curves that are asked for.

    Args:
        question: the curves, and where.
        dots: how many dots the plot has across and up; nothing smaller can be seen.
        limits: the lowest and the highest value to show, if they are given.
        marked: whether samples that are not ok are marked.
        run: answers a question.
        budget: what certified values may cost; the same budget that `run` uses, if it uses one.

    Raises:
        RequestError: it would take too long, or TensorFlow lacks what this needs.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    values, *_ = question.questions
    max_seconds = values.options.max_seconds
    sampler = _Sampler(question, dots, limits, run, budget or Budget.of_plot(max_seconds))
    sampler.refine()
    drawn_curves = tuple(sampler.curves())
    low, high = limits or window.find(question.axis, drawn_curves)
    uncertified = any(curve.uncertified for curve in drawn_curves)
    is_incomplete = uncertified or sampler.too_costly or sampler.bends.is_incomplete
    return Curves(
        axis=question.axis,
        at=question.at,
        curves=drawn_curves,
        low=low,
        high=high,
        dots=dots,
        method=sampler.method,
        marked=marked,
        time_limit=max_seconds if is_incomplete else None,
        coarser=not question.samples,
    )


@dataclass
class _Sampler:
    """Samples of all curves, at the same values of the variable."""

    question: PlotQuestion
    dots: tuple[int, int]
    limits: tuple[float, float] | None
    run: Compute
    budget: Budget
    method: str = ""

    def __post_init__(self) -> None:
        samples = self.question.samples
        self._budget_seconds = self.budget.seconds
        self.bends = Bends(self.question, self.budget)
        count = len(samples) if samples else FIRST_INTERVALS + 1
        self._choices = [question.choose(count) for question in self.question.questions]
        self._samples: dict[float, list[Sample]] = {}
        self._x: list[float] = []
        self.too_costly = False
        self._add(samples or sorted(set(self._even(self._first_intervals()))))

    # --- how many samples can be afforded -------------------------------------------------------

    def refine(self) -> None:
        """Add samples until nothing more of the curves could be seen, or no more are affordable."""
        for _ in range(0 if self.question.samples else ROUNDS):
            missing = self._missing()
            affordable, room = self._affordable, MAX_SAMPLES - len(self._x)
            self.too_costly |= affordable < min(len(missing), room)
            room = min(room, affordable)
            if not missing or room <= 0:
                break
            self._add(missing[:: math.ceil(len(missing) / room)])

    @property
    def _affordable(self) -> int:
        """How many samples the rest of the budget is enough for, if they cost what others did."""
        spent = self._budget_seconds - self.budget.seconds
        left = max(self.budget.seconds, 0)
        return int(min(SAFETY * left * len(self._x) / spent, MAX_SAMPLES)) if spent else MAX_SAMPLES

    def _first_look(self, count: int) -> float:
        """The work of the first look at so many samples, in seconds."""
        workloads = [planner.Workload.of(question, count) for question in self.question.questions]
        return FIRST_LOOK * sum(workload.certified_seconds for workload in workloads)

    def _first_intervals(self) -> int:
        """How many intervals the range is first divided into: fewer if samples are costly.

        This is decided by a few samples of the coarsest division. They are samples of every
        division, and their certified values are kept (`Reference.at`), so no work is done twice.
        """
        seconds = FIRST_SHARE * self._budget_seconds
        trials = self._even(COARSEST)[1::2]
        budget = Budget(seconds, self.budget.point_seconds)
        for question in self._questions_at(trials):
            verification = Verification(question, budget)
            for tree in question.trees:
                verification.certificates(tree)
        cost = (seconds - budget.seconds) / len(trials)
        count = FIRST_INTERVALS
        while count > COARSEST and cost * count + self._first_look(count) > seconds:
            count //= 2
        self.too_costly = count < FIRST_INTERVALS
        return count

    # --- samples ---------------------------------------------------------------------------------

    def _questions_at(self, x: Sequence[float]) -> list[Question]:
        questions = self.question.questions
        columns: dict[str, PointsLike] = {self.question.axis.name: x, **self.question.at}
        at = replace(questions[0], source=PointsInput(columns)).points
        pairs = zip(questions, self._choices, strict=True)
        return [question.at(at, choice) for question, choice in pairs]

    def _even(self, count: int) -> list[float]:
        axis = self.question.axis
        shares = (index / count for index in range(count + 1))
        return [self._rounded(axis.start * (1 - share) + axis.stop * share) for share in shares]

    def _rounded(self, value: float) -> float:
        return self.question.questions[0].format_.round(exact.number(value))

    def _add(self, x: Sequence[float]) -> None:
        """Compute samples at these values, which are in increasing order."""
        self.budget.spend(self._first_look(len(x)))
        results = [self.run(question) for question in self._questions_at(x)]
        self.method = words.method(results[-1])
        blocks = [
            (block, block.values)
            for target in self.question.questions[0].targets
            for result in results
            for block in result.blocks
            if block.target == target.name
        ]
        for index, value in enumerate(x):
            self._samples[value] = [(y[index], block.check(index)) for block, y in blocks]
        self._x = sorted(self._samples)

    def _missing(self) -> list[float]:
        """The values of the variable at which samples are missing."""
        low, high = self.limits or window.find(self.question.axis, list(self.curves()))
        across, up = self.dots
        view = _View(across, (high - low) / up, low, high)
        positions = self.question.axis.positions(self._x)
        widths = [(stop - start) * across for start, stop in itertools.pairwise(positions)]
        missing: set[float] = set()
        for width, (start, stop) in zip(widths, itertools.pairwise(self._x), strict=True):
            ends = zip(self._samples[start], self._samples[stop], strict=True)
            divisions = max(
                _divisions(view, width, stop - start, (_height(first), _height(last)), bend)
                for (first, last), bend in zip(ends, self.bends.between(start, stop), strict=True)
            )
            for number in range(1, divisions):
                x = self._rounded(start + (stop - start) * (number / divisions))
                if start < x < stop:
                    missing.add(x)
        return sorted(missing)

    def curves(self) -> Iterator[Curve]:
        """The curves through the samples so far, joined where they are continuous."""
        import numpy as np

        bends = [self.bends.between(*interval) for interval in itertools.pairwise(self._x)]
        is_continuous = ~np.isnan(np.array(bends, np.float64))  # None becomes NaN
        questions = self.question.questions
        derivatives = [d for question in questions for d in question.derivatives]
        pairs = itertools.product(questions[0].targets, derivatives)
        for index, (target, derivative) in enumerate(pairs):
            samples = [self._samples[x][index] for x in self._x]
            y = np.array(list(map(_height, samples)))
            yield Curve(
                target=target,
                derivative=derivative,
                x=np.array(self._x),
                y=y,
                joined=is_continuous[:, index] & np.isfinite(y[1:]) & np.isfinite(y[:-1]),
                marks=tuple(_marks(self._x, samples)),
                counts=Counter(check.status for _, check in samples),
                uncertified=sum(check.note == OUT_OF_TIME for _, check in samples),
            )


def _height(sample: Sample) -> float:
    """The height at which a sample is drawn; NaN where the curve has no value."""
    value, check = sample
    return value if check.status is not Status.UNDEFINED and math.isfinite(value) else math.nan


def _marks(x: Sequence[float], samples: Sequence[Sample]) -> Iterator[Mark]:
    for at, (value, check) in zip(x, samples, strict=True):
        if check.status in SIGNS:
            y = value if math.isfinite(value) or check.analytic is None else check.analytic
            yield Mark(at, y if math.isfinite(y) else math.nan, check.status)


class _View(NamedTuple):
    """What is seen: dots across, the height of a dot, and the lowest and the highest value."""

    across: int
    dot: float
    low: float
    high: float


def _divisions(
    view: _View, width: float, length: float, ends: tuple[float, float], bend: Bend
) -> int:
    """How many intervals an interval must be divided into, for one curve.

    The width is in dots. The ends are the heights of the curve, NaN where there is none.
    """
    if bend is not None and math.isnan(bend):
        return 1
    if bend is None or not all(map(math.isfinite, ends)):
        if width > NARROW:
            return min(MAX_DIVISIONS, math.ceil(width / NARROW))
        is_seen = any(view.low <= height <= view.high for height in ends)
        is_apart = not abs(ends[0] - ends[1]) <= view.dot / 2  # also where one is NaN
        is_jump = bend is None and is_seen and is_apart
        return MAX_DIVISIONS if is_jump and width > view.across * SLIVER else 1
    if math.isinf(bend):
        return min(MAX_DIVISIONS, math.ceil(width / (2 * STRAIGHT)))
    # A chord is at most max|y''| * length**2 / 8 away from its curve; here in dots.
    distance = min(bend * length / 8 * (length / view.dot), LARGEST_DISTANCE)
    outside = max(min(ends) - view.high, view.low - max(ends), 0) / view.dot
    if distance <= STRAIGHT or distance <= outside:
        return 1
    finest = math.ceil(width / STRAIGHT)
    return max(1, min(MAX_DIVISIONS, math.ceil(math.sqrt(distance / STRAIGHT)), finest))
