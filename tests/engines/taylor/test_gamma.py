"""Gamma's own Taylor coefficients, in which nothing cancels."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from tests.engines.taylor.forms import of_gamma

from tapecli.engines.taylor import gamma

ULPS = 64
"""The sums are of positive numbers, but for two parts of which one is far larger, and a division
for each unit that a number is left of 1."""


@pytest.mark.parametrize(
    "at", [0.5, 1.0, 1.46, 2.75, 6.3, 9.9, 10.1, 40.2, 99.0, 160.0, -0.5, -3.3]
)
@pytest.mark.parametrize("count", [2, 3, 13, 41])
def test_coefficients_keep_their_digits(at: float, count: int) -> None:
    scale, found = gamma.coefficients(np.array([at]), count)
    with mp.workdps(80):
        exact = [of_gamma(k, mp.mpf(at)) / mp.factorial(k) for k in range(count + 1)]
        for k, coefficient in enumerate(found):
            value = mp.mpf(float(coefficient[0])) / mp.mpf(float(scale[0])) ** k
            near = abs(exact[k]) + (k + 1) * abs(at * exact[k + 1])
            assert abs(value - exact[k]) <= ULPS * 2.0**-53 * near, k


def test_coefficients_close_to_a_pole_do_not_overflow() -> None:
    scale, found = gamma.coefficients(np.array([1e-200, -3 + 2.0**-40]), 60)
    assert np.isfinite(found).all()
    assert scale.tolist() == [2.0**-664, 2.0**-39]


def test_points_of_different_sizes_do_not_disturb_one_another() -> None:
    at = np.array([0.3, 150.0, -20.5, np.nan, 3.0])
    with np.errstate(all="ignore"):
        together = np.stack(gamma.coefficients(at, 9)[1])
    for place in (0, 2, 4):
        alone = np.stack(gamma.coefficients(at[place : place + 1], 9)[1])[:, 0]
        assert together[:, place] == pytest.approx(alone, rel=ULPS * 2.0**-53)
    assert np.isnan(together[:, 3]).all()


def test_where_gamma_overflows_so_do_its_derivatives() -> None:
    with np.errstate(all="ignore"):
        found = np.stack(gamma.coefficients(np.array([172.5, 1e300]), 4)[1])
    assert np.isinf(found).all()
