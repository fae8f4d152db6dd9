"""Requests as lines of JSON: what is answered, what is refused, and what is kept of them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from tapecli import defaults
from tapecli.api import Keywords
from tapecli.engines.tapes import arrangements
from tapecli.errors import UNEXPECTED, RequestError, TensorFlowError
from tapecli.evaluation import answering, batch
from tapecli.evaluation.batch import FIELDS, MAX_LINE, MAX_VALUES, TRACED_AFTER
from tapecli.evaluation.counting import counted
from tapecli.evaluation.question import KINDS, PointsInput
from tapecli.formats.json import document

Answer = dict[str, Any]

Batch = functools.partial(batch.Batch, document=document)


def strict(text: str) -> Any:
    """Read JSON that has no NaN or Infinity."""

    def refuse(name: str) -> NoReturn:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def answer_to(one: batch.Batch, line: str) -> Answer:
    """The answer to a line, which is one line of strict JSON."""
    (text,) = one.answers([line])
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert text.isascii()
    found: Answer = strict(text)
    return found


def without_tensorflow() -> NoReturn:
    raise AssertionError("TensorFlow is not needed")


def asked(**fields: Any) -> Answer:
    """The answer to a request that is computed by Taylor series."""
    return answer_to(Batch(without_tensorflow), json.dumps({"method": "taylor", **fields}))


def refused(line: str) -> str:
    """Why a line is refused, by a batch that goes on after it."""
    one = Batch(without_tensorflow)
    found = answer_to(one, line)
    assert found["ok"] is False
    assert found["error"]["exit_code"] == 2
    after = answer_to(one, '{"id": "after", "expr": "x^2", "x": 3, "method": "taylor"}')
    assert after["id"] == "after"
    assert after["rows"][0]["tape"] == 6
    return str(found["error"]["message"])


# --- answers ----------------------------------------------------------------------------------


def test_an_answer_is_the_document_with_the_id_first() -> None:
    found = asked(id=7, expr="log(x^2)", x=[1, 2, 4])
    assert list(found)[:2] == ["id", "schema"]
    assert [row["tape"] for row in found["rows"]] == [2, 1, 0.5]
    assert found["counts"] == {"ok": 3}
    assert found["ok"] is True


@pytest.mark.parametrize(
    "name", [0, -1.5, "", "a", "\ud800", "é", None, True, [], {}, [1, {"a": [None]}], 10**400]
)
def test_any_id_is_echoed(name: object) -> None:
    assert asked(id=name, expr="x")["id"] == name
    assert asked(id=name, expr="sni(x)")["id"] == name
    assert asked(id=name, nothing=1)["id"] == name


def test_without_an_id_there_is_none() -> None:
    assert "id" not in asked(expr="x")
    assert "id" not in asked(expr="sni(x)")


def test_numbers_that_are_not_finite_are_null_or_text_of_strict_json() -> None:
    found = asked(expr=["log(x)", "exp(1000x)"], x=[-1, 0, 1])
    assert found["counts"]["undefined"] == 2


def test_a_request_may_have_definitions_and_sums() -> None:
    one = asked(expr="f(x) = x^2; f(f(x))", x=3)
    assert [row["analytic"] for row in one["rows"]] == [108]
    two = asked(expr=["f(x) = a*x^2", "sum(f(k*x), k = 1..2)"], wrt="x", at={"a": 2, "x": 3})
    assert [row["analytic"] for row in two["rows"]] == [60]


def test_points_of_any_form() -> None:
    for given in ("1, 2..3", [1, 2, 3], ["1", 2.0, "3"], "1..3"):
        assert [row["tape"] for row in asked(expr="x^2", x=given)["rows"]] == [2, 4, 6]


def test_one_number_and_a_list_of_one_are_told_apart_as_in_the_library() -> None:
    assert asked(kind="grad", expr="x*y", x=1, y=2)["matrix"] == [2, 1]
    assert asked(kind="grad", expr="x*y", x=[1], y=2)["matrix"] == [[2, 1]]


def test_points_from_a_table(tmp_path: Path) -> None:
    one = Batch(without_tensorflow)
    file = tmp_path / "points.csv"
    line = json.dumps({"kind": "grad", "expr": "x*y", "at": f"@{file}", "method": "taylor"})
    for header, matrix in (("x,y", [[2, 1], [4, 3]]), ("y,x", [[1, 2], [3, 4]])):
        file.write_text(f"{header}\n1,2\n3,4\n")
        assert answer_to(one, line)["matrix"] == matrix
    file.write_text("x,w\n1,2\n")
    assert "y" in answer_to(one, line)["error"]["message"]
    one_more = {"kind": "grad", "expr": "x*y", "at": f"@{file}", "y": 5, "method": "taylor"}
    assert answer_to(one, json.dumps(one_more))["matrix"] == [[5, 1]]


def test_formulas_are_made_where_they_are_asked_for() -> None:
    assert asked(expr="x^2")["derivatives"][0]["formula"] is None
    assert asked(expr="x^2", formula=True)["derivatives"][0]["formula"] == "2·x"


def test_blank_lines_have_no_answer_and_line_ends_do_not_matter() -> None:
    request = '{"expr": "x", "x": 1, "method": "none"}'
    lines = ["\n", request + "\r\n", "  \t\n", "\r\n", request, ""]
    assert len(list(Batch().answers(lines))) == 2


def test_each_answer_comes_before_the_next_request_is_read() -> None:
    read: list[int] = []

    def lines() -> Any:
        for number in range(3):
            read.append(number)
            yield json.dumps({"id": number, "expr": "x", "method": "none"})

    for number, text in enumerate(Batch().answers(lines())):
        assert read[-1] == number == json.loads(text)["id"]


def test_whether_any_value_is_wrong_is_remembered() -> None:
    one = Batch(without_tensorflow)
    claims = {"expr": "x^2", "x": 1, "method": "taylor"}
    answer_to(one, json.dumps({**claims, "claim": "2*x"}))
    assert not one.failed
    assert answer_to(one, json.dumps({**claims, "claim": "3*x"}))["ok"] is False
    answer_to(one, json.dumps({**claims, "claim": "2*x"}))
    assert one.failed


# --- what is refused --------------------------------------------------------------------------


DEEP = 10_000

NO_JSON = {
    "x": "no JSON: Expecting value: line 1 column 1",
    "{": "no JSON: Expecting property name",
    "\x00": "no JSON",
    "{}{}": "no JSON: Extra data",
    "[]": "no JSON object",
    "null": "no JSON object",
    '"expr"': "no JSON object",
    "[" * DEEP: "too deep",
    '{"a":' * DEEP: "too deep",
    f'{{"id": {"[" * DEEP}{"]" * DEEP}}}': "too deep",
    f'{{"id": {"1" * 5000}}}': "a number of too many digits",
    '{"id": NaN, "expr": "x"}': "which has no NaN",
    '{"expr": "x", "x": [1, -Infinity]}': "which has no -Infinity",
    '{"id": [1e999], "expr": "x"}': "the id has a number that is too large",
    '{"id": 1, "expr": "x", "id": 2}': "the field 'id' is there twice",
    '{"expr": "x", "at": {"x": 1, "x": 2}}': "the field 'x' is there twice",
    "{}": "the request has no 'expr'",
    '{"id": 1}': "the request has no 'expr'",
}


def test_no_file_of_expressions_is_read(tmp_path: Path) -> None:
    file = tmp_path / "model.txt"
    file.write_text("x^2\n")
    line = json.dumps({"expr": f"@{file}", "x": 3, "method": "taylor"})
    problem = "unexpected '@'; only the command line reads expressions from a file"
    assert refused(line).startswith(problem)


@pytest.mark.parametrize(("line", "problem"), NO_JSON.items(), ids=range(len(NO_JSON)))
def test_what_is_no_request_is_refused(line: str, problem: str) -> None:
    assert problem in refused(line)


@pytest.mark.parametrize("depth", range(850, 1000, 10))
def test_no_depth_of_an_id_ends_it(depth: int) -> None:
    line = f'{{"id": {"[" * depth}{"]" * depth}, "expr": "x", "method": "none"}}'
    assert answer_to(Batch(), line)["schema"] == 1


WRONG_FIELDS: list[tuple[Answer, str]] = [
    ({"exp": "x"}, "unknown field 'exp'; did you mean 'expr'?"),
    ({"\ud800": 1}, "unknown field"),
    ({"": 1}, "unknown field ''; there are id, kind,"),
    ({"expr": []}, "no expression was given; try 'log(x^2)'"),
    ({"expr": ""}, "the expression is empty"),
    ({"expr": "\ud800"}, "unreadable character: U+D800"),
    ({"expr": "(" * DEEP}, "'(' is never closed"),
    ({"expr": "x+" * DEEP + "x"}, "the limit is 10,000"),
    ({"expr": "9^9^9^9"}, "an exponent beyond"),
    ({"kind": "dif"}, "unknown kind 'dif'; there are diff, grad, jacobian, hessian"),
    ({"kind": "grad", "order": 2}, "'order' is for the kind 'diff'"),
    ({"kind": "grad", "scaled": True}, "'scaled' is for the kind 'diff'"),
    ({"kind": "hessian", "claim": "1"}, "'claim' is for the kind 'diff'"),
    ({"order": 10**9}, "no more than 1,000"),
    ({"order": 10**4000}, "no more than 1,000"),
    ({"order": -1}, "from 0, not -1"),
    ({"order": 1e3}, "'order' must be a whole number"),
    ({"tolerance": -1}, "from 0, not -1"),
    ({"tolerance": 10**400}, "'tolerance' must be a number"),
    ({"max_seconds": 10**400}, "'max_seconds' must be a number"),
    ({"method": "tapes"}, "unknown method 'tapes'"),
    ({"dtype": "float128"}, "unknown dtype 'float128'"),
    ({"execution": "fast"}, "unknown execution 'fast'"),
    ({"verify": "some"}, "unknown 'verify' 'some'"),
    ({"wrt": "q"}, "no variable 'q'"),
    ({"wrt": [""]}, "lacks a variable"),
    ({"claim": ["1", "2"]}, "1 derivative is shown, and 2 claims are given"),
    ({"x": "@missing"}, "'missing' cannot be read"),
    ({"x": "-"}, "'-' is standard input, which has the requests"),
    ({"x": [1, " - "]}, "'-' is standard input, which has the requests"),
    ({"x": "@points.npy"}, "'points.npy' is no text: such files are read by the commands diff, "),
    ({"at": "@points.parquet"}, "'points.parquet' is no text"),
    ({"order": 10**4000}, "order 10,000,000,000,000,000,000,000,000,000,…: no more than 1,000"),
    ({"order": -(10**4000)}, "a whole number from 0, not -1000000"),
    ({"x": []}, "there are no points"),
    ({"x": ""}, "a point is missing; write numbers with commas between: 1,2,3"),
    ({"x": "0..1e8"}, "more than 100,000 points"),
    ({"x": 10**400}, "too large for float64; write a smaller one"),
    ({"x": [[1]]}, "'x' must be points"),
    ({"at": {"x": 1}, "x": 1}, "the points of 'x' are given twice; leave one of them out"),
    ({"at": {"x": None}}, "'at' must have points"),
    ({"at": "x=1"}, "'at' must be an object of points by name"),
    ({"at": "-"}, "'-' is standard input"),
    ({"at": "@missing"}, "'missing' cannot be read"),
    ({"at": ""}, "'at' must be an object of points by name"),
    ({"at": {"x": [True]}}, "'at' must have points"),
    ({"at": {"\ud800": 1}}, "the variable is 'x'"),
    ({"expr": "x*w", "x": 1, "wrt": "x"}, "the variable 'w' has no value"),
    ({"x": "1..100000", "order": 6, "verify": "none"}, "600,000 values: no more than 500,000"),
]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("1e-400", "the point 1e-400 is too small for float64"),
        ("1e400", "the point 1e+400 is too large for float64; write a smaller one"),
        ("[0.5, 1e400]", "the point 1e+400 is too large for float64; write a smaller one"),
        ("1e99999999999", "1E+99999999999: a number of more than 400 digits"),
        ("1e9999999999999999999999", "'1e9999999999999999999999'"),
    ],
)
def test_a_point_is_what_is_written_and_not_a_float_near_it(written: str, problem: str) -> None:
    assert problem in refused(f'{{"expr": "x", "x": {written}, "method": "none"}}')
    assert problem in refused(f'{{"expr": "x", "at": {{"x": {written}}}, "method": "none"}}')


def test_a_point_is_rounded_once() -> None:
    line = '{"id": 0.1, "expr": "x", "order": 0, "dtype": "float16", "method": "none", "x": %s}'
    answer = answer_to(Batch(without_tensorflow), line % "1.00048828125000000001")
    assert answer["rows"][0]["x"] == 1.001  # the shortest decimal of 1 + 2**-10, which is nearer
    assert answer["id"] == 0.1


@pytest.mark.parametrize(
    ("fields", "problem"), WRONG_FIELDS, ids=[next(iter(fields)) for fields, _ in WRONG_FIELDS]
)
def test_what_cannot_be_is_refused_in_words(fields: Answer, problem: str) -> None:
    line = json.dumps({"expr": "x", "method": "taylor", **fields})
    said = refused(line)
    assert problem in said
    assert len(said) < 300


OTHER_TYPES: tuple[object, ...] = (
    None,
    True,
    1,
    1.5,
    "\ud800",
    [],
    [None],
    [[]],
    [True],
    {},
    {"x": {}},
)


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "id"])
@pytest.mark.parametrize("value", OTHER_TYPES, ids=repr)
def test_a_field_of_any_type_is_answered_or_refused(name: str, value: object) -> None:
    found = asked(**{"expr": "x", "verify": "none", name: value})
    assert found["schema"] == 1
    assert found.get("error", {}).get("type") != "InternalError"
    kinds = (*FIELDS[name].types, *[list] * FIELDS[name].may_be_list)
    if type(value) not in kinds:
        assert found["error"]["message"].startswith(f"'{name}' must be ")


def test_an_error_in_an_expression_tells_its_place() -> None:
    error = asked(id=1, expr="x*sni(x)")["error"]
    assert error["type"] == "ExpressionError"
    assert (error["expression"], error["start"], error["end"]) == ("x*sni(x)", 2, 5)
    assert "did you mean 'sin'?" in error["message"]


def test_a_line_that_is_too_long_is_refused() -> None:
    assert "more than 10,000,000 characters" in refused(" " * 9 + "x" * MAX_LINE)


def test_what_nobody_expected_is_answered_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Exception] = []
    one = Batch(without_tensorflow, told.append)
    line = '{"id": 5, "expr": "x", "method": "taylor"}'

    def run(*_: object, **__: object) -> NoReturn:
        raise KeyError("\ud800")

    with monkeypatch.context() as patch:
        patch.setattr(answering, "answer", run)
        found = answer_to(one, line)
    assert found["id"] == 5
    assert found["error"]["type"] == "InternalError"
    assert found["error"]["message"].startswith("a mistake in tapecli: KeyError: ")
    assert found["error"]["exit_code"] == UNEXPECTED
    assert [type(error) for error in told] == [KeyError]
    assert answer_to(one, line)["ok"] is True


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_process_ends_it(
    end: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object, **__: object) -> NoReturn:
        raise end

    monkeypatch.setattr(answering, "answer", run)
    with pytest.raises(end):
        asked(expr="x")


def test_too_little_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object, **__: object) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr(answering, "answer", run)
    assert asked(expr="x")["error"]["message"] == "there is not enough memory for this"


def test_a_tensorflow_that_does_not_start_is_tried_once_and_told_each_time() -> None:
    tried = []

    def load() -> NoReturn:
        tried.append(1)
        raise TensorFlowError("TensorFlow is not installed; get it", "its log")

    one = Batch(load)
    for number in range(3):
        found = answer_to(one, json.dumps({"id": number, "expr": "x^2"}))
        assert found["id"] == number
        assert found["error"] == {
            "type": "TensorFlowError",
            "message": "TensorFlow is not installed; get it",
            "exit_code": 3,
        }
    assert tried == [1]
    assert one.broken
    assert one.broken.log == "its log"
    assert answer_to(one, '{"expr": "x^2", "x": 3, "method": "taylor"}')["ok"] is True


def test_the_fields_are_the_arguments_of_the_library() -> None:
    library = set(Keywords.__annotations__) | {*"xyzt", "order", "scaled"}
    named = {"expr": "expressions", "claim": "claims", "formula": "formulas"}
    others = set(FIELDS) - {"id", "kind", *named}
    assert others <= library
    assert library - others <= {"formulas"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_answered(kind: str) -> None:
    assert asked(kind=kind, expr="x^2", x=1)["kind"] == kind


# --- what is kept -----------------------------------------------------------------------------


@pytest.fixture
def executions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Options TensorFlow was asked to run each request."""
    found: list[str] = []
    kept: Callable[..., Any] = arrangements.tape_derivatives

    def run(*arguments: Any) -> Any:
        found.append(arguments[5])
        return kept(*arguments)

    monkeypatch.setattr(arrangements, "tape_derivatives", run)
    return found


