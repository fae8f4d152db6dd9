"""Help texts: of every command, with examples that are run; and `tapecli help`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
import pytest

from tapecli import cli
from tapecli.cli.commands.help import ENVIRONMENT, EXIT_CODES, TOPICS
from tapecli.features.compare import clock

if TYPE_CHECKING:
    from tests.cli.conftest import Run

CALLS = [(), *((name,) for name in cli.COMMANDS)]

LONG = ("check", "compare", "pitfalls", "plot")
"""Commands whose examples take more than a moment."""


def examples(name: str) -> Iterator[str]:
    """The calls that the help of a command shows, of the group's for ""."""
    group = click.Context(cli.cli)
    command = cli.cli.get_command(group, name) if name else cli.cli
    assert command
    for block in (command.help or "").split("\n\n"):
        if block.startswith("\b\n  tapecli "):
            yield from map(str.strip, block.splitlines()[1:])


def alone(call: str) -> bool:
    """Whether a call takes nothing but its arguments: no files, no other programs, no minutes."""
    return call.startswith("tapecli ") and not re.search(r"@[a-z]| [|<] |check --format", call)


EXAMPLES = [(name, call) for name in ("", *cli.COMMANDS) for call in examples(name) if alone(call)]


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", CALLS)
def test_help_goes_to_standard_output_in_80_columns(
    run: Run, command: tuple[str, ...], flag: str
) -> None:
    done = run(*command, flag)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: {' '.join(['tapecli', *command])} ")
    assert max(map(len, done.lines)) <= 80


@pytest.mark.parametrize("command", CALLS)
def test_help_begins_with_examples(run: Run, command: tuple[str, ...]) -> None:
    _, first, second, *_ = run(*command, "--help").out.split("\n\n")
    assert first.startswith(f"    {' '.join(['tapecli', *command])}")
    assert "tapecli" in first.splitlines()[-1]
    assert second.startswith("  ")
    assert second[2] != " "


@pytest.mark.parametrize("command", CALLS)
def test_help_fits_a_narrow_screen_but_for_calls_and_lists_of_words(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = run(*command, "--help").lines
    assert [line for line in lines if len(line) > 60 and not re.match(r"    |  -", line)] == []


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_shows_an_example_of_itself(name: str) -> None:
    assert any(f"tapecli {name}" in call for call in examples(name))


@pytest.mark.parametrize(
    ("name", "call"),
    [
        pytest.param(name, call, marks=pytest.mark.slow if call.split()[1] in LONG else ())
        for name, call in EXAMPLES
    ],
)
def test_every_example_that_stands_alone_runs(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, call: str
) -> None:
    monkeypatch.setattr(clock, "SECONDS", 0.0)
    monkeypatch.setattr(clock, "LEAST", 2)
    _, *arguments = shlex.split(call)
    done = run(*arguments)
    assert (done.code, done.err) == (0, "")
    assert done.out or "--output" in arguments


def test_the_examples_are_found() -> None:
    assert {"", "diff", "grad", "jacobian", "hessian"} <= {name for name, _ in EXAMPLES}


def test_help_lists_every_command(run: Run) -> None:
    out = run("--help").out
    assert all(f"  {name} " in out and meaning in out for name, meaning in cli.COMMANDS.items())


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("What.\n\n\b\n  tapecli x\n\nMore.", "\b\n  tapecli x\n\nWhat.\n\nMore."),
        ("What.\n\n\b\n  a list\n\nMore.", "What.\n\n\b\n  a list\n\nMore."),
        ("What.", "What."),
        ("", ""),
    ],
)
def test_the_block_of_calls_comes_first_and_the_rest_keeps_its_sequence(
    text: str, first: str
) -> None:
    assert cli.examples_first(text) == first
    assert cli.examples_first(first) == first


# --- tapecli help -----------------------------------------------------------------------------


@pytest.mark.parametrize("command", CALLS)
def test_help_of_a_command_is_what_its_option_shows(run: Run, command: tuple[str, ...]) -> None:
    assert run("help", *command) == run(*command, "--help")


@pytest.mark.parametrize("topic", TOPICS)
def test_help_of_a_topic_is_its_table(run: Run, topic: str) -> None:
    done = run("help", topic)
    heading, rows = TOPICS[topic]
    assert (done.code, done.err, done.lines[0]) == (0, "", heading)
    assert max(map(len, done.lines)) <= 80
    words = " ".join(done.out.split())
    assert all(f"{term} {meaning}" in words for term, meaning in rows.items())


def test_help_of_what_is_not_there_is_told_what_may_have_been_meant(run: Run) -> None:
    done = run("help", "dif")
    assert (done.code, done.out) == (2, "")
    assert "Did you mean 'diff'?" in done.err


@pytest.mark.parametrize(("begun", "meant"), [("exit", "exit-codes"), ("env", "environment")])
def test_the_beginning_of_a_name_is_told_which_it_is_of(run: Run, begun: str, meant: str) -> None:
    assert f"Did you mean '{meant}'?" in run("help", begun).err


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_name_of_a_topic_is_broken(
    run: Run, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert set(TOPICS) <= set(re.findall(r"[a-z-]+", run("help", "--help").out))


def test_the_order_of_what_takes_tapes_begins_with_1(run: Run) -> None:
    shown = " ".join(run("compare", "--help").out.split())
    assert "The highest order by one variable, from 1 on." in shown
    assert "--at NAME=VALUE" in shown


def test_every_variable_that_is_the_default_of_an_option_is_listed() -> None:
    group = click.Context(cli.cli)
    commands = [cli.cli.get_command(group, name) for name in cli.COMMANDS]
    named = {option.envvar for command in commands if command for option in command.params} - {None}
    assert {name for name in ENVIRONMENT if name.startswith("TAPECLI_")} - named == {"TAPECLI_CORE"}
    assert named <= set(ENVIRONMENT)


def test_the_exit_codes_are_those_of_the_program() -> None:
    assert {"0", "1", "2", "3", "130", "143"} == set(EXIT_CODES)
