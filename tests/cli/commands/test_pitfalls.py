"""`tapecli pitfalls`: the list, the runs, what it refuses, its formats and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.shell_completion import ShellComplete

from tapecli.cli import cli
from tapecli.features.pitfalls import PITFALLS, running
from tapecli.features.pitfalls.model import Lesson, Lessons, Outcome
from tapecli.formats import PAGES

if TYPE_CHECKING:
    from tests.cli.conftest import Run, RunAll


def test_the_list_and_what_is_refused_need_no_tensorflow(run_all: RunAll) -> None:
    calls = [
        ["pitfalls"],
        ["pitfalls", "resued-tape"],
        ["pitfalls", "kink", "xyz"],
        ["pitfalls", "kink", "--all"],
        ["pitfalls", "kink", "--format", "jsn"],
        ["pitfalls", "kink", "--output", "here.csv"],
        ["pitfalls", "kink", "--output", "no/folder.md"],
        ["pitfalls", "--help"],
    ]
    messages = [
        "there is no pitfall 'resued-tape'. Did you mean 'reused-tape'?",
        "there is no pitfall 'xyz'. 'tapecli pitfalls' lists them.",
        "'--all' runs every pitfall; leave out the names, or '--all'",
        "Did you mean 'json'?",
        "'.csv' says no format; use --format, or one of .txt, .json, .md",
        "there is no folder",
    ]
    listing, *refused, helped = run_all(calls)
    assert (listing.code, listing.err) == (0, "")
    assert all(f"  {name} " in listing.out for name in PITFALLS)
    for done, message in zip(refused, messages, strict=True):
        assert (done.code, done.out) == (2, ""), message
        assert message in done.err
    assert helped.code == 0
    assert max(map(len, helped.lines)) <= 80
    assert not any("tensorflow" in done.loaded for done in (listing, *refused, helped))


def test_one_is_run_and_shown(run: Run) -> None:
    done = run("pitfalls", "reused-tape")
    assert (done.code, done.err) == (0, "")
    arrows = [line for line in done.lines if line.startswith("→ ")]
    assert arrows[0] == "→ tf.Tensor([2. 4. 6.], shape=(3,), dtype=float32)"
    assert arrows[1].startswith("→ RuntimeError: ")
    assert arrows[2:] == [
        "→ tf.Tensor([2. 4. 6.], shape=(3,), dtype=float32)",
        "→ tf.Tensor([2.        1.        0.6666667], shape=(3,), dtype=float32)",
    ]
    assert done.lines[-1].endswith("1 mistake still happens, 1 mend works")


def test_names_are_run_in_turn_and_once(run: Run) -> None:
    done = run("pitfalls", "kink", "reused-tape", "kink", "--format", "json")
    lessons = json.loads(done.out)["pitfalls"]
    assert [row["name"] for row in lessons] == ["kink", "reused-tape"]


class Answers:
    """Stands for the runs: keeps which were asked for, and answers at once."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.mend = Outcome("2")

    def __call__(self, pitfalls: list[Any], progress: Any) -> Lessons:
        self.names += [pitfall.name for pitfall in pitfalls]
        lessons = (Lesson(pitfall, Outcome("None"), self.mend) for pitfall in pitfalls)
        return Lessons("2.21.0", tuple(lessons))


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    answers = Answers()
    monkeypatch.setattr(running, "run", answers)
    return answers


def test_all_are_run(run: Run, answers: Answers) -> None:
    run("pitfalls", "--all")
    assert answers.names == list(PITFALLS)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("name", PAGES["pitfalls"])
def test_a_mend_that_fails_is_an_exit_code_and_in_every_format(
    run: Run, answers: Answers, name: str, encoding: str
) -> None:
    answers.mend = Outcome("7")
    done = run("pitfalls", "unwatched-tensor", "--format", name, encoding=encoding)
    assert (done.code, done.err) == (1, "")
    assert ('"mended": false' if name == "json" else "This does not mend it") in done.out


def test_a_file_is_in_the_format_of_its_ending(run: Run, answers: Answers) -> None:
    assert run("pitfalls", "kink", "--output", "kink.md").out == ""
    assert Path("kink.md").read_text("utf-8").startswith("## `kink`\n")


def test_the_shell_completes_names_that_were_not_given() -> None:
    shell = ShellComplete(cli, {}, "tapecli", "_TAPECLI_COMPLETE")
    completions = shell.get_completions(["pitfalls"], "reu")
    assert [(item.value, item.help) for item in completions] == [
        ("reused-tape", PITFALLS["reused-tape"].title)
    ]
    assert len(shell.get_completions(["pitfalls"], "")) == len(PITFALLS)
    assert shell.get_completions(["pitfalls", "reused-tape"], "reu") == []


def test_diff_names_the_pitfall_that_a_value_has_met(run: Run) -> None:
    done = run("diff", "|x|", "--x", "0")
    assert "read: tapecli pitfalls kink" in done.lines
