"""Traces beside what is known of them without TensorFlow."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tapecli.errors import RequestError
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.features.trace.model import Trace
from tapecli.features.trace.tracing import check, trace

LOG = math.log(4.0)


def traced(
    *texts: str, order: int | None = None, wrt: str = "", how: Options | None = None, **at: str
) -> Trace:
    request = Question.parse(
        "diff",
        texts,
        PointsInput(at or {"x": "2"}),
        wrt=wrt or (),
        order=order,
        options=how or Options(),
    )
    return trace(request)


def test_the_worked_example_at_2() -> None:
    result = traced("log(x^2)")
    assert [(step.name, step.formula, step.value) for step in result.steps] == [
        ("v1", "x*x", 4.0),
        ("v2", "log(v1)", LOG),
    ]
    derivatives = [
        (derivative.by, derivative.formula, derivative.value)
        for step in result.steps
        for derivative in step.local_derivatives
    ]
    assert derivatives == [("x", "2*x", 4.0), ("v1", "1/v1", 0.25)]
    (backward,) = result.passes
    assert [(adjoint.of, adjoint.value) for adjoint in backward.adjoints] == [
        ("v2", 1),
        ("v1", 0.25),
        ("x", 1),
    ]
    assert [tape.name for tape in result.tapes] == ["tape"]
    assert [(answer.value, answer.diff, answer.analytic) for answer in result.answers] == [
        (1, 1, 1)
    ]
    assert result.agrees


def test_the_outer_tape_records_the_backward_pass_of_the_inner_one() -> None:
    result = traced("log(x^2)", order=2)
    outer, inner = result.tapes
    assert (outer.name, inner.name) == ("outer", "inner")
    assert inner.records == ("v1", "v2")
    assert outer.records == tuple(step.name for step in result.steps)
    assert outer.wasted == ("v2",)
    assert {step.backward_of for step in result.steps} == {"", "inner"}
    first, second = result.passes
    assert (first.tape, first.step, first.variables, first.tapes) == ("inner", "v2", (), ("outer",))
    assert (second.tape, second.step, second.variables) == ("outer", result.steps[-1].name, ("x",))
    assert [answer.value for answer in result.answers] == [1, -0.5]


CASES: list[dict[str, Any]] = [
    {"texts": ["log(x^2)"], "order": 3},
    {"texts": ["sin(x)*x"], "order": 2},
    {"texts": ["x^x"], "order": 2},
    {"texts": ["tan(x)/x"], "order": 2},
    {"texts": ["x^2*y"], "wrt": "x,y", "x": "2", "y": "3"},
    {"texts": ["exp(x*y)/y"], "wrt": "y,x,y", "x": "0.5", "y": "3"},
    {"texts": ["u = x^2", "y = log(u)"]},
    {"texts": ["u = x^2", "y = log(u)"], "order": 2},
    {"texts": ["u = x^2", "y = log(u)"], "how": Options(method="persistent")},
    {"texts": ["u = x^2", "y = log(u)"], "how": Options(method="nested")},
    {"texts": ["sigmoid(x)"], "order": 2, "how": Options(dtype="float32")},
    {"texts": ["3x"], "order": 2},
    {"texts": ["x"]},
    {"texts": ["log(x^2)"], "order": 0},
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case}"[:60])
def test_the_numbers_are_those_of_diff(case: dict[str, Any]) -> None:
    case = dict(case)
    result = traced(*case.pop("texts"), **case)
    assert result.answers
    for answer in result.answers:
        assert answer.value == pytest.approx(
            answer.diff, rel=1e-6 if result.format_.name == "float32" else 1e-14
        )
        assert answer.status == "ok"
    assert result.agrees


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case}"[:60])
def test_each_adjoint_is_the_sum_of_what_it_came_from(case: dict[str, Any]) -> None:
    """The chain rule, added up here: an oracle that knows nothing of tapes."""
    case = dict(case)
    texts = case.pop("texts")
    result = traced(*texts, **case)
    for backward in result.passes:
        for adjoint in backward.adjoints:
            total = sum(term.product for term in adjoint.terms)
            expected = total if adjoint.terms else float(adjoint.of == backward.step)
            assert adjoint.value == pytest.approx(expected, rel=1e-6, abs=1e-12), adjoint


def test_what_no_tape_follows_has_no_adjoint() -> None:
    result = traced("hypot(x, 3)", x="4")
    stopped = next(step for step in result.steps if step.kind == "StopGradient")
    assert stopped.local_derivatives[0].value is None
    assert stopped.name not in [adjoint.of for adjoint in result.passes[0].adjoints]
    assert result.answers[0].value == 0.8


def test_a_local_derivative_that_the_dtype_does_not_have_is_left_out() -> None:
    """The backward pass of lgamma has a digamma, whose own derivative has no kernel in float16."""
    result = traced(
        "u = gamma(x)", "v = u", how=Options(method="nested", dtype="float16"), x="-1.5"
    )
    lgamma = next(step for step in result.steps if step.kind == "Lgamma")
    assert lgamma.local_derivatives[0].value is not None
    assert result.agrees


def test_names_of_steps_are_no_variables() -> None:
    request = Question.parse("diff", "v1^2 + w2", PointsInput({"v1": "3", "w2": "1"}), wrt="v1")
    result = trace(request)
    assert {step.name[0] for step in result.steps} == {"u"}


@pytest.mark.parametrize(
    ("texts", "options", "problem"),
    [
        (["log(x^2)"], {"x": "1..3"}, "a trace takes one point"),
        (["log(x^2)"], {"how": Options(method="taylor")}, "'--method taylor' has no tapes"),
        (["log(x^2)"], {"how": Options(method="none")}, "'--method none' has no tapes"),
        (
            ["u=x^2", "y=log(u)"],
            {"how": Options(method="batch")},
            "'--method batch' runs its backward pass in one",
        ),
        (["log(x^2)"], {"order": 9}, "more than 1,000 operations"),
    ],
)
def test_what_cannot_be_followed_is_refused(
    texts: list[str], options: dict[str, Any], problem: str
) -> None:
    options = dict(options)
    how, order = options.pop("how", Options()), options.pop("order", None)
    request = Question.parse(
        "diff", texts, PointsInput(options or {"x": "2"}), order=order, options=how
    )
    with pytest.raises(RequestError, match=problem):
        check(request)
