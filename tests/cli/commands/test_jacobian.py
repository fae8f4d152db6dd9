"""`tapecli jacobian`: a row for each expression, a column for each variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

TWO_ROWS = """\
y1 = x**2*y
y2 = x + y                                            float64, a persistent tape
at x = 2, y = 3

Jacobian   x   y
      y1 ⎡ 12  4 ⎤
      y2 ⎣  1  1 ⎦

        tape  analytic  ulps  formula
─────────────────────────────────────
∂y1/∂x  12    12           0  2·x·y
∂y1/∂y   4     4           0  x²
∂y2/∂x   1     1           0  1
∂y2/∂y   1     1           0  1

4 values, all within 1 ulp of the analytic derivative
"""

CALL = ("jacobian", "x^2*y", "x + y", "--x", "2", "--y", "3")


def test_at_one_point_it_is_a_matrix_with_its_entries_below(run: Run) -> None:
    done = run(*CALL)
    assert (done.code, done.err) == (0, "")
    assert done.out == TWO_ROWS


@pytest.mark.parametrize("method", ["auto", "parallel", "persistent", "nested", "batch"])
def test_every_arrangement_gives_the_same_matrix(run: Run, method: str) -> None:
    done = run(*CALL, "--method", method, "-f", "value")
    assert (done.code, done.out, done.err) == (0, "12\n4\n1\n1\n", "")


def test_wrt_leaves_columns_out(run: Run) -> None:
    assert run(*CALL, "--wrt", "y", "-f", "value").out == "4\n1\n"


def test_one_expression_is_one_row(run: Run) -> None:
    done = run("jacobian", "x*y", "--x", "2", "--y", "3")
    assert (done.code, done.err) == (0, "")
    assert "\n       f [ 3  2 ]\n" in done.out
