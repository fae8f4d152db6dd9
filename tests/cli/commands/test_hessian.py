"""`tapecli hessian`: the second derivatives by each pair of variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

VALLEY = "(1-x)^2 + 100(y-x^2)^2"

AT_THE_BOTTOM = """\
f = (1 - x)**2 + 100*(y - x**2)**2                         float64, nested tapes
at x = 1, y = 1

Hessian    x     y
      x ⎡  802  -400 ⎤
      y ⎣ -400   200 ⎦

          tape  analytic  ulps  formula
───────────────────────────────────────────────────
∂²f/∂x²    802   802         0  1200·x² - 400·y + 2
∂²f/∂x∂y  -400  -400         0  -400·x
∂²f/∂y∂x  -400  -400         0  -400·x
∂²f/∂y²    200   200         0  200

4 values, all within 1 ulp of the analytic derivative
"""


def test_at_one_point_it_is_a_matrix_with_its_entries_below(run: Run) -> None:
    done = run("hessian", VALLEY, "--x", "1", "--y", "1")
    assert (done.code, done.out, done.err) == (0, AT_THE_BOTTOM, "")


@pytest.mark.parametrize("method", ["auto", "nested", "batch"])
def test_every_arrangement_gives_the_same_matrix(run: Run, method: str) -> None:
    done = run("hessian", VALLEY, *["--x", "1", "--y", "1", "-f", "value", "--method"], method)
    assert (done.code, done.out, done.err) == (0, "802\n-400\n-400\n200\n", "")


def test_three_variables_have_three_rows(run: Run) -> None:
    done = run("hessian", "x*y*z", *["--x", "1", "--y", "2", "--z", "3"])
    assert (done.code, done.err) == (0, "")
    assert done.lines[3:7] == [
        "Hessian   x  y  z",
        "      x ⎡ 0  3  2 ⎤",
        "      y ⎢ 3  0  1 ⎥",
        "      z ⎣ 2  1  0 ⎦",
    ]


def test_several_expressions_have_a_hessian_each(run: Run) -> None:
    done = run("hessian", "x*y", "x^2", *["--x", "1", "--y", "2"])
    assert (done.code, done.err) == (0, "")
    assert done.out.count("Hessian ") == 2


def test_a_kink_is_undefined_and_explained_with_exit_code_0(run: Run) -> None:
    done = run("hessian", "abs(x)*y", *["--x", "0", "--y", "1"])
    assert (done.code, done.err) == (0, "")
    assert "undefined" in done.lines[-1]
    assert "undefined at (x, y) = (0, 1): " in done.out
