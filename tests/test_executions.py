"""The ways TensorFlow runs tapes: the same verdicts in each, and which one is the usual."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

import tapecli
from tapecli.defaults import EAGER, EXECUTIONS, GRAPH, NONE, TAYLOR, XLA
from tapecli.errors import RequestError
from tapecli.evaluation.planner import Choice
from tapecli.evaluation.question import Options, Question
from tapecli.expressions.functions import FUNCTIONS
from tapecli.floats import FORMATS
from tapecli.result import Status

POINTS = (-2.5, -1, -0.75, -1e-3, 0, 1e-3, 0.5, 0.9, 1, 1.5, 2, 3, 20)

COMPLETE = {
    name: row
    for name, row in FUNCTIONS.items()
    if row.tape and not row.limits and all(row.derivatives)
}
"""What TensorFlow computes and differentiates in every dtype; definitions are made of these."""

UNARY = [f"{name}(x)" for name, row in COMPLETE.items() if row.arity == 1]

FAMILIES = {
    **{
        f"functions of x from {UNARY[start]} on": UNARY[start : start + 35]
        for start in range(0, len(UNARY), 35)
    },
    "functions of two": [
        typed
        for name, row in COMPLETE.items()
        if row.arity == 2
        for typed in (f"{name}(x, 2)", f"{name}(x, sin(x))")
    ],
    "powers and quotients": [
        *("x^3", "x^-2", "x^0.5", "2^x", "x^x", "abs(x)^3", "1/(1+x^2)", "sin(x)/x"),
        *("(x^3-3x)/(x+2)", "(1+x)^-0.5", "x*abs(x)", "sqrt(x^2+1)-x", "7 + 0x", "x"),
    ],
    "chains": [
        *("exp(sin(x))/(1+x^2)", "log(x)*log(1-x)", "exp(-x^2)*sin(x)", "tanh(x)-x"),
        *("log(1+exp(x))", "sin(1/x)", "max(x, 0)^2", "erf(sin(x))*cosh(x)", "log(x^2)"),
    ],
}


@functools.cache
def verdicts(family: str, order: int, dtype: str, execution: str) -> dict[tuple[Any, ...], str]:
    """What is said of each value: right (to the last digits, or but for rounding) or its status."""
    result = tapecli.diff(
        FAMILIES[family],
        x=POINTS,
        order=order,
        dtype=dtype,
        execution=execution,
        max_seconds=1e3,
        formulas=False,
    )
    assert result.execution == execution
    right = (Status.OK, Status.ROUNDED)
    return {
        (row.expression, row.order, row.at["x"]): "right" if row.status in right else row.status
        for row in result.rows
    }


UNARY_FAMILIES = [family for family in FAMILIES if family.startswith("functions of x")]
"""Of all but the first of these there are only second derivatives in float64."""

COMBINED = ("powers and quotients", "chains")
"""The families whose expressions no other test has at order 1 in each dtype and execution. Each
function alone is in `tests/engines/tapes/test_arrangements.py`, at order 2."""


def combinations() -> Iterator[Any]:
    """The dtype, order and family of each test; the rows of order 2 contain those of order 1."""
    first, *further = UNARY_FAMILIES
    yield from (("float64", 2, family) for family in further)
    for family in (first, *(name for name in FAMILIES if name not in UNARY_FAMILIES)):
        yield "float64", 2, family
        yield "float16", 1, family
        for dtype in FORMATS:
            yield pytest.param(dtype, 3, family, marks=pytest.mark.slow)
            if dtype not in ("float64", "float16") and family in COMBINED:
                yield pytest.param(dtype, 1, family, marks=pytest.mark.slow)


@pytest.mark.parametrize("execution", [GRAPH, XLA])
@pytest.mark.parametrize(("dtype", "order", "family"), [*combinations()])
def test_what_is_right_in_eager_is_right_in_each_execution(
    dtype: str, order: int, family: str, execution: str
) -> None:
    eager = verdicts(family, order, dtype, EAGER)
    assert verdicts(family, order, dtype, execution) == eager
    assert Counter(eager.values())["right"] > len(eager) / 2


# --- the usual one ----------------------------------------------------------------------------

SUMS = "+".join(f"sin({n}*x)" for n in range(1, 60))


def asked(expression: str, order: int, **how: Any) -> Question:
    return Question.parse("diff", expression, order=order, options=Options(**how))


@pytest.mark.parametrize("usual", EXECUTIONS)
@pytest.mark.parametrize("method", ["auto", "nested", "batch"])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_tapes_are_run_as_is_usual_and_the_method_is_the_same(
    usual: str, method: str, order: int
) -> None:
    found = asked("log(x^2)", order, method=method, usual_execution=usual).choose(3)
    alone = asked("log(x^2)", order, method=method, execution=EAGER).choose(3)
    assert found == Choice(alone.method, execution=usual)


@pytest.mark.parametrize("usual", EXECUTIONS)
@pytest.mark.parametrize(("method", "order"), [("auto", 40), (TAYLOR, 2), (NONE, 2)])
def test_what_uses_no_tapes_is_not_changed_by_the_usual_execution(
    usual: str, method: str, order: int
) -> None:
    found = asked("log(x^2)", order, method=method, usual_execution=usual).choose(3)
    assert found == asked("log(x^2)", order, method=method).choose(3)
    assert found.execution == ""


def test_what_is_asked_for_outranks_what_is_usual() -> None:
    assert asked("x^3", 1, execution=GRAPH, usual_execution=XLA).choose(3).execution == GRAPH


@pytest.mark.parametrize("usual", [EAGER, GRAPH])
def test_points_that_the_usual_execution_cannot_hold_are_compiled(usual: str) -> None:
    assert asked(SUMS, 1, usual_execution=usual, max_seconds=1e4).choose(10**7) == Choice(
        "single", execution=XLA
    )


def test_an_unknown_usual_execution_is_refused() -> None:
    with pytest.raises(RequestError, match="unknown execution 'lazy'"):
        asked("x", 1, usual_execution="lazy")
