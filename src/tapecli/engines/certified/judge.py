"""Whether a derivative that a person worked out is right: by certified values, and by SymPy.

The values have the last word. The derivative and the claim are enclosed in balls at the same
exact point: balls that do not overlap prove a difference; balls that still overlap when they are
known to hundreds of bits are taken for equal. No tolerance is involved. SymPy's proof, which is
about formulas and not about points, only turns an agreement into a proved one.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb

from tapecli.engines.certified import NoDerivative
from tapecli.engines.certified.budget import Budget, OverBudget
from tapecli.engines.certified.interpreter import Interpreter, fraction, working
from tapecli.engines.certified.lines import Index, PointDerivatives, directions
from tapecli.engines.certified.proof import SECONDS, proved
from tapecli.engines.certified.reference import PRECISIONS, UNSHARP
from tapecli.engines.certified.singular import Undecided
from tapecli.expressions.derivative import Derivative
from tapecli.expressions.expression import Expression
from tapecli.expressions.tree import Node, Number, Variable, steps, variables
from tapecli.floats import FloatFormat
from tapecli.result import OUT_OF_TIME, Claim, Finding

MOST_POINTS = 200
"""Points of the user's at which a claim is tested."""

RANDOM_POINTS = 40
"""Further points, in the function's own domain, at which a claim is tested."""

EQUAL_BITS = 256
"""Bits to which two values must be known, and agree, to be taken for equal."""

ZERO_BITS = PRECISIONS[-1] // 2
"""Bits to which two values that may be zero must agree, as in `Balls.vanishes`."""

_SHARP_BITS = 8
"""Bits to which a difference must be known to be described."""

_FEWEST_POINTS = 5
"""Points that are tested whatever it costs."""

_MOST_WORK = 60_000
"""Nodes times coefficients times lines at all points together: half a second or so."""

FEW_CLAIMS = 4
"""Claims that each have all the time and points of a single one: 4 seconds at most together."""

_ATTEMPTS = 15
"""How many random points are tried for each that is wanted."""


def judged(
    target: Expression,
    derivative: Derivative,
    claim: Node,
    points: Sequence[Mapping[str, float]],
    format_: FloatFormat,
    seed: int = 0,
    budget: Budget | None = None,
    claims: int = 1,
) -> Claim:
    """Judge the claim that a derivative is this expression.

    Args:
        target: the function.
        derivative: which derivative is claimed; order 0 is the function itself.
        claim: the expression. It may have variables that the function does not have.
        points: the user's points, as the tapes saw them. At most `MOST_POINTS` are taken,
            evenly (`spread`); variables that they lack are given values.
        format_: the dtype, whose numbers the decimals in both expressions mean.
        seed: of the random points; the same seed gives the same points.
        budget: what everything after the first look at each point may cost; None for any amount.
        claims: how many are to be judged; many of them share what `FEW_CLAIMS` may take.
    """
    question = target.name, derivative.wrt, derivative.order, str(claim)
    index = tuple(sorted(derivative.variables))
    budget = budget or Budget()
    share = min(1.0, FEW_CLAIMS / claims)
    second_budget = replace(budget)
    test = ClaimTest(target.tree, index, claim, format_)
    comparisons, failures = test.run(points, format_, random.Random(seed), budget, share)
    comparisons, holes = _without_holes(comparisons)
    count = len(comparisons)
    if not comparisons:
        quantity = "derivative" if derivative.order else "function"
        reason = f"no point was found at which the {quantity} can be compared"
        reason += "".join(f" ({failure})" for failure, _ in failures.most_common(1))
        return Claim(*question, Finding.UNTESTED, 0, reason=reason)
    if all(comparison.equal for comparison in comparisons):
        proof = proved(target.tree, derivative.variables, claim, format_, SECONDS * share)
        finding = Finding.PROVED if proof else Finding.AGREES
        return Claim(*question, finding, count, reason=_caveat(holes, format_))
    exact = ClaimTest(target.tree, index, claim, None)
    if exact.agrees_again(comparisons, second_budget):
        return Claim(*question, Finding.AGREES, count, reason=_DECIMALS.format(format_.name))
    example = _example(comparisons, format_)
    claimed = example.claimed
    return Claim(
        *question,
        Finding.DIFFERS,
        count,
        example.point,
        None if isinstance(claimed, NoDerivative) else _rounded(claimed, format_),
        _rounded(example.analytic, format_),
        _difference(example) + _pattern(comparisons),
    )


