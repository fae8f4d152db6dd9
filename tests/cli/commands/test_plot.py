"""`tapecli plot`: its options, what it refuses, its formats and its exit codes."""

from __future__ import annotations

import os
import pty
import re
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tapecli.evaluation import answering
from tapecli.evaluation.question import Question
from tapecli.result import Result

if TYPE_CHECKING:
    from tests.cli.conftest import Run, RunAll

MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF-"}

WHOLE = """\
y = 1/x
⠤⠤●⠤⠤ y   ⠤⠤▲⠤⠤ dy/dx
    │                           ┊ ⢣
    │                           ┊  ⠣⣄
    │                           ┊    ●⠓⠒⠒⠤⠤⠤⠤⠤⣀⣀⣀⣀⣀●⣀⣀⣀⣀⣀⣀⣀⣀
  0 ┤⠛⠛⠛⠛⠓⠒⠒⠒⠒⠒⠒⠒⠒⠒⠤⠤⠤⣤⣤●⣀⣀┈┈┈┈┈┈┈┈┈┈┈┈┈┈⣀▲⠤⠤⠤⠒⠒⠒⠒⠒⠒⠒⠒⠒⠊▲⠉⠉⠉
    │                  ⠈⠑⠢⡈⠉⠲⢄  ┊     ⢀⠔⠊⠁
    │                     ⠸⡀ ⠘⡄ ┊    ⢠⠃
-10 ┤                      ⠱⡀ ⠘⡄┊   ⢠⠃
    │                       ▲  ⡇┊   ⡎
    │                       ⠸⡀ ⢸┊  ⢠⠃
    └┬────────────┬─────────────┬─────────────┬────────────x
    -2           -1             0             1            2
"""


def test_the_whole_plot_in_a_pipe(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "14")
    monkeypatch.setenv("COLUMNS", "60")
    done = run("plot", "1/x", "--x", "-2..2")
    assert (done.code, done.out, done.err) == (0, WHOLE, "")


def test_a_terminal_of_one_line_has_a_small_plot(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "1")
    done = run("plot", "x", "--method", "taylor")
    assert (done.code, done.err, len(done.lines)) == (0, "", 8)


def test_it_has_the_size_of_a_usual_terminal_in_a_pipe(run: Run) -> None:
    done = run("plot", "tan(x)", "--method", "taylor")
    assert len(done.lines) == 23
    assert max(map(len, done.lines)) == 80
    assert "\x1b" not in done.out


def test_without_an_expression_it_is_the_worked_example(run: Run) -> None:
    assert run("plot", "--method", "none").lines[0] == "y = log(x**2)"


def test_ascii_where_there_is_no_more(run: Run) -> None:
    done = run("plot", "tan(x)", "--order", "2", "--method", "taylor", encoding="ascii")
    assert done.out.isascii()
    assert "d^2y/dx^2" in done.lines[1]


@pytest.mark.parametrize("name", list(MAGIC))
def test_figures_are_written_whole_and_the_same_each_time(
    run: Run, tmp_path: Path, name: str
) -> None:
    pytest.importorskip("matplotlib")
    call = ("plot", "x^2", "--method", "taylor", "--output")
    for file in ("one", "two"):
        assert run(*call, f"{file}.{name}").code == 0
    first, second = ((tmp_path / f"{file}.{name}").read_bytes() for file in ("one", "two"))
    assert first.startswith(MAGIC[name])
    assert first == second
    assert sorted(os.listdir(tmp_path)) == [f"one.{name}", f"two.{name}"]


def test_a_figure_goes_to_a_pipe_by_its_name(run: Run) -> None:
    pytest.importorskip("matplotlib")
    done = run("plot", "x^2", "--method", "taylor", "--format", "svg")
    assert done.raw.startswith(MAGIC["svg"])


def test_text_goes_to_a_file(run: Run, tmp_path: Path) -> None:
    run("plot", "x^2", "--method", "taylor", "--output", "plot.txt", "--color", "always")
    text = (tmp_path / "plot.txt").read_text(encoding="utf-8")
    assert text.startswith("y = x**2\n")
    assert "\x1b" not in text


