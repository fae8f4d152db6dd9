"""Work in a forked process, and the end of a process by a signal."""

from __future__ import annotations

import functools
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tapecli import process

LARGE = 100_000_000


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forks in a process with threads, which the work of these tests does not touch."""
    monkeypatch.setattr(process, "can_fork", lambda: True)
    gc.collect()
    yield
    process.kill_forked()
    assert not process._children


pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


def no_children() -> bool:
    """Whether this process has no child, ended or not, that it has not waited for."""
    try:
        return os.waitpid(-1, os.WNOHANG) == (0, 0) and not process._children
    except ChildProcessError:
        return True


def test_the_result_is_that_of_the_work_in_another_process() -> None:
    here = os.getpid()
    there, found = process.fork(lambda: (os.getpid(), {"a": [1.5, None]}))()
    assert there != here
    assert found == {"a": [1.5, None]}
    assert no_children()


def test_it_goes_on_meanwhile(tmp_path: Path) -> None:
    done = tmp_path / "done"
    finish = process.fork(lambda: done.write_text("yes"))
    for _ in range(6_000):
        if done.exists():
            break
        time.sleep(0.01)
    assert done.exists()
    assert finish() == 3


def test_several_at_once() -> None:
    finishes = [process.fork(functools.partial(pow, number, 2)) for number in range(5)]
    assert [finish() for finish in reversed(finishes)] == [16, 9, 4, 1, 0]
    assert no_children()


def test_a_large_result_does_not_hold_it_up() -> None:
    found = process.fork(lambda: bytes(LARGE))()
    assert len(found) == LARGE
    assert no_children()


def test_what_fails_is_done_here_with_its_exception(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> NoReturn:
        raise ValueError(f"in {os.getpid()}")

    with pytest.raises(ValueError, match=f"in {os.getpid()}"):
        process.fork(work)()
    assert capfd.readouterr() == ("", "")
    assert no_children()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_what_is_killed_is_done_here(number: signal.Signals) -> None:
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), number)
        return os.getpid()

    assert process.fork(work)() == here
    assert no_children()


def test_what_is_killed_while_it_writes_is_done_here() -> None:
    here = os.getpid()
    finish = process.fork(lambda: (os.getpid(), bytes(LARGE)))
    (child,) = process._children
    time.sleep(0.3)  # the pipe is full by then, and nobody reads it
    os.kill(child, signal.SIGKILL)
    assert finish()[0] == here
    assert no_children()


def test_what_cannot_be_pickled_is_done_here() -> None:
    here = os.getpid()
    assert process.fork(lambda: lambda: os.getpid())()() == here
    assert no_children()


def test_an_end_in_the_child_is_not_that_of_its_parent() -> None:
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            raise SystemExit(5)
        return 7

    assert process.fork(work)() == 7


def test_results_come_one_after_the_other() -> None:
    results = process.fork_iterator(lambda: ((number, os.getpid()) for number in range(3)))
    numbers, processes = zip(*results, strict=True)
    assert numbers == (0, 1, 2)
    assert len({*processes, os.getpid()}) == 2
    assert no_children()


@pytest.mark.parametrize("number", [None, signal.SIGKILL])
def test_results_end_where_their_process_does(number: signal.Signals | None) -> None:
    def work() -> Iterator[int]:
        yield 1
        yield 2
        if number:
            os.kill(os.getpid(), number)
        raise ValueError

    assert list(process.fork_iterator(work)) == [1, 2]
    assert no_children()


def test_results_that_nobody_wants_are_not_waited_for() -> None:
    def work() -> Iterator[int]:
        yield 1
        time.sleep(60)

    results = process.fork_iterator(work)
    start = time.monotonic()
    assert next(results) == 1
    del results
    assert no_children()
    assert time.monotonic() - start < 30


def test_without_processes_or_pipes_it_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking() -> NoReturn:
        raise OSError("Resource temporarily unavailable")

    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for name in ("fork", "pipe"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, lacking)
            assert process.fork(os.getpid)() == os.getpid()
            assert list(process.fork_iterator(lambda: iter([1]))) == []
    if before:
        assert len(os.listdir("/proc/self/fd")) == before


def test_signals_are_as_they_were() -> None:
    kept = [signal.getsignal(number) for number in process.MESSAGES]
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    process.fork(lambda: 1)()
    assert [signal.getsignal(number) for number in process.MESSAGES] == kept
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == mask


def test_a_child_that_is_forgotten_by_the_system_is_no_problem() -> None:
    kept = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert process.fork(lambda: 5)() == 5
    finally:
        signal.signal(signal.SIGCHLD, kept)


def test_abandoned_work_ends() -> None:
    process.fork(lambda: time.sleep(60))
    (child,) = process._children
    process.kill_forked()
    assert os.waitpid(child, 0) == (child, signal.SIGKILL)
    process._children.clear()


def test_no_fork_with_tensorflow_or_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with monkeypatch.context() as patch:
        patch.setattr(threading, "active_count", lambda: 1)
        patch.delitem(sys.modules, "tensorflow", raising=False)
        assert process.can_fork() is (sys.platform != "darwin")
        patch.setattr(threading, "active_count", lambda: 2)
        assert not process.can_fork()
        assert process.fork(os.getpid)() == os.getpid()
        patch.setattr(threading, "active_count", lambda: 1)
        patch.setitem(sys.modules, "tensorflow", os)
        assert not process.can_fork()
        assert process.fork(os.getpid)() == os.getpid()


PARENT = """
import os, signal, sys, time
import tapecli.cli as cli
from tapecli import process

