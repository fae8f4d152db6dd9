"""A whole comparison, with few repeats; and what is refused."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from tapecli.errors import RequestError
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.features.compare import clock, measuring
from tapecli.features.compare.contenders import Contender, contenders
from tapecli.features.compare.model import Scenario, TapeMemory

WORKED = ("u = x^2", "y = log(u)")


def asked(*expressions: str, order: int = 1, x: str = "2", **how: Any) -> Question:
    return Question.parse(
        "diff", expressions, PointsInput({"x": x}), order=order, options=Options(**how)
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """As few runs as a median takes."""
    monkeypatch.setattr(clock, "SECONDS", 0.0)
    monkeypatch.setattr(clock, "LEAST", 2)


@pytest.mark.parametrize(
    ("request_", "points", "message"),
    [
        (asked("x", x="1..3"), 9, "tapes are compared at one point, and 3 are given"),
        (asked("x", order=0), 9, "order 0 takes no tapes"),
        (asked("x"), 0, "'--points' must be a whole number from 1"),
        (asked("x"), 900_000_000, "would take about"),
        (asked("x", max_seconds=1e9), 900_000_000, "900,000,000 points are too many"),
        (asked("sin(x)/x", order=12), 9, "ask for a lower order or fewer points"),
        (asked("sin(x)/x", order=12), 1, "ask for a lower order$"),
        (asked("x"), 800_000_000, "; '--points [125]0+' would do$"),
        (asked("sin(x)/x", order=8), 1, "; ask for a lower order$"),
        (asked("x", max_seconds=0.001), 1, "; allow more$"),
    ],
)
def test_what_cannot_be_compared_is_refused(request_: Question, points: int, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        measuring.check(request_, points)


def test_more_seconds_allow_more() -> None:
    measuring.check(asked("sin(x)/x", order=5, max_seconds=1e4), 100_000)


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_everything_is_measured_of_each_arrangement() -> None:
    found = measuring.compare(asked(*WORKED), 50)
    names = [cost.name for cost in found.costs]
    assert names == ["separate", "parallel", "nested", "persistent", "batch"]
    assert {name: work.run for name, work in found.works().items() if name != "batch"} == {
        "separate": 11, "parallel": 10, "nested": 10, "persistent": 10,
    }  # fmt: skip
    assert [cost.memory for cost in found.costs[:4]] == [
        *[TapeMemory(400, 0)] * 3,
        TapeMemory(400, 400),
    ]
    settings = {Scenario(run, n) for run in ("eager", "graph", "xla") for n in (1, 50)}
    for cost in found.costs:
        assert set(cost.times) == settings, cost.name
        assert {time.runs for time in cost.times.values()} == {2}
        assert all(time.least > 0 for time in cost.times.values())
        assert cost.problem == ""
    assert (found.at, found.wrt) == ({"x": 2.0}, ("x",))
    assert found.expressions == ("u = x**2", "y = log(u)")


@pytest.mark.usefixtures("quick")
def test_what_tensorflow_cannot_do_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(*given: Any) -> NoReturn:
        raise LookupError("no gradient\nand more")

    monkeypatch.setattr(measuring, "EXECUTIONS", {})
    monkeypatch.setattr(measuring, "scenarios", lambda points: [Scenario("eager", 1)])
    (single, *_) = contenders(1, 1)
    both = [single, Contender("lacking", lacking)]
    monkeypatch.setattr(measuring, "contenders", lambda targets, order: both)
    good, bad = measuring.compare(asked("x^2"), 1).costs
    assert (good.name, good.problem, len(good.times)) == ("single", "", 1)
    assert (bad.work, bad.memory, bad.times) == (None, None, {})
    assert bad.problem == "no gradient"


def test_what_no_tapes_can_do_is_refused() -> None:
    message = (
        "^TensorFlow cannot compute 'lgamma' in bfloat16; try another '--dtype' or a lower order$"
    )
    with pytest.raises(RequestError, match=message):
        measuring.compare(asked("lgamma(x)", dtype="bfloat16"), 1)
