"""Whether a derivative that a person worked out is right: by certified values, and by SymPy.

The values have the last word. The derivative and the claim are enclosed in balls at the same
exact point: balls that do not overlap prove a difference; balls that still overlap when they are
known to hundreds of bits are taken for equal. No tolerance comes into it. SymPy's proof, which
is about formulas and not about points, only makes an agreement a proved one.
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

from tapecli.engines.certified.balls import Balls, Side, Undecided, Undefined
from tapecli.engines.certified.budget import Budget, OverBudget
from tapecli.engines.certified.interpreter import Interpreter, Trajectory, fraction, working
from tapecli.engines.certified.lines import Index, PointDerivatives, directions
from tapecli.engines.certified.proof import SECONDS, proved
from tapecli.engines.certified.records import NoDerivative
from tapecli.engines.certified.reference import PRECISIONS
from tapecli.expressions.derivative import Derivative
from tapecli.expressions.expression import Expression
from tapecli.expressions.tree import Node, Number, steps, variable
from tapecli.expressions.tree import variables as variables_of
from tapecli.floats import FloatFormat
from tapecli.result import OUT_OF_TIME, Claim, Finding

MOST_POINTS = 200
"""Points of the user's that a claim is tested at."""

RANDOM_POINTS = 40
"""Points of the function's own domain that a claim is tested at beside them."""

EQUAL_BITS = 256
"""Bits to which two values must be known, and agree, to be taken for equal."""

ZERO_BITS = PRECISIONS[-1] // 2
"""Bits to which two values that may be zero must: what `Balls.vanishes` presumes as well."""

_SHARP_BITS = 8
"""Bits to which a difference must be known to be put into words."""

_FEWEST_POINTS = 5
"""Points that are tested whatever it costs."""

_MOST_WORK = 60_000
"""Nodes times coefficients times lines at all points together: half a second or so."""

FEW_CLAIMS = 4
"""Claims that each have all the time and points that one has: 4 seconds at most together."""

