"""`tapecli functions`: the table of functions, for people and for grep."""

from __future__ import annotations

import functools
import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tapecli.expressions.functions import FUNCTIONS, GROUPS, NAMES, ROWS
from tapecli.features.functions.pages import words

if TYPE_CHECKING:
    from tests.cli.conftest import Run, RunAll

ENTRIES = words.entries(ROWS.values())


def test_everything_has_a_line_in_the_order_of_the_table(run: Run) -> None:
    done = run("functions", "--long")
    assert (done.code, done.err) == (0, "")
    first = [re.split("  +", line)[0] for line in done.lines]
    assert first == ["FUNCTION", *(entry.signature for entry in ENTRIES)]


@functools.cache
def long_lines(run: Run) -> list[str]:
    """The lines of the long list, which are the same for each test."""
    return run("functions", "--long").lines


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_line_tells_everything_of_a_function(run: Run, name: str) -> None:
    function = FUNCTIONS[name]
    header, *lines = long_lines(run)
    (line,) = (line for line in lines if line.startswith(f"{name}("))
    starts = [header.index(word) for word in words.HEADINGS]
    cells = [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
    domain = function.domain or "everywhere"
    slopes = ", ".join(slope or words.NO_SLOPE for slope in function.derivatives)
    also = ", ".join(function.aliases)
    assert cells == [function.signature, function.meaning, slopes, domain, also]


def test_no_line_ends_in_blanks(run: Run) -> None:
    for arguments in ((), ("--long",), ("tan", "pi")):
        lines = run("functions", *arguments).lines
        assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("name", ROWS)
def test_the_example_of_each_can_be_called(run: Run, name: str) -> None:
    lines = run("functions", name).lines
    (example,) = (line.split("  ")[-1] for line in lines if line.startswith("  example"))
    program, *arguments = shlex.split(example)
    assert program == "tapecli"
    done = run(*arguments, "-f", "tsv")
    assert (done.code, done.err) == (0, "")
    assert all(line.endswith(("\tok", "\tcertified")) for line in done.lines[1:])


@pytest.mark.parametrize("typed", [*NAMES, "log(x)", "LN", "Sin"])
def test_every_name_and_sign_may_be_asked_for(run: Run, typed: str) -> None:
    done = run("functions", typed)
    assert (done.code, done.err) == (0, "")


def test_two_names_of_a_row_show_it_once(run: Run) -> None:
    assert run("functions", "ln", "log").out == run("functions", "log").out


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("sni", "did you mean 'sin'?"),
        ("arctna", "did you mean 'arctan'?"),
        ("qqq", "see 'tapecli functions'"),
        ("", "see 'tapecli functions'"),
        ("\x1b[31m", "see 'tapecli functions'"),
        ("s" * 500, "see 'tapecli functions'"),
    ],
)
def test_an_unknown_name_is_told_which_was_meant(run: Run, typed: str, hint: str) -> None:
    done = run("functions", "sin", typed)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: unknown function '")
    assert done.err.endswith(f"'; {hint}\n")
    assert done.err.rstrip("\n").isprintable()


def test_the_ending_of_a_file_says_the_format(run: Run) -> None:
    for name in ("all.json", "all.md", "all.txt"):
        assert run("functions", "--output", name).code == 0
    assert json.loads(Path("all.json").read_text("utf-8"))["schema"] == 1
    assert Path("all.md").read_text("utf-8").startswith("| Function |")
    assert Path("all.txt").read_text("utf-8") == run("functions").out


@pytest.mark.parametrize("typed", ["hyperbolic", "Logarithms", "operators", "constants"])
def test_a_family_is_shown_in_a_line_for_each(run: Run, typed: str) -> None:
    lines = run("functions", typed).lines
    (rows,) = (rows for title, rows in GROUPS.items() if typed.lower() in title)
    assert lines[0].startswith("FUNCTION")
    assert [line.split("  ")[0] for line in lines[1:]] == [
        entry.signature for entry in words.entries(rows)
    ]


def test_without_names_all_are_listed_by_families(run: Run) -> None:
    lines = run("functions").lines
    assert [title for title in GROUPS if not any(line.startswith(title) for line in lines)] == []
    assert all(entry.signature in "\n".join(lines) for entry in ENTRIES)


def test_no_heavy_library_is_loaded(run_all: RunAll) -> None:
    calls = [["functions", *rest] for rest in ([], ["-l"], ["gamma"], ["-f", "json"])]
    assert [(done.code, done.loaded) for done in run_all(calls)] == [(0, [])] * 4


@pytest.mark.parametrize("columns", [30, 80, 200])
def test_a_terminal_of_any_width_shows_every_name(in_terminal: Run, columns: int) -> None:
    done = in_terminal(columns, "functions", "--long", "--color", "never")
    assert done.code == 0
    for entry in ENTRIES:
        assert entry.signature in done.out
        assert all(name in done.out for name in entry.aliases)
        assert all(
            word[:20] in done.out for slope in entry.slopes.values() for word in slope.split()
        )
    assert columns == 30 or max(map(len, done.lines)) <= columns


def test_where_ascii_alone_can_be_shown_names_are_escaped(run: Run) -> None:
    done = run("functions", "gamma", encoding="ascii")
    assert r"Gamma, \u0393" in done.out
    assert done.out.isascii()
