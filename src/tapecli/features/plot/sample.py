"""Curves sampled: more densely where they bend, and open wherever they may not be continuous.

Two neighbouring samples are joined only if ball arithmetic certifies that the curve is
continuous between them. How finely a stretch is sampled follows from a bound on its second
derivative in the same arithmetic, so that no wave between two samples is missed; and where
nothing can be certified, samples are taken until the gap is too narrow to be seen.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from tapecli.engines.certified.budget import Budget
from tapecli.evaluation import answering, planner
from tapecli.evaluation.planner import Choice
from tapecli.evaluation.question import Question
from tapecli.evaluation.verification import Verification
from tapecli.features.plot import window
from tapecli.features.plot.asked import Wanted
from tapecli.features.plot.model import DISAGREEING, Curve, Curves, Floats, Mark, Paper
from tapecli.formats import words
from tapecli.points import points, ranges
from tapecli.points.points import Points
from tapecli.points.ranges import PointsLike
from tapecli.result import OUT_OF_TIME, Block, Check, Result, Status

if TYPE_CHECKING:
    from tapecli.engines.certified.enclosure import Enclosure

FIRST = 128
"""Stretches that a range begins as."""

COARSEST = 8
"""Stretches that it begins as where samples are so costly that no more can be certified."""

FIRST_PART = 0.5
"""Share of the budget that the first samples may take; the rest is for where curves bend."""

FIRST_LOOK = 1.3
"""How many times longer a first look at a sample takes than `methods.certified_seconds` says,
for it is made for the value and for the derivatives, each with few terms."""

SAFETY = 0.9
"""Share of the samples that the rest of the budget is worth that are taken at a time: those
where a curve bends may cost more than those before."""

RESERVE = 0.1
"""Share of the budget beyond which it may be overdrawn for what is between the last samples."""

MOST = 5_000
"""Samples beyond which no more are taken."""

ROUNDS = 24
"""Times that samples are taken between those that are there."""

PARTS = 8
"""Parts that a stretch is divided into at most, at a time."""

FAR = 1e9
"""Dots beyond which it does not matter how far a chord is away from its curve."""

STRAIGHT = 0.35
"""Dots that a chord may be away from its curve."""

NARROW = 1 / 8
"""Dots that a gap may be wide; where its ends can be seen apart, it is narrowed down."""

SLIVER = 2.0**-24
"""Of the whole range: no gap is narrowed down further."""

DEPTH, DEEP = 2, 5
"""How often a stretch is divided into four that cannot be certified as a whole: where samples
may be taken in it, and where they may not.
"""

Compute = Callable[[Question], Result]
Bend: TypeAlias = "float | None"
Value = tuple[float, Check]


def curves(
    wanted: Wanted,
    paper: Paper,
    limits: tuple[float, float] | None = None,
    marked: bool = False,
    run: Compute = answering.answer,
    budget: Budget | None = None,
) -> Curves:
    """Sample what is asked for.

    Args:
        wanted: the curves, and where.
        paper: what they are drawn on, which says how fine they must be.
        limits: what is shown from bottom to top, if it is known.
        marked: whether samples that are not ok are marked.
        run: computes a request.
        budget: what may be certified: the one that `run` takes, if it takes one.

    Raises:
        RequestError: it would take too long, or TensorFlow lacks what this needs.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    max_seconds = wanted.asked[0].options.max_seconds
    budget = budget or Budget.of_plot(max_seconds)
    sampler = _Sampler(wanted, paper, limits, run, budget)
    sampler.refine()
    low, high = sampler.window
    at = {name: wanted.asked[0].format_.round(value) for name, value in wanted.at.items()}
    drawn = sampler.curves
    hurried = max_seconds if sampler.hurried else None
    about, coarser = sampler.about, not wanted.samples
    return Curves(wanted.axis, at, drawn, low, high, paper, about, marked, hurried, coarser)


