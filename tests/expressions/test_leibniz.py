"""Operators in front of an expression: what they differentiate by, and what is unclear."""

from __future__ import annotations

import pytest

from tapecli.errors import ExpressionError, RequestError
from tapecli.evaluation.question import PointsInput, Question
from tapecli.expressions.expression import Expression, parse

OPERATORS = {
    "d/dx x^2": ("x^2", (("x", 1),)),
    "d / dx (x^2 + 1)": ("x^2 + 1", (("x", 1),)),
    "(d/dx)(x^2)": ("x^2", (("x", 1),)),
    "d/dx[x^2]": ("x^2", (("x", 1),)),
    "d/dx sin x": ("sin(x)", (("x", 1),)),
    "d^2/dx^2 x^3": ("x^3", (("x", 2),)),
    "d²/dx² x³": ("x^3", (("x", 2),)),
    "d^{2}/dx^{2} x^3": ("x^3", (("x", 2),)),
    "∂/∂x x^2*y": ("x^2*y", (("x", 1),)),
    "∂²/∂x∂y x^2*y": ("x^2*y", (("x", 1), ("y", 1))),
    "d^3/dx^2dy x^2*y": ("x^2*y", (("x", 2), ("y", 1))),
    "d/dx_1 x_1^2": ("x_1^2", (("x_1", 1),)),
    "d/dθ sin(θ)": ("sin(θ)", (("θ", 1),)),
    "\\frac{d}{dx} x^2": ("x^2", (("x", 1),)),
    "\\frac{d}{d\\theta} \\sin \\theta": ("sin(θ)", (("θ", 1),)),
    "\\frac{\\mathrm{d}}{\\mathrm{d}x}\\left(x^2 + 1\\right)": ("x^2 + 1", (("x", 1),)),
    "\\frac{d^2}{dx^2} \\frac{1}{x}": ("1/x", (("x", 2),)),
    "\\dfrac{\\partial^{2}}{\\partial x \\partial y} x^2 y": ("x^2*y", (("x", 1), ("y", 1))),
    "d(x^(-1))/dx": ("x^(-1)", (("x", 1),)),
    "d^2(x^3)/dx^2": ("x^3", (("x", 2),)),
    "\\frac{d(x^2)}{dx}": ("x^2", (("x", 1),)),
    "d/dx x^2/2": ("x^2/2", (("x", 1),)),
}
"""Texts with the expression and the orders that they ask for."""

REFUSED = {
    "d/dx x^2 + 1": "'d/dx' can be read in two ways; write d/dx (x^2 + 1), or diff(x^2, x) + 1",
    "d/dx (x+1)(x-1)": "'d/dx' can be read in two ways; "
    "write d/dx ((x+1)(x-1)), or diff(x+1, x)*(x-1)",
    "d^2/dx^2 x^3 - x": "'d^2/dx^2' can be read in two ways; "
    "write d^2/dx^2 (x^3 - x), or diff(x^3, x, x) - x",
    "y = d/dx x^2": "'d/dx' stands in front of a whole expression of tapecli diff; "
    "write y = diff(x^2, x)",
    "d^2/dx x": "the order is 2 above and 1 below; write d^2/dx^2 for the second",
    "y' = x^2": "'y' =' begins an equation of a derivative; equations are not solved; "
    "name what is differentiated: y = x^2",
    "dy/dx = 2x": "'dy/dx =' begins an equation of a derivative; equations are not solved; "
    "name what is differentiated: y = x^2",
    "f'(x) = 2x": "'f'(x) =' begins an equation of a derivative; equations are not solved; "
    "name what is differentiated: y = x^2",
}


def read(typed: str) -> Expression:
    (expression,) = parse(typed, with_operators=True)
    return expression


@pytest.mark.parametrize("typed", OPERATORS)
def test_an_operator_says_what_is_differentiated_by(typed: str) -> None:
    plain, orders = OPERATORS[typed]
    expression = read(typed)
    assert expression.tree is parse(plain)[0].tree
    assert expression.orders == orders


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_unclear_is_refused_with_what_to_write(typed: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        read(typed)
    assert str(caught.value) == REFUSED[typed]


@pytest.mark.parametrize("typed", [text for text in REFUSED if "two ways" in REFUSED[text]])
def test_both_readings_can_be_typed(typed: str) -> None:
    _, _, offers = REFUSED[typed].partition("write ")
    whole, _, part = offers.partition(", or ")
    assert read(whole).orders
    assert not read(part).orders


def test_letters_that_the_user_has_named_are_variables() -> None:
    assert not parse("d/dx x", ["dx"], with_operators=True)[0].orders
    assert not parse("d/x", with_operators=True)[0].orders


def test_there_is_no_operator_where_none_can_be_obeyed() -> None:
    with pytest.raises(ExpressionError, match="write diff"):
        parse("d/dx x^2")


def asked(*texts: str, **options: object) -> list[tuple[str, ...]]:
    source = PointsInput({"x": "2", "y": "1"} if "y" in "".join(texts) else {"x": "2"})
    return Question.parse("diff", texts, source, **options).wrt  # type: ignore[arg-type]


def test_the_operator_sets_order_and_variable() -> None:
    assert asked("d^2/dx^2 x^3") == [("x",), ("x", "x")]
    assert asked("∂/∂y x^2*y") == [("y",)]
    assert asked("∂²/∂x∂y x^2*y") == [("x", "y")]
    assert asked("d/dx x^2", "d/dx x^3", order=1, wrt="x") == [("x",)]


@pytest.mark.parametrize(
    ("texts", "options"),
    [
        (["d/dx x^2"], {"order": 2}),
        (["d/dx x^2*y"], {"wrt": "y"}),
        (["d^2/dxdy x^2*y"], {"order": 2}),
        (["d/dx x^2", "d^2/dx^2 x^2"], {}),
        (["d/dx x^2", "x^2"], {}),
    ],
)
def test_what_says_something_else_is_refused(texts: list[str], options: dict[str, object]) -> None:
    with pytest.raises(RequestError):
        asked(*texts, **options)
