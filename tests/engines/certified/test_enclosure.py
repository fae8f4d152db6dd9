"""Intervals: what is certified to be continuous there, and bounds on how it bends."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from tapecli.engines.certified.enclosure import Enclosure
from tapecli.expressions.expression import parse
from tapecli.floats import FORMATS

ORDERS = ((), ("x",), ("x", "x"))
EXCESS = 3.0
"""How many times larger than what it bounds a bound over a short interval may be."""


def over(
    text: str, low: float, high: float, wanted: Sequence[Sequence[str]] = ORDERS, **at: float
) -> list[float | None]:
    (target,) = parse(text)
    return Enclosure(target.tree, FORMATS["float64"], "x", at, wanted).over(low, high)


@pytest.mark.parametrize(
    ("text", "low", "high", "continuous"),
    [
        ("1/x", -0.1, 0.1, 0),
        ("1/x", 1e-9, 0.1, 3),
        ("tan(x)", 1.5, 1.6, 0),
        ("tan(x)", 1.6, 1.7, 3),
        ("log(x^2)", -0.1, 0.2, 0),
        ("gamma(x)", -2.1, -1.9, 0),
        ("gamma(x)", -1.9, -1.8, 3),
        ("sign(x)", -0.1, 0.1, 0),
        ("sign(x)^2", -0.1, 0.1, 0),
        ("|x|", -0.1, 0.1, 1),
        ("x*|x|", -0.1, 0.1, 1),
        ("cbrt(x)", -0.1, 0.1, 1),
        ("max(x, 1-x)", 0.4, 0.6, 1),
        ("min(x, 1-x)", 0.4, 0.6, 1),
        ("atan2(x, 1)", -0.1, 0.1, 3),
        ("atan2(1, x)", -0.1, 0.1, 3),
        ("atan2(x, -1)", -0.1, 0.1, 0),
        ("x^9", -1, 1, 3),
        ("exp(x)", -1, 1, 3),
        ("|x-x|+x", -1, 1, 3),
        ("sqrt(1+x^2)", -0.1, 0.1, 3),
    ],
)
def test_only_what_is_continuous_is_certified(
    text: str, low: float, high: float, continuous: int
) -> None:
    """`continuous` is how many of the value and its derivatives are, from the value on."""
    assert [bend is not None for bend in over(text, low, high)] == [
        order < continuous for order in range(3)
    ]


@pytest.mark.parametrize("text", ["log(x)", "sqrt(x)", "acosh(x)", "x^0.5", "log1p(x-1)"])
def test_where_nothing_exists_is_told_from_where_it_may_not(text: str) -> None:
    assert all(bend is not None and math.isnan(bend) for bend in over(text, -2, -1))
    assert over(text, -1, 1) == [None] * 3


@pytest.mark.parametrize("x", [-2.0, 0.3, 1.7])
def test_the_bend_bounds_the_second_derivative_closely(x: float) -> None:
    value, slope, second = over("sin(3x)", x, x + 1e-3)
    for bound, size in ((value, 9 * abs(math.sin(3 * x))), (slope, 27 * abs(math.cos(3 * x))),
                        (second, 81 * abs(math.sin(3 * x)))):  # fmt: skip
        assert bound is not None
        assert size * (1 - 1e-2) <= bound <= EXCESS * size


def test_kinks_have_values_and_no_bound_on_how_they_bend() -> None:
    assert over("|x|", -1, 1, ((),)) == [math.inf]


def test_derivatives_by_other_variables_go_along_the_axis() -> None:
    wanted = ((), ("y",), ("x", "y"), ("y", "y"))
    assert None not in over("x^2*y^3/x", 1, 2, wanted, y=2.0)
    assert over("y/x", -1, 1, wanted, y=2.0) == [None] * 4
