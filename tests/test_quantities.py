"""Counts, times and sizes as people read them."""

from __future__ import annotations

import math

import pytest

from tapecli.quantities import counted, estimated, large, measured, size


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 points"), (1, "1 point"), (2, "2 points"), (3_000, "3,000 points")]
)
def test_things_are_counted(count: int, text: str) -> None:
    assert counted(count, "point") == text


@pytest.mark.parametrize(
    ("number", "text"), [(12.4, "12"), (245_040, "245,000"), (18_796_992, "18.8 million")]
)
def test_large_numbers_have_three_digits(number: float, text: str) -> None:
    assert large(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 seconds"),
        (0.000123, "0.00012 seconds"),
        (0.5, "0.5 seconds"),
        (1.0, "1 second"),
        (0.999, "1 second"),
        (1.26, "1.3 seconds"),
        (32.4, "32 seconds"),
        (119.0, "120 seconds"),
        (120.0, "2 minutes"),
        (2_400.0, "40 minutes"),
        (7_199.0, "120 minutes"),
        (7_200.0, "2 hours"),
        (86_400 * 12.4, "12 days"),
        (31_557_600 * 5_430.0, "5,400 years"),
        (31_557_600 * 9_999.0, "10,000 years"),
        (31_557_600 * 3e5, "3e5 years"),
        (31_557_600 * 1e84, "1e84 years"),
        (math.inf, "1e100 years or more"),
    ],
)
def test_estimates_have_one_or_two_digits(seconds: float, text: str) -> None:
    assert estimated(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1.234, "1.23 s"), (59.96, "60.0 s"), (123.4, "2 min 3 s"), (7_260, "2 h 1 min"),
        (12_345, "3 h 25 min"), (0.532, "532 ms"), (0.9999, "1.00 s"),
        (9.999e-3, "10.0 ms"), (649.4e-6, "649 µs"), (55.08e-6, "55.1 µs"), (2e-9, "2.00 ns"),
        (0, "0.00 ns"),
    ],
)  # fmt: skip
def test_measured_times_have_three_digits(seconds: float, text: str) -> None:
    assert measured(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (8, "8 B"), (999, "999 B"), (800_000, "800 kB"), (2_400_004, "2.4 MB"),
     (999_999, "1 MB"), (12_345_678_901, "12.3 GB")],
)  # fmt: skip
def test_sizes_are_short(count: int, text: str) -> None:
    assert size(count) == text
