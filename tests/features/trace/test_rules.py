"""Every formula of a trace is evaluated by mpmath, beside what TensorFlow has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import mpmath
import pytest

from tapecli.evaluation.question import PointsInput, Question
from tapecli.expressions.functions import FUNCTIONS
from tapecli.features.trace import rules
from tapecli.features.trace.model import Trace
from tapecli.features.trace.tracing import trace

TOLERANCE = 1e-11
"""Relative: single operations on float64 are right to a few ulps, 1e-15, and lgamma's a little
less."""

POINTS = {"acosh": "1.5", "gamma": "2.3", "lgamma": "2.3", "digamma": "2.3"}

WORDS: dict[str, Any] = {
    "sign": mpmath.sign, "sqrt": mpmath.sqrt, "exp": mpmath.exp, "expm1": mpmath.expm1,
    "log": mpmath.log, "log1p": mpmath.log1p, "sin": mpmath.sin, "cos": mpmath.cos,
    "tan": mpmath.tan, "asin": mpmath.asin, "acos": mpmath.acos, "atan": mpmath.atan,
    "atan2": mpmath.atan2, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh,
    "asinh": mpmath.asinh, "acosh": mpmath.acosh, "atanh": mpmath.atanh, "erf": mpmath.erf,
    "erfc": mpmath.erfc, "lgamma": mpmath.loggamma, "digamma": mpmath.digamma,
    "polygamma": mpmath.polygamma, "floor": mpmath.floor, "pi": mpmath.pi, "max": max, "min": min,
    "abs": abs, "constant": lambda x: x,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
}  # fmt: skip


def traced(text: str, order: int, **at: str) -> Trace:
    wrt = ",".join(["x"] * order) if len(at) > 1 else ()
    request = Question.parse("diff", text, PointsInput(at), wrt=wrt, order=None if wrt else order)
    return trace(request)


def evaluated(formula: str, names: dict[str, Any]) -> float:
    text = formula.replace(" mod ", " % ")
    return float(eval(text, {"__builtins__": {}}, {**WORDS, **names}))  # our own formula


def checked(trace: Trace) -> int:
    """Evaluate every formula of a trace; how many there were."""
    names = {name: mpmath.mpf(value) for name, value in trace.at.items()}
    count = 0
    for step in trace.steps:
        exact = evaluated(step.formula, names)
        assert step.value == pytest.approx(exact, rel=TOLERANCE, abs=TOLERANCE), step
        names[step.name] = mpmath.mpf(step.value)
        for derivative in step.local_derivatives:
            if derivative.value is None:
                assert step.kind in {"StopGradient", "Floor", "FloorDiv"}
                continue
            assert derivative.formula, step
            exact = evaluated(derivative.formula, names)
            assert derivative.value == pytest.approx(exact, rel=TOLERANCE, abs=TOLERANCE), (
                derivative
            )
            count += 1
    return count


QUICK = ("sin", "sqrt", "atan2", "x*x*x", "(x+1)/(x-3)")
"""What is traced in the quick tests as well; the rest, and all that is dear, is slow."""


def quick_or_slow(texts: Iterable[str]) -> list[Any]:
    return [pytest.param(text, marks=() if text in QUICK else pytest.mark.slow) for text in texts]


@pytest.mark.parametrize("name", quick_or_slow(FUNCTIONS))
def test_every_step_of_every_function(name: str) -> None:
    """Of its value, its first and its second derivative; no operation is without a row."""
    arity = FUNCTIONS[name].arity
    at = {"x": POINTS.get(name, "0.4"), **({"y": "0.7"} if arity == 2 else {})}
    text = f"{name}({'x' if arity == 1 else 'x, y'})"
    assert checked(traced(text, 3, **at)) > 0


@pytest.mark.parametrize(
    "text",
    quick_or_slow(
        ["x*x*x", "x/x", "(x+1)/(x-3)", "-x^2 + 1/x^3", "2^x", "x^x", "sin(x)*exp(-x^2)"]
    ),
)
def test_every_step_of_composite_expressions(text: str) -> None:
    assert checked(traced(text, 3, x="0.4")) > 0


def test_the_same_input_twice_has_one_derivative() -> None:
    assert rules.local_derivative("Mul", ["x", "x"], "x", "v1") == "2*x"
    assert rules.local_derivative("RealDiv", ["x", "x"], "x", "v1") == "1/x + -x/x**2"
    assert rules.local_derivative("AddN", ["v1", "v2", "v1"], "v1", "v3") == "2"


def test_an_operation_without_a_row_is_shown_by_its_name() -> None:
    assert rules.formula("Betainc", ["a", "b", "x"]) == "Betainc(a, b, x)"
    assert rules.local_derivative("Betainc", ["a", "b", "x"], "x", "v1") == ""
