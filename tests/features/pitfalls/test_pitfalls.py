"""The rows of pitfalls: their names, texts and programs, without running them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tapecli.features.pitfalls import FIRST, GROUPS, PITFALLS
from tapecli.features.pitfalls.model import Pitfall
from tapecli.formats.pitfall_hints import HINTS

ROWS = [row for rows in GROUPS.values() for row in rows]
every_row = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])


def test_names_are_unique_and_those_that_are_met_first_come_first() -> None:
    assert len(PITFALLS) == len(ROWS)
    assert tuple(PITFALLS)[: len(FIRST)] == FIRST
    assert FIRST[:2] == ("reused-tape", "swapped-tapes")
    assert len({row.title for row in ROWS}) == len(ROWS)


def test_what_a_result_may_have_met_is_there() -> None:
    assert {row.pitfall for row in HINTS} <= PITFALLS.keys()


@every_row
def test_its_texts(row: Pitfall) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row.name)
    assert len(row.title) <= 60
    assert not row.title.endswith(".")
    sentences = re.split(r"(?<=[.!?]) (?=[A-Za-z])", row.reason)
    assert len(sentences) in (2, 3)
    assert all(sentence[-1] == "." for sentence in sentences)
    assert "  " not in row.reason


@every_row
def test_its_threads(row: Pitfall) -> None:
    assert len(set(row.threads)) == len(row.threads)
    for thread in row.threads:
        assert re.fullmatch(r"[\w-]+/[\w.-]+#\d+", thread)


@every_row
@pytest.mark.parametrize("kind", ["mistake", "mend"])
def test_its_programs_are_files_to_be_pasted(row: Pitfall, kind: str) -> None:
    program = getattr(row, kind)
    compile(program, row.name, "exec")
    assert "import tensorflow as tf\n" in program
    assert set(re.findall(r"^import (\w+)", program, re.M)) <= {"tensorflow", "numpy", "weakref"}
    assert "python." not in program  # the public API alone
    assert max(map(len, program.splitlines())) < 80


def test_its_programs_are_as_the_usual_formatter_leaves_them(tmp_path: Path) -> None:
    for row in ROWS:
        (tmp_path / f"{row.name}-mistake.py").write_text(row.mistake, "utf-8")
        (tmp_path / f"{row.name}-mend.py").write_text(row.mend, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
