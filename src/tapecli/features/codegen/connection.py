"""How often a target can be differentiated before a tape finds no connection to its variables.

The derivative of 3*x is 3, which does not depend on x: the next tape has no path from it to x, and
returns None. A polynomial can be differentiated by each variable as often as its degree; a curved
function, such as exp, can be differentiated any number of times.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from tapecli.expressions.functions import row
from tapecli.expressions.tree import Call, Node, Variable, fold, is_condition, steps, variables

Degrees: TypeAlias = tuple[float, ...]
"""How often a monomial can be differentiated by each variable; infinity for any number of times."""

_MAX_MONOMIALS = 200
"""Monomials that are followed; where there are more, any connection is in doubt."""

_PIECEWISE_LINEAR = ("add", "sub", "min", "max", "neg", "abs", "where", "clip")

_CONSTANT = ("sign", "floor", "ceil", "round")
"""The functions whose gradient is a new zero, or none."""


def unconnected(tree: Node, derivatives: Iterable[Sequence[str]]) -> bool:
    """Whether a tape may find no connection on the way to one of these derivatives of a target."""
    derivatives = [by for by in derivatives if by]
    names = sorted({name for by in derivatives for name in by})
    monomials = fold(tree, lambda node, children: _monomials(node, children, names))
    if monomials is None:
        return True
    orders = [tuple(by.count(name) for name in names) for by in derivatives]
    return not all(any(_covers(degrees, order) for degrees in monomials) for order in orders)


def product_of_one(node: Node) -> tuple[str, int] | None:
    """The variable and the exponent of a product of one variable alone; None of other nodes."""
    names = variables(node)
    factors = (child for child in steps(node) if not isinstance(child, Variable))
    if len(names) != 1 or not all(isinstance(f, Call) and f.name == "mul" for f in factors):
        return None
    return names[0], fold(node, lambda _, exponents: sum(exponents) or 1)


def _monomials(
    node: Node, children: Sequence[frozenset[Degrees] | None], names: Sequence[str]
) -> frozenset[Degrees] | None:
    """The degrees of the monomials of a node, from those of its children; None for too many."""
    arguments = [child for child in children if child is not None]
    if len(arguments) < len(children):
        return None
    if isinstance(node, Variable):
        terms = frozenset([tuple(float(name == node.name) for name in names)])
    elif not isinstance(node, Call) or node.name in _CONSTANT or is_condition(node):
        terms = frozenset([(0.0,) * len(names)])
    elif node.name in _PIECEWISE_LINEAR:
        terms = frozenset().union(*arguments[row(node.name).conditions :])
    elif node.name in ("mul", "div"):
        left, right = arguments
        right = frozenset([_curved(right)]) if node.name == "div" else right
        terms = frozenset(tuple(map(operator.add, a, b)) for a in left for b in right)
    else:
        terms = frozenset([_curved(frozenset().union(*arguments))])
    if len(terms) > _MAX_MONOMIALS:
        return None
    return frozenset(
        term for term in terms if not any(_covers(other, term) for other in terms - {term})
    )


def _curved(terms: Iterable[Degrees]) -> Degrees:
    """The degrees of a curved function of an argument with these degrees."""
    return tuple(math.inf if any(degrees) else 0.0 for degrees in zip(*terms, strict=True))


def _covers(degrees: Degrees, order: Sequence[float]) -> bool:
    return all(map(operator.ge, degrees, order))
