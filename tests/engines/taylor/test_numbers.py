"""The numbers at the bottom: NaN is outside of a domain or at a pole, infinity too large."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from tests.oracle import CASES

from tapecli.engines.taylor.numbers import Numbers
from tapecli.expressions.functions import FUNCTIONS

PLAIN = Numbers()
ABSORBING = Numbers(absorbing=True)

LAST_BITS = 2.0**-50
"""Relative: the functions of NumPy and of Python's mathematics are right to a few ulps."""


@pytest.mark.parametrize("name", [row.name for row in FUNCTIONS.values() if row.arity == 1])
def test_every_function_of_one_number(name: str) -> None:
    rule, x = FUNCTIONS[name].series, CASES[name].ordinary[1]
    if not isinstance(rule, str) or not hasattr(PLAIN, rule):  # it is made of other series
        return
    exact = float(CASES[name].function(mpmath.mpf(x)))
    with np.errstate(all="ignore"):
        found = getattr(PLAIN, rule)(np.array([x, math.nan]))
    assert found[0] == pytest.approx(exact, rel=LAST_BITS)
    assert math.isnan(found[1])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("log", (0.0,)),
        ("log", (-1.0,)),
        ("log1p", (-1.0,)),
        ("atanh", (1.0,)),
        ("atanh", (-1.0,)),
        ("atanh", (1.5,)),
        ("asin", (1.5,)),
        ("acosh", (0.5,)),
        ("sqrt", (-1.0,)),
        ("gamma", (0.0,)),
        ("gamma", (-2.0,)),
        ("gamma", (-math.inf,)),
        ("lgamma", (0.0,)),
        ("lgamma", (-7.0,)),
        ("div", (1.0, 0.0)),
        ("div", (0.0, 0.0)),
        ("atan2", (0.0, 0.0)),
        ("atan2", (-0.0, -0.0)),
        ("power", (0.0, -1.0)),
        ("power", (0.0, 0.0)),
        ("power", (-8.0, 0.5)),
    ],
)
def test_poles_and_what_is_outside_of_a_domain_are_nan(
    name: str, arguments: tuple[float, ...]
) -> None:
    with np.errstate(all="ignore"):
        assert math.isnan(getattr(PLAIN, name)(*map(np.float64, arguments)))


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("exp", (1000.0,), math.inf),
        ("gamma", (172.0,), math.inf),
        ("gamma", (-200.5,), 0.0),
        ("lgamma", (1e308,), math.inf),
        ("sigmoid", (-1000.0,), 0.0),
        ("sigmoid", (1000.0,), 1.0),
        ("softplus", (1000.0,), 1000.0),
        ("erfc", (40.0,), 0.0),
        ("power", (0.0, 2.5), 0.0),
        ("atan2", (-0.0, -1.0), math.pi),
        ("hypot", (1e300, 1e300), math.sqrt(2) * 1e300),
    ],
)
def test_far_out_numbers_overflow_and_underflow(
    name: str, arguments: tuple[float, ...], expected: float
) -> None:
    with np.errstate(all="ignore"):
        found = getattr(PLAIN, name)(*map(np.float64, arguments))
    assert found == pytest.approx(expected, rel=LAST_BITS)


def test_a_negative_number_has_whole_powers() -> None:
    assert PLAIN.power(np.float64(-2), np.float64(-3)) == -0.125


def test_zero_absorbs_what_is_unknown_where_it_shall() -> None:
    unknown, zero = np.array([math.nan, 2.0]), np.array([0.0, 3.0])
    assert math.isnan(PLAIN.mul(unknown, zero)[0])
    assert ABSORBING.mul(unknown, zero).tolist() == [0.0, 6.0]
    assert ABSORBING.times(unknown, zero).tolist() == [0.0, 6.0]
    assert ABSORBING.dot([unknown, np.float64(1)], [zero, np.float64(5)]).tolist() == [5.0, 11.0]
    assert math.isnan(ABSORBING.dot([unknown], [np.float64(1)])[0])


def test_an_empty_sum_of_products_is_zero() -> None:
    assert PLAIN.dot([], []) == 0
