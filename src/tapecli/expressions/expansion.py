"""Functions that have a definition, replaced by it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Literal

from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTIONS, Function
from tapecli.expressions.tree import (
    Call,
    Node,
    Number,
    call,
    fold,
    number,
    rational,
    rebuilt,
    substituted,
)

Rule = Literal["tape", "symbol", "series", "derivatives"]


@functools.lru_cache(maxsize=1024)
def expanded(tree: Node, rule: Rule) -> Node:
    """The tree with the definition of each function in it that has no such rule of its own."""

    def replaced(node: Node, children: Sequence[Node]) -> Node:
        function = FUNCTIONS.get(node.name) if isinstance(node, Call) else None
        if function and function.definition and not getattr(function, rule):
            if (value := rational(call(function.name, *children))) is not None:
                return number(value)  # 20! is whole
            return expanded(defined(function.name, children), rule)
        if function and rule == "tape" and (name := _of_order(function, children)):
            return Call(name, tuple(children[1:]))
        return rebuilt(node, children)

    return fold(tree, replaced)


def _of_order(function: Function, arguments: Sequence[Node]) -> str:
    """The name of the function that this one is for its first argument, or ""."""
    order = arguments[0]
    if not isinstance(order, Number) or order.value not in range(len(function.of_orders)):
        return ""
    return function.of_orders[int(order.value)]


def defined(name: str, arguments: Sequence[Node]) -> Node:
    """What a function of these arguments is by definition; the call itself if it has none."""
    function = FUNCTIONS.get(name)
    if function is None or not function.definition:
        return Call(name, tuple(arguments))
    return substituted(_definition(name), dict(zip(function.parameters, arguments, strict=True)))


@functools.cache
def _definition(name: str) -> Node:
    """The definition in the row of a function."""
    function = FUNCTIONS[name]
    return parse(function.definition, function.parameters)[0].tree
