"""What is shown from bottom to top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tapecli.expressions.derivative import Derivative
from tapecli.expressions.expression import Expression
from tapecli.expressions.tree import Variable
from tapecli.features.plot import window
from tapecli.features.plot.model import Curve, PlotAxis
from tapecli.result import Status

AXIS = PlotAxis("x", -5, 5)
NAN = float("nan")


def curve(
    function: Callable[[np.ndarray], np.ndarray], open_at: float | None = None, order: int = 0
) -> Curve:
    x = np.linspace(-5, 5, 2000)
    joined = np.ones(len(x) - 1, bool)
    if open_at is not None:
        joined[np.searchsorted(x, open_at) - 1] = False
    names = Expression("y", Variable("x")), Derivative("x", ("x",) * order)
    with np.errstate(all="ignore"):
        return Curve(*names, x, function(x), joined, (), {Status.OK: len(x)})


def test_a_curve_without_gaps_is_shown_whole() -> None:
    low, high = window.find(AXIS, [curve(np.exp)])
    assert low < np.exp(-5)
    assert np.exp(5) < high < 1.1 * np.exp(5)


def test_a_pole_is_not() -> None:
    low, high = window.find(AXIS, [curve(lambda x: 1 / x, 0)])
    assert -6 < low < -1
    assert 1 < high < 6


def test_a_jump_is_shown_whole() -> None:
    low, high = window.find(AXIS, [curve(np.sign, 0)])
    assert -1.2 < low < -1
    assert 1 < high < 1.2


def test_what_is_sampled_but_not_certified_is_shown() -> None:
    step = curve(lambda x: np.where(x < 0, 0.0, 1.0))
    low, high = window.find(AXIS, [replace(step, joined=step.x[:-1] > 0)])
    assert -0.1 < low < 0
    assert 1 < high < 1.1


def test_a_gap_does_not_cut_what_is_high_elsewhere() -> None:
    low, high = window.find(AXIS, [curve(lambda x: np.exp(x) - 3 * np.exp(-x), 0.1)])
    assert low < -3 * np.exp(5) + 1
    assert high > np.exp(5) - 1


def test_only_the_side_of_the_pole_is_cut() -> None:
    low, high = window.find(AXIS, [curve(lambda x: 1 / x**2 - x**4 / 10, 0)])
    assert low < -62
    assert high < 150


def test_a_curve_with_gaps_does_not_cut_one_without() -> None:
    low, high = window.find(AXIS, [curve(lambda x: 1 / x, 0), curve(lambda x: x**3)])
    assert low < -125
    assert high > 125


def test_the_derivative_of_what_has_poles_goes_little_further() -> None:
    value = curve(lambda x: 1 / x, 0)
    alone = window.find(AXIS, [value])
    both = window.find(AXIS, [value, curve(lambda x: -1 / x**2, 0, order=1),
                               curve(lambda x: 2 / x**3, 0, order=2)])  # fmt: skip
    assert both[1] - both[0] < 2.5 * (alone[1] - alone[0])


@pytest.mark.parametrize("height", [0.0, 3.0, -1e9, 1e-320])
def test_a_level_line_has_room_around_it(height: float) -> None:
    low, high = window.find(AXIS, [curve(lambda x: x * 0 + height)])
    assert low < height < high


@pytest.mark.parametrize("value", [NAN, np.inf])
def test_what_has_no_values_has_a_window_all_the_same(value: float) -> None:
    low, high = window.find(AXIS, [curve(lambda x: x * 0 + value)])
    assert np.isfinite([low, high]).all()
    assert low < high


def test_heights_beyond_arithmetic_are_left_out() -> None:
    low, high = window.find(AXIS, [curve(lambda x: x * 3e307)])
    assert np.isfinite(high - low)
