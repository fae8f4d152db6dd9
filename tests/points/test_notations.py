"""Points in the notations of other systems: what they are in ours, or why they are refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapecli import diff
from tapecli.errors import PointsError
from tapecli.floats import FORMATS
from tapecli.points import exact, recognition
from tapecli.points.notations import CALLS, explicit

FLOAT64 = FORMATS["float64"]

READ = {
    # ours
    "1..3": "1..3",
    "0..2pi@9": "0..2pi@9",
    "1,2,5..7": "1,2,5..7",
    "max(1,2)..4": "max(1,2)..4",
    "-": "-",
    "@[a].csv": "@[a].csv",
    # words and dots
    "1 to 3": "1..3",
    "from 0 to 1 by 0.1": "0..1:0.1",
    "0 to 1 step 0.1": "0..1:0.1",
    "1 through 3": "1..3",
    "1..10 step 2": "1..10:2",
    "0..1 by 0.1": "0..1:0.1",
    "1…3": "1..3",
    "1...3": "1..3",
    "1, 2, ..., 10": "1..10:1",
    "1,2,…,10": "1..10:1",
    "0, 0.1, ..., 1": "0..1:0.1",
    "1, ..., 5": "1..5",
    "0..=3": "0..3",
    "0..<3": "0..2",
    "0.5..<2": "0.5..1.5",
    # lists
    "[1, 2, 3]": "1, 2, 3",
    "(1,2,3)": "1, 2, 3",
    "{1,3}": "1, 3",
    "[1 2 3]": "1, 2, 3",
    "[1; 2; 3]": "1, 2, 3",
    "[pi/2, pi, 2pi]": "pi/2, pi, 2pi",
    "[1]": "1",
    "np.array([1, 3])": "1, 3",
    "tf.constant([1., 3.])": "1., 3.",
    "c(1,2)": "1, 2",
    "list(range(3))": "0..2",
    # functions
    "linspace(0,1,11)": "0..1@11",
    "np.linspace(0, 1, num=11)": "0..1@11",
    "np.linspace(0,2*pi,9)": "0..2*pi@9",
    "torch.linspace(0, 1, steps=5)": "0..1@5",
    "logspace(-3,3,7)": "10^(-3)..10^(3)@7log",
    "np.geomspace(1e-3,1e3,7)": "1e-3..1e3@7log",
    "range(3)": "0..2",
    "range(1,4)": "1..3",
    "range(10, 0, -2)": "10..2:-2",
    "np.arange(0,1,0.1)": "0..0.9:0.1",
    "tf.range(3)": "0..2",
    "arange(0,2*pi,pi/4)": "0..(0)+7*(pi/4):pi/4",
    "range(3), 7": "0..2, 7",
    "seq(0,1,0.1)": "0..1:0.1",
    "seq(0, 1, length.out=11)": "0..1@11",
    "seq(3)": "1..3",
    "Range[0,1,0.1]": "0..1:0.1",
    # MATLAB's colons, where Python's slices have no points or the same ones
    "0:0.1:1": "0..1:0.1",
    "0:2:10": "0..10:2",
    "3:-1:1": "3..1:-1",
    "0:10:3": "0..10:3",
    "0:2pi": "0..2pi",
    "1:1": "1..1",
    # signs
    "–3": "-3",
    "–3..–1": "-3..-1",
    "1e–3": "1e-3",
    "−3": "−3",
    "10%": "10/100",
    "0%..100%:10%": "0/100..100/100:10/100",
    # lists in which a comma cannot be a decimal one, or where it is as likely
    "0, 5": "0, 5",
    "1,5": "1,5",
    "0,1,2": "0,1,2",
    "1,2,3": "1,2,3",
    "1,0,-1": "1,0,-1",
    "1,0.5": "1,0.5",
    "10, 20.5,30": "10, 20.5,30",
    "7,5..3:-1": "7, 5..3:-1",
}
"""Texts, and the same in our language."""

TWO = "can be read in two ways: write"

REFUSED = {
    "1:3": f"'1:3' {TWO} 1..3 with 3, or 1..2 without it, as in Python",
    "0:10:2": f"'0:10:2' {TWO} 0..10:2 with 10, or 0..8:2 without it, as in Python",
    "5:1:-1": f"'5:1:-1' {TWO} 5..1:-1 with 1, or 5..2:-1 without it, as in Python",
    "-10:2:4": f"'-10:2:4' {TWO} -10..4:2 (MATLAB), or -10..2:4 (Python)",
    "3:1": "'3:1' has no points; write a range as 3..1:-1 or 0..1:0.1",
    "1:": "'1:' is not a number; a range is 1..3, or 0..1:0.1 with a step",
    "x:3": "'x' is not a number: it has the variable 'x'",
    "[1,3]": f"'[1,3]' {TWO} '1, 3' for two points, or 1..3 for all",
    "(1,3)": f"'(1,3)' {TWO} '1, 3' for two points, or 1..3 for all",
    "[0,0.1..1]": f"'[0,0.1..1]' {TWO} 0..1:0.1 for steps, or 0,0.1..1 for a list",
    "0...5": f"'0...5' {TWO} 0..5, or 0..0.5",
    "-5...5:0.1": f"'-5...5:0.1' {TWO} -5..5:0.1, or -5..0.5:0.1",
    "1–3": f"'1–3' {TWO} 1..3 for a range, or 1-3 for a difference",
    "linspace(0,1)": f"'linspace(0,1)' {TWO} 0..1@50 (NumPy), or 0..1@100 (MATLAB)",
    "linspace(0)": ("'linspace(0)': it needs a start and an end; write 0..1@11 or 0..1:0.1"),
    "linspace(0,1,9,endpoint=False)": (
        "'linspace(0,1,9,endpoint=False)': 'endpoint' cannot be read; write 0..1@11 or 0..1:0.1"
    ),
    "range(0)": "'range(0)' has no points; write a range as 0..3 or 0..1:0.1",
    "0,5..1": "'0,5..1': a decimal has a point; write 0.5..1",
    "0,5..1,5:0,25": "'0,5..1,5:0,25': a decimal has a point; write 0.5..1.5:0.25",
    "0,5..10": f"'0,5..10' {TWO} 0.5..10 for a decimal, or '0, 5..10' for a list",
    "1,5..2": "'1,5..2': a decimal has a point; write 1.5..2",
    "0,5, 1,5": f"'0,5, 1,5' {TWO} '0.5, 1.5' for decimals, or '0, 5, 1, 5' for a list",
    "1, 2,3": f"'1, 2,3' {TWO} '1, 2.3' for decimals, or '1, 2, 3' for a list",
    "0,5; 1,5": "'0,5; 1,5': a decimal has a point; write '0.5, 1.5'",
    "0,5;1": "'0,5;1': a decimal has a point; write '0.5, 1'",
    "1.000,5": f"'1.000,5' {TWO} 1000.5 for a decimal, or '1.000, 5' for a list",
    "1..10, step 2": "'step 2' is no point; a range with a step is 0..1:0.1",
    "1,05,2": "'1,05,2': a decimal has a point, such as 1.05",
    "1,05": "'1,05': a decimal has a point; write 1.05",
    "1,000": f"'1,000' {TWO} 1.000 for a decimal, or 1000 for a large number",
}
"""Texts, and how the message begins that they are refused with."""


def points(text: str) -> tuple[float, ...]:
    """The points of a text in our language."""
    pieces = exact.ranges(text, exact.MAX_POINTS)
    return tuple(float(point) for piece in pieces for point in piece)


@pytest.mark.parametrize("typed", READ)
def test_a_notation_is_read_as_ours_and_ours_is_left_alone(typed: str) -> None:
    assert explicit(typed) == READ[typed]
    assert explicit(READ[typed]) == READ[typed]
    if typed not in ("-", "@[a].csv"):
        assert points(explicit(typed))


@pytest.mark.parametrize("typed", REFUSED)
def test_what_has_two_readings_or_none_is_refused_with_what_to_write(typed: str) -> None:
    with pytest.raises(PointsError) as caught:
        diff("x^2", x=typed, method="none", formulas=False)
    assert str(caught.value).startswith(REFUSED[typed])


@pytest.mark.parametrize("typed", [typed for typed, why in REFUSED.items() if TWO in why])
def test_both_readings_that_are_refused_can_be_typed(typed: str) -> None:
    readings = REFUSED[typed].partition(": write ")[2].split(", or ")
    assert len(readings) == 2
    for reading in readings:
        text = reading[1 : reading.index("'", 1)] if reading[0] == "'" else reading.split()[0]
        assert explicit(text) == text
        assert points(text)


NUMPY: dict[str, Any] = {
    "np.linspace(0, 1, 11)": np.linspace(0, 1, 11),
    "np.linspace(-2, 3, 7)": np.linspace(-2, 3, 7),
    "np.arange(0, 1, 0.1)": np.arange(0, 1, 0.1),
    "np.arange(5)": np.arange(5),
    "np.arange(5, 0, -1.5)": np.arange(5, 0, -1.5),
    "np.arange(0, 2*pi, pi/4)": np.arange(0, 2 * math.pi, math.pi / 4),
    "np.logspace(-3, 3, 7)": np.logspace(-3, 3, 7),
    "np.geomspace(1, 8, 4)": np.geomspace(1, 8, 4),
    "range(2, 11, 4)": list(range(2, 11, 4)),
    "np.array([1, 2.5])": [1, 2.5],
}
"""Calls of NumPy and Python, and what these compute."""


@pytest.mark.parametrize("typed", NUMPY)
def test_calls_have_the_points_that_numpy_has(typed: str) -> None:
    assert points(explicit(typed)) == pytest.approx(list(NUMPY[typed]), rel=1e-14, abs=1e-15)


@given(st.integers(-20, 20), st.integers(-20, 20), st.integers(-5, 5).filter(bool))
def test_ranges_of_python_have_the_points_that_python_has(start: int, stop: int, step: int) -> None:
    expected = tuple(map(float, range(start, stop, step)))
    if expected:
        assert points(explicit(f"range({start}, {stop}, {step})")) == expected
    else:
        with pytest.raises(PointsError, match="has no points"):
            explicit(f"range({start}, {stop}, {step})")


@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9))
def test_colons_are_read_only_where_no_system_has_other_points(
    first: int, second: int, third: int
) -> None:
    try:
        read = points(explicit(f"{first}:{second}:{third}"))
    except PointsError:
        return
    python = tuple(map(float, range(first, second, third))) if third else ()
    stop = third + (1 if second > 0 else -1)
    matlab = tuple(map(float, range(first, stop, second))) if second else ()
    assert read in (python, matlab)
    assert len(python) < 2 or len(matlab) < 2 or python == matlab
    other = python if read == matlab else matlab
    assert len(other) < 2 or other == read


def test_both_tables_of_functions_have_the_same_names() -> None:
    assert set(CALLS) == recognition.MAKERS


def test_a_list_for_python_may_have_these_notations() -> None:
    assert diff("x^2", x=["1 to 3", 5], method="none").points.columns["x"].tolist() == [1, 2, 3, 5]


@given(
    st.text(max_size=30)
    | st.lists(st.sampled_from("0123456789.,:;-–[](){} to%…<="), max_size=15).map("".join)
)
def test_any_text_is_read_or_refused(typed: str) -> None:
    try:
        text = explicit(typed)
    except PointsError:
        return
    assert isinstance(text, str)
