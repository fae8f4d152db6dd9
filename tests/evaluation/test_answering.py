"""A request computed into a Result: what runs it, what it is filled with, what is done ahead."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np
import pytest

from tapecli import defaults
from tapecli.engines.tapes import arrangements, loading
from tapecli.errors import RequestError, TensorFlowError
from tapecli.evaluation import answering
from tapecli.evaluation.answering import Analysis
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.result import Finding, Result, Status

Columns = Mapping[str, np.ndarray[Any, Any]]


def asked(*expressions: str, x: object = "1..3", **options: Any) -> Question:
    """A request by x."""
    rest = {name: options.pop(name) for name in ("order", "claims") if name in options}
    where = PointsInput({"x": x})  # type: ignore[dict-item]
    return Question.parse("diff", expressions, where, options=Options(**options), **rest)


def run_by(request: Question, execution: str) -> Question:
    """The question with an execution that was chosen and not asked for."""
    return replace(request, settled=replace(request.choice, execution=execution))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Columns]]:
    """Executions and columns that tapes were run with; XLA and graphs are eager underneath."""
    found: list[tuple[str, Columns]] = []
    kept: Callable[..., Any] = arrangements.tape_derivatives

    def run(trees: Any, columns: Columns, *rest: Any) -> Any:
        wanted, method, format_, execution, device = rest
        found.append((execution, columns))
        return kept(trees, columns, wanted, method, format_, "eager", device)

    monkeypatch.setattr(arrangements, "tape_derivatives", run)
    return found


# --- where XLA lacks a kernel -----------------------------------------------------------------


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Executions that lack a kernel."""
    found: set[str] = set()
    kept: Callable[..., Any] = arrangements.tape_derivatives

    def run(*arguments: Any) -> Any:
        if arguments[5] in found:
            raise RequestError(f"TensorFlow cannot compute this by {arguments[5]}")
        return kept(*arguments)

    monkeypatch.setattr(arrangements, "tape_derivatives", run)
    return found


@pytest.mark.parametrize("execution", [defaults.XLA, defaults.GRAPH])
def test_what_a_chosen_execution_lacks_is_done_operation_by_operation(
    execution: str, lacking: set[str]
) -> None:
    lacking.add(execution)
    result = answering.answer(run_by(asked("x^3"), execution))
    assert result.execution == defaults.EAGER
    assert result.tape is not None
    assert result.tape.tolist() == [[[3, 12, 27]]]


def test_what_an_execution_that_was_asked_for_lacks_is_told(lacking: set[str]) -> None:
    lacking.add(defaults.XLA)
    with pytest.raises(RequestError, match="by xla"):
        answering.answer(asked("x^3", execution="xla"))


def test_what_every_execution_lacks_is_told(lacking: set[str]) -> None:
    lacking |= {defaults.XLA, defaults.EAGER}
    with pytest.raises(RequestError, match="by eager"):
        answering.answer(run_by(asked("x^3"), defaults.XLA))


# --- filled to what was compiled for ----------------------------------------------------------


@pytest.mark.parametrize(
    ("execution", "fill", "expected"),
    [
        (defaults.XLA, 5, [1, 2, 3, 3, 3]),
        (defaults.XLA, 3, [1, 2, 3]),
        (defaults.XLA, 2, [1, 2, 3]),
        (defaults.XLA, 0, [1, 2, 3]),
        (defaults.EAGER, 5, [1, 2, 3]),
        (defaults.GRAPH, 5, [1, 2, 3]),
    ],
)
def test_fewer_points_than_were_compiled_for_are_filled_with_the_last(
    execution: str, fill: int, expected: list[float], runs: list[tuple[str, Columns]]
) -> None:
    request = replace(run_by(asked("x^2", "x^3"), execution), fill=fill)
    result = answering.answer(request)
    ((by, columns),) = runs
    assert (by, columns["x"].tolist()) == (execution, expected)
    assert result.tape is not None
    assert result.tape.tolist() == [[[2, 4, 6]], [[3, 12, 27]]]
    assert len(result.points) == 3


def test_a_compiled_program_serves_for_fewer_points() -> None:
    full = run_by(asked("sin(x)*x", x="1..8"), defaults.XLA)
    part = replace(run_by(asked("sin(x)*x", x="1..5"), defaults.XLA), fill=8)
    one = answering.answer(full)
    compiled = arrangements._traced.cache_info().misses
    other = answering.answer(part)
    assert arrangements._traced.cache_info().misses == compiled
    assert one.tape is not None
    assert other.tape is not None
    assert other.tape.tolist() == one.tape[..., :5].tolist()


# --- what is verified of a part ---------------------------------------------------------------


