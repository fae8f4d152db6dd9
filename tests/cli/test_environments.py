"""Odd surroundings: TensorFlow missing, broken or too old; nothing set, nothing to write to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tapecli.engines.tapes import loading

if TYPE_CHECKING:
    from tests.cli.conftest import Run, RunAll

# --- without a TensorFlow that will do --------------------------------------------------------

OTHERS = {
    "missing": (
        "raise ModuleNotFoundError('', name='tensorflow')",
        "TensorFlow is not installed; pip install 'tensorflow>=2.20'",
    ),
    "broken": (
        "raise SystemExit(7)",
        "TensorFlow does not start: SystemExit: 7; "
        "pip install 'tensorflow>=2.20' --force-reinstall",
    ),
    "too old": (
        "__version__ = '2.19.1'",
        "TensorFlow 2.19.1 is too old; pip install 'tensorflow>=2.20'",
    ),
}
"""For each what stands in the place of TensorFlow, and what is said of it."""

AT = ("--x", "1", "--y", "2")

TAPES = [
    ["diff"],
    ["diff", "--verbose"],
    ["diff", "--output", "y.csv"],
    ["diff", "--x", "1..200001", "--format", "csv"],
    ["diff", "--x", "1..200001", "--output", "y.csv"],
    ["grad", "x*y", *AT],
    ["jacobian", "x*y", *AT],
    ["hessian", "x*y", *AT, "--output", "y.json"],
    ["plot", "x"],
    ["plot", "x", "--output", "y.svg"],
    ["trace", "--output", "y.json"],
    ["compare"],
    ["pitfalls", "reused-tape", "--output", "y.md"],
    ["pitfalls", "--all"],
    ["check"],
    ["check", "--quick", "--output", "y.xml"],
]

NO_TAPES = [
    ["--version"],
    ["help"],
    ["help", "environment"],
    ["check", "--help"],
    ["functions", "tan"],
    ["completion", "bash"],
    ["pitfalls"],
    ["code", "--order", "2"],
    ["diff", "--method", "none"],
    ["diff", "--method", "taylor"],
    ["diff", "--order", "30"],
    ["plot", "x", "--method", "taylor"],
]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Puts something in the place of TensorFlow; gives the folder to be in."""

    def put(source: str) -> Path:
        (tmp_path / "tensorflow").mkdir()
        (tmp_path / "tensorflow" / "__init__.py").write_text(source)
        path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
        monkeypatch.setenv("PYTHONPATH", path.rstrip(os.pathsep))
        (tmp_path / "place").mkdir()
        monkeypatch.chdir(tmp_path / "place")
        return tmp_path / "place"

    return put


@pytest.mark.parametrize("case", OTHERS)
def test_without_tensorflow_what_needs_it_is_one_line_and_exit_code_3(
    run_all: RunAll, place: Callable[[str], Path], case: str
) -> None:
    source, problem = OTHERS[case]
    here = place(source)
    for call, done in zip(TAPES, run_all(TAPES), strict=True):
        assert (done.code, done.out, done.err) == (3, "", f"Error: {problem}\n"), call
    assert list(here.iterdir()) == []


def test_what_needs_no_tensorflow_works_without(
    run_all: RunAll, place: Callable[[str], Path]
) -> None:
    place(OTHERS["broken"][0])
    for call, done in zip(NO_TAPES, run_all(NO_TAPES), strict=True):
        assert (done.code, done.err, bool(done.out)) == (0, "", True), call


def test_a_tensorflow_that_ends_the_process_does_not_end_it_in_silence(
    process: Run, place: Callable[[str], Path]
) -> None:
    place("import os\nos.write(2, b'F0000 what it lacks\\n')\nos._exit(9)")
    done = process("diff")
    aborted = loading.ABORTED.format("starting")
    assert (done.code, done.out, done.err) == (9, "", f"F0000 what it lacks\n{aborted}\n")


# --- nothing set, nothing to write to ---------------------------------------------------------

BARE = """
import os, resource, sys, tempfile

def nowhere(*rest):
    raise FileNotFoundError("No usable temporary directory found")

tempfile._get_default_tempdir = nowhere
resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
os.environ.clear()
os.rmdir(os.getcwd())
from tapecli.cli import main
main(sys.argv[1:])
"""
"""No variable at all, not even a home; no current folder, no temporary one, and few files."""


def test_tapes_run_where_there_is_next_to_nothing(tmp_path: Path) -> None:
    call = ["diff", "--order", "2", "--x", "2", "--format", "tsv"]
    isolated = [sys.executable, "-I", "-c", BARE, *call]  # without -I, Python 3.13.0 fails itself
    done = subprocess.run(isolated, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1:] == [
        "y\tlog(x**2)\tx\t1\t2\t1\t1\t0\tok",
        "y\tlog(x**2)\tx\t2\t2\t-0.5\t-0.5\t0\tok",
    ]
    assert not tmp_path.exists()


CLOSED = r"""
for closed in '' '<&-' '2>&-' '<&- 2>&-' '>&-' '<&- >&-' '>&- 2>&-' '<&- >&- 2>&-'; do
  eval "\"\$@\" >out 2>err $closed"
  echo "$closed: $(($? > 0)) $(wc -l <out) $(grep -c '^Error: cannot write: ' err)"
done
"""


def test_any_streams_may_be_closed_and_lost_output_is_told_by_the_exit_code(process: Run) -> None:
    done = process("--version", shell=CLOSED)
    assert done.lines == [
        ": 0 1 0",
        "<&-: 0 1 0",
        "2>&-: 0 1 0",
        "<&- 2>&-: 0 1 0",
        ">&-: 1 0 1",
        "<&- >&-: 1 0 1",
        ">&- 2>&-: 1 0 0",
        "<&- >&- 2>&-: 1 0 0",
    ]
