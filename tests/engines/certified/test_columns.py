"""Trees that are evaluated at many points together, beside the interpreter at one point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import arb

from tapecli.engines.certified import columns
from tapecli.engines.certified.balls import Balls, Series, Side, exact_arb
from tapecli.engines.certified.columns import Irregular, Path, Program, RegularBalls, Step
from tapecli.engines.certified.interpreter import Interpreter, Trajectory, working
from tapecli.expressions.expression import parse
from tapecli.floats import FORMATS

FLOAT64 = FORMATS["float64"]
NAMES = ("x", "y")
POINTS = [(0.5, 2.0), (1.25, -3.0), (3.0, 1.0), (1e-3, 700.0)]
LINES: list[Path] = [
    (Step(0, 1),),
    (Step(1, 1),),
    (Step(0, 1, is_scaled=True), Step(1, 2, is_scaled=True)),
    (Step(0, 1, 2), Step(1, Fraction(1, 2**100))),
]
TEXTS = ["x*y", "sin(x*y)*exp(-x)", "log(x^2)/(1+y^2)", "x^3*y", "atan2(x,y)+0.1", "max(x,y)^2"]


def interpreter_of(text: str) -> Interpreter:
    (expression,) = parse([text])
    return Interpreter(expression.tree, FLOAT64)


def run(
    program: Program, points: Sequence[Sequence[float]], unit: float = 0.0
) -> tuple[list[list[Series]], dict[int, str]]:
    starts = [[arb(x, abs(x) * unit) for x in xs] for xs in zip(*points, strict=True)]
    exponents = [[math.frexp(x)[1] for x in xs] for xs in zip(*points, strict=True)]
    with working(program.precision, program.balls.terms):
        return program.run(starts, exponents)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("bits", [53, 128])
def test_series_are_those_of_the_interpreter(text: str, bits: int) -> None:
    interpreter, terms = interpreter_of(text), 5
    tapes = {"tiny": exact_arb(FLOAT64.smallest_normal), "unit": arb(2) ** -53}
    more: dict[str, Any] = tapes if bits == 53 else {}
    rules = RegularBalls(Side.BOTH, terms, **more)
    program = Program(interpreter, NAMES, rules, bits, LINES, (1e-270, 1e300))
    results, irregular = run(program, POINTS, 2.0**-53 if more else 0.0)
    assert not irregular
    for path, column in zip(LINES, results, strict=True):
        for point, series in zip(POINTS, column, strict=True):
            slopes = {
                NAMES[s.number]: Fraction(s.factor)
                * (Fraction(2) ** math.frexp(point[s.number])[1] if s.is_scaled else 1)
                for s in path
            }
            powers = {NAMES[s.number]: s.power for s in path}
            at = dict(zip(NAMES, map(Fraction, point), strict=True))
            balls = Balls(Side.BOTH, terms, **more)
            other = interpreter.run(Trajectory(at, slopes, powers), balls, bits)
            for k in range(terms):
                with working(bits, terms):
                    assert series[k].overlaps(other[k])
                    assert math.isclose(series[k].rad(), other[k].rad(), rel_tol=2**-20), (path, k)


def test_coefficients_are_those_of_mpmath() -> None:
    program = Program(
        interpreter_of("sin(x*y)*exp(-x)"), NAMES, RegularBalls(Side.BOTH, 4), 128, LINES[:1]
    )
    ((*column,), *_), _ = run(program, POINTS[:3])
    for (x, y), series in zip(POINTS, column, strict=False):
        with mpmath.workdps(40):
            expected = mpmath.taylor(lambda t, y=y: mpmath.sin(t * y) * mpmath.exp(-t), x, 3)
        for k in range(4):
            assert math.isclose(float(series[k]), float(expected[k]), rel_tol=1e-14)


def test_points_that_are_not_regular_leave_the_others_alone() -> None:
    program = Program(
        interpreter_of("log(x)*abs(y)"), NAMES, RegularBalls(Side.BOTH, 3), 128, LINES[:2]
    )
    points = [(1.5, 2.0), (-1.0, 2.0), (2.0, 0.0), (0.0, 0.0), (2.5, -1.0)]
    results, irregular = run(program, points)
    domain = "outside the domain of log, which is x > 0"
    assert irregular == {1: domain, 2: "", 3: domain}
    for index in (0, 4):
        alone, nothing = run(program, [points[index]])
        assert not nothing
        assert [str(column[index]) for column in results] == [str(c[0]) for c in alone]


def test_what_paths_share_is_computed_once() -> None:
    interpreter = interpreter_of("sin(x) + exp(y)")
    one, both, more = (
        Program(interpreter, NAMES, RegularBalls(Side.BOTH, 3), 128, paths)
        for paths in (LINES[:1], LINES[:2], [*LINES[:2], *LINES[:2]])
    )
    assert len(one._steps) == 3
    assert len(both._steps) == 6  # sin(x), exp(y) and their sum along each axis
    assert len(more._steps) == 6


def test_a_constant_that_is_not_regular_is_refused() -> None:
    with pytest.raises(columns.IRREGULAR):
        Program(interpreter_of("x*log(-1)"), NAMES, RegularBalls(Side.BOTH, 3), 128, LINES[:1])


def test_too_many_operations_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MOST_SLOTS", 5)
    with pytest.raises(Irregular):
        Program(interpreter_of("sin(x)*exp(y)"), NAMES, RegularBalls(Side.BOTH, 3), 128, LINES)


def test_columns_of_large_programs_are_short() -> None:
    small, large = (
        Program(interpreter_of(text), NAMES, RegularBalls(Side.BOTH, terms), 128, LINES[:1])
        for text, terms in (("x", 2), ("+".join(f"sin({k}*x)" for k in range(2, 150)), 1000))
    )
    assert small.size == columns.MOST_POINTS
    assert large.size == 1