@pytest.mark.own_execution
def test_what_is_asked_often_is_traced(executions: list[str]) -> None:
    one = Batch()
    answers = [
        answer_to(one, json.dumps({"id": x, "expr": "x^3", "x": [x, x + 1]})) for x in range(5)
    ]
    graph = len(answers) - TRACED_AFTER + 1
    assert executions == [defaults.EAGER] * (TRACED_AFTER - 1) + [defaults.GRAPH] * graph
    for x, found in enumerate(answers):
        assert [row["tape"] for row in found["rows"]] == [3 * x**2, 3 * (x + 1) ** 2]
        assert found["execution"] == executions[x]


@pytest.mark.own_execution
@pytest.mark.parametrize("fields", [{"execution": "eager"}, {"method": "batch"}])
def test_what_is_to_be_run_otherwise_is_not_traced(fields: Answer, executions: list[str]) -> None:
    one = Batch()
    for _ in range(TRACED_AFTER + 2):
        assert answer_to(one, json.dumps({"expr": "x^3", "x": 2, **fields}))["ok"] is True
    assert set(executions) == {defaults.EAGER}


def test_a_kept_request_is_right_for_other_points_and_other_requests_between() -> None:
    one = Batch(without_tensorflow)
    for x in range(1, 6):
        for fields, slope in (
            ({"expr": "x^2", "x": x}, 2.0 * x),
            ({"expr": "x^2", "at": {"x": x}}, 2.0 * x),
            ({"expr": "x^2", "x": x, "tolerance": 2}, 2.0 * x),
            ({"expr": "x*t", "x": x, "t": 7, "wrt": "x"}, 7.0),
            ({"expr": "x*t", "x": x, "t": 7, "wrt": "t"}, float(x)),
            ({"expr": ["u = x^2", "u+1"], "x": x}, 2.0 * x),
        ):
            found = answer_to(one, json.dumps({**fields, "method": "taylor"}))
            assert {row["tape"] for row in found["rows"]} == {slope}
            assert found["tolerance"] == fields.get("tolerance", 1)


