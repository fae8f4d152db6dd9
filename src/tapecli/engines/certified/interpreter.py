"""The interpreter: the value of a tree in ball arithmetic along lines through a point."""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from flint import arb, arb_series, ctx

from tapecli.engines.certified.balls import Balls, Series, Side, exact_arb
from tapecli.engines.certified.budget import Budget, cost_model
from tapecli.engines.certified.series_tree import SeriesTree
from tapecli.engines.certified.singular import Flat, Kink, Undecided, Undefined
from tapecli.expressions.tree import Call, Node, Variable
from tapecli.floats import FloatFormat

_NEARBY = Fraction(5, 2**22)
"""The step to a nearby point, relative to the size of the numbers of the point.

It is so small that no other kink lies between the two points, and so large that even a zero of
order 100 is not zero there to 2,560 bits.
"""


@dataclass(frozen=True)
class Trajectory:
    """The points x + slope*h, or a curve on which variables change with other powers of h.

    Attributes:
        point: x, a number for each variable, or an interval.
        slopes: the direction; variables that are left out do not change.
        powers: the powers of h, of the variables for which it is not the first.
    """

    point: Mapping[str, Fraction | arb]
    slopes: Mapping[str, Fraction]
    powers: Mapping[str, int] = field(default_factory=dict)


class Interpreter(SeriesTree):
    """A tree whose series are computed along trajectories, in ball arithmetic.

    Args:
        tree: the expression.
        format_: the dtype: decimal literals mean its numbers. None for exact decimals.

    Attributes:
        seconds: the expected seconds for so many terms at a precision, as `cost_model` has them.
        variables: those that occur in each node.
    """

    def __init__(self, tree: Node, format_: FloatFormat | None) -> None:
        super().__init__(tree, format_)
        self.seconds = cost_model(self.nodes)
        self.variables: dict[Node, frozenset[str]] = {}
        for node in self.nodes:
            name = {node.name} if isinstance(node, Variable) else set[str]()
            children = (self.variables[child] for child in node.children)
            self.variables[node] = frozenset(name).union(*children)

    @functools.cached_property
    def interacting(self) -> frozenset[tuple[str, str]]:
        """The pairs of variables whose mixed derivative may be nonzero by the shape of the tree.

        x and y do not interact in x**2 + y**2; they do in x*y.
        """
        pairs: set[tuple[str, str]] = set()
        for node in self.nodes:
            if isinstance(node, Call) and node.name not in ("add", "sub", "neg"):
                children = [self.variables[child] for child in node.arguments]
                if node.name == "mul" or (node.name == "div" and not children[1]):
                    ordered = ((min(pair), max(pair)) for pair in itertools.product(*children))
                    pairs.update((first, last) for first, last in ordered if first != last)
                else:
                    pairs.update(itertools.combinations(sorted(self.variables[node]), 2))
        return frozenset(pairs)

    def is_separate(self, index: Sequence[str]) -> bool:
        """Whether a mixed derivative is zero because two of its variables do not interact."""
        pairs = itertools.combinations(sorted(set(index)), 2)
        return any(pair not in self.interacting for pair in pairs)

    def run(
        self,
        trajectory: Trajectory,
        balls: Balls,
        precision: int,
        budget: Budget | None = None,
        constants: dict[Node, Series] | None = None,
    ) -> Series:
        """The series along a trajectory; parts that do not change there are constants.

        Args:
            trajectory: the points.
            balls: the rules.
            precision: the working precision in bits.
            budget: what it may cost; None for any amount.
            constants: the values of the nodes that do not change along other trajectories through
                the same point that were run with the same rules; more are added to it.

        Raises:
            OverBudget: it would cost more than the budget has.
            Undefined, Kink, Undecided: as the rules of `balls`; Undefined also if a value is too
                large for the dtype, if the tapes must be enclosed as well.
            Flat: what looks like zero on one side is not, and more coefficients would show it.
        """
        values = self._values(self.nodes, trajectory, balls, precision, budget, constants)
        return values[self.nodes[-1]]

    def _values(
        self,
        nodes: Sequence[Node],
        trajectory: Trajectory,
        balls: Balls,
        precision: int,
        budget: Budget | None,
        constants: dict[Node, Series] | None = None,
    ) -> dict[Node, Series]:
        """The series of the nodes, which are all nodes or the first of them."""
        if budget is not None:
            budget.charge(self.seconds(balls.terms, precision))
        at_point = replace(balls, side=Side.POINT)
        constants = {} if constants is None else constants
        values: dict[Node, Series] = {}
        with working(precision, balls.terms):
            for node in nodes:
                varies = not self.variables[node].isdisjoint(trajectory.slopes)
                value = None if varies else constants.get(node)
                try:
                    if value is None:
                        value = self._value(node, values, balls if varies else at_point, trajectory)
                        if balls.flat:
                            balls.flat.clear()
                            nearby = _nearby(trajectory, balls.side)
                            rules = Balls(Side.POINT, 1, balls.assume_zero)
                            first = nodes[: len(values) + 1]
                            others = self._values(first, nearby, rules, precision, budget)
                            _check_flat(node, value, others, rules)
                        value = self.enclosing_tapes(node, value, balls)
                except (Undefined, Kink, Undecided) as error:
                    if node not in self.optional:
                        raise
                    balls.flat.clear()
                    failure: Any = error.with_traceback(None)
                    values[node] = failure
                    continue
                if not varies:
                    constants[node] = value
                values[node] = value
                if balls.assume_zero:
                    name = node.name if isinstance(node, Call) else ""
                    known = (values[child] for child in node.children)
                    numbers = [series[0] for series in known if not isinstance(series, Exception)]
                    balls.depth.note(name, value[0], numbers)
        return values

    def _value(
        self, node: Node, values: Mapping[Node, Series], balls: Balls, trajectory: Trajectory
    ) -> Series:
        if isinstance(node, Variable):
            slope = trajectory.slopes.get(node.name, Fraction(0))
            power = trajectory.powers.get(node.name, 1)
            return balls.variable(trajectory.point[node.name], slope, power)
        series: Series = self.series(balls, node, [values[child] for child in node.children])
        return series

    def enclosing_tapes(self, node: Node, value: Series, balls: Balls) -> Series:
        """The value widened for what the tapes may compute, if that must be enclosed.

        A tape rounds where ball arithmetic may happen to be exact: x/x is 1 at every point, but its
        second derivative from the tapes is a difference of rounded numbers. The model of underflow
        is Higham's (section 2.1): an absolute error of the size of the smallest numbers.
        """
        if balls.unit is not None and not node.children:
            value += arb(0, (abs(value[0]) * balls.unit).upper())
        if balls.tiny is None:
            return value
        assert self._format is not None
        if abs(value[0]) > exact_arb(self._format.largest):
            raise Undefined("a value that is too large for the dtype")
        error, limit, coefficients = arb(0, balls.tiny), balls.tiny * 2**4, value.coeffs()
        if all(c == 0 or abs(c) > limit for c in coefficients):
            return value
        widened = [c if c == 0 or abs(c) > limit else c + error for c in coefficients]
        return arb_series(widened, value.prec)


