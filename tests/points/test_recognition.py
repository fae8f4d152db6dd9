"""What looks like points, and not like an expression."""

from __future__ import annotations

import time

import pytest

from tapecli.points.recognition import (
    assigned,
    is_only_points,
    is_points,
    names_in,
    split,
    with_equals,
)

BOTH, POINTS, NEITHER = "points or an expression", "points", "no points"

LOOKS = {
    **dict.fromkeys(("3", "-3", "1e-3", "2pi", "sin(1)", "pi", "1/2", "√2", "max(1,2)"), BOTH),
    **dict.fromkeys(("1,2", "1..3", "0:0.1:1", "[1,2]", "1 to 3", "inf", "-oo", "1…3"), POINTS),
    **dict.fromkeys(("linspace(0,1,3)", "np.linspace(0,1,num=3)", "range(3)"), POINTS),
    **dict.fromkeys(("x", "2x", "-x", "x1", "sin", "", "-", "k!", "sum(k,k=1..3)", "x=3"), NEITHER),
    **dict.fromkeys(("1 if x else 2", "3 == 3", "3*t"), NEITHER),
}


@pytest.mark.parametrize("text", LOOKS)
def test_points_have_numbers_and_no_variable(text: str) -> None:
    look = LOOKS[text]
    assert is_points(text) == (look != NEITHER)
    if is_points(text):
        assert is_only_points(text) == (look == POINTS)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("x=1", [("x", "1")]),
        (" x = 1 ", [("x", "1")]),
        ("x=1,y=2", [("x", "1"), ("y", "2")]),
        ("x=1 y=2", [("x", "1"), ("y", "2")]),
        ("x=1; y=2;", [("x", "1"), ("y", "2")]),
        ("x=1, 2, y=3..4", [("x", "1, 2"), ("y", "3..4")]),
        ("x=linspace(0,1,num=3),y=2", [("x", "linspace(0,1,num=3)"), ("y", "2")]),
        ("x=@a=b.txt", [("x", "@a=b.txt")]),
        ("x=", [("x", "")]),
        ("u = x^2", [("u", "x^2")]),
        ("x == 3", []),
        ("x <= 3", []),
        ("f(x) = x^2", []),
        ("1,x=2", []),
        ("2x=2", []),
        ("(x=2)", []),
        ("3", []),
        ("", []),
    ],
)
def test_several_variables_may_be_in_a_text(text: str, pairs: list[tuple[str, str]]) -> None:
    assert assigned(text) == pairs


@pytest.mark.parametrize(
    "text",
    [
        "{x: 1, y: 2}",
        '{"x": 1, "y": 2}',
        "(x=1, y=2)",
        "x->1, y->2",
        "x:1;y:2",
        "x==1 y==2",
        "x:=1,y:=2",
    ],
)
def test_other_signs_than_equals_are_read(text: str) -> None:
    assert assigned(with_equals(text)) == [("x", "1"), ("y", "2")]


def test_numbers_are_no_part_of_a_name() -> None:
    assert names_in("2x1 + 1e3*sin(rate) - 3e") == {"x1", "sin", "rate", "e"}


def test_brackets_hold_their_commas_together() -> None:
    assert split("1, max(2, 3), [4, 5], {6,7}") == ["1", " max(2, 3)", " [4, 5]", " {6,7}"]
    assert split("a; (b; c)", ";") == ["a", " (b; c)"]


@pytest.mark.parametrize(
    "text", ["a" * 10_000, " " * 10_000, "a=" * 5_000, "1e" * 5_000, "(" * 9_999]
)
def test_long_texts_are_looked_at_in_no_time(text: str) -> None:
    started = time.process_time()
    assert assigned(text) == [] or "=" in text
    assert isinstance(is_points(text), bool)
    assert time.process_time() - started < 0.25
