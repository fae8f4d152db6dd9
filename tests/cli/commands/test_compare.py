"""`tapecli compare`: its options, what it refuses, and one whole run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tapecli.engines.tapes import loading
from tapecli.evaluation.question import Question
from tapecli.features.compare import measuring
from tapecli.features.compare.model import (
    Aim,
    Cost,
    CostComparison,
    CountedPass,
    CountedTape,
    Scenario,
    TapeMemory,
    Time,
    Work,
)

if TYPE_CHECKING:
    from tests.cli.conftest import Run, RunAll

HERE = Scenario("eager", 1)
WORK = Work(
    (CountedTape("tape", (Aim("y"),), ("Log",), ()),),
    ("Log",),
    (CountedPass("tape", Aim("y"), ()),),
)
COST = Cost("single", WORK, TapeMemory(8, 0), {HERE: Time(1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 5)})


class CompareStandIn:
    """Stands for the measuring: keeps what it was asked, and answers at once."""

    def __init__(self) -> None:
        self.asked: list[tuple[Question, int, bool]] = []

    def __call__(self, question: Question, points: int, with_operations: bool) -> CostComparison:
        self.asked.append((question, points, with_operations))
        versions = {"tapecli": "0.1.0", "tensorflow": "2.21.0"}
        return CostComparison(("y = log(x)",), {"x": 2.0}, ("x",), "float64", (HERE,),
                          (COST,), versions, 1.0, with_operations)  # fmt: skip


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> CompareStandIn:
    found = CompareStandIn()
    monkeypatch.setattr(measuring, "compare", found)
    monkeypatch.setattr(loading, "load", lambda **how: None)
    return found


def asked(answers: CompareStandIn) -> tuple[Any, ...]:
    """What the last call came to."""
    question, points, with_operations = answers.asked[-1]
    expressions = tuple(str(each) for each in question.targets)
    sequences = tuple(each.variables for each in question.derivatives)
    return (
        expressions,
        sequences,
        question.points.at(0),
        question.options.dtype,
        points,
        with_operations,
    )


WORKED = ["x**2", "log(u)"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", (WORKED, (("x",),), {"x": 2}, "float64", 100_000, False)),
        ("log(x) -n 2 --x 3 --points 7 --operations",
         (["log(x)"], (("x",), ("x", "x")), {"x": 3}, "float64", 7, True)),
        ("x*y --x 1 --y 2 --wrt x,y --dtype float32",
         (["x*y"], (("x", "y"),), {"x": 1, "y": 2}, "float32", 100_000, False)),
        ("w --at w=5", (["w"], (("w",),), {"w": 5}, "float64", 100_000, False)),
    ],
)  # fmt: skip
def test_options_arrive(
    run: Run, answers: CompareStandIn, arguments: str, expected: tuple[object, ...]
) -> None:
    assert run("compare", *arguments.split()).code == 0
    expressions, *rest = asked(answers)
    wanted, *others = expected
    assert rest == others
    assert [text.partition(" = ")[2] for text in expressions] == wanted


REFUSED = (
    ("sni(x)", "did you mean 'sin'?"),
    ("log(x) --x 1..3", "tapes are compared at one point, and 3 are given"),
    ("log(x) --order 0", "order 0 takes no tapes"),
    ("log(x) --points 0", "Invalid value for '--points': '0' is not a whole number from 1 on"),
    ("log(x) --points many", "'many' is not a whole number"),
    ("exp(sin(x))/x --order 9", "order 9 would take about"),
    ("log(x) --order 3 --max-seconds 0.001", "'--max-seconds' is 0.001"),
    ("x*y --x 1", "y"),
    ("log(x) --dtype float8", "is not one of float64, float32, bfloat16, float16"),
    ("log(x) --format csv", "'csv' is not one of table, json, markdown"),
    ("log(x) --output here.csv", "'.csv' says no format"),
    ("log(x) --method nested", "No such option"),
)


def test_what_cannot_be_had_is_refused_before_tensorflow_is_loaded(run_all: RunAll) -> None:
    found = run_all([["compare", *arguments.split()] for arguments, _ in REFUSED])
    for (arguments, message), done in zip(REFUSED, found, strict=True):
        assert (done.code, done.out) == (2, ""), arguments
        assert message in done.err, (arguments, done.err)
        assert "tensorflow" not in done.loaded, arguments


def test_formats_and_files(run: Run, answers: CompareStandIn) -> None:
    assert run("compare", "log(x)").lines[0] == "'y = log(x)'"
    document = json.loads(run("compare", "log(x)", "--format", "json").out)
    assert document["arrangements"][0]["operations"]["run"] == 1
    done = run("compare", "log(x)", "--output", "page.md")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_help_fits_a_terminal(run_all: RunAll) -> None:
    (done,) = run_all([["compare", "--help"]])
    assert done.code == 0
    assert max(map(len, done.lines)) <= 80
    assert done.loaded == []
    assert "tapecli compare 'u = x^2' 'y = log(u)'" in done.out


@pytest.mark.slow
def test_a_whole_run(process: Run) -> None:
    done = process("compare", "--points", "1000", "--format", "json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert found["answer"].startswith("Nesting targets avoids no derivative work: 10 operations")
    assert {each["name"]: each["held"] for each in found["arrangements"] if
            each["name"] != "batch"} == {
        "separate": {"bytes": 8_000, "bytes_after": 0},
        "parallel": {"bytes": 8_000, "bytes_after": 0},
        "nested": {"bytes": 8_000, "bytes_after": 0},
        "persistent": {"bytes": 8_000, "bytes_after": 8_000},
    }  # fmt: skip
