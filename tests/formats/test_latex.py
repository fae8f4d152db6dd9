"""LaTeX: equations and tables that compile with amsmath alone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tapecli.formats.latex import MOST_CHARACTERS, ROWS
from tapecli.result import Latex

if TYPE_CHECKING:
    from tests.formats.conftest import Make, Render, Samples

    from tapecli.result import Result


def typeset(result: Result, expression: str, *formulas: str | None) -> Result:
    """The result with what the computation knows of LaTeX."""
    blocks = zip(result.blocks, formulas, strict=True)
    made = (replace(block, latex=Latex(expression, formula)) for block, formula in blocks)
    return replace(result, blocks=tuple(made))


WORKED = r"""% needs \usepackage{amsmath}

\begin{align*}
  y &= \log{\left(x^{2} \right)} \\
  \frac{d y}{d x} &= \frac{2}{x} \\
  \frac{d^{2} y}{d x^{2}} &= - \frac{2}{x^{2}}
\end{align*}

\medskip\noindent $d y / d x$

\begin{tabular}{lllr}
  $x$ & tape & analytic & ulps \\ \hline
  $1$ & $2$ & $2$ & 0 \\
  $2$ & $1$ & $1$ & 0 \\
  $3$ & $0.6666666666666666$ & $0.6666666666666666$ & 0 \\
\end{tabular}

\medskip\noindent $d^{2} y / d x^{2}$

\begin{tabular}{lllr}
  $x$ & tape & analytic & ulps \\ \hline
  $1$ & $-2$ & $-2$ & 0 \\
  $2$ & $-0.5$ & $-0.5$ & 0 \\
  $3$ & $-0.2222222222222222$ & $-0.2222222222222222$ & 0 \\
\end{tabular}

