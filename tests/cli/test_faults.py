"""What goes wrong while it works: stopped at any moment, a full disk, a file that changes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.conftest import WITHOUT_TENSORFLOW, in_folder

from tapecli.points import lazy, tables, text_files

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ENDLESS = ("diff", "log(x^2)", "--order", "2", "--x", "1..3@1000000000", "--max-seconds", "1e9")

MOMENTS = [0.0, *(0.1 * 1.45**number for number in range(10))]
"""From 0 to some 3 seconds after signals are heeded: while modules are imported, TensorFlow starts,
and parts are written."""


def wait_until_signals_are_heeded(process: int) -> None:
    """Wait until a process catches SIGTERM, as tapecli has it do and Python alone does not."""
    status = Path(f"/proc/{process}/status")
    while status.exists():
        (caught,) = re.findall(r"(?m)^SigCgt:\s+(\w+)$", status.read_text())
        if int(caught, 16) >> signal.SIGTERM - 1 & 1:
            return
        time.sleep(0.01)
    time.sleep(1)  # where the system does not tell


@pytest.mark.slow
@pytest.mark.parametrize("name", ["big.npy", "big.csv"])
def test_at_any_moment_it_is_stopped_with_one_line_and_no_part_of_the_file(name: str) -> None:
    """Twice, as `timeout` does it: to the process, and to its group."""
    for moment in MOMENTS[:: 1 if name == "big.npy" else 3]:
        with subprocess.Popen(
            [sys.executable, "-m", "tapecli", *ENDLESS, "--output", name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as child:
            wait_until_signals_are_heeded(child.pid)
            time.sleep(moment)
            child.send_signal(signal.SIGINT)
            os.killpg(child.pid, signal.SIGINT)
            out, err = child.communicate(timeout=60)
        assert (child.returncode, out) == (130, ""), (moment, err)
        assert err.startswith("Error: interrupted"), moment
        assert err.count("\n") == 1
        assert name not in in_folder()


def test_eight_at_once_do_not_get_in_one_anothers_way() -> None:
    """They write beside one another, two of them the same; what they write needs no TensorFlow."""
    command = sys.executable, "-c", WITHOUT_TENSORFLOW, "diff", "--x", "1..2"
    children = [
        subprocess.Popen(
            [*command, "-o", f"{number % 7}.json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(8)
    ]
    assert [(child.communicate(timeout=60)[0], child.returncode) for child in children] == [
        ("", 0)
    ] * 8
    assert len({Path(f"{number}.json").read_bytes() for number in range(7)}) == 1
    assert in_folder() == [f"{number}.json" for number in range(7)]


@pytest.mark.parametrize(
    "call",
    [
        ("--x", "1..3@1000", "-o", "y.csv"),
        ("--x", "1..3@1000", "-o", "y.npy"),
        ("--x", "1..3@1000", "-o", "y.json"),
        ("--x", "1..3@1000", "-o", "y.parquet"),
        ("--x", "1..3@200001", "-o", "y.csv"),
        ("--x", "1..3@200001", "-o", "y.npy"),
        ("--x", "1..3@1000", "-o", "/dev/full", "-f", "csv"),
    ],
    ids=" ".join,
)
def test_a_disk_without_room_is_one_line_and_no_file(light: Run, call: tuple[str, ...]) -> None:
    done = light("diff", *call, shell='ulimit -f 4; exec "$@"')
    reason = "No space left on device" if "/dev/full" in call else "File too large"
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error: cannot write '")
    assert done.err.endswith(f"': {reason}\n")
    assert done.err.count("\n") == 1
    assert in_folder() == []


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("form", ["csv", "npy"])
def test_standard_output_without_room(light: Run, form: str, unbuffered: str) -> None:
    shell = 'ulimit -f 4; "$@" > y'
    env = {"PYTHONUNBUFFERED": unbuffered}
    done = light("diff", "--x", "1..3@2000", "-f", form, shell=shell, env=env)
    assert (done.code, done.err) == (1, "Error: cannot write: File too large\n")


# --- input that is not what it was ------------------------------------------------------------


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few points are many that a file is read while its points are computed."""
    from tapecli.cli import call
    from tapecli.evaluation import chunks
    from tapecli.points import exact

    monkeypatch.setattr(exact, "MAX_POINTS", 20)
    monkeypatch.setattr(chunks, "SMALL_CHUNK", 16)
    monkeypatch.setattr(call, "TEXT_CHUNK", 16)
    monkeypatch.setattr(tables, "LINES_SIZE", 64)
    monkeypatch.setattr(tables, "ROWS_SIZE", 64)
    monkeypatch.setattr(text_files, "_BUFFER", 64)