class _Sampler:
    """Samples of all curves, at the same values of the variable."""

    def __init__(
        self,
        wanted: Wanted,
        paper: Paper,
        limits: tuple[float, float] | None,
        run: Compute,
        budget: Budget,
    ) -> None:
        self._wanted, self._paper, self._limits, self._run = wanted, paper, limits, run
        self._format = wanted.asked[0].format_
        self._budget, self._whole = budget, budget.seconds
        self._choices: list[Choice] = []
        self._values: dict[float, list[Value]] = {}
        self._bends: dict[tuple[float, float], list[Bend]] = {}
        self._enclosures = list(self._enclosed())
        self._columns: list[tuple[Floats, list[Check]]] = []
        self._curves: tuple[Curve, ...] | None = None
        self.about = ""
        self.hurried = False
        self._x: list[float] = []
        self._take(sorted(set(wanted.samples or self._even(self._first_stretches()))))

    # --- what is taken --------------------------------------------------------------------------

    def refine(self) -> None:
        """Take samples until nothing more of the curves could be seen."""
        for _ in range(0 if self._wanted.samples else ROUNDS):
            fresh = self._between()
            affordable = self._affordable
            room = min(MOST - len(self._x), affordable)
            if fresh and affordable < min(len(fresh), MOST - len(self._x)):
                self.hurried = True
            if not fresh or room <= 0:
                break
            self._take(fresh[:: math.ceil(len(fresh) / room)])

    @property
    def _affordable(self) -> int:
        """Samples that the rest of the budget suffices for, if they cost what others did."""
        spent = self._whole - self._budget.seconds
        left = max(self._budget.seconds, 0)
        return int(min(SAFETY * left * len(self._x) / spent, MOST)) if spent else MOST

    def _first_look(self, count: int) -> float:
        """The work of a first look at so many samples, in seconds."""
        return FIRST_LOOK * sum(
            planner.Workload.of(asked, count).certified_seconds for asked in self._wanted.asked
        )

    def _first_stretches(self) -> int:
        """How many stretches a range begins as: fewer where samples are costly.

        A few samples of the coarsest division tell. They are among those of any other, too, and
        what is found there is kept (`Reference.at`), so that no work is done twice.
        """
        trials = list(self._even(COARSEST))[1::2]
        budget = Budget(FIRST_PART * self._whole, self._budget.point_seconds)
        for asked, at, choice in self._requests(trials, FIRST + 1):
            verified = Verification(asked.at(at, choice), budget)
            for tree in asked.trees:
                verified.certificates(tree)
        zeros = (FIRST_PART * self._whole - budget.seconds) / len(trials)
        stretches = FIRST
        while stretches > COARSEST and (
            zeros * stretches + self._first_look(stretches) > FIRST_PART * self._whole
        ):
            stretches //= 2
        self.hurried = stretches < FIRST
        return stretches

    def _requests(
        self, samples: Sequence[float], expected: int
    ) -> Iterator[tuple[Question, Points, Choice]]:
        """What is computed at some samples, and how: as is best for so many."""
        wanted = self._wanted
        given: dict[str, PointsLike] = {wanted.axis.name: samples, **wanted.at}
        at = points.read(given, None, wanted.asked[0].variables, self._format)
        if not self._choices:
            self._choices = [asked.chosen(expected) for asked in wanted.asked]
        for asked, choice in zip(wanted.asked, self._choices, strict=True):
            yield asked, at, choice

    def _even(self, count: int) -> Iterator[float]:
        axis = self._wanted.axis
        for place in range(count + 1):
            share = place / count
            yield self._rounded(axis.start * (1 - share) + axis.stop * share)

    def _rounded(self, value: float) -> float:
        return self._format.round(ranges.number(value))

    def _take(self, fresh: Sequence[float]) -> None:
        """Compute the values at these, which are in sequence, and put them among the others."""
        self._budget.spend(self._first_look(len(fresh)))
        found = [
            self._run(asked.at(at, choice))
            for asked, at, choice in self._requests(fresh, len(fresh))
        ]
        self.about = words.method(found[-1])
        blocks = self._arranged(found)
        for place, x in enumerate(fresh):
            self._values[x] = [
                (value[place], block.check(place))
                for block, value in ((block, block.values) for block in blocks)
            ]
        self._x = sorted(self._values)
        self._curves = None

    def _arranged(self, found: Sequence[Result]) -> list[Block]:
        """The blocks of all results by target: its value, then its derivatives."""
        targets = [expression.name for expression in self._wanted.asked[0].targets]
        return [
            block for name in targets for one in found for block in one.blocks
            if block.target == name
        ]  # fmt: skip

    # --- where more are needed ------------------------------------------------------------------

    def _between(self) -> list[float]:
        """The samples that are missing."""
        low, high = self.window
        across, up = self._paper.dots
        dot = (high - low) / up
        places = self._wanted.axis.places(self._x)
        found: set[float] = set()
        for index, (a, b) in enumerate(itertools.pairwise(self._x)):
            width = (places[index + 1] - places[index]) * across
            pairs = zip(self._values[a], self._values[b], self._bend(a, b), strict=True)
            parts = max(
                _parts(width, across, b - a, dot, (low, high), _seen(p), _seen(q), bend)
                for p, q, bend in pairs
            )
            for part in range(1, parts):
                x = self._rounded(a + (b - a) * (part / parts))
                if a < x < b:
                    found.add(x)
        return sorted(found)

    @property
    def window(self) -> tuple[float, float]:
        """What is shown from bottom to top."""
        return self._limits or window.shown(self._wanted.axis, self.curves)

    # --- where curves are continuous ------------------------------------------------------------

    def _enclosed(self) -> Iterator[Enclosure]:
        from tapecli.engines.certified.enclosure import Enclosure

        values = self._wanted.asked[0]
        indices = [one.variables for asked in self._wanted.asked for one in asked.derivatives]
        at = {name: self._format.round(value) for name, value in self._wanted.at.items()}
        for expression in values.targets:
            yield Enclosure(
                expression.tree, self._format, self._wanted.axis.name, at, indices, self._budget
            )

    def _bend(self, a: float, b: float) -> list[Bend]:
        """How far each curve bends between two samples, as in `Enclosure.over`.

        Once the budget is spent it is looked at as a whole alone, and then not at all.
        """
        if (a, b) not in self._bends:
            depth = DEEP if self._wanted.samples else DEPTH
            bends: list[Bend] = []
            for enclosure in self._enclosures:
                if self._budget.seconds <= -RESERVE * self._whole:
                    bends += [None] * enclosure.count
                else:
                    bends += _over(enclosure, a, b, 0 if self._budget.is_spent else depth)
            self.hurried |= self._budget.is_spent
            self._bends[a, b] = bends
        return self._bends[a, b]

    # --- what has been found --------------------------------------------------------------------

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The curves through the samples that there are."""
        if self._curves is None:
            self._curves = self._joined()
        return self._curves

    def _joined(self) -> tuple[Curve, ...]:
        """The samples of each curve, joined where it is continuous."""
        import numpy as np

        x = np.array(self._x)
        bends = [self._bend(a, b) for a, b in itertools.pairwise(self._x)]
        found = []
        derivatives = [one for asked in self._wanted.asked for one in asked.derivatives]
        shown = itertools.product(self._wanted.asked[0].targets, derivatives)
        for index, (target, derivative) in enumerate(shown):
            values = [self._values[at][index] for at in self._x]
            y = np.array([_seen(value) for value in values])
            smooth = np.array([b[index] is not None and b[index] == b[index] for b in bends])
            joined = smooth & np.isfinite(y[1:]) & np.isfinite(y[:-1])
            marks = tuple(_marks(self._x, values))
            counts = Counter(check.status for _, check in values)
            about = target.name, target.text, target.tree, derivative
            given_up = sum(check.note == OUT_OF_TIME for _, check in values)
            self.hurried |= given_up > 0
            found.append(Curve(*about, x, y, joined, marks, counts, given_up))
        return tuple(found)


def _seen(value: Value) -> float:
    """What is drawn at a sample: nothing where there is no value."""
    number, check = value
    return number if check.status is not Status.UNDEFINED and math.isfinite(number) else math.nan


def _marks(xs: Iterable[float], values: Iterable[Value]) -> Iterator[Mark]:
    for x, (number, check) in zip(xs, values, strict=True):
        if check.status in DISAGREEING:
            y = number if math.isfinite(number) or check.analytic is None else check.analytic
            yield Mark(x, y if math.isfinite(y) else math.nan, check.status)


def _over(enclosure: Enclosure, a: float, b: float, depth: int) -> list[Bend]:
    """How far derivatives bend, found in parts where it cannot be for the whole."""
    found: list[Bend] = enclosure.over(a, b)
    if None not in found or depth == 0:
        return found
    cuts = [a, *(a + (b - a) * part / 4 for part in (1, 2, 3)), b]
    if not all(low < high for low, high in itertools.pairwise(cuts)):
        return found
    parts: list[list[Bend]] = []
    for low, high in itertools.pairwise(cuts):
        parts.append(_over(enclosure, low, high, depth - 1))
        if all(bend is None for bend in parts[-1]):  # which decides for the whole
            return found
    return [
        _together(bends) if bend is None else bend
        for bend, bends in zip(found, zip(*parts, strict=True), strict=True)
    ]


def _together(bends: Sequence[Bend]) -> Bend:
    """The bend of a stretch from those of its parts."""
    known = [bend for bend in bends if bend is not None]
    undefined = [math.isnan(bend) for bend in known]
    if len(known) < len(bends) or (any(undefined) and not all(undefined)):
        return None
    return math.nan if any(undefined) else max(known)


def _parts(
    width: float,
    across: int,
    length: float,
    dot: float,
    window: tuple[float, float],
    first: float,
    last: float,
    bend: Bend,
) -> int:
    """How many parts a stretch is to be divided into, for one curve.

    It is `width` dots wide, of so many `across`, and so long; a dot is so high, and the values at
    its ends are `first` and `last`, NaN where there are none.
    """
    if bend is not None and math.isnan(bend):
        return 1
    ends = math.isfinite(first) + math.isfinite(last)
    if bend is None or ends < 2:
        if width > NARROW:
            return min(PARTS, math.ceil(width / NARROW))
        apart = ends and width > across * SLIVER and _apart(first, last, dot, window)
        return PARTS if apart and bend is None else 1
    if math.isinf(bend):
        return min(PARTS, math.ceil(width / (2 * STRAIGHT)))
    away = min(bend * length / 8 * (length / dot), FAR)
    beyond = max(min(first, last) - window[1], window[0] - max(first, last), 0) / dot
    if away <= STRAIGHT or away <= beyond:
        return 1
    finest = width / STRAIGHT
    return max(1, min(PARTS, math.ceil(math.sqrt(away / STRAIGHT)), math.ceil(finest)))


def _apart(first: float, last: float, dot: float, window: tuple[float, float]) -> bool:
    """Whether the ends of a gap can be seen, and that they are apart."""
    inside = [window[0] <= value <= window[1] for value in (first, last)]
    if not any(inside):
        return False
    return not abs(first - last) <= dot / 2  # also where one is NaN
