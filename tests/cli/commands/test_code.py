"""`tapecli code`: what it prints, where, in which colours, and what it refuses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run, RunAll

WORKED = """\
import tensorflow as tf

x = tf.constant([1.0, 2.0, 3.0], tf.float64)

with tf.GradientTape() as outer:
    outer.watch(x)
    with tf.GradientTape() as inner:
        inner.watch(x)
        y = tf.math.log(x * x)
    dy_dx = inner.gradient(y, x)  # recorded by outer
d2y_dx2 = outer.gradient(dy_dx, x)

print("x       =", *x.numpy())
print("y       =", *y.numpy())
print("dy/dx   =", *dy_dx.numpy())
print("d2y/dx2 =", *d2y_dx2.numpy())
"""
"""The program of the worked example."""

PRINTED = """\
x       = 1.0 2.0 3.0
y       = 0.0 1.3862943611198906 2.1972245773362196
dy/dx   = 2.0 1.0 0.6666666666666666
d2y/dx2 = -2.0 -0.5 -0.2222222222222222
"""

STYLES = re.compile(r"\x1b\[[0-9;]*m")


def test_the_worked_example(run: Run) -> None:
    done = run("code", "--order", "2", "--x", "1..3")
    assert (done.code, done.out, done.err) == (0, WORKED, "")


@pytest.mark.slow
@pytest.mark.parametrize("python", [["-"], ["-W", "error::SyntaxWarning", "program.py"]])
def test_a_fresh_interpreter_prints_its_numbers(run: Run, python: list[str]) -> None:
    text = run("code", "--order", "2", "--x", "1..3").out
    Path("program.py").write_text(text)
    done = subprocess.run([sys.executable, *python], input=text, capture_output=True, text=True)
    assert done.stdout == PRINTED


@pytest.mark.slow
def test_a_traced_program_from_a_pipe_warns_of_nothing(run: Run) -> None:
    text = run("code", "u = x^2", "y = log(u)", "--execution", "graph", "--order", "2").out
    done = subprocess.run([sys.executable, "-"], input=text, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "d2y/dx2 = -2.0 -0.5 -0.2222222222222222"
    assert "AutoGraph" not in done.stderr


def test_it_loads_nothing_heavy(run_all: RunAll) -> None:
    for done in run_all([["code"], ["code", "x*y", "--wrt", "x", "--x", "0..1:0.01", "--y", "2"]]):
        assert (done.code, done.loaded) == (0, [])


def test_colours_change_no_character(run: Run) -> None:
    rows = ["--order", "6"], ["gamma(x)", "--execution", "xla"], ["x^7", "--x", "0..1@150"]
    for arguments in rows:
        plain = run("code", *arguments).out
        colored = run("code", *arguments, "--color", "always").out
        assert "\x1b[" not in plain
        assert "\x1b[" in colored
        assert STYLES.sub("", colored) == plain


@pytest.mark.parametrize(
    ("env", "colored"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_a_terminal_has_colours_unless_it_wants_none(
    in_terminal: Run, monkeypatch: pytest.MonkeyPatch, env: dict[str, str], colored: bool
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    for columns in (40, 80, 200):
        done = in_terminal(columns, "code", "--order", "2")
        assert STYLES.sub("", done.out) == WORKED
        assert ("\x1b[" in done.out) is colored


def test_names_are_ascii_wherever_they_go(run: Run) -> None:
    done = run("code", "λ = θ^2", "--at", "θ=2", encoding="ascii")
    assert "dlambda_dtheta = tape.gradient(lambda_, theta)" in done.out


def test_a_file_is_written_whole(run: Run) -> None:
    assert run("code", "--order", "2", "--output", "slopes.py", "--color", "always").out == ""
    assert Path("slopes.py").read_text() == WORKED
    assert run("code", "sni(x)", "--output", "slopes.py").code == 2
    assert Path("slopes.py").read_text() == WORKED
    assert os.listdir() == ["slopes.py"]


def test_points_from_standard_input(run: Run) -> None:
    done = run("code", "--x", "-", stdin="1\n2\n# a remark\npi/2\n")
    assert "x = tf.constant([1.0, 2.0, 1.5707963267948966], tf.float64)" in done.out


def test_a_table_of_points(run: Run) -> None:
    Path("points.csv").write_text("x,y\n1,2\n3,4\n")
    done = run("code", "x*y", "--wrt", "x,y", "--at", "@points.csv")
    assert "x = tf.constant([1.0, 3.0], tf.float64)\ny = tf.constant([2.0, 4.0]" in done.out


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (["sni(x)"], "unknown function 'sni'"),
        (["a*b"], "the variables are a and b: say by which to differentiate"),
        (["x", "--x", "one"], "a variable of more than one letter needs its points"),
        (["--order", "two"], "'two' is not a whole number"),
        (["--method", "nest"], "Did you mean 'nested'?"),
        (["--method", "parallel", "--order", "2"], "'parallel' cannot do order 2"),
        (["--method", "taylor"], "'--method taylor' uses no tapes, so there is no program of it; "
         "take one of single, parallel, nested, persistent and batch"),
        (["--method", "none", "--order", "3"], "there is no program of it; take nested"),
        (["--x", "1..2@2000log"], "x has more than 1,000 points, and no range of NumPy's"),
        ([f"x^{n}" for n in range(12)] + ["--method", "nested"], "12 tapes inside one another"),
        (["--output", "nowhere/slopes.py"], "there is no folder"),
        (["--output", "."], "it is a directory"),
        (["--x", "1", "--x", "2"], "the points of 'x' are given twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(run: Run, call: list[str], problem: str) -> None:
    done = run("code", *call)
    assert (done.code, done.out) == (2, "")
    assert problem in done.err


def test_tapes_stand_where_diff_would_take_taylor_series(run: Run) -> None:
    assert "derivatives(x, 300)" in run("code", "--order", "300").out
    done = run("code", "--order", "12")
    assert "derivatives(x, 12)" in done.out
    assert re.fullmatch(
        r"note: this program is expected to take about .*; 'tapecli diff' takes Taylor series\n",
        done.err,
    )


def test_long_programs_are_announced(run: Run) -> None:
    done = run("code", "--order", "12", "--method", "nested")
    assert re.fullmatch(r"note: this program is expected to take about .*\n", done.err)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (["gamma(x)", "--dtype", "bfloat16"], "cannot compute 'gamma' in bfloat16"),
        (["y*lgamma(x)", "--dtype", "float16", "--wrt", "x,x", "--y", "1"],
         "cannot differentiate 'lgamma' 2 times in float16"),
        (["y*lgamma(x)", "--dtype", "float16", "--wrt", "x,y", "--y", "1"], ""),
        (["gamma(x)", "--dtype", "bfloat16", "--execution", "xla"], ""),
        (["gamma(x)", "--dtype", "float32", "--order", "2"], ""),
    ],
)  # fmt: skip
def test_programs_that_tensorflow_cannot_run_are_announced(
    run: Run, call: list[str], problem: str
) -> None:
    done = run("code", *call, "--x", "2")
    assert done.code == 0
    assert done.out.startswith("import tensorflow as tf")
    assert problem in done.err
    assert bool(problem) == done.err.startswith("note: this program is expected to fail: ")