def test_the_number_of_points_may_change_and_so_may_the_method() -> None:
    one = Batch(without_tensorflow)
    for count in (1, 3, 2, 3, 1):
        line = json.dumps({"expr": "x", "x": list(range(count)), "method": "taylor"})
        assert len(answer_to(one, line)["rows"]) == count


def test_points_that_are_wrong_are_told_of_a_kept_request() -> None:
    one = Batch(without_tensorflow)
    line = '{"expr": "x", "method": "taylor", "x": %s}'
    for _ in range(2):
        assert answer_to(one, line % 1)["ok"] is True
        assert answer_to(one, line % '"one"')["error"]["type"] == "PointsError"


def test_a_file_of_points_is_read_each_time(tmp_path: Path) -> None:
    one = Batch(without_tensorflow)
    file = tmp_path / "points"
    line = json.dumps({"expr": "x^2", "x": f"@{file}", "method": "taylor"})
    for x in (1, 2):
        file.write_text(f"{x}\n")
        assert answer_to(one, line)["rows"][0]["tape"] == 2 * x


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "REMEMBERED", 3)
    one = Batch(without_tensorflow)
    for k in range(10):
        answer_to(one, json.dumps({"expr": f"x+{k}", "x": 1, "method": "none"}))
    assert len(one._remembered) == 3
    for count in range(1, 40):
        line = {"expr": "x", "x": [1] * count, "method": "none", "verify": "sample"}
        answer_to(one, json.dumps(line))
    known = next(reversed(one._remembered.values()))
    assert known.times == 39
    assert set(vars(known)) == {"question", "times"}, "nothing for each number of points"
    assert counted.cache_parameters()["maxsize"] <= 256
    long = ["x+" * 90 + str(k) for k in range(60)]
    answer_to(one, json.dumps({"expr": long[:50], "x": 1, "method": "none"}))
    assert len(one._remembered) == 3
    assert all(len(str(key)) <= batch.REMEMBERED_TEXT for key in one._remembered)


