"""Points that are certified together, beside the same points certified one by one.

The expressions and points are random, and their values are near the exact ones by all kinds of
distances: every verdict must be the same, with its value, its distance in ulps and its words.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from tapecli.engines.certified.budget import Budget
from tapecli.errors import UsageError
from tapecli.evaluation import verdict
from tapecli.evaluation.planner import Choice
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.evaluation.verdict import Certificates, Column, Verification
from tapecli.expressions.functions import FUNCTIONS
from tapecli.floats import FORMATS, FloatFormat
from tapecli.result import OUT_OF_TIME, Checks, Status

Columns: TypeAlias = Sequence[NDArray[np.float64]]
"""The values of each derivative."""

UNARY = [name for name, row in FUNCTIONS.items() if row.arity == 1]
BINARY = ["atan2", "hypot", "min", "max", "pow"]
SPECIAL = (0.0, 1.0, -1.0, 0.5, 2.0, 1e-5, 1e10, 1e-300, 1e300, math.pi, math.pi / 2, 30.0, 700.0)


def expression(chance: random.Random, names: str, depth: int = 3) -> str:
    """A random expression."""
    kind = chance.random() if depth else 0.0
    if kind < 0.15:
        return str(chance.choice([*names, "x", "2", "0.1", "3"]))
    left = expression(chance, names, depth - 1)
    if kind < 0.55:
        return f"{chance.choice(UNARY)}({left})"
    if kind > 0.9:
        return f"({left})^{chance.choice(['2', '3', '-1', '0.5', 'x', '(-2.5)', '0'])}"
    right = expression(chance, names, depth - 1)
    if kind < 0.65:
        return f"{chance.choice(BINARY)}({left}, {right})"
    return f"({left}) {chance.choice('+-*/')} ({right})"


def number(chance: random.Random, format_: FloatFormat) -> float:
    """A random number of the dtype, of any size."""
    kind = chance.random()
    if kind < 0.7:
        x = chance.uniform(-3, 3)
    elif kind < 0.9:
        x = chance.choice(SPECIAL)
    else:
        x = math.ldexp(chance.uniform(-1, 1), chance.randrange(-1070, 1020))
    rounded = format_.round(Fraction(x))
    return rounded if math.isfinite(rounded) else 1.0


def questions(seed: int, count: int, points: int) -> Iterator[Question]:
    """Random questions at random points."""
    chance = random.Random(seed)
    while count:
        format_ = FORMATS[chance.choice(list(FORMATS))]
        names = "xyz"[: chance.choice([1, 1, 1, 2, 3])]
        kind = "diff" if names == "x" else chance.choice(["grad", "hessian"])
        order = chance.choice([0, 1, 2, 3, 5, 10]) if kind == "diff" else None
        options = Options(
            dtype=format_.name, scaled=kind == "diff" and chance.random() < 0.3, verify="all"
        )
        columns: dict[str, Any] = {
            name: [number(chance, format_) for _ in range(points)] for name in names
        }
        text = " + ".join([expression(chance, names), *(f"0*{name}" for name in names)])
        try:
            question = Question.parse(
                kind, text, PointsInput(columns, paired=True), order=order, options=options
            )
            yield question.at(question.points, Choice("single"))
        except UsageError:  # a constant or exponent out of bounds
            continue
        count -= 1


def values(question: Question, exact: list[Checks], chance: random.Random) -> Columns:
    """Values near the exact ones, some by nothing, some by so much that they are wrong."""
    format_ = question.format_
    columns = []
    for by_index in exact:
        column = []
        for check in by_index.values():
            analytic = check.analytic if check.analytic is not None else 1.0
            size = chance.choice([0, 1, 3, 100, 1e4, 1e8, 1e12]) * float(format_.unit_roundoff)
            value = analytic * (1 + size * chance.uniform(-1, 1))
            if chance.random() < 0.05:
                value = chance.choice([math.nan, math.inf, 0.0, -analytic])
            column.append(format_.round(Fraction(value)) if math.isfinite(value) else value)
        columns.append(np.array(column))
    return columns


def certified(
    monkeypatch: pytest.MonkeyPatch, question: Question, *, together: bool
) -> tuple[Certificates, Callable[[Sequence[Column]], list[Checks]]]:
    """The certificates of a question, and a function for the verdicts on values."""
    monkeypatch.setattr(verdict, "MANY", 1 if together else math.inf)
    (tree,) = question.trees
    verification = Verification(question, Budget(2.0, 0.2))
    certificates = verification.certificates(tree)
    return certificates, lambda columns: verification.checks(tree, columns, certificates)


def compare(
    monkeypatch: pytest.MonkeyPatch, seed: int, count: int, points: int, rounds: int = 1
) -> int:
    """Compare all verdicts of random questions; how many there were from points together."""
    total = 0
    chance = random.Random(-seed)
    for question in questions(seed, count, points):
        _, one_by_one = certified(monkeypatch, question, together=False)
        certificates, together = certified(monkeypatch, question, together=True)
        exact = one_by_one([None] * len(question.derivatives))
        for _ in range(rounds):
            columns = values(question, exact, chance)
            check_same(question, together(columns), one_by_one(columns))
            if certificates.regular:
                total += certificates.regular.analytic.size
    return total


def check_same(question: Question, first: list[Checks], second: list[Checks]) -> None:
    """Check that all verdicts are the same; some may run out of time in one of both ways."""
    if repr(first) == repr(second):
        return
    for by, checks, others in zip(question.derivatives, first, second, strict=True):
        assert list(checks) == list(others)
        for index, other in others.items():
            if OUT_OF_TIME not in (other.note, checks[index].note):
                point = question.points.at(index)
                assert repr(checks[index]) == repr(other), (question, by.wrt, by.order, point)


@pytest.mark.parametrize("seed", range(8))
def test_verdicts_are_the_same(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    assert compare(monkeypatch, seed, 12, 40) > 500


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 114))
def test_verdicts_of_many_points_are_the_same(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """They are a million in all."""
    assert compare(monkeypatch, seed, 40, 100, rounds=6) > 40_000


def check_both(monkeypatch: pytest.MonkeyPatch, question: Question, columns: Columns) -> None:
    """Check that the verdicts on values are the same from points together and one by one."""
    question = question.at(question.points, Choice("single"))
    one_by_one, together = (
        certified(monkeypatch, question, together=which)[1](columns) for which in (False, True)
    )
    check_same(question, together, one_by_one)


def test_coefficients_of_high_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """21! is beyond 64 bits, and 171! beyond float64."""
    points = [1 + index / 16 for index in range(16)]
    for order in (20, 21, 22, 171, 200):
        question = Question.parse(
            "diff", "exp(x)", PointsInput({"x": points}), order=order, options=Options(scaled=True)
        )
        check_both(monkeypatch, question, [np.zeros(len(points))] * len(question.derivatives))


def test_a_distance_within_the_radius_of_a_bound_is_in_doubt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The tolerance makes the bound for `ok` the distance of the value, less half of the radius."""
    points = [0.5173709855337125] * 16
    options = Options(tolerance=0.027851216296801415)
    source = PointsInput({"x": points}, paired=True)
    text = "(sin(x) + pi*1e17) - pi*1e17"
    question = Question.parse("diff", text, source, order=0, options=options)
    check_both(monkeypatch, question, [np.full(16, 0.49459691414795787)])


