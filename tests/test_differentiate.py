"""The verb, as it is called from Python."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import tapecli
from tapecli.verdict import Status


def test_the_worked_example() -> None:
    result = tapecli.diff("log(x^2)", x=[1, 2, 3], order=2)
    assert result.tape.shape == (1, 2, 3)
    np.testing.assert_array_equal(result.tape, [[[2, 1, 2 / 3], [-2, -0.5, -2 / 9]]])
    np.testing.assert_array_equal(result.analytic, result.tape)
    assert [block.formula for block in result.blocks] == ["2/x", "-2/x²"]
    assert (result.ok, result.all_ok, result.method) == (True, True, "nested")


def test_the_worked_example_is_the_default() -> None:
    spelt_out = tapecli.diff("log(x^2)", x="1..3", order=2)
    assert list(tapecli.diff(order=2).rows) == list(spelt_out.rows)


@pytest.mark.parametrize(
    "points",
    [
        "1..3",
        [1, 2, 3],
        (1.0, 2.0, 3.0),
        np.array([1.0, 2.0, 3.0]),
        np.array([1, 2, 3]),
        [Fraction(1), Decimal(2), "3"],
        range(1, 4),
    ],
)
def test_points_in_every_form(points: Any) -> None:
    assert [row.point for row in tapecli.diff("x", x=points, formulas=False).rows] == [1, 2, 3]


def test_one_number_is_one_point() -> None:
    (row,) = tapecli.diff("x^2", x=3, formulas=False).rows
    assert (row.point, row.tape, row.analytic, row.ulps, row.status) == (3, 6, 6, 0, Status.OK)


def test_a_variable_of_any_name() -> None:
    (row,) = tapecli.diff("rate^2", at={"rate": [3]}, formulas=False).rows
    assert (row.wrt, row.point, row.tape) == ("rate", 3, 6)


def test_several_targets_and_orders_keep_their_order() -> None:
    result = tapecli.diff(["u = x^2", "y = log(u)"], x=[2], order=2, formulas=False)
    assert [(row.target, row.order, row.tape) for row in result.rows] == [
        ("u", 1, 4),
        ("u", 2, 2),
        ("y", 1, 1),
        ("y", 2, -0.5),
    ]


def test_order_0_is_the_value() -> None:
    (row,) = tapecli.diff("x^2", x=3, order=0).rows
    assert (row.order, row.tape, row.status) == (0, 9, Status.OK)


def test_without_formulas_there_are_none() -> None:
    assert tapecli.diff("x", formulas=False).blocks[0].formula is None


@pytest.mark.parametrize(
    ("typed", "point", "status", "note"),
    [
        ("abs(x)", 0, Status.UNDEFINED, "a kink"),
        ("1/x", 0, Status.UNDEFINED, "a pole: division by zero"),
        ("sin(x)/x", 0.01, Status.ROUNDED, "11 digits"),
        ("tanh(x)", 20, Status.ROUNDED, "0 digits"),
        ("log(x^2)", 1e-200, Status.LOST, "the tape returned inf, and the derivative exists"),
        ("x^2", 1, Status.OK, ""),
    ],
)
def test_every_status_but_ok_has_a_note(
    typed: str, point: float, status: Status, note: str
) -> None:
    (row,) = tapecli.diff(typed, x=point, formulas=False).rows
    assert (row.status, row.note) == (status, note)


def test_what_is_undefined_has_no_analytic_value() -> None:
    result = tapecli.diff("abs(x)", x=[0], formulas=False)
    (row,) = result.rows
    assert (row.tape, row.analytic, row.ulps) == (0, None, None)
    assert np.isnan(result.analytic).all()
    assert result.ok
    assert not result.all_ok


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"expressions": "sni(x)"}, tapecli.ExpressionError),
        ({"expressions": []}, tapecli.UsageError),
        ({"expressions": ["x", "t"]}, tapecli.RequestError),
        ({"expressions": "t^2", "x": 1}, tapecli.RequestError),
        ({"x": [1, float("nan")]}, tapecli.PointsError),
        ({"x": [1, float("inf")]}, tapecli.PointsError),
        ({"x": []}, tapecli.PointsError),
        ({"x": "3..1"}, tapecli.PointsError),
        ({"x": "-"}, tapecli.PointsError),
        ({"x": [object()]}, tapecli.PointsError),
        ({"x": 1e6, "dtype": "float16"}, tapecli.PointsError),
        ({"order": -1}, tapecli.RequestError),
        ({"order": 1.5}, tapecli.RequestError),
        ({"order": True}, tapecli.RequestError),
        ({"order": 40}, tapecli.RequestError),
        ({"dtype": "int32"}, tapecli.RequestError),
        ({"method": "forward"}, tapecli.RequestError),
        ({"tolerance": -1.0}, tapecli.RequestError),
        ({"expressions": "2*e", "at": {"e": [1, 2]}}, tapecli.RequestError),
        ({"expressions": "sin(x)", "at": {"sin": 1}}, tapecli.RequestError),
        ({"expressions": "tape^2", "at": {"tape": [1, 2]}}, tapecli.RequestError),
        ({"tolerance": float("nan")}, tapecli.RequestError),
    ],
)
def test_bad_requests_are_refused(request_: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        tapecli.diff(**request_)


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_the_reference_is_taken_where_the_tape_was(dtype: str) -> None:
    (row,) = tapecli.diff("x^2", x="0.1", dtype=dtype, formulas=False).rows
    assert row.tape == row.analytic == 2 * row.point


def test_ten_thousand_points_in_one_pass() -> None:
    result = tapecli.diff("sin(x)*exp(-x^2)", x=np.linspace(0, 3, 10_000), formulas=False)
    assert result.tape.shape == (1, 1, 10_000)
    assert result.ok
