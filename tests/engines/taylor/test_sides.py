"""Kinks, zeros of roots and edges of domains, where each side has a series of its own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tapecli.engines.taylor import engine
from tapecli.engines.taylor.sides import OneSided, agreed
from tapecli.expressions.expression import parse
from tapecli.floats import FORMATS

UNDEFINED = None

LAST_BITS = 2.0**-46
"""Relative: a series on one side takes a few operations of one rounding each."""

QUARTER, HALF = math.pi / 2, math.pi


def derivatives(typed: str, x: float, order: int) -> list[float | None]:
    tree = parse(typed)[0].tree
    wanted = [("x",) * k for k in range(order + 1)]
    found = engine.taylor_derivatives([tree], {"x": np.array([x])}, wanted, FORMATS["float64"])[
        0, :, 0
    ]
    return [UNDEFINED if math.isnan(value) else value for value in found.tolist()]


@pytest.mark.parametrize(
    ("typed", "x", "expected"),
    [
        ("abs(x)", 0.0, [0, None, None]),
        ("abs(x)", -0.0, [0, None, None]),
        ("|x|^3", 0.0, [0, 0, 0, None, None]),
        ("|x|^7", 0.0, [0, 0, 0, 0, 0, 0, 0, None]),
        ("x*|x|", 0.0, [0, 0, None, None]),
        ("x^9*|x|", 0.0, [0] * 10 + [None]),
        ("|x|^20", 0.0, [0] * 20 + [math.factorial(20), 0]),
        ("|x|^1.5", 0.0, [0, 0, None, None]),
        ("|x|^2.5*|x|^1.5", 0.0, [0, 0, 0, 0, 24, 0]),
        ("|x|^0.1*|x|^1.9", 0.0, [0, 0, None]),
        ("|x|^pi", 0.0, [0, 0, 0, 0, None]),
        ("(|x|^pi)^2", 0.0, [0, 0, 0, 0, 0, 0, 0, None, None]),
        ("|x|^pi + |x|", 0.0, [0, None]),
        ("abs(|x|^1.5)", 0.0, [0, 0, None]),
        ("sqrt(x)", 0.0, [0, None, None]),
        ("sqrt(x^2)", 0.0, [0, None]),
        ("sqrt(x^4)", 0.0, [0, 0, 2, 0]),
        ("sqrt(sqrt(x^8))", 0.0, [0, 0, 2, 0]),
        ("sqrt(x^31)", 0.0, [0, None]),
        ("sqrt((x - 1)^4)", 1.0, [0, 0, 2, 0]),
        ("cbrt(x)", 0.0, [0, None]),
        ("cbrt(x^3)", 0.0, [0, 1, 0, 0]),
        ("cbrt(x)^3", 0.0, [0, 1, 0, 0]),
        ("cbrt(x)^4", 0.0, [0, 0, None]),
        ("cbrt(x)^6", 0.0, [0, 0, 2, 0]),
        ("x*cbrt(x)", 0.0, [0, 0, None]),
        ("cbrt(cbrt(cbrt(x^27)))", 0.0, [0, 1, 0, 0]),
        ("(x^30)^(1/30)", 0.0, [0, None]),
        ("(x^34)^(1/17)", 0.0, [0, 0, 2, 0, 0]),
        ("(|x|^(1/30))^60", 0.0, [0, 0, 2, 0]),
        ("|x|^pi + (x^30)^(1/30)", 0.0, [0, None]),
        ("(|x|^1.5)^40", 0.0, [0] * 20),
        ("x^1.5", 0.0, [0, None]),
        ("sqrt(x) - sqrt(x) + x", 0.0, [0, None]),
        ("x^-0.5", 0.0, [None, None]),
        ("cos(sqrt(|x|))", 0.0, [1, None]),
        ("cos(|x|)", 0.0, [1, 0, -1, 0, 1]),
        ("sin(|x|)", 0.0, [0, None]),
        ("exp(|x|^3)", 0.0, [1, 0, 0, None]),
        ("hypot(x, 0)", 0.0, [0, None]),
        ("hypot(x, x^2)", 0.0, [0, None]),
        ("hypot(x^2, x^2)", 0.0, [0, 0, 2 * math.sqrt(2), 0]),
        ("hypot(x, x)^cos(x)", 0.0, [0, None]),
        ("sign(x)", 0.0, [0, None]),
        ("sign(x^2)", 0.0, [0, None]),
        ("sign(x^27)", 0.0, [0, None]),
        ("sign(0*x)", 0.0, [0, 0]),
        ("max(x, 1)", 1.0, [1, None]),
        ("max(0, x)^8", 0.0, [0] * 8 + [None]),
        ("max(x^2, x^4)", 0.0, [0, 0, 2, 0, 0]),
        ("min(x^2, x^4)", 0.0, [0, 0, 0, 0, 24]),
        ("min(|x|, x^2)", 0.0, [0, 0, 2, 0]),
        ("max(|x|^pi, x^5)", 0.0, [0, 0, 0, 0, None, None]),
        ("max(x, x)", 0.0, [0, 1, 0]),
        ("max(x, -x)", 0.0, [0, None]),
        ("asin(x)", 1.0, [QUARTER, None]),
        ("asin(x)", -1.0, [-QUARTER, None]),
        ("acos(x)", -1.0, [HALF, None]),
        ("acos(1 - x^2)", 0.0, [0, None]),
        ("asin(1 - x^4)", 0.0, [QUARTER, 0, -2 * math.sqrt(2), 0]),
        ("acos(x^4 - 1)", 0.0, [HALF, 0, -2 * math.sqrt(2), 0]),
        ("acos(cos(x))", 0.0, [0, None]),
        ("acosh(x)", 1.0, [0, None]),
        ("acosh(1 + x^2)", 0.0, [0, None]),
        ("acosh(1 + x^4)", 0.0, [0, 0, 2 * math.sqrt(2), 0]),
        ("atan2(x, -1)", 0.0, [HALF, None]),
        ("atan2(x^2, -1)", 0.0, [HALF, 0, -2, 0]),
        ("atan2(-x^2, -1)", 0.0, [HALF, None]),
        ("atan2(x, 1)", 0.0, [0, 1, 0, -2]),
        ("atan2(x^2, x)", 0.0, [None, None]),
    ],
)
def test_derivatives_exist_as_far_as_both_sides_have_them_alike(
    typed: str, x: float, expected: list[float | None]
) -> None:
    found = derivatives(typed, x, len(expected) - 1)
    assert [a is UNDEFINED for a in found] == [a is UNDEFINED for a in expected]
    for a, b in zip(found, expected, strict=True):
        assert b is UNDEFINED or a == pytest.approx(b, rel=LAST_BITS, abs=0)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("(x^3000)^(1/1500)", [0, None, None]),
        ("((1 - cos(x))^66)^(1/66)", [0, 0, None]),
        ("((x - sin(x))^22)^(1/66)", [0, None]),
        ("sign((1 - cos(x))^28)", [0, None]),
        ("atan2((x - sin(x))^21, -1)", [HALF, None]),
        ("abs((1 - cos(x))^28)", [0, 0, 0]),
        ("max((1 - cos(x))^28, -(1 - cos(x))^28)", [0, 0, 0]),
        ("abs(sin(x) - sin(x)) + x", [0, 1, 0]),
    ],
)
def test_what_would_take_more_terms_is_not_known(typed: str, expected: list[float | None]) -> None:
    assert derivatives(typed, 0.0, len(expected) - 1) == expected


def test_a_wrong_agreement_is_no_agreement() -> None:
    right = [np.float64(a) for a in (1, 2, 3, 4)]
    left = [np.float64(a) for a in (1, -2, 3 * (1 + 1e-6), -4)]
    found = agreed(np.float64(1), right, left, 1, 4)
    assert [float(a) for a in found[:2]] == [1, 2]
    assert np.isnan(found[2:]).all()


def test_powers_of_a_root_between_whole_powers_are_kinks() -> None:
    right = [np.float64(a) for a in (1, 0, 2, 5, 3)]
    assert np.isnan(agreed(np.float64(1), right, right, 2, 3)[2])


def test_a_jump_is_seen() -> None:
    side = [np.float64(1), np.float64(0)]
    assert np.isnan(agreed(np.float64(0), side, side, 1, 2)[1])


def test_a_root_ends_at_a_power_that_is_not_whole() -> None:
    ring = OneSided(6)
    u = np.array([[0.0, 0.0, 4.0], [0.0, 1.0, 0.0], [9.0, 0.0, 0.0]])
    with np.errstate(all="ignore"):
        y = ring.sqrt(list(u))
    table = np.stack(np.broadcast_arrays(*y))
    assert table[:, 0].tolist() == [0, 3, 0, 0, 0, 0]
    assert table[0, 1] == 0
    assert np.isnan(table[1:, 1]).all()
    assert table[:, 2].tolist() == [2, 0, 0, 0, 0, 0]
    assert ring.incomplete.tolist() == [False, True, False]


def test_many_points_at_kinks_are_taken_together() -> None:
    x = np.zeros(1000)
    x[::3] = 1.0
    tree = parse("abs(x)*x^2")[0].tree
    wanted = [("x",) * 3]
    found = engine.taylor_derivatives([tree], {"x": x}, wanted, FORMATS["float64"])[0, 0]
    assert np.array_equal(np.isnan(found), x == 0)
    assert set(found[::3].tolist()) == {6.0}
