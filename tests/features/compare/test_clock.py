"""Runs that take turns, by a clock of our own."""

from __future__ import annotations

import gc
from collections import Counter

import pytest

from tapecli.features.compare import clock
from tapecli.features.compare.clock import LEAST, MOST, in_turn, repeats, summary
from tapecli.features.compare.model import Time


class Clock:
    """Time that passes where it is said to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def run(self, seconds: float, log: list[float]) -> list[float]:
        self.now += seconds
        log.append(seconds)
        return []


def test_slow_runs_are_made_less_often_and_none_too_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    now, log = Clock(), list[float]()
    monkeypatch.setattr(clock, "perf_counter", now)
    monkeypatch.setattr(clock, "process_time", now)
    quick, slow = 0.01, 5.0
    runs = {"quick": lambda: now.run(quick, log), "slow": lambda: now.run(slow, log)}
    found = clock.times(runs, 2.0)
    assert {name: time.runs for name, time in found.items()} == {"quick": 100, "slow": LEAST}
    assert found["quick"].median == pytest.approx(quick)
    assert found["slow"].high == pytest.approx(slow)
    assert gc.isenabled()


def test_nothing_to_run_takes_no_time() -> None:
    assert clock.times({}, 1.0) == {}


@pytest.mark.parametrize(
    ("once", "seconds", "count"), [(1, 20, 20), (1, 1, LEAST), (1e-9, 1, MOST), (0, 1, MOST)]
)
def test_runs_fit_into_their_share(once: float, seconds: float, count: int) -> None:
    assert repeats(once, seconds) == count


def test_rounds_go_to_and_fro_and_rare_ones_are_spread() -> None:
    order = list(in_turn({"a": 6, "b": 6, "c": 2}))
    assert Counter(order) == {"a": 6, "b": 6, "c": 2}
    assert "".join(order) == "abbaabc" + "baabcba"
    assert list(in_turn({})) == []


def test_the_summary_is_of_half_of_the_runs() -> None:
    assert summary([5, 1, 2, 4, 3]) == Time(3, 2, 4, 1, 5, 5)
