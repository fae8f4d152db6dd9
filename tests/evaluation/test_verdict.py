"""The verdict: pure arithmetic, at each of its borders."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from tapecli.engines.certified.records import Certified
from tapecli.evaluation.verdict import ROUNDING_FACTOR, STABLE_ULPS, judge, right_digits
from tapecli.floats import FORMATS
from tapecli.result import Status

FLOAT64 = FORMATS["float64"]
U = FLOAT64.unit_roundoff
ONE = Certified(Fraction(1), Fraction(0), Fraction(0), Fraction(0))


def verdict(tape: float, exact: Certified = ONE, **more: float) -> Status:
    return judge(tape, exact, int(more.pop("order", 1)), FLOAT64, **more)


@pytest.mark.parametrize(
    ("tape", "status"),
    [
        (1.0, Status.OK),
        (1.0 + STABLE_ULPS * float(U), Status.OK),
        (1.0 + (STABLE_ULPS + 2) * float(U), Status.OFF),
        (1.0 - (STABLE_ULPS + 1) * float(U), Status.OFF),
        (1.0 + 1e-6, Status.OFF),
        (-1.0, Status.OFF),
        (0.0, Status.OFF),
        (math.nan, Status.LOST),
        (math.inf, Status.LOST),
    ],
)
def test_a_well_conditioned_derivative(tape: float, status: Status) -> None:
    assert verdict(tape) is status


def test_the_sensitivity_of_the_derivative_widens_what_is_ok() -> None:
    steep = Certified(Fraction(0), Fraction(0), Fraction(1), Fraction(0))
    assert verdict(float(STABLE_ULPS * U), steep) is Status.OK
    assert verdict(float((STABLE_ULPS + 1) * U), steep) is Status.OFF
    half_as_steep = replace(steep, sensitivity=Fraction(1, 2))
    assert verdict(float(STABLE_ULPS * U), half_as_steep) is Status.OFF


def test_each_order_may_stray_as_far_again() -> None:
    strayed = 1.0 + 2 * STABLE_ULPS * float(U)
    assert verdict(strayed, order=1) is Status.OFF
    assert verdict(strayed, order=2) is Status.OK


def test_what_rounding_explains_is_rounded() -> None:
    spread = Certified(Fraction(1), Fraction(0), Fraction(0), Fraction(1, 10**6))
    assert verdict(1.0 + 0.9 * ROUNDING_FACTOR / 10**6, spread) is Status.ROUNDED
    assert verdict(1.0 + 1.1 * ROUNDING_FACTOR / 10**6, spread) is Status.OFF


def test_what_has_no_bound_is_rounded_but_not_lost() -> None:
    boundless = Certified(Fraction(1), Fraction(0), Fraction(0), None)
    assert verdict(2.0, boundless) is Status.ROUNDED
    assert verdict(math.nan, boundless) is Status.LOST


def test_inside_the_ball_is_ok() -> None:
    around_zero = Certified(Fraction(0), Fraction(1, 2**10), Fraction(0), Fraction(0))
    assert verdict(2**-10, around_zero) is Status.OK


def test_a_derivative_too_large_for_the_dtype() -> None:
    huge = Certified(Fraction(10) ** 400, Fraction(0), Fraction(0), Fraction(0))
    assert verdict(math.inf, huge) is Status.OK
    assert verdict(-math.inf, huge) is Status.ROUNDED
    assert verdict(math.nan, huge) is Status.ROUNDED


def test_underflow_to_zero_is_ok() -> None:
    tiny = Certified(Fraction(1, 10**400), Fraction(0), Fraction(0), Fraction(0))
    assert verdict(0.0, tiny) is Status.OK


@pytest.mark.parametrize(("tolerance", "status"), [(1.0, Status.OFF), (10.0, Status.OK)])
def test_the_tolerance_scales(tolerance: float, status: Status) -> None:
    assert verdict(1.0 + 100 * float(U), tolerance=tolerance) is status


def test_a_tolerance_of_0_asks_for_the_nearest_number() -> None:
    assert verdict(1.0, tolerance=0.0) is Status.OK
    assert verdict(math.nextafter(1.0, 2.0), tolerance=0.0) is Status.OFF


@pytest.mark.parametrize(
    ("tape", "digits"), [(1.0009, 3), (0.99999991, 7), (2.0, 0), (-1.0, 0), (1.0, 0)]
)
def test_right_digits(tape: float, digits: int) -> None:
    assert right_digits(tape, ONE) == digits


def test_only_off_and_lost_fail() -> None:
    assert [status for status in Status if status.failed] == [Status.OFF, Status.LOST]


def test_a_derivative_over_a_number_is_judged_as_it_was() -> None:
    exact = Certified(Fraction(6), Fraction(1, 2**60), Fraction(3), Fraction(1, 2**50))
    sixth = exact.divided(6)
    assert sixth == Certified(
        Fraction(1), Fraction(1, 6 * 2**60), Fraction(1, 2), Fraction(1, 6 * 2**50)
    )
    assert exact.divided(1) is exact
    assert replace(exact, spread=None).divided(6).spread is None
    for factor in (1.0, 1 + 1e-15, 1 + 1e-13, 1 + 1e-6, math.nan, -1.0):
        assert verdict(6 * factor, exact) is verdict(factor, sixth)
