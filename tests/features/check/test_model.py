"""The report: what counts as a failure, and the command that shows one."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from tapecli.features.check.model import Cell, Core, Failure, KnownDefect, Report, Setting
from tapecli.result import Status

EAGER = Setting("float32", "eager", "cpu:0")
WRONG = Failure(
    "sin", ("sin(x)",), "sin(x)", 2, "nested", EAGER, Status.OFF, 0.5, 1.0, 0.25, 1, "a note"
)
KNOWN = replace(WRONG, known="a-defect")
THERE = KnownDefect("a-defect", "what", "where", "2.21", True, 1)


def report(*failures: Failure, defects: tuple[KnownDefect, ...] = ()) -> Report:
    cells = {("sin", EAGER): Cell(3), ("cos", EAGER): Cell(2)}
    return Report("quick", 0, {}, (EAGER,), cells, failures, defects, 5, 1.0)


def test_known_failures_are_none() -> None:
    assert report().ok
    assert report(KNOWN).ok
    assert not report(KNOWN, WRONG).ok
    assert report(KNOWN, WRONG).unknown == [WRONG]


def test_a_core_that_is_not_the_public_apis_is_a_failure() -> None:
    assert replace(report(), core=Core(60)).ok
    assert not replace(report(), core=Core(60, ("sin",))).ok
    assert not replace(report(), core=Core(60, problem="it does not start")).ok


def test_a_cure_is_reported_and_is_no_failure() -> None:
    cured = replace(THERE, there=False)
    assert report(defects=(THERE, cured)).cured == [cured]
    assert report(defects=(THERE, cured)).ok


def test_functions_are_in_the_order_in_which_they_were_run() -> None:
    assert report().functions == ["sin", "cos"]


def test_the_command_says_everything() -> None:
    assert WRONG.command == (
        "tapecli diff 'sin(x)' --x=0.5 --order 2 --method nested --dtype float32 "
        "--execution eager --device cpu:0"
    )


def test_taylor_series_have_neither_execution_nor_device() -> None:
    one = replace(WRONG, method="taylor", setting=Setting("float64", "taylor", "cpu:0"))
    assert one.command == (
        "tapecli diff 'sin(x)' --x=0.5 --order 2 --method taylor --dtype float64"
    )
    assert one.described().startswith("sin: order 2 of sin(x) (taylor, float64) is off")


def test_the_point_is_the_number_that_the_tape_saw() -> None:
    setting = Setting("float16", "xla", "gpu:1")
    one = replace(WRONG, x=-0.0999755859375, setting=setting)
    assert " --x=-0.1 " in one.command
    assert one.command.endswith("--dtype float16 --execution xla --device gpu:1")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "is off at x = 0.5: 1, and should be 0.25"),
        ({"points": 2}, "is off at x = 0.5, and at 1 more point: 1, and should be 0.25"),
        ({"points": 9}, "is off at x = 0.5, and at 8 more points: 1, and should be 0.25"),
        ({"status": Status.LOST, "tape": float("inf")}, "is lost at x = 0.5: inf, and should be"),
    ],
)
def test_what_is_wrong_on_one_line(change: dict[str, object], text: str) -> None:
    start = "sin: order 2 of sin(x) (nested, float32, eager, cpu:0) "
    described = replace(WRONG, **change).described()  # type: ignore[arg-type]
    assert described.startswith(start + text)


def test_what_could_not_be_computed_has_its_reason() -> None:
    one = replace(WRONG, status=None, tape=None, analytic=None, note="no kernel")
    assert one.described() == "sin: order 2 of sin(x) (nested, float32, eager, cpu:0): no kernel"


@pytest.mark.parametrize("text", ["sin(x)", "|x| + x^2", "it's", "a  b", "$(rm x) `y` \\", "-x"])
def test_a_shell_takes_the_expression_of_a_command_as_it_is(text: str) -> None:
    assert shlex.split(replace(WRONG, expressions=(text,)).command)[2] == text
