"""Trees as SymPy expressions of real symbols."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any

import sympy

from tapecli.engines.certified.literals import typed
from tapecli.engines.certified.reference import constant_value, is_extreme
from tapecli.expressions.functions import CONSTANTS, row
from tapecli.expressions.tree import Alias, Call, Named, Node, Number, Variable, exact_value, steps

MAX_FACTORIAL = 500
"""Arguments of gamma beyond which SymPy's exact value is not worth its digits."""


class cbrt(sympy.Function):  # type: ignore[misc]
    """The real cube root, of negative numbers as well, which SymPy has as a tree of pieces."""

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 / (3 * cbrt(self.args[0]) ** 2)


class lgamma(sympy.Function):  # type: ignore[misc]
    """log(|gamma(x)|), real where SymPy's loggamma is complex."""

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.digamma(self.args[0])


_OWN = {"cbrt": cbrt, "lgamma": lgamma, "tau": 2 * sympy.pi}
_DERIVATIVES_ALONE = ("digamma", "polygamma")
"""Functions that stand in derivatives, and have no row in the table of functions."""


def expression(tree: Node, as_typed: bool = True) -> Any:
    """The tree in SymPy, with real symbols.

    Args:
        tree: the expression.
        as_typed: whether numbers stay as they were typed, and are not worked with (`literals`).
    """
    values: dict[Node, Any] = {}
    exact: dict[Node, Any] = {}
    for node in steps(tree):
        exact[node] = exact_value(node, [exact[child] for child in node.children])
        children = [values[child] for child in node.children]
        if isinstance(node, Number):
            values[node] = _number(node.value, as_typed)
        else:
            values[node] = _expression(node, children) if exact[node] != 0 else sympy.S.Zero
    return values[tree]


def _number(value: Fraction, as_typed: bool) -> Any:
    return typed(value) if as_typed else sympy.Rational(value.numerator, value.denominator)


def _expression(node: Node, children: list[Any]) -> Any:
    if isinstance(node, Variable):
        return sympy.Symbol(node.name, real=True)
    if isinstance(node, Named):
        return _rule(CONSTANTS[node.name].symbol)
    if isinstance(node, Alias):
        return children[0]
    assert isinstance(node, Call)
    if node.name == "pow" and isinstance(node.arguments[1], Number):
        value = node.arguments[1].value  # whole exponents are worked with, whatever their size
        children[1] = sympy.Integer(value.numerator) if value.denominator == 1 else children[1]
    return symbol_of(node.name)(*children)


def symbol_of(name: str) -> Any:
    """What makes SymPy's form of a function or operator from its arguments."""
    if name in _DERIVATIVES_ALONE:
        return getattr(sympy, name)
    symbol = row(name).symbol
    return _rule(symbol) if isinstance(symbol, str) else functools.partial(symbol, sympy)


def _rule(name: str) -> Any:
    own = name.removeprefix("tapecli.")
    return getattr(sympy, name) if own == name else _OWN[own]


def is_endless(tree: Node) -> bool:
    """Whether it has a constant of which SymPy would look for digits long, or without end.

    Those are extreme numbers, such as exp(10^300), what is no real number, such as atanh(2), and
    the gamma function of all but small ones.
    """
    varying: set[Node] = set()
    constants = []
    for node in steps(tree):
        if isinstance(node, Variable) or not varying.isdisjoint(node.children):
            varying.add(node)
        elif isinstance(node, Call):
            constants.append(node)
    return any(is_extreme(node) or constant_value(node) is None for node in constants) or any(
        node.name in ("gamma", "lgamma")
        and not -MAX_FACTORIAL < (constant_value(node.arguments[0]) or 0) < MAX_FACTORIAL
        for node in constants
    )
