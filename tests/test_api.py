"""The verb, as it is called from Python."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapecli
from tapecli.evaluation import chunks, verdict
from tapecli.points import exact
from tapecli.result import Status


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


def test_a_text_with_definitions() -> None:
    result = tapecli.diff("f(x) = x^2; f(f(x))", x=3, method="none")
    (row,) = result.rows
    assert (row.target, row.expression, row.analytic) == ("y", "f(f(x))", 108)
    (row,) = tapecli.diff("f(x) = a*x^2", at={"a": 2, "x": 3}, wrt="x", method="none").rows
    assert (row.target, row.expression, row.analytic) == ("f", "a*x**2", 12)


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
        ({"order": 40, "method": "nested"}, tapecli.RequestError),
        ({"order": 12, "execution": "graph"}, tapecli.RequestError),
        ({"max_seconds": float("inf")}, tapecli.RequestError),
        ({"max_seconds": -1.0}, tapecli.RequestError),
        ({"max_seconds": 0.0}, tapecli.RequestError),
        ({"execution": "lazy"}, tapecli.RequestError),
        ({"execution": "graph", "method": "taylor"}, tapecli.RequestError),
        ({"device": "cpu", "method": "none"}, tapecli.RequestError),
        ({"device": "nowhere"}, tapecli.RequestError),
        ({"verify": "none", "method": "none"}, tapecli.RequestError),
        ({"claims": ["2/x", "3"]}, tapecli.RequestError),
        ({"claims": "2/x", "scaled": True}, tapecli.RequestError),
        ({"claims": "2/"}, tapecli.ExpressionError),
        ({"claims": ""}, tapecli.ExpressionError),
        ({"expressions": "lgamma(x)", "dtype": "bfloat16", "order": 2}, tapecli.RequestError),
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
    assert row.tape == row.analytic == 2 * row.at["x"]


@pytest.mark.parametrize("count", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_thousands_of_points_in_one_pass(count: int) -> None:
    result = tapecli.diff("sin(x)*exp(-x^2)", x=np.linspace(0, 3, count), formulas=False)
    assert result.tape.shape == (1, 1, count)
    assert result.ok


# --- several variables ------------------------------------------------------------------------

ROSENBROCK = "(1-x)^2 + 100(y-x^2)^2"


def test_the_gradient_and_hessian_of_rosenbrock_at_its_minimum() -> None:
    at = {"x": 1, "y": 1}
    gradient = tapecli.grad(ROSENBROCK, at=at)
    hessian = tapecli.hessian(ROSENBROCK, at=at)
    np.testing.assert_array_equal(gradient.arranged(gradient.tape), [0, 0])
    np.testing.assert_array_equal(hessian.arranged(hessian.tape), [[802, -400], [-400, 200]])
    np.testing.assert_array_equal(hessian.arranged(hessian.analytic), [[802, -400], [-400, 200]])
    formulas = [block.formula for block in hessian.blocks]
    assert formulas == ["1200·x² - 400·y + 2", "-400·x", "-400·x", "200"]


@pytest.mark.parametrize("wrt", ["x,y", "y,x"])
def test_a_mixed_derivative_in_either_sequence(wrt: str) -> None:
    (row,) = tapecli.diff("x^2*y^3", at={"x": 2, "y": 3}, wrt=wrt).rows
    assert (row.wrt, row.order, row.tape, row.analytic, row.status) == (wrt, 2, 108, 108, "ok")


def test_a_jacobian_at_many_points() -> None:
    result = tapecli.jacobian(
        ["r*cos(t)", "r*sin(t)"], at={"r": [1, 2], "t": np.array([0.3, 0.6, 0.9])}
    )
    r, t = np.meshgrid([1, 2], [0.3, 0.6, 0.9], indexing="ij")
    expected = np.array([[np.cos(t), -r * np.sin(t)], [np.sin(t), r * np.cos(t)]])
    found = result.arranged(result.tape)
    np.testing.assert_allclose(found, np.moveaxis(expected, (0, 1), (2, 3)), rtol=1e-14)
    assert (result.method, result.all_ok) == ("persistent", True)


def test_paired_values_and_tables_are_the_same_points(tmp_path: Path) -> None:
    table = tmp_path / "points.csv"
    table.write_text("y,x\n3,1\n4,2\n", "utf-8")
    paired = tapecli.grad("x*y", at={"x": [1, 2], "y": [3, 4]}, zip=True, formulas=False)
    tabled = tapecli.grad("x*y", at=f"@{table}", formulas=False)
    assert list(paired.rows) == list(tabled.rows)
    np.testing.assert_array_equal(paired.tape, [[[3, 4], [1, 2]]])


def test_names_of_several_letters_from_a_table(tmp_path: Path) -> None:
    table = tmp_path / "runs.tsv"
    table.write_text("rate\ttime\n2\t3\n", "utf-8")
    result = tapecli.grad("rate*time^2", at=f"@{table}", formulas=False)
    assert [(row.wrt, row.tape) for row in result.rows] == [("rate", 9), ("time", 12)]


def test_of_several_derivatives_each_keeps_its_place() -> None:
    at = {"x": 2, "y": 3}
    result = tapecli.diff("x^2*y^3", at=at, wrt=["y", "x,y", "x"], order=2, formulas=False)
    found = [(row.wrt, row.order, row.tape) for row in result.rows]
    assert found == [("y", 1, 108), ("y", 2, 72), ("x,y", 2, 108), ("x", 1, 108), ("x", 2, 54)]


def test_the_value_needs_no_variable_to_differentiate_by() -> None:
    (row,) = tapecli.diff("x*y", at={"x": 2, "y": 3}, order=0).rows
    assert (row.tape, row.status) == (6, Status.OK)


@pytest.fixture
def small_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred points of a derivative with three lines are a sample."""
    monkeypatch.setattr(verdict, "ALL_SERIES", 500)
    monkeypatch.setattr(verdict, "SAMPLE_SERIES", 300)


