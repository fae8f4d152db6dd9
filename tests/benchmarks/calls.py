"""Parts of a call, in this process: points, variables, and how TensorFlow runs the tapes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from tests.benchmarks.measure import (
    ROUNDS,
    Cost,
    Section,
    amount,
    compare,
    figure,
    in_turn,
    seconds,
    spread,
)

import tapecli
from tapecli import defaults
from tapecli.engines.certified.reference import Reference
from tapecli.engines.tapes import arrangements
from tapecli.expressions.derivative import gradient, hessian
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


def of_points() -> Section:
    """Ten times as many points, and what the certified values add."""
    few, many = (list(map(float, np.linspace(0.1, 3, count))) for count in (1_000, 10_000))
    (tree,) = trees(TYPED)
    reference = Reference(tree, FLOAT64, by_x(2))

    def certified(points: list[float]) -> Cost:
        return seconds(lambda: [reference.at({"x": point}) for point in points])

    whole = seconds(lambda: tapecli.diff(TYPED, x=many, order=2, formulas=False))
    figures = [
        compare("nested tapes, 10,000 points", "1,000 points",
                nested(TYPED, many, 2), nested(TYPED, few, 2)),
        compare("certified values, 10,000 points", "1,000 points",
                certified(many), certified(few)),
        compare("diff, 10,000 points", "its certified values alone", whole, certified(many)),
    ]  # fmt: skip
    return Section([f"Order 2 of {TYPED}."], figures)


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


def of_variables() -> Section:
    """Gradients and Hessians beside one derivative by one variable."""

    def tape(count: int, side: int, kind: str, method: str) -> Cost:
        """The tapes at side**2 points, of the function in so many variables."""
        names = [f"x{i}" for i in range(1, count + 1)]
        typed = "+".join(f"(1-{a})^2 + 100({b}-{a}^2)^2" for a, b in itertools.pairwise(names))
        asked = {"order 1": gradient(["x1"]), "gradient": gradient(names)}
        wanted = [one.variables for one in asked.get(kind, hessian(names))]
        columns = {name: np.linspace(-2, 2, side**2) for name in names}
        targets = trees(typed)
        return seconds(
            lambda: arrangements.tape_derivatives(targets, columns, wanted, method, FLOAT64)
        )

    rows = [
        (2, 1000, ("gradient", "single"), ("order 1", "single")),
        (2, 1000, ("Hessian", "nested"), ("order 1", "single")),
        *(
            (count, side, ("Hessian", "nested"), ("Hessian", "batch"))
            for count, side in [(2, 1), (2, 300), (10, 1), (10, 100)]
        ),
    ]
    figures = [
        compare(
            f"{kind}, {method}, {count} variables, {side**2:,} point{'s' * (side > 1)}",
            ", ".join(beside),
            tape(count, side, kind, method),
            tape(count, side, *beside),
        )
        for count, side, (kind, method), beside in rows
    ]
    return Section(["Rosenbrock's function."], figures)
