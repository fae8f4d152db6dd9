"""Formulas and expressions as text and in LaTeX."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sympy.core.evalf import EvalfMixin
from tests.engines.certified.forms import formulas_of, orders, symbolic
from tests.oracle import CASES, COMPOSITES, Case

from tapecli.engines.certified.printing import latex, typed, written
from tapecli.expressions.expression import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log(x^2)", r"\log{\left(x^{2} \right)}"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a/(b/c)", r"\frac{a}{\frac{b}{c}}"),
        ("(-x)^2 - x^2", r"\left(-x\right)^{2} - x^{2}"),
        ("2^x^2*(x^2)^3", r"2^{x^{2}} \left(x^{2}\right)^{3}"),
        ("x*-2", r"x \left(-2\right)"),
        ("-(-x)", r"-\left(-x\right)"),
        ("x*x", r"x \cdot x"),
        ("2*3x", r"2 \cdot 3 x"),
        ("2*(x/3)", r"2 \cdot \frac{x}{3}"),
        ("1.5e-300x + 0.1^2", r"1.5 \times 10^{-300} x + 0.1^{2}"),
        ("sin(x)^2*sin(x)^-1", r"\sin^{2}{\left(x \right)} "
         r"\left(\sin{\left(x \right)}\right)^{-1}"),
        ("|x|^3", r"\left|{x}\right|^{3}"),
        ("cbrt(x)^2", r"\left(\sqrt[3]{x}\right)^{2}"),
        ("lgamma(x)", r"\log{\left(\left|{\Gamma\left(x\right)}\right| \right)}"),
        ("max(b, a)", r"\max\left(b, a\right)"),
        ("expm1(x)*y", r"\left(e^{x} - 1\right) y"),
        ("hypot(x + 1, -y)", r"\sqrt{\left(x + 1\right)^{2} + \left(-y\right)^{2}}"),
        ("sigmoid(-x)", r"\frac{1}{1 + e^{- \left(-x\right)}}"),
        ("log1p(-x)", r"\log{\left(1 + \left(-x\right) \right)}"),
        ("log2(x + 1)", r"\frac{\log{\left(x + 1 \right)}}{\log{\left(2 \right)}}"),
        ("pi*x_1 + τ*θ2 + e", r"\pi x_{1} + \tau \theta_{2} + e"),
    ],
)  # fmt: skip
def test_an_expression_in_latex_is_as_it_was_typed(text: str, expected: str) -> None:
    (expression,) = parse(text)
    assert typed(expression.tree) == expected


def test_an_earlier_target_is_its_name_in_latex() -> None:
    last = parse(["u_1 = x^2", "y = log(u_1)"])[-1]
    assert typed(last.tree) == r"\log{\left(u_{1} \right)}"


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
    found = formulas_of(expression.tree, orders(3))
    for shown in (typed(expression.tree), *(one.latex for one in found if one)):
        assert balanced(shown)
        words = re.findall(r"(?<![\\A-Za-z{])[A-Za-z]{2,}", shown)
        assert not words, shown


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
    assert written(form) == "x³ + x·exp(0.25·2.5/7) + 2·sqrt(0.7)·x + log(0.5)^0.3"
    assert latex(form).startswith("x^{3} + ")
