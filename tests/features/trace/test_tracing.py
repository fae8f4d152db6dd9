"""Traces beside what is known of them without TensorFlow."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tapecli.errors import RequestError
from tapecli.evaluation import question
from tapecli.evaluation.question import How, Where
from tapecli.features.trace.model import Trace
from tapecli.features.trace.tracing import check, trace

LOG = math.log(4.0)


def traced(
    *texts: str, order: int | None = None, wrt: str = "", how: How | None = None, **at: str
) -> Trace:
    asked = question.prepare(
        "diff", texts, Where(at or {"x": "2"}), wrt or (), order, (), how or How()
    )
    return trace(asked)


def test_the_worked_example_at_2() -> None:
    found = traced("log(x^2)")
    assert [(step.name, step.formula, step.value) for step in found.steps] == [
        ("v1", "x*x", 4.0),
        ("v2", "log(v1)", LOG),
    ]
    slopes = [(one.by, one.formula, one.value) for step in found.steps for one in step.slopes]
    assert slopes == [("x", "2*x", 4.0), ("v1", "1/v1", 0.25)]
    (way_back,) = found.passes
    assert [(one.of, one.value) for one in way_back.adjoints] == [("v2", 1), ("v1", 0.25), ("x", 1)]
    assert [tape.name for tape in found.tapes] == ["tape"]
    assert [(one.value, one.diff, one.analytic) for one in found.answers] == [(1, 1, 1)]
    assert found.agrees


def test_the_outer_tape_records_the_way_back_of_the_inner_one() -> None:
    found = traced("log(x^2)", order=2)
    outer, inner = found.tapes
    assert (outer.name, inner.name) == ("outer", "inner")
    assert inner.records == ("v1", "v2")
    assert outer.records == tuple(step.name for step in found.steps)
    assert outer.wasted == ("v2",)
    assert {step.way_back for step in found.steps} == {"", "inner"}
    first, second = found.passes
    assert (first.tape, first.step, first.sequence, first.tapes) == ("inner", "v2", (), ("outer",))
    assert (second.tape, second.step, second.sequence) == ("outer", found.steps[-1].name, ("x",))
    assert [one.value for one in found.answers] == [1, -0.5]


CASES: list[dict[str, Any]] = [
    {"texts": ["log(x^2)"], "order": 3},
    {"texts": ["sin(x)*x"], "order": 2},
    {"texts": ["x^x"], "order": 2},
    {"texts": ["tan(x)/x"], "order": 2},
    {"texts": ["x^2*y"], "wrt": "x,y", "x": "2", "y": "3"},
    {"texts": ["exp(x*y)/y"], "wrt": "y,x,y", "x": "0.5", "y": "3"},
    {"texts": ["u = x^2", "y = log(u)"]},
    {"texts": ["u = x^2", "y = log(u)"], "order": 2},
    {"texts": ["u = x^2", "y = log(u)"], "how": How(method="persistent")},
    {"texts": ["u = x^2", "y = log(u)"], "how": How(method="nested")},
    {"texts": ["sigmoid(x)"], "order": 2, "how": How(dtype="float32")},
    {"texts": ["3x"], "order": 2},
    {"texts": ["x"]},
    {"texts": ["log(x^2)"], "order": 0},
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case}"[:60])
def test_the_numbers_are_those_of_diff(case: dict[str, Any]) -> None:
    case = dict(case)
    found = traced(*case.pop("texts"), **case)
    assert found.answers
    for one in found.answers:
        assert one.value == pytest.approx(
            one.diff, rel=1e-6 if found.format_.name == "float32" else 1e-14
        )
        assert one.status == "ok"
    assert found.agrees


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case}"[:60])
def test_each_adjoint_is_the_sum_of_what_it_came_from(case: dict[str, Any]) -> None:
    """The chain rule, added up here: an oracle that knows nothing of tapes."""
    case = dict(case)
    texts = case.pop("texts")
    found = traced(*texts, **case)
    for way_back in found.passes:
        for adjoint in way_back.adjoints:
            total = sum(term.product for term in adjoint.terms)
            expected = total if adjoint.terms else float(adjoint.of == way_back.step)
            assert adjoint.value == pytest.approx(expected, rel=1e-6, abs=1e-12), adjoint


def test_what_no_tape_follows_has_no_adjoint() -> None:
    found = traced("hypot(x, 3)", x="4")
    kept = next(step for step in found.steps if step.kind == "StopGradient")
    assert kept.slopes[0].value is None
    assert kept.name not in [one.of for one in found.passes[0].adjoints]
    assert found.answers[0].value == 0.8


def test_a_slope_that_the_dtype_has_not_is_left_out() -> None:
    """The way back of lgamma has a digamma, whose own derivative has no kernel in float16."""
    found = traced("u = gamma(x)", "v = u", how=How(method="nested", dtype="float16"), x="-1.5")
    lgamma = next(step for step in found.steps if step.kind == "Lgamma")
    assert lgamma.slopes[0].value is not None
    assert found.agrees


def test_names_of_steps_are_no_variables() -> None:
    asked = question.prepare("diff", "v1^2 + w2", Where({"v1": "3", "w2": "1"}), "v1")
    found = trace(asked)
    assert {step.name[0] for step in found.steps} == {"u"}


@pytest.mark.parametrize(
    ("texts", "options", "problem"),
    [
        (["log(x^2)"], {"x": "1..3"}, "a trace is of one point"),
        (["log(x^2)"], {"how": How(method="taylor")}, "'--method taylor' has no tapes"),
        (["log(x^2)"], {"how": How(method="none")}, "'--method none' has no tapes"),
        (["u=x^2", "y=log(u)"], {"how": How(method="batch")}, "'--method batch' goes back in one"),
        (["log(x^2)"], {"order": 9}, "thousands of operations"),
    ],
)
def test_what_cannot_be_followed_is_refused(
    texts: list[str], options: dict[str, Any], problem: str
) -> None:
    options = dict(options)
    how, order = options.pop("how", How()), options.pop("order", None)
    asked = question.prepare("diff", texts, Where(options or {"x": "2"}), (), order, (), how)
    with pytest.raises(RequestError, match=problem):
        check(asked)
