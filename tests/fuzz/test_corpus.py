"""The corpus, run again; and the fuzzer itself, which must see what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.fuzz import __main__ as fuzzing
from tests.fuzz import engines, language, numerical, targets
from tests.fuzz.__main__ import NAMES, ROOT
from tests.fuzz.judge import Finding, judge
from tests.fuzz.record import Record

from tapecli.errors import ExpressionError
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import CONDITIONS, FUNCTIONS, OPERATORS
from tapecli.result import Row


@pytest.mark.slow
def test_nothing_in_the_corpus_is_met_with_what_must_never_be_seen() -> None:
    files = sorted(engines.CORPUS.glob("*/*"))
    command = [sys.executable, "-m", "tests.fuzz", "--replay", *map(str, files)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False
    )
    found = [line for line in done.stdout.splitlines() if ": right, " not in line]
    assert (done.returncode, found, done.stderr) == (0, [], "")
    assert done.stdout.count(": right, ") == len(files)


def test_every_target_has_a_corpus_of_small_files() -> None:
    folders = sorted(path.name for path in engines.CORPUS.iterdir())
    assert sorted(NAMES) == sorted(targets.TARGETS) == folders
    sizes = [path.stat().st_size for path in engines.CORPUS.glob("*/*")]
    assert max(sizes) < engines.LARGEST_KEPT


def test_the_oracle_of_values_has_every_function_of_one_argument_and_operator() -> None:
    assert numerical.RULES.keys() <= {*FUNCTIONS, *OPERATORS, *CONDITIONS}
    lacking = {*FUNCTIONS, *OPERATORS} - numerical.RULES.keys()
    assert all(FUNCTIONS[name].arity > 1 for name in lacking)


SHORT = 0.02
"""Seconds that take the place of those that an input may take."""


def _wrong(data: bytes) -> None:
    raise LookupError("no TapecliError")


def _slow(data: bytes) -> None:
    start = time.process_time()
    while time.process_time() < start + 2 * SHORT:
        pass


@pytest.mark.parametrize(("run", "kind"), [(_wrong, "LookupError"), (_slow, "slow")])
def test_faults_are_found(
    run: Callable[[bytes], None], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fuzz.judge.CPU_SECONDS", SHORT)
    with pytest.raises(Finding) as found:
        judge(run, b"")
    assert found.value.kind == kind


def _endless(*arguments: object) -> None:
    while True:
        pass


def test_an_input_may_have_more_time_than_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.judge.CPU_SECONDS", SHORT)
    assert judge(_slow, b"", most=100 * SHORT) > SHORT
    with pytest.raises(Finding, match=r"^slow"):
        judge(_slow, b"", most=SHORT)


def test_what_does_not_end_is_stopped() -> None:
    with pytest.raises(Finding, match=r"^endless"):
        judge(_endless, b"", endless=SHORT)


def test_a_formula_that_does_not_end_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    target = targets.TARGETS["times"]
    target.run(target.sample)
    monkeypatch.setattr("tapecli.engines.certified.formula.formulas", _endless)
    with pytest.raises(Finding, match=r"^endless"):
        judge(target.run, target.sample, target.most, endless=10 * SHORT)


FRESH = 50
"""New inputs that are looked at."""


def test_nearly_every_new_input_of_decimals_can_be_read() -> None:
    random = Random(1)
    typed = [language.decimals(random).split("\n")[2] for _ in range(FRESH)]
    assert sum(_can_be_read(text) for text in typed) > 0.9 * FRESH


def _can_be_read(typed: str) -> bool:
    try:
        return bool(parse(typed))
    except ExpressionError:
        return False


@pytest.mark.parametrize("method", ["none", "taylor"])
def test_a_value_that_is_wrong_is_found(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = targets._value

    def wrong(typed: str, where: Any, sequence: Any, by: str) -> Row:
        row = right(typed, where, sequence, by)
        assert row.analytic is not None
        off = replace(row, analytic=row.analytic * (1 + 1e-12), tape=row.analytic * (1 + 1e-12))
        return off if by == method else row

    data = b"x,x\nx=0.5\nsin(x)^2"
    targets.values(data)
    monkeypatch.setattr(targets, "_value", wrong)
    with pytest.raises(Finding, match=r"^wrong"):
        targets.values(data)


@pytest.mark.slow
def test_a_crash_is_found_with_its_input_by_the_process_outside(tmp_path: Path) -> None:
    program = (
        "import os, sys; from dataclasses import replace\n"
        "from pathlib import Path; from tests.fuzz import __main__ as fuzz, engines, targets\n"
        "def run(data):\n"
        "    if b'k' in data: os.kill(os.getpid(), 11)\n"
        "engines.has_atheris = lambda: False\n"
        "targets.TARGETS['grids'] = replace(targets.TARGETS['grids'], run=run)\n"
        f"fuzz.BUILD, fuzz.ROOT = Path({str(tmp_path)!r}), Path({str(tmp_path)!r})\n"
        "fuzz._often_confirmed = str\n"
        "summary = fuzz._fuzzed('grids', 3, 0, 1)\n"
        "print(*summary.findings)\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    kept = [Path(finding) for finding in done.stdout.split()]
    assert kept, done.stderr
    assert all(path.name.startswith("crash-") and b"k" in path.read_bytes() for path in kept)


@pytest.mark.parametrize(
    ("typed", "at", "wrt", "expected"),
    [
        ("x^2", {"x": 5e-324}, ["x"], 1e-323),
        ("x^2*y^3", {"x": 2.0, "y": 3.0}, ["x", "y"], 108.0),
        ("sin(x)", {"x": 0.0}, ["x"], 1.0),
        ("exp(tau - pi - pi)*x", {"x": 3.0}, [], 3.0),
        ("(x + exp(200)) - exp(200) + 2x", {"x": 1.0}, ["x"], 3.0),
        ("sin(x)/x", {"x": 3e-88}, ["x"], -1e-88),
        ("x - x", {"x": 3.0}, ["x"], 0.0),
        ("1 - tanh(x)", {"x": 100.0}, ["x"], -5.53558610694695e-87),
    ],
)
def test_the_oracle_of_values_knows(
    typed: str, at: dict[str, float], wrt: list[str], expected: float
) -> None:
    (one,) = parse(typed)
    assert float(numerical.derivative(one.tree, at, wrt)) == expected


@pytest.mark.parametrize(
    ("typed", "x"),
    [
        ("log(x)", -1.0),
        ("1/x", 0.0),
        ("exp(exp(exp(x)))", 4.0),
        ("sigmoid(x)", 700.0),
        ("(x + exp(1e5)) - exp(1e5) + 2x", 1.0),
        ("sin(x)/x", 1e-300),
    ],
)
def test_the_oracle_says_nothing_where_it_is_not_sure(typed: str, x: float) -> None:
    (one,) = parse(typed)
    with pytest.raises(numerical.Unsure):
        numerical.derivative(one.tree, {"x": x}, ["x"])


@pytest.mark.parametrize(
    ("last_line", "outcome"), [("Done 3 runs in 1 second(s)", ""), ("#3", "hang")]
)
def test_a_process_that_has_run_all_and_does_not_end_is_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last_line: str, outcome: str
) -> None:
    monkeypatch.setattr(fuzzing, "LEAVING", 0.1)
    monkeypatch.setattr(fuzzing, "HANGING", 1.0)
    record, log = Record(tmp_path / "record"), tmp_path / "log"

    def work() -> None:
        os.write(1, f"{last_line}\n".encode())
        time.sleep(60)

    child = fuzzing._forked(work, log)
    assert fuzzing._watched(child, record, 60.0, log) == outcome