def spread(count: int, most: int = MOST_POINTS) -> list[int]:
    """At most so many of `count` indices, evenly, with the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [index * (count - 1) // (most - 1) for index in range(most)]


# --- values -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClaimComparison:
    """The derivative and the claim at one point, which the user or a random number has chosen."""

    point: Mapping[str, float]
    by_user: bool
    analytic: arb
    claimed: arb | NoDerivative
    equal: bool

    @property
    def is_hole(self) -> bool:
        """Whether it may be a single point at which the claim has no value: 0, in x**2/x."""
        special = any(value in _SIMPLE for value in self.point.values())
        return isinstance(self.claimed, NoDerivative) and special and not self.by_user

    @property
    def relative(self) -> float:
        """The difference relative to the larger of the two, from 0 to 2; 0 without a claim."""
        if self.equal or isinstance(self.claimed, NoDerivative):
            return 0.0
        with working(PRECISIONS[0], 1):
            distance = abs(self.claimed - self.analytic)
            largest = abs(self.claimed).max(abs(self.analytic))
            return float((distance / largest).mid())


class ClaimTest:
    """A function's derivative by some variables and a claim, which can be compared at points.

    Decimals mean numbers of the dtype; without one they are exact.
    """

    def __init__(self, tree: Node, index: Index, claim: Node, format_: FloatFormat | None) -> None:
        self._names = variables(tree, claim, *map(Variable, index))
        self._index = index
        self._nodes = steps(tree, claim)
        self._interpreters = Interpreter(tree, format_), Interpreter(claim, format_)

    def run(
        self,
        points: Sequence[Mapping[str, float]],
        format_: FloatFormat,
        draw: random.Random,
        budget: Budget,
        share: float,
    ) -> tuple[list[ClaimComparison], Counter[str]]:
        """Compare at the user's points and at random numbers of a dtype, or at a share of them.

        Points at which there is no derivative are counted by the reason.
        """
        work = len(self._nodes) * (len(self._index) + 1) * (len(directions(self._index)) or 1)
        affordable = max(int(_MOST_WORK * share) // work, _FEWEST_POINTS)
        comparisons: list[ClaimComparison] = []
        failures: Counter[str] = Counter()

        def compare(point: Mapping[str, float], by_user: bool) -> None:
            comparison = self.compared(point, by_user, budget)
            if isinstance(comparison, ClaimComparison):
                comparisons.append(comparison)
            else:
                failures[comparison.reason] += 1

        users = list(self._users_points(points, min(MOST_POINTS, affordable), draw))
        for point in users:
            compare(point, True)
        random_count = min(RANDOM_POINTS, affordable)
        enough = len(comparisons) + random_count
        tested = {tuple(point.values()) for point in users}
        candidates = random_points(self._names, users, draw)
        for point in itertools.islice(candidates, _ATTEMPTS * random_count):
            point = {name: format_.round(Fraction(x)) for name, x in point.items()}
            if tuple(point.values()) not in tested:
                tested.add(tuple(point.values()))
                compare(point, False)
            if len(comparisons) == enough or failures[OUT_OF_TIME] >= _FEWEST_POINTS:
                break
        return comparisons, failures

    def compared(
        self, point: Mapping[str, float], by_user: bool, budget: Budget
    ) -> ClaimComparison | NoDerivative:
        """Compare at one point; where there is no derivative, nothing is compared."""
        budget.begin_point()
        exact = {name: Fraction(value) for name, value in point.items()}
        different: ClaimComparison | None = None
        try:
            for precision in PRECISIONS:
                try:
                    analytic, claimed = self._enclosed(exact, precision, by_user, budget)
                except Undecided:
                    continue
                if isinstance(analytic, NoDerivative):
                    return analytic
                if isinstance(claimed, NoDerivative):
                    return ClaimComparison(point, by_user, analytic, claimed, False)
                if not analytic.overlaps(claimed):
                    different = ClaimComparison(point, by_user, analytic, claimed, False)
                    with working(PRECISIONS[-1], 1):
                        if (claimed - analytic).rel_accuracy_bits() >= _SHARP_BITS:
                            return different
                elif all(_is_known(ball, precision) for ball in (analytic, claimed)):
                    return ClaimComparison(point, by_user, analytic, claimed, True)
        except OverBudget:
            return NoDerivative(OUT_OF_TIME)
        return different or NoDerivative(UNSHARP)

    def agrees_again(self, comparisons: Sequence[ClaimComparison], budget: Budget) -> bool:
        """Whether there are decimals, and the two are equal wherever they can be compared again."""
        if not any(isinstance(node, Number) and node.decimal for node in self._nodes):
            return False
        again = [self.compared(old.point, old.by_user, budget) for old in comparisons]
        equal = [new.equal for new in again if isinstance(new, ClaimComparison)]  # others: poles
        return bool(equal) and all(equal)

    def _users_points(
        self, points: Sequence[Mapping[str, float]], most: int, draw: random.Random
    ) -> Iterator[dict[str, float]]:
        """The user's points, without variables that do not occur and with all that do."""
        tested: set[tuple[float, ...]] = set()
        for index in spread(len(points), most):
            point = points[index]
            full = {n: point[n] if n in point else draw.choice(_SIMPLE) for n in self._names}
            values = tuple(point[name] for name in self._names if name in point)
            if values and values not in tested and all(map(math.isfinite, values)):
                tested.add(values)
                yield full

    def _enclosed(
        self, point: Mapping[str, Fraction], precision: int, by_user: bool, budget: Budget
    ) -> tuple[arb | NoDerivative, arb | NoDerivative]:
        # Only at the user's points may a small ball be taken for zero: 1 - tanh(1000) is smaller.
        assume_zero = by_user and precision == PRECISIONS[-1]
        terms = len(self._index) + 1
        function, claim = (
            PointDerivatives(interpreter, point, terms, precision, assume_zero, budget=budget)
            for interpreter in self._interpreters
        )
        analytic = function.enclosed(self._index) if self._index else function.value()
        return analytic, analytic if isinstance(analytic, NoDerivative) else claim.value()


