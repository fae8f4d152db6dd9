"""Tapes in this process: how TensorFlow runs them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tests.benchmarks.measure import (
    ROUNDS,
    Cost,
    Section,
    amount,
    figure,
    in_turn,
    seconds,
    spread,
)

from tapecli import defaults
from tapecli.engines.tapes import arrangements
from tapecli.expressions.expression import parse
from tapecli.expressions.tree import Node
from tapecli.floats import FORMATS

FLOAT64 = FORMATS["float64"]
TYPED = "sin(x)*exp(-x^2)"


def trees(*typed: str) -> list[Node]:
    """The trees of some targets."""
    return [expression.tree for expression in parse(typed)]


def by_x(order: int) -> list[tuple[str, ...]]:
    """Every derivative by x from 1 to an order."""
    return [("x",) * k for k in range(1, order + 1)]


def nested(
    typed: str, points: Sequence[float], order: int, execution: str = "eager", calls: int = 1
) -> Cost:
    """The seconds of nested tapes."""
    targets, columns = trees(typed), {"x": np.array(points)}
    return seconds(
        lambda: arrangements.tape_derivatives(
            targets, columns, by_x(order), "nested", FLOAT64, execution
        ),
        calls,
    )


def of_executions() -> Section:
    """Operation by operation, as a graph, and compiled."""
    typed, order = "log(x^2)", 2
    figures, rows = [], []
    for count in (1, 10_000, 1_000_000):
        points = np.linspace(0.5, 3, count)
        costs = in_turn(
            {name: nested(typed, list(points), order, name) for name in defaults.EXECUTIONS}
        )
        own = [
            figure(f"{name}, {count:,} points", "eager", "s", costs[name], costs["eager"])
            for name in defaults.EXECUTIONS
        ]
        cells = [amount(own[0].cost, "s"), *(spread(one) for one in own[1:])]
        rows.append([f"{count:,}", *cells, " : ".join(f"{one.ratio:.2g}" for one in own)])
        figures += own[1:]
    note = (
        f"Order {order} of {typed}, medians of {ROUNDS} rounds, beside eager in the same round. "
        "What a first call traces, and compiles for xla, is kept: these are further calls."
    )
    head = ("points", "eager", "graph", "xla", "eager : graph : xla")
    return Section([note], figures, head, rows)
