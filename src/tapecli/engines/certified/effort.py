"""What computing a series in ball arithmetic costs: a model, fitted to measurements.

Measured were the operations of python-flint 0.9.0 at 53 to 40,960 bits, for series of 1 to
2,000 terms, on one core. The model is within a factor of 4 of them, and mostly above.
What an expression costs is an upper estimate: a series with zeros in it is quicker.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tapecli.expressions.tree import Call, Node, Number, Variable

UNIT_BITS = 2560
"""The precision at which the costs below are given."""

NODE = 10e-6
"""Seconds for a node at any precision: Python's part of it."""

NUMBER, NUMBER_GROWTH = 45e-6, 1.6
"""Seconds for the constant term of an elementary function, and the power of the precision that
they grow with."""

TERM_GROWTH = 1.2
"""The power of the precision that each further term of a series grows with."""

PLAIN_TERM = 1e-6
"""Seconds for a term that no precision makes shorter."""

LINEAR_TERM = 4e-6
"""Seconds for a term of a function of a straight line, as sin(2*x + 1)."""

COMPOSED_TERM = 20e-6
"""Seconds for a term of a function of any other series, times the logarithm of how many there
are."""

PRODUCT_TERM = 3e-6
"""The same for a product."""

SLOW = {"gamma", "lgamma"}
"""Functions whose series take far longer. What their first call at a precision computes once,
Bernoulli numbers, took less than half as long again as the call itself, and is not counted."""

SLOW_NUMBER, SLOW_TERM, SLOW_GROWTH = 330e-6, 1.5e-3, 2.2
"""Seconds for the constant term and for each further term of one of these, and the power of the
precision that they grow with."""

SLOW_PAIR = 0.3e-6
"""Seconds for each pair of terms of one of these, whatever the precision."""

_FREE = (0, 0)
_WHOLE_POWER = (0, 3)
_EXPONENTIALS = (4, 4)

OPERATIONS = {
    "mul": (0, 1),
    "div": (0, 3),
    "pow": (2, 1),
    "tan": (2, 3),
    "cot": (2, 3),
    "sec": (1, 3),
    "csc": (1, 3),
    "atan2": (1, 6),
    "hypot": (1, 3),
    "erf": (5, 0),
    "erfc": (5, 0),
    **dict.fromkeys(("add", "sub", "neg", "abs", "sign", "min", "max"), _FREE),
    **dict.fromkeys(("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"), _EXPONENTIALS),
    **dict.fromkeys(("sigmoid", "softplus"), _EXPONENTIALS),
    **dict.fromkeys(SLOW, _FREE),
}
"""How many elementary functions and products the rule of a function takes, where it is not one
elementary function. A quotient is as much as three products."""

_CONSTANT, _LINE, _CURVE = range(3)


class Effort:
    """The cost of computing all nodes of an expression.

    Args:
        nodes: the nodes, each after those inside of it.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = len(nodes)
        self._linear = self._composed = self._products = self._slow = 0
        self._known: dict[tuple[int, int], float] = {}
        shapes: dict[Node, int] = {}
        for node in nodes:
            inside = [shapes[child] for child in node.children]
            shapes[node] = _shape(node, inside)
            if isinstance(node, Call):
                self._count(node, max(inside, default=_CONSTANT))

    def _count(self, node: Call, inside: int) -> None:
        functions, products = OPERATIONS.get(node.name, (1, 0))
        if node.name == "pow" and isinstance(node.arguments[1], Number):
            whole = node.arguments[1].value.denominator == 1
            functions, products = _WHOLE_POWER if whole else (functions, products)
        if inside == _CURVE:
            self._composed += functions
        else:
            self._linear += functions
        self._products += products
        self._slow += node.name in SLOW

    def seconds(self, terms: int, precision: int) -> float:
        """Seconds for series of so many terms, at a precision in bits."""
        key = terms, precision
        if key not in self._known:
            self._known[key] = self._seconds(terms, precision / UNIT_BITS)
        return self._known[key]

    def _seconds(self, terms: int, size: float) -> float:
        further = terms - 1
        growth = math.pow(size, TERM_GROWTH)
        number = NUMBER * math.pow(size, NUMBER_GROWTH)
        levels = further * math.log2(terms + 1)
        linear = number + further * (PLAIN_TERM + LINEAR_TERM * growth)
        composed = number + levels * (PLAIN_TERM + COMPOSED_TERM * growth)
        product = levels * (PLAIN_TERM + PRODUCT_TERM * growth)
        slow = (SLOW_NUMBER + further * SLOW_TERM) * math.pow(size, SLOW_GROWTH)
        return (
            self._nodes * NODE
            + self._linear * linear
            + self._composed * composed
            + self._products * product
            + self._slow * (slow + SLOW_PAIR * terms**2)
        )


def _shape(node: Node, inside: Sequence[int]) -> int:
    """Whether a node is a constant, a straight line along any direction, or anything else."""
    if isinstance(node, Variable):
        return _LINE
    highest = max(inside, default=_CONSTANT)
    if not isinstance(node, Call) or highest == _CONSTANT or node.name in ("add", "sub", "neg"):
        return highest
    by_constant = node.name == "mul" and min(inside) == _CONSTANT
    divided = node.name == "div" and inside[1] == _CONSTANT
    return highest if by_constant or divided else _CURVE
