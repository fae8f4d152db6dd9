"""Generated programs: their numbers are those of `diff`, and their layout the formatters'."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.features.codegen import conftest
from tests.features.codegen.calls import CALLS, RENAMED

from tapecli.expressions.functions import FUNCTIONS
from tapecli.features.codegen.formulas import HELPERS


@pytest.mark.slow
@pytest.mark.own_execution
@pytest.mark.parametrize("row", CALLS)
def test_a_program_prints_the_numbers_of_diff(row: str) -> None:
    text = conftest.output(conftest.code(row))
    assert "Traceback" not in text, f"{text}\n{conftest.code(row)}"
    words = shlex.split(row)
    dtype = words[words.index("--dtype") + 1] if "--dtype" in words else "float64"
    expected = conftest.differentiated(row)
    wrong = conftest.disagreements(conftest.printed(text), expected, dtype)
    assert not wrong, "\n".join([*wrong, conftest.code(row)])


@pytest.mark.slow
@pytest.mark.parametrize("row", RENAMED)
def test_new_names_keep_the_numbers(row: str) -> None:
    shown = conftest.printed(conftest.output(conftest.code(row)))
    assert all(label.isascii() for label in shown)
    for numbers in conftest.differentiated(row).values():
        assert numbers in shown.values()


def test_every_function_of_the_table_has_words() -> None:
    lacking = [name for name, row in FUNCTIONS.items() if callable(row.tape)]
    assert sorted(lacking) == sorted(HELPERS)


def test_the_programs_are_laid_out_as_the_formatter_does(tmp_path: Path) -> None:
    for number, row in enumerate([*CALLS, *RENAMED]):
        (tmp_path / f"program_{number}.py").write_text(conftest.code(row))
    for command in (["format", "--check", "--diff"], ["check", "--select", "E,F,I"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
