"""Formulas and expressions as text and in LaTeX."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sympy.core.evalf import EvalfMixin
from tests.engines.certified.forms import formulas_of, orders, symbolic
from tests.oracle import CASES, COMPOSITES, Case

from tapecli.engines.certified.printing import latex, plain_text
from tapecli.expressions import tex
from tapecli.expressions.expression import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log(x^2)", r"\frac{2}{x}"),
        ("cbrt(x)", r"\frac{1}{3 \left(\sqrt[3]{x}\right)^{2}}"),
        ("lgamma(x)", r"\psi\left(x\right)"),
        ("lgamma(x)^2/2", r"\log{\left(\left|{\Gamma\left(x\right)}\right| \right)} "
         r"\psi\left(x\right)"),
        ("max(x, 1)", r"\operatorname{step}{\left(x - 1 \right)}"),
        ("tau*x", r"2 \pi"),
        ("|x|", r"\operatorname{sign}{\left(x \right)}"),
    ],
)  # fmt: skip
def test_a_formula_in_latex(text: str, expected: str) -> None:
    (expression,) = parse(text)
    (form,) = symbolic(expression.tree, [("x",)])
    assert latex(form) == expected


def test_the_second_derivative_of_lgamma_in_latex() -> None:
    (expression,) = parse("lgamma(x)")
    (form,) = symbolic(expression.tree, [("x", "x")])
    assert latex(form) == r"\psi^{\left(1\right)}\left(x\right)"


def balanced(written: str) -> bool:
    """Whether braces, and \\left and \\right, are closed in the sequence in which they open."""
    opened = []
    for sign in re.findall(r"\\left|\\right|(?<!\\)[{}]", written):
        if sign in ("{", r"\left"):
            opened.append(sign)
        elif not opened or (opened.pop() == "{") != (sign == "}"):
            return False
    return not opened


@pytest.mark.parametrize("case", [*CASES.values(), *COMPOSITES], ids=lambda case: case.expression)
def test_latex_is_balanced_and_has_no_name_of_ours(case: Case) -> None:
    (expression,) = parse(case.expression)
    formulas = formulas_of(expression.tree, orders(3))
    for text in (tex.expression(expression.tree), *(form.latex for form in formulas if form)):
        assert balanced(text)
        words = re.findall(r"(?<![\\A-Za-z0-9{])(?<!\\_)[A-Za-z]{2,}", text)
        assert not words, text


def test_whether_latex_is_balanced_is_seen() -> None:
    assert balanced(r"\frac{1}{\left(x\right)}")
    assert not balanced(r"\frac{\left(x}\right)")
    assert not balanced(r"\frac{1}{x")
    assert not balanced(r"x}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exp(-((x - 451.5)/4.0888)^2)", r"- \frac{2 \left(x - 451.5\right) "
         r"e^{- \frac{\left(x - 451.5\right)^{2}}{4.0888^{2}}}}{4.0888^{2}}"),
        ("(1.5e-20*x)^3", r"3 \left(1.5 \times 10^{-20}\right)^{3} x^{2}"),
        ("2.5*x^1.5", r"3.75 x^{0.5}"),
        ("-(x^2 + 2.5*exp(x))", r"- \left(2 x + 2.5 e^{x}\right)"),
    ],
)  # fmt: skip
def test_decimals_in_latex(text: str, expected: str) -> None:
    (found,) = formulas_of(text, [("x",)])
    assert found is not None
    assert found.latex == expected


def test_terms_stand_in_order_and_no_constant_is_worked_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (form,) = symbolic(
        parse("x*exp(0.25/7)^2.5 + x^3 + log(0.5)^0.3 + 2*x*sqrt(0.7)")[0].tree, [()]
    )

    evalf = EvalfMixin.evalf

    def of_numbers_alone(form: Any, *arguments: Any, **named: Any) -> Any:
        assert form.is_Atom, "a constant is worked out"
        return evalf(form, *arguments, **named)

    monkeypatch.setattr(EvalfMixin, "evalf", of_numbers_alone)
    assert plain_text(form) == "x³ + x·exp(0.25·2.5/7) + 2·sqrt(0.7)·x + log(0.5)^0.3"
    assert latex(form).startswith("x^{3} + ")
