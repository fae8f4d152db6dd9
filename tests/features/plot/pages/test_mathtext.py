"""Expressions as Matplotlib sets them."""

from __future__ import annotations

import pytest

from tapecli.expressions import tex
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import CONSTANTS, FUNCTIONS
from tapecli.features.plot.pages import mathtext


def of(text: str) -> str:
    (target,) = parse(text)
    return mathtext.expression(target.tree)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tan(x)", r"\tan(x)"),
        ("log(x^2)", r"\log(x^{2})"),
        ("1/(1+x^2)", r"\dfrac{1}{1 + x^{2}}"),
        ("|x|^(1/3)", r"|{x}|^{1/3}"),
        ("x^(-1/2)", r"x^{-1/2}"),
        ("2^(x/(1+y))", r"2^{x/(1 + y)}"),
        ("(x+1)*(x-1)", r"(x + 1)\,(x - 1)"),
        ("-x^2", r"-x^{2}"),
        ("(-x)^2", r"(-x)^{2}"),
        ("(1/x)^2", r"\left(\dfrac{1}{x}\right)^{2}"),
        ("x-(y-z)", r"x - (y - z)"),
        ("2*3*x", r"2 \cdot 3\,x"),
        ("sqrt(x)*pi", r"\sqrt{x}\,\pi"),
        ("sqrt|x|", r"\sqrt{|{x}|}"),
        ("sin(cos((x+1)*x))^2", r"\sin^{2}(\cos((x + 1)\,x))"),
        ("tan(x/2)", r"\tan{\left(\dfrac{x}{2} \right)}"),
        ("1e-30*x", r"1 \times 10^{-30}\,x"),
        ("atan2(y, x)", r"\operatorname{atan}_{2}(y,x)"),
    ],
)
def test_it_is_written_as_people_write_it(text: str, expected: str) -> None:
    assert of(text) == expected


NAMES = ["x", "x1", "x_1", "alpha", "alpha_2", "theta", "x_max", "pi_0", "rate", "a_b", "x_", "_",
         "_1", "θ_2", "Α"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_are_written_as_in_latex_and_matplotlib_sets_them(name: str) -> None:
    parser = pytest.importorskip("matplotlib.mathtext").MathTextParser("path")
    (target,) = parse(f"2*{name}", [name])
    assert mathtext.expression(target.tree) == rf"2\,{tex.name(name)}"
    assert tex.expression(target.tree) == f"2 {tex.name(name)}"
    assert parser.parse(f"${tex.name(name)}$").width > 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [("x", "x"), ("x1", "x_{1}"), ("alpha", r"\alpha"), ("alpha_2", r"\alpha_{2}"),
     ("rate", r"\mathrm{rate}"), ("a_b", "a_{b}"), ("x_", r"\mathrm{x\_}"),
     ("_", r"\mathrm{\_}"), ("_1", r"\mathrm{\_1}"), ("theta", r"\theta"),
     ("x_max", r"x_{\mathrm{max}}"), ("pi_0", r"\pi_{0}")],
)  # fmt: skip
def test_names(name: str, expected: str) -> None:
    assert tex.name(name) == expected


def test_derivatives() -> None:
    assert mathtext.derivative("y", (), False) == "y"
    assert mathtext.derivative("y", ("x", "x"), False) == (r"\dfrac{d^{2} y}{d x^{2}}")
    assert mathtext.derivative("f", ("x", "y"), True) == (
        r"\dfrac{\partial^{2} f}{\partial x \, \partial y}"
    )


@pytest.mark.parametrize("name", [*FUNCTIONS, *CONSTANTS])
def test_matplotlib_sets_everything_of_the_language(name: str) -> None:
    parser = pytest.importorskip("matplotlib.mathtext").MathTextParser("path")
    arity = FUNCTIONS[name].arity if name in FUNCTIONS else 0
    arguments = ["x/2 < y" if name == "where" else "x/2", "y^3", "x"][:arity]
    call = f"{name}({', '.join(arguments)})" if arity else name
    parser.parse(f"${of(call)}$")
