"""Whole numbers in balls, also in those that the library cannot look at."""

from __future__ import annotations

import pytest
from flint import arb

import tapecli
from tapecli.engines.certified.whole_numbers import unique_whole


@pytest.mark.parametrize(
    ("ball", "whole"),
    [
        (arb(3), 3),
        (arb(-2, 0.25), -2),
        (arb(2.5, 0.25), None),
        (arb(2, 1), None),
        (arb(0), 0),
        (arb(0.25), None),
        ((-(arb(10) ** 300)).exp(), 0),
        ((arb(10) ** 300).exp(), None),
        (arb.nan(), None),
    ],
)
def test_the_only_whole_number_in_a_ball(ball: arb, whole: int | None) -> None:
    assert unique_whole(ball) == whole


@pytest.mark.parametrize("typed", ["floor(gammaincc(5/2, x))", "round(exp(-x))", "mod(exp(-x), 2)"])
@pytest.mark.parametrize("x", [1e300, -1e300, 700.0])
def test_numbers_beyond_any_exponent_do_not_end_the_process(typed: str, x: float) -> None:
    (row,) = tapecli.diff(typed, x=x, method="none", formulas=False).rows
    assert row.at["x"] == x
