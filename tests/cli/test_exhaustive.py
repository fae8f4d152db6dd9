"""`tapecli check --exhaustive`: its options, and a walk that is interrupted and resumed."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tapecli.errors import ClusterError
from tapecli.features.check.exhaustive import running, walking
from tapecli.features.check.exhaustive.model import Tally
from tapecli.features.check.exhaustive.walking import Part
from tapecli.process import Signalled

if TYPE_CHECKING:
    from tests.cli.conftest import Run, RunAll

WALK = [
    "check",
    "--exhaustive",
    "--jobs",
    "1",
    "--dtype",
    "float16",
    "--function",
    "sqrt",
    "--function",
    "log10",
]
PARTS = 8
"""Parts of this walk, of two functions, with the size that the tests choose."""

REFUSED = (
    ("--exhaustive --quick", "'--quick' and '--exhaustive' are two levels; leave one out"),
    ("--exhaustive --full", "'--full' and '--exhaustive' are two levels; leave one out"),
    ("--exhaustive --dtype float64 --function sin", "it has 18,437,736,874,454,810,624 numbers"),
    ("--exhaustive --dtype float32", "say of which function with '--function'"),
    ("--exhaustive --seed 3", "'--seed' is for random points, and '--exhaustive' has all"),
    ("--exhaustive --order 5", "'--exhaustive' goes to order 4"),
    ("--exhaustive --output here.csv", "'.csv' says no format"),
    ("--order 1", "'--order' is for '--exhaustive'"),
    ("--quick --jobs 2", "'--jobs' is for '--exhaustive'"),
    ("--resume", "'--resume' is for '--exhaustive'"),
)


def test_what_cannot_be_had_is_refused_before_tensorflow_is_loaded(run_all: RunAll) -> None:
    results = run_all([["check", *arguments.split()] for arguments, _ in REFUSED])
    for (arguments, message), done in zip(REFUSED, results, strict=True):
        assert (done.code, done.out) == (2, ""), arguments
        assert message in done.err, arguments
        assert "tensorflow" not in done.loaded, arguments


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk in parts of a quarter of float16."""
    monkeypatch.setattr(running, "PART_SIZE", 15_872)


def report(path: Path) -> Any:
    document = json.loads(path.read_text("utf-8"))
    del document["seconds"]
    return document


def interrupt(
    monkeypatch: pytest.MonkeyPatch, after: int, error: BaseException | None = None
) -> None:
    """Have a signal come, or an error, after so many parts."""
    walk, walked = walking.walk, list[Part]()

    def interrupted(part: Part, verbose: bool = False) -> Sequence[Tally]:
        if len(walked) == after:
            raise error or Signalled(signal.SIGINT)
        walked.append(part)
        return walk(part, verbose)

    monkeypatch.setattr(walking, "walk", interrupted)


@pytest.mark.parametrize("after", [1, 5])
@pytest.mark.usefixtures("small_parts")
def test_a_resumed_walk_has_the_report_of_a_whole_one(run: Run, after: int) -> None:
    assert run(*WALK, "--output", "whole.json").code == 0
    with pytest.MonkeyPatch.context() as monkeypatch:
        interrupt(monkeypatch, after)
        done = run(*WALK, "--output", "report.json")
    assert (done.code, done.out) == (130, "")
    parts = "1 part" if after == 1 else f"{after} parts"
    assert done.err == f"Error: interrupted after {parts}; with --resume it goes on there\n"
    assert not Path("report.json").exists()
    with pytest.MonkeyPatch.context() as monkeypatch:
        interrupt(monkeypatch, PARTS - after)  # which does not come
        done = run(*WALK, "--output", "report.json", "--resume")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert report(Path("report.json")) == report(Path("whole.json"))
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["report.json", "whole.json"]


@pytest.mark.usefixtures("small_parts")
def test_a_walk_can_go_on_without_its_cluster(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(monkeypatch, 2, ClusterError("the scheduler 'tcp://a:1' is lost"))
    done = run(*WALK, "--output", "report.json")
    assert (done.code, done.out) == (3, "")
    lost = "the scheduler 'tcp://a:1' is lost after 2 parts"
    assert done.err == f"Error: {lost}; with --resume it goes on there\n"


@pytest.mark.usefixtures("small_parts")
def test_another_walk_is_not_resumed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(monkeypatch, 2)
    assert run(*WALK, "--output", "report.json").code == 130
    done = run(*WALK, "--order", "1", "--output", "report.json", "--resume")
    assert (done.code, done.out) == (2, "")
    assert "it was begun by another call; leave '--resume' out to begin anew" in done.err


def test_an_interrupt_before_the_first_part_leaves_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(monkeypatch, 0)
    done = run(*WALK, "--output", "report.json")
    assert (done.code, done.out, done.err) == (130, "", "Error: interrupted\n")
    assert not list(Path.cwd().iterdir())


def test_without_a_file_nothing_can_be_resumed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(*WALK, "--resume")
    assert (done.code, done.out) == (2, "")
    assert done.err == "Error: '--resume' goes on with a file; name it with --output\n"


def test_a_wrong_value_fails(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from tapecli.evaluation import answering

    compute = answering.compute

    def planted(question: Any) -> Any:
        ((*columns,),), execution = compute(question)
        columns[0] = 1.25 * np.asarray(columns[0])
        return [columns], execution

    monkeypatch.setattr(answering, "compute", planted)
    done = run("check", "--exhaustive", "--jobs", "1", "--dtype", "bfloat16", "--function", "sin")
    assert done.code == 1
    assert "does NOT differentiate correctly: 1 of 2 derivatives fail" in done.lines[-1]
    assert "sin(x), order 1: " in done.out
    assert "  tapecli diff 'sin(x)' --x=" in done.out


def test_a_device_that_is_not_there_is_refused(run: Run) -> None:
    done = run(*WALK, "--device", "gpu:7")
    assert (done.code, done.out) == (2, "")
    assert done.err == "Error: there is no device 'gpu:7' here; there is cpu:0\n"


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--jobs", "--workers"])
def test_two_processes_write_the_same_report(process: Run, option: str) -> None:
    for name, count in (("--jobs", "1"), (option, "2")):
        command = ["check", "--exhaustive", "--dtype", "float16", "--function", "sqrt"]
        done = process(*command, name, count, "--output", f"{count}.json")
        assert (done.code, done.err) == (0, "")
    assert report(Path("1.json")) == report(Path("2.json"))
