"""The derivative of a tree by the chain rule: a tree again, shortened only where that is easy.

It costs no more than one walk over the tree, and is used where it would take too long to look for
a shorter form.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from fractions import Fraction

from tapecli.expressions import tree
from tapecli.expressions.expansion import expanded
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import row
from tapecli.expressions.tree import Alias, Call, Node, Number, Variable, call, fold, number

_ZERO, _UNIT = number(0), number(1)


def differentiated(node: Node, name: str) -> Node:
    """The derivative of a tree by one of its variables, away from kinks.

    Derivatives of gamma and lgamma contain the functions digamma(x) and polygamma(n, x), which
    cannot be typed.
    """
    expanded_node = expanded(node, "derivatives")
    return fold(expanded_node, lambda step, slopes: _slope(step, slopes, name))


def _slope(node: Node, inner: Sequence[Node], name: str) -> Node:
    """The derivative of a node from those of its children."""
    if isinstance(node, Variable):
        return _UNIT if node.name == name else _ZERO
    if isinstance(node, Alias):
        return inner[0]
    total = _ZERO
    for index, slope in enumerate(inner):
        if slope is not _ZERO:
            assert isinstance(node, Call)
            total = _sum("add", total, _product(_partial(node, index), slope))
    return total


def _partial(node: Call, index: int) -> Node:
    """The derivative of a function or operator by one of its arguments."""
    arguments = node.arguments
    if node.name == "pow" and index == 0 and (exponent := tree.rational(arguments[1])) is not None:
        decimal = any(isinstance(n, Number) and n.decimal for n in tree.steps(arguments[1]))
        lower = _power(arguments[0], _constant(exponent - 1, decimal))
        return _product(_constant(exponent, decimal), lower)
    if node.name in _GAMMAS:
        return _GAMMAS[node.name](*arguments)
    values = dict(zip(row(node.name).parameters, arguments, strict=True))

    def substituted(inner: Node, children: Sequence[Node]) -> Node:
        if isinstance(inner, Variable):
            return values[inner.name]
        if isinstance(inner, Call):
            return _SHORTENED.get(inner.name, functools.partial(call, inner.name))(*children)
        return inner

    return fold(_rules(node.name)[index], substituted)


@functools.cache
def _rules(name: str) -> tuple[Node, ...]:
    """The derivatives in the row of a function, by each of its arguments."""
    function = row(name)
    return tuple(parse(text, function.parameters)[0].tree for text in function.derivatives)


_GAMMAS: dict[str, Callable[..., Node]] = {
    "gamma": lambda x: call("mul", call("gamma", x), call("digamma", x)),
    "lgamma": lambda x: call("digamma", x),
    "digamma": lambda x: call("polygamma", _UNIT, x),
    "polygamma": lambda n, x: call("polygamma", number(n.value + 1), x),
}


# --- the nodes that are shortened -------------------------------------------------------------


def _sum(name: str, a: Node, b: Node) -> Node:
    """A sum or difference without zeros."""
    if b is _ZERO:
        return a
    if a is _ZERO:
        return b if name == "add" else call("neg", b)
    return call(name, a, b)


def _product(a: Node, b: Node) -> Node:
    """A product without zeros and ones; b/a instead of 1/a times b."""
    if _ZERO in (a, b):
        return _ZERO
    if a is _UNIT or b is _UNIT:
        return b if a is _UNIT else a
    if isinstance(a, Call) and a.name == "div" and a.arguments[0] is _UNIT:
        return call("div", b, a.arguments[1])
    if isinstance(a, Call) and a.name == "neg":
        return call("neg", _product(a.arguments[0], b))
    return call("mul", a, b)


def _constant(value: Fraction, decimal: bool) -> Node:
    """A number as a tree; if it is not whole, as a decimal or as a quotient."""
    if value < 0:
        return call("neg", _constant(-value, decimal))
    if decimal or value.denominator == 1:
        return number(value, value.denominator != 1)
    return call("div", number(value.numerator), number(value.denominator))


def _power(base: Node, exponent: Node) -> Node:
    if exponent is _ZERO:
        return _UNIT
    return base if exponent is _UNIT else call("pow", base, exponent)


_SHORTENED: dict[str, Callable[..., Node]] = {
    "add": functools.partial(_sum, "add"),
    "sub": functools.partial(_sum, "sub"),
    "mul": _product,
    "pow": _power,
}
