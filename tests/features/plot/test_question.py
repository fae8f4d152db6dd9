"""What is asked of a plot: along which variable, where, and which curves."""

from __future__ import annotations

import math

import pytest

from tapecli.errors import PointsError, RequestError
from tapecli.features.plot.model import PlotAxis
from tapecli.features.plot.question import PlotQuestion, ask, ends, read
from tapecli.floats import FORMATS


def plot_question(
    *expressions: str, order: int | None = None, wrt: str = "", **points: str
) -> PlotQuestion:
    return ask(expressions, points, [wrt] if wrt else [], order)


def curves(plot: PlotQuestion) -> list[str]:
    return [
        "".join(derivative.variables)
        for question in plot.questions
        for derivative in question.derivatives
    ]


def test_a_variable_without_a_range_has_the_usual_one() -> None:
    assert plot_question("x^2").axis == PlotAxis("x", -5, 5)
    assert plot_question("t^2").axis == PlotAxis("t", -5, 5)
    assert plot_question("3").axis == PlotAxis("x", -5, 5)


@pytest.mark.parametrize(
    ("text", "start", "stop"),
    [("-5..5", -5, 5), ("0..2pi", 0, 2 * math.pi), ("-pi/2..pi/2", -math.pi / 2, math.pi / 2),
     (" .5...75", 0.5, 0.75), ("-1e-3..1e-3", -1e-3, 1e-3)],
)  # fmt: skip
def test_the_ends_of_a_range_are_exact(text: str, start: float, stop: float) -> None:
    axis, samples = read("x", text)
    assert (axis.start, axis.stop, axis.log, samples) == (start, stop, False, None)


@pytest.mark.parametrize(
    ("text", "samples", "log"),
    [
        ("0..1@3", (0, 0.5, 1), False),
        ("0..1:0.25", (0, 0.25, 0.5, 0.75, 1), False),
        ("3,1,2,1", (1, 2, 3), False),
        ("1e-2..1e2@3log", (0.01, 1, 100), True),
        ("-100..-1@3log", (-100, -10, -1), False),
    ],
)
def test_what_has_samples_of_its_own_keeps_them(
    text: str, samples: tuple[float, ...], log: bool
) -> None:
    axis, values = read("x", text)
    assert values == pytest.approx(samples)
    assert (axis.start, axis.stop, axis.log) == (samples[0], samples[-1], log)


def test_the_curves_are_the_value_and_all_orders() -> None:
    assert curves(plot_question("x^3", order=2)) == ["", "x", "xx"]
    assert curves(plot_question("x^3")) == ["", "x"]
    assert curves(plot_question("x^3", order=0)) == [""]


def test_the_other_variables_have_values() -> None:
    plot = plot_question("x*y*z", x="0..1", y="pi/2", z="2")
    assert plot.axis.name == "x"
    assert {name: float(value) for name, value in plot.at.items()} == {"y": math.pi / 2, "z": 2}
    assert plot_question("x*y", y="2").axis == PlotAxis("x", -5, 5)
    assert curves(plot_question("x*y", y="0..1", x="3")) == ["", "y"]
    assert curves(plot_question("x*y", y="0..1", x="3", wrt="x,y")) == ["", "xy"]


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        ({"x": "3"}, "single point"),
        ({"x": "3", "y": "2"}, "give one of them a range"),
        ({}, "give one of them a range"),
        ({"x": "0..1"}, "y has no value"),
        ({"x": "0..1", "y": "0..1"}, "each have a range"),
        ({"x": "0..1", "y": "1,2"}, "each have a range"),
    ],
)
def test_it_must_be_clear_along_which_variable(points: dict[str, str], problem: str) -> None:
    expression = "x*y" if problem != "single point" else "x^2"
    with pytest.raises((PointsError, RequestError), match=problem):
        ask([expression], points)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("5..1", "write 1..5"),
        ("1..1", "a range of one point; write -5..5"),
        ("1,1", "single point"),
        ("1..2..3", "no range"),
        ("-", "from the call"),
        ("@file", "from the call"),
        ("x..1", "not a number"),
        ("0..1e400", "too large"),
        ("-1e308..1e308", "too wide"),
        ("0..1e-300", "too narrow"),
        ("0..1@100000", "100,000 points, and a plot takes at most 5,000"),
    ],
)
def test_what_is_no_range_is_refused(text: str, problem: str) -> None:
    with pytest.raises(PointsError, match=problem):
        read("x", text)


@pytest.mark.parametrize(("text", "size"), [("1e400", "large"), ("1e-400", "small")])
def test_a_value_that_the_dtype_does_not_have_is_refused(text: str, size: str) -> None:
    with pytest.raises(PointsError, match=f"is too {size} for float64"):
        ask(["x*y"], {"y": text})


def test_a_range_is_of_the_dtype() -> None:
    axis, _ = read("x", "0.1..1", FORMATS["float16"])
    assert axis.start == 0.0999755859375


def test_limits_are_two_heights() -> None:
    assert ends("-2..pi") == (-2, math.pi)
    with pytest.raises(PointsError, match="no range"):
        ends("3")


def test_what_to_give_is_said_as_it_is_to_be_typed() -> None:
    with pytest.raises(RequestError, match=r"such as --at a=2$"):
        ask(["a*x"], {"x": "0..1"})
    with pytest.raises(RequestError, match=r"such as --at a=-5\.\.5, and .* such as --at b=2$"):
        ask(["a*b"], {})