def _without_holes(
    comparisons: Sequence[ClaimComparison],
) -> tuple[list[ClaimComparison], list[ClaimComparison]]:
    """The comparisons without single points at which the claim has no value, and those points.

    They are ignored: 4*x**4/x is a right derivative of x**4 in every book. Where the claim has no
    value in a whole region, random numbers that are not simple are in it as well.
    """
    holes = [comparison for comparison in comparisons if comparison.is_hole]
    others = [comparison for comparison in comparisons if not comparison.is_hole]
    if any(isinstance(comparison.claimed, NoDerivative) for comparison in others):
        return list(comparisons), []
    return others, holes


def _is_known(ball: arb, precision: int) -> bool:
    """Whether a value is known well enough to be taken for equal to one that it overlaps."""
    if not ball.is_finite():
        return False
    if ball.is_exact() or ball.rel_accuracy_bits() >= EQUAL_BITS:
        return True
    return bool(precision == PRECISIONS[-1] and ball.rad() < arb(2) ** -ZERO_BITS)


def _rounded(ball: arb, format_: FloatFormat) -> float:
    value = None if ball.contains(0) else fraction(ball.mid())
    return format_.round(value or Fraction(0))


# --- points -----------------------------------------------------------------------------------

_SIMPLE = (1.0, 2.0, -1.0, 3.0, 0.5, -2.0, 0.0, 0.25, -0.5, 1.5, -3.0, 4.0, 0.75, 5.0, 10.0)
"""Numbers that show a difference best to a person; exact in every dtype."""

_WIDE, _NARROW = 3.0, 1.0
"""Half the widths of the boxes around 0 that random numbers come from."""

_DECADES = 3.0
"""Random sizes go from 10**-3 to 10**3."""

_JITTER = 8.0
"""Random points near a point of the user's differ from it by 10**-8 to 1 of it."""


def random_points(
    names: Sequence[str], users: Sequence[Mapping[str, float]], draw: random.Random
) -> Iterator[dict[str, float]]:
    """Points of many scales without end; for a single variable, all simple numbers first.

    All variables of a point are drawn from the same distribution, so that a domain such as
    -1 < x < 1 for each of several variables is hit as often as for one.
    """
    if len(names) == 1:
        yield from ({names[0]: value} for value in _SIMPLE)

    def size(decades: float) -> float:
        return float(10 ** ((2 * draw.random() - 1) * decades))

    kinds: list[Callable[[], float]] = [
        lambda: draw.choice(_SIMPLE),
        lambda: (2 * draw.random() - 1) * _WIDE,
        draw.random,
        lambda: (2 * draw.random() - 1) * _NARROW,
        lambda: size(_DECADES),
        lambda: size(_DECADES) * draw.choice((-1, 1)),
    ]
    while True:
        for kind in kinds:
            yield {name: kind() for name in names}
        if users:
            point = dict(draw.choice(users))
            for name in names:
                point[name] *= 1 + draw.choice((-1, 1)) * float(10 ** (-_JITTER * draw.random()))
            yield point


