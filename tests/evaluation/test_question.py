"""One question: what is checked when it is parsed, and what only when it is needed."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from tapecli.errors import PointsError, RequestError, UsageError
from tapecli.evaluation.planner import Choice
from tapecli.evaluation.question import KINDS, Options, PointsInput, Question
from tapecli.expressions.expression import parse

X = PointsInput({"x": "1..3"})


@pytest.mark.parametrize(
    ("kind", "rest", "problem"),
    [
        ("dif", {}, "unknown kind 'dif'; there are diff, grad, jacobian, hessian"),
        ("grad", {"order": 2}, "'order' is for the kind 'diff'"),
        ("hessian", {"claims": "1"}, "'claim' is for the kind 'diff'"),
        ("jacobian", {"options": Options(scaled=True)}, "'scaled' is for the kind 'diff'"),
        ("diff", {"order": -1}, "the order must be a whole number from 0, not -1"),
        ("diff", {"order": True}, "the order must be a whole number from 0, not True"),
        ("diff", {"order": 1_001}, "order 1,001: no more than 1,000"),
        ("diff", {"wrt": "y"}, "no variable 'y' to differentiate by"),
        ("diff", {"wrt": 1}, "'wrt' must be a text or a list of texts"),
        ("diff", {"claims": ["1", "2"]}, "1 derivative is shown, and 2 claims are given"),
        ("diff", {"claims": "y = 2"}, "a claim is the right side alone"),
        ("diff", {"claims": "2t"}, "the claim has a variable 't', which the expressions have not"),
        ("diff", {"source": PointsInput({"t": "1"})}, "'--t' gives points of 't'"),
        ("diff", {"source": PointsInput({"sin": "1"})}, "'sin' is a function"),
        ("diff", {"options": Options(method="magic")}, "unknown method 'magic'"),
        ("diff", {"options": Options(dtype="float8")}, "unknown dtype 'float8'"),
        (
            "diff",
            {"options": Options(dtype="float")},
            "unknown dtype 'float'; it has 64 bits in Python and 32 in C: write float64 or float32",
        ),
        ("diff", {"options": Options(verify="some")}, "unknown 'verify' 'some'"),
        ("diff", {"options": Options(tolerance=-1)}, "the tolerance must be a number from 0"),
        ("diff", {"options": Options(max_seconds=float("nan"))}, "'--max-seconds' must be"),
        ("diff", {"options": Options(device="a b")}, "'a b' is no device"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused_before_points_are_read(
    kind: str, rest: dict[str, Any], problem: str
) -> None:
    stdin = io.StringIO("1\n")
    rest = {"source": PointsInput({"x": "-"}, stdin=stdin), **rest}
    with pytest.raises(RequestError, match=re.escape(problem)):
        Question.parse(kind, "x^2", **rest)
    assert stdin.read() == "1\n"


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        (
            "diff(x^2, x)",
            "'x**2' for this derivative, or 'x**2' --order 2 for the derivative of it",
        ),
        (
            "y = D(x^2*a, x)",
            "'x**2*a' --wrt x for this derivative, "
            "or 'x**2*a' --wrt x --order 2 for the derivative of it",
        ),
        (
            "diff(x^3, x, 2)",
            "'x**3' --order 2 for this derivative, or 'x**3' --order 3 for the derivative of it",
        ),
        ("diff(x*a, x, a)", "'x*a' --wrt x,a for this derivative"),
    ],
)
def test_a_derivative_of_a_derivative_is_not_guessed(typed: str, readings: str) -> None:
    shown = str(parse(typed)[0].tree)
    with pytest.raises(RequestError) as caught:
        Question.parse("diff", typed)
    problem = f"'{shown}' can be read in two ways: write {readings}; --order 0 shows its value"
    assert str(caught.value) == problem
    assert Question.parse("diff", typed, order=0).order == 0
    assert Question.parse("diff", [f"u = {typed.removeprefix('y = ')}", "u^2"], wrt=["x"])
    assert Question.parse("diff", f"2*{typed.removeprefix('y = ')}", wrt=["x"])
    assert Question.parse("grad", typed)


@pytest.mark.parametrize("claim", ["y = 2x", "f(x) = 2x", "2x; 3"])
def test_a_claim_is_one_expression(claim: str) -> None:
    with pytest.raises(RequestError, match="a claim is the right side alone"):
        Question.parse("diff", "x^2", claims=[claim])


def test_a_claim_may_have_a_sum() -> None:
    assert Question.parse("diff", "sum(x^k, k = 0..3)", claims="sum(k*x^(k-1), k = 1..3)")


@pytest.mark.parametrize("expressions", [[], "", "x+", ["x"] * 51])
def test_expressions_that_cannot_be_read_are_refused(expressions: Any) -> None:
    with pytest.raises(UsageError):
        Question.parse("diff", expressions, X)


def test_every_kind_has_its_derivatives() -> None:
    derivatives = {kind: Question.parse(kind, "x*y", wrt="x,y").wrt for kind in KINDS}
    assert derivatives == {
        "diff": [("x", "y")],
        "grad": [("x",), ("y",)],
        "jacobian": [("x",), ("y",)],
        "hessian": [("x", "x"), ("x", "y"), ("y", "x"), ("y", "y")],
    }


def test_points_are_read_once_and_when_they_are_needed() -> None:
    stdin = io.StringIO("1\n2\n")
    question = Question.parse("diff", "x^2", PointsInput({"x": "-"}, stdin=stdin))
    assert stdin.tell() == 0
    assert [question.points.at(index)["x"] for index in range(2)] == [1, 2]
    assert len(question.points) == 2
    with pytest.raises(PointsError):
        assert Question.parse("diff", "x^2", PointsInput({"x": "3..1"})).points


def test_the_only_variable_has_the_points_of_the_worked_example() -> None:
    question = Question.parse("diff", "t^2")
    assert (question.variables, len(question.points), question.points.at(2)) == (
        ("t",),
        3,
        {"t": 3},
    )
    (point,) = [Question.parse("diff", "t^2", PointsInput(default="2")).points.at(0)]
    assert point == {"t": 2}
    with pytest.raises(RequestError, match="the variables x and y have no values"):
        assert Question.parse("grad", "x*y").points


def test_points_given_twice_are_refused() -> None:
    with pytest.raises(RequestError, match="the points of 'x' are given twice"):
        PointsInput.of_pairs([("x", "1"), ("y", "2"), ("x", "3")])


def test_a_chunk_of_a_long_run_has_a_settled_method() -> None:
    question = Question.parse("diff", "x^2", X)
    assert question.choice == Choice("single", execution="eager")
    chunk = question.at(question.points, Choice("taylor"), share=0.5, fill=8)
    assert (chunk.choice.method, chunk.share, chunk.fill) == ("taylor", 0.5, 8)
    assert (chunk.points, chunk.targets) == (question.points, question.targets)


@pytest.mark.parametrize("dtype", ["half", "np.float16", "F16"])
def test_a_dtype_has_the_name_that_tensorflow_gives_it(dtype: str) -> None:
    assert Options(dtype=dtype) == Options(dtype="float16")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["x^2", "3"], "'3' has no variable; points are given with --x 3, and a constant is "),
        (
            ["a = 3", "x*y"],
            "'a = 3' has no variable, and no later expression has 'a'; the variables are x and y",
        ),
        (["x^2", "1", "a=2", "sin(1)"], "'1', 'a = 2' and 'sin(1)' have no variable; points "),
        (["x^2; 3"], "'3' has no variable; "),
        (["f(x) = x^2", "f(3)", "f(x)"], "'f(3)' has no variable; "),
    ],
)
def test_a_constant_beside_expressions_in_variables_is_refused(
    texts: list[str], message: str
) -> None:
    with pytest.raises(RequestError) as caught:
        Question.parse("diff", texts)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    "texts", [["3"], ["3", "pi"], ["a = 3", "a*x"], ["a = 3", "b = 2a", "b*x"], ["3 + 0x", "x^2"]]
)
def test_a_constant_that_is_meant_is_an_expression(texts: list[str]) -> None:
    assert len(Question.parse("diff", texts).targets) == len(texts)


@pytest.mark.parametrize(
    ("kind", "texts", "source", "message"),
    [
        ("diff", ["a*x"], {}, "with 'tapecli grad'; and give each a value: --at a=2 --x 2"),
        ("diff", ["a*x"], {"x": "1"}, "with 'tapecli grad'; and give a value: --at a=2"),
        ("diff", ["a*x"], {"x": "1", "a": "2"}, "or by all with 'tapecli grad'"),
        ("grad", ["alpha*beta*x"], {}, "their points: --at alpha=1..3 --at beta=1..3 --x 1..3"),
        ("grad", ["alpha*beta*x"], {"x": "1"}, "their points: --at alpha=1..3 --at beta=1..3"),
        ("grad", ["alpha*x"], {"x": "1"}, "one letter needs its points: --at alpha=1..3"),
    ],
)
def test_one_message_has_all_variables_without_a_value(
    kind: str, texts: list[str], source: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        Question.parse(kind, texts, PointsInput(source))
    assert str(caught.value).endswith(message)
