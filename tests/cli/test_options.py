"""What the commands that differentiate share: points of several variables, --wrt, and files."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tapecli.defaults import EXECUTIONS

if TYPE_CHECKING:
    from tests.cli.conftest import Done, Run, RunAll

TABLES = {
    "points.csv": "x,y\n1,2\n3,4\n",
    "ragged.csv": "x,y\n1,2\n# a comment\n3\n",
    "wide.csv": "x,y\n1,2,3\n",
    "other.csv": "x,z\n1,2\n",
    "words.csv": "x,y\n1,two\n",
    "twice.csv": "x,y,x\n1,2,3\n",
    "header.csv": "x,y\n",
    "empty.csv": "\n",
}

BOTH = "the variables are x and y"

REFUSED: Mapping[str, str] = {
    # values
    "grad x*y --x 1": "the variable 'y' has no value; give it one, such as --y 2",
    "grad x*y": "the variables x and y have no values; give them some, such as --x 2 --y 2",
    "grad a*y --y 1": "the variable 'a' has no value; give it one, such as --at a=2",
    "grad x*y --x 1 --y 2 --z 3": f"'--z' gives values of 'z', but {BOTH}",
    "grad x*y --x 1 --y 2 --at q=3": f"'--at q' gives values of 'q', but {BOTH}",
    "grad x*y --x 1..3 --y 1..2 --zip": (
        "--zip pairs values, but there are not as many of each: x 3 and y 2"
    ),
    "grad x*y --x 1 --x 2 --y 3": "the points of 'x' are given twice",
    "grad x*y --x 1 --at x=2 --y 3": "the points of 'x' are given twice",
    "grad x*y --at x=1 --at x=2 --y 3": "the points of 'x' are given twice",
    "grad x*y --x - --y -": "'-' is there twice, and standard input can be read but once",
    "grad x*y --at - --y -": "'-' is there twice, and standard input can be read but once",
    "grad x*y --x 1..4000 --y 1..4000": (
        "4,000 x 4,000 are more than 10,000,000 points; --zip pairs values"
    ),
    "grad x*y --x 1 --y": "Option '--y' requires an argument.",
    # tables
    "grad x*y --at @points.csv --at @points.csv": "a table of points is given twice",
    "grad x*y --at @points.csv --x 1 --y 2": (
        "every variable has a value beside those of the table"
    ),
    "grad x*y --at @other.csv": "the header of 'other.csv' has 'x' and 'z', but not 'y'",
    "grad x*y --at @ragged.csv": "line 4 of 'ragged.csv' has 1 field, but the header has 2",
    "grad x*y --at @wide.csv": "line 2 of 'wide.csv' has 3 fields, but the header has 2",
    "grad x*y --at @words.csv": "line 2 of 'words.csv', 'y': 'two' is not a number: ",
    "grad x*y --at @twice.csv": "the header of 'twice.csv' has 'x' twice",
    "grad x*y --at @header.csv": "there are no rows in 'header.csv'",
    "grad x*y --at @empty.csv": "there is nothing in 'empty.csv'",
    "grad x*y --at @nope.csv": (
        "the points in 'nope.csv' cannot be read: No such file or directory"
    ),
    # by what
    "diff x*y --x 1 --y 2": f"{BOTH}: say by which to differentiate, with --wrt x, --wrt y, ",
    "grad x*y --x 1 --y 2 --wrt q": (
        "the expression has no variable 'q' to differentiate by; it has x and y"
    ),
    "hessian x*y --x 1 --y 2 --wrt x,q": (
        "the expression has no variable 'q' to differentiate by; it has x and y"
    ),
    "jacobian x*y --x 1 --y 2 --wrt x,x": "'x' is named twice in '--wrt'",
    "grad x*y --x 1 --y 2 --wrt x --wrt x": "'x' is named twice in '--wrt'",
    "diff x*y --x 1 --y 2 --wrt x --wrt x": "'x' is named twice in '--wrt'",
    "diff x*y --x 1 --y 2 --wrt x,y --wrt x,y": "'x,y' is named twice in '--wrt'",
    "diff x*y --x 1 --y 2 --wrt x,": "'--wrt x,' lacks a variable; write --wrt x,y",
    "diff x*y --x 1 --y 2 --wrt x,y --order 2": "'--order' is for a derivative by one variable; ",
    "diff x*y --x 1 --y 2 --wrt q --order 0": "the expression has no variable 'q'",
    "grad": "no expression was given",
    # how
    "diff x*y --x 1 --y 2 --wrt x,y --method single": "'single' cannot do order 2: ",
    "hessian x*y --x 1 --y 2 --method parallel": "'parallel' cannot do order 2: ",
    "grad x*y --x 1 --y 2 --verify some": "Invalid value for '--verify': 'some' is not one of ",
}
"""Calls, and how the message begins that they are refused with."""


@pytest.fixture(scope="module")
def refused(run_all: RunAll, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """All rows of `REFUSED`, called in one fresh process."""
    place = tmp_path_factory.mktemp("tables")
    for name, text in TABLES.items():
        (place / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        answers = run_all([call.split() for call in REFUSED])
    return dict(zip(REFUSED, answers, strict=True))


@pytest.mark.parametrize("call", REFUSED)
def test_a_wrong_call_is_one_message_before_anything_heavy_is_imported(
    refused: dict[str, Done], call: str
) -> None:
    done = refused[call]
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Error: {REFUSED[call]}")
    assert done.err.count("Error") == 1
    assert len(done.err.splitlines()) <= 2
    assert "tensorflow" not in done.loaded


# --- points -----------------------------------------------------------------------------------


def test_four_variables_have_options_of_their_own_names(run: Run) -> None:
    done = run("grad", "x*y*z*t", *["--x", "1", "--y", "2", "--z", "3", "--t", "4", "-f", "csv"])
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "target,expression,wrt,order,t,x,y,z,tape,analytic,ulps,status"
    slopes = {line.split(",")[2]: line.split(",")[8] for line in done.lines[1:]}
    assert slopes == {"t": "6", "x": "24", "y": "12", "z": "8"}


def points(done: Done) -> list[str]:
    assert (done.code, done.err) == (0, "")
    return [",".join(line.split(",")[4:6]) for line in done.lines[1:]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--x 1..2 --y 3..4", ["1,3", "1,4", "2,3", "2,4"]),
        ("--x 1..2 --y 3..4 --zip", ["1,3", "2,4"]),
        ("--x 1..2 --y 3 --zip", ["1,3", "2,3"]),
        ("--at y=3..4 --at x=1", ["1,3", "1,4"]),
        ("--x 1 --y 2 --zip", ["1,2"]),
        ("--x - --y 5", ["7,5", "8,5"]),
    ],
)
def test_values_are_combined_the_last_one_fastest_or_paired(
    run: Run, arguments: str, expected: list[str]
) -> None:
    call = ["diff", "x*y", "--wrt", "x", "-f", "csv", *arguments.split()]
    assert points(run(*call, stdin="7\n8\n")) == expected


@pytest.mark.parametrize(
    "table",
    [
        "x,y\n1,2\n3,4\n",
        "y,x\n2,1\n4,3\n",
        "x\ty\n1\t2\n3\t4\n",
        '{"x": 1, "y": 2}\n{"y": 4, "x": 3}\n',
        "# a comment\n\nname,x,y\r\nfirst, 1 ,4/2\r\n\r\nsecond,3,4\r\n",
    ],
    ids=["csv", "another sequence", "tsv", "json lines", "by hand"],
)
@pytest.mark.parametrize("source", ["@rows", "-"])
def test_rows_of_a_table_are_points(run: Run, tmp_path: Path, table: str, source: str) -> None:
    (tmp_path / "rows").write_bytes(table.encode())
    call = ["diff", "x*y", "--wrt", "x", "-f", "csv", "--at", source]
    assert points(run(*call, stdin=table)) == ["1,2", "3,4"]


def test_values_beside_a_table_are_combined_with_its_rows(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("x,y\n1,2\n3,4\n")
    done = run("diff", "x*y*z", *["--wrt", "z", "--at", "@rows.csv", "--z", "5,6", "-f", "csv"])
    assert [line.split(",")[4:8] for line in done.lines[1:]] == [
        *(["1", "2", "5", "2"], ["1", "2", "6", "2"]),
        *(["3", "4", "5", "12"], ["3", "4", "6", "12"]),
    ]


def test_a_table_from_a_terminal_is_refused_at_once(run: Run) -> None:
    done = run("grad", "x*y", "--at", "-", terminal=True)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: '-' reads points from standard input, which is a terminal")


# --- by what ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "arguments", "expected"),
    [
        ("diff", "--wrt x", {"x": 108}),
        ("diff", "--wrt x --wrt y", {"x": 108, "y": 108}),
        ("diff", "--wrt x,y", {"x,y": 108}),
        ("diff", "--wrt x,x,y", {"x,x,y": 54}),
        ("diff", "--wrt x,y --wrt y,x", {"x,y": 108, "y,x": 108}),
        ("diff", "--wrt y,y,y --wrt x", {"y,y,y": 24, "x": 108}),
        ("diff", "--order 0", {"x,y": 108}),
        ("grad", "", {"x": 108, "y": 108}),
        ("grad", "--wrt y,x", {"y": 108, "x": 108}),
        ("grad", "--wrt y --wrt x", {"y": 108, "x": 108}),
        ("jacobian", "--wrt y", {"y": 108}),
        ("hessian", "", {"x,x": 54, "x,y": 108, "y,x": 108, "y,y": 72}),
        ("hessian", "--wrt y", {"y,y": 72}),
    ],
)
def test_wrt_says_which_derivatives_and_in_which_sequence(
    run: Run, command: str, arguments: str, expected: dict[str, int]
) -> None:
    done = run(command, "x^2*y^3", *["--x", "2", "--y", "3", "-f", "tsv"], *arguments.split())
    assert (done.code, done.err) == (0, "")
    rows = [line.split("\t") for line in done.lines[1:]]
    assert [(row[2], float(row[6])) for row in rows] == list(expected.items())
    assert {row[-1] for row in rows} == {"ok"}


def test_blanks_between_the_variables_of_wrt_do_not_matter(run: Run) -> None:
    done = run("diff", "x*y", "--wrt", " x , y ", *["--x", "1", "--y", "2", "-f", "value"])
    assert (done.code, done.out, done.err) == (0, "1\n", "")


def test_a_mixed_derivative_is_written_with_round_ds(run: Run) -> None:
    done = run("diff", "x^2*y^3", *["--wrt", "x,x,y", "--x", "2", "--y", "3"])
    assert done.lines[2:6] == [
        "∂³f/∂x²∂y = 6·y²",
        "x  y  tape  analytic  ulps",
        "──────────────────────────",
        "2  3  54    54           0",
    ]


@pytest.mark.parametrize("verify", ["none", "sample", "all"])
def test_verify_says_which_values_are_compared(run: Run, verify: str) -> None:
    call = [
        "diff",
        "x*y",
        *["--wrt", "x", "--x", "1..10", "--y", "1..10", "-f", "tsv", "--strict", "--verify"],
        verify,
    ]
    done = run(*call)
    assert (done.code, done.err) == (0, "")
    statuses = [line.split("\t")[-1] for line in done.lines[1:]]
    expected = {"none": {"unverified"}, "sample": {"ok"}, "all": {"ok"}}
    assert (len(statuses), set(statuses)) == (100, expected[verify])


# --- arrays -----------------------------------------------------------------------------------

GRID = "x*y^2", "--x", "1..2", "--y", "1..3"


def saved(path: Path) -> NDArray[Any]:
    array: NDArray[Any] = np.load(path, allow_pickle=False)
    return array


def test_an_npy_file_has_the_values(run: Run, tmp_path: Path) -> None:
    done = run("grad", *GRID, "-o", "slopes.npy")
    assert (done.code, done.out, done.err) == (0, "", "")
    slopes = saved(tmp_path / "slopes.npy")
    assert slopes[..., 0].tolist() == [[1, 4, 9], [1, 4, 9]]
    assert slopes[..., 1].tolist() == [[2, 4, 6], [4, 8, 12]]


def test_an_npz_file_names_its_axes(run: Run, tmp_path: Path) -> None:
    assert run("hessian", *GRID, "-o", "second.npz").code == 0
    with np.load(tmp_path / "second.npz", allow_pickle=False) as file:
        assert file["axes"].tolist() == ["x", "y", "row", "column"]
        assert (file["x"].tolist(), file["y"].tolist()) == ([1, 2], [1, 2, 3])
        assert file["tape"][1, 2].tolist() == [[0, 6], [6, 4]]
        assert set(file["statuses"][file["status"]].flat) == {"ok"}


@pytest.mark.parametrize("name", ["npy", "npz"])
def test_a_file_is_the_same_each_time(run: Run, tmp_path: Path, name: str) -> None:
    for path in ("first", "second"):
        assert run("grad", *GRID, "-o", f"{path}.{name}").code == 0
    assert (tmp_path / f"first.{name}").read_bytes() == (tmp_path / f"second.{name}").read_bytes()


@pytest.mark.parametrize("name", ["npy", "npz"])
def test_bytes_are_not_for_a_terminal(in_terminal: Run, name: str) -> None:
    done = in_terminal(80, "diff", "--x", "2", "-f", name)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"Error: {name} is not for a terminal; add --output slopes.{name}\n"


def test_bytes_in_a_pipe_can_be_read(run: Run) -> None:
    done = run("grad", *GRID, "-f", "npy")
    assert (done.code, done.err) == (0, "")
    assert np.load(io.BytesIO(done.raw), allow_pickle=False).shape == (2, 3, 2)


def test_bytes_in_a_real_pipe_can_be_read(light: Run, tmp_path: Path) -> None:
    shell = '"$@" | cat >piped.npy'
    done = light("diff", "--x", "1..4", "-f", "npy", shell=shell)
    assert (done.code, done.err) == (0, "")
    assert saved(tmp_path / "piped.npy").tolist() == [2, 1, 2 / 3, 0.5]


# --- how tapes are run, from the environment ---------------------------------------------------


@pytest.mark.parametrize("execution", EXECUTIONS)
def test_the_execution_comes_from_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch, execution: str
) -> None:
    monkeypatch.setenv("TAPECLI_EXECUTION", execution)
    assert executed(run("diff", "x^3", "-f", "json")) == (execution, "single")
    for other in EXECUTIONS:  # the option overrules it
        assert executed(run("diff", "x^3", "--execution", other, "-f", "json"))[0] == other


@pytest.mark.parametrize(
    ("arguments", "method"),
    [
        (("diff", "x^3", "--method", "taylor"), "taylor"),
        (("diff", "x^3", "--method", "none"), "none"),
        (("diff", "log(x^2)", "--order", "30"), "taylor"),
    ],
)
def test_an_execution_from_the_environment_is_no_demand_for_tapes(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], method: str
) -> None:
    monkeypatch.setenv("TAPECLI_EXECUTION", "xla")
    assert executed(run(*arguments, "--x", "2", "-f", "json")) == ("", method)
    refused = run(*arguments, "--x", "2", "--execution", "xla")
    assert (refused.code, refused.out) == (2, "")


def executed(done: Done) -> tuple[str, str]:
    """How tapes were run, if any were, and the method."""
    assert (done.code, done.err) == (0, "")
    about = json.loads(done.out)
    return about["execution"], about["method"]


def test_an_empty_execution_in_the_environment_is_none(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run("diff", "x^3")
    monkeypatch.setenv("TAPECLI_EXECUTION", "")
    assert run("diff", "x^3") == plain


@pytest.mark.parametrize(
    ("name", "value", "option"),
    [
        ("TAPECLI_EXECUTION", "jit", "--execution"),
        ("TAPECLI_DTYPE", "quad", "--dtype"),
        ("TAPECLI_FORMAT", "xml", "'--format'"),
        ("TAPECLI_COLOR", "blue", "--color"),
    ],
)
def test_a_wrong_word_in_the_environment_is_told_with_its_variable(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, option: str
) -> None:
    monkeypatch.setenv(name, value)
    done = run("grad", "x^2")
    assert (done.code, done.out) == (2, "")
    message = done.err.splitlines()[0]
    assert message.startswith("Error: Invalid value for ")
    assert option in message
    assert f", from {name}: '{value}' is not one of " in message
    given = run("grad", "x^2", option.strip("'"), "qqq")  # what was typed is no default
    assert (given.code, "TAPECLI" in given.err) == (2, False)
