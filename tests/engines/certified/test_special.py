"""Special functions in ball arithmetic: edges, orders and numbers that the library cannot take."""

from __future__ import annotations

import math

import pytest

import tapecli
from tapecli.errors import RequestError
from tapecli.expressions.functions import bessel, integrals
from tapecli.result import Status

EXTREME = (0.0, 5e-324, 1e-300, -1e-300, 1e300, -1e300)


@pytest.mark.parametrize("name", [row.name for row in (*integrals.ROWS, *bessel.ROWS)])
def test_extreme_numbers_end_in_a_verdict(name: str) -> None:
    row = next(row for row in (*integrals.ROWS, *bessel.ROWS) if row.name == name)
    text = f"{name}({'2.5, ' * (row.arity - 1)}x)"
    result = tapecli.diff(text, x=EXTREME, order=2, method="none", formulas=False)
    assert {row.status for row in result.rows} <= {Status.CERTIFIED, Status.UNDEFINED}


def test_nothing_is_differentiated_by_the_order_of_a_bessel_function() -> None:
    with pytest.raises(RequestError, match="not differentiated by 'v'"):
        tapecli.diff("besselj(x, 2)", x=1, method="none")
    (row,) = tapecli.diff("besselj(v, x)", at={"v": 1.5, "x": 2}, wrt="x", method="none").rows
    assert row.analytic == pytest.approx(0.144545802546456, rel=1e-14)


def test_arcs_at_many_digits_do_not_abort() -> None:
    (row,) = tapecli.diff("acos(cbrt(asin(x)*2))", x=0, method="none").rows
    assert row.status is Status.UNDEFINED


def test_the_edge_of_a_domain_has_a_value() -> None:
    (row,) = tapecli.diff("spence(x)", x=0, order=0, method="none").rows
    assert row.analytic == math.pi**2 / 6
