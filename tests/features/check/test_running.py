"""The check itself: what it finds right, wrong and missing, and what it makes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from tapecli.engines.tapes import loading
from tapecli.errors import RequestError
from tapecli.features.check import running
from tapecli.features.check.defects import DEFECTS, Defect
from tapecli.features.check.model import Report, Setting
from tapecli.features.check.running import check_tensorflow

FLOAT64 = Setting("float64", "eager", "cpu:0")

PLANT = """
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf
from tensorflow.python.framework import ops

from tapecli import cli

REGISTRY = (getattr(ops, "gradient_registry", None) or ops._gradient_registry)._registry


def plant(name):
    '''Make a registered gradient wrong by 1e-6; return what mends it.'''
    entry = REGISTRY[name]
    key = next(key for key in entry if callable(entry[key]))
    right = entry[key]

    def wrong(op, *above):
        found = right(op, *above)
        several = isinstance(found, (list, tuple))
        off = [g if g is None else g * tf.constant(1 + 1e-6, g.dtype)
               for g in (found if several else [found])]
        return off if several else off[0]

    entry[key] = wrong
    return lambda: entry.update({key: right})
"""

ONE = PLANT + "\nfor name in filter(None, sys.argv[1].split()): plant(name)\ncli.main(sys.argv[2:])"
"""The command line, with wrong gradients of some operations."""

MANY = (
    PLANT
    + """
import contextlib, io, json, shlex


def call(*arguments):
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out):
        code = cli.execute(arguments)
    return code, out.buffer.getvalue().decode()


def codes(commands):
    return [call(*shlex.split(command)[1:])[0] for command in commands]


answers = {}
planted, functions = json.loads(sys.argv[1])
for name, function in planted.items():
    mend = plant(name)
    code, text = call("check", "--quick", "--function", function, "--format", "json")
    failures = json.loads(text)["failures"]
    again = codes(failure["command"] for failure in failures)
    mend()
    mended = call("check", "--quick", "--function", function)[0]
    answers[name] = code, failures, again, mended