def test_without_matplotlib_the_extra_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *_: None)
    done = run("plot", "x^2", "--output", "plot.svg")
    assert done.code == 2
    assert "needs matplotlib; pip install 'tapecli[plot]'" in done.err
    assert not os.listdir(tmp_path)


WRONG_CALLS = (
    (("sni(x)",), "did you mean 'sin'?"),
    (("x^2", "--x", "3"), "is a single point, and a plot goes along a range: --x -5..5"),
    (("x^2", "--x", "5..1"), "write 1..5"),
    (("x^2", "--x", "1..2..3"), "is no range"),
    (("x^2", "--x", "-"), "from the call"),
    (("x^2", "--at", "@points.csv"), "from the call, not a table"),
    (("x^2", "--x", "1..2", "--x", "2..3"), "given twice"),
    (("x*y",), "give one of them a range"),
    (("x*y", "--x", "0..1"), "y has no value"),
    (("x*y", "--x", "0..1", "--y", "0..1"), "each have a range"),
    (("x^2", "--y", "1..2"), "the variable is 'x'"),
    (("x^2", "--wrt", "z"), "no variable 'z'"),
    (("x^2", "--order", "-1"), "'-1' is not a whole number"),
    (("x^2", "--window", "3"), "'3' is no range"),
    (("x^2", "--window", "3..1"), "write 1..3"),
    (("x^2", "--method", "best"), "'best' is not one of"),
    (("x^2", "--format", "gif"), "'gif' is not one of text, png, svg, pdf"),
    (("x^2", "--output", "plot.gif"), "one of .txt, .png, .svg, .pdf"),
    (("x^2", "--output", "nowhere/plot.png"), "there is no folder"),
)


def test_wrong_calls_are_told_before_anything_heavy_is_loaded(run_all: RunAll) -> None:
    answers = run_all([("plot", *arguments) for arguments, _ in WRONG_CALLS])
    for (arguments, problem), done in zip(WRONG_CALLS, answers, strict=True):
        assert done.code == 2, arguments
        assert problem in done.err, arguments
        assert done.err.startswith(("Error: ", "Usage: ")), arguments
        assert done.out == "", arguments
        assert not {"tensorflow", "sympy"} & set(done.loaded), arguments


def test_help_begins_with_a_sentence_and_examples_and_loads_nothing(run_all: RunAll) -> None:
    (done,) = run_all([("plot", "--help")])
    assert done.code == 0
    assert "Draw expressions and their derivatives" in done.out
    assert "tapecli plot 'tan(x)' --x -5..5" in done.out
    assert max(map(len, done.lines)) <= 80
    assert not done.loaded


@pytest.mark.parametrize("by", [1.01, float("nan")])
def test_a_wrong_value_is_told_and_makes_the_exit_code_1(
    run: Run, monkeypatch: pytest.MonkeyPatch, by: float
) -> None:
    values = answering.compute

    def spoiled(request: Question) -> object:
        values_by_target, execution = values(request)
        at = [p for p in range(len(request.points)) if request.points.at(p)["x"] == 1]
        for column in values_by_target[0] if at else ():
            assert column is not None
            column[at[0]] *= by
        return values_by_target, execution

    monkeypatch.setattr(answering, "compute", spoiled)
    call = ("plot", "x^2", "--method", "taylor", "--order", "0", "--x", "0..2@3")
    status, sign = ("lost", "!") if by != by else ("off", "X")
    done = run(*call)
    assert done.code == 1
    assert done.lines[-1] == f"1 {status}: the curve is wrong there; --points marks where"
    done = run(*call, "--points")
    assert done.code == 1
    assert done.lines[-1] == f"float64, Taylor series; 3 values: 1 {status} {sign}"
    assert any(sign in line for line in done.lines[2:-1])


def test_what_is_to_be_said_of_a_figure_is_said_beside_it(run: Run) -> None:
    pytest.importorskip("matplotlib")
    call = ("plot", "log(x)", "--x", "-1..1@5", "--method", "taylor", "--output", "plot.png")
    assert run(*call).err == ""
    assert run(*call, "--points").err == ("float64, Taylor series; 10 values: 6 undefined\n")


