"""`tapecli grad`: a vector at one point, rows at many, several expressions one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Run

VALLEY = "(1-x)^2 + 100(y-x^2)^2"

AT_THE_BOTTOM = """\
f = (1 - x)**2 + 100*(y - x**2)**2                        float64, a single tape
at x = 1, y = 1

gradient
       x ⎡ 0 ⎤
       y ⎣ 0 ⎦

       tape  analytic  ulps  formula
───────────────────────────────────────────────────────
∂f/∂x  0     0            0  -400·x·(-x² + y) + 2·x - 2
∂f/∂y  0     0            0  200·(-x² + y)

2 values, all within 1 ulp of the analytic derivative
"""


def test_at_one_point_it_is_a_vector_with_its_entries_below(run: Run) -> None:
    done = run("grad", VALLEY, "--x", "1", "--y", "1")
    assert (done.code, done.out, done.err) == (0, AT_THE_BOTTOM, "")


def test_at_many_points_it_is_rows(run: Run) -> None:
    done = run("grad", "x*y", "--x", "1..2", "--y", "3")
    assert (done.code, done.err) == (0, "")
    assert "gradient" not in done.out
    assert done.lines[2:7] == [
        "∂f/∂x = y                     ∂f/∂y = x",
        "x  y  tape  analytic  ulps    x  y  tape  analytic  ulps",
        "──────────────────────────    ──────────────────────────",
        "1  3  3     3            0    1  3  1     1            0",
        "2  3  3     3            0    2  3  2     2            0",
    ]


def test_several_expressions_have_a_gradient_each(run: Run) -> None:
    done = run("grad", "x*y", "x + y", "--x", "2", "--y", "3")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("gradient\n") == 2
    values = run("grad", "x*y", "x + y", "--x", "2", "--y", "3", "-f", "value")
    assert values.out == "3\n2\n1\n1\n"


def test_an_expression_may_use_those_before_it(run: Run) -> None:
    done = run("grad", "u = x*y", "v = u^2", "--x", "2", "--y", "3", "-f", "value")
    assert (done.code, done.out, done.err) == (0, "3\n2\n36\n24\n", "")
