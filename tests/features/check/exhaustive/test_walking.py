"""Parts: what is counted, with planted values, and beside verdicts that share no code."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from tapecli.errors import RequestError
from tapecli.evaluation import answering
from tapecli.features.check.exhaustive.model import Tally, total
from tapecli.features.check.exhaustive.walking import Part, walk
from tapecli.floats import FORMATS
from tapecli.result import Status

HALF = FORMATS["bfloat16"]
ONE = HALF.count // 2 + (127 << 7)
"""The position of 1 in bfloat16, which has 128 numbers from there to 2."""

SQUARE = Part("x^2", "bfloat16", 2, ONE, ONE + 128)


def plant(monkeypatch: pytest.MonkeyPatch, order: int, indices: slice, value: float) -> None:
    """Have the tapes return another value at some numbers of a part."""
    compute = answering.compute

    def planted(question: Any) -> Any:
        ((*columns,),), execution = compute(question)
        column = np.array(columns[order - 1])
        column[indices] = value
        columns[order - 1] = column
        return [columns], execution

    monkeypatch.setattr(answering, "compute", planted)


def test_all_values_of_a_square_are_right() -> None:
    first, second = walk(SQUARE)
    assert first == second == Tally({"ok": 128})


def test_a_planted_value_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, 1, slice(5, 8), 4.0)
    first, second = walk(SQUARE)
    assert first.counts == {"ok": 125, "off": 3}
    (interval,) = first.intervals
    assert (interval.status, interval.count) == (Status.OFF, 3)
    assert (interval.start, interval.stop) == (ONE + 5, ONE + 8)
    assert (interval.low, interval.high) == (1 + 5 / 128, 1 + 7 / 128)
    assert first.worst == interval.example
    # 2.078125 is the number 5 after 2; 4 is number 128 after 2.
    assert (interval.example.x, interval.example.analytic) == (1 + 5 / 128, 2 + 10 / 128)
    assert (interval.example.tape, interval.example.ulps) == (4.0, 123)
    assert second == Tally({"ok": 128})


def test_planted_values_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, 2, slice(0, 128, 64), math.nan)
    first, second = walk(SQUARE)
    assert first == Tally({"ok": 128})
    assert second.counts == {"ok": 126, "lost": 2}
    assert [(i.start - ONE, i.stop - ONE) for i in second.intervals] == [(0, 1), (64, 65)]
    assert second.worst is None
    assert math.isnan(second.intervals[0].example.tape)


def test_parts_of_any_size_have_the_same_sum() -> None:
    whole = Part("log(x)", "bfloat16", 2, HALF.count // 2 - 300, HALF.count // 2 + 700)
    expected = walk(whole)
    for size in (1_000, 499, 130):
        parts = [
            replace(whole, start=start, stop=min(start + size, whole.stop))
            for start in range(whole.start, whole.stop, size)
        ]
        tallies = zip(*map(walk, parts), strict=True)
        assert list(map(total, tallies)) == [total([tally]) for tally in expected]
    first, second = expected
    assert first.counts["undefined"] == second.counts["undefined"] == 301  # -0, 0 and below
    assert first.counts["lost"] == 95
    assert sum(first.counts.values()) == 1_000


def test_an_order_that_tensorflow_lacks_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    compute = answering.compute

    def lacking(question: Any) -> Any:
        if question.order > 1:
            raise RequestError("no second gradient")
        return compute(question)

    monkeypatch.setattr(answering, "compute", lacking)
    assert walk(SQUARE) == [Tally({"ok": 128}), Tally(missing="no second gradient")]


def test_what_tensorflow_lacks_altogether_is_missing_in_words() -> None:
    tallies = walk(Part("lgamma(x)", "bfloat16", 2, ONE, ONE + 10))
    assert all("cannot compute 'lgamma' in bfloat16" in tally.missing for tally in tallies)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_every_number_of_tanh_beside_mpmath(dtype: str) -> None:
    """Counts of exact values and the largest error, from mpmath and NumPy alone."""
    from tapecli.engines.tapes import arrangements
    from tapecli.expressions.expression import parse

    format_, (target,) = FORMATS[dtype], parse(["tanh(x)"], {"x"})
    xs = format_.numbers(0, format_.count)
    ((column,),) = arrangements.tape_derivatives(
        [target.tree], {"x": xs}, [("x",)], "nested", format_
    )
    with mp.workdps(60):
        right = [
            format_.round(Fraction(int(mp.floor(mp.sech(x) ** 2 * 2**180)), 2**180))
            for x in map(mp.mpf, xs.tolist())
        ]
    ulps = [format_.steps(a, b) for a, b in zip(column.tolist(), right, strict=True)]
    (tally,) = walk(Part("tanh(x)", dtype, 1, 0, format_.count))
    assert tally.worst is not None
    assert tally.worst.ulps == max(ulps)
    assert tally.worst.x == xs[int(np.argmax(ulps))]
    assert set(tally.counts) == {"ok", "rounded"}
    assert tally.counts["rounded"] <= sum(steps > 16 for steps in ulps)
    assert sum(tally.counts.values()) == format_.count