def test_marks_of_what_is_no_failure_leave_the_exit_code(run: Run) -> None:
    done = run("plot", "log(x)", "--x", "-1..1@5", "--points", "--method", "taylor")
    assert done.code == 0
    assert done.lines[-1].endswith("10 values: 6 undefined ?")


def test_the_window_may_be_given(run: Run) -> None:
    done = run("plot", "1/x", "--window", "-1..1", "--method", "taylor", "--order", "0")
    ticks = [match[1] for line in done.lines if (match := re.match(r" *(-?[\d.]+) ┤", line))]
    assert (ticks[0], ticks[-1]) == ("1.0", "-1.0")


def test_several_variables(run: Run) -> None:
    done = run("plot", "x^2*y", "--x", "-1..1", "--y", "3", "--wrt", "y", "--wrt", "x,y")
    assert done.code == 0
    assert done.lines[0].endswith("= x**2*y   at y = 3")
    assert "∂²f/∂x∂y" in done.lines[1]


def test_the_tapes_are_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    methods: set[str] = set()
    usual = answering.answer

    def spy(request: Question, *rest: object, **options: object) -> Result:
        methods.add(request.choice.method)
        return usual(request, *rest, **options)

    monkeypatch.setattr(answering, "answer", spy)
    assert run("plot", "sin(x)", "--order", "2").code == 0
    assert methods == {"forward", "nested"}


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (200, 50)])
@pytest.mark.parametrize("without_colors", [False, True])
def test_it_fills_a_terminal_but_for_the_prompt(
    columns: int, lines: int, without_colors: bool
) -> None:
    reader, terminal = pty.openpty()
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    command = [sys.executable, "-m", "tapecli", "plot", "tan(x)", "--method", "taylor"]
    env = {**os.environ, "TERM": "xterm", **({"NO_COLOR": "1"} if without_colors else {})}
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=subprocess.PIPE,
                          env=env) as child:  # fmt: skip
        os.close(terminal)
        out = b""
        try:
            while piece := os.read(reader, 65536):
                out += piece
        except OSError:  # how Linux says that the other end is closed
            pass
        assert child.wait(timeout=30) == 0
    os.close(reader)
    text = out.decode().replace("\r\n", "\n")
    assert ("\x1b[36m" in text) is not without_colors
    output_lines = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    assert len(output_lines) == lines - 1
    assert max(map(len, output_lines)) == columns


# --- what takes long ----------------------------------------------------------------------------

DEAR = ("plot", "abs(gamma(x+1)-x*gamma(x))", "--method", "taylor", "--max-seconds", "2")


def test_it_is_said_that_a_drawing_is_coarser(run: Run) -> None:
    note = "drawn in wider steps, to end within 2 seconds; --max-seconds allows more"
    done = run(*DEAR, "--x", "0.5..3")
    assert done.code == 0
    assert note in done.lines
    assert max(map(len, done.lines)) <= 80
    assert run(*DEAR, "--x", "0.5..3").out == done.out


def test_it_is_said_beside_a_figure(run: Run) -> None:
    pytest.importorskip("matplotlib")
    done = run(*DEAR, "--x", "0.5..3", "--output", "plot.svg")
    assert "drawn in wider steps" in done.err


def test_samples_that_were_given_up_are_counted_where_more_is_wanted(run: Run) -> None:
    done = run(*DEAR, "--x", "0.5..3@40", "--verbose")
    assert "left open in places, to end within 2 seconds; --max-seconds allows more" in done.lines
    assert re.search(
        r"^\d+ of 80 values could not be certified within 0\.8 seconds of work; "
        r"--max-seconds allows more$",
        done.err,
        re.MULTILINE,
    )


@pytest.mark.parametrize("seconds", ["-1", "nan", "soon"])
def test_seconds_that_are_no_number_are_refused(run: Run, seconds: str) -> None:
    assert run("plot", "x", f"--max-seconds={seconds}").code == 2