def _check_flat(node: Node, value: Series, nearby: Mapping[Node, Series], rules: Balls) -> None:
    """Raise `Flat` if the value at a nearby point shows that a node is not as flat as it looks."""
    other = nearby[node]
    if isinstance(other, Exception):
        raise other
    with working(ctx.prec, 1):
        if not rules.vanishes(other[0] - _flat(node, value, nearby)):
            raise Flat("too flat to be told from zero")


def _flat(node: Node, value: Series, nearby: Mapping[Node, Series]) -> arb:
    """The value at a nearby point of a node that is as flat as it looks."""
    if isinstance(node, Call) and node.name in ("max", "min"):  # which return an argument
        return nearby[node.arguments[node.name == "min"]][0]
    return value[0]


def _nearby(trajectory: Trajectory, side: Side) -> Trajectory:
    """A single point near the start of a trajectory, on one side of it."""
    point = dict(trajectory.point)
    for name, slope in trajectory.slopes.items():
        start = point[name]
        assert isinstance(start, Fraction)
        point[name] = start + (-slope if side is Side.LEFT else slope) * _NEARBY * scale(start)
    return Trajectory(point, {})


def scale(number: Fraction) -> Fraction:
    """The power of two nearest to the size of a number of a dtype; 1 for zero."""
    return Fraction(2) ** math.frexp(number)[1] if number else Fraction(1)


_FLINT = threading.RLock()


@contextlib.contextmanager
def working(precision: int, terms: int) -> Iterator[None]:
    """Set python-flint's working precision and length of series, and restore them.

    They are global to the process, which is why only one thread at a time may work.
    """
    with _FLINT:
        before = ctx.prec, ctx.cap
        ctx.prec, ctx.cap = precision, terms
        try:
            yield
        finally:
            ctx.prec, ctx.cap = before


HUGE = 2**16
"""Binary exponents beyond this are overflow and underflow in every dtype."""


def fraction(number: arb) -> Fraction | None:
    """The exact value of an exact ball, cut off at `HUGE`; None if it is infinite."""
    if not number.is_finite():
        return None
    mantissa, exponent = map(int, number.man_exp())
    size = mantissa.bit_length() + exponent
    if mantissa and abs(size) > HUGE:
        sign = 1 if mantissa > 0 else -1
        return sign * Fraction(2) ** (HUGE if size > 0 else -HUGE)
    return mantissa * Fraction(2) ** exponent
