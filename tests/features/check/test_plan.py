"""What is run at which level."""

from __future__ import annotations

import pytest

from tapecli.defaults import EXECUTIONS, TAYLOR
from tapecli.engines.tapes.arrangements import ARRANGEMENTS
from tapecli.errors import RequestError
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.expressions.functions import FUNCTIONS, is_taped
from tapecli.features.check.cases import CASES, SEVERAL_TARGETS, Case
from tapecli.features.check.plan import (
    LEVELS,
    MAX_ORDERS,
    OWN_CASES,
    Trial,
    selected,
    trials,
)
from tapecli.floats import FORMATS


def plan(level: str, *devices: str) -> list[Trial]:
    return list(trials(LEVELS[level], devices or ("cpu:0",)))


def can_be_checked(case: Case) -> bool:
    """Whether tapes or Taylor arithmetic can compute the function of a case."""
    function = FUNCTIONS.get(case.group)
    return function is None or is_taped(case.group) or not function.only_certified


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_has_every_operation_of_tensorflow_in_every_dtype(level: str) -> None:
    run = {(trial.case, trial.setting.dtype) for trial in plan(level)}
    assert run >= {(case, dtype) for case in OWN_CASES for dtype in FORMATS}
    usual = CASES if level != "quick" else OWN_CASES
    possible = {case for case in usual if can_be_checked(case)}
    assert {trial.case for trial in plan(level)} == {*possible, *SEVERAL_TARGETS}
    assert {trial.setting.execution for trial in plan(level)} >= set(EXECUTIONS)


def test_the_default_has_every_function_in_every_execution_and_every_arrangement() -> None:
    run = {(trial.case, trial.setting.dtype, trial.setting.execution) for trial in plan("default")}
    assert run >= {(c, d, e) for c in OWN_CASES for d in FORMATS for e in EXECUTIONS}
    methods = {trial.method for trial in plan("default")}
    assert methods == {*ARRANGEMENTS, TAYLOR}


def test_a_higher_level_is_more() -> None:
    quick, default, full = (plan(level) for level in ("quick", "default", "full"))
    assert len(quick) < len(default) < len(full)
    for less, more in ((quick, default), (default, full)):
        highest = {(t.case, t.setting.dtype, t.setting.execution): 0 for t in less}
        for trial in more:
            key = trial.case, trial.setting.dtype, trial.setting.execution
            highest[key] = max(highest.get(key, 0), trial.order)
        assert all(t.order <= highest[t.case, t.setting.dtype, t.setting.execution] for t in less)


@pytest.mark.parametrize("level", LEVELS)
def test_no_trial_is_run_twice(level: str) -> None:
    assert len(set(plan(level))) == len(plan(level))


def test_orders_end_where_a_dtype_overflows() -> None:
    for trial in plan("full"):
        assert trial.order <= MAX_ORDERS.get(trial.setting.dtype, trial.order)


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_run_can_be_called_for_without_further_options(level: str) -> None:
    """The printed command must not be refused as too long, or as impossible."""
    for trial in plan(level):
        setting = trial.setting
        execution = None if trial.method == TAYLOR else setting.execution
        how = Options(method=trial.method, dtype=setting.dtype, execution=execution)
        source = PointsInput({"x": [1.0]})
        question = Question.parse(
            "diff", trial.case.targets, source, order=trial.order, options=how
        )
        assert question.choice


def test_every_device_has_its_trials_and_taylor_series_have_the_processor() -> None:
    found = plan("default", "cpu:0", "gpu:0")
    assert {trial.setting.device for trial in found} == {"cpu:0", "gpu:0"}
    assert {t.setting.device for t in found if t.method == TAYLOR} == {"cpu:0"}
    assert not [t for t in plan("default", "gpu:0") if t.method == TAYLOR]


def test_a_part_of_a_level() -> None:
    part = selected("default", ["tanh"], ["float32"], ["graph", "eager"])
    found = list(trials(part, ["cpu:0"]))
    assert {trial.case.group for trial in found} == {"tanh"}
    assert {trial.setting.dtype for trial in found} == {"float32"}
    assert {trial.setting.execution for trial in found} == {"graph", "eager"}
    assert TAYLOR in {trial.method for trial in trials(selected("default", ["tanh"]), ["cpu:0"])}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", [name for name in FUNCTIONS if is_taped(name)])
def test_any_function_may_be_named_at_any_level(level: str, name: str) -> None:
    part = list(trials(selected(level, [name]), ["cpu:0"]))
    assert {trial.case for trial in part} == {case for case in CASES if case.group == name}
    assert {trial.setting.dtype for trial in part} == set(FORMATS)
    assert len(set(part)) == len(part)


def test_all_of_a_level() -> None:
    assert list(trials(selected("quick"), ["cpu:0"])) == plan("quick")


@pytest.mark.parametrize(
    ("level", "executions", "message"),
    [
        ("slow", [], "unknown level 'slow'; there are quick, default, full"),
        (
            "quick",
            ["xla"],
            "the level 'quick' has nothing of this kind to check; leave out '--quick'",
        ),
    ],
)
def test_what_cannot_be_had_is_refused(level: str, executions: list[str], message: str) -> None:
    with pytest.raises(RequestError) as error:
        selected(level, ["tanh"], [], executions)
    assert str(error.value) == message
