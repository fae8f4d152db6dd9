"""Branches and jumps: certified values and Taylor series at boundaries and elsewhere."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from tests.oracle import derivative

from tapecli.engines.certified import Certified, NoDerivative
from tapecli.engines.certified.reference import Reference
from tapecli.engines.taylor.engine import taylor_derivatives
from tapecli.expressions.expression import parse
from tapecli.floats import FORMATS

ORDERS = 4
CLOSE = 1e-12

BRANCHES: dict[str, Callable[[Any], Any]] = {
    "where(x > 0, x, 0.1x)": lambda x: x if x > 0 else x * mp.mpf(0.1),
    "piecewise((x^2, x < 1), (2x - 1, x < 2), 3)": lambda x: (
        x**2 if x < 1 else 2 * x - 1 if x < 2 else mp.mpf(3)
    ),
    "where(x > 0, log(x), 0)": lambda x: mp.log(x) if x > 0 else mp.mpf(0),
    "where(x == 0, 1, sin(x)/x)": lambda x: mp.sin(x) / x if x else mp.mpf(1),
    "where(0.5 < x < 1 or not x > -2, x^3, exp(x))": lambda x: (
        x**3 if 0.5 < x < 1 or x <= -2 else mp.exp(x)
    ),
    "max(x, 0) + floor(x)": lambda x: max(x, 0) + mp.floor(x),
    "x*mod(x, 0.75)": lambda x: x * (x - mp.floor(x / mp.mpf(0.75)) * mp.mpf(0.75)),
}


@functools.cache
def certified(typed: str) -> Reference:
    (target,) = parse(typed)
    return Reference(target.tree, FORMATS["float64"], [("x",) * n for n in range(ORDERS + 1)])


@pytest.mark.parametrize("typed", BRANCHES)
def test_random_points_agree_with_mpmath(typed: str) -> None:
    generator = random.Random(typed)
    points = [generator.uniform(-3, 3) for _ in range(200 if typed.startswith("where") else 50)]
    (target,) = parse(typed)
    wrt = [("x",) * order for order in range(ORDERS + 1)]
    series = taylor_derivatives([target.tree], {"x": np.array(points)}, wrt, FORMATS["float64"])[0]
    for index, point in enumerate(points[:50]):
        for order, exact in enumerate(certified(typed).at({"x": point})):
            assert isinstance(exact, Certified)
            expected = derivative(BRANCHES[typed], point, order)
            size = max(abs(expected), Fraction(1))
            assert abs(exact.value - expected) <= CLOSE * size
            assert abs(series[order, index] - float(expected)) <= 1e-10 * float(size)


@pytest.mark.parametrize(
    ("typed", "point", "expected"),
    [
        ("where(x > 0, x, 0.1x)", 0.0, [0, None, None]),
        ("where(x >= 0, x^2, -x^2)", 0.0, [0, 0, None]),
        ("where(x >= 0, x^3, x^5)", 0.0, [0, 0, 0]),
        ("where(x == 0, 1, sin(x)/x)", 0.0, [1, 0, -1 / 3]),
        ("where(x == 0, 1/2, (1 - cos(x))/x^2)", 0.0, [1 / 2, 0, -1 / 12]),
        ("where(x == 0, 0, (1 - cos(x))/x^2)", 0.0, [0, None, None]),
        ("where(x > 0, log(x), 0)", -1.0, [0, 0, 0]),
        ("where(x == x, x^2, log(-1))", 0.0, [0, 0, 2]),
        ("where(x > 0, abs(x - 1), x)", -1.0, [-1, 1, 0]),
        ("where(x > -1, x, x^pi)", 0.0, [0, 1, 0]),
        ("where(x > 0 and x < -1, x, x^2)", 0.0, [0, 0, 2]),
        ("where(x*x > 2, x, 2)", 1.4142135623730951, [1.4142135623730951, 1, 0]),
        ("where(x*x > 2, x, 2)", 1.4142135623730949, [2, 0, 0]),
        ("x*trunc(x)", 0.5, [0, 0, 0]),
        ("trunc(x)", 0.0, [0, 0, 0]),
        ("(x - 1)^2*floor(x)", 1.0, [0, 0, None]),
        ("floor(-x^2)", 0.0, [0, None, None]),
        ("round(x)", 2.5, [2, None, None]),
        ("round(x)", 0.49999999999999994, [0, 0, 0]),
        ("step(x)", 0.0, [0.5, None, None]),
        ("mod(x, -3)", 1.0, [-2, 1, 0]),
        ("fmod(x, 3)", -4.0, [-1, 1, 0]),
        ("mod(x, 3)", 0.0, [0, None, None]),
    ],
)
def test_boundaries(typed: str, point: float, expected: list[float | None]) -> None:
    (target,) = parse(typed)
    wrt = [("x",) * order for order in range(len(expected))]
    exact = Reference(target.tree, FORMATS["float64"], wrt).at({"x": point})
    values = [None if isinstance(one, NoDerivative) else float(one.value) for one in exact]
    assert values == expected
    columns = {"x": np.array([point])}
    (series,) = taylor_derivatives([target.tree], columns, wrt, FORMATS["float64"])
    numbers = [None if np.isnan(number) else number for number in series[:, 0].tolist()]
    assert numbers == [one if one is None else pytest.approx(one, rel=1e-14) for one in expected]


@pytest.mark.parametrize(
    ("typed", "point", "order", "words"),
    [
        ("where(x > 0, x, -x)", 0.0, 1, "the branches meet at x = 0 with slopes -1 and 1"),
        ("where(x > 1, x^2, 2x - 1)", 1.0, 2,
         "the branches meet at x = 1 with derivatives 0 and 2 of order 2"),
        ("where(x >= 0, 1, 2)", 0.0, 1, "the value jumps from 2 to 1 at x = 0"),
        ("where(x == 0, 1, 2)", 0.0, 1, "the value at x = 0 is 1, and 2 on both sides"),
        ("floor(x)", 3.0, 1, "the value jumps from 2 to 3 at x = 3"),
        ("floor(x)", 1e20, 1, "the value jumps at x = 1e+20"),
        ("where(x > 0, sqrt(x), sqrt(-x))", 0.0, 1, "an infinite slope"),
        ("where(x == 0, 0, x^2*sin(1/x))", 0.0, 1, "not certified"),
        ("where(log(x) > 0, 1, 2)", -1.0, 0, "outside the domain of log"),
    ],
)  # fmt: skip
def test_where_there_is_no_derivative_the_message_says_why(
    typed: str, point: float, order: int, words: str
) -> None:
    (target,) = parse(typed)
    (exact,) = Reference(target.tree, FORMATS["float64"], [("x",) * order]).at({"x": point})
    assert isinstance(exact, NoDerivative)
    assert words in exact.reason


def test_many_points_are_certified_together_where_a_branch_is_undefined() -> None:
    (target,) = parse("where(x > 0, log(x), 0)")
    reference = Reference(target.tree, FORMATS["float64"], [("x",)])
    regular = reference.regular({"x": np.array([-2.0, -1.0, 0.0, 4.0])})
    assert regular is not None
    assert regular.indices.tolist() == [0, 1, 3]
    assert regular.analytic.tolist() == [[0.0, 0.0, 0.25]]
    assert regular.undefined.tolist() == []
