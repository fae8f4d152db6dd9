"""What the tests of formulas share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tapecli.engines.certified.formula import Forms, formulas
from tapecli.expressions.expression import parse
from tapecli.expressions.tree import Node
from tapecli.result import Formula


def orders(highest: int, lowest: int = 0) -> list[tuple[str, ...]]:
    """The derivatives by x of these orders."""
    return [("x",) * order for order in range(lowest, highest + 1)]


def symbolic(tree: Node, derivatives: Sequence[Sequence[str]]) -> list[Any]:
    """The derivatives as SymPy expressions, whatever time they take."""
    forms = Forms(tree)
    return [forms.form(tuple(sorted(names))) for names in derivatives]


def formulas_of(
    typed: str | Node,
    derivatives: Sequence[Sequence[str]],
    divisors: Sequence[int] = (),
    seconds: float = math.inf,
) -> list[Formula | None]:
    """The formulas of one function."""
    tree = parse(typed)[0].tree if isinstance(typed, str) else typed
    return formulas([tree], derivatives, divisors or [1] * len(derivatives), seconds).by_target[0]
