"""The standard streams: pipes that close, full disks, closed descriptors, terminals, encodings."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tapecli.formats import FORMATS

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ALL_OF_IT = """\
y = log(x**2)                                             float64, a single tape

dy/dx = 2/x
x  tape  analytic  ulps
───────────────────────
2  1     1            0

1 value, within 1 ulp of the analytic derivative
"""

AT_2 = ("diff", "--x", "2")

MANY = "1..2@10000"
"""More points than a pipe holds lines."""

STYLE = re.compile(r"\x1b\[[0-9;]*m")

A_TERMINAL = (
    "Error: '-' reads points from standard input, which is a terminal; "
    "pipe them in, one a line, or write --x 1..3\n"
)


# --- a quiet standard error -------------------------------------------------------------------


def test_what_tensorflow_logs_is_shown_with_verbose_alone(process: Run) -> None:
    done = process(*AT_2, "--verbose")
    assert (done.code, done.out) == (0, ALL_OF_IT)
    assert "oneDNN" in done.err or "cpu_feature_guard" in done.err
    assert "Error" not in done.err.partition("\n")[0]


def test_tensorflow_starts_with_standard_input_and_error_closed(process: Run) -> None:
    done = process(*AT_2, shell='exec "$@" <&- 2>&-')
    assert (done.code, done.out, done.err) == (0, ALL_OF_IT, "")


# --- standard output that cannot be written ---------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [AT_2, (*AT_2, "-f", "json"), ("diff", "--x", MANY, "-f", "value"), ("functions",), ("-h",)],
    ids=" ".join,
)
def test_a_reader_that_has_gone_is_no_error(light: Run, arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = light(*arguments, stdout=writer)
    os.close(writer)
    assert (done.code, done.err) == (0, "")


def test_head_gets_its_line_and_the_rest_ends_quietly(light: Run) -> None:
    shell = '{ "$@"; echo "exit code $?" >&2; } | head -n 1'
    done = light("diff", "--x", MANY, "-f", "csv", shell=shell)
    assert done.out == "target,expression,wrt,order,x,tape,analytic,ulps,status\n"
    assert done.err == "exit code 0\n"


@pytest.mark.parametrize(
    "arguments",
    [AT_2, ("diff", "--x", MANY, "-f", "csv"), ("functions",), ("--version",), ("--help",)],
    ids=" ".join,
)
def test_a_full_disk_is_one_line_and_an_exit_code(light: Run, arguments: tuple[str, ...]) -> None:
    done = light(*arguments, shell='exec "$@" >/dev/full')
    assert (done.code, done.err) == (1, "Error: cannot write: No space left on device\n")


@pytest.mark.parametrize("arguments", [AT_2, ("functions",), ("--version",)], ids=" ".join)
def test_a_closed_standard_output_is_one_line_and_an_exit_code(
    light: Run, arguments: tuple[str, ...]
) -> None:
    done = light(*arguments, shell='exec "$@" >&-')
    assert done.code == 1
    assert done.err.startswith("Error: cannot write: ")
    assert done.err.count("\n") == 1


def test_a_closed_standard_output_is_no_hindrance_to_a_file(light: Run) -> None:
    done = light(*AT_2, "-o", "y.txt", shell='"$@" >&-; echo $?; cat y.txt')
    assert (done.out, done.err) == (f"0\n{ALL_OF_IT}", "")


@pytest.mark.parametrize("closed", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize("arguments", [("diff", "sni(x)"), ("diff", "--zzz"), ("dif",), ()])
def test_errors_keep_their_exit_code_where_nobody_can_be_told(
    light: Run, arguments: tuple[str, ...], closed: str
) -> None:
    done = light(*arguments, shell=f'exec "$@" {closed}')
    assert (done.code, done.out, done.err) == (2, "", "")


# --- standard input ---------------------------------------------------------------------------


def test_points_from_a_terminal_are_refused_at_once(run: Run) -> None:
    done = run("diff", "--x", "-", terminal=True)
    assert (done.code, done.out, done.err) == (2, "", A_TERMINAL)


def test_points_from_a_real_terminal_are_refused_at_once(in_terminal: Run) -> None:
    done = in_terminal(80, "diff", "--at", "x=-")
    assert (done.code, done.out, done.err) == (2, "", A_TERMINAL)


def test_points_from_a_closed_standard_input_are_refused_for_what_it_is(process: Run) -> None:
    done = process("diff", "--x", "-", shell='exec "$@" <&-')
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: '-' reads points from standard input, which is ")
    assert "terminal" not in done.err


def test_a_terminal_is_no_hindrance_where_no_points_are_read_from_it(run: Run) -> None:
    assert run(*AT_2, "-f", "value", terminal=True).out == "1\n"


# --- terminals, colours and encodings ---------------------------------------------------------


def test_a_terminal_gets_colours_and_its_own_width(in_terminal: Run) -> None:
    done = in_terminal(70, *AT_2)
    assert (done.code, done.err) == (0, "")
    assert STYLE.search(done.out)
    assert len(STYLE.sub("", done.out).splitlines()[0]) == 70


def test_a_narrow_terminal_gets_one_value_below_another(in_terminal: Run) -> None:
    done = in_terminal(20, *AT_2, "--color", "never")
    assert (done.code, done.err) == (0, "")
    assert done.lines[1:] == [
        "",
        "dy/dx = 2/x",
        "x = 2",
        "  tape     1",
        "  analytic 1",
        "  ulps     0",
        "",
        "1 value, within 1 ulp of the analytic derivative",
    ]


def test_columns_overrules_the_width_of_the_terminal(
    in_terminal: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert len(in_terminal(100, *AT_2, "--color", "never").lines[0]) == 60


@pytest.mark.parametrize("columns", ["0", "-1", "wide", "", "²", "9" * 5000])
def test_columns_without_sense_are_passed_over(
    run: Run, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    done = run(*AT_2)
    assert (done.code, done.err) == (0, "")
    assert done.lines[2:] == ALL_OF_IT.splitlines()[2:]


@pytest.mark.parametrize(
    ("environment", "colored"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TAPECLI_COLOR": "never"}, False),
    ],
    ids=str,
)
def test_a_terminal_has_colours_unless_the_environment_wants_none(
    in_terminal: Run, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], colored: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = in_terminal(80, *AT_2)
    assert ("\x1b" in done.out) == colored
    assert STYLE.sub("", done.out) == ALL_OF_IT


@pytest.mark.parametrize(
    ("environment", "option", "colored"),
    [
        ({}, "auto", False),
        ({}, "always", True),
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"FORCE_COLOR": "0"}, "auto", False),
        ({"FORCE_COLOR": "1"}, "never", False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, "auto", False),
        ({"NO_COLOR": "1"}, "always", True),
        ({"TERM": "dumb", "COLUMNS": "80"}, "always", True),
    ],
    ids=str,
)
def test_a_pipe_has_colours_only_where_they_are_asked_for(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    option: str,
    colored: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = run(*AT_2, "--color", option)
    assert ("\x1b" in done.out) == colored
    assert STYLE.sub("", done.out) == ALL_OF_IT


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"table"}))
def test_only_tables_are_ever_coloured(run: Run, name: str) -> None:
    assert "\x1b" not in run(*AT_2, "--color", "always", "-f", name).out


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_every_format_fits_every_encoding(run: Run, encoding: str, name: str) -> None:
    call = ["diff", "√(α²+1)", "--at", "α=0..2", "--order", "2", "-f", name]
    done = run(*call, encoding=encoding)
    assert (done.code, done.err) == (0, "")


def test_without_unicode_powers_products_and_rules_are_ascii(process: Run) -> None:
    plain = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    done = process("diff", "log(x^2)*x", "--order", "2", "--x", "1", env=plain)
    assert (done.code, done.err) == (0, "")
    assert done.out.isascii()
    assert "d^2y/dx^2 = 2/x" in done.out
    assert "-" * 20 in done.out


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_errors_show_what_the_encoding_has(run: Run, encoding: str) -> None:
    done = run("diff", "x + 日本", encoding=encoding)
    shown = {"utf-8": "日", "ascii": "\\u65e5"}[encoding]
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Error: unexpected '{shown}'\n")