def test_slopes_that_are_zero_leave_a_point_regular(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mixed derivative of order 3 is zero by cancellation, so that it is in no way certain."""
    points = [1.25 + index / 16 for index in range(20)]
    source = PointsInput({"x": points, "y": points}, paired=True)
    question = Question.parse("hessian", "log(x)*y", source)
    question = question.at(question.points, Choice("single"))
    certificates, judged = certified(monkeypatch, question, together=True)
    assert certificates.regular
    assert len(certificates.regular.indices) == 20
    assert np.isnan(certificates.regular.sensitivity).any()
    nothing: list[None] = [None] * 4
    exact = [np.array([check.analytic for check in by.values()]) for by in judged(nothing)]
    for factor in (1.0, 1 + 2.0**-50, 2.0):
        check_both(monkeypatch, question, [factor * column + 1e-320 for column in exact])


@pytest.mark.parametrize(
    ("text", "wrt", "point"),
    [
        ("sin(x)*y", "x,y", (3.3, 5e-324)),
        ("asinh(x)*y", "x,x,y", (-16525.177775959088, 5e-324)),
        ("log(x)*y^2", "x,y", (5e-324, 1e-310)),
        ("log2(x)*y", "x,x,y", (1.7976931348623157e308, 2.5)),
    ],
)
def test_mixed_derivatives_lose_no_digits_by_powers_of_two(
    monkeypatch: pytest.MonkeyPatch, text: str, wrt: str, point: tuple[float, float]
) -> None:
    """The steps along lines are as small as the variables, beyond the normal numbers."""
    columns: dict[str, Any] = {name: [x] * 20 for name, x in zip("xy", point, strict=True)}
    question = Question.parse("diff", text, PointsInput(columns, paired=True), wrt=wrt)
    question = question.at(question.points, Choice("single"))
    together, one_by_one = (
        certified(monkeypatch, question, together=which)[1]([None]) for which in (True, False)
    )
    assert repr(together) == repr(one_by_one)


def test_values_that_are_far_too_large_do_not_warn(monkeypatch: pytest.MonkeyPatch) -> None:
    source = PointsInput({"x": [2e306 + index * 1e304 for index in range(20)]})
    question = Question.parse("diff", "x", source, order=0)
    question = question.at(question.points, Choice("single"))
    (checks,) = certified(monkeypatch, question, together=True)[1]([np.full(20, -1.797e308)])
    assert {check.status for check in checks.values()} == {Status.OFF}


@pytest.mark.parametrize(
    ("text", "undefined"),
    [
        ("log(x)", 7),
        ("sqrt(x)*abs(x-2)", 6),
        ("1/log(x)", 8),
        ("acosh(x)^pi", 7),
        ("gamma(x)+tan(x)", 3),
        ("x^x", 7),
        ("log(x)/0", 13),
    ],
)
def test_where_no_derivative_exists_the_reason_is_that_of_one_point(
    monkeypatch: pytest.MonkeyPatch, text: str, undefined: int
) -> None:
    points = [-2, -1.5, -1, -0.5, -1e-300, -math.pi, 0, 1, 1 + 2**-52, 1.5, 2, 3, 1e300]
    source = PointsInput({"x": points})
    question = Question.parse("diff", text, source, order=3, options=Options(verify="all"))
    check_both(monkeypatch, question, [np.zeros(len(points))] * 3)
    certificates, _ = certified(
        monkeypatch, question.at(question.points, Choice("single")), together=True
    )
    known = certificates.regular.undefined if certificates.regular else ()
    assert len(known) == undefined
