"""How commands are measured: what they cost is theirs, and what went wrong is said."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.benchmarks.commands import Failed, Process, last_line, said

HELD = 300
"""MiB that this process holds meanwhile; a bare Python holds a tenth of that."""


def python(program: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", program]


def test_memory_is_that_of_the_command_and_not_of_whoever_starts_it() -> None:
    held = bytearray(HELD * 2**20)
    held[:: 2**12] = b"x" * len(held[:: 2**12])  # every page is there
    _, small = Process(python("")).run()
    _, large = Process(python(f"bytearray(b'x') * ({HELD} << 20)")).run()
    assert small < HELD / 2 < HELD <= large


def test_seconds_are_those_of_the_command() -> None:
    taken, _ = Process(python("import time; time.sleep(0.2)")).run()
    assert taken >= 0.2


def test_a_command_reads_what_another_one_writes(tmp_path: Path) -> None:
    output = tmp_path / "lines.txt"
    program = "import sys; print(sys.stdin.read()[::-1])"
    Process(python(program), feed=python("print('abc', end='')"), output=output).run()
    assert output.read_text("utf-8") == "cba\n"


def test_what_feeds_a_command_that_reads_nothing_is_ended() -> None:
    Process(python(""), feed=python("while True: print('y')")).run()


def test_a_command_has_the_variables_that_it_is_given() -> None:
    program = "import os, sys; sys.exit(int(os.environ['WANTED']))"
    Process(python(program), exits=(7,), environment={"WANTED": "7"}).run()


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (python("raise SystemExit('Error: no\\nTry more.')"), "Error: no"),
        (python("1/0"), "ZeroDivisionError: division by zero"),
        (python("raise SystemExit(4)"), "the exit code was 4"),
        (["no-such-command"], "'no-such-command' cannot be run: "),
    ],
)
def test_a_command_that_fails_says_why(command: list[str], why: str) -> None:
    with pytest.raises(Failed) as failed:
        Process(command).run()
    assert str(failed.value).startswith(why)


def test_the_answer_of_a_program_is_read() -> None:
    assert said(python("print('{\"one\": 1}')")) == {"one": 1}
    with pytest.raises(Failed, match="ZeroDivisionError"):
        said(python("1/0"))
    with pytest.raises(Failed, match="no-such-program"):
        said(["no-such-program"])


def test_an_error_counts_for_more_than_the_line_that_follows_it() -> None:
    assert last_line("log\nError: wrong\n\nTry 'x --help'.\n") == "Error: wrong"
    assert last_line("log\nlast\n\n") == "last"
    assert last_line("") == ""


def test_a_command_writes_bytecode_unless_it_is_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    command = python("import os, sys; sys.exit('PYTHONDONTWRITEBYTECODE' in os.environ)")
    Process(command).run()
    Process(command, exits=(1,), environment={"PYTHONDONTWRITEBYTECODE": "1"}).run()
