"""A tree made ready to be computed in ball arithmetic along lines through points, many times."""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from flint import arb, ctx

from tapecli.engines.certified.balls import Balls, Flat, Series, Side, exact_arb, perturbed, widened
from tapecli.engines.certified.budget import Budget
from tapecli.engines.certified.effort import Effort
from tapecli.engines.certified.puiseux import reach
from tapecli.expressions.functions import CONSTANTS, row, rule_of
from tapecli.expressions.tree import (
    Alias,
    Call,
    Named,
    Node,
    Number,
    Variable,
    literal_value,
    rational,
    steps,
)
from tapecli.floats import FloatFormat

_LINEAR = ("add", "sub", "neg")

_BESIDE = Fraction(5, 2**22)
"""Where a function that looks like zero is looked at once more, in parts of the point's size.

So near that there is no other kink between, and so far that a zero of order 100 is none there to
2,560 bits.
"""


class Overflow(Exception):
    """A value inside the expression is too large for the dtype."""


@dataclass(frozen=True)
class Line:
    """The points x + slope*h, or a curve on which variables go at other powers of h.

    Attributes:
        point: x, a number for each variable, or an interval.
        slopes: the direction; variables that are left out do not change.
        powers: the powers of h that are not the first.
    """

    point: Mapping[str, Fraction | arb]
    slopes: Mapping[str, Fraction]
    powers: Mapping[str, int] = field(default_factory=dict)


class Program:
    """A tree that is computed along lines.

    Args:
        tree: the expression.
        format_: the dtype: decimal literals mean its numbers. None for exact decimals.

    Attributes:
        reach: what its series on one side take.
    """

    def __init__(self, tree: Node, format_: FloatFormat | None) -> None:
        self._nodes = steps(tree)
        self._places = {node: place for place, node in enumerate(self._nodes)}
        self._format = format_
        self._effort = Effort(self._nodes)
        self._exponents = {
            node: self._exact(node.arguments[1])
            for node in self._nodes
            if isinstance(node, Call) and node.name == "pow"
        }
        self._varying: dict[frozenset[str], list[bool]] = {}
        self.reach = reach(tree, self._exact)

    @functools.cached_property
    def interacting(self) -> frozenset[tuple[str, str]]:
        """The pairs of variables whose mixed derivative is not zero for the shape of the tree.

        x and y do not interact in x**2 + y**2; they do in x*y.
        """
        inside: dict[Node, frozenset[str]] = {}
        pairs: dict[Node, frozenset[tuple[str, str]]] = {}
        for node in self._nodes:
            own = [node.name] if isinstance(node, Variable) else []
            inside[node] = frozenset(own).union(*(inside[child] for child in node.children))
            pairs[node] = frozenset[tuple[str, str]]().union(
                *(pairs[child] for child in node.children), _met(node, inside)
            )
        return pairs[self._nodes[-1]]

    def seconds(self, terms: int, precision: int) -> float:
        """What a run is expected to take, as in `Effort.seconds`."""
        return self._effort.seconds(terms, precision)

    def run(
        self,
        line: Line,
        balls: Balls,
        precision: int,
        budget: Budget | None = None,
        constants: dict[int, Series] | None = None,
    ) -> Series:
        """The series along a line; parts that do not change there are constants.

        Args:
            line: where.
            balls: the rules.
            precision: the working precision in bits.
            budget: what it may cost; None for any amount.
            constants: the values, by the index of the node, of what does not change along other
                lines through the same point that were run with the same rules; it is added to.

        Raises:
            OverBudget: it would cost more than the budget has.
            Undefined, Kink, Undecided: as the rules of `balls`.
            Flat: what looks like zero on one side is not, and more coefficients would show it.
            Overflow: a value is too large for the dtype, if the tapes are to be enclosed, too.
        """
        return self._values(line, balls, precision, len(self._nodes), budget, constants)[-1]

    def _values(
        self,
        line: Line,
        balls: Balls,
        precision: int,
        count: int,
        budget: Budget | None,
        constants: dict[int, Series] | None = None,
    ) -> list[Series]:
        """The series of the first nodes."""
        if budget is not None:
            budget.charge(self.seconds(balls.terms, precision))
        still = replace(balls, side=Side.POINT)
        constants = {} if constants is None else constants
        with working(precision, balls.terms):
            values: list[Series] = []
            changing = zip(self._nodes[:count], self._changing(line), strict=False)
            for index, (node, varies) in enumerate(changing):
                value = None if varies else constants.get(index)
                if value is None:
                    value = self._value(node, values, balls if varies else still, line)
                    if balls.flat:
                        balls.flat.clear()
                        self._look_beside(node, value, line, balls, precision, budget)
                    value = self._rounded(node, value, balls)
                if not varies:
                    constants[index] = value
                values.append(value)
                if balls.presume:
                    name = node.name if isinstance(node, Call) else ""
                    inside = [values[self._places[child]][0] for child in node.children]
                    balls.depth.note(name, value[0], inside)
            return values

    def _look_beside(
        self,
        node: Node,
        value: Series,
        line: Line,
        balls: Balls,
        precision: int,
        budget: Budget | None,
    ) -> None:
        """Make sure that what a node took for zero on one side is zero a little beside the point.

        Raises:
            Flat: it is not.
        """
        sign = -1 if balls.side is Side.LEFT else 1
        moved = dict(line.point)
        for name, slope in line.slopes.items():
            at = moved[name]
            assert isinstance(at, Fraction)
            moved[name] = at + sign * slope * _BESIDE * scale(at)
        at_point = Balls(Side.POINT, 1, balls.presume)
        count = self._places[node] + 1
        values = self._values(Line(moved, {}), at_point, precision, count, budget)
        chosen = {"max": 0, "min": 1}.get(getattr(node, "name", ""))  # of two that are alike
        assumed = value[0] if chosen is None else values[self._places[node.children[chosen]]][0]
        with working(precision, 1):
            if not at_point.vanishes(values[-1][0] - assumed):
                raise Flat

    def _changing(self, line: Line) -> list[bool]:
        """Which nodes change along a line."""
        names = frozenset(line.slopes)
        if names not in self._varying:
            found: dict[Node, bool] = {}
            for node in self._nodes:
                here = isinstance(node, Variable) and node.name in names
                found[node] = here or any(found[child] for child in node.children)
            self._varying[names] = list(found.values())
        return self._varying[names]

    def _value(self, node: Node, values: list[Series], balls: Balls, line: Line) -> Series:
        if isinstance(node, Variable):
            name = node.name
            slope, power = line.slopes.get(name, Fraction(0)), line.powers.get(name, 1)
            return balls.variable(line.point[name], slope, power)
        if isinstance(node, Number):
            return balls.number(self._literal(node))
        if isinstance(node, Named):
            constant: Series = rule_of(CONSTANTS[node.name].series, balls)()
            return constant
        arguments = [values[self._places[child]] for child in node.children]
        if isinstance(node, Alias):
            return arguments[0]
        assert isinstance(node, Call)
        if node.name == "pow":
            base, exponent = arguments
            return balls.power(base, exponent, self._exponents[node])
        series: Series = rule_of(row(node.name).series, balls)(*arguments)
        return series

    def _rounded(self, node: Node, value: Series, balls: Balls) -> Series:
        """What the tapes may have instead of this value, if that is to be enclosed."""
        if balls.unit is not None and not node.children:
            value = perturbed(value, balls.unit)
        if balls.tiny is None:
            return value
        assert self._format is not None
        if abs(value[0]) > exact_arb(self._format.largest):
            raise Overflow
        return widened(value, balls.tiny)

    def _literal(self, node: Number) -> Fraction:
        return node.value if self._format is None else literal_value(node, self._format)

    def _exact(self, node: Node) -> Fraction | None:
        return rational(node, self._literal)


