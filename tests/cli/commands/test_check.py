"""`tapecli check`: its options, what it refuses, its formats and its exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml

import pytest

from tapecli.engines.tapes import loading
from tapecli.features.check import running
from tapecli.features.check.model import Cell, Core, Failure, KnownDefect, Report, Setting
from tapecli.formats import PAGES
from tapecli.process import Signalled
from tapecli.result import Status

if TYPE_CHECKING:
    from tests.cli.conftest import Run, RunAll

EAGER = Setting("float64", "eager", "cpu:0")
VERSIONS = {"tapecli": "0.1.0", "tensorflow": "2.21.0"}
MENDED = KnownDefect("mended", "what was wrong", "tensorflow/tensorflow#2", "2.20", False, 0)
GOOD = Report(
    "quick", 0, VERSIONS, (EAGER,), {("sin", EAGER): Cell(20, 3)}, (), (MENDED,), 20, 1.25
)
WRONG = Failure("sin", ("sin(x)",), "sin(x)", 2, "nested", EAGER, Status.OFF, 0.5,
                -0.479426018, -0.479425538604203, 3, "only 6 digits right")  # fmt: skip
BAD = Report("quick", 0, VERSIONS, (EAGER,), {("sin", EAGER): Cell(20, 3, 0, 3)},
             (WRONG,), (), 20, 1.25)  # fmt: skip

SHOWN = """\
tapecli 0.1.0, tensorflow 2.21.0
level quick, seed 0

     float64
       eager
────────────
sin    3 BAD

numbers: the largest error in ulps, at ordinary points
BAD: values that are off, lost, or could not be computed

sin: order 2 of sin(x) (nested, float64, eager, cpu:0) is off at x = 0.5, and at 2 more points: -0.479426018, and should be -0.479425538604203
  tapecli diff 'sin(x)' --x=0.5 --order 2 --method nested --dtype float64 --execution eager --device cpu:0

TensorFlow 2.21.0 does NOT differentiate correctly: 1 derivative fails, of sin; 20 values in 1.2 s
"""  # noqa: E501


class CheckStandIn:
    """Stands for the check itself: keeps what it was asked, and answers at once."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.asked: list[tuple[Any, ...]] = []

    def __call__(self, *asked: Any) -> Report:
        *rest, progress = asked
        progress(0, 1, "sin(x)")
        self.asked.append(tuple(rest))
        return self.report


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> CheckStandIn:
    found = CheckStandIn(GOOD)
    monkeypatch.setattr(running, "check_tensorflow", found)
    monkeypatch.setattr(loading, "load", lambda **how: None)
    return found


# --- options ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ("", ("default", 0, (), (), (), ())),
        ("--quick", ("quick", 0, (), (), (), ())),
        ("--full --seed 7", ("full", 7, (), (), (), ())),
        (
            "--function tanh --function composite --dtype float16 --execution xla --device gpu:1",
            ("default", 0, ("tanh", "composite"), ("float16",), ("xla",), ("gpu:1",)),
        ),
    ],
)
def test_options_arrive(
    run: Run, answers: CheckStandIn, arguments: str, asked: tuple[object, ...]
) -> None:
    assert run("check", *arguments.split()).code == 0
    assert answers.asked == [asked]


REFUSED = (
    ("--quick --full", "Error: '--quick' and '--full' are two levels; leave one out"),
    ("--function tnah", "Did you mean 'tanh'?"),
    ("--dtype float8", "is not one of float64, float32, bfloat16, float16"),
    ("--execution xal", "Did you mean 'xla'?"),
    ("--format xml", "'xml' is not one of table, json, junit, github, markdown"),
    ("--format jsn", "Did you mean 'json'?"),
    ("--seed -1", "'-1' is not a whole number from 0 on"),
    ("--quick --function tanh --execution xla", "nothing of this kind to check; leave out"),
    ("--output here.csv", "'.csv' says no format; use --format, or one of .txt, .json, .xml, .md"),
    ("--output none", "the file has no ending"),
    ("--output /", "it is a directory"),
    ("--output no/folder.xml", "there is no folder"),
    ("--quikc", "Did you mean '--quick'?"),
    ("tanh", "unexpected extra argument (tanh)"),
)


def test_what_cannot_be_had_is_refused_before_tensorflow_is_loaded(run_all: RunAll) -> None:
    found = run_all([["check", *arguments.split()] for arguments, _ in REFUSED])
    for (arguments, message), done in zip(REFUSED, found, strict=True):
        assert (done.code, done.out) == (2, ""), arguments
        assert message in done.err, arguments
        assert "tensorflow" not in done.loaded, arguments


def test_a_device_that_is_not_there_is_refused(run: Run) -> None:
    done = run("check", "--quick", "--device", "gpu:7")
    assert (done.code, done.out) == (2, "")
    assert done.err == "Error: there is no device 'gpu:7' here; there is cpu:0\n"


# --- answers ----------------------------------------------------------------------------------


def test_all_is_well(run: Run, answers: CheckStandIn) -> None:
    done = run("check", "--quick")
    assert (done.code, done.err) == (0, "")
    assert done.lines[-1] == "TensorFlow 2.21.0 differentiates correctly: 20 values in 1.2 s"
    assert done.lines[-2].startswith("known: mended: no longer there (last seen in 2.20)")


def test_a_failure_is_named_with_the_command_that_shows_it(run: Run, answers: CheckStandIn) -> None:
    answers.report = BAD
    done = run("check", "--quick")
    assert (done.code, done.out, done.err) == (1, SHOWN, "")


