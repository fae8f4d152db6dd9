"""How often a target can be differentiated before its tapes find no connection.

The gradient of 3*x is 3, in which x is no more: the next tape has no way from it to x, and
returns None. A polynomial can be differentiated by each variable as often as its degree; in
a curved function, such as exp, what was inside stays inside.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from tapecli.expressions.tree import Call, Node, Variable, steps

Degrees: TypeAlias = tuple[float, ...]
"""How often by each variable; infinite for as often as one likes."""

_MOST = 200
"""Monomials that are worth following; of what has more, any connection is in doubt."""

_PIECES = ("add", "sub", "min", "max")
_ALONE = ("neg", "abs")


def unconnected(tree: Node, sequences: Iterable[Sequence[str]]) -> bool:
    """Whether a tape may find no connection on the way to one of these derivatives."""
    sequences = [sequence for sequence in sequences if sequence]
    names = sorted({name for sequence in sequences for name in sequence})
    found = _degrees(tree, names)
    if found is None:
        return True
    asked = [tuple(list(sequence).count(name) for name in names) for sequence in sequences]
    return not all(any(_covers(degrees, wanted) for degrees in found) for wanted in asked)


def _degrees(tree: Node, names: Sequence[str]) -> frozenset[Degrees] | None:
    """The monomials of a tree; None where they are too many."""
    none = tuple(0.0 for _ in names)
    known: dict[Node, frozenset[Degrees]] = {}
    for node in steps(tree):
        inside = [known[child] for child in node.children]
        if isinstance(node, Variable):
            found = frozenset([tuple(float(name == node.name) for name in names)])
        elif isinstance(node, Call):
            found = _of_call(node, inside, none)
        else:
            found = inside[0] if inside else frozenset([none])
        known[node] = _largest(found)
        if len(known[node]) > _MOST:
            return None
    return known[tree]


def _of_call(node: Call, inside: Sequence[frozenset[Degrees]], none: Degrees) -> frozenset[Degrees]:
    every = frozenset().union(*inside)
    if node.name in _PIECES or node.name in _ALONE:
        return every
    if node.name == "mul":
        left, right = inside
        return frozenset(tuple(map(sum, zip(a, b, strict=True))) for a in left for b in right)
    if node.name == "div":
        below = _curved(inside[1])
        return frozenset(tuple(map(sum, zip(above, below, strict=True))) for above in inside[0])
    if node.name == "sign":  # its gradient is a new zero, whatever comes in
        return frozenset([none])
    return frozenset([_curved(every)])


def _curved(inside: Iterable[Degrees]) -> Degrees:
    """The degrees of a function with a curve, of what has these."""
    highest = [max(degrees) for degrees in zip(*inside, strict=True)]
    return tuple(math.inf if degree else 0.0 for degree in highest)


def _largest(found: frozenset[Degrees]) -> frozenset[Degrees]:
    """Those that no other covers."""
    if len(found) > _MOST:
        return found
    return frozenset(
        one for one in found if not any(other != one and _covers(other, one) for other in found)
    )


def _covers(degrees: Degrees, wanted: Sequence[float]) -> bool:
    return all(have >= want for have, want in zip(degrees, wanted, strict=True))