@pytest.mark.usefixtures("small_samples")
@pytest.mark.parametrize(
    ("verify", "count", "verified"),
    [("auto", 200, 100), ("auto", 120, 120), ("all", 200, 200), ("none", 200, 0),
     ("sample", 120, 100), ("sample", 80, 80)],
)  # fmt: skip
def test_what_is_verified_can_be_chosen(verify: str, count: int, verified: int) -> None:
    at: dict[str, Any] = {"x": np.linspace(1, 2, count), "y": 3}
    counts = tapecli.grad("y/x", at=at, verify=verify, formulas=False).counts
    found = {Status.OK: 2 * verified, Status.UNVERIFIED: 2 * (count - verified)}
    assert counts == {status: number for status, number in found.items() if number}


@pytest.mark.usefixtures("small_samples")
def test_a_sample_has_the_ends_and_what_is_not_finite_and_is_the_same_each_time() -> None:
    at = {"x": range(-200, 201), "y": [1, 2, 3, 4]}
    first, again = (
        list(tapecli.diff("y/x", at=at, wrt="x", formulas=False).rows) for _ in range(2)
    )
    assert [row.status for row in first] == [row.status for row in again]
    assert first[0].status is first[-1].status is Status.OK
    assert {row.status for row in first if row.at["x"] == 0} == {Status.UNDEFINED}
    assert 100 <= sum(row.status is not Status.UNVERIFIED for row in first) <= 104


