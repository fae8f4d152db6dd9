"""The model of what a series costs: it grows as it should, and is not far from the truth."""

from __future__ import annotations

import itertools
import time
from fractions import Fraction

import pytest

from tapecli.engines.certified.balls import Balls, Side
from tapecli.engines.certified.budget import OPERATIONS
from tapecli.engines.certified.interpreter import Interpreter, Trajectory
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTION_NAMES

FAR_OFF = 12.0
"""How many times longer than expected a series may take. The model was within a factor of 3 of
the expressions below; the rest is for a busy machine."""

LEAST = 0.002
"""Seconds below which the clock tells nothing."""


def program(text: str) -> Interpreter:
    (target,) = parse([text], {"x"})
    return Interpreter(target.tree, None)


@pytest.mark.parametrize(
    "text", ["sin(x)", "exp(sin(x))", "x*sin(x)", "gamma(x)", "tanh(x)", "x^3"]
)
def test_it_grows_with_precision_and_terms(text: str) -> None:
    costs = [
        [program(text).seconds(terms, precision) for terms in (1, 3, 30, 2000)]
        for precision in (53, 512, 2560, 40_960)
    ]
    for row in costs:
        assert all(a < b for a, b in itertools.pairwise(row))
    for terms, column in enumerate(zip(*costs, strict=True)):
        if text == "x^3" and terms == 0:  # numbers are multiplied at no cost, however long
            assert len(set(column)) == 1
        else:
            assert all(a < b for a, b in itertools.pairwise(column))


def test_gamma_is_dear_and_a_straight_line_inside_is_cheap() -> None:
    def cost(text: str) -> float:
        return program(text).seconds(100, 2560)

    assert cost("gamma(x)") > 10 * cost("exp(sin(x))")
    assert cost("exp(sin(x))") > 3 * cost("exp(2*x+1)")
    assert cost("exp(2*x+1)") > 10 * cost("x+1")


def test_every_name_of_the_table_is_a_function() -> None:
    operators = {"add", "sub", "neg", "mul", "div", "pow"}
    assert set(OPERATIONS) <= operators | set(FUNCTION_NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "gamma(x+1)-x*gamma(x)",
        "lgamma(exp(x)+1)-x",
        "sin(x)^2+cos(x)^2-1",
        "tanh(x)-sinh(x)/cosh(x)",
        "erf(x)+erfc(x)-1",
        "x^x-exp(x*log(x))",
        "atan(sin(x))*exp(cos(x))",
    ],
)
@pytest.mark.parametrize(("terms", "precision"), [(30, 2560), (3, 10_240), (200, 512)])
def test_no_series_takes_much_longer_than_expected(text: str, terms: int, precision: int) -> None:
    one = program(text)
    line = Trajectory({"x": Fraction(5, 4)}, {"x": Fraction(1)})
    start = time.process_time()
    one.run(line, Balls(Side.BOTH, terms), precision)
    assert time.process_time() - start < FAR_OFF * one.seconds(terms, precision) + LEAST
