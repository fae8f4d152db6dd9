"""How far a series on one side of a point must be carried, from the shape of the tree.

At a zero of a root's argument there is no series in h, but one in t with h = t**fold (Puiseux).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tapecli.expressions.tree import Call, Node, Variable, steps

MOST_TERMS = 2000
"""Coefficients carried on one side, whatever the powers and roots in the expression."""

_MOST_FOLDS = 64
"""The largest common denominator of roots inside one another that is followed."""

_SPARE_TERMS = 24
"""Coefficients carried beyond the wanted ones on one side, where roots of zeros take some."""

_ROOTS = {"sqrt": 2, "cbrt": 3, "asin": 2, "acos": 2, "acosh": 2, "hypot": 2}
"""The functions that have a root where their argument is at the edge of their domain."""

Exact = Callable[[Node], Fraction | None]
"""The exact value of a node that is a rational constant, None for any other."""


@dataclass(frozen=True)
class Reach:
    """What one-sided series of a tree take.

    Attributes:
        fold: the common denominator of the roots in it, inside one another multiplied.
        degree: a bound for the order of its zeros, as far as its powers and products go.
    """

    fold: int
    degree: int

    def terms(self, wanted: int) -> int:
        """How many coefficients in t to carry for so many in h."""
        return min((wanted + _SPARE_TERMS + self.degree) * self.fold, MOST_TERMS)


def reach(tree: Node, exact: Exact) -> Reach:
    """The fold and the degree of a tree."""
    folds: dict[Node, int] = {}
    degrees: dict[Node, Fraction] = {}
    for node in steps(tree):
        inner = math.lcm(*(folds[child] for child in node.children))
        folds[node] = min(inner * _root_of(node, exact), _MOST_FOLDS + 1)
        degrees[node] = _degree(node, [degrees[child] for child in node.children], exact)
    fold = folds[tree] if folds[tree] <= _MOST_FOLDS else 1
    return Reach(fold, math.ceil(max(degrees.values())))


def _root_of(node: Node, exact: Exact) -> int:
    """The denominator of the power that a node raises a zero of its argument to."""
    if not isinstance(node, Call):
        return 1
    if node.name == "pow":
        exponent = exact(node.arguments[1])
        return exponent.denominator if exponent is not None else 1
    return _ROOTS.get(node.name, 1)


def _degree(node: Node, inner: Sequence[Fraction], exact: Exact) -> Fraction:
    if not isinstance(node, Call):
        return max(inner, default=Fraction(isinstance(node, Variable)))
    degree = max(inner)
    if node.name == "mul":
        degree = sum(inner, Fraction(0))
    if node.name == "pow":
        degree = inner[0] * abs(exact(node.arguments[1]) or Fraction(1))
    return min(degree, Fraction(MOST_TERMS))
