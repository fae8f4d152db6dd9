"""What a series is expected to cost, what is charged to a budget, and what no longer fits."""

from __future__ import annotations

import itertools
import pickle
import time
from fractions import Fraction

import pytest

from tapecli.engines.certified.balls import Balls, Side
from tapecli.engines.certified.budget import (
    LEAST_CHUNK_SHARE,
    OPERATIONS,
    PLOT_SHARE,
    POINT_SHARE,
    REQUEST_SHARE,
    Budget,
    OverBudget,
)
from tapecli.engines.certified.interpreter import Interpreter, Trajectory
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTION_NAMES


def test_without_numbers_everything_fits() -> None:
    budget = Budget()
    budget.begin_point()
    budget.charge(1e9)
    assert not budget.is_spent


def test_a_step_that_does_not_fit_costs_nothing() -> None:
    budget = Budget(1.0, 1.0)
    budget.begin_point()
    budget.charge(0.75)
    with pytest.raises(OverBudget):
        budget.charge(0.5)
    assert (budget.seconds, budget.steps) == (0.25, [0.75])
    budget.charge(0.25)
    assert budget.is_spent


def test_each_point_has_its_own_limit() -> None:
    budget = Budget(10.0, 1.0)
    for _ in range(3):
        budget.begin_point()
        budget.charge(1.0)
        with pytest.raises(OverBudget):
            budget.charge(0.1)
    assert budget.seconds == 7.0


def test_what_is_spent_in_any_case_may_overdraw_it() -> None:
    budget = Budget(1.0, 1.0)
    budget.spend(3.0)
    assert budget.is_spent
    budget.begin_point()
    with pytest.raises(OverBudget):
        budget.charge(1e-9)


def test_it_is_scaled_by_the_seconds_that_are_allowed() -> None:
    for seconds in (0.0, 1.0, 10.0, 100.0):
        request, plot = Budget.of_request(seconds), Budget.of_plot(seconds)
        assert request.seconds == REQUEST_SHARE * seconds
        assert plot.seconds == PLOT_SHARE * seconds
        assert request.point_seconds == plot.point_seconds == POINT_SHARE * seconds


@pytest.mark.parametrize(
    ("share", "part"),
    [(None, 1.0), (0.5, 0.5), (1e-9, LEAST_CHUNK_SHARE), (2.0, 1.0)],
)
def test_a_chunk_has_its_share_and_never_next_to_nothing(share: float | None, part: float) -> None:
    assert Budget.of_request(10, share).seconds == pytest.approx(REQUEST_SHARE * 10 * part)


def test_it_goes_on_in_another_process_where_it_stood() -> None:
    budget = Budget(1.0, 0.5)
    budget.spend(0.25)
    assert pickle.loads(pickle.dumps(budget)) == budget


# --- the cost model ---------------------------------------------------------------------------

FAR_OFF = 12.0
"""How many times longer than expected a series may take. The model was within a factor of 3 of
the expressions below; the rest is for a busy machine."""

LEAST = 0.002
"""Seconds below which the clock tells nothing."""


def interpreter(text: str) -> Interpreter:
    (target,) = parse([text], {"x"})
    return Interpreter(target.tree, None)


@pytest.mark.parametrize(
    "text", ["sin(x)", "exp(sin(x))", "x*sin(x)", "gamma(x)", "tanh(x)", "x^3"]
)
def test_it_grows_with_precision_and_terms(text: str) -> None:
    costs = [
        [interpreter(text).seconds(terms, precision) for terms in (1, 3, 30, 2000)]
        for precision in (53, 512, 2560, 40_960)
    ]
    for row in costs:
        assert all(a < b for a, b in itertools.pairwise(row))
    for terms, column in enumerate(zip(*costs, strict=True)):
        if text == "x^3" and terms == 0:  # numbers are multiplied at no cost, however long
            assert len(set(column)) == 1
        else:
            assert all(a < b for a, b in itertools.pairwise(column))


def test_gamma_is_dear_and_a_straight_line_inside_is_cheap() -> None:
    def cost(text: str) -> float:
        return interpreter(text).seconds(100, 2560)

    assert cost("gamma(x)") > 10 * cost("exp(sin(x))")
    assert cost("exp(sin(x))") > 3 * cost("exp(2*x+1)")
    assert cost("exp(2*x+1)") > 10 * cost("x+1")


def test_every_name_of_the_table_is_a_function() -> None:
    operators = {"add", "sub", "neg", "mul", "div", "pow"}
    assert set(OPERATIONS) <= operators | set(FUNCTION_NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "gamma(x+1)-x*gamma(x)",
        "lgamma(exp(x)+1)-x",
        "sin(x)^2+cos(x)^2-1",
        "tanh(x)-sinh(x)/cosh(x)",
        "erf(x)+erfc(x)-1",
        "x^x-exp(x*log(x))",
        "atan(sin(x))*exp(cos(x))",
    ],
)
@pytest.mark.parametrize(("terms", "precision"), [(30, 2560), (3, 10_240), (200, 512)])
def test_no_series_takes_much_longer_than_expected(text: str, terms: int, precision: int) -> None:
    model = interpreter(text)
    line = Trajectory({"x": Fraction(5, 4)}, {"x": Fraction(1)})
    start = time.process_time()
    model.run(line, Balls(Side.BOTH, terms), precision)
    assert time.process_time() - start < FAR_OFF * model.seconds(terms, precision) + LEAST
