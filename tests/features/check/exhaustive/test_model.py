"""The sums of tallies, and the intervals that are joined, counted by hand."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict

import pytest

from tapecli.features.check.exhaustive.model import (
    Derivative,
    Interval,
    Tally,
    Value,
    joined,
    total,
)
from tapecli.features.check.model import Setting
from tapecli.result import Status

EAGER = Setting("bfloat16", "eager", "")


def interval(start: int, stop: int, status: Status = Status.LOST, ulps: int = 0) -> Interval:
    example = Value(float(start), float("nan"), 1.0, ulps)
    return Interval(status, start, stop, float(start), float(stop - 1), stop - start, example)


def ends(intervals: list[Interval]) -> list[tuple[int, int, int]]:
    return [(i.start, i.stop, i.count) for i in intervals]


def test_neighbours_are_joined_and_others_are_not() -> None:
    row = [interval(0, 3), interval(3, 5), interval(6, 9)]
    assert ends(joined(row)) == [(0, 5, 5), (6, 9, 3)]
    assert joined([]) == []


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (4, [(0, 1, 1), (3, 4, 1), (10, 11, 1), (12, 20, 8)]),
        (3, [(0, 1, 1), (3, 4, 1), (10, 20, 9)]),
        (2, [(0, 4, 2), (10, 20, 9)]),
        (1, [(0, 20, 11)]),
    ],
)
def test_of_too_many_those_with_the_smallest_gaps_are_joined(
    most: int, expected: list[tuple[int, int, int]]
) -> None:
    row = [interval(0, 1), interval(3, 4), interval(10, 11), interval(12, 20)]
    assert ends(joined(row, most)) == expected


def test_a_joined_interval_shows_the_largest_error_or_the_first_value() -> None:
    off = joined([interval(0, 1, Status.OFF, 4), interval(1, 2, Status.OFF, 9)])
    assert off[0].example.x == 1.0
    assert (off[0].low, off[0].high) == (0.0, 1.0)
    assert joined([interval(0, 1), interval(1, 2)])[0].example.x == 0.0


LOW = Tally({"ok": 7, "lost": 2}, Value(1.0, 2.0, 3.0, 5), (interval(5, 7),))
HIGH = Tally(
    {"ok": 1, "lost": 1, "off": 2},
    Value(9.0, 2.0, 3.0, 8),
    (interval(7, 8), interval(9, 11, Status.OFF, 8)),
)


def test_tallies_of_consecutive_parts_are_added() -> None:
    added = total([LOW, HIGH])
    assert added.counts == {"ok": 8, "lost": 3, "off": 2}
    assert added.worst == HIGH.worst
    assert ends(list(added.intervals)) == [(5, 8, 3), (9, 11, 2)]
    assert [i.status for i in added.intervals] == [Status.LOST, Status.OFF]
    assert total([LOW, Tally()]) == total([LOW])
    assert total([Tally(missing="no kernel"), Tally()]).missing == "no kernel"


@pytest.mark.parametrize("tally", [LOW, HIGH, Tally(), Tally(missing="no kernel")])
def test_a_tally_can_be_written_as_json_and_read_again(tally: Tally) -> None:
    text = json.dumps(asdict(tally))
    assert json.dumps(asdict(Tally.of_fields(json.loads(text)))) == text


def test_what_fails_is_what_no_known_defect_explains() -> None:
    assert Derivative("sin", "sin(x)", 1, EAGER, LOW).failed
    assert not Derivative("sin", "sin(x)", 1, EAGER, Tally({"rounded": 3})).failed
    missing = Tally(missing="no kernel")
    assert Derivative("sin", "sin(x)", 1, EAGER, missing).failed
    assert not Derivative("sin", "sin(x)", 1, EAGER, missing, known="a-defect").failed


def test_the_command_shows_the_value_at_this_very_number() -> None:
    derivative = Derivative("atan2", "atan2(x, 2)", 2, EAGER, LOW)
    assert shlex.split(derivative.command(-3.0517578125e-05)) == [
        "tapecli", "diff", "atan2(x, 2)", "--x=-3.05e-05", "--order", "2",
        "--dtype", "bfloat16", "--execution", "eager",
    ]  # fmt: skip
