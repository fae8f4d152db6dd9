"""Results: their axes, and what is counted."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tapecli.expressions.derivative import Derivative, by_orders, gradient, hessian
from tapecli.floats import FORMATS
from tapecli.points.points import Axis, Points
from tapecli.result import UNVERIFIED, Block, Check, Checks, Claim, Finding, Result, Status

ONE = Points((Axis({"x": (1.0,)}, is_list=False), Axis({"y": (2.0,)}, is_list=False)))
PRODUCT = Points((Axis({"x": (1.0, 2.0)}), Axis({"y": (3.0, 4.0, 5.0)})))
PAIRED = Points((Axis({"x": (1.0, 2.0)}), Axis({"y": (3.0, 4.0)})), paired=True)


def result(
    kind: str, derivatives: list[Derivative], points: Points, targets: str = "f", **checks: Check
) -> Result:
    """A result whose values count up, by target, derivative and point."""
    number = itertools.count()
    blocks = tuple(
        Block(target, "x*y", one, None, points,
              np.array([float(next(number)) for _ in range(len(points))]),
              {int(place[1:]): check for place, check in checks.items()})
        for target in targets
        for one in derivatives
    )  # fmt: skip
    return Result(kind, blocks, points, FORMATS["float64"], "nested", "2.21.0", 1.0)


XY = ["x", "y"]


@pytest.mark.parametrize(
    ("found", "axes"),
    [
        (result("diff", by_orders("x", 1), ONE), {}),
        (result("diff", by_orders("x", 3), ONE), {"order": 3}),
        (result("diff", by_orders("x", 1), PRODUCT), {"x": 2, "y": 3}),
        (result("diff", by_orders("x", 1), PAIRED, "fg"), {"point": 2, "target": 2}),
        (result("diff", gradient(XY), ONE), {"wrt": 2}),
        (result("grad", gradient(XY), ONE), {"wrt": 2}),
        (result("grad", gradient(["x"]), ONE), {"wrt": 1}),
        (result("jacobian", gradient(XY), ONE), {"target": 1, "wrt": 2}),
        (result("jacobian", gradient(XY), PAIRED, "fgh"), {"point": 2, "target": 3, "wrt": 2}),
        (result("hessian", hessian(XY), ONE), {"row": 2, "column": 2}),
        (
            result("hessian", hessian(XY), PRODUCT, "fg"),
            {"x": 2, "y": 3, "target": 2, "row": 2, "column": 2},
        ),
    ],
)
def test_there_is_an_axis_for_whatever_there_are_several_of(
    found: Result, axes: dict[str, int]
) -> None:
    assert list(found.axes) == list(axes)
    assert found.arranged(found.tape).shape == tuple(axes.values())
    for name, along in found.axes.items():
        assert name == "point" or (along is not None and len(along) == axes[name])


def test_points_come_first_and_matrices_last() -> None:
    found = result("hessian", hessian(XY), PRODUCT)
    arranged = found.arranged(found.tape)
    for row in found.rows:
        i, j = (XY.index(name) for name in row.wrt.split(","))
        place = int(row.at["x"] - 1), int(row.at["y"] - 3)
        assert arranged[(*place, i, j)] == row.tape


def test_what_stands_along_an_axis() -> None:
    axes: Any = result("hessian", hessian(XY), PRODUCT, "fg").axes
    np.testing.assert_array_equal(axes["x"], [1, 2])
    np.testing.assert_array_equal(axes["y"], [3, 4, 5])
    assert (axes["target"], axes["row"], axes["column"]) == (["f", "g"], XY, XY)


def test_values_without_a_verdict_are_unverified_and_fail_nothing() -> None:
    found = result("grad", gradient(XY), PRODUCT, _0=Check(1.0, 0, Status.OK))
    assert found.counts == {Status.OK: 2, Status.UNVERIFIED: 10}
    assert (found.ok, found.all_ok) == (True, True)
    assert [row.status for row in found.rows][:2] == [Status.OK, Status.UNVERIFIED]
    assert np.isnan(found.analytic[0, 0]).tolist() == [False, *[True] * 5]


def test_a_wrong_value_fails_whatever_is_unverified() -> None:
    found = result("grad", gradient(XY), PRODUCT, _3=Check(1.0, 9, Status.OFF))
    assert not found.ok


def test_a_point_is_a_number_or_one_for_each_variable() -> None:
    alone = Points((Axis({"x": (1.5,)}),))
    assert next(result("diff", by_orders("x", 1), alone).rows).point == 1.5
    assert next(result("diff", by_orders("x", 1), ONE).rows).point == {"x": 1, "y": 2}


def alone(found: Result) -> Result:
    """The same with analytic values alone."""
    ok = {0: Check(5.0, None, Status.CERTIFIED), 1: Check(None, None, Status.UNDEFINED, "a pole")}
    return replace(found, blocks=tuple(replace(b, tape=None, checks=ok) for b in found.blocks))


def test_where_nothing_was_computed_the_values_are_analytic() -> None:
    computed = result("grad", gradient(XY), PAIRED)
    found = alone(computed)
    assert (computed.computed, found.computed) == (True, False)
    assert computed.values.tolist() == computed.tape.tolist() == [[[0, 1], [2, 3]]]
    assert np.isnan(found.tape).all()
    np.testing.assert_array_equal(found.values, [[[5, np.nan], [5, np.nan]]])
    assert [row.tape for row in found.rows] == [None] * 4
    assert found.counts == {Status.UNDEFINED: 2, Status.CERTIFIED: 2}
    assert (found.ok, found.all_ok) == (True, False)


def test_a_result_is_scaled_if_its_derivatives_are() -> None:
    one, *_ = by_orders("x", 2)
    assert not result("diff", [one], ONE).scaled
    assert result("diff", [replace(one, scaled=True)], ONE).scaled


@pytest.mark.parametrize(
    ("finding", "ok"),
    [
        (Finding.PROVED, True),
        (Finding.AGREES, True),
        (Finding.DIFFERS, False),
        (Finding.UNTESTED, False),
    ],
)
def test_a_claim_that_is_not_right_fails_whatever_the_values(finding: Finding, ok: bool) -> None:
    right = Claim("f", "x", 1, "y", Finding.PROVED, 9)
    claims = (right, replace(right, finding=finding))
    found = replace(result("diff", by_orders("x", 1), ONE), claims=claims)
    assert (found.ok, found.all_ok) == (ok, True)


def test_verdicts_in_arrays_are_those_of_objects() -> None:
    special = {2: Check(3.0, None, Status.LOST, "lost"), 4: Check(None, None, Status.UNDEFINED)}
    indices, analytic = np.array([1, 3, 5]), np.array([1.5, 2.0, -0.5])
    ulps = np.array([0, 2**64 - 1, 3], np.uint64)
    checks = Checks(special, Status.OK, indices, analytic, ulps)
    expected = {
        1: Check(1.5, 0, Status.OK),
        2: special[2],
        3: Check(2.0, 2**64 - 1, Status.OK),
        4: special[4],
        5: Check(-0.5, 3, Status.OK),
    }
    assert checks == expected
    assert list(checks) == list(expected)
    assert repr(checks) == repr(expected)
    assert len(checks) == 5
    assert checks.get(0, UNVERIFIED) is UNVERIFIED
    assert checks.counts == {Status.OK: 3, Status.LOST: 1, Status.UNDEFINED: 1}
    certified = Checks({}, Status.CERTIFIED, indices, analytic)
    assert certified[3] == Check(2.0, None, Status.CERTIFIED)
    assert certified.counts == {Status.CERTIFIED: 3}
