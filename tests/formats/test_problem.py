"""Errors as they are shown: the place under a caret, and nothing that a terminal would act on."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tapecli import errors
from tapecli.errors import ExpressionError, PointsError
from tapecli.expressions.expression import parse
from tapecli.formats import problem


def shown(expression: str) -> list[str]:
    with pytest.raises(ExpressionError) as caught:
        parse(expression)
    return problem.lines(caught.value)


def test_an_error_of_an_expression_has_its_place_and_a_hint() -> None:
    assert shown("x*sni(x)") == [
        "unknown function 'sni'",
        "  x*sni(x)",
        "    ^^^",
        "  did you mean 'sin'?",
    ]


@pytest.mark.parametrize(
    ("before", "shown_before"),
    [("x+", "x+"), ("²√", "²√"), ("日本", "日本"), ("\x1b[1m", "\\x1b[1m")],
)
def test_carets_are_measured_in_the_columns_of_a_terminal(before: str, shown_before: str) -> None:
    error = ExpressionError(f"{before}bad", len(before), len(before) + 3, "a problem")
    _, text, carets = problem.lines(error)
    assert text == f"  {shown_before}bad"
    assert carets == " " * (2 + cell_len(shown_before)) + "^^^"


def test_an_error_behind_the_end_has_a_caret_there() -> None:
    assert shown("x^")[1:3] == ["  x^", "    ^"]


def test_a_long_expression_is_shown_around_the_place() -> None:
    long = "x + " * 100 + "sni(x)" + " + x" * 100
    _, text, carets, _ = shown(long)
    assert cell_len(text) < 160
    assert text.startswith("  …")
    assert text.endswith("…")
    assert text[carets.index("^") :].startswith("sni(x)")


def test_an_empty_expression_has_no_place_to_show() -> None:
    assert shown("  ") == ["the expression is empty", "  try 'log(x^2)'"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202e", "\\u202e"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\udcff", "\\udcff"),
        ("[bold]", "[bold]"),
        ("x² 日", "x² 日"),
    ],
)
def test_what_a_terminal_would_act_on_is_escaped(text: str, expected: str) -> None:
    assert errors.visible(text) == expected
    assert problem.lines(PointsError(text)) == [expected]