def test_without_unicode(run: Run, answers: CheckStandIn) -> None:
    answers.report = BAD
    done = run("check", encoding="ascii")
    assert (done.code, done.out) == (1, SHOWN.replace("─", "-"))


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("name", PAGES["check"])
def test_every_format_names_function_order_dtype_and_command(
    run: Run, answers: CheckStandIn, name: str, encoding: str
) -> None:
    answers.report = BAD
    done = run("check", "--format", name, encoding=encoding)
    assert (done.code, done.err) == (1, "")
    text = done.out
    if name == "json":
        (failure,) = json.loads(text)["failures"]
        text = " ".join(map(str, failure.values()))
        assert (failure["order"], failure["dtype"]) == (2, "float64")
    if name == "junit":
        text = "".join(Xml.fromstring(text).itertext())
    assert WRONG.command in text
    assert "sin" in text
    assert "float64" in text


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("name", PAGES["check"])
def test_a_core_that_differs_fails_and_every_format_says_in_what(
    run: Run, answers: CheckStandIn, name: str, encoding: str
) -> None:
    answers.report = replace(GOOD, core=Core(60, ("math.log", "sin")))
    done = run("check", "--format", name, encoding=encoding)
    assert (done.code, done.err) == (1, "")
    assert "math.log" in done.out


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        (".txt", "tapecli 0.1.0"),
        (".json", "{"),
        (".xml", "<?xml"),
        (".md", "**TensorFlow"),
        (".markdown", "**TensorFlow"),
    ],
)
def test_the_ending_of_the_file_says_the_format(
    run: Run, answers: CheckStandIn, ending: str, start: str
) -> None:
    answers.report = BAD
    done = run("check", "--output", f"my report{ending}")
    assert (done.code, done.out, done.err) == (1, "", "")
    assert Path(f"my report{ending}").read_text("utf-8").startswith(start)


def test_colours_when_they_are_asked_for(run: Run, answers: CheckStandIn) -> None:
    answers.report = BAD
    assert "\x1b[1;31m" in run("check", "--color", "always").out
    assert "\x1b" not in run("check", "--color", "never").out
    assert "\x1b" not in run("check").out


@pytest.mark.parametrize(("options", "log"), [((), ""), (("-v",), "E0000 load\nE0000 check\n")])
def test_what_tensorflow_logs_while_it_loads_and_is_checked_is_for_verbose(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    log: str,
) -> None:
    loaded: list[dict[str, bool]] = []

    def load(**how: bool) -> None:
        if not loaded:
            os.write(2, b"E0000 load\n")
        loaded.append(how)

    def check(*asked: object) -> Report:
        os.write(2, b"E0000 check\n")
        return GOOD

    monkeypatch.setattr(loading, "load", load)
    monkeypatch.setattr(running, "check_tensorflow", check)
    assert run("check", *options).code == 0
    assert capfd.readouterr().err == log
    assert loaded == [{"core_only": True}] * (1 + len(options))


ABORTED = """
import os, sys
from tapecli.cli import main
from tapecli.engines.tapes import loading
from tapecli.features.check import running


def abort(*options):
    os.write(2, b"F0000 from C++\\n")
    os.abort()


loading.load = lambda **options: None
running.check_tensorflow = abort
main(sys.argv[1:])
"""
"""The command line, where TensorFlow aborts the process during the check."""


def test_a_tensorflow_that_aborts_the_check_does_not_end_it_in_silence() -> None:
    command = [sys.executable, "-c", ABORTED, "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGABRT, "")
    assert done.stderr == f"F0000 from C++\n{loading.ABORTED.format('being checked')}\n"


def test_an_interrupt_is_one_line(
    run: Run, answers: CheckStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*asked: object) -> Report:
        raise Signalled(signal.SIGINT)

    monkeypatch.setattr(running, "check_tensorflow", interrupted)
    done = run("check")
    assert (done.code, done.out, done.err) == (130, "", "Error: interrupted\n")


AT_ONCE = 30
"""Seconds within which it has ended, on a machine that does a lot besides."""

# --- for real ---------------------------------------------------------------------------------


def test_one_function_for_real(run: Run) -> None:
    done = run("check", "--quick", "--function", "sin", "--function", "abs", "--dtype", "float32")
    assert (done.code, done.err) == (0, "")
    assert done.lines[3:8] == [
        "     float32",
        "       eager",
        "────────────",
        "abs        0",
        "sin        1",
    ]


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_and_a_full_disk(process: Run) -> None:
    check = "check --quick --function abs --dtype float64"
    done = process(shell=f'"$@" {check} | head -n 1')
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("tapecli ")
    done = process(shell=f'"$@" {check} > /dev/full')
    assert (done.code, done.err) == (1, "Error: cannot write: No space left on device\n")


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["starting TensorFlow", r"\d/\d{3}"])
def test_control_c_ends_it_at_once_and_takes_the_bar_away(moment: str) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tapecli", "check", "--dtype", "float64"]
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
        start_new_session=True,
    ) as child:
        os.close(theirs)
        text, end, asked = "", time.monotonic() + 120, 0.0
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.05)[0]:
                try:
                    text += os.read(ours, 65536).decode(errors="replace")
                except OSError:  # how Linux says that the other end is closed
                    break
            if not asked and re.search(moment, text):
                asked = time.monotonic()
                os.killpg(child.pid, 2)
        code = child.wait(timeout=AT_ONCE)
    os.close(ours)
    assert code == 130
    assert text.endswith("\r\x1b[1A\x1b[2KError: interrupted\r\n")
    assert "Traceback" not in text
    assert asked
    assert time.monotonic() - asked < AT_ONCE