def scale(number: Fraction) -> Fraction:
    """The power of two nearest to the size of a number of a dtype; 1 for zero."""
    return Fraction(2) ** math.frexp(number)[1] if number else Fraction(1)


def _met(node: Node, inside: Mapping[Node, frozenset[str]]) -> Iterator[tuple[str, str]]:
    """The pairs of variables that meet in a node, beyond those that meet in its children."""
    if not isinstance(node, Call) or node.name in _LINEAR:
        return
    if node.name == "mul" or (node.name == "div" and not inside[node.arguments[1]]):
        first, second = (inside[child] for child in node.arguments)
        yield from ((min(a, b), max(a, b)) for a in first for b in second if a != b)
    else:
        yield from itertools.combinations(sorted(inside[node]), 2)


_ONE_AT_A_TIME = threading.RLock()


@contextlib.contextmanager
def working(precision: int, terms: int) -> Iterator[None]:
    """Set python-flint's precision and length of series, and restore them.

    They are global to the process: one thread at a time.
    """
    with _ONE_AT_A_TIME:
        before = ctx.prec, ctx.cap
        ctx.prec, ctx.cap = precision, terms
        try:
            yield
        finally:
            ctx.prec, ctx.cap = before


HUGE = 2**16
"""Binary exponents beyond this are overflow and underflow, whatever the dtype."""


def fraction(number: arb) -> Fraction | None:
    """The exact value of an exact ball; None if it is infinite or beyond every dtype."""
    if not number.is_finite():
        return None
    mantissa, exponent = (int(part) for part in number.man_exp())
    size = mantissa.bit_length() + exponent
    if mantissa and size > HUGE:
        return Fraction(2) ** HUGE * (1 if mantissa > 0 else -1)
    if mantissa and size < -HUGE:
        return Fraction(1 if mantissa > 0 else -1, 2**HUGE)
    return mantissa * Fraction(2) ** exponent