mend = plant("Erf")
code, text = call("check", "--quick", *functions)
commands = [line for line in text.splitlines() if line.startswith("  tapecli ")]
again = codes(commands)
mend()
answers[""] = code, text, again, codes(commands)
print(json.dumps(answers))
"""
)
"""Several operations planted in turn, with what became of the printed commands; and the page that
a user sees of a wrong Erf, under "".
"""

PLANTED = {
    "Sin": "sin",
    "Log": "log",
    "Exp": "exp",
    "Mul": "mul",
    "TanhGrad": "tanh",
    "Erf": "erf",
    "Lgamma": "lgamma",
    "Square": "tan",
    "Pow": "pow",
    "SigmoidGrad": "sigmoid",
}
"""Operations, and a function whose derivative up to order 2 needs their gradients."""


def call(program: str, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-c", program, *arguments]
    env = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(command, capture_output=True, timeout=120, check=False, env=env)
    return done.returncode, done.stdout.decode()


def of(function: str, **changes: Any) -> Report:
    """A check of one function in float64."""
    return check_tensorflow(
        **{"level": "quick", "functions": [function], "dtypes": ["float64"], **changes}
    )


# --- what is right ----------------------------------------------------------------------------


def test_a_function_that_is_right() -> None:
    report = check_tensorflow("quick", functions=["sin"])
    assert report.ok
    assert not report.failures
    assert report.functions == ["sin"]
    assert [(s.dtype, s.execution, s.device) for s in report.settings] == [
        (dtype, "eager", "cpu:0") for dtype in ("float64", "float32", "bfloat16", "float16")
    ]
    assert report.values == sum(cell.values for cell in report.cells.values())
    assert all(0 <= cell.worst <= 2 and not cell.failed for cell in report.cells.values())
    assert report.versions["tensorflow"] == loading.load().__version__
    assert report.seconds > 0


def test_what_has_no_derivative_is_not_counted() -> None:
    """Of sqrt 3 fixed points, 2 random ones and 1e-4 have two derivatives; 0 and -1 have none."""
    assert of("sqrt").cells["sqrt", FLOAT64].values == 2 * (3 + 2 + 1)


def test_columns_come_in_the_order_of_dtypes_and_executions() -> None:
    report = check_tensorflow("default", functions=["sign"], dtypes=["float32", "float64"])
    assert [(setting.dtype, setting.execution) for setting in report.settings] == [
        (dtype, execution)
        for dtype in ("float64", "float32")
        for execution in ("eager", "graph", "xla", "taylor")
    ]


def test_the_same_seed_gives_the_same_report_and_another_one_other_points() -> None:
    one, same, other = (of("lgamma", seed=seed) for seed in (3, 3, 4))
    assert replace(one, seconds=0) == replace(same, seconds=0)
    assert one.cells != other.cells


def test_progress_is_told() -> None:
    told: list[tuple[int, int, str]] = []
    of("atan2", progress=lambda *about: told.append(about))
    assert told == [
        (0, 3, "known defects"),
        (0, 3, "atan2(x, 2)"),
        (1, 3, "atan2(2, x)"),
        (2, 3, "atan2(x, -1)"),
        (3, 3, ""),
    ]


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "ThreadPool" in thread.name}


@pytest.mark.parametrize("interrupted", [False, True])
def test_threads_leave_nothing_behind(interrupted: bool) -> None:
    def progress(done: int, total: int, what: str) -> None:
        if interrupted and done:
            raise KeyboardInterrupt

    before = threads()
    try:
        of("atan2", progress=progress)
    except KeyboardInterrupt:
        assert interrupted
    end = time.monotonic() + 10
    while threads() - before and time.monotonic() < end:
        time.sleep(0.01)
    assert not threads() - before


# --- what is wrong ----------------------------------------------------------------------------


def test_a_wrong_rule_is_a_failure_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    tf = loading.load()

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def sin(x: Any) -> Any:
        return tf.math.sin(x), lambda above: above * tf.cos(x) * (1 + 1e-6)

    monkeypatch.setattr(tf, "sin", sin)
    report = of("sin", seed=1)
    assert not report.ok
    first, _ = report.unknown
    assert (first.function, first.target, first.order) == ("sin", "sin(x)", 1)
    assert (first.method, first.setting, str(first.status)) == ("nested", FLOAT64, "off")
    assert first.note == "only 6 digits right"
    assert first.command == (
        "tapecli diff 'sin(x)' --x=10 --order 1 --method nested --dtype float64 "
        "--execution eager --device cpu:0"
    )
    cell = report.cells["sin", FLOAT64]
    assert cell.failed == sum(failure.points for failure in report.failures) > 2


def test_one_of_several_targets_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tf = loading.load()
    monkeypatch.setattr(tf, "atan", lambda x: tf.math.atan(x) * (1 + 1e-6))
    failures = [failure for failure in of("composite").unknown if len(failure.expressions) > 1]
    assert {failure.method for failure in failures} == {"parallel", "persistent", "nested"}
    assert {failure.target for failure in failures} == {"y2 = atan(x)/r"}


@pytest.mark.parametrize("error", [ZeroDivisionError("no\x1b[31m\nmore"), RuntimeError(), KeyError])
def test_a_broken_operation_is_a_failure_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(x: Any) -> Any:
        raise error

    monkeypatch.setattr(loading.load(), "sin", broken)
    (failure,) = of("sin").unknown
    assert failure.status is None
    assert failure.order == 1
    assert failure.note.startswith(
        f"{(error if isinstance(error, type) else type(error)).__name__}"
    )
    assert failure.note.isprintable()
    assert failure.command.startswith("tapecli diff 'sin(x)' --x=-2 --order 1 --method nested")


def test_a_missing_gradient_that_is_not_known_is_a_failure_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tf = loading.load()
    monkeypatch.setattr(tf, "sin", tf.nn.softsign)  # which has one derivative
    report = of("sin")
    missing = [failure for failure in report.unknown if failure.status is None]
    assert [(failure.order, failure.x) for failure in missing] == [(2, -2.0)]
    assert missing[0].note.startswith("TensorFlow cannot differentiate 'sin' 2 times in float64")
    assert report.cells["sin", FLOAT64].missing == 2


# --- what is known ----------------------------------------------------------------------------


def test_a_known_missing_kernel_is_no_failure() -> None:
    report = of("lgamma", dtypes=["bfloat16", "float16"])
    assert report.ok
    assert not report.failures
    missing = {setting.dtype: cell.missing for (_, setting), cell in report.cells.items()}
    assert missing == {"bfloat16": 1, "float16": 2}
    met = {defect.name: defect.met for defect in report.defects if defect.met}
    assert met == {"lgamma-in-bfloat16": 1, "lgamma-in-float16": 1}


def test_another_error_in_its_place_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(x: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(loading.load().math, "lgamma", broken)
    assert [failure.note for failure in of("lgamma", dtypes=["bfloat16"]).unknown] == [
        "ZeroDivisionError"
    ]


def test_what_no_known_defect_explains_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "DEFECTS", ())
    report = of("composite")
    assert {failure.target for failure in report.unknown} == {"sqrt(x**4)"}
    assert {(f.x, str(f.status)) for f in report.unknown} == {(0.0, "lost")}
    (failure,) = of("lgamma", dtypes=["bfloat16"]).unknown
    assert failure.note.startswith("TensorFlow cannot compute 'lgamma' in bfloat16")


def test_a_defect_that_is_cured_is_reported_and_explains_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cured(defect: Defect) -> Defect:
        return replace(defect, program=lambda tf: defect.right)

    monkeypatch.setattr(running, "DEFECTS", tuple(map(cured, DEFECTS)))
    report = of("composite")
    assert [defect.name for defect in report.cured] == [defect.name for defect in DEFECTS]
    assert {failure.target for failure in report.unknown} == {"sqrt(x**4)"}
    assert check_tensorflow("quick", functions=["sin"]).ok


def test_a_program_that_does_not_run_shows_no_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(DEFECTS[0], program=lambda tf: tf.no_such_thing)
    monkeypatch.setattr(running, "DEFECTS", (broken,))
    assert not of("sign").cured


# --- what cannot be checked, and what TensorFlow says meanwhile -------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"level": "slow"}, "unknown level 'slow'; there are quick, default, full"),
        ({"devices": ["gpu:7"]}, "there is no device 'gpu:7' here; there is cpu:0"),
        ({"executions": ["xla"]}, "nothing of this kind"),
    ],
)
def test_what_cannot_be_checked_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        of("sin", **changes)


@pytest.mark.parametrize("name", ["cpu", "CPU:0", "/device:CPU:0"])
def test_a_device_by_any_of_its_names(name: str) -> None:
    assert of("sin", devices=[name, "cpu:0"]).settings == (FLOAT64,)


def test_advice_on_tracing_is_held_back_and_only_here(caplog: pytest.LogCaptureFixture) -> None:
    import logging

    logger = logging.getLogger("tensorflow")
    before = logger.level
    check_tensorflow("default", functions=["composite"], dtypes=["float64"], executions=["eager"])
    assert logger.level == before
    assert not caplog.records


# --- the core ---------------------------------------------------------------------------------


CORE = """
import json, sys
from tapecli.engines.tapes import core, loading
from tapecli.features.check import running
loading.load(quietly=True, core_only=True)
compare, answers = running._COMPARE, []
for planted in json.loads(sys.argv[1]):
    running._COMPARE = planted + compare
    report = running.check_tensorflow("default", 0, ["abs"], ["float64"], ["eager"])
    compared = report.core
    every = compared.names == len(core.ROWS)
    answers.append([report.ok, every, compared.differing, compared.problem])