@pytest.mark.usefixtures("in_parts")
@pytest.mark.parametrize("rows", [False, True])
def test_a_file_that_grows_is_told_and_not_read_for_ever(
    run: Run, monkeypatch: pytest.MonkeyPatch, rows: bool
) -> None:
    file = Path("points.csv")
    file.write_text(("x\n" if rows else "") + "1\n" * 100)
    real = text_files.Text.block

    def growing(*arguments: Any) -> str:
        block = real(*arguments)
        with file.open("a") as more:
            more.write("2\n" * 100)
        return block

    monkeypatch.setattr(text_files.Text, "block", growing)
    call = ("diff", "x^2", "--at" if rows else "--x", "@points.csv", "--method", "none")
    done = run(*call, "--output", "y.csv")
    assert (done.code, done.out) == (2, "")
    assert done.err == "Error: the points in 'points.csv' changed while they were read\n"
    assert in_folder() == ["points.csv"]


def test_an_array_that_is_cut_off_is_told_and_ends_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import numpy as np

    np.save("points.npy", np.arange(1.0, 5_001))
    real = lazy.Stored._take

    def take(self: lazy.Stored, start: int, stop: int) -> object:
        os.truncate("points.npy", 4_096)
        return real(self, start, stop)

    monkeypatch.setattr(lazy.Stored, "_take", take)
    done = run("diff", "x^2", "--x", "@points.npy", "--method", "none", "--output", "y.csv")
    assert (done.code, done.out) == (2, "")
    assert done.err == "Error: the points in 'points.npy' changed while they were read\n"
    assert in_folder() == ["points.npy"]


def test_a_file_that_vanishes_before_it_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("points").write_text("1\n2\n")
    real = text_files.open_text

    def opened(source: str, *rest: object) -> object:
        Path("points").unlink(missing_ok=True)
        return real(source, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(text_files, "open_text", opened)
    done = run("diff", "x^2", "--x", "@points")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: the points in 'points' cannot be read: No such file")


def test_what_has_no_length_is_read_to_its_end(run: Run) -> None:
    done = run("diff", "x", "--x", "@/proc/sys/kernel/pid_max", "--method", "none", "-f", "value")
    assert (done.code, done.out) == (0, "1\n")


@pytest.mark.parametrize("shape", ["(True,)", "(-1,)", "(10**30,)", "('x',)", "None", "(2.5,)"])
def test_an_array_with_a_wrong_header_is_told(run: Run, shape: str) -> None:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
    Path("odd.npy").write_bytes(start + header.encode() + bytes(8))
    done = run("diff", "x", "--x", "@odd.npy", "--method", "none")
    assert (done.code, done.out) == (2, "")
    assert done.err == "Error: there is no array of numbers in 'odd.npy'\n"


def test_a_link_to_itself_is_not_replaced(run: Run) -> None:
    Path("loop").symlink_to("loop")
    done = run("diff", "--method", "none", "--output", "loop", "--format", "csv")
    assert (done.code, done.out) == (2, "")
    assert done.err == "Error: cannot write 'loop': Too many levels of symbolic links\n"
    assert Path("loop").is_symlink()
