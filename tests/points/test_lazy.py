"""Ranges in chunks: the exact points, each rounded once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tapecli import floats
from tapecli.errors import PointsError
from tapecli.floats import FORMATS, FloatFormat
from tapecli.points import exact, lazy, rounding
from tapecli.points.exact import MAX_COUNT, Range

BLOCK = 16_384
"""Points that are computed together; its ends are where a place may slip."""

RANGES = [
    "0..2pi@100000000",
    "0..1@3000001",
    "-pi..pi@99999",
    "1/3..1e6:1/7",
    "0..1:1e-6",
    "0..1e8:0.1",
    "-1e5..1e5:1/1024",
    "1e5..-2e5:-1/3",
    "65000..65504:1/3",
    "0..6e-5@5000",
    "1..1+1e-12@1000",
    "1e15..1e15+1e6:pi",
    "0..8e15:9",
    "0..1e300@99999999",
    "1e300..2e300:1e291",
    "1e-310..2e-310@1000000",
    "-1e-310..1e-310@77777",
    "0..1e-300@100000000",
    "-5e-324..5e-324@3",
    "1e-40..1.2e-38@100000",
    "3..3@1000000",
    "1e-3..1e3@10000000log",
    "1e-300..1e300@100000log",
    "1e308..1e-308@50000log",
    "-1e-320..-1e-300@1000log",
    "1e-7..6e4@5000log",
    "1..1024@11log",
    "2..2@7log",
]


def spaced(range_: Range | str, format_: FloatFormat) -> Any:
    """The points of a range, however few they are, as if they were many."""
    if isinstance(range_, str):
        (range_,) = exact.ranges(range_, MAX_COUNT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "MAX_EXACT", 0)
        numbers = exact.rounded_range(range_, format_)
    assert isinstance(numbers, lazy.Spaced)
    return numbers


def outcome(make: Callable[[], Iterable[float]]) -> list[str] | str:
    """What is made, or the words with which that is refused."""
    try:
        return list(map(repr, make()))
    except PointsError as error:
        return str(error)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("typed", RANGES)
def test_every_point_is_the_exact_one_rounded_once(typed: str, name: str) -> None:
    format_, (range_,) = FORMATS[name], exact.ranges(typed, MAX_COUNT)
    dice = random.Random(typed)
    for at in (0, BLOCK - 50, range_.count - 100, dice.randrange(range_.count)):
        start = min(max(0, at), range_.count - 1)
        check(range_, format_, start, min(start + 100, range_.count))


def check(range_: Range, format_: FloatFormat, start: int, stop: int) -> None:
    """The ends are looked at first, so that a range is refused before anything is computed."""
    ends = outcome(lambda: exact.rounded((range_.start, range_.stop), format_))
    points = outcome(lambda: exact.rounded(map(range_.at, range(start, stop)), format_))
    found = outcome(lambda: spaced(range_, format_)[start:stop].tolist())
    assert found == (ends if isinstance(ends, str) else points)


@settings(deadline=None, max_examples=200)
@given(
    st.fractions(-1000, 1000, max_denominator=10**12),
    st.fractions(-1000, 1000, max_denominator=10**12),
    st.integers(2, 10**9),
    st.sampled_from(list(FORMATS)),
    st.integers(0, 2**64),
)
@example(Fraction(0), Fraction(1), 257, "bfloat16", 0)
@example(Fraction(-1), Fraction(1), 2**25 + 1, "float32", 1)
def test_a_range_of_fractions_is_exact_wherever_it_is_looked_at(
    first: Fraction, last: Fraction, count: int, name: str, seed: int
) -> None:
    (range_,) = exact.ranges(f"({first})..({last})@{count}", MAX_COUNT)
    start = seed % count
    check(range_, FORMATS[name], start, min(start + 20, count))


def test_the_points_are_those_of_arithmetic_of_many_digits() -> None:
    with mpmath.workdps(50):
        even = spaced("0..2pi@100000000", FORMATS["float64"])
        start = 77_777_777
        expected = [float(2 * mpmath.pi * place / 99_999_999) for place in range(start, start + 50)]
        assert even[start : start + 50].tolist() == expected
        by_ratio = spaced("1e-3..1e3@10000000log", FORMATS["float64"])
        exponents = [mpmath.mpf(6 * place) / 9_999_999 - 3 for place in range(start // 10, 7777787)]
        expected = [float(mpmath.mpf(10) ** exponent) for exponent in exponents]
        assert by_ratio[start // 10 : 7_777_787].tolist() == expected


def test_the_exact_points_are_looked_at_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    fitting = exact.fitting

    def counted(point: Fraction, format_: FloatFormat) -> float:
        looked.append(1)
        return fitting(point, format_)

    monkeypatch.setattr(exact, "fitting", counted)
    for typed in ("0..2pi@1000000", "1e-3..1e3@1000000log", "1e-310..2e-310@1000000"):
        for format_ in FORMATS.values():
            looked.clear()
            try:
                spaced(typed, format_)[0:100_000]
            except PointsError:
                continue
            assert len(looked) < 100


@pytest.mark.parametrize(("name", "bits"), [("bfloat16", 8), ("float16", 11), ("float32", 24)])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_quotient_that_float64_takes_for_a_tie_is_rounded_by_its_rest(
    name: str, bits: int, side: int
) -> None:
    """N/D is 2**-bits/D beside the tie 1 + 2**-bits, which is below half an ulp of float64."""
    below = 2**50 - side
    above = ((2**bits + 1) * below + side) >> bits
    (range_,) = exact.ranges(f"{above}/{below}..{above}/{below}+1@2", MAX_COUNT)
    assert range_.start - 1 - Fraction(1, 2**bits) == Fraction(side, below << bits)
    assert float(range_.start) == 1 + 2.0**-bits
    assert range_.ratio is None
    (found,) = spaced(range_, FORMATS[name])[0:1].tolist()
    assert found == (1 + 2.0 ** (1 - bits) if side > 0 else 1)


def test_doubt_next_to_a_tie_is_noticed() -> None:
    """A sum that is 2**-60 beside a tie is decided, and one within the error is not."""
    for name, half in (("float64", 2.0**-53), ("float32", 2.0**-24), ("bfloat16", 2.0**-8)):
        high = np.full(3, 1.0 if name == "float64" else 1 + half)
        low = np.array([2.0**-60, 0.0, -(2.0**-60)]) + (half if name == "float64" else 0)
        values, doubtful = rounding.of_sums(high, low, 2.0**-90, 0, FORMATS[name])
        assert doubtful.tolist() == [False, True, False]
        assert values[[0, 2]].tolist() == [1 + 2 * half, 1.0]


@pytest.mark.parametrize("name", FORMATS)
def test_arrays_are_rounded_as_numbers_are(name: str) -> None:
    format_ = FORMATS[name]
    dice = np.random.default_rng(5)
    exponents = dice.integers(format_.min_exponent - format_.precision, format_.max_exponent, 2000)
    numbers = np.ldexp(dice.uniform(-1, 1, 2000), exponents)
    ties = np.ldexp(dice.integers(1, 2 * 10**3, 200) + 0.5, format_.min_exponent)
    numbers = np.concatenate([numbers, ties, [0.0, 1.0, -1.5]])
    rounded, _ = rounding.narrowed(numbers, format_)
    assert rounded.tolist() == [format_.round(Fraction(number)) for number in numbers.tolist()]


def test_sums_and_products_have_their_errors() -> None:
    many, one = np.random.default_rng(6).uniform(-5, 5, 100), 1 / 3
    added, multiplied = floats.two_sum(one, many), floats.two_product(many, one)
    for place, number in enumerate(many.tolist()):
        total = Fraction(float(added[0][place])) + Fraction(float(added[1][place]))
        product = Fraction(float(multiplied[0][place])) + Fraction(float(multiplied[1][place]))
        assert total == Fraction(one) + Fraction(number)
        assert product == Fraction(one) * Fraction(number)
