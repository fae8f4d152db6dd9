"""Branches of `where` that tapes can compute at every point: the option --stable.

TensorFlow computes both branches at each point, and NaN in the backward pass of the one that is not
taken goes through to the derivative. Each branch is therefore computed from variables that have
their own values where it is taken, and elsewhere those of a point at which it is ordinary:
where(x > 0, log(x), 0) becomes where(x > 0, log(where(x > 0, x, 1)), 0).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction

from tapecli.engines.certified import Certified
from tapecli.expressions.tree import (
    Call,
    Node,
    Number,
    Variable,
    call,
    fold,
    number,
    rebuilt,
    steps,
    substituted,
    variables,
)
from tapecli.floats import FloatFormat

_VALUES = tuple(map(Fraction, ("1", "2", "1/2", "-1", "-2", "-1/2", "3", "1/4", "10", "-10", "0")))
"""The values that are tried for variables."""

_MOST_POINTS = 100
"""The most points that are tried for a branch."""

_ORDINARY = {"add", "sub", "mul", "neg", "abs", "sign", "min", "max", "sin", "cos", "tanh"}
"""Functions whose derivatives are finite everywhere."""

Safe = dict[str, Node]
"""For each variable its value at a point."""


def guarded(tree: Node, derivatives: Iterable[Sequence[str]], format_: FloatFormat) -> Node:
    """The tree with branches that have these derivatives wherever they are computed.

    A branch stays as it is if it needs no such point, or if none is found.
    """
    wanted = sorted({tuple(by[:order]) for by in derivatives for order in range(len(by) + 1)})

    def replaced(node: Node, children: Sequence[Node]) -> Node:
        if not (isinstance(node, Call) and node.name == "where"):
            return rebuilt(node, children)
        condition, first, second = children
        if safe := _safe_point(first, wanted, format_):
            values = {name: call("where", condition, Variable(name), safe[name]) for name in safe}
            first = substituted(first, values)
        if safe := _safe_point(second, wanted, format_):
            values = {name: call("where", condition, safe[name], Variable(name)) for name in safe}
            second = substituted(second, values)
        return call("where", condition, first, second)

    return fold(tree, replaced)


def _safe_point(
    branch: Node, wanted: Sequence[tuple[str, ...]], format_: FloatFormat
) -> Safe | None:
    """A point at which a branch has these derivatives; None if it needs none or none is found."""
    from tapecli.engines.certified.reference import Reference

    names = variables(branch)
    if not names or all(map(_is_ordinary, steps(branch))):
        return None
    reference = Reference(branch, format_, wanted, names)
    equal = ((value,) * len(names) for value in _VALUES)
    points = itertools.chain(equal, itertools.product(_VALUES, repeat=len(names)))
    for values in itertools.islice(points, _MOST_POINTS):
        certified = reference.at({n: float(v) for n, v in zip(names, values, strict=True)})
        if all(isinstance(one, Certified) and one.spread is not None for one in certified):
            return {name: _constant(value) for name, value in zip(names, values, strict=True)}
    return None


def _is_ordinary(node: Node) -> bool:
    if isinstance(node, Call) and node.name == "pow":
        exponent = node.arguments[1]
        return isinstance(exponent, Number) and not exponent.decimal
    return not isinstance(node, Call) or node.name in _ORDINARY


def _constant(value: Fraction) -> Node:
    node = number(abs(value), decimal=value.denominator != 1)
    return call("neg", node) if value < 0 else node