_ATTEMPTS = 15
"""How many points are tried for each that is wanted."""


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
        seed: of the random points; the same seed finds the same.
        budget: what all further looks at points may cost; None for any amount.
        claims: how many there are to be judged; many of them share what `FEW_CLAIMS` may take.
    """
    about = target.name, derivative.wrt, derivative.order, str(claim)
    pair = Pair.of(target.tree, derivative.variables, claim, format_)
    budget = budget or Budget()
    share = min(1.0, FEW_CLAIMS / claims)
    again = replace(budget)
    found, missing = pair.tested(points, format_, random.Random(seed), budget, share)
    found, holes = _without_holes(found)
    if not found:
        return Claim(*about, Finding.UNTESTED, 0, reason=_untested(derivative, missing))
    if not all(one.equal for one in found):
        shown = _shown(found, format_)
        if pair.only_by_decimals(found, again):
            return Claim(*about, Finding.AGREES, len(found), reason=_DECIMALS.format(format_.name))
        claimed = None if isinstance(shown.claimed, NoDerivative) else shown.claimed
        return Claim(
            *about,
            Finding.DIFFERS,
            len(found),
            shown.at,
            None if claimed is None else _rounded(claimed, format_),
            _rounded(shown.analytic, format_),
            _difference(shown) + _pattern(found),
        )
    proof = proved(target.tree, derivative.variables, claim, format_, SECONDS * share)
    finding = Finding.PROVED if proof else Finding.AGREES
    return Claim(*about, finding, len(found), reason=_caveat(holes, format_))


def spread(count: int, most: int = MOST_POINTS) -> list[int]:
    """The places of at most so many out of `count`, evenly, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [place * (count - 1) // (most - 1) for place in range(most)]


# --- values -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """The derivative and the claim at one point.

    Attributes:
        at: the point.
        own: whether it is one of the user's.
        analytic: the derivative.
        claimed: the claim, or why it has no value.
        equal: whether the two are equal.
    """

    at: Mapping[str, float]
    own: bool
    analytic: arb
    claimed: arb | NoDerivative
    equal: bool

    @property
    def hole(self) -> bool:
        """Whether it may be a single point at which the claim has no value: 0, in x**2/x."""
        special = any(value in _SIMPLE for value in self.at.values())
        return isinstance(self.claimed, NoDerivative) and special and not self.own

    @property
    def relative(self) -> float:
        """The difference relative to the larger of the two, from 0 to 2; 0 without a claim."""
        if self.equal or isinstance(self.claimed, NoDerivative):
            return 0.0
        with working(PRECISIONS[0], 1):
            distance = abs(self.claimed - self.analytic)
            largest = abs(self.claimed).max(abs(self.analytic))
            return float((distance / largest).mid())


@dataclass(frozen=True)
class Pair:
    """A derivative and a claim, ready to be compared at points.

    Attributes:
        tree, claim: the function and the claim.
        index: by which variables the function is differentiated.
        programs: the two made ready to be computed.
    """

    tree: Node
    index: Index
    claim: Node
    programs: tuple[Interpreter, Interpreter]

    @classmethod
    def of(
        cls, tree: Node, sequence: Sequence[str], claim: Node, format_: FloatFormat | None
    ) -> Pair:
        """Make them ready; without a dtype, decimals are exact."""
        programs = Interpreter(tree, format_), Interpreter(claim, format_)
        return cls(tree, tuple(sorted(sequence)), claim, programs)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables of the two, and those that are differentiated by."""
        by = [variable(name) for name in self.index]
        return variables_of(self.tree, self.claim, *by)

    def tested(
        self,
        points: Sequence[Mapping[str, float]],
        format_: FloatFormat,
        draw: random.Random,
        budget: Budget,
        share: float = 1.0,
    ) -> tuple[list[Comparison], Counter[str]]:
        """Compare at points of the user's and at random ones, or at this share of them.

        Returns:
            The comparisons, and why there were none at other points, with how often.
        """
        affordable = max(int(_MOST_WORK * share) // self._work, _FEWEST_POINTS)
        mine = list(self._own(points, min(MOST_POINTS, affordable), draw))
        wanted = min(RANDOM_POINTS, affordable)
        found: list[Comparison] = []
        missing: Counter[str] = Counter()
        for at in mine:
            _sort(self.compared(at, True, budget), found, missing)
        enough = len(found) + wanted
        seen = {tuple(at.values()) for at in mine}
        for at in itertools.islice(drawn(self.names, mine, draw), _ATTEMPTS * wanted):
            at = {name: format_.round(Fraction(value)) for name, value in at.items()}
            if tuple(at.values()) not in seen:
                seen.add(tuple(at.values()))
                _sort(self.compared(at, False, budget), found, missing)
            if len(found) == enough or missing[OUT_OF_TIME] >= _FEWEST_POINTS:
                break
        return found, missing

    def compared(
        self, at: Mapping[str, float], own: bool, budget: Budget
    ) -> Comparison | NoDerivative:
        """Compare at one point; where there is no derivative, nothing is compared."""
        budget.begin_point()
        try:
            return self._compared(at, own, budget)
        except OverBudget:
            return NoDerivative(OUT_OF_TIME)

    def _compared(
        self, at: Mapping[str, float], own: bool, budget: Budget
    ) -> Comparison | NoDerivative:
        point = {name: Fraction(value) for name, value in at.items()}
        apart: Comparison | None = None
        for precision in PRECISIONS:
            try:
                analytic, claimed = self._enclosed(point, precision, own, budget)
            except Undecided:
                continue
            if isinstance(analytic, NoDerivative):
                return analytic
            if isinstance(claimed, NoDerivative):
                return Comparison(at, own, analytic, claimed, False)
            if not analytic.overlaps(claimed):
                apart = Comparison(at, own, analytic, claimed, False)
                if _sharp(analytic, claimed):
                    return apart
            elif all(_known(ball, precision) for ball in (analytic, claimed)):
                return Comparison(at, own, analytic, claimed, True)
        return apart or NoDerivative("too large, or too close to a singular point, to be certified")

    def only_by_decimals(self, found: Sequence[Comparison], budget: Budget) -> bool:
        """Whether the two are equal at the same points if their decimals are taken exactly."""
        if not any(isinstance(node, Number) and node.decimal for node in self._nodes):
            return False
        exact = Pair.of(self.tree, self.index, self.claim, None)
        again = [exact.compared(one.at, one.own, budget) for one in found]
        compared = [one for one in again if isinstance(one, Comparison)]  # others are poles there
        return bool(compared) and all(one.equal for one in compared)

    @property
    def _nodes(self) -> list[Node]:
        return steps(self.tree, self.claim)

    @property
    def _work(self) -> int:
        """What a point costs: nodes times coefficients times lines."""
        lines = len(directions(self.index)) or 1
        return len(self._nodes) * (len(self.index) + 1) * lines

    def _own(
        self, points: Sequence[Mapping[str, float]], most: int, draw: random.Random
    ) -> Iterator[dict[str, float]]:
        """The user's points without other variables, and with all that there are."""
        seen: set[tuple[float, ...]] = set()
        for place in spread(len(points), most):
            point = points[place]
            at = {n: point[n] if n in point else draw.choice(_SIMPLE) for n in self.names}
            given = tuple(point[name] for name in self.names if name in point)
            if given and given not in seen and all(map(math.isfinite, given)):
                seen.add(given)
                yield at

    def _enclosed(
        self, point: Mapping[str, Fraction], precision: int, own: bool, budget: Budget
    ) -> tuple[arb | NoDerivative, arb | NoDerivative]:
        # Only the user's points are worth a presumption: 1 - tanh(1000) is smaller than it allows.
        assume_zero = own and precision == PRECISIONS[-1]
        of_tree, of_claim = self.programs
        if not self.index:
            analytic = _value(of_tree, point, precision, assume_zero, budget)
        else:
            lines = PointDerivatives(
                of_tree, point, len(self.index) + 1, precision, assume_zero, budget=budget
            )
            analytic = lines.enclosed(self.index)
        if isinstance(analytic, NoDerivative):
            return analytic, analytic
        return analytic, _value(of_claim, point, precision, assume_zero, budget)


def _without_holes(
    found: Sequence[Comparison],
) -> tuple[list[Comparison], list[Comparison]]:
    """The comparisons without single points at which the claim has no value, and those.

    Nobody asked for them: 4*x**4/x is a right derivative of x**4 in every book. Where the claim
    has no value in a whole region, random numbers that are not simple meet it, too.
    """
    holes = [one for one in found if one.hole]
    if any(isinstance(one.claimed, NoDerivative) and not one.hole for one in found):
        return list(found), []
    return [one for one in found if not one.hole], holes


def _sort(one: Comparison | NoDerivative, found: list[Comparison], missing: Counter[str]) -> None:
    if isinstance(one, Comparison):
        found.append(one)
    else:
        missing[one.reason] += 1


def _value(
    program: Interpreter,
    point: Mapping[str, Fraction],
    precision: int,
    assume_zero: bool,
    budget: Budget,
) -> arb | NoDerivative:
    """The value at the point alone, whatever is beside it."""
    at = Balls(Side.POINT, 1, assume_zero)
    charged = budget if precision > PRECISIONS[0] else None
    try:
        return program.run(Trajectory(point, {}), at, precision, charged)[0]
    except Undefined as undefined:
        return NoDerivative(str(undefined))


def _known(ball: arb, precision: int) -> bool:
    """Whether a value is known well enough to be taken for equal to one that it overlaps."""
    if not ball.is_finite():
        return False
    if ball.is_exact() or ball.rel_accuracy_bits() >= EQUAL_BITS:
        return True
    return bool(precision == PRECISIONS[-1] and ball.rad() < arb(2) ** -ZERO_BITS)


def _sharp(analytic: arb, claimed: arb) -> bool:
    with working(PRECISIONS[-1], 1):
        return bool((claimed - analytic).rel_accuracy_bits() >= _SHARP_BITS)


def _rounded(ball: arb, format_: FloatFormat) -> float:
    middle = Fraction(0) if ball.contains(0) else fraction(ball.mid())
    assert middle is not None  # it is finite
    return format_.round(middle)


# --- points -----------------------------------------------------------------------------------

_SIMPLE = (1.0, 2.0, -1.0, 3.0, 0.5, -2.0, 0.0, 0.25, -0.5, 1.5, -3.0, 4.0, 0.75, 5.0, 10.0)
"""Numbers at which a person sees a difference best; exact in every dtype."""

_FAR, _NEAR = 3.0, 1.0
"""Half the widths of the boxes around 0 that random numbers come from."""

_DECADES = 3.0
"""Random sizes go from 10**-3 to 10**3."""

_JITTER = 8.0
"""Random points around a point of the user's differ from it by 10**-8 to 1 of it."""


def drawn(
    names: Sequence[str], own: Sequence[Mapping[str, float]], draw: random.Random
) -> Iterator[dict[str, float]]:
    """Points of many scales without end: for one variable all simple numbers first.

    All variables of a point are drawn alike, so that a domain such as -1 < x < 1 for each of
    several variables is hit as often as for one.
    """
    if len(names) == 1:
        yield from ({names[0]: value} for value in _SIMPLE)
    kinds: list[Callable[[], float]] = [
        lambda: draw.choice(_SIMPLE),
        lambda: (2 * draw.random() - 1) * _FAR,
        draw.random,
        lambda: (2 * draw.random() - 1) * _NEAR,
        lambda: _size(draw),
        lambda: _size(draw) * draw.choice((-1, 1)),
    ]
    while True:
        for kind in kinds:
            yield {name: kind() for name in names}
        if own:
            near = draw.choice(own)
            yield {name: _beside(near[name], draw) for name in names}


def _size(draw: random.Random) -> float:
    return float(10 ** ((2 * draw.random() - 1) * _DECADES))


def _beside(value: float, draw: random.Random) -> float:
    return value * (1 + draw.choice((-1, 1)) * float(10 ** (-_JITTER * draw.random())))


def _shown(found: Sequence[Comparison], format_: FloatFormat) -> Comparison:
    """The comparison that shows the difference best, one of the user's points if any does.

    Of the user's points it is the one with the largest relative difference, the simplest of
    those that have it; of others the simplest of those with a large one.
    """
    different = [one for one in found if not one.equal]
    mine = [one for one in different if one.own]
    candidates = [one for one in mine or different if _visible(one, format_)] or mine or different
    largest = max(one.relative for one in candidates)
    enough = largest if mine else largest / 4
    telling = [one for one in candidates if float(f"{one.relative:.1e}") >= float(f"{enough:.1e}")]
    return min(telling, key=lambda one: (one.analytic.contains(0), _complexity(one.at, format_)))


def _visible(one: Comparison, format_: FloatFormat) -> bool:
    """Whether a difference of values is seen in numbers of the dtype."""
    if isinstance(one.claimed, NoDerivative):
        return False
    numbers = _rounded(one.claimed, format_), _rounded(one.analytic, format_)
    return numbers[0] != numbers[1] and all(map(math.isfinite, numbers))


def _complexity(at: Mapping[str, float], format_: FloatFormat) -> tuple[float, ...]:
    """How hard a point is to work with by hand; at zeros much is special."""
    values = at.values()
    return (
        sum(value == 0 for value in values),
        sum(len(format_.text(abs(value))) for value in values),
        sum(value < 0 for value in values),
        sum(map(abs, values)),
    )


# --- words ------------------------------------------------------------------------------------

_DECIMALS = "equal if decimals are taken exactly; as numbers of {} they differ by rounding"

_WORTH_SAYING = 0.2
"""Of all points at how many the two must be equal for that to say something, such as that the
claim is right for x > 0; at single points such as zeros wrong claims are equal as well."""

_SIMPLEST = 100
"""The largest denominator of a factor that is worth naming."""


def _untested(derivative: Derivative, missing: Counter[str]) -> str:
    what = "derivative" if derivative.order else "function"
    reasons = "".join(f" ({reason})" for reason, _ in missing.most_common(1))
    return f"no point was found at which the {what} can be compared{reasons}"


def _caveat(holes: Sequence[Comparison], format_: FloatFormat) -> str:
    """At which point a claim that is right elsewhere has no value, if that is known."""
    if not holes:
        return ""
    at = min((one.at for one in holes), key=lambda at: _complexity(at, format_))
    where = ", ".join(f"{name} = {format_.text(value)}" for name, value in at.items())
    return f"the claim has no value at {where}"


def _difference(shown: Comparison) -> str:
    """How far apart the two are, relative to the derivative."""
    if isinstance(shown.claimed, NoDerivative):
        return f"the claim has no value there ({shown.claimed.reason})"
    if shown.analytic.contains(0):
        return "the right value is zero there"
    with working(PRECISIONS[-1], 1):
        ratio = abs((shown.claimed - shown.analytic) / shown.analytic)
    return f"they differ by {_amount(ratio)} the value"


def _amount(ratio: arb) -> str:
    """A relative difference in words: 5e-5 of, 50 % of, 20 times."""
    if ratio < 0.01:
        return f"{ratio.str(1, radius=False)} of"
    if ratio < 10:
        return f"{100 * float(ratio.mid()):.0f} % of"
    if ratio < 10_000:
        return f"{float(ratio.mid()):.0f} times"
    return f"{ratio.str(1, radius=False).replace('e+', 'e')} times"


def _pattern(found: Sequence[Comparison]) -> str:
    """What all tested points have to say about the claim."""
    equal = sum(one.equal for one in found)
    factor = _factor(found) if len(found) >= _FEWEST_POINTS else None
    if factor == -1:
        return "; the claim has the wrong sign at every tested point"
    if factor:
        return f"; the claim is {factor} times the right value at every tested point"
    if equal >= len(found) * _WORTH_SAYING:
        return f"; they are equal at {equal} of the {len(found)} tested points"
    return ""


def _factor(found: Sequence[Comparison]) -> Fraction | None:
    """The simple number that the claim is too large by, the same at every point."""
    factor: Fraction | None = None
    for one in found:
        if isinstance(one.claimed, NoDerivative):
            return None
        with working(PRECISIONS[0], 1):
            if factor is None and not one.analytic.contains(0):
                middle = fraction((one.claimed / one.analytic).mid())
                factor = middle.limit_denominator(_SIMPLEST) if middle else None
            exact = factor or Fraction(0)
            right = one.analytic * exact.numerator / exact.denominator
            if not right.overlaps(one.claimed):
                return None
    return factor
