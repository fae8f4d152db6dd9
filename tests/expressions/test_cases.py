"""Comparisons, where and piecewise expressions: how they read, and what is refused."""

from __future__ import annotations

import pytest

from tapecli.errors import ExpressionError
from tapecli.expressions.expression import parse

ABS = "where(x > 0, x, -x)"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("where(x > 0, x, 0.1x)", "where(x > 0, x, 0.1*x)"),
        ("x if x > 0 else -x", ABS),
        ("x if (x > 0) else (2 if x < -1 else 3)", "where(x > 0, x, where(x < -1, 2, 3))"),
        ("x if x > 0 else 2 if x < -1 else 3", "where(x > 0, x, where(x < -1, 2, 3))"),
        ("sin x if x > 0 else cos x", "where(x > 0, sin(x), cos(x))"),
        ("if(x > 0, x, 1)", "where(x > 0, x, 1)"),
        ("2 + 3*if(x>0, 1, 2)", "2 + 3*where(x > 0, 1, 2)"),
        ("ifelse(x > 0, x, -x)", ABS),
        ("iif(x > 0, x, -x)", ABS),
        ("x > 0 ? x : -x", ABS),
        ("piecewise((x, x > 0), -x)", ABS),
        ("piecewise((x^2, x < 1), (2x - 1, x < 2), 3)",
         "where(x < 1, x**2, where(x < 2, 2*x - 1, 3))"),
        ("piecewise(x < 0, -x, x)", "where(x < 0, -x, x)"),
        ("piecewise(x < 0, -x, x < 1, 2, x)", "where(x < 0, -x, where(x < 1, 2, x))"),
        ("piecewise((1, x > 0), (2, 0 >= x))", "where(x > 0, 1, 2)"),
        ("Piecewise((x, x > 0), (-x, True))", ABS),
        ("sp.Piecewise((x, x > 0), (-x, True))", ABS),
        ("Piecewise[{{x, x > 0}, {-x, x < -1}}, 3]", "where(x > 0, x, where(x < -1, -x, 3))"),
        ("Piecewise[{{x, x > 0}, {-x, True}}]", ABS),
        ("If[x > 0, x, -x]", ABS),
        (r"\begin{cases} x & x>0 \\ -x & \text{otherwise} \end{cases}", ABS),
        (r"\begin{cases} x, & \text{if } x > 0 \\ -x, & x \leq 0 \end{cases}", ABS),
        (r"2\begin{cases} x & \text{if } (x>0) \\ -x & \text{else} \end{cases} + 1",
         f"2*{ABS} + 1"),
        ("np.where(x > 0, x, -x)", ABS),
        ("tf.where(x > 0, x, -x)", ABS),
        ("where(0 < x < 1, x, 0)", "where(0 < x and x < 1, x, 0)"),
        ("where(x ≥ 0 ∧ x ≠ 1 ∨ ¬(x ≤ 2), x, 0)",
         "where(x >= 0 and x != 1 or not x <= 2, x, 0)"),
        ("where(not (x > 0 and y > 0), x, 0)", "where(not (x > 0 and y > 0), x, 0)"),
        ("where((x > 0 or y > 0) and z > 0, x, 0)", "where((x > 0 or y > 0) and z > 0, x, 0)"),
        ("where(|x| < 1 and |x - 1| > 2, 1, 2)", "where(abs(x) < 1 and abs(x - 1) > 2, 1, 2)"),
        ("max(x, 0) + floor(x)", "max(x, 0) + floor(x)"),
        ("x % 5", "mod(x, 5)"),
        ("np.heaviside(x, 0.5)", "where(x == 0, 0.5, step(x))"),
        ("HeavisideTheta[x] + Heaviside(x)", "step(x) + step(x)"),
    ],
)  # fmt: skip
def test_spellings_of_cases(typed: str, shown: str) -> None:
    (target,) = parse(typed)
    assert target.text == shown
    assert parse(shown)[0].tree is target.tree


@pytest.mark.parametrize(
    ("typed", "words", "hint"),
    [
        ("where(x, 1, 2)", "'x' is no condition", "write x > 0, or x != 0"),
        ("where(x > 0, x)", "'where' takes 3 arguments, not 2", "write where(c > 0, x, y)"),
        ("x > 0", "'x > 0' is a condition, and no number", "write where(x > 0, 1, 0)"),
        ("[x>0]*x", "'x > 0' is a condition, and no number", "write where(x > 0, 1, 0)"),
        ("sin(x > 0)", "'x > 0' is a condition, and no number", "write where(x > 0, 1, 0)"),
        ("f(x) = x > 0; f(x)", "is a condition, and no number", "write where(x > 0, 1, 0)"),
        ("sum((x > 0), k = 1..1)", "is a condition, and no number", "write where(x > 0, 1, 0)"),
        ("piecewise((x, x>0), (2, x<0))", "no value where all conditions are false", "add the"),
        ("where(x > 0 || x < -1, x, 0)", "unexpected '||'", "write 'or'"),
        ("where(x > 0 && x < 1, x, 0)", "unexpected '&&'", "write 'and'"),
        ("where(x > 0 & x < 1, x, 0)", "unexpected '&'", "write 'and'"),
        ("where(x =< 0, x, 0)", "unexpected '=<'", "write '<='"),
        ("where(x <> 0, x, 0)", "unexpected '<>'", "write '!='"),
        ("where(x = 0, x, 0)", "unexpected '='", "write '=='"),
        ("x if x > 0", "the expression ends too early", "write x if x > 0 else -x"),
        ("rect(x)", "unknown function 'rect'", "write where(abs(x) < 1/2, 1, 0)"),
        ("UnitStep[x]", "unknown function 'UnitStep'", "write where(x >= 0, 1, 0), or step(x)"),
        ("remainder(x, 3)", "unknown function 'remainder'", "write mod(x, y), of the sign of y"),
        ("if x > 0 then x else 0", "unexpected 'if'", "write x if x > 0 else -x"),
    ],
)
def test_what_is_no_case_is_refused_with_what_to_write(typed: str, words: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse(typed)
    assert words in refusal.value.problem
    assert hint in refusal.value.hint
