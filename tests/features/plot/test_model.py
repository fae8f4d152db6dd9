"""Curves: positions on an axis, pieces, and what of them is between two heights."""

from __future__ import annotations

import numpy as np
import pytest

from tapecli.expressions.derivative import Derivative
from tapecli.expressions.expression import Expression
from tapecli.expressions.tree import Variable
from tapecli.features.plot.model import Curve, Curves, PlotAxis
from tapecli.result import Status

NAN = float("nan")


def curve(
    x: list[float], y: list[float], joined: list[bool], counts: dict[Status, int] | None = None
) -> Curve:
    names = Expression("y", Variable("x")), Derivative("x", ())
    counts = counts or {Status.OK: len(x)}
    return Curve(*names, np.array(x), np.array(y), np.array(joined, bool), (), counts)


def points_of(pieces: object) -> list[list[tuple[float, float]]]:
    return [list(zip(x.tolist(), y.tolist(), strict=True)) for x, y in pieces]  # type: ignore[attr-defined]


def test_positions_are_shares_of_the_axis() -> None:
    assert PlotAxis("x", -1, 3).positions([-1, 0, 3]) == [0, 0.25, 1]


def test_equal_ratios_are_equally_far_apart_on_a_logarithmic_axis() -> None:
    positions = PlotAxis("x", 1e-2, 1e2, log=True).positions([1e-2, 1e-1, 1, 10, 100])
    assert positions == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_pieces_end_where_the_curve_is_open() -> None:
    sampled = curve([0, 1, 2, 3, 4], [5, 6, 7, NAN, 8], [True, False, False, False])
    assert points_of(sampled.pieces) == [[(0, 5), (1, 6)], [(2, 7)], [(4, 8)]]


def test_pieces_are_cut_at_both_heights() -> None:
    sampled = curve([0, 1, 2], [-4, 4, -4], [True, True])
    assert points_of(sampled.within(-2, 2)) == [[(0.25, -2), (0.75, 2)], [(1.25, 2), (1.75, -2)]]
    assert points_of(sampled.within(-9, 9)) == [[(0, -4), (1, 4), (2, -4)]]
    assert points_of(sampled.within(5, 6)) == []


def test_a_sample_alone_is_a_part_of_one_point() -> None:
    assert points_of(curve([1], [2], []).within(0, 3)) == [[(1, 2)]]
    assert points_of(curve([1], [4], []).within(0, 3)) == []


def test_a_steep_line_is_cut_where_it_crosses() -> None:
    ((first, last),) = points_of(curve([0, 1], [-1e300, 1e300], [True]).within(-1, 1))
    assert first == pytest.approx((0.5, -1))
    assert last == pytest.approx((0.5, 1))


@pytest.mark.parametrize(
    ("status", "ok"),
    [(Status.ROUNDED, True), (Status.UNDEFINED, True), (Status.OFF, False), (Status.LOST, False)],
)
def test_values_that_are_off_or_lost_make_it_wrong(status: Status, ok: bool) -> None:
    curves = tuple(
        curve([0, 1], [0, 1], [True], counts) for counts in ({Status.OK: 2}, {status: 1})
    )
    plot = Curves(PlotAxis("x", 0, 1), {}, curves, 0, 1, (2, 4), "")
    assert plot.counts == {Status.OK: 2, status: 1}
    assert plot.ok is ok
