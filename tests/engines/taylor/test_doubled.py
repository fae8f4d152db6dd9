"""Numbers of twice the precision: arithmetic against exact fractions, and what they are for."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tapecli.engines.certified import Certified
from tapecli.engines.certified.reference import Reference
from tapecli.engines.taylor import engine
from tapecli.engines.taylor.doubled import Double, Doubled
from tapecli.expressions.expression import parse
from tapecli.floats import FORMATS

FLOAT64 = FORMATS["float64"]

RIGHT = Fraction(1, 2**98)
"""Some roundings of 2**-106; float64 alone has 2**-53."""

ULPS = 8
"""What is left of 32 digits: sinh(x)/cosh(x) at 20 loses 17 of them, which leaves 15."""

DOUBLED = Doubled()


def value(number: Double) -> Fraction:
    (high, low) = (np.ravel(part) for part in number)
    return Fraction(float(high[0])) + Fraction(float(low[0]))


def drawn(draw: random.Random) -> Double:
    high = draw.uniform(-1, 1) * 10.0 ** draw.randint(-5, 5)
    return Double(np.array([high]), np.array([high * draw.uniform(-1, 1) * 2.0**-54]))


@pytest.mark.parametrize(
    ("rule", "exact"),
    [
        (DOUBLED.add, operator.add),
        (DOUBLED.sub, operator.sub),
        (DOUBLED.mul, operator.mul),
        (DOUBLED.div, operator.truediv),
    ],
)
def test_arithmetic_has_twice_the_digits(
    rule: Callable[..., Double], exact: Callable[..., Fraction]
) -> None:
    draw = random.Random(0)
    for _ in range(200):
        u, v = drawn(draw), drawn(draw)
        size = max(abs(value(u)), abs(value(v))) if exact in (operator.add, operator.sub) else None
        wanted = exact(value(u), value(v))
        assert abs(value(rule(u, v)) - wanted) <= (size or abs(wanted)) * RIGHT


def test_sums_of_products_and_quotients_by_whole_numbers() -> None:
    draw = random.Random(1)
    us, vs = ([drawn(draw) for _ in range(37)] for _ in range(2))
    terms = [value(u) * value(v) for u, v in zip(us, vs, strict=True)]
    assert abs(value(DOUBLED.dot(us, vs)) - sum(terms)) <= sum(map(abs, terms)) * RIGHT
    for divisor in (3, 7, 99):
        wanted = value(us[0]) / divisor
        assert abs(value(DOUBLED.over(us[0], divisor)) - wanted) <= abs(wanted) * RIGHT
    assert value(DOUBLED.dot([], [])) == 0


def test_numbers_keep_what_is_given() -> None:
    third = Fraction(1, 3)
    assert abs(value(DOUBLED.number(third)) - third) <= third * RIGHT
    assert value(DOUBLED.number(0.1)) == Fraction(0.1)
    assert DOUBLED.number(DOUBLED.number(third)) == DOUBLED.number(third)


def test_overflow_is_an_infinity_and_what_has_no_value_is_not_a_number() -> None:
    large, zero = DOUBLED.number(np.array([1e200])), DOUBLED.number(np.array([0.0]))
    with np.errstate(all="ignore"):
        product = DOUBLED.mul(large, large)
        assert (product.high, product.low) == (np.inf, 0)
        assert DOUBLED.add(product, large).high == np.inf
        assert np.isnan(DOUBLED.div(large, zero).high)
        assert np.isnan(DOUBLED.log(DOUBLED.neg(large)).high)


def derivatives(typed: str, order: int, x: float) -> tuple[list[float], list[float]]:
    """What Taylor series give at each order, and the certified values."""
    (expression,) = parse(typed)
    wanted = [("x",) * k for k in range(1, order + 1)]
    found = engine.taylor_derivatives([expression.tree], {"x": np.array([x])}, wanted, FLOAT64)[
        0, :, 0
    ]
    certified = Reference(expression.tree, FLOAT64, wanted).at({"x": x})
    assert all(isinstance(one, Certified) for one in certified)
    exact: Any = certified
    return found.tolist(), [FLOAT64.round(one.value) for one in exact]


@pytest.mark.parametrize(
    ("typed", "order", "x"),
    [
        ("exp(x)*sin(x)", 40, 1.0),  # once right to 9 digits
        ("exp(x)*sin(x)", 100, 2.0),  # once to none
        ("sin(x)/x", 13, 1.0),  # once wrong from order 5
        ("x/(exp(x) - 1)", 15, 1.0),
        ("sinh(x)/cosh(x)", 30, 20.0),  # once 0 at every order
        ("x^x", 40, 2.5),
        ("tanh(x)*exp(x)", 40, 1.5),
        ("exp(-x)*cos(3x)", 40, 2.5),
        ("hypot(x, sin x)", 20, 1.0),
        ("(exp(x) - e)/(x - 1)", 10, 1.5),
    ],
)
def test_sums_that_cancel_keep_their_digits(typed: str, order: int, x: float) -> None:
    for found, exact in zip(*derivatives(typed, order, x), strict=True):
        assert FLOAT64.steps(found, exact) <= ULPS


@pytest.mark.parametrize("order", [1, 8])
def test_a_literal_beyond_every_float_is_infinite(order: int) -> None:
    """It once ended in a traceback."""
    large = "1" + "0" * 399
    for typed, expected in ((f"x*{large}", np.inf), (f"x/{large}", 0.0)):
        (expression,) = parse(typed)
        wanted = [("x",) * k for k in range(1, order + 1)]
        found = engine.taylor_derivatives(
            [expression.tree], {"x": np.array([1.0])}, wanted, FLOAT64
        )
        assert found[0, :, 0].tolist() == [expected] + [0.0] * (order - 1)


def test_whole_literals_keep_all_of_their_digits() -> None:
    found, exact = derivatives("(9007199254740993*x - 9007199254740992*x)*x^4", 4, 1.0)
    assert found == exact == [5.0, 20.0, 60.0, 120.0]
