"""A tree as every engine of series sees it, and how many coefficients it needs on one side.

At a zero of a root's argument there is no series in h, but one in t with h = t**fold, a Puiseux
series. How far it must reach is seen from the shape of the tree.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tapecli.expressions import tree
from tapecli.expressions.expansion import expanded
from tapecli.expressions.functions import row, rule_of
from tapecli.floats import FloatFormat

MOST_TERMS = 2000
"""Coefficients carried on one side, whatever the powers and roots in the expression."""

_MOST_FOLDS = 64
"""The largest common denominator of nested roots that is allowed for."""

_SPARE_TERMS = 24
"""Further coefficients carried on one side, because roots of zeros use some up."""

_ROOTS = {"sqrt": 2, "cbrt": 3, "asin": 2, "acos": 2, "acosh": 2, "hypot": 2}
"""The functions that have a root where their argument is at the edge of their domain."""


_CHOOSING = {"where", "floor", "ceil", "round", "mod"}
"""The functions whose value depends on a decision."""


@dataclass(frozen=True)
class Reach:
    """How far series of a tree on one side must reach.

    Attributes:
        fold: the common denominator of the roots in it, multiplied where they are nested.
        degree: a bound for the order of its zeros, as far as its powers and products show.
    """

    fold: int
    degree: int

    def terms(self, count: int) -> int:
        """How many coefficients in t to carry for so many in h."""
        return min((count + _SPARE_TERMS + self.degree) * self.fold, MOST_TERMS)


class SeriesTree:
    """A tree whose series are computed by the rules of an engine.

    Args:
        expression: its tree.
        format_: the dtype: decimal literals mean its numbers. None for exact decimals.

    Attributes:
        nodes: all nodes of the tree, with the definitions of functions, each after its children.
        optional: those that are not needed at every point, because of `where`.
        chooses: whether it has conditions or functions that jump.
    """

    def __init__(self, expression: tree.Node, format_: FloatFormat | None) -> None:
        self.nodes = tree.steps(expanded(expression, "series"))
        self.optional = tree.optional(self.nodes)
        self.chooses = any(
            isinstance(node, tree.Call) and node.name in _CHOOSING for node in self.nodes
        )
        self._format = format_
        self._exponents = {
            node: tree.rational(node.arguments[1], format_)
            for node in self.nodes
            if isinstance(node, tree.Call) and node.name == "pow"
        }

    @functools.cached_property
    def reach(self) -> Reach:
        """How far its series on one side must reach."""
        folds: dict[tree.Node, int] = {}
        degrees: dict[tree.Node, Fraction] = {}
        for node in self.nodes:
            fold = math.lcm(*(folds[child] for child in node.children))
            children = [degrees[child] for child in node.children]
            degree = max(children, default=Fraction(isinstance(node, tree.Variable)))
            if isinstance(node, tree.Call):
                exponent = self._exponents.get(node) or Fraction(1)
                root = _ROOTS.get(node.name, exponent.denominator)
                fold = min(fold * root, _MOST_FOLDS + 1)
                if node.name == "mul":
                    degree = sum(children, Fraction(0))
                if node.name == "pow":
                    degree = children[0] * abs(exponent)
                degree = min(degree, Fraction(MOST_TERMS))
            folds[node], degrees[node] = fold, degree
        return Reach(fold if fold <= _MOST_FOLDS else 1, math.ceil(max(degrees.values())))

    def series(self, rules: Any, node: tree.Node, arguments: Sequence[Any]) -> Any:
        """The series of a node that is not a variable, from the series of its children."""
        return self.operation(rules, node)(*arguments)

    def operation(self, rules: Any, node: tree.Node) -> Callable[..., Any]:
        """The rule of a node that is not a variable, a function of the series of its children.

        A child that is not needed at every point may be an exception instead of a series. The rule
        raises it if the node cannot do without the child.
        """
        rule = self._operation(rules, node)
        is_guarded = node in self.optional or not self.optional.isdisjoint(node.children)
        return (
            functools.partial(_raising, rule, tree.needed_arguments(node)) if is_guarded else rule
        )

    def _operation(self, rules: Any, node: tree.Node) -> Callable[..., Any]:
        if isinstance(node, tree.Number):
            return functools.partial(rules.number, tree.literal_value(node, self._format))
        if isinstance(node, tree.Named):
            return functools.partial(rules.constant, node.name)
        if isinstance(node, tree.Alias):
            return lambda series: series
        assert isinstance(node, tree.Call)
        if node.name == "pow":
            return functools.partial(rules.power, exponent=self._exponents[node])
        return rule_of(row(node.name).series, rules)


def _raising(rule: Callable[..., Any], needed: int, *arguments: Any) -> Any:
    """Apply a rule, or raise the first exception among the arguments that are needed."""
    for argument in arguments[:needed]:
        if isinstance(argument, Exception):
            raise argument
    return rule(*arguments)
