"""Each value beside its certified one: which values are verified, and the verdict on each of them.

The verdict compares a value with the exact derivative and with two bounds, both known from ball
arithmetic: what a backward stable computation may differ by, and what rounding inside the
expression can explain. Certifying takes far longer than computing does, so of many points only a
sample is verified.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tapecli import defaults, process
from tapecli.engines.certified import Certified, NoDerivative, Regular
from tapecli.floats import Array, FloatFormat, counted
from tapecli.result import Check, Checks, Status

if TYPE_CHECKING:
    from tapecli.engines.certified.budget import Budget
    from tapecli.engines.certified.reference import Reference
    from tapecli.engines.certified.taylor_model import Modelled
    from tapecli.evaluation.question import Question
    from tapecli.expressions.derivative import Derivative
    from tapecli.expressions.tree import Node

STABLE_ULPS = 16
"""k: how many units of roundoff a good computation may stray, forward and backward, each order.

The formulas for one elementary derivative are a handful of operations of one rounding each;
16 leaves room for a library function's own 2 to 4 ulps in several of them. Each further tape
differentiates what the last one computed, and adds as many operations again.
"""

ROUNDING_FACTOR = 8
"""How many times the ball radius at working precision rounding may explain.

The ball follows the recurrences of the series, the tapes the chain rule: the same
cancellations, in another sequence, with a few more operations at high orders.
"""

ALL_SERIES = 500_000
"""Series, one for each line through each point, up to which every point is verified."""

ONE_BY_ONE = 20_000
"""Series up to which those points are all verified that have to be certified one by one, which
takes some forty times as long."""

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

Column: TypeAlias = "Array | None"
"""The values of one derivative at every point; None where nothing was computed."""

Exact: TypeAlias = "Certified | NoDerivative"

MANY = 16
"""From so many points on, those are certified together that are regular."""

DOUBT = 2.0**-14
"""How near, relatively, a distance may be to a bound to be told from it in floats."""

RADIUS = 2.0**-11
"""How far an exact derivative may be from its floats, in units of roundoff."""


VERDICTS = Status.OK, Status.LOST, Status.ROUNDED, Status.OFF
"""The verdicts on values at regular points."""


def takes_sample(verify: str, series: float) -> bool:
    """Whether only some values are verified, if so many series would verify all of them."""
    return verify == "sample" or (verify == "auto" and series > ALL_SERIES)


class Certificates(NamedTuple):
    """What the derivatives of a target are exactly.

    Attributes:
        exacts: by the indices of points, those that were certified one by one.
        regular: those that were certified together.
    """

    exacts: dict[int, list[Exact]]
    regular: Regular | None = None

    @property
    def indices(self) -> list[int]:
        """All of these points."""
        return sorted([*self.exacts, *(self.regular.indices.tolist() if self.regular else ())])


class Verification:
    """How the values of a question are compared with certified ones.

    Args:
        question: what was asked.
        budget: what zeros and kinks may cost at all points of all targets together.
        jobs: how many processes may certify at a time.
    """

    def __init__(self, question: Question, budget: Budget, jobs: int = 1) -> None:
        self.question = question
        self.budget = budget
        self.jobs = jobs

    def certificates(self, tree: Node) -> Certificates:
        """What the derivatives of a target are at the points that are verified.

        Of many points it is a sample: the first, the last, and others at random, the same in
        each call. All are, where there is nothing but certified values.
        """
        if self.question.options.verify == "none":
            return Certificates({})
        return self._certified(tree, self._sample(self._reference(tree)))

    def judge(
        self, values: Sequence[Sequence[Column]], certificates: Sequence[Certificates]
    ) -> list[list[Checks]]:
        """The verdicts on what was computed for each target and derivative."""
        targets = zip(self.question.trees, values, certificates, strict=True)
        return [self.checks(*target) for target in targets]

    def checks(
        self, tree: Node, columns: Sequence[Column], certificates: Certificates
    ) -> list[Checks]:
        """The verdicts on what was computed for each derivative of a target.

        Beside those that were certified, points are verified at which a value is not finite, as
        far as they are no more than half as many as a sample has.
        """
        exacts, regular = certificates
        count = len(exacts) + (len(regular.indices) if regular else 0)
        if self.question.options.verify != "none" and count < len(self.question.points):
            known = set(certificates.indices)
            odd = [index for index in _not_finite(columns) if index not in known]
            if odd:
                reference = self._reference(tree)
                most = max(min(count, self._sample_size(reference)), self._least(reference))
                exacts = exacts | self._exacts(tree, odd[: most // 2])
        spreads = self._spreads(tree, columns, regular)
        in_doubt: dict[int, list[Exact]] = {}
        results = []
        for row, (by, column) in enumerate(zip(self.question.derivatives, columns, strict=True)):
            special, stable, doubtful = self._regular_checks(regular, spreads, row, column)
            in_doubt |= self._exacts(tree, [i for i in doubtful if i not in in_doubt])
            for index, exact in (exacts | {i: in_doubt[i] for i in doubtful}).items():
                value = None if column is None else column.item(index)
                special[index] = self._check(value, by, exact[row])
            results.append(Checks(special, *stable))
        return results

    def _certified(self, tree: Node, indices: Sequence[int]) -> Certificates:
        """What is exact at some points: together where they are regular, else one by one."""
        if len(indices) < MANY:
            return Certificates(self._exacts(tree, indices))
        import numpy as np

        regular = self._regular(tree, np.asarray(indices))
        if regular is None:
            return Certificates(self._exacts(tree, self._few(tree, indices)))
        known = np.concatenate([regular.indices, regular.undefined])
        rest = np.setdiff1d(indices, known, assume_unique=True).tolist()
        exacts = self._exacts(tree, self._few(tree, rest))
        for index, reason in zip(regular.undefined.tolist(), regular.reasons, strict=True):
            exacts[index] = _nowhere(reason, len(self.question.derivatives))
        return Certificates(exacts, regular)

    def _regular(self, tree: Node, indices: Array) -> Regular | None:
        """What is exact at those of some points that are regular, by processes that share them."""
        import numpy as np

        reference, columns = self._reference(tree), self.question.points.columns

        def certified(indices: Array) -> Regular | None:
            regular = reference.regular({name: xs[indices] for name, xs in columns.items()})
            return regular and regular._replace(
                indices=indices[regular.indices], undefined=indices[regular.undefined]
            )

        first, *others = np.array_split(indices, self.jobs)
        waiting = [process.fork(functools.partial(certified, part)) for part in others]
        results = [certified(first), *(wait() for wait in waiting)]
        parts = [part for part in results if part is not None]
        if not parts:
            return None
        return type(parts[0])(*(np.concatenate(arrays, -1) for arrays in zip(*parts, strict=True)))

    def _few(self, tree: Node, indices: Sequence[int]) -> Sequence[int]:
        """As many of some points as may be certified one by one."""
        reference, share = self._reference(tree), self.question.share or 1
        if not self._may_sample or len(indices) * self._series(reference) <= ONE_BY_ONE * share:
            return indices
        return self._spread(indices, self._sample_size(reference))

    def _exacts(self, tree: Node, indices: Iterable[int]) -> dict[int, list[Exact]]:
        if not indices:
            return {}
        reference, points = self._reference(tree), self.question.points
        return {index: reference.at(points.at(index), self.budget) for index in indices}

    def _reference(self, tree: Node) -> Reference:
        from tapecli.engines.certified.reference import reference

        divisors = tuple(derivative.divisor for derivative in self.question.derivatives)
        names = tuple(self.question.points.names)
        return reference(tree, self.question.format_, tuple(self.question.wrt), names, divisors)

    @property
    def _may_sample(self) -> bool:
        """Whether it is enough to verify some of the values."""
        is_analytic = self.question.choice.method == defaults.NONE
        return self.question.options.verify != "all" and not is_analytic

    def _sample(self, reference: Reference) -> Sequence[int]:
        """The indices of the points that are verified."""
        indices = range(len(self.question.points))
        in_run = len(indices) / (self.question.share or 1) * self._series(reference)
        if not self._may_sample or not takes_sample(self.question.options.verify, in_run):
            return indices
        return self._spread(indices, self._sample_size(reference))

    def _sample_size(self, reference: Reference) -> int:
        """How many points a sample has."""
        size = max(SAMPLE_SERIES // self._series(reference), self._least(reference))
        share = self.question.share
        return size if share is None else max(math.ceil(size * share), 1)

    @staticmethod
    def _spread(indices: Sequence[int], size: int) -> Sequence[int]:
        """So many of some indices: the first, the last, and others at random."""
        count = len(indices)
        if count <= size:
            return indices
        ends_first = dict.fromkeys((0, count - 1, *random.Random(count).sample(range(count), size)))
        return sorted(indices[number] for number in list(ends_first)[: max(size, 2)])

    def _series(self, reference: Reference) -> int:
        """How many easy series take as long as those of all targets at a point."""
        return self._series_of_one(reference) * len(self.question.targets)

    def _series_of_one(self, reference: Reference) -> int:
        easy = max(1, self.question.order // EASY_ORDER) * max(1, reference.nodes // EASY_NODES)
        return reference.lines * easy

    def _least(self, reference: Reference) -> int:
        """How many points a sample has at least."""
        return max(min(LEAST_SAMPLE, LEAST_SAMPLE_SERIES // self._series_of_one(reference)), 2)

    def _spreads(self, tree: Node, columns: Sequence[Column], regular: Regular | None) -> Any:
        """What rounding can explain, where a value at a regular point is not stable; else NaN."""
        if regular is None:
            return None
        import numpy as np

        spreads = np.full(regular.high.shape, np.nan)
        unstable = np.zeros(len(regular.indices), bool)
        for row, column in enumerate(columns):
            if column is not None:
                unstable |= self._judged(regular, spreads, row, column)[0] == len(VERDICTS)
        if unstable.any():
            indices = regular.indices[unstable]
            points = {name: xs[indices] for name, xs in self.question.points.columns.items()}
            spreads[:, unstable] = self._reference(tree).spreads(points)
        return spreads

    def _judged(self, regular: Regular, spreads: Any, row: int, column: Array) -> tuple[Any, Any]:
        """The verdicts on the derivative in a row, as of `judge_all`."""
        question, order = self.question, self.question.derivatives[row].order
        format_, tolerance = question.format_, question.options.tolerance
        values = column[regular.indices]
        return judge_all(values, regular, spreads[row], row, order, format_, tolerance)

    def _regular_checks(
        self, regular: Regular | None, spreads: Any, row: int, column: Column
    ) -> tuple[dict[int, Check], tuple[Any, ...], list[int]]:
        """The verdicts on a derivative at regular points.

        Returns:
            Those that have a note; the others, as arguments of `Checks`; and the indices of the
            points where the verdict is in doubt.
        """
        if regular is None:
            return {}, (), []
        indices, analytic = regular.indices, regular.analytic[row]
        if column is None:
            return {}, (Status.CERTIFIED, indices, analytic), []
        values = column[indices]
        verdicts, digits = self._judged(regular, spreads, row, column)
        ulps = self.question.format_.all_steps(values, analytic)
        special: dict[int, Check] = {}
        for number, status in enumerate(VERDICTS[1:], 1):
            rows = verdicts == number
            columns = [array[rows].tolist() for array in (indices, values, analytic, ulps, digits)]
            for index, value, exact, steps, count in zip(*columns, strict=True):
                special[index] = self._told(value, exact, steps, status, count)
        stable, doubtful = verdicts == 0, verdicts == len(VERDICTS)
        arrays = [array[stable] for array in (indices, analytic, ulps)]
        return special, (VERDICTS[0], *arrays), indices[doubtful].tolist()

    def _check(self, value: float | None, derivative: Derivative, exact: Exact) -> Check:
        """The verdict on one value."""
        if isinstance(exact, NoDerivative):
            return Check(None, None, Status.UNDEFINED, exact.reason)
        format_ = self.question.format_
        analytic = format_.round(exact.value)
        too_large = f"too large for {format_.name}" if math.isinf(analytic) else ""
        if value is None:
            return Check(analytic, None, Status.CERTIFIED, too_large)
        status = judge(value, exact, derivative.order, format_, self.question.options.tolerance)
        if too_large:
            return Check(analytic, 0 if value == analytic else None, status, too_large)
        ulps = format_.steps(value, analytic) if math.isfinite(value) else 0
        digits = right_digits(value, exact) if status in (Status.ROUNDED, Status.OFF) else 0
        return self._told(value, analytic, ulps, status, digits)

    def _told(self, value: float, analytic: float, ulps: int, status: Status, digits: int) -> Check:
        """The verdict on a value, with its note."""
        if status is Status.OK:
            return Check(analytic, ulps, status)
        if status is Status.LOST:
            by_tape = self.question.choice.needs_tensorflow
            computer = "the tape" if by_tape else "Taylor arithmetic"
            note = f"{computer} returned {value}, and the derivative exists"
            return Check(analytic, None, status, note)
        note = counted(digits, "digit")
        if status is Status.OFF:
            return Check(analytic, ulps, status, f"only {note} right")
        return Check(analytic, ulps, status, note, digits)


@functools.lru_cache
def _nowhere(reason: str, count: int) -> list[Exact]:
    """So many derivatives that do not exist, for the same reason."""
    return [NoDerivative(reason)] * count


def _not_finite(columns: Sequence[Column]) -> list[int]:
    """The indices of points at which a value is not finite."""
    import numpy as np

    finite = np.all([np.isfinite(column) for column in columns if column is not None], axis=0)
    return np.flatnonzero(~finite).tolist()


def judge(
    tape: float,
    exact: Certified,
    order: int,
    format_: FloatFormat,
    tolerance: float = 1.0,
) -> Status:
    """Judge the tape's value of a derivative that exists.

    `ok` is mixed forward-backward stability (Higham, Accuracy and Stability of Numerical
    Algorithms, 2nd ed., SIAM 2002, section 1.5): within a few ulps of the exact derivative at
    a point within as many ulps of this one. A derivative that passes through zero raises no alarm.

    Args:
        tape: what the tape returned, NaN for None.
        exact: the derivative.
        order: its order.
        format_: the dtype.
        tolerance: scales both bounds.
    """
    nearest = format_.round(exact.value)
    if tape == nearest:
        return Status.OK
    if math.isinf(nearest):  # the derivative exists, but has no place in this dtype
        return Status.ROUNDED
    if not math.isfinite(tape):
        return Status.LOST
    scale = Fraction(tolerance)
    distance = abs(Fraction(tape) - exact.value) - exact.radius
    ulps = STABLE_ULPS * max(order, 1) * format_.unit_roundoff
    stable = ulps * (abs(exact.value) + exact.sensitivity)
    if distance <= scale * (stable + format_.smallest):
        return Status.OK
    if exact.spread is None or distance <= scale * ROUNDING_FACTOR * exact.spread:
        return Status.ROUNDED
    return Status.OFF


def judge_all(
    tapes: Array,
    regular: Regular,
    spread: Array,
    row: int,
    order: int,
    format_: FloatFormat,
    tolerance: float,
) -> tuple[Any, Any]:
    """Judge the tape's values of the derivative in a row at regular points, as `judge` does.

    Where its spread is not known, which is NaN, only stable and lost values have a verdict.

    Returns:
        An array of indices in `VERDICTS`, which are beyond its end where floats cannot tell; and
        one of how many leading digits are right.
    """
    import numpy as np

    analytic, high, low = regular.analytic[row], regular.high[row], regular.low[row]
    unit, size = float(format_.unit_roundoff), np.abs(high)
    with np.errstate(all="ignore"):
        distance = np.abs((tapes - high) - low)
        stable = STABLE_ULPS * max(order, 1) * unit * (size + regular.sensitivity[row])
        stable = tolerance * (stable + float(format_.smallest))
        explained = tolerance * ROUNDING_FACTOR * spread
        radius = RADIUS * unit * size
        digits = np.maximum(-np.log10(distance / size), 0)
        told = np.abs(distance - stable) > DOUBT * stable + radius
        told_apart = np.abs(distance - explained) > DOUBT * explained + radius
        told_digits = np.abs(digits - np.rint(digits)) > DOUBT + radius / distance
        told_digits |= distance > size * (1 + DOUBT)
    certain = told & told_digits & told_apart
    conditions = (
        (tapes == analytic) | (told & (distance < stable)),
        ~np.isfinite(tapes),
        certain & (distance < explained),
        certain,
    )
    verdicts = np.select(conditions, range(len(VERDICTS)), len(VERDICTS))
    return verdicts, np.where(np.isfinite(digits), digits, 0).astype(int)


def judge_modelled(tapes: Array, modelled: Modelled, row: int, format_: FloatFormat) -> Any:
    """Judge the tape's values of the derivative in a row, of order row + 1, as `judge` does.

    Returns:
        An array of indices in `VERDICTS`, which are beyond its end where more must be known.
    """
    import numpy as np

    analytic, is_certain, value, error, sensitivity = (array[row] for array in modelled[1:])
    unit = float(format_.unit_roundoff)
    with np.errstate(all="ignore"):
        farthest = (np.abs(tapes - value) + error) * (1 + DOUBT)
        least_size = np.maximum(np.abs(value) - error, 0) + sensitivity
        stable = STABLE_ULPS * (row + 1) * unit * least_size + float(format_.smallest)
    conditions = (
        is_certain & ((tapes == analytic) | (farthest < stable)),
        is_certain & np.isfinite(analytic) & ~np.isfinite(tapes),
        is_certain & np.isinf(analytic),
    )
    return np.select(conditions, range(len(conditions)), len(VERDICTS))


def right_digits(tape: float, exact: Certified) -> int:
    """How many leading decimal digits of the tape's value are right."""
    distance = abs(Fraction(tape) - exact.value)
    if distance == 0 or distance >= abs(exact.value):
        return 0
    return max(0, math.floor(-math.log10(distance / abs(exact.value))))
