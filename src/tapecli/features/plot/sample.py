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
from dataclasses import replace
from typing import NamedTuple

from tapecli.engines.certified.budget import Budget
from tapecli.evaluation import answering, planner
from tapecli.evaluation.planner import Choice
from tapecli.evaluation.question import PointsInput, Question
from tapecli.evaluation.verdict import Verification
from tapecli.features.plot import window
from tapecli.features.plot.bends import Bend, Bends
from tapecli.features.plot.model import DISAGREEING, Curve, Curves, Mark, Paper
from tapecli.features.plot.question import PlotQuestion
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

MAX_SAMPLES = 5_000
"""The most samples that are taken."""

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
    paper: Paper,
    limits: tuple[float, float] | None = None,
    marked: bool = False,
    run: Compute = answering.answer,
    budget: Budget | None = None,
) -> Curves:
    """Sample the curves that are asked for.

    Args:
        question: the curves, and where.
        paper: what they are drawn on, which says how fine they must be.
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
    sampler = _Sampler(question, paper, limits, run, budget or Budget.of_plot(max_seconds))
    sampler.refine()
    low, high = sampler.window
    return Curves(
        axis=question.axis,
        at={name: values.format_.round(value) for name, value in question.at.items()},
        curves=sampler.curves,
        low=low,
        high=high,
        paper=paper,
        method=sampler.method,
        marked=marked,
        time_limit=max_seconds if sampler.is_incomplete else None,
        coarser=not question.samples,
    )


class _Sampler:
    """Samples of all curves, at the same values of the variable."""

    def __init__(
        self,
        question: PlotQuestion,
        paper: Paper,
        limits: tuple[float, float] | None,
        run: Compute,
        budget: Budget,
    ) -> None:
        self._question, self._paper, self._limits, self._run = question, paper, limits, run
        self._format = question.questions[0].format_
        self._budget, self._budget_seconds = budget, budget.seconds
        self._bends = Bends(question, budget)
        self._choices: list[Choice] = []
        self._samples: dict[float, list[Sample]] = {}
        self._curves: tuple[Curve, ...] | None = None
        self._x: list[float] = []
        self._too_costly = False
        self.method = ""
        self._add(sorted(set(question.samples or self._even(self._first_intervals()))))

    @property
    def is_incomplete(self) -> bool:
        """Whether the budget left out something that would be seen."""
        uncertified = any(curve.uncertified for curve in self.curves)
        return self._too_costly or self._bends.is_incomplete or uncertified

    # --- how many samples can be afforded -------------------------------------------------------

    def refine(self) -> None:
        """Add samples until nothing more of the curves could be seen, or no more are affordable."""
        for _ in range(0 if self._question.samples else ROUNDS):
            missing = self._missing()
            affordable, room = self._affordable, MAX_SAMPLES - len(self._x)
            self._too_costly |= affordable < min(len(missing), room)
            room = min(room, affordable)
            if not missing or room <= 0:
                break
            self._add(missing[:: math.ceil(len(missing) / room)])

    @property
    def _affordable(self) -> int:
        """How many samples the rest of the budget is enough for, if they cost what others did."""
        spent = self._budget_seconds - self._budget.seconds
        left = max(self._budget.seconds, 0)
        return int(min(SAFETY * left * len(self._x) / spent, MAX_SAMPLES)) if spent else MAX_SAMPLES

    def _first_look(self, count: int) -> float:
        """The work of the first look at so many samples, in seconds."""
        return FIRST_LOOK * sum(
            planner.Workload.of(question, count).certified_seconds
            for question in self._question.questions
        )

    def _first_intervals(self) -> int:
        """How many intervals the range is first divided into: fewer if samples are costly.

        This is decided by a few samples of the coarsest division. They are samples of every
        division, and their certified values are kept (`Reference.at`), so no work is done twice.
        """
        seconds = FIRST_SHARE * self._budget_seconds
        trials = list(self._even(COARSEST))[1::2]
        budget = Budget(seconds, self._budget.point_seconds)
        for question in self._questions_at(trials, FIRST_INTERVALS + 1):
            verification = Verification(question, budget)
            for tree in question.trees:
                verification.certificates(tree)
        cost = (seconds - budget.seconds) / len(trials)
        count = FIRST_INTERVALS
        while count > COARSEST and cost * count + self._first_look(count) > seconds:
            count //= 2
        self._too_costly = count < FIRST_INTERVALS
        return count

    # --- samples ---------------------------------------------------------------------------------

    def _questions_at(self, x: Sequence[float], expected: int) -> list[Question]:
        """The questions at some samples, by the method that is best for the expected number."""
        questions = self._question.questions
        columns: dict[str, PointsLike] = {self._question.axis.name: x, **self._question.at}
        at = replace(questions[0], source=PointsInput(columns)).points
        if not self._choices:
            self._choices = [question.choose(expected) for question in questions]
        pairs = zip(questions, self._choices, strict=True)
        return [question.at(at, choice) for question, choice in pairs]

    def _even(self, count: int) -> Iterator[float]:
        axis = self._question.axis
        for index in range(count + 1):
            share = index / count
            yield self._rounded(axis.start * (1 - share) + axis.stop * share)

    def _rounded(self, value: float) -> float:
        return self._format.round(exact.number(value))

    def _add(self, x: Sequence[float]) -> None:
        """Compute samples at these values, which are in increasing order."""
        self._budget.spend(self._first_look(len(x)))
        results = [self._run(question) for question in self._questions_at(x, len(x))]
        self.method = words.method(results[-1])
        blocks = [
            (block, block.values)
            for target in self._question.questions[0].targets
            for result in results
            for block in result.blocks
            if block.target == target.name
        ]
        for index, value in enumerate(x):
            self._samples[value] = [(y[index], block.check(index)) for block, y in blocks]
        self._x = sorted(self._samples)
        self._curves = None

    def _missing(self) -> list[float]:
        """The values of the variable at which samples are missing."""
        low, high = self.window
        across, up = self._paper.dots
        view = _View(across, (high - low) / up, low, high)
        positions = self._question.axis.positions(self._x)
        missing: set[float] = set()
        for index, (start, stop) in enumerate(itertools.pairwise(self._x)):
            width = (positions[index + 1] - positions[index]) * across
            ends = zip(self._samples[start], self._samples[stop], strict=True)
            divisions = max(
                _divisions(view, width, stop - start, (_height(first), _height(last)), bend)
                for (first, last), bend in zip(ends, self._bends.between(start, stop), strict=True)
            )
            for number in range(1, divisions):
                x = self._rounded(start + (stop - start) * (number / divisions))
                if start < x < stop:
                    missing.add(x)
        return sorted(missing)

    # --- what the samples show ------------------------------------------------------------------

    @property
    def window(self) -> tuple[float, float]:
        """The lowest and the highest value that is shown."""
        return self._limits or window.find(self._question.axis, self.curves)

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The curves through the samples so far."""
        if self._curves is None:
            self._curves = tuple(self._joined())
        return self._curves

    def _joined(self) -> Iterator[Curve]:
        """The samples of each curve, joined where it is continuous."""
        import numpy as np

        bends = [self._bends.between(*interval) for interval in itertools.pairwise(self._x)]
        questions = self._question.questions
        derivatives = [d for question in questions for d in question.derivatives]
        pairs = itertools.product(questions[0].targets, derivatives)
        for index, (target, derivative) in enumerate(pairs):
            samples = [self._samples[x][index] for x in self._x]
            y = np.array(list(map(_height, samples)))
            bounds = [math.nan if bend[index] is None else bend[index] for bend in bends]
            smooth = ~np.isnan(np.array(bounds, np.float64))
            yield Curve(
                target=target.name,
                expression=target.text,
                tree=target.tree,
                derivative=derivative,
                x=np.array(self._x),
                y=y,
                joined=smooth & np.isfinite(y[1:]) & np.isfinite(y[:-1]),
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
        if check.status in DISAGREEING:
            y = value if math.isfinite(value) or check.analytic is None else check.analytic
            yield Mark(at, y if math.isfinite(y) else math.nan, check.status)


class _View(NamedTuple):
    """What is seen of the curves.

    Attributes:
        across: dots of the whole axis.
        dot: the height of a dot.
        low, high: the lowest and the highest value that is shown.
    """

    across: int
    dot: float
    low: float
    high: float


def _divisions(
    view: _View, width: float, length: float, ends: tuple[float, float], bend: Bend
) -> int:
    """How many intervals an interval must be divided into, for one curve.

    Args:
        view: what is seen.
        width: how many dots wide the interval is.
        length: its length.
        ends: the heights of the curve at its ends, NaN where there is none.
        bend: the bend of the curve in it.
    """
    if bend is not None and math.isnan(bend):
        return 1
    finite = sum(map(math.isfinite, ends))
    if bend is None or finite < 2:
        if width > NARROW:
            return min(MAX_DIVISIONS, math.ceil(width / NARROW))
        is_seen = finite and width > view.across * SLIVER and _ends_are_apart(view, ends)
        return MAX_DIVISIONS if is_seen and bend is None else 1
    if math.isinf(bend):
        return min(MAX_DIVISIONS, math.ceil(width / (2 * STRAIGHT)))
    # A chord is at most max|y''| * length**2 / 8 away from its curve; here in dots.
    distance = min(bend * length / 8 * (length / view.dot), LARGEST_DISTANCE)
    outside = max(min(ends) - view.high, view.low - max(ends), 0) / view.dot
    if distance <= STRAIGHT or distance <= outside:
        return 1
    finest = math.ceil(width / STRAIGHT)
    return max(1, min(MAX_DIVISIONS, math.ceil(math.sqrt(distance / STRAIGHT)), finest))


def _ends_are_apart(view: _View, ends: tuple[float, float]) -> bool:
    """Whether the ends of a gap are seen, and seen to be at different heights."""
    first, last = ends
    if not any(view.low <= height <= view.high for height in ends):
        return False
    return not abs(first - last) <= view.dot / 2  # also where one is NaN