\medskip\noindent 6 values, all within 1 ulp of the analytic derivative (float64, nested tapes)
"""


def test_the_whole_fragment(shown: Render, samples: Samples) -> None:
    worked = typeset(
        samples.worked, r"\log{\left(x^{2} \right)}", r"\frac{2}{x}", r"- \frac{2}{x^{2}}"
    )
    assert shown("latex", worked) == WORKED


def table(text: str) -> list[str]:
    """The lines of the first table, from its columns on."""
    lines = [line.strip() for line in text.splitlines()]
    start = next(n for n, line in enumerate(lines) if line.startswith(r"\begin{tabular}"))
    return lines[start : lines.index(r"\end{tabular}")]


def test_what_is_not_ok_has_a_status_and_a_reason(shown: Render, samples: Samples) -> None:
    text = shown("latex", samples.mixed)
    assert table(text) == [
        r"\begin{tabular}{lllrl}",
        r"$x$ & tape & analytic & ulps & status \\ \hline",
        r"$-1.5$ & $\phantom{-}2$ & $\phantom{-}2$ & 0 & ok \\",
        r"$\phantom{-}0.01$ & $-0.0033333$ & $-0.0033333000001$ & 25,711 & rounded (11) \\",
        r"$\phantom{-}0$ & $\text{nan}$ &  &  & undefined \\",
        r"$\phantom{-}1 \times 10^{-200}$ & $\infty$ & $\phantom{-}2 \times 10^{200}$ &  & lost \\",
        r"$\phantom{-}3$ & $\phantom{-}0.6$ & $\phantom{-}0.7$ & 1,234,567 & off \\",
    ]
    assert "\n" r"\medskip\noindent undefined at x = 0: a pole: division by zero" "\n" in text


def test_a_reason_that_entries_share_is_told_once(shown: Render, samples: Samples) -> None:
    assert shown("latex", samples.kinked).count("undefined at (x, y) = (2, 3): a kink") == 1


def test_analytic_values_alone(shown: Render, samples: Samples) -> None:
    assert table(shown("latex", samples.certified))[:3] == [
        r"\begin{tabular}{ll}",
        r"$x$ & analytic \\ \hline",
        r"$1$ & $2$ \\",
    ]


def test_each_target_has_its_equations(shown: Render, samples: Samples) -> None:
    both = typeset(samples.two, "t^{2}", "2 t", r"\frac{2}{t}")
    lines = shown("latex", both).splitlines()
    assert r"  u &= t^{2} \\" in lines
    assert r"  \frac{d v}{d t} &= \frac{2}{t}" in lines


def test_taylor_coefficients_are_over_factorials(shown: Render, samples: Samples) -> None:
    made = typeset(samples.coefficients, "x", "1", "0")
    text = shown("latex", made)
    assert r"  \frac{1}{2!} \, \frac{d^{2} y}{d x^{2}} &= 0" in text.splitlines()
    assert r"$x$ & taylor & analytic & ulps \\ \hline" in text


def test_mixed_derivatives(shown: Render, samples: Samples) -> None:
    text = shown("latex", typeset(samples.several, "f", "3 y^{2}"))
    assert r"  \frac{\partial^{3} f}{\partial x^{2} \, \partial y} &= 3 y^{2}" in text.splitlines()
    assert r"\noindent $\partial^{3} f / \partial x^{2} \, \partial y$" in text
    assert r"$1 \times 10^{-9}$ & $\phantom{-}1$" in text


def test_a_gradient_a_jacobian_and_a_hessian_are_matrices(shown: Render, samples: Samples) -> None:
    at = r"\quad \text{at } x = 2,\; y = 3"
    gradient = shown("latex", typeset(samples.gradient, "f", "a", "b")).splitlines()
    assert gradient[3:6] == [
        r"  f &= f \\",
        r"  \nabla f &= \begin{pmatrix} a \\ b \end{pmatrix} \\",
        rf"  &= \begin{{pmatrix}} 108 \\ 108 \end{{pmatrix}} {at}",
    ]
    jacobian = shown("latex", typeset(samples.jacobian, "f", *"abcd")).splitlines()
    assert jacobian[5:7] == [
        r"  \frac{\partial (f, g)}{\partial (x, y)} &= "
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix} \\",
        r"  &= \begin{pmatrix} 108 & 108 \\ 0.3333333333333333 & -0.2222222222222222 "
        rf"\end{{pmatrix}} {at}",
    ]
    hessian = shown("latex", samples.hessian).splitlines()
    matrix = r"\begin{pmatrix} 54 & 108 \\ 108 & 72 \end{pmatrix}"
    assert hessian[4] == rf"  \nabla^{{2}} f &= {matrix} {at}"
    entry = r"  $\partial^{2} f / \partial y^{2}$ & $\phantom{0}72$ & $\phantom{0}72$ & 0 \\"
    assert entry in hessian


def test_a_formula_that_is_too_long_for_a_line_is_a_comment(shown: Render, make: Make) -> None:
    long = "x + " * MOST_CHARACTERS
    result = typeset(make([(1, 2, 2)], formula=long), "x", long.strip())
    lines = shown("latex", result).splitlines()
    assert lines[4:6] == [
        rf"  % \frac{{d y}}{{d x}} = {long.strip()}",
        r"  \frac{d y}{d x} & \quad "
        rf"\text{{(the formula is left out: {len(long)} characters)}}",
    ]
    result = typeset(make([(1, 2, 2)], formula=None), "x", None)
    assert "too long to work out" in shown("latex", result)


def test_an_expression_that_is_too_long_for_a_line_is_a_comment(shown: Render, make: Make) -> None:
    long = "x + " * MOST_CHARACTERS + "x"
    lines = shown("latex", typeset(make([(1, 2, 2)], expression=long), long, "1")).splitlines()
    assert lines[3:5] == [
        f"  % y = {long}",
        rf"  y & \quad \text{{(the expression is left out: {len(long)} characters)}} \\",
    ]


def test_claims_are_judged(shown: Render, samples: Samples) -> None:
    lines = shown("latex", samples.claimed).splitlines()
    assert (
        r"\medskip\noindent claim $d y / d x$ = \texttt{2/x}: "
        "right, proved, and tested at 43 points" in lines
    )
    assert (
        r"\medskip\noindent claim $d^{2} y / d x^{2}$ = \texttt{-2/x**3}: "
        r"\textbf{wrong at x = 2: claimed -0.25, analytic -0.5; a factor of 1/x}" in lines
    )


def test_a_long_table_goes_on_in_another(shown: Render, make: Make) -> None:
    text = shown("latex", make([(n, n, n) for n in range(2 * ROWS + 1)]))
    assert text.count(r"\begin{tabular}") == text.count(r"$x$ & tape") == 3
    assert text.count(" & 0 \\\\\n") == 2 * ROWS + 1


def test_names_are_mathematics_and_no_commands(shown: Render, make: Make) -> None:
    result = make([(1, 2, 2)], target="u_max", wrt="θ", expression="θ**2 + x_1")
    text = shown("latex", result)
    assert r"  u_{\mathrm{max}} &= \texttt{$\theta$**2 + x\_1}" in text
    assert r"$d u_{\mathrm{max}} / d \theta$" in text
    assert r"  $\theta$ & tape" in text


ENVIRONMENT = re.compile(r"\\(begin|end)\{([a-z*]+)\}")


def test_everything_is_ascii_and_balanced(shown: Render, samples: Samples) -> None:
    for sample in samples.all:
        text = shown("latex", sample, color=True, width=20)
        assert text.isascii()
        assert "\x1b" not in text
        opened: list[str] = []
        for kind, name in ENVIRONMENT.findall(text):
            if kind == "begin":
                opened.append(name)
            else:
                assert opened.pop() == name
        assert not opened
        braces = re.findall(r"(?<!\\)[{}]", text)
        assert braces.count("{") == braces.count("}")
        for line in text.splitlines():
            assert line.replace(r"\$", "").count("$") % 2 == 0


@pytest.mark.parametrize("environment", ["align*", "tabular"])
def test_no_environment_has_an_empty_line(
    shown: Render, samples: Samples, environment: str
) -> None:
    name = re.escape(environment)
    for sample in samples.all:
        text = shown("latex", sample)
        inside = re.findall(rf"\\begin{{{name}}}(.*?)\\end{{{name}}}", text, re.DOTALL)
        assert inside
        assert not any("\n\n" in part for part in inside)


def test_no_digit_is_lost(shown: Render, make: Make) -> None:
    numbers = (0.1 + 0.2, 1 / 3e200, -2.5e-300, 123456789.123)
    text = shown("latex", make([(n, n, n) for n in numbers]))
    for number in numbers:
        digits, _, exponent = repr(number).partition("e")
        assert text.count(digits) >= 3
        assert not exponent or rf"{digits} \times 10^{{{int(exponent)}}}" in text