@pytest.mark.parametrize(("share", "verified"), [(None, 250), (0.5, 125), (0.001, 2), (1.0, 250)])
def test_a_part_of_a_run_is_verified_by_its_share(share: float | None, verified: int) -> None:
    request = asked("x^2", x="1..600", verify="sample", method="taylor", order=20)
    result = answering.answer(replace(request, share=share), formulas=False)
    checked = sum(
        count for status, count in result.counts.items() if status is not Status.UNVERIFIED
    )
    assert checked == 20 * verified


# --- TensorFlow and the rest ------------------------------------------------------------------


def never() -> NoReturn:
    raise AssertionError("TensorFlow is not needed")


@pytest.mark.parametrize("method", ["taylor", "none"])
def test_what_needs_no_tensorflow_loads_none(method: str) -> None:
    result = answering.answer(asked("x^2", method=method), load=never)
    assert (result.tensorflow, result.execution) == ("", "")
    assert result.counts == {Status.OK if method == "taylor" else Status.CERTIFIED: 3}


def test_a_tensorflow_that_does_not_start_is_told() -> None:
    def load() -> NoReturn:
        raise TensorFlowError("none here")

    with pytest.raises(TensorFlowError, match="none here"):
        answering.answer(asked("x^2"), load=load)


def test_what_is_known_ahead_may_come_from_another_process() -> None:
    request = asked("x^3", "log(x)", order=2, claims=["3x^2", "6x", "1/x", "1/x^2"])
    known = answering.certify(request)
    assert [of_target.indices for of_target in known.certificates] == [[0, 1, 2], [0, 1, 2]]
    texts = [[one.text for one in of_target if one] for of_target in known.formulas]
    assert texts == [["3·x²", "6·x"], ["1/x", "-1/x²"]]
    assert known.latex == ["x^{3}", r"\log{\left(x \right)}"]
    assert [claim.finding for claim in known.claims] == [Finding.PROVED] * 3 + [Finding.DIFFERS]
    began: list[Callable[[], Analysis]] = []

    def begin(work: Callable[[], Analysis]) -> Callable[[], Analysis]:
        began.append(work)
        return lambda: pickle.loads(pickle.dumps(known))

    result = answering.answer(request, start=begin)
    assert len(began) == 1
    here = answering.answer(request)
    assert [block.checks for block in result.blocks] == [block.checks for block in here.blocks]
    assert [block.latex for block in result.blocks] == [block.latex for block in here.blocks]
    assert result.blocks[0].latex == ("x^{3}", "3 x^{2}")
    assert [block.formula for block in result.blocks] == ["3·x²", "6·x", "1/x", "-1/x²"]
    assert result.claims == here.claims == known.claims


def test_formulas_may_be_left_out() -> None:
    result = answering.answer(asked("x^3", order=2), formulas=False)
    assert [block.formula for block in result.blocks] == [None, None]


def test_how_long_each_part_took_is_told() -> None:
    account = answering.Account()
    answering.answer(asked("x^2"), account=account)
    parts = ["TensorFlow", "tapes", "certified values and formulas", "verdicts"]
    assert list(account.seconds) == parts
    assert min(account.seconds.values()) >= 0
    account = answering.Account()
    answering.answer(asked("x^2", method="taylor"), formulas=False, account=account)
    assert list(account.seconds) == ["TensorFlow", "taylor", "certified values", "verdicts"]


def test_coefficients_from_tapes_are_divided_and_rounded_once() -> None:
    def values(**options: Any) -> np.ndarray[Any, Any]:
        result: Result = answering.answer(asked("exp(x)", order=4, x="0.3,1,700", **options))
        assert result.tape is not None
        found: np.ndarray[Any, Any] = result.tape[0]
        return found

    plain, scaled = values(method="nested"), values(method="nested", scaled=True)
    assert scaled[0].tolist() == plain[0].tolist()
    assert scaled[3].tolist() == (plain[3] / 24).tolist()


def test_what_is_not_finite_stays_so_when_it_is_scaled() -> None:
    result = answering.answer(asked("log(x)", x=[-1, 0], order=2, method="nested", scaled=True))
    assert result.tape is not None
    assert not np.isfinite(result.tape[0, :, 1]).any()
    assert set(result.counts) == {Status.UNDEFINED}


def test_a_version_is_that_of_the_tensorflow_that_was_loaded() -> None:
    assert answering.answer(asked("x^2")).tensorflow == loading.load().__version__


def test_without_formulas_there_is_no_latex() -> None:
    (block,) = answering.answer(asked("x^2"), formulas=False).blocks
    assert (block.formula, block.latex) == (None, None)
