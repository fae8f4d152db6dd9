"""Ends before their time: what a signal does to a process, before and while something is done."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tapecli.process import Ended

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
except process.Ended as end:
    os.kill(os.getpid(), number)  # a second time, while it is undone
    os.kill(os.getpid(), signal.SIGTERM)
    end.more = " after 3 points"
    print(end, end.code)
"""

SWALLOWED = """
from tapecli import process
process.raise_on_signal()
process.TWICE = 0.1
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
except process.Ended as end:
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


def process(program: str, number: signal.Signals) -> tuple[int, str, str]:
    begin = f"import os, signal, time\nnumber = {int(number)}\n"
    done = subprocess.run(
        [sys.executable, "-c", begin + program],
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
    assert process(AT_ONCE, number) == (code, "", line)


@pytest.mark.parametrize(("number", "code", "line"), BOTH)
def test_later_it_is_raised_once_and_nothing_but_what_is_meant_for_it_stops_it(
    number: signal.Signals, code: int, line: str
) -> None:
    word = line.removeprefix("Error: ").strip()
    assert process(IN_GOOD_ORDER, number) == (0, f"{word} after 3 points {code}\n", "")


@pytest.mark.parametrize("number", [number for number, _, _ in BOTH])
def test_a_signal_that_the_shell_has_turned_off_stays_off(number: signal.Signals) -> None:
    assert process(PASSED_OVER, number) == (0, "goes on\n", "")


@pytest.mark.parametrize(("number", "code", "line"), BOTH)
def test_where_it_was_passed_over_a_later_one_ends_the_process(
    number: signal.Signals, code: int, line: str
) -> None:
    assert process(SWALLOWED, number) == (code, "goes on\n", line)


@pytest.mark.parametrize("when", ["exit_on_signal", "raise_on_signal"])
@pytest.mark.parametrize(("number", "code", "line"), BOTH)
def test_what_is_to_be_undone_first_is_undone_before_anything_is_said(
    number: signal.Signals, code: int, line: str, when: str
) -> None:
    assert process(TURNED_ASIDE.format(when), number) == (code, "", line)


@pytest.mark.parametrize(("number", "code", "_"), BOTH)
def test_the_exit_codes_are_those_of_shells(number: signal.Signals, code: int, _: str) -> None:
    assert Ended(number).code == code