@pytest.mark.parametrize(
    ("verb", "arguments", "words"),
    [
        ("diff", {"at": {"x": 1, "y": 2}}, "say by which to differentiate"),
        ("diff", {"at": {"x": 1}, "wrt": "x"}, "'y' has no value"),
        ("diff", {"at": {"x": 1, "y": 2, "z": 3}, "wrt": "x"}, "the variables are x and y"),
        ("diff", {"at": {"x": 1, "y": 2}, "wrt": "z"}, "no variable 'z'"),
        ("diff", {"at": {"x": 1, "y": 2}, "wrt": "x,y", "order": 3}, "--wrt x,x,y"),
        ("diff", {"x": 2, "at": {"x": 1, "y": 2}, "wrt": "x"}, "'x' are given twice"),
        ("diff", {"at": {"x": 1, "y": 2}, "wrt": "x", "verify": "some"}, "unknown 'verify' 'some'"),
        ("grad", {"at": {"x": [1, 2], "y": [1, 2, 3]}, "zip": True}, "x 2 and y 3"),
        ("grad", {"at": "points.csv"}, "'@file'"),
        ("grad", {"at": "@missing.csv"}, "cannot be read"),
        ("hessian", {"at": {"x": 1, "y": 1}, "method": "single"}, "cannot do order 2"),
    ],
)
def test_bad_requests_in_several_variables_are_refused(
    verb: str, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(tapecli.UsageError) as refused:
        getattr(tapecli, verb)("x*y + (x - y)^2", **arguments)
    assert words in str(refused.value)


def test_more_numbers_than_tapes_can_hold_are_refused() -> None:
    at = {"x": "0..1@5000", "y": "0..1@2000"}
    with pytest.raises(tapecli.UsageError, match="too many"):
        tapecli.hessian("sin(x*y)/(x + y)", at=at, execution="eager", max_seconds=1e4)


# --- methods beyond tapes, and how tapes are run ----------------------------------------------

DAMPED = "sin(x)*exp(-x^2)"


def test_auto_answers_high_orders_by_taylor_and_says_why() -> None:
    result = tapecli.diff(DAMPED, x=[0.5, 1], order=40, formulas=False)
    assert (result.method, result.tensorflow, result.execution) == ("taylor", "", "")
    assert result.reason.startswith("nested tapes would take about ")
    assert result.tape.shape == (1, 40, 2)
    assert set(result.counts) == {Status.OK}
    assert result.ok


def test_taylor_gives_what_tapes_give() -> None:
    taylor, tapes = (
        tapecli.diff(DAMPED, x="0..1:0.25", order=3, method=method, formulas=False)
        for method in ("taylor", "nested")
    )
    np.testing.assert_allclose(taylor.tape, tapes.tape, rtol=1e-14, atol=1e-14)
    np.testing.assert_array_equal(taylor.analytic, tapes.analytic)
    assert (taylor.reason, tapes.reason) == ("", "")


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_taylor_has_every_dtype_and_what_tensorflow_lacks(dtype: str) -> None:
    result = tapecli.diff("lgamma(x)", x=2, order=3, method="taylor", dtype=dtype)
    assert (result.dtype, result.all_ok) == (dtype, True)


def test_none_has_the_analytic_values_alone() -> None:
    result = tapecli.diff("log(x^2)", x=[1, 2, 3], order=2, method="none")
    expected = [[[2, 1, 2 / 3], [-2, -0.5, -2 / 9]]]
    assert (result.method, result.tensorflow, result.computed) == ("none", "", False)
    assert np.isnan(result.tape).all()
    np.testing.assert_array_equal(result.values, expected)
    np.testing.assert_array_equal(result.analytic, expected)
    assert [block.tape for block in result.blocks] == [None, None]
    assert {(row.tape, row.ulps, row.status) for row in result.rows} == {
        (None, None, Status.CERTIFIED)
    }
    assert result.counts == {Status.CERTIFIED: 6}
    assert (result.ok, result.all_ok) == (True, True)


def test_none_says_where_there_is_no_derivative() -> None:
    result = tapecli.diff("abs(x)", x=[-1, 0, 1], method="none")
    assert [row.status for row in result.rows] == ["certified", "undefined", "certified"]
    assert (result.ok, result.all_ok) == (True, False)
    np.testing.assert_array_equal(result.values, [[[-1, np.nan, 1]]])


def test_none_says_what_is_too_large_for_the_dtype() -> None:
    (row,) = tapecli.diff("exp(x^2)", x=4, method="none", dtype="float16", formulas=False).rows
    assert (row.analytic, row.status) == (float("inf"), Status.CERTIFIED)
    assert row.note == "too large for float16"


@pytest.mark.parametrize("verify", ["auto", "all", "sample"])
@pytest.mark.usefixtures("small_samples")
def test_none_certifies_every_value(verify: str) -> None:
    at: dict[str, Any] = {"x": np.linspace(1, 2, 200), "y": 3}
    result = tapecli.grad("y/x", at=at, verify=verify, method="none", formulas=False)
    assert result.counts == {Status.CERTIFIED: 400}


@pytest.mark.parametrize("execution", ["eager", "graph", "xla"])
def test_each_execution_gives_right_values_and_is_told(execution: str) -> None:
    result = tapecli.diff(DAMPED, x="0..2@9", order=3, execution=execution, formulas=False)
    assert (result.execution, result.method, result.all_ok) == (execution, "nested", True)
    assert result.tensorflow
    assert result.device == ""


@pytest.mark.own_execution
def test_without_a_choice_it_is_eager() -> None:
    assert tapecli.diff("x", x=1, formulas=False).execution == "eager"


def test_the_device_is_told() -> None:
    result = tapecli.diff("x^2", x=3, device="cpu", formulas=False)
    assert (result.device, result.tape.item()) == ("cpu", 6)


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
@pytest.mark.parametrize("execution", ["eager", "graph", "xla"])
def test_verdicts_are_right_in_each_execution_and_dtype(execution: str, dtype: str) -> None:
    result = tapecli.diff(
        ["x/(1+x^2)", "sin(x)/x", "abs(x)"],
        x=[0, 0.5, 1],
        order=2,
        execution=execution,
        dtype=dtype,
        formulas=False,
    )
    undefined = {(row.target, row.order, row.point) for row in result.rows if row.analytic is None}
    assert undefined == {("y2", k, 0) for k in (1, 2)} | {("y3", k, 0) for k in (1, 2)}
    assert {row.status for row in result.rows if row.analytic is None} == {Status.UNDEFINED}
    assert result.ok


# --- Taylor coefficients ----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["nested", "taylor", "none"])
def test_coefficients_are_derivatives_over_factorials(method: str) -> None:
    result = tapecli.diff("exp(x)", x=0, order=5, method=method, scaled=True)
    expected = [1, 1 / 2, 1 / 6, 1 / 24, 1 / 120]
    np.testing.assert_array_equal(result.values, np.reshape(expected, (1, 5, 1)))
    formulas = ["exp(x)", *(f"exp(x)/{n}" for n in (2, 6, 24, 120))]
    assert [block.formula for block in result.blocks] == formulas
    assert (result.scaled, result.all_ok) == (True, True)
    assert not tapecli.diff("exp(x)", x=0, formulas=False).scaled


@pytest.mark.parametrize("method", ["nested", "taylor", "none"])
def test_a_mixed_coefficient_has_a_factorial_for_each_variable(method: str) -> None:
    at = {"x": 2, "y": 3}
    wrt = ["x,x,y", "y,y,y", "x"]
    result = tapecli.diff("x^2*y^3", at=at, wrt=wrt, method=method, scaled=True)
    np.testing.assert_array_equal(result.values, [[[27], [4], [108]]])


def test_coefficients_of_what_is_undefined_or_lost_stay_so() -> None:
    result = tapecli.diff(["abs(x)", "log(x^2)"], x=[0, 1e-200], scaled=True, order=2)
    plain = tapecli.diff(["abs(x)", "log(x^2)"], x=[0, 1e-200], order=2)
    assert [row.status for row in result.rows] == [row.status for row in plain.rows]


@pytest.mark.parametrize("order", [200, 600])
def test_coefficients_whose_derivatives_are_too_large_have_a_place(order: int) -> None:
    """200! is too large for a float64, and the coefficient of 1/(1-x) is 1."""
    scaled = tapecli.diff("1/(1-x)", x=0, order=order, scaled=True, formulas=False)
    assert (scaled.method, scaled.all_ok) == ("taylor", True)
    np.testing.assert_array_equal(scaled.tape, np.ones((1, order, 1)))
    np.testing.assert_array_equal(scaled.analytic, scaled.tape)
    plain = tapecli.diff("1/(1-x)", x=0, order=order, formulas=False)
    assert np.isinf(plain.tape[0, -1, 0])


# --- claims -----------------------------------------------------------------------------------


def test_right_claims_are_in_the_result() -> None:
    result = tapecli.diff("log(x^2)", x=[1, 2, 3], order=2, claims=["2/x", "-2/x^2"])
    found = [(claim.target, claim.wrt, claim.order, claim.text) for claim in result.claims]
    assert found == [("y", "x", 1, "2/x"), ("y", "x", 2, "-2/x**2")]
    assert {str(claim.finding) for claim in result.claims} == {"proved"}
    assert result.ok


@pytest.mark.parametrize("method", ["auto", "taylor", "none"])
def test_a_wrong_claim_fails_the_result_whatever_the_method(method: str) -> None:
    result = tapecli.diff("log(x^2)", x=[1, 2, 3], claims="3/x", method=method)
    (claim,) = result.claims
    assert (str(claim.finding), claim.failed) == ("differs", True)
    assert claim.at is not None
    assert (claim.claimed, claim.analytic) == (3 / claim.at["x"], 2 / claim.at["x"])
    assert (result.ok, result.all_ok) == (False, True)


def test_claims_go_by_target_and_derivative_and_may_use_the_targets() -> None:
    targets = ["u = x^2*y", "v = exp(u)"]
    claims = ["2x*y", "x^2", "2x*y*v", "v*u/y"]
    result = tapecli.grad(targets, at={"x": 1, "y": 2}, method="none")
    assert result.claims == ()
    asked = {"wrt": ["x", "y"], "claims": claims, "method": "none"}
    result = tapecli.diff(targets, at={"x": 1, "y": 2}, **asked)  # type: ignore[arg-type]
    found = [(claim.target, claim.wrt) for claim in result.claims]
    assert found == [("u", "x"), ("u", "y"), ("v", "x"), ("v", "y")]
    assert not any(claim.failed for claim in result.claims)


def test_the_others_have_neither_orders_nor_claims() -> None:
    """They were once taken and passed over in silence."""
    words: list[dict[str, Any]] = [{"order": 2}, {"scaled": True}, {"claims": "x"}]
    for word in words:
        (name,) = word
        problem = f"'{name.removesuffix('s')}' is for the kind 'diff'"
        with pytest.raises(tapecli.RequestError, match=problem):
            tapecli.grad("x*y", at={"x": 1, "y": 2}, **word)
        for kind in ("grad", "jacobian", "hessian"):
            with pytest.raises(tapecli.RequestError, match=problem):
                list(tapecli.parts("x^2", x=[1, 2], kind=kind, **word))


# --- what a verb is asked -------------------------------------------------------------------


def test_an_unknown_kind_is_refused() -> None:
    """It was once a gradient."""
    with pytest.raises(tapecli.RequestError, match="unknown kind 'bogus'; there are diff, grad"):
        list(tapecli.parts("x^2", x=[1, 2], kind="bogus"))


def test_variables_of_any_name_are_keywords() -> None:
    (row,) = tapecli.diff("x*y", x=3, y=2, wrt="y", formulas=False).rows
    assert (row.at, row.tape) == ({"x": 3, "y": 2}, 3)
    points: dict[str, Any] = {"a1": 1, "rate": [2], "t": "0"}
    gradient = tapecli.grad("a1*exp(-rate*t)", formulas=False, **points)
    assert gradient.variables == ("a1", "rate", "t")
    points = {"u": "1..3"}
    (part,) = tapecli.parts("u^2", **points)
    assert part.tape.tolist() == [[[2, 4, 6]]]


@pytest.mark.parametrize(
    ("keywords", "problem"),
    [
        ({"ordr": 2}, "there is no option 'ordr'; did you mean 'order'?"),
        ({"tolerances": 2}, "there is no option 'tolerances'; did you mean 'tolerance'?"),
        ({"Method": "auto"}, "there is no option 'Method'; did you mean 'method'?"),
        ({"y": 2}, "gives points of 'y', but the variable is 'x'"),
        ({"frequency": 2}, "gives points of 'frequency', but the variable is 'x'"),
        ({"at": {"x": 2}}, "the points of 'x' are given twice"),
        ({"at": [1, 2]}, "'at' is a mapping of names to values, or '@file'"),
        ({"at": ""}, "'at' is a mapping of names to values, or '@file'"),
        ({"at": {1: 2}}, "'at' is a mapping of names to values, or '@file'"),
        ({"dtype": ["float64"]}, "unknown dtype '['float64']'; there are "),
        ({"wrt": 3}, "'wrt' must be a text or a list of texts"),
        ({"claims": [1]}, "'claims' must be a text or a list of texts"),
        ({"tolerance": "much"}, "the tolerance must be a number from 0, not much"),
        ({"device": 1}, "'1' is no device"),
    ],
    ids=str,
)
def test_keywords_that_are_none_say_what_was_meant(keywords: dict[str, Any], problem: str) -> None:
    with pytest.raises(tapecli.RequestError, match=re.escape(problem)):
        tapecli.diff("x^2", x=1, **keywords)
    with pytest.raises(tapecli.RequestError, match=re.escape(problem)):
        list(tapecli.parts("x^2", x=1, **keywords))


def test_expressions_that_are_no_text_are_refused() -> None:
    for expressions in (3, None, [1], ["x", 2]):
        with pytest.raises(tapecli.RequestError, match="'expressions' must be a text"):
            tapecli.diff(expressions, x=1)  # type: ignore[arg-type]


# --- any number of points ---------------------------------------------------------------------


def test_few_points_are_one_part() -> None:
    (part,) = tapecli.parts("x^2", x=[1, 2, 3])
    np.testing.assert_array_equal(part.tape, tapecli.diff("x^2", x=[1, 2, 3]).tape)
    assert part.blocks[0].formula is None


def test_many_points_come_in_parts_that_are_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MAX_POINTS", 10)
    monkeypatch.setattr(chunks, "LARGE_CHUNK", 8)
    xs = np.linspace(1, 2, 21)
    found = list(tapecli.parts("log(x^2)", order=2, x=xs, verify="all"))
    assert [len(part.points) for part in found] == [8, 8, 5]
    tape = np.concatenate([part.tape for part in found], axis=-1)
    np.testing.assert_allclose(tape[0], [2 / xs, -2 / xs**2], rtol=1e-15)
    assert all(part.ok for part in found)


@pytest.mark.parametrize("verb", [tapecli.diff, tapecli.hessian])
def test_a_variable_that_is_called_as_an_argument_of_ours_is_refused_by_name(verb: Any) -> None:
    with pytest.raises(tapecli.RequestError, match="'kind' is a column"):
        verb("kind*x", kind=2, x=2, method="none")
