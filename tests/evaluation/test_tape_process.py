"""The process beside: what it returns, what it raises, and what happens where it ends."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tapecli import process
from tapecli.engines.tapes import core
from tapecli.errors import RequestError, TensorFlowError
from tapecli.evaluation import tape_process
from tapecli.evaluation.tape_process import MOST_BYTES, TapeProcess, outcome

SECONDS = 20.0
"""After so long a test is given up."""


@pytest.fixture(autouse=True)
def forks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forks in a process with threads, which the work of these tests does not touch."""
    monkeypatch.setattr(process, "can_fork", lambda: True)
    yield
    process.kill_forked()
    for child in tuple(process._children):
        process._reap(child)


def own(part: object) -> tuple[int, object]:
    """The process that did it, and the part."""
    return os.getpid(), part


def test_results_come_from_another_process_whatever_is_waited_for_first() -> None:
    beside = TapeProcess(own)
    tasks = [beside.submit(number) for number in range(100)]
    results = [beside.wait(task) for task in reversed(tasks)]
    assert [part for _, part in reversed(results)] == list(range(100))
    assert len({number for number, _ in results}) == 1
    assert results[0][0] != os.getpid()


@pytest.mark.parametrize("size", [1, MOST_BYTES // 3, MOST_BYTES, 50 * MOST_BYTES])
def test_parts_and_results_of_any_size_do_not_block_each_other(size: int) -> None:
    beside = TapeProcess(own)
    tasks = [beside.submit(bytes(size)) for _ in range(20)]
    assert [beside.wait(task)[1] for task in tasks] == [bytes(size)] * 20


def test_it_is_known_when_a_result_is_at_hand() -> None:
    beside = TapeProcess(time.sleep)
    slow, quick = beside.submit(0.5), beside.submit(0)
    assert not beside.has_done(slow)
    beside.wait(slow)
    end = time.monotonic() + SECONDS
    while not beside.has_done(quick):
        assert time.monotonic() < end


@pytest.mark.parametrize(
    "error", [RequestError("no"), TensorFlowError("broken", "its log"), MemoryError()]
)
def test_errors_are_raised_here(error: Exception) -> None:
    def fail(part: object) -> None:
        raise error

    beside = TapeProcess(fail)
    task, other = beside.submit(1), beside.submit(2)
    for each in (other, task):
        with pytest.raises(type(error)) as raised:
            beside.wait(each)
        assert vars(raised.value) == vars(error)
        assert str(raised.value) == str(error)


def test_a_mistake_is_made_again_here_where_its_traceback_can_be_shown() -> None:
    parent = os.getpid()

    def fail_there(part: object) -> str:
        if os.getpid() != parent:
            raise ZeroDivisionError
        return "here"

    beside = TapeProcess(fail_there)
    assert beside.wait(beside.submit(1)) == "here"
    assert beside.is_alive


def test_what_a_killed_process_leaves_is_done_here() -> None:
    parent = os.getpid()

    def end(part: int) -> int:
        if part == 1 and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

    beside = TapeProcess(end)
    tasks = [beside.submit(number) for number in range(3)]
    numbers = [beside.wait(task) for task in tasks]
    assert numbers[0] != parent
    assert numbers[1:] == [parent] * 2
    assert not beside.is_alive
    assert beside.wait(beside.submit(0)) == parent


def test_signals_are_for_the_first_process() -> None:
    beside = TapeProcess(own)
    number, _ = beside.wait(beside.submit(1))
    for signal_number in process.MESSAGES:
        os.kill(number, signal_number)
    assert beside.wait(beside.submit(2)) == (number, 2)


def test_where_no_process_can_be_forked_this_one_does_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "can_fork", lambda: False)
    for beside in (TapeProcess(own), TapeProcess(own, is_alone=True)):
        task = beside.submit(1)
        assert not beside.is_alive
        assert beside.has_done(task)
        assert beside.wait(task) == (os.getpid(), 1)


# --- where more comes than one process may be sent ----------------------------------------------


def load_and_tell(part: tuple[bytes, bool]) -> int:
    """Do what TensorFlow's core does when it is loaded, and return the number of the process.

    A part may end the process that was forked last.
    """
    if core.on_import:
        time.sleep(0.2)  # until the work has come
        core.on_import()
        core.on_import = None
        load_and_tell.first = os.getppid()  # type: ignore[attr-defined]
    if part[1] and load_and_tell.first != PARENT:  # type: ignore[attr-defined]
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


PARENT = os.getpid()


def crowd(ends: bool, count: int = 12) -> list[tuple[bytes, bool]]:
    """More parts than fit in a pipe; the last of them may end a process."""
    return [(bytes(MOST_BYTES // 3), False)] * (count - 1) + [(b"", ends)]


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> TapeProcess[tuple[bytes, bool], int]:
    monkeypatch.setattr(tape_process, "_may_share", lambda: True)
    return TapeProcess(load_and_tell)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads cannot be counted")
def test_a_second_process_does_what_is_too_much_for_one(
    beside: TapeProcess[tuple[bytes, bool], int],
) -> None:
    tasks = [beside.submit(part) for part in crowd(ends=False)]
    numbers = [beside.wait(task) for task in tasks]
    assert len(set(numbers)) == 2
    assert os.getpid() not in numbers
    kept = [beside.submit(part, is_for_first=True) for part in crowd(ends=False)]
    assert {beside.wait(task) for task in kept} == {numbers[0]}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads cannot be counted")
def test_what_the_second_process_leaves_the_first_one_does(
    beside: TapeProcess[tuple[bytes, bool], int],
) -> None:
    tasks = [beside.submit(part) for part in crowd(ends=True)]
    first = beside.wait(tasks[0])
    tasks += [beside.submit((b"", True)) for _ in range(8)]
    numbers = [beside.wait(task) for task in tasks]
    assert numbers[-8:] == [first] * 8
    assert beside.is_alive


def test_one_piece_of_work_after_the_other_needs_no_second_process(
    beside: TapeProcess[tuple[bytes, bool], int],
) -> None:
    numbers = {beside.wait(beside.submit(part)) for part in crowd(ends=False, count=4)}
    kept = [beside.submit(part, is_for_first=True) for part in crowd(ends=False)]
    numbers.update(beside.wait(task) for task in kept)
    tasks = [beside.submit(part) for part in crowd(ends=False)]
    numbers.update(beside.wait(task) for task in tasks)
    assert len(numbers) == 1


def test_an_outcome_is_a_result_or_an_error() -> None:
    assert outcome(lambda: 1)() == 1
    failed = outcome(lambda: 1 // 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            failed()
