"""The command as a whole: help, versions, unknown commands, and every way in which it can end."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

import tapecli
from tapecli.evaluation import answering
from tapecli.process import Signalled

if TYPE_CHECKING:
    from tests.cli.conftest import Run

CALL = [sys.executable, "-m", "tapecli", "diff"]

MORE_THAN_A_PIPE_HOLDS = 1 << 18
"""Bytes of which a pipe takes only a part until somebody reads from it."""


def test_version_is_one_line_with_the_version_of_the_package(run: Run) -> None:
    done = run("--version")
    assert (done.code, done.out, done.err) == (0, f"tapecli {version('tapecli')}\n", "")


def test_without_arguments_it_shows_help_on_standard_error_and_exits_with_2(run: Run) -> None:
    done = run()
    assert (done.code, done.out) == (2, "")
    assert done.err == run("--help").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dif"], "There is no command 'dif'. Did you mean 'diff'?"),
        (["function"], "There is no command 'function'. Did you mean 'functions'?"),
        (["dif", "x^2", "--x", "3"], "There is no command 'dif'. Did you mean 'diff'?"),
        (["--x", "3", "dif", "x^2"], "There is no command 'dif'. Did you mean 'diff'?"),
        (["grd", "x^2"], "There is no command 'grd'. Did you mean 'grad'?"),
        (["gradint", "x^2"], "There is no command 'gradint'. Did you mean 'grad'?"),
        (["sin", "x"], "There is no command 'sin'. Did you mean: tapecli diff 'sin(x)'?"),
        (["log2", "x"], "There is no command 'log2'. Did you mean: tapecli diff 'log2(x)'?"),
        (["sinx"], "There is no command 'sinx'. For an expression, write: tapecli diff 'sinx'."),
        (["a"], "There is no command 'a'. For an expression, write: tapecli diff 'a'."),
        (
            ["taylor", "x^2"],
            "There is no command 'taylor'. "
            "Taylor coefficients are: tapecli diff EXPRESSION --scaled --order 5.",
        ),
        (
            ["integrate", "x^2"],
            "There is no command 'integrate'. "
            "Tapecli differentiates, and does nothing else with an expression.",
        ),
        (["[/]"], "There is no command '[/]'."),
        (["\x1b[31m"], "There is no command '\\x1b[31m'."),
        ([""], "There is no command ''."),
        (["plt"], "There is no command 'plt'. Did you mean 'plot'?"),
        (["pitfal"], "There is no command 'pitfal'. Did you mean 'pitfalls'?"),
        (
            ["--order", "2"],
            "'--order' stands behind the command. Did you mean: tapecli diff --order 2?",
        ),
        (
            ["--x=1", "grad", "x^2"],
            "'--x' stands behind the command. Did you mean: tapecli grad --x=1 'x^2'?",
        ),
        (["-v", "\x1b[31m"], "'-v' stands behind the command."),
        (["--verson"], "No such option '--verson'. Did you mean '--version'?"),
    ],
)
def test_an_unknown_command_or_option_is_told_what_may_have_been_meant(
    run: Run, arguments: list[str], message: str
) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"Error: {message}\nTry 'tapecli --help' for help.\n"


# --- every end is an exit code ----------------------------------------------------------------


def raising(error: BaseException) -> object:
    def function(*arguments: object, **options: object) -> NoReturn:
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (Signalled(signal.SIGINT), 130, "interrupted"),
        (Signalled(signal.SIGTERM), 143, "terminated"),
        (KeyError("k"), 1, "a mistake in tapecli: KeyError: 'k'; --verbose shows where"),
        (
            ImportError("flint: no segment\nmore"),
            1,
            "a library cannot be loaded: flint: no segment",
        ),
        (MemoryError(), 1, "there is not enough memory for this"),
        (
            RuntimeError("can't start new thread"),
            1,
            "no thread can be started: too little memory, or a limit",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            1,
            "cannot write: No space left on device",
        ),
        (tapecli.RequestError("no such gradient"), 2, "no such gradient"),
        (tapecli.TensorFlowError("it does not start", "its log\n"), 3, "it does not start"),
    ],
    ids=repr,
)
def test_whatever_happens_is_one_line_and_an_exit_code(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, message: str
) -> None:
    monkeypatch.setattr(answering, "answer", raising(error))
    done = run("diff")
    log = getattr(error, "log", "")
    assert (done.code, done.out, done.err) == (code, "", f"{log}Error: {message}\n")


def test_a_reader_that_has_seen_enough_is_no_error(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "answer", raising(BrokenPipeError(errno.EPIPE, "")))
    done = run("diff")
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize(
    ("number", "code", "message"),
    [(signal.SIGINT, 130, b"Error: interrupted\n"), (signal.SIGTERM, 143, b"Error: terminated\n")],
)
def test_a_signal_ends_it_at_once(number: signal.Signals, code: int, message: bytes) -> None:
    with subprocess.Popen(
        [*CALL, "--x", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdin
        child.stdin.write(b"\n" * MORE_THAN_A_PIPE_HOLDS)  # which ends when it reads points
        child.send_signal(number)
        assert child.wait(timeout=30) == code
        out, err = child.communicate()
    assert (out, err) == (b"", message)


# --- TensorFlow missing or broken -------------------------------------------------------------

AGAIN = "; pip install 'tensorflow>=2.20' --force-reinstall"

BROKEN = {
    "missing": (
        "raise ModuleNotFoundError(\"No module named 'tensorflow'\", name='tensorflow')",
        "TensorFlow is not installed; pip install 'tensorflow>=",
    ),
    "without a part": (
        "raise ModuleNotFoundError(\"No module named 'wrapt'\", name='wrapt')",
        f"TensorFlow does not start: No module named 'wrapt'{AGAIN}\n",
    ),
    "without a library": (
        "raise ImportError('libcudart.so.12: cannot open\\nshared object file')",
        f"TensorFlow does not start: ImportError: libcudart.so.12: cannot open{AGAIN}\n",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_tensorflow_that_does_not_start_is_exit_code_3_with_its_log(
    process: Run, tmp_path: Path, case: str
) -> None:
    source, message = BROKEN[case]
    (tmp_path / "tensorflow").mkdir()
    log = "import os, sys\nos.write(2, b'E0000 what it logged\\n')\n"
    (tmp_path / "tensorflow" / "__init__.py").write_text(f"{log}{source}\n")
    done = process("diff", env={"PYTHONPATH": _first_on_path(tmp_path)})
    assert (done.code, done.out) == (3, "")
    logged, error = done.err.split("\n", 1)
    assert logged == "E0000 what it logged"
    assert error.startswith(f"Error: {message}")
    assert error.count("\n") == 1


def test_an_unfinished_line_of_a_log_stays_in_front_of_the_error(
    process: Run, tmp_path: Path
) -> None:
    (tmp_path / "tensorflow.py").write_text(
        "import sys\nsys.stderr.write('half a line')\nraise ImportError('broken')\n"
    )
    done = process("diff", env={"PYTHONPATH": _first_on_path(tmp_path)})
    assert (done.code, done.out) == (3, "")
    problem = f"TensorFlow does not start: ImportError: broken{AGAIN}"
    assert done.err == f"half a line\nError: {problem}\n"


def test_a_wrong_call_is_told_so_without_tensorflow(process: Run, tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text("raise ImportError('broken')\n")
    done = process("diff", "sni(x)", env={"PYTHONPATH": _first_on_path(tmp_path)})
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: unknown function 'sni'\n")


def _first_on_path(folder: Path) -> str:
    return os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
