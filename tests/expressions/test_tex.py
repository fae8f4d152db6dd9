"""Names, numbers, sentences and expressions in TeX."""

from __future__ import annotations

import re

import pytest

from tapecli.expressions import tex
from tapecli.expressions.expression import parse
from tapecli.expressions.tree import NAME


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("x", "x"),
        ("x_1", "x_{1}"),
        ("a12", "a_{12}"),
        ("θ", r"\theta"),
        ("θ_2", r"\theta_{2}"),
        ("Λ1", r"\Lambda_{1}"),
        ("Α", r"\mathrm{A}"),
        ("ο", "o"),
        ("alpha", r"\alpha"),
        ("rate", r"\mathrm{rate}"),
        ("x_max", r"x_{\mathrm{max}}"),
        ("a_b_c", r"a_{\mathrm{b\_c}}"),
        ("_x", r"\mathrm{\_x}"),
        ("x_", r"\mathrm{x\_}"),
        ("u2v", r"u_{\mathrm{2v}}"),
    ],
)
def test_names(name: str, written: str) -> None:
    assert re.fullmatch(NAME, name)
    assert tex.name(name) == written


GREEK = [chr(code) for code in range(ord("Α"), ord("ω") + 1)]


@pytest.mark.parametrize(
    "letter", [each for each in GREEK if re.fullmatch(NAME, each) and each.isalpha()]
)
def test_every_greek_letter_has_one(letter: str) -> None:
    assert tex.name(letter).isascii()
    assert tex.sentence(letter) == f"${tex.name(letter)}$"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("2", "2"),
        ("-0.6666666666666666", "-0.6666666666666666"),
        ("1.2e-300", r"1.2 \times 10^{-300}"),
        ("-1e+22", r"-1 \times 10^{22}"),
        ("nan", r"\text{nan}"),
        ("-inf", r"-\infty"),
        ("", ""),
    ],
)
def test_numbers_keep_every_digit(number: str, written: str) -> None:
    assert tex.number(number) == written


def test_nothing_in_a_sentence_is_a_command() -> None:
    written = tex.sentence("50% of $x_1 & {y}^2 ~ a\\b < c | # é²…")
    assert written == (
        r"50\% of \$x\_1 \& \{y\}\textasciicircum{}2 \textasciitilde{} a\textbackslash{}b $<$ c "
        r"$|$ \# \textbackslash{}xe9\textbackslash{}xb2\dots{}"
    )


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
        ("sigmoid(-x)", r"\frac{1}{1 + e^{-\left(-x\right)}}"),
        ("sigmoid(x + 1)", r"\frac{1}{1 + e^{-\left(x + 1\right)}}"),
        ("sigmoid(3x)", r"\frac{1}{1 + e^{-3 x}}"),
        ("|x|^(1/3)", r"\left|{x}\right|^{\frac{1}{3}}"),
        ("log1p(-x)", r"\log{\left(1 + \left(-x\right) \right)}"),
        ("log2(x + 1)", r"\log_{2}{\left(x + 1 \right)}"),
        ("log(x, b)^2", r"\log_{b}^{2}{\left(x \right)}"),
        ("clip(x, -1, 1)", r"\operatorname{clip}{\left(x, -1, 1 \right)}"),
        ("pi*x_1 + τ*θ2 + e", r"\pi x_{1} + \tau \theta_{2} + e"),
    ],
)  # fmt: skip
def test_an_expression_in_latex_is_as_it_was_typed(text: str, expected: str) -> None:
    (expression,) = parse(text)
    assert tex.expression(expression.tree) == expected


def test_an_earlier_target_is_its_name_in_latex() -> None:
    last = parse(["u_1 = x^2", "y = log(u_1)"])[-1]
    assert tex.expression(last.tree) == r"\log{\left(u_{1} \right)}"


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("where(x > 0, x, -x)", [r"x & \text{if}\: x > 0", r"-x & \text{otherwise}"]),
        (
            "where(0 < x and x < 1, x, where(x >= 2, 2, 3))",
            [
                r"x & \text{if}\: 0 < x \wedge x < 1",
                r"2 & \text{if}\: x \geq 2",
                r"3 & \text{otherwise}",
            ],
        ),
    ],
)
def test_cases_are_rows_that_read_back(typed: str, rows: list[str]) -> None:
    (target,) = parse(typed)
    formula = tex.expression(target.tree)
    joined = r" \\ ".join(rows)
    assert formula == rf"\begin{{cases}} {joined} \end{{cases}}"
    assert parse(formula)[0].tree is target.tree
    assert "cases" not in tex.expression(target.tree, slashed=True)
