"""Long runs on the command line: in parts, interrupted, resumed, and what cannot be written."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.cli.conftest import in_folder

from tapecli.cli import call, resume
from tapecli.cli.resume import Partial
from tapecli.evaluation import chunks
from tapecli.formats import words
from tapecli.points import exact
from tapecli.process import Signalled
from tapecli.result import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Done, Run

LONG = ("diff", "log(x^2)", "--x", "1..101", "--method", "taylor")
COUNT = 101


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 16 points, saved after each, where there are more than 50."""
    monkeypatch.setattr(exact, "MAX_POINTS", 50)
    monkeypatch.setattr(chunks, "SMALL_CHUNK", 16)
    monkeypatch.setattr(chunks, "LARGE_CHUNK", 16)
    monkeypatch.setattr(call, "TEXT_CHUNK", 16)
    monkeypatch.setattr(resume, "SAVED_EVERY", -1.0)


# --- written ----------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["csv", "tsv", "jsonl", "value", "npy"])
@pytest.mark.parametrize("to", ["stdout", "file", "pipe"])
def test_it_is_written_the_same_wherever_it_goes(
    run: Run, monkeypatch: pytest.MonkeyPatch, format_: str, to: str
) -> None:
    call = (*LONG, "--order", "2", "--verify", "all", "--format", format_)
    whole = run(*call).raw
    monkeypatch.setattr(exact, "MAX_POINTS", 50)
    monkeypatch.setattr(chunks, "SMALL_CHUNK", 16)
    if to == "stdout":
        assert run(*call).raw == whole
    elif to == "file":
        assert run(*call, "--output", "y").code == 0
        assert Path("y").read_bytes() == whole
        assert in_folder() == ["y"]
    else:
        ours, theirs = os.pipe()
        read: list[bytes] = []

        def read_all() -> None:
            with os.fdopen(ours, "rb") as stream:
                read.append(stream.read())

        reader = threading.Thread(target=read_all)
        reader.start()
        done = run(*call, "--output", f"/dev/fd/{theirs}")
        os.close(theirs)
        reader.join()
        assert done.code == 0
        assert read == [whole]


@pytest.mark.usefixtures("small")
def test_points_of_unknown_number_become_an_array(run: Run) -> None:
    text = "".join(f"{n}\n" for n in range(1, 102))
    done = run("diff", "log(x^2)", "--x", "-", "--output", "y.npy", stdin=text)
    assert done.code == 0
    assert np.load("y.npy").shape == (COUNT,)


@pytest.mark.usefixtures("small")
def test_a_product_keeps_its_axes(run: Run) -> None:
    for command, shape in (("grad", (2,)), ("jacobian", (1, 2)), ("hessian", (2, 2))):
        done = run(command, "x*y", "--x", "1..9", "--y", "1..8", "--output", "y.npy")
        assert done.code == 0
        assert np.load("y.npy").shape == (9, 8, *shape)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("options", "code", "err"),
    [
        ((), 0, ""),
        (("--claim", "2/x"), 0, ""),
        (("--claim", "3/x"), 1, "claim dy/dx = 3/x: wrong at x = "),
        (("--verbose",), 0, "101 points in "),
        (("--verbose", "--verify", "none"), 0, "101 values, none of them verified"),
    ],
)
def test_what_is_said_in_the_end(run: Run, options: tuple[str, ...], code: int, err: str) -> None:
    done = run(*LONG, "--output", "y.csv", *options)
    assert done.code == code
    assert err in done.err if err else done.err == ""


@pytest.mark.usefixtures("small")
def test_strict_refuses_what_is_undefined(run: Run) -> None:
    call = ("diff", "log(x)", "--x", "-50..50", "--verify", "all", "--output", "y.csv")
    assert [run(*call).code, run(*call, "--strict").code] == [0, 1]
    assert Path("y.csv").read_text().count("undefined") == 51


# --- what goes wrong --------------------------------------------------------------------------


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", ["y.csv", "y.npy", "y.parquet"])
def test_a_bad_line_leaves_the_file_as_it_was(run: Run, name: str) -> None:
    Path(name).write_text("old")
    text = "".join(f"{n}\n" for n in range(1, 90)) + "oops\n"
    done = run("diff", "log(x^2)", "--x", "-", "--output", name, stdin=text)
    assert done.code == 2
    assert done.err.startswith("Error: line 90 of standard input: 'oops' is not a number")
    assert Path(name).read_text() == "old"
    assert in_folder() == [name]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", ["y.csv", "y.npy", "y.parquet"])
def test_an_error_of_the_writing_thread_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    real = Partial.stream

    def full(self: Partial) -> object:
        real(self)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Partial, "stream", full)
    done = run(*LONG, "--output", name)
    assert done.code == 1
    assert re.fullmatch(r"Error: cannot write '.*': No space left on device\n", done.err)
    assert in_folder() == []


@pytest.mark.usefixtures("small")
def test_the_second_call_that_writes_a_file_is_refused(run: Run) -> None:
    first = Partial(Path("y.csv").resolve(), {})
    done = run(*LONG, "--output", "y.csv")
    assert (done.code, done.err) == (
        2,
        "Error: cannot write 'y.csv': another call is writing it\n",
    )
    first.remove()


# --- interrupted and resumed ------------------------------------------------------------------


@pytest.fixture
def stopped(run: Run, monkeypatch: pytest.MonkeyPatch, small: None) -> Callable[..., Done]:
    """Interrupts a call when so many parts have been computed."""

    def call(*arguments: str, parts: int = 3, error: BaseException, stdin: str = "") -> Done:
        real = chunks.Stream.results

        def results(self: chunks.Stream, skip: int = 0, **how: Any) -> Iterator[object]:
            for number, result in enumerate(real(self, skip, **how)):
                if number == parts:
                    raise error
                yield result

        with monkeypatch.context() as patch:
            patch.setattr(chunks.Stream, "results", results)
            return run(*arguments, stdin=stdin)

    return call


