"""The derivative of a tree by the chain rule: a tree again, shortened only where that is easy.

It costs no more than one walk over the tree, and is used where it would take too long to look for
a shorter form.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction

from tapecli.expressions import tree
from tapecli.expressions.expansion import defined, expanded
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTIONS, row
from tapecli.expressions.tree import (
    Alias,
    Call,
    Node,
    Number,
    Variable,
    call,
    fold,
    number,
    rebuilt,
)

_ZERO, _UNIT = number(0), number(1)


class NoRule(Exception):
    """The derivative of a function by an argument is no expression: that of zeta(x)."""


def differentiated(node: Node, name: str) -> Node:
    """The derivative of a tree by one of its variables, away from kinks.

    Raises:
        NoRule: no function of the table is the derivative.
    """
    expanded_node = expanded(node, "derivatives")
    return fold(expanded_node, lambda step, slopes: _slope(step, slopes, name))


def away_from_points(node: Node, names: Collection[str]) -> Node | None:
    """The tree as it is almost everywhere, without branches for single values of these variables.

    where(x == 0, 1, sin(x)/x) is sin(x)/x; the derivative of its first branch is not that of the
    whole at 0. None where it is not known at how many points two sides are equal.
    """
    equations = [n for n in tree.steps(node) if isinstance(n, Call) and n.name in ("eq", "ne")]
    if any(_almost_always(n, tree.variables(n)) is None for n in equations):
        return None

    def replaced(step: Node, children: Sequence[Node]) -> Node:
        if isinstance(step, Call) and step.name == "where":
            truth = _almost_always(children[0], names)
            if truth is not None:
                return children[1] if truth else children[2]
        if isinstance(step, Call) and step.name in _DECISIVE:
            rest = [
                c for c in children if _almost_always(c, names) is not (not _DECISIVE[step.name])
            ]
            return rest[0] if len(rest) == 1 else tree.rebuilt(step, children)
        return tree.rebuilt(step, children)

    return fold(node, replaced) if equations else node


_DECISIVE = {"and": False, "or": True}
"""The truth of one part that decides the whole."""


def _almost_always(condition: Node, names: Collection[str]) -> bool | None:
    """Whether a condition is true, or false, but for single values of the variables; else None."""
    if not isinstance(condition, Call):
        return None
    if condition.name in ("eq", "ne"):
        first, second = condition.arguments
        moving = [isinstance(side, Variable) and side.name in names for side in (first, second)]
        others = [tree.variables(side) for side in (second, first)]
        is_point = any(one and not other for one, other in zip(moving, others, strict=True))
        return condition.name == "ne" if is_point else None
    parts = [_almost_always(part, names) for part in condition.arguments]
    if condition.name == "not":
        return None if parts[0] is None else not parts[0]
    decisive = _DECISIVE.get(condition.name)
    if decisive is None or (decisive not in parts and None in parts):
        return None
    return decisive if decisive in parts else not decisive


def differentiated_strictly(
    node: Node, by: Sequence[str], count: Callable[[int], object] = id
) -> Node:
    """The derivative by each of some variables, with no value where there is no derivative.

    A term 0/u is added where a function in it has a kink or jump at u = 0, and a term 0*f where
    f, the whole, has a domain that the rules do not show: log(x) has none below 0, but 1/x is a
    number there. At a few points where a derivative exists, such as that of x*abs(x) at 0, it has
    no value either. `count` is called with the number of operations after each step.

    Raises:
        NoRule: no function of the table is the derivative.
    """
    slope = node = _without_rough(node)
    for name in by:
        slope = fold(slope, functools.partial(_slope, name=name, strict=True))
        count(len(tree.steps(slope)))
    return _sum("add", slope, call("mul", _ZERO, node)) if _has_domain(node, by) else slope


def _without_rough(node: Node) -> Node:
    """The tree with the definitions of functions that have kinks, or no rule of their own."""

    def replaced(node: Node, children: Sequence[Node]) -> Node:
        function = FUNCTIONS.get(node.name) if isinstance(node, Call) else None
        if function and function.definition and (function.rough or not function.derivatives):
            return _without_rough(defined(function.name, children))
        return rebuilt(node, children)

    return fold(node, replaced)


def _slope(node: Node, inner: Sequence[Node], name: str, strict: bool = False) -> Node:
    """The derivative of a node from those of its children."""
    if isinstance(node, Variable):
        return _UNIT if node.name == name else _ZERO
    if isinstance(node, Alias):
        return inner[0]
    if isinstance(node, Call) and node.name == "where":
        return _slope_of_where(node, inner, name, strict)
    if tree.is_condition(node):
        return _ZERO
    total = _ZERO
    for index, slope in enumerate(inner):
        if slope is not _ZERO:
            assert isinstance(node, Call)
            partial = _partial(node, index, strict)
            if strict and (zero := _zero_at_kinks(node)):
                partial = _sum("add", partial, call("div", _ZERO, zero))
            total = _sum("add", total, _product(partial, slope))
    return total


def _slope_of_where(node: Call, inner: Sequence[Node], name: str, strict: bool) -> Node:
    condition, (_, first, second) = node.arguments[0], inner
    slope = first if first is second else call("where", condition, first, second)
    for step in tree.steps(condition) if strict else ():
        if isinstance(step, Call) and row(step.name).is_condition and not row(step.name).conditions:
            if name in tree.variables(step):
                slope = _sum("add", slope, call("div", _ZERO, call("sub", *step.arguments)))
    return slope


def _partial(node: Call, index: int, strict: bool = False) -> Node:
    """The derivative of a function or operator by one of its arguments."""
    arguments = node.arguments
    exponent = _exponent(node, strict) if node.name == "pow" and index == 0 else None
    if exponent is not None:
        decimal = any(isinstance(n, Number) and n.decimal for n in tree.steps(arguments[1]))
        lower = _power(arguments[0], _constant(exponent - 1, decimal))
        return _product(_constant(exponent, decimal), lower)
    function = row(node.name)
    if not function.derivatives[index]:
        raise NoRule(f"a derivative of {function.signature} by {function.parameters[index]}")
    return _filled_in(_rules(node.name, (function.derivatives[index],))[0], node)


def _exponent(power: Call, strict: bool = False) -> Fraction | None:
    """The exponent of a power, if it is a constant; strictly, no decimal, which a dtype rounds."""
    exponent = power.arguments[1]
    if strict and any(
        isinstance(node, Number) and node.decimal and node.value.denominator > 1
        for node in tree.steps(exponent)
    ):
        return None
    return tree.rational(exponent)


def _filled_in(rule: Node, node: Call) -> Node:
    """A rule in the parameters of a function, with the arguments of a node."""
    values = dict(zip(row(node.name).parameters, node.arguments, strict=True))

    def substituted(inner: Node, children: Sequence[Node]) -> Node:
        if isinstance(inner, Variable):
            return values[inner.name]
        if isinstance(inner, Call):
            return _SHORTENED.get(inner.name, functools.partial(call, inner.name))(*children)
        return inner

    return fold(rule, substituted)


@functools.cache
def _rules(name: str, texts: tuple[str, ...]) -> tuple[Node, ...]:
    """The trees of texts in the parameters of a function."""
    return tuple(parse(text, row(name).parameters)[0].tree for text in texts)


# --- where there is no derivative -------------------------------------------------------------

KINKS = {
    "abs": "x",
    "sign": "x",
    "min": "x - y",
    "max": "x - y",
    "atan2": "hypot(x, y) + x",
    **dict.fromkeys(("besselj", "besseli", "bessel_i0e"), "x"),
    **dict.fromkeys(("gammainc", "gammaincc", "lower_gamma", "upper_gamma"), "x"),
    "betainc": "x*(1 - x)",
    "floor": "sin(pi*x)",
    "ceil": "sin(pi*x)",
    "round": "cos(pi*x)",
}
"""For each function with kinks or jumps at which its rule has a value: what is zero there alone."""

_IMPLIED = frozenset(["div", "sqrt", "cbrt", "tan", "cot", "sec", "csc", "asin", "acos", "hypot",
                      "atan2", "gamma", "lgamma", "digamma", "polygamma", "pow"])  # fmt: skip
"""The functions whose derivatives have no values outside of their domains, by their rules."""


def _zero_at_kinks(node: Node) -> Node | None:
    """What is zero where a function has no derivative although its rule has a value."""
    assert isinstance(node, Call)
    if node.name == "pow":
        exponent = _exponent(node, strict=True)
        return None if exponent is not None and exponent.denominator == 1 else node.arguments[0]
    if node.name not in KINKS:
        return None
    return _filled_in(_rules(node.name, (KINKS[node.name],))[0], node)


def _has_domain(node: Node, by: Sequence[str]) -> bool:
    """Whether it may have no value where its derivative by the rules has one."""
    exact: dict[Node, Fraction | None] = {}
    varying: set[Node] = set()
    is_restricted = False
    for step in tree.steps(node):
        exact[step] = tree.exact_value(step, [exact[child] for child in step.children])
        varies = not varying.isdisjoint(step.children)
        if varies or (isinstance(step, Variable) and step.name == by[0]):
            varying.add(step)
        if isinstance(step, Call) and exact[step] is None and _has_edges(step, exact):
            if not (step in varying and step.name in _IMPLIED) or len({*by}) > 1:
                return True
            if step.name == "div" and len(by) > 1 and step.arguments[1] not in varying:
                return True
            is_restricted = True
    return is_restricted and 0 in exact.values()  # a zero hides what it is multiplied with


def _has_edges(node: Call, exact: Mapping[Node, Fraction | None]) -> bool:
    """Whether a function has no values somewhere."""
    if node.name == "pow" and (exponent := _exponent(node, strict=True)) is not None:
        return exponent < 0 or exponent.denominator > 1
    if node.name == "div" and exact[node.arguments[1]]:
        return False
    return bool(row(node.name).domain)


# --- the nodes that are shortened -------------------------------------------------------------


def _sum(name: str, a: Node, b: Node) -> Node:
    """A sum or difference without zeros; a whole number for that of two."""
    if b is _ZERO:
        return a
    if a is _ZERO:
        return b if name == "add" else call("neg", b)
    if isinstance(a, Number) and isinstance(b, Number) and not (a.decimal or b.decimal):
        return _constant(a.value + (b.value if name == "add" else -b.value), decimal=False)
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
