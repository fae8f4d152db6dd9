"""--stable: branches that tapes can compute at every point."""

from __future__ import annotations

import pytest

import tapecli
from tapecli.evaluation.guarding import guarded
from tapecli.expressions.expression import parse
from tapecli.floats import FORMATS
from tapecli.result import Status


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("where(x > 0, log(x), 0)", "where(x > 0, log(where(x > 0, x, 1)), 0)"),
        ("where(x > 0, 0, sqrt(-x))", "where(x > 0, 0, sqrt(-where(x > 0, -1, x)))"),
        ("where(x > 0, x^2, sin(x))", "where(x > 0, x**2, sin(x))"),
        (
            "where(x > y, log(x - y), 0)",
            "where(x > y, log(where(x > y, x, 1) - where(x > y, y, 1/2)), 0)",
        ),
    ],
)
def test_branches_are_computed_from_safe_points(typed: str, shown: str) -> None:
    (target,) = parse(typed)
    tree = guarded(target.tree, [("x",)], FORMATS["float64"])
    assert str(tree).replace("0.5", "1/2") == shown


@pytest.mark.parametrize("typed", ["where(x > 0, log(x), 0)", "where(x > 1, (x - 1)^0.5, x)"])
def test_no_nan_comes_from_the_branch_not_taken(typed: str) -> None:
    plain = tapecli.diff(typed, x=[0, 1e-300, 3], order=2, formulas=False)
    stable = tapecli.diff(typed, x=[-1, 0.5, 3], order=2, formulas=False, stable=True)
    assert stable.ok
    assert {row.status for row in stable.rows} <= {Status.OK, Status.ROUNDED}
    assert [row.analytic for row in plain.rows][-1] == [row.analytic for row in stable.rows][-1]
