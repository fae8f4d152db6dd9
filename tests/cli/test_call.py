"""Expressions that are in files and in standard input, and how TensorFlow is loaded."""

from __future__ import annotations

import gc
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tapecli.cli import call
from tapecli.engines.tapes import loading
from tapecli.errors import TensorFlowError

if TYPE_CHECKING:
    from tests.cli.conftest import Run

TWO = "# The worked example\nu = x^2\n\n  y = log(u)\r\n"

VALUES = ("--x", "1", "--method", "none", "--format", "value")


def test_a_file_has_an_expression_on_each_line(run: Run) -> None:
    Path("two").write_text(TWO)
    done = run("diff", "@two", *VALUES)
    assert (done.code, done.out, done.err) == (0, "2\n2\n", "")


def test_standard_input_as_well_and_typed_ones_beside_them(run: Run) -> None:
    done = run("diff", "v = 3x", "-", "z = v*y", *VALUES, stdin=TWO)
    assert (done.code, done.out, done.err) == (0, "3\n2\n2\n6\n", "")


@pytest.mark.parametrize("command", ["grad", "jacobian", "hessian", "code", "plot"])
def test_for_every_command_that_is_given_expressions(run: Run, command: str) -> None:
    Path("one").write_text("\ufeffx^2\n")
    points = "1..2" if command == "plot" else "1"
    how = () if command == "code" else ("--method", "taylor" if command == "plot" else "none")
    wanted = run(command, "x^2", "--x", points, *how)
    assert wanted.code == 0
    assert run(command, "@one", "--x", points, *how) == wanted


def test_a_file_may_have_definitions_and_a_name_with_blanks(run: Run) -> None:
    Path("my model.txt").write_text("# a model\n\nf(x) = a*x^2\nf(f(x)); f'(2x)\n")
    done = run("diff", "@my model.txt", "--at", "a=3", "--wrt", "x", *VALUES)
    assert (done.code, done.out, done.err) == (0, "108\n12\n", "")


def test_standard_input_may_be_written_as_a_file(run: Run) -> None:
    done = run("diff", "@-", "f(2x)", *VALUES, stdin="f(x) = x^3\n")
    assert (done.code, done.out, done.err) == (0, "24\n", "")


def test_a_definition_that_is_called_wrongly_is_told_with_the_line_of_the_call(run: Run) -> None:
    Path("model").write_text("f(n) = x^n\n\nf(10^7)\n")
    done = run("diff", "@model")
    assert done.code == 2
    assert done.err == (
        "Error: line 3 of 'model': in 'f', an exponent beyond 1,000,000\n  f(10^7)\n  ^\n"
    )


def test_what_is_wrong_is_told_with_its_line(run: Run) -> None:
    Path("two").write_text(f"{TWO}z = log(y\n")
    done = run("diff", "@two")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "Error: line 5 of 'two': '(' is never closed\n  z = log(y\n         ^\n"
    )
    done = run("diff", "-", stdin="x\nsni(x)\n")
    assert done.err.startswith("Error: line 2 of standard input: unknown function 'sni'\n")
    Path("long").write_text("x" * 10_001)
    done = run("diff", "@long")
    assert done.err.startswith("Error: line 1 of 'long': the expression has 10,001 characters\n")


def test_a_line_that_is_there_twice_is_told_as_the_one_that_is_wrong(run: Run) -> None:
    done = run("diff", "-", stdin="u = x\nv = x\nu = x\n")
    assert done.err.startswith("Error: line 3 of standard input: 'u' is defined twice\n")
    Path("one").write_text("\ny = x)\n")
    done = run("diff", "z = x", "@one", "y = x)")
    assert done.err.startswith("Error: line 2 of 'one': ")


def test_a_claim_has_no_line(run: Run) -> None:
    done = run("diff", "-", "--claim", "2x)", stdin="x^2\n")
    assert done.err.startswith("Error: ')' closes nothing\n")


def test_standard_input_is_utf_8_as_files_are(process: Run) -> None:
    environment = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    call = "printf '\\357\\273\\277π*x\\n' | \"$@\" diff - --x 1 --method none -f value"
    done = process(shell=call, env=environment)
    assert (done.code, done.out, done.err) == (0, "3.141592653589793\n", "")
    call = "printf '\\357\\273\\2771\\n' | \"$@\" diff x^2 --x - --method none -f value"
    assert process(shell=call).out == "2\n"


def test_what_is_typed_has_no_line(run: Run) -> None:
    Path("one").write_text("x^2\n")
    assert run("diff", "sni(x)", "@one").err.startswith("Error: unknown function 'sni'\n")


@pytest.mark.parametrize(
    ("arguments", "stdin", "problem"),
    [
        (["@none"], "", "the expressions in 'none' cannot be read: No such file or directory"),
        (["@"], "", "'@' is followed by the name of a file"),
        (["-"], "# x\n", "there are no expressions in standard input"),
        (["-"], "(\n" * 500_000, "more than 50 expressions and 50 definitions in standard input"),
        (["-"], "(" * 1_000_000, "line 1 of standard input has more than 100,000 characters"),
        (["-"], "\n" * 1_000_000, "more than 10,000 lines in standard input"),
        (["-"], "x\n" * 49 + "\udcff", "line 50 of standard input is not text"),
        (["-", "-"], "x", "'-' is there twice, and standard input can be read but once"),
        (["-", "--x", "-"], "x", "'-' is there twice, and standard input can be read but once"),
        (["-", "--at", "-"], "x", "'-' is there twice, and standard input can be read but once"),
        (["-", "--at", "t=-"], "x", "'-' is there twice, and standard input can be read but once"),
    ],
)
def test_what_cannot_be_read_is_one_line(
    run: Run, arguments: list[str], stdin: str, problem: str
) -> None:
    done = run("diff", *arguments, stdin=stdin)
    assert (done.code, done.out, done.err) == (2, "", f"Error: {problem}\n")


@pytest.mark.parametrize(("arguments", "what"), [(["-"], "expressions"), (["--x", "-"], "points")])
def test_nobody_is_made_to_type_them(run: Run, arguments: list[str], what: str) -> None:
    done = run("diff", *arguments, terminal=True)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Error: '-' reads {what} from standard input, which is a terminal;")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("modules", [{}, {"tensorflow": None}])
def test_garbage_is_collected_again_once_tensorflow_is_loaded_or_refused(
    monkeypatch: pytest.MonkeyPatch, modules: dict[str, None]
) -> None:
    collecting: list[bool] = []

    def load(**options: bool) -> str:
        collecting.append(gc.isenabled())
        if len(collecting) > 1:
            raise TensorFlowError("it is broken")
        return "TensorFlow"

    monkeypatch.setattr(loading, "load", load)
    monkeypatch.setattr(call, "sys", SimpleNamespace(modules=modules))
    assert call.load(verbose=False) == "TensorFlow"
    assert gc.isenabled()
    with pytest.raises(TensorFlowError):
        call.load(verbose=False)
    assert gc.isenabled()
    assert collecting == [bool(modules)] * 2