def _example(comparisons: Sequence[ClaimComparison], format_: FloatFormat) -> ClaimComparison:
    """The comparison that shows the difference best, at one of the user's points if any does.

    Of the user's points it is the one with the largest relative difference, the simplest of
    those that have it; of others, the simplest of those with a large difference.
    """
    different = [comparison for comparison in comparisons if not comparison.equal]
    users = [comparison for comparison in different if comparison.by_user]
    candidates = users or different
    visible = [comparison for comparison in candidates if _is_visible(comparison, format_)]
    candidates = visible or candidates
    largest = max(comparison.relative for comparison in candidates)
    enough = float(f"{largest if users else largest / 4:.1e}")
    return min(
        (comparison for comparison in candidates if float(f"{comparison.relative:.1e}") >= enough),
        key=lambda best: (best.analytic.contains(0), _complexity(best.point, format_)),
    )


def _is_visible(comparison: ClaimComparison, format_: FloatFormat) -> bool:
    """Whether a difference of values is seen in numbers of the dtype."""
    if isinstance(comparison.claimed, NoDerivative):
        return False
    numbers = _rounded(comparison.claimed, format_), _rounded(comparison.analytic, format_)
    return numbers[0] != numbers[1] and all(map(math.isfinite, numbers))


def _complexity(point: Mapping[str, float], format_: FloatFormat) -> tuple[float, ...]:
    """How hard a point is to work with by hand; at zeros much is special."""
    values = point.values()
    return (
        sum(value == 0 for value in values),
        sum(len(format_.text(abs(value))) for value in values),
        sum(value < 0 for value in values),
        sum(map(abs, values)),
    )


# --- words ------------------------------------------------------------------------------------

_DECIMALS = "equal if decimals are taken exactly; as numbers of {} they differ by rounding"

_TELLING_SHARE = 0.2
"""Share of the points at which the two must be equal for that to say something, such as that the
claim is right for x > 0; at single points such as zeros, wrong claims are equal as well."""

_LARGEST_DENOMINATOR = 100
"""The largest denominator of a factor that is worth naming."""


def _caveat(holes: Sequence[ClaimComparison], format_: FloatFormat) -> str:
    """At which point a claim that is right elsewhere has no value, if that is known."""
    if not holes:
        return ""
    point = min((hole.point for hole in holes), key=lambda at: _complexity(at, format_))
    values = ", ".join(f"{name} = {format_.text(value)}" for name, value in point.items())
    return f"the claim has no value at {values}"


def _difference(example: ClaimComparison) -> str:
    """How far apart the two are, relative to the derivative."""
    if isinstance(example.claimed, NoDerivative):
        return f"the claim has no value there ({example.claimed.reason})"
    if example.analytic.contains(0):
        return "the right value is zero there"
    with working(PRECISIONS[-1], 1):
        ratio = abs((example.claimed - example.analytic) / example.analytic)
    amount = f"{ratio.str(1, radius=False).replace('e+', 'e')} times"
    if ratio < 0.01:
        amount = f"{ratio.str(1, radius=False)} of"
    elif ratio < 10:
        amount = f"{100 * float(ratio.mid()):.0f} % of"
    elif ratio < 10_000:
        amount = f"{float(ratio.mid()):.0f} times"
    return f"they differ by {amount} the value"


def _pattern(comparisons: Sequence[ClaimComparison]) -> str:
    """What all tested points together tell of the claim."""
    count = len(comparisons)
    equal = sum(comparison.equal for comparison in comparisons)
    factor = _factor(comparisons) if count >= _FEWEST_POINTS else None
    if factor == -1:
        return "; the claim has the wrong sign at every tested point"
    if factor:
        return f"; the claim is {factor} times the right value at every tested point"
    if equal >= count * _TELLING_SHARE:
        return f"; they are equal at {equal} of the {count} tested points"
    return ""


def _factor(comparisons: Sequence[ClaimComparison]) -> Fraction | None:
    """The simple number that the claim is too large by, the same at every point."""
    factor: Fraction | None = None
    for comparison in comparisons:
        if isinstance(comparison.claimed, NoDerivative):
            return None
        with working(PRECISIONS[0], 1):
            if factor is None and not comparison.analytic.contains(0):
                ratio = fraction((comparison.claimed / comparison.analytic).mid())
                factor = ratio.limit_denominator(_LARGEST_DENOMINATOR) if ratio else None
            exact = factor or Fraction(0)
            right = comparison.analytic * exact.numerator / exact.denominator
            if not right.overlaps(comparison.claimed):
                return None
    return factor
