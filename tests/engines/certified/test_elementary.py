"""Functions of numbers of twice the precision, against mpmath."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from tapecli.engines.certified.elementary import refined

RIGHT = Fraction(1, 2**100)
"""Half a unit of two float64 is 2**-107; the low part is rounded once more."""

POINTS = (0.3, 0.75, 0.9)
LOW = 2.0**-60
"""What the second parts of the arguments are, relatively."""

FUNCTIONS: dict[str, Any] = {
    **{name: getattr(mp, name) for name in ("sqrt", "cbrt", "exp", "expm1", "log", "log1p")},
    **{name: getattr(mp, name) for name in ("sin", "cos", "tan", "asin", "acos", "atan")},
    **{name: getattr(mp, name) for name in ("sinh", "cosh", "tanh", "asinh", "atanh")},
    **{name: getattr(mp, name) for name in ("erf", "erfc", "gamma")},
    "acosh": mp.acosh,
    "lgamma": mp.loggamma,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
}


def exact(value: Any) -> Fraction:
    sign, mantissa, exponent = (int(part) for part in value._mpf_[:3])
    return (1 - 2 * sign) * mantissa * Fraction(2) ** exponent


def arguments(name: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    high = np.array(POINTS) + (1.5 if name == "acosh" else 0) - (0.25 if name[-2:] == "nh" else 0)
    return high, high * LOW


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_twice_the_digits(name: str) -> None:
    high, low = arguments(name)
    found = refined(name, np.ones(3), [(high, low)])
    for a, b, first, second in zip(high, low, *found, strict=True):
        with mp.workdps(60):
            value = exact(FUNCTIONS[name](mp.mpf(float(a)) + mp.mpf(float(b))))
        assert first == float(value)
        assert abs(Fraction(first) + Fraction(second) - value) <= abs(value) * RIGHT


def test_functions_of_two_numbers() -> None:
    pair = (np.array([2.0]), np.array([2.0**-55]))
    for name, function in (("power", lambda u, v: u**v), ("atan2", mp.atan2)):
        (first,), (second,) = refined(name, np.ones(1), [pair, (np.array([0.1]), np.zeros(1))])
        with mp.workdps(60):
            value = exact(function(2 + mp.mpf(2) ** -55, mp.mpf(0.1)))
        assert abs(Fraction(first) + Fraction(second) - value) <= abs(value) * RIGHT


def test_lgamma_left_of_zero_is_real() -> None:
    (first,), _ = refined("lgamma", np.ones(1), [(np.array([-0.5]), np.zeros(1))])
    assert first == float(mp.log(2 * mp.sqrt(mp.pi)))


@pytest.mark.parametrize("plain", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_stays_as_it_is(plain: float) -> None:
    (first,), (second,) = refined("log", np.array([plain]), [(np.array([0.0]), np.zeros(1))])
    np.testing.assert_equal((first, second), (plain, 0.0))


def test_a_large_angle_is_reduced_exactly() -> None:
    (first,), _ = refined("sin", np.ones(1), [(np.array([1e300]), np.zeros(1))])
    with mp.workdps(400):
        assert first == float(mp.sin(mp.mpf(1e300)))
