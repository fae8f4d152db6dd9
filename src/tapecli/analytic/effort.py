"""What computing a series in ball arithmetic costs: a model, fitted to measurements.

Measured were the operations of python-flint 0.9.0 at 53 to 40,960 bits, for series of 1 to
2,000 terms, on one core. The model is within a factor of 4 of them, and mostly above.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tapecli.tree import Call, Node

UNIT_BITS = 2560
"""The precision at which the costs below are given."""

NODE = 15e-6
"""Seconds for a node at any precision: Python's part of it."""

NUMBER, NUMBER_GROWTH = 45e-6, 1.6
"""Seconds for the constant term of an elementary function, and the power of the precision that
they grow with."""

TERM, TERM_GROWTH = 20e-6, 1.2
"""The same for each term of a series, times the logarithm of how many terms there are."""

PLAIN_TERM = 1e-6
"""Seconds for a term that no precision makes shorter."""

SLOW = {"gamma", "lgamma"}
"""Functions whose series take far longer. What their first call at a precision computes once,
Bernoulli numbers, took less than half as long again as the call itself, and is not counted."""

SLOW_NUMBER, SLOW_TERM, SLOW_GROWTH = 330e-6, 1.5e-3, 2.2
"""Seconds for the constant term and for each further term of one of these, and the power of the
precision that they grow with."""

SLOW_PAIR = 0.3e-6
"""Seconds for each pair of terms of one of these, whatever the precision."""

MANY = {"erf": 5, "erfc": 5, "pow": 2, "tan": 3, "cot": 3, "sec": 2, "csc": 2, "atan2": 3}
"""How many elementary operations a function takes where it is more than one."""

COMPOSED = 5
"""The same for hyperbolic functions and their inverses, which are made of exponentials."""

_HYPERBOLIC = {"sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sigmoid", "softplus"}
_FREE = {"add", "sub", "neg", "abs", "sign", "min", "max"}


class Effort:
    """The cost of computing all nodes of an expression.

    Args:
        nodes: the nodes.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        names = [node.name for node in nodes if isinstance(node, Call)]
        self._nodes = len(nodes)
        self._elementary = sum(map(_operations, names))
        self._slow = sum(name in SLOW for name in names)
        self._known: dict[tuple[int, int], float] = {}

    def seconds(self, terms: int, precision: int) -> float:
        """Seconds for series of so many terms, at a precision in bits."""
        key = terms, precision
        if key not in self._known:
            self._known[key] = (
                self._nodes * NODE
                + self._elementary * _elementary(terms, precision)
                + self._slow * _slow(terms, precision)
            )
        return self._known[key]


def _operations(name: str) -> int:
    if name in _FREE or name in SLOW:
        return 0
    return COMPOSED if name in _HYPERBOLIC else MANY.get(name, 1)


def _elementary(terms: int, precision: int) -> float:
    size = precision / UNIT_BITS
    term = PLAIN_TERM + TERM * math.pow(size, TERM_GROWTH)
    return NUMBER * math.pow(size, NUMBER_GROWTH) + (terms - 1) * math.log2(terms + 1) * term


def _slow(terms: int, precision: int) -> float:
    size = math.pow(precision / UNIT_BITS, SLOW_GROWTH)
    return (SLOW_NUMBER + (terms - 1) * SLOW_TERM) * size + SLOW_PAIR * terms**2
