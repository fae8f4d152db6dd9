"""The program of a tree: which variables meet in it, and which parts a line leaves alone."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from tapecli.engines.certified.balls import Balls, Side
from tapecli.engines.certified.interpreter import Interpreter, Trajectory
from tapecli.engines.certified.singular import Kink
from tapecli.expressions.expression import parse
from tapecli.floats import FORMATS


def program(typed: str) -> Interpreter:
    (expression,) = parse(typed)
    return Interpreter(expression.tree, FORMATS["float64"])


@pytest.mark.parametrize(
    ("typed", "pairs"),
    [
        ("x", ""),
        ("7", ""),
        ("x + y - z", ""),
        ("x^2 + sin(y)", ""),
        ("-(x/3) + y/pi", ""),
        ("x*y", "xy"),
        ("x*y + y*z", "xy yz"),
        ("x*y*z", "xy xz yz"),
        ("x*(y + z)", "xy xz"),
        ("(x + y)/2", ""),
        ("(x + y)*3", ""),
        ("x/y", "xy"),
        ("1/(x + y)", "xy"),
        ("(x + z)/y", "xy xz yz"),
        ("(x + y)^2", "xy"),
        ("x^y", "xy"),
        ("sin(x + y) + z", "xy"),
        ("exp(x)*log(y) - |z|", "xy"),
        ("max(x, y)", "xy"),
        ("hypot(x, y) + z*z", "xy"),
        ("atan2(y, x)*2", "xy"),
        ("x*x", ""),
    ],
)
def test_which_variables_interact(typed: str, pairs: str) -> None:
    assert program(typed).interacting == {(pair[0], pair[1]) for pair in pairs.split()}


def test_variables_meet_through_earlier_targets() -> None:
    last = parse(["u = x + y", "v = z*u"])[-1]
    assert Interpreter(last.tree, None).interacting == {("x", "z"), ("y", "z")}


def along(typed: str, slopes: dict[str, int], **point: int) -> list[arb]:
    line = Trajectory(
        {name: Fraction(value) for name, value in point.items()},
        {name: Fraction(slope) for name, slope in slopes.items()},
    )
    series = program(typed).run(line, Balls(Side.BOTH, 4), 128)
    return [series[k] for k in range(4)]


@pytest.mark.parametrize(
    ("slopes", "coefficients"),
    [
        ({"x": 1}, [18, 21, 8, 1]),
        ({"y": 1}, [18, 18, 0, 0]),
        ({"x": 1, "y": 1}, [18, 39, 29, 9]),
        ({"x": 2, "y": -1}, [18, 24, -10, -24]),
        ({}, [18, 0, 0, 0]),
    ],
)
def test_a_polynomial_along_a_line(slopes: dict[str, int], coefficients: list[int]) -> None:
    assert along("x*(x + 1)^2*y", slopes, x=2, y=1) == coefficients


@pytest.mark.parametrize("still", ["|y|", "sqrt(y)", "cbrt(y)", "sign(y)", "max(y, 2y)"])
def test_what_does_not_change_is_a_constant_even_at_its_kink(still: str) -> None:
    assert along(f"x^2 + {still}", {"x": 1}, x=3, y=0) == [9, 6, 1, 0]
    with pytest.raises(Exception) as changing:  # noqa: PT011
        along(f"x^2 + {still}", {"y": 1}, x=3, y=0)
    assert isinstance(changing.value, Kink)
