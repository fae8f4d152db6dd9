"""Files that results are written to: whole or not at all, and never more than was asked for."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from tests import steps
from tests.cli.conftest import in_folder

from tapecli import formats
from tapecli.formats import FORMATS
from tapecli.process import Signalled

if TYPE_CHECKING:
    from tests.cli.conftest import Run

AT_2 = ("diff", "--x", "2")
ROW = "y,log(x**2),x,1,2,1,1,0,ok"
HEADER = "target,expression,wrt,order,x,tape,analytic,ulps,status"
CSV = f"{HEADER}\n{ROW}\n"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file that is there already."""
    path = tmp_path / "y.csv"
    path.write_text("old\n")
    return path


# --- the format -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "name"), [(end, each.name) for each in FORMATS.values() for end in each.endings]
)
def test_the_ending_of_the_name_is_the_format(
    run: Run, tmp_path: Path, ending: str, name: str
) -> None:
    done = run(*AT_2, "--output", f"result{ending.upper()}")
    assert (done.code, done.out, done.err) == (0, "", "")
    written = (tmp_path / f"result{ending.upper()}").read_bytes()
    assert written == run(*AT_2, "--format", name).raw
    assert in_folder(tmp_path) == [f"result{ending.upper()}"]


def test_a_format_that_is_asked_for_overrules_the_ending(run: Run, tmp_path: Path) -> None:
    assert run(*AT_2, "-o", "y.json", "-f", "csv").code == 0
    assert (tmp_path / "y.json").read_text() == CSV