def work():
    print(os.getpid(), flush=True)
    time.sleep(60)

def main(*rest, **options):
    finish = process.fork(work)
    {then}

cli.cli.main = main
cli.main([])
"""


@pytest.mark.parametrize(
    ("then", "number", "code"),
    [
        ("finish()", signal.SIGTERM, 143),
        ("finish()", signal.SIGINT, 130),
        ("time.sleep(60)", signal.SIGTERM, 143),
        ("time.sleep(60)", signal.SIGINT, 130),
        ("time.sleep(0.2)", None, 0),
        ("time.sleep(0.2); sys.exit(0)", None, 0),
    ],
)
def test_the_command_line_leaves_no_child_behind(
    then: str, number: signal.Signals | None, code: int
) -> None:
    command = [sys.executable, "-c", PARENT.format(then=then)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        if number:
            parent.send_signal(number)
        assert parent.wait(timeout=30) == code
        assert parent.stdout.read() == b""  # which ends when the child does
        assert gone(child)


def gone(process: int) -> bool:
    """Whether a process ends within a minute."""
    for _ in range(6_000):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{process}/stat")
        if state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


KILLED = """
import os, signal, time
from tapecli import process

def work():
    os.write(1, f"{os.getpid()}\\n".encode())
    time.sleep(60)

process.fork(work)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells a child that it is alone")
def test_a_parent_that_is_killed_leaves_no_child_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout
        child = int(one.stdout.readline())
        one.kill()
        killed = time.monotonic()
        assert one.stdout.read() == ""  # which the child has open as well, as long as it lives
        assert time.monotonic() - killed < 30, child


# --- signals ----------------------------------------------------------------------------------

BOTH = [
    (signal.SIGINT, 130, "Error: interrupted\n"),
    (signal.SIGTERM, 143, "Error: terminated\n"),
]

AT_ONCE = """
from tapecli import process
process.exit_on_signal()
try:
    os.kill(os.getpid(), number)
    time.sleep(5)
finally:
    print("undone")
"""

IN_GOOD_ORDER = """
from tapecli import process
process.raise_on_signal()
try:
    os.kill(os.getpid(), number)
    time.sleep(5)
except Exception:
    print("passed over")
except process.Signalled as end:
    os.kill(os.getpid(), number)  # a second time, while it is undone
    os.kill(os.getpid(), signal.SIGTERM)
    end.args = (f"{end} after 3 points",)
    print(end, end.code)
"""

SWALLOWED = """
from tapecli import process
process.raise_on_signal()
process.REPEAT_SECONDS = 0.1
try:
    os.kill(os.getpid(), number)
    time.sleep(5)
except BaseException:
    print("goes on", flush=True)
time.sleep(0.2)
os.kill(os.getpid(), number)
time.sleep(5)
"""

TURNED_ASIDE = """
from tapecli import process
process.{}()
kept = os.dup(2)
process.on_signal(lambda: os.dup2(kept, 2))
os.close(2)
try:
    os.kill(os.getpid(), number)
    time.sleep(5)
except process.Signalled as end:
    process.exit_now(end)
"""

PASSED_OVER = """
signal.signal(number, signal.SIG_IGN)
from tapecli import process
process.exit_on_signal()
process.raise_on_signal()
os.kill(os.getpid(), number)
print("goes on")
"""


def ended(program: str, number: signal.Signals) -> tuple[int, str, str]:
    """The exit code, output and error output of a program that sends this signal to itself."""
    start = f"import os, signal, time\nnumber = {int(number)}\n"
    done = subprocess.run(
        [sys.executable, "-c", start + program],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("number", "code", "line"), BOTH)
def test_before_there_is_anything_to_undo_it_ends_at_once(
    number: signal.Signals, code: int, line: str
) -> None:
    assert ended(AT_ONCE, number) == (code, "", line)


@pytest.mark.parametrize(("number", "code", "line"), BOTH)
def test_later_it_is_raised_once_and_nothing_but_what_is_meant_for_it_stops_it(
    number: signal.Signals, code: int, line: str
) -> None:
    word = line.removeprefix("Error: ").strip()
    assert ended(IN_GOOD_ORDER, number) == (0, f"{word} after 3 points {code}\n", "")


@pytest.mark.parametrize("number", [number for number, _, _ in BOTH])
def test_a_signal_that_the_shell_has_turned_off_stays_off(number: signal.Signals) -> None:
    assert ended(PASSED_OVER, number) == (0, "goes on\n", "")


@pytest.mark.parametrize(("number", "code", "line"), BOTH)
def test_where_it_was_passed_over_a_later_one_ends_the_process(
    number: signal.Signals, code: int, line: str
) -> None:
    assert ended(SWALLOWED, number) == (code, "goes on\n", line)


@pytest.mark.parametrize("when", ["exit_on_signal", "raise_on_signal"])
@pytest.mark.parametrize(("number", "code", "line"), BOTH)
def test_what_is_to_be_undone_first_is_undone_before_anything_is_said(
    number: signal.Signals, code: int, line: str, when: str
) -> None:
    assert ended(TURNED_ASIDE.format(when), number) == (code, "", line)


@pytest.mark.parametrize(("number", "code", "_"), BOTH)
def test_the_exit_codes_are_those_of_shells(number: signal.Signals, code: int, _: str) -> None:
    assert process.Signalled(number).code == code
