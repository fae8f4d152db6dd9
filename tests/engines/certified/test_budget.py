"""What is charged to a budget, and what no longer fits."""

from __future__ import annotations

import pickle

import pytest

from tapecli.engines.certified.budget import (
    LEAST_CHUNK_SHARE,
    PLOT_SHARE,
    POINT_SHARE,
    REQUEST_SHARE,
    Budget,
    OverBudget,
)


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
