"""Parts of a work that other processes do: in order, few at a time, the same whoever does them."""

from __future__ import annotations

import itertools
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tapecli.errors import PointsError, RequestError, TensorFlowError
from tapecli.evaluation import workers
from tapecli.evaluation.workers import AHEAD, ALONE, THREADS, Workers

LONG = ("diff", "log(x^2)", "--method", "taylor", "--verify", "sample", "--x", "1..4@200001")
"""25 chunks, for which TensorFlow is not needed."""


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def square(number: int) -> int:
    """The work of a part; the part 13 cannot be done."""
    if number == 13:
        raise PointsError("13 is not for us")
    time.sleep(0.01 * (number % 3))  # those that were begun later may be done first
    return number**2


@pytest.fixture(params=[0, 1, 4], ids=["alone", "one", "four"])
def some(request: pytest.FixtureRequest) -> Iterator[Workers]:
    if request.param == 0:
        yield ALONE
        return
    with ThreadPoolExecutor(request.param) as executor:
        yield Workers(executor, request.param)


def test_answers_come_in_the_order_of_the_parts(some: Workers) -> None:
    assert list(some.each(square, range(12))) == [(n, n**2) for n in range(12)]
    assert list(some.each(square, [])) == []


def test_an_error_is_raised_where_its_part_is_due(some: Workers) -> None:
    answers = some.each(square, range(10, 20))
    assert [answer for _, answer in (next(answers) for _ in range(3))] == [100, 121, 144]
    with pytest.raises(PointsError, match="13 is not for us"):
        next(answers)


@pytest.mark.parametrize("startable", range(THREADS))
def test_processes_that_cannot_have_their_threads_are_not_forked(
    monkeypatch: pytest.MonkeyPatch, startable: int
) -> None:
    """As with little memory; the threads of a pool end in silence, and no result ever comes."""
    start, number = threading.Thread.start, itertools.count()

    def limited(thread: threading.Thread) -> None:
        if next(number) >= startable:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    with workers.forked(2) as sharing:
        assert sharing is ALONE
    assert threading.active_count() == 1


def test_parts_are_taken_as_they_are_needed(some: Workers) -> None:
    taken: list[int] = []
    parts = (taken.append(n) or n for n in range(100))  # type: ignore[func-returns-value]
    for number, _ in some.each(abs, parts):
        assert len(taken) <= number + AHEAD * some.count


@pytest.mark.parametrize("class_", [PointsError, RequestError, TensorFlowError])
def test_errors_come_back_from_other_processes(class_: type[Exception]) -> None:
    again = pickle.loads(pickle.dumps(class_("no")))
    assert (type(again), str(again), vars(again)) == (class_, "no", vars(class_("no")))


def test_short_work_is_not_shared() -> None:
    cores = len(os.sched_getaffinity(0))
    assert workers.usual_jobs(0) == workers.usual_jobs(workers.WORTH) == 1
    assert workers.usual_jobs(2 * workers.WORTH) == min(2, cores)
    assert workers.usual_jobs(1e9) == cores


def started(*call: str) -> subprocess.Popen[bytes]:
    """A call of the command line, in a process that has not loaded TensorFlow."""
    return subprocess.Popen([sys.executable, "-m", "tapecli", *call], stderr=subprocess.DEVNULL)


def children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task/{process}/children")
    return [int(word) for word in tasks.read_text().split()] if tasks.exists() else []


@pytest.mark.parametrize("name", ["y.npy", pytest.param("y.csv", marks=pytest.mark.slow)])
def test_the_file_is_the_same_whoever_computes_it(name: str) -> None:
    calls = [started(*LONG, "-o", f"{jobs}-{name}", "--jobs", str(jobs)) for jobs in (1, 3)]
    assert [call.wait(60) for call in calls] == [0, 0]
    files = [Path(f"{jobs}-{name}").read_bytes() for jobs in (1, 3)]
    assert files[0] == files[1]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system shows no children")
def test_a_process_that_is_killed_leaves_its_part_to_others() -> None:
    whole = started(*LONG, "-o", "1.npy", "--jobs", "1")
    call = started(*LONG, "-o", "2.npy", "--jobs", "2")
    while call.poll() is None and len(children(call.pid)) < 2:
        time.sleep(0.01)
    for child in children(call.pid)[:1]:
        os.kill(child, signal.SIGKILL)
    assert (call.wait(60), whole.wait(60)) == (0, 0)
    assert Path("1.npy").read_bytes() == Path("2.npy").read_bytes()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system shows no children")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_first(number: int) -> None:
    call = started(*LONG[:-1], "1..4@100000000", "-o", "y.npy", "--jobs", "2")
    while call.poll() is None and len(children(call.pid)) < 2:
        time.sleep(0.01)
    forked = children(call.pid)
    call.send_signal(number)
    call.wait(10)
    end = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in forked) and time.monotonic() < end:
        time.sleep(0.02)
    assert not any(Path(f"/proc/{child}").exists() for child in forked)
    assert not Path("y.npy").exists()