@pytest.mark.parametrize("name", ["y.csv", "y.jsonl", "y.npy", "y.value"])
@pytest.mark.parametrize("source", ["range", "file", "stdin"])
def test_a_resumed_run_is_the_whole(
    run: Run, stopped: Callable[..., Done], name: str, source: str
) -> None:
    text = "".join(f"{n}\n" for n in range(1, 102))
    Path("points").write_text(text)
    points = {"range": "1..101", "file": "@points", "stdin": "-"}[source]
    how = "--order", "2", "--method", "taylor", "--format", name.partition(".")[2]
    call = ("diff", "log(x^2)", "z=x^3", "--x", points, *how, "--output", name)
    assert run(*call, stdin=text).code == 0
    whole = Path(name).read_bytes()
    Path(name).write_text("old")
    done = stopped(*call, error=Signalled(signal.SIGINT), stdin=text)
    assert done.code == 130
    assert done.err == ("Error: interrupted after 32 points; with --resume it goes on there\n")
    assert Path(name).read_text() == "old"
    assert f".{name}.partial" in in_folder()
    done = run(*call, "--resume", "--verbose", stdin=text)
    assert done.code == 0
    assert done.err.startswith("101 points, 69 of them in ")
    assert Path(name).read_bytes() == whole
    assert in_folder() == ["points", name]


def test_nothing_is_left_where_nothing_was_saved(stopped: Callable[..., Done]) -> None:
    done = stopped(*LONG, "--output", "y.csv", parts=1, error=Signalled(signal.SIGINT))
    assert (done.code, done.err) == (130, "Error: interrupted\n")
    assert in_folder() == []


def test_another_call_cannot_go_on(run: Run, stopped: Callable[..., Done]) -> None:
    stopped(*LONG, "--output", "y.csv", error=Signalled(signal.SIGINT))
    for other in (("--order", "2"), ("--dtype", "float32"), ("--verify", "all")):
        done = run(*LONG, *other, "--output", "y.csv", "--resume")
        assert done.code == 2
        assert "it was begun by another call; leave '--resume' out" in done.err
    assert run(*LONG, "--output", "y.csv", "--resume").code == 0


def test_fewer_points_than_there_were(run: Run, stopped: Callable[..., Done]) -> None:
    call = ("diff", "log(x^2)", "--x", "-", "--method", "taylor", "--output", "y.csv")
    stopped(*call, parts=6, error=Signalled(signal.SIGINT), stdin="1\n" * 101)
    done = run(*call, "--resume", stdin="1\n" * 60)
    assert (done.code, done.err) == (
        2,
        "Error: cannot resume: there are no more than 80 points\n",
    )


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--format", "csv"), "'--resume' goes on with a file; name it with --output"),
        (("--output", "y.parquet"), "'--resume' cannot go on with a parquet file"),
        (("--output", "/dev/null", "--format", "csv"), "cannot go on with standard output"),
    ],
)
def test_what_cannot_be_resumed(run: Run, options: tuple[str, ...], why: str) -> None:
    done = run(*LONG, *options, "--resume")
    assert done.code == 2
    assert why in done.err


@pytest.mark.usefixtures("small")
def test_with_nothing_to_resume_it_begins(run: Run) -> None:
    assert run(*LONG, "--output", "y.csv", "--resume").code == 0
    assert len(Path("y.csv").read_text().splitlines()) == 1 + COUNT


# --- in a process of its own ------------------------------------------------------------------

ENDLESS = (sys.executable, "-m", "tapecli", "diff", "log(x^2)", "--x", "1..3@1000000000000")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_a_signal_leaves_what_was_saved(number: signal.Signals, code: int) -> None:
    Path("y.csv").write_text("old")
    with subprocess.Popen([*ENDLESS, "-o", "y.csv"], stderr=subprocess.PIPE, text=True) as child:
        while not Path(".y.csv.partial/state.json").exists():
            assert child.poll() is None
            time.sleep(0.05)
        child.send_signal(number)
        _, err = child.communicate(timeout=30)
    assert child.returncode == code
    assert (" points; with --resume it goes on there\n" in err) is (number != signal.SIGKILL)
    assert Path("y.csv").read_text() == "old"
    assert in_folder() == [".y.csv.partial", "y.csv"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_reader_that_does_not_read_keeps_nobody(number: signal.Signals) -> None:
    with subprocess.Popen([*ENDLESS, "--format", "csv"], stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.read(10)
        time.sleep(1)  # until the pipe is full
        child.send_signal(number)
        assert child.wait(timeout=30) == 128 + number


@pytest.mark.slow
def test_a_reader_that_has_seen_enough(process: Run) -> None:
    done = process(*ENDLESS[3:], "--format", "tsv", shell='"$@" | head -1')
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("target\texpression")


# --- words ------------------------------------------------------------------------------------


def test_a_summary_in_words() -> None:
    found = words.run_summary(10_000_000, {Status.OK: 2022, Status.UNVERIFIED: 9_997_978}, 0.532)
    assert found == (
        "10,000,000 points in 532 ms, 18.8 million a second; "
        "2,022 of 10,000,000 values verified: 2,022 ok"
    )
    assert words.run_summary(5000, {Status.UNVERIFIED: 5000}, 150, 2000) == (
        "5,000 points, 3,000 of them in 2 min 30 s, 20 a second; "
        "5,000 values, none of them verified"
    )