def test_points_are_not_kept() -> None:
    one = Batch(without_tensorflow)
    request = {"expr": "x*y", "wrt": "x", "x": [1] * 999, "at": {"y": 2}, "method": "none"}
    answer_to(one, json.dumps({**request, "verify": "sample"}))
    (known,) = one._remembered.values()
    assert known.question.source == PointsInput()
    assert len(str(list(one._remembered))) < 200


def test_so_many_values_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MAX_VALUES", 6)
    assert len(asked(expr="x", x="1..6")["rows"]) == 6
    assert "7 values: no more than 6" in asked(expr="x", x="1..7")["error"]["message"]
    two = asked(expr=["x", "x^2"], x="1..2", order=2)
    assert "8 values" in two["error"]["message"]
    assert MAX_VALUES >= 100_000


@pytest.mark.own_execution
def test_a_traced_request_that_graphs_lack_is_computed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = arrangements.tape_derivatives

    def run(*arguments: Any) -> list[list[np.ndarray[Any, Any]]]:
        if arguments[5] == defaults.GRAPH:
            raise RequestError("no such kernel")
        return kept(*arguments)

    monkeypatch.setattr(arrangements, "tape_derivatives", run)
    one = Batch()
    for _ in range(TRACED_AFTER + 1):
        found = answer_to(one, '{"expr": "x^3", "x": 2}')
        assert (found["rows"][0]["tape"], found["execution"]) == (12, defaults.EAGER)


def test_before_anything_takes_time_earlier_answers_can_be_sent() -> None:
    told: list[str] = []
    one = Batch()
    lines = ["(\n", "(\n", "(\n", '{"expr": "x", "x": 2, "method": "none"}\n', "(\n", "[\n"]
    for answer in one.answers(lines, lambda: told.append("sent")):
        told.append("ok" if json.loads(answer)["ok"] else "refused")
    assert told == [
        *("sent", "refused", "refused", "refused"),
        *("sent", "sent", "ok", "refused", "sent", "refused"),
    ]


def test_no_more_is_kept_of_what_is_no_request_than_a_little() -> None:
    one = Batch()
    for number in range(3 * batch.MAX_REFUSED):
        list(one.answers([f"no request {number}"]))
    list(one.answers(["(" * 1_000]))
    assert len(one._refused) == batch.MAX_REFUSED
