"""What people type in other systems is read as these systems mean it, or refused with words.

`spellings.tsv` has the spellings, each with the same formula in mpmath, written by hand. No code is
shared with the parser: a value of what was read, certified, is compared with mpmath's at three
points.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import mpmath as mp
import pytest

import tapecli
from tapecli.errors import TapecliError
from tapecli.expressions.expression import parse

POINTS = (0.75, 1.5, 2.25)
DIGITS = 1e-15
DERIVATIVE, REFUSED = "D: ", "!"


def lines() -> list[list[str]]:
    text = Path(__file__).with_name("spellings.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


LINES = lines()
READ = [line for line in LINES if not line[2].startswith(REFUSED)]


@pytest.mark.parametrize("line", READ, ids=lambda line: f"{line[0]}: {line[1]}")
def test_a_spelling_means_what_its_system_means(line: list[str]) -> None:
    _, typed, exact, *points = line
    xs = [float(x) for x in points[0].split()] if points else POINTS
    order = None if exact.startswith(DERIVATIVE) else 0
    options: Any = {"x": xs, "order": order, "method": "none", "formulas": False}
    result = tapecli.diff(typed, **options)
    values = [row.analytic for row in result.rows]
    with mp.workdps(30):
        for x, value in zip(xs, values, strict=True):
            names = {**vars(mp), "x": mp.mpf(x), "loggamma": lambda u: mp.log(abs(mp.gamma(u)))}
            expected = mp.re(eval(exact.removeprefix(DERIVATIVE), {"max": max, "min": min}, names))
            assert value == pytest.approx(float(expected), rel=DIGITS, abs=1e-300), (x, expected)


@pytest.mark.parametrize("line", [line for line in LINES if line not in READ], ids=str)
def test_what_has_two_readings_is_refused_with_both(line: list[str]) -> None:
    _, typed, piece, *_ = line
    with pytest.raises(TapecliError, match=re.escape(piece.removeprefix(REFUSED))):
        parse(typed)


def test_most_of_two_hundred_spellings_are_read() -> None:
    assert len(LINES) >= 200
    assert len(READ) >= 0.9 * len(LINES)
