"""The operations of nested tapes: as TensorFlow runs them, and as they are counted without it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest

from tapecli.defaults import EAGER, GRAPH, XLA
from tapecli.engines.tapes import arrangements, loading
from tapecli.evaluation import counting
from tapecli.evaluation.counting import (
    DEEPEST,
    GROWTH,
    MOST,
    counted,
)
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTIONS, OPERATORS, is_taped, limits, parts
from tapecli.expressions.tree import Node, variables
from tapecli.floats import FORMATS

FLOAT64 = FORMATS["float64"]

BY_DEFINITION = 6
"""How far it may be off where what is counted is a definition, or a gradient without a rule."""

FACTOR = 1.2
"""How far the count may be off where gradients need more than the rules say: pow and gamma."""

EXACT = (
    *("x^5", "(x^2-1)^10", "x*sin(x)", "1/(1+x^2)", "log(x^2)", "sqrt(1+x^2)", "tan(x^2)"),
    *("exp(sin(x)*cos(x))/(1+x^2)", "sin(sin(sin(x)))", "x*log(x)", "atan2(x, y)", "x*y/(x+y)"),
)


def trees(*typed: str) -> tuple[Node, ...]:
    return tuple(expression.tree for expression in parse(typed))


def by_x(order: int) -> tuple[tuple[str, ...], ...]:
    return tuple(("x",) * k for k in range(1, order + 1))


def run(targets: Sequence[Node], wanted: Sequence[tuple[str, ...]]) -> int:
    """How many operations TensorFlow runs eagerly."""
    loading.load()
    from tensorflow.python.framework import op_callbacks

    kinds: list[object] = []

    def note(kind: object, *rest: object, **more: object) -> None:
        kinds.append(kind)

    columns = {name: np.array([0.3, 0.4]) for name in variables(*targets)}
    op_callbacks.add_op_callback(note)
    try:
        arrangements.tape_derivatives(targets, columns, wanted, "nested", FLOAT64, EAGER)
    finally:
        op_callbacks.remove_op_callback(note)
    return len(kinds)


@pytest.mark.parametrize("typed", EXACT)
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_each_operation_is_counted(typed: str, order: int) -> None:
    assert counted(trees(typed), by_x(order), EAGER).operations == run(trees(typed), by_x(order))


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (("u = x^2", "y = log(u)"), by_x(3)),
        (("exp(x*y)",), (("x", "y"), ("y", "x"), ("y", "y"))),
        (("x*y*sin(y)",), (("x",), ("y",))),
    ],
)
def test_several_targets_and_variables(
    typed: tuple[str, ...], wanted: tuple[tuple[str, ...], ...]
) -> None:
    assert counted(trees(*typed), wanted, EAGER).operations == run(trees(*typed), wanted)


@pytest.mark.parametrize(
    "name", [name for name in FUNCTIONS if is_taped(name) and not FUNCTIONS[name].untaped]
)
def test_every_function_of_the_table_is_counted(name: str) -> None:
    row = FUNCTIONS[name]
    arguments = ("x/9", "1 + x^2", "2 + x/7")[: row.arity]
    conditions = [f"{argument} > 0" for argument in arguments[: row.conditions]]
    tree = trees(f"{row.name}({', '.join((*conditions, *arguments[row.conditions :]))})")
    said = [limit for limit in limits(name) if limit.dtype == "float64" and not limit.where]
    wanted = by_x(min([limit.order for limit in said if EAGER in limit.executions] + [5]) - 1)
    count, truth = counted(tree, wanted, EAGER).operations, run(tree, wanted)
    is_flat = row.name in ("floor", "ceil", "round")  # which have no gradient, and few operations
    is_known = not is_flat and parts(row.name) <= counting._RULES.keys() | counting._FORWARD.keys()
    off = 1.5 if "gamma" in parts(row.name) else FACTOR if is_known else BY_DEFINITION
    assert truth / off <= count <= truth * off


def test_every_operator_has_its_rules() -> None:
    tree = trees("-(x + 2)*(x - 3)/(x*x)")
    assert {"add", "sub", "mul", "div", "neg"} == set(OPERATORS)
    assert counted(tree, by_x(3), EAGER).operations == run(tree, by_x(3))


def test_a_graph_of_open_shapes_has_more_and_one_of_fixed_shapes_less() -> None:
    for typed in EXACT:
        count = {
            execution: counted(trees(typed), by_x(3), execution).operations
            for execution in (XLA, EAGER, GRAPH)
        }
        assert count[XLA] <= count[EAGER] <= count[GRAPH]


def test_what_is_beyond_counting_grows_on() -> None:
    levels = counted(trees("(x^2-1)^10"), by_x(12), EAGER).levels
    assert sum(levels[:6]) < MOST < sum(levels)
    ratios = [b / a for a, b in itertools.pairwise(levels[4:])]
    assert all(2.4 < ratio < 3.2 for ratio in ratios)
    assert counted(trees("log(x)/x"), by_x(1000), EAGER).operations == math.inf


def test_the_first_order_alone_may_be_beyond_counting() -> None:
    many = trees(*("+".join(f"sin({n}x)*cos({n}x)^{k}" for n in range(90)) for k in range(2, 12)))
    levels = counted(many, by_x(2), EAGER).levels
    assert levels[1] > MOST
    assert levels[2] == GROWTH * levels[1]


def test_steady_functions_are_counted_to_high_orders() -> None:
    levels = counted(trees("sin(x)"), by_x(DEEPEST), EAGER).levels
    assert len(levels) == DEEPEST + 1
    assert max(levels) <= 10