def test_a_table_in_a_file_has_no_colours_and_no_narrow_layout(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    run(*AT_2, "-o", "y.txt", "--color", "always")
    text = (tmp_path / "y.txt").read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert "x  tape  analytic  ulps" in text


def test_the_exit_code_is_that_of_the_values(run: Run, tmp_path: Path) -> None:
    assert run("diff", "--x", "1e-200", "-o", "y.csv").code == 1
    assert (tmp_path / "y.csv").read_text().endswith(",lost\n")


# --- whole or not at all ----------------------------------------------------------------------


def failing(*arguments: object) -> Iterator[str]:
    yield "half of it"
    raise OSError(28, "No space left on device")


def interrupted(*arguments: object) -> Iterator[str]:
    yield "half of it"
    raise Signalled(signal.SIGINT)


@pytest.mark.parametrize(
    ("rendering", "code", "message"),
    [
        (failing, 1, "cannot write 'y.csv': No space left on device"),
        (interrupted, 130, "interrupted"),
    ],
)
def test_a_failure_leaves_the_old_file_and_nothing_else(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    old: Path,
    rendering: object,
    code: int,
    message: str,
) -> None:
    monkeypatch.setattr(formats, "render", rendering)
    done = run(*AT_2, "-o", "y.csv")
    assert (done.code, done.out) == (code, "")
    assert done.err.endswith(f"Error: {message}\n")
    assert old.read_text() == "old\n"
    assert in_folder(old.parent) == ["y.csv"]


WRITING = """
import os, sys
from pathlib import Path
from tapecli import formats
from tapecli.cli import output
from tests import steps
os.chdir(sys.argv[1])
before = {"y.csv": "old\\n"} if sys.argv[2:] else {}
formats.render = lambda *arguments: iter(["new\\n"])

def write():
    for path in Path().iterdir():
        path.unlink()
    for name, text in before.items():
        Path(name).write_text(text)
    output.Output(formats.FORMATS, "csv", "y.csv", "auto").write(None)

def look():
    there = {path.name: path.read_text() for path in Path().iterdir()}
    assert there in (before, {"y.csv": "new\\n"}), there

print(steps.interrupted(write, ("cli/output.py", "cli/files.py"), look))
"""


@pytest.mark.parametrize("before", [[], ["there"]])
def test_an_end_at_any_step_of_writing_leaves_the_whole_file_or_what_was_there(
    tmp_path: Path, before: list[str]
) -> None:
    assert steps.in_a_process(WRITING, str(tmp_path), *before) > 30


def test_a_failure_leaves_no_new_file(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(formats, "render", failing)
    assert run(*AT_2, "-o", "new.csv").code == 1
    assert in_folder(tmp_path) == []


def test_the_old_file_stands_until_the_new_one_is_complete(
    run: Run, monkeypatch: pytest.MonkeyPatch, old: Path
) -> None:
    seen: list[str] = []

    def looking(*arguments: object) -> Iterator[str]:
        yield "new\n"
        seen.append(old.read_text())

    monkeypatch.setattr(formats, "render", looking)
    assert run(*AT_2, "-o", "y.csv").code == 0
    assert (seen, old.read_text()) == (["old\n"], "new\n")


def test_a_refused_call_leaves_the_old_file(run: Run, old: Path) -> None:
    assert run("diff", "sni(x)", "-o", "y.csv").code == 2
    assert old.read_text() == "old\n"


def test_a_file_that_cannot_be_written_is_told_before_anything_is_computed(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def never(*arguments: object, **options: object) -> NoReturn:
        raise AssertionError("TensorFlow was started")

    monkeypatch.setattr("tapecli.engines.tapes.loading.load", never)
    long = "y" * 300 + ".csv"
    for name, reason in [
        ("missing/y.csv", f"there is no folder '{tmp_path}/missing'"),
        (".", "it is a directory"),
        ("y.csv/", "a name that ends so is a directory's"),
        (long, "File name too long"),
    ]:
        done = run(*AT_2, "-f", "csv", "-o", name)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), name[:9]
        assert done.err.startswith(f"Error: cannot write '{name}': {reason}"), name[:9]


def test_an_output_needs_a_name(run: Run) -> None:
    done = run(*AT_2, "-o", "")
    assert (done.code, done.err) == (2, "Error: --output needs the name of a file\n")


def test_a_name_that_leaves_no_room_for_a_temporary_one_can_be_written(
    run: Run, tmp_path: Path
) -> None:
    name = "y" * 251 + ".csv"
    done = run(*AT_2, "-o", name)
    assert (done.code, done.err) == (0, "")
    assert in_folder(tmp_path) == [name]


# --- the file that is there -------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_permissions_of_the_old_file_are_kept(run: Run, old: Path, mode: int) -> None:
    old.chmod(mode)
    assert run(*AT_2, "-o", "y.csv").code == 0
    assert (old.read_text(), old.stat().st_mode & 0o777) == (CSV, mode)


def test_a_new_file_has_the_permissions_of_any_new_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ordinary").touch()
    assert run(*AT_2, "-o", "y.csv").code == 0
    assert (tmp_path / "y.csv").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_a_link_stays_a_link_to_the_file_that_is_written(
    run: Run, tmp_path: Path, old: Path
) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to("y.csv")
    assert run(*AT_2, "-o", "link.csv").code == 0
    assert (link.is_symlink(), old.read_text()) == (True, CSV)


def test_a_link_to_a_file_that_is_not_there_makes_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to("new.csv")
    assert run(*AT_2, "-o", "link.csv").code == 0
    assert (tmp_path / "new.csv").read_text() == CSV
    assert (tmp_path / "link.csv").is_symlink()


# --- devices and pipes ------------------------------------------------------------------------


def test_a_named_pipe_is_written_to_and_stays_one(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    done = run(*AT_2, "-f", "csv", "-o", "pipe")
    reader.join(timeout=60)
    assert (done.code, done.err, read, pipe.is_fifo()) == (0, "", [CSV], True)


def test_the_null_device_is_written_to_and_stays_one(run: Run) -> None:
    done = run(*AT_2, "-o", os.devnull)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert Path(os.devnull).is_char_device()


def test_a_full_device_is_one_line_and_an_exit_code(run: Run) -> None:
    done = run(*AT_2, "-o", "/dev/full")
    assert (done.code, done.out) == (1, "")
    assert done.err == "Error: cannot write '/dev/full': No space left on device\n"


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_standard_output_by_name_may_be_a_pipe(light: Run, name: str) -> None:
    done = light(*AT_2, "-f", "csv", "-o", name)
    assert (done.code, done.out, done.err) == (0, CSV, "")


def test_standard_output_by_name_may_be_a_file_which_is_not_replaced(
    light: Run, tmp_path: Path
) -> None:
    shell = 'echo before >all; { "$@"; echo after; } >>all; cat all'
    done = light(*AT_2, "-f", "csv", "-o", "/dev/stdout", shell=shell)
    assert (done.out, done.err) == (f"before\n{CSV}after\n", "")
    assert in_folder(tmp_path) == ["all"]


def test_standard_output_by_name_is_a_table_unless_a_format_is_asked_for(light: Run) -> None:
    done = light(*AT_2, "-o", "/dev/stdout", shell='"$@" >all; cat all')
    assert (done.lines[2:4], done.err) == (["dy/dx = 2/x", "x  tape  analytic  ulps"], "")


# --- machine formats by the command line ------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("name", ["csv", "tsv", "json", "jsonl"])
def test_numbers_read_back_as_the_same_numbers(run: Run, name: str, dtype: str) -> None:
    import numpy as np

    import tapecli

    done = run("diff", "atan2(x, 3)", "--x", "0.1..2@7", "-f", name, "--dtype", dtype)
    assert (done.code, done.err) == (0, "")
    result = tapecli.diff("atan2(x, 3)", x="0.1..2@7", dtype=dtype)
    scalar = np.dtype(dtype).type
    for record, row in zip(records(name, done.out), result.rows, strict=True):
        assert record["expression"] == "atan2(x, 3)"
        read = [scalar(str(record[field])) for field in ("x", "tape", "analytic")]
        assert read == [row.point, row.tape, row.analytic]


def records(name: str, text: str) -> list[dict[str, object]]:
    if name == "json":
        rows: list[dict[str, object]] = json.loads(text)["rows"]
        return rows
    if name == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    delimiter = {"csv": ",", "tsv": "\t"}[name]
    return [dict(row) for row in csv.DictReader(io.StringIO(text), delimiter=delimiter)]


def test_value_is_the_number_and_nothing_else(run: Run) -> None:
    done = run("diff", "log(x^2)", "--order", "2", "--x", "2", "-f", "value")
    assert (done.code, done.out, done.err) == (0, "-0.5\n", "")
