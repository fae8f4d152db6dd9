"""Names, numbers and sentences in LaTeX."""

from __future__ import annotations

import re

import pytest

from tapecli.expressions import tex
from tapecli.expressions.diagnosis import NAME


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