print(json.dumps(answers))
"""
"""What is said of the core, where something is planted in the process that compares it."""

OTHER = "from tapecli.engines.tapes import core as c; c.ROWS['sin'] = c.ROWS['cos']; "
ENDING = "raise SystemExit(4); "


@pytest.mark.parametrize(
    "expected",
    [
        {OTHER: [False, True, ["sin"], ""]},
        pytest.param(
            {
                "": [True, True, [], ""],
                ENDING: [False, True, [], "importing it ends with exit code 4"],
            },
            marks=pytest.mark.slow,
        ),
    ],
)
def test_the_core_is_compared_with_the_public_api(expected: dict[str, list[object]]) -> None:
    code, out = call(CORE, json.dumps(list(expected)))
    assert code == 0
    assert json.loads(out) == list(expected.values())


def test_the_whole_has_nothing_to_compare() -> None:
    assert of("sign", level="default", executions=["eager"]).core is None


# --- planted ----------------------------------------------------------------------------------


FUNCTIONS = ["--function", "erf", "--function", "sin", "--function", "composite"]


@pytest.fixture(scope="module")
def planted() -> dict[str, Any]:
    """What `tapecli check` says of planted gradients, all in one process."""
    code, out = call(MANY, json.dumps([PLANTED, FUNCTIONS]))
    assert code == 0
    answers: dict[str, Any] = json.loads(out)
    return answers


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_gradient_is_found_and_every_printed_command_shows_it(
    name: str, planted: dict[str, Any]
) -> None:
    code, failures, again, mended = planted[name]
    assert code == 1
    assert {failure["function"] for failure in failures} == {PLANTED[name]}
    assert "float64" in {failure["dtype"] for failure in failures}
    assert set(again) == {1}
    assert mended == 0


@pytest.mark.slow
def test_one_wrong_gradient_as_a_user_meets_it(planted: dict[str, Any]) -> None:
    code, text, again, mended = planted[""]
    assert code == 1
    lines = text.splitlines()
    index = next(i for i, line in enumerate(lines) if line.startswith("erf: order 1 of erf(x) "))
    assert "(nested, float64, eager, cpu:0) is off at x = " in lines[index]
    assert lines[-1].startswith("TensorFlow ")
    assert " does NOT differentiate correctly: 4 derivatives fail, of erf, composite; " in lines[-1]
    assert lines[index + 1].startswith("  tapecli diff 'erf(x)' --x=")
    assert again == [1] * 4
    assert mended == [0] * 4


@pytest.mark.slow
def test_the_quick_level_finds_nothing_here() -> None:
    report = check_tensorflow("quick")
    assert report.ok, report.unknown
    assert not report.cured
