"""Work that is ended once it has taken as long as it may."""

from __future__ import annotations

import contextlib
import itertools
import math
import sys
import threading
import time
import weakref

import pytest

from tapecli.engines.certified.deadline import TimeUp, within


def endless() -> None:
    for _ in itertools.count():
        pass


def test_what_ends_in_time_returns_its_value() -> None:
    assert within(60, lambda: 7) == 7
    assert within(math.inf, lambda: 8) == 8


def test_what_does_not_end_is_ended() -> None:
    start = time.thread_time()
    with pytest.raises(TimeUp):
        within(0.05, endless)
    assert 0.05 <= time.thread_time() - start < 5


def test_nothing_is_begun_without_time() -> None:
    with pytest.raises(TimeUp):
        within(0, lambda: pytest.fail("it was begun"))


def test_time_in_which_the_thread_sleeps_does_not_count() -> None:
    assert within(0.1, lambda: time.sleep(0.3)) is None


def test_an_exception_of_the_work_is_handed_on() -> None:
    with pytest.raises(ZeroDivisionError):
        within(60, lambda: 1 // 0)


def test_work_that_swallows_every_exception_is_ended_all_the_same() -> None:
    """As libraries do that try one way after the other."""
    swallowed = []

    def stubborn() -> None:
        for _ in range(3):
            try:
                endless()
            except BaseException as error:
                swallowed.append(error)
        endless()

    with pytest.raises(TimeUp):
        within(0.05, stubborn)
    assert len(swallowed) == 3


def test_of_two_that_are_nested_each_ends_its_own_work() -> None:
    def inner() -> str:
        with pytest.raises(TimeUp):
            within(0.05, endless)
        return "went on"

    assert within(60, inner) == "went on"


def test_the_outer_one_ends_what_the_inner_one_allows() -> None:
    with pytest.raises(TimeUp):
        within(0.05, lambda: within(60, endless))


def test_it_ends_work_in_another_thread_than_the_first() -> None:
    ended = []

    def work() -> None:
        try:
            within(0.05, endless)
        except TimeUp:
            ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]


def test_nothing_comes_later_and_no_thread_is_left() -> None:
    threads = threading.active_count()
    for _ in range(200):
        with contextlib.suppress(TimeUp):
            within(1e-4, lambda: sum(range(5_000)))
    for _ in range(100_000):
        pass
    assert threading.active_count() == threads


def test_where_it_comes_in_a_destructor_nothing_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Slow:
        pass

    def work() -> None:
        weakref.finalize(Slow(), endless)  # called at once, for nothing holds the object
        endless()

    before = sys.unraisablehook
    with pytest.raises(TimeUp):
        within(0.05, work)
    assert sys.unraisablehook is before
    assert capsys.readouterr().err == ""


def test_what_is_traced_afterwards_goes_on() -> None:
    """Where the exception is taken back, Python 3.11 hangs in the next call that is traced."""
    for _ in range(20):
        with contextlib.suppress(TimeUp):
            within(1e-4, lambda: sum(range(5_000)))
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        assert math.hypot(*(float(n) for n in (3, 4))) == 5
    finally:
        sys.settrace(before)
