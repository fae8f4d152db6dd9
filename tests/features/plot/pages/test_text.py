"""Plots as text: whole, with and without Unicode and colours, and in any size."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tapecli.features.plot.model import Curves, Mark, PlotAxis
from tapecli.formats import PLOTS, Screen, render
from tapecli.result import Status

if TYPE_CHECKING:
    from tests.features.plot.pages.conftest import Make

WHOLE = """\
y = x**2
⠤⠤●⠤⠤ y   ⠤⠤▲⠤⠤ dy/dx
  │⠒⠤⣀                         ┊                      ▲⣀⡠⣤⠶⠒
  │   ⠉●⠦⣄⣀                    ┊               ⣀⡠⠤⠔⠒⣊⣩⠵⠒⠉
  │       ⠈⠉⠓⠢⠤⣀⣀              ┊       ⣀▲⠤⠤⠒⠒⠉⣉⣀⠤●⠚⠉⠁
0 ┤┈┈┈┈┈┈┈┈┈┈┈┈┈⠈⠉⠙⠒⠒●⠤⠤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣤⣤⣖⣒⣋⣉⠥⠤⠴⠒⠒⠋⠉⠁┈┈┈┈┈┈┈┈┈┈┈┈┈
  │                    ⢀⣀⣠▲⠴⠒⠚⠉⠁
  │             ⣀⣀⠤⠤⠒⠒⠉⠉       ┊
  │     ⢀⣀⡠⠤▲⠒⠊⠉               ┊
  │⠤⠴⠒⠊⠉⠁                      ┊
  └┬─────────────┬─────────────┬─────────────┬─────────────x
  -2            -1             0             1             2
"""

ASCII = """\
y = x**2
***** y   +++++ dy/dx
  |***                         :                      +++***
  |   *****                    :               +++++*****
  |       *******              :       +++++++*******
0 +.............*******************************.............
  |                    +++++++++
  |             ++++++++       :
  |     ++++++++               :
  |++++++                      :
  ++-------------+-------------+-------------+-------------x
  -2            -1             0             1             2
"""

SIZES = [(80, 24), (200, 50), (40, 10), (20, 6), (1, 1)]


def lines(curves: Curves, **screen: int | bool | None) -> list[str]:
    text = "".join(render(curves, PLOTS["text"], Screen(**screen)))  # type: ignore[arg-type]
    return text.splitlines()


@pytest.fixture
def square(make: Make) -> Curves:
    return make("x^2", lambda x: x**2, lambda x: 2 * x, low=-4.2, high=4.2)


def test_the_whole_plot(square: Curves) -> None:
    assert "\n".join(lines(square, width=60)) + "\n" == WHOLE


def test_the_whole_plot_in_ascii(square: Curves) -> None:
    assert "\n".join(lines(square, width=60, unicode=False)) + "\n" == ASCII


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("unicode", [True, False])
def test_it_fits_the_screen(square: Curves, width: int, height: int, unicode: bool) -> None:
    sized = replace(square, dots=(2 * width, 4 * (height - 1)))
    plot_lines = lines(sized, width=width, unicode=unicode)
    if width >= 20:
        assert max(map(len, plot_lines)) <= width
    if height >= 10:
        assert len(plot_lines) == height - 1
    if not unicode:
        assert all(line.isascii() for line in plot_lines)


def test_without_a_terminal_it_is_as_wide_as_usual_ones(square: Curves) -> None:
    assert max(map(len, lines(square))) == 80


def test_colours_change_nothing_else(square: Curves) -> None:
    colored = lines(square, width=60, color=True)
    assert any("\x1b[" in line for line in colored)
    uncolored = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in colored]
    assert uncolored == lines(square, width=60)


def test_there_is_no_line_across_a_pole(make: Make) -> None:
    def pole(x: np.ndarray) -> np.ndarray:
        return 1 / (x - 0.003)

    plot_lines = lines(make("1/x", pole, low=-50, high=50, open_at=[0.003], lines=24), width=80)
    middle = plot_lines[len(plot_lines) // 2]
    assert not re.search("[\u2801-\u28ff]{1,3}┊|┊[\u2801-\u28ff]", plot_lines[11])
    whole = lines(make("1/x", pole, low=-50, high=50, lines=24), width=80)
    assert sum(a != b for a, b in zip(plot_lines, whole, strict=True)) > 5
    assert middle


def test_each_curve_has_a_symbol_on_it(make: Make) -> None:
    curves = make("x", *(lambda x, n=n: x + n for n in range(3)), low=-3, high=5)
    plot_lines = lines(curves, width=80)
    for symbol in "●▲■":
        assert symbol in plot_lines[1]
        assert any(symbol in line for line in plot_lines[2:])


@pytest.mark.parametrize(("unicode", "symbols"), [(True, "●▲■"), (False, "*+o")])
def test_curves_that_lie_on_one_another_are_all_to_be_seen(
    make: Make, unicode: bool, symbols: str
) -> None:
    plot_lines = lines(make("exp(x)", np.exp, np.exp, np.exp), width=80, unicode=unicode)
    drawn = "".join(plot_lines[2:-2])
    assert all(drawn.count(symbol) > 1 for symbol in symbols)


def test_a_curve_alone_needs_no_symbol_on_it(make: Make) -> None:
    plot_lines = lines(make("x", lambda x: x), width=80)
    assert not any("●" in line for line in plot_lines[2:])


def test_marks_and_how_many_there_are(make: Make) -> None:
    marks = [
        Mark(-1, 1, Status.OFF),
        Mark(0, 0, Status.LOST),
        Mark(1, 1, Status.ROUNDED),
        Mark(1.5, float("nan"), Status.UNDEFINED),
    ]
    unmarked = make("x^2", lambda x: x**2, marks=marks)
    assert lines(unmarked, width=80)[-1] == (
        "1 off, 1 lost: the curve is wrong there; --points marks where"
    )
    plot_lines = lines(replace(unmarked, marked=True), width=80)
    assert plot_lines[-1].startswith("float64, nested tapes; 201 values: 1 off X, 1 lost !")
    body = "".join(plot_lines[2:-3])
    assert all(sign in body for sign in "X!~?")
    assert plot_lines[-4].count("?") == 1  # what has no height is at the lower edge


def test_the_values_of_other_variables_are_in_the_title(make: Make) -> None:
    plot_lines = lines(make("x*a", lambda x: x * 2, lambda x: x * 0 + 2, at={"a": 0.1}), width=80)
    assert plot_lines[0] == "y = x*a   at a = 0.1"
    assert "∂y/∂x" in plot_lines[1]


def test_a_logarithmic_axis_has_powers_of_ten(make: Make) -> None:
    plot_lines = make("log(x)", np.log, axis=PlotAxis("x", 1e-3, 1e3, log=True), low=-7, high=7)
    assert lines(plot_lines, width=80)[-1].split() == [
        "0.001",
        "0.01",
        "0.1",
        "1",
        "10",
        "100",
        "1000",
    ]


def test_what_has_no_value_says_so(make: Make) -> None:
    plot_lines = lines(make("x", lambda x: x * float("nan")), width=80)
    assert plot_lines[-1] == "y has no value at any of the 201 samples"
