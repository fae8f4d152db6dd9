"""Random expressions: the tapes against the certified series, and no crash whatever."""

from __future__ import annotations

import math

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import tapecli
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTIONS
from tapecli.expressions.tree import Named, Node, Variable, call, number, text
from tapecli.result import Status

X = Variable("x")
LEAVES = st.one_of(
    st.just(X),
    st.just(X),
    st.integers(0, 9).map(number),
    st.sampled_from(["pi", "e"]).map(Named),
)


def extended(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    unary = st.sampled_from([name for name, row in FUNCTIONS.items() if row.arity == 1] + ["neg"])
    binary = st.sampled_from(["add", "sub", "mul", "div", "pow", "atan2", "hypot", "min", "max"])
    return st.one_of(
        st.builds(call, unary, children),
        st.builds(call, binary, children, children),
    )


TREES = st.recursive(LEAVES, extended, max_leaves=6)
POINTS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, 1e-8, 1e8]),
    st.floats(-10, 10, allow_subnormal=False),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=TREES, point=POINTS, order=st.integers(0, 3))
@example(tree=parse("hypot(x, sin(x))")[0].tree, point=0.5, order=3)
@example(tree=parse("atan(x)")[0].tree, point=1e60, order=3)
def test_no_correct_rule_is_called_wrong(tree: Node, point: float, order: int) -> None:
    try:
        result = tapecli.diff(text(tree), x=[point], order=order, formulas=False)
    except tapecli.UsageError:  # a constant or exponent out of bounds
        return
    for row in result.rows:
        assert row.status is not Status.OFF, row
        if row.status is Status.OK and row.analytic:
            assert row.tape is not None
            assert math.isinf(row.analytic) or math.isfinite(row.tape), row
