"""Round numbers along an axis."""

from __future__ import annotations

import pytest

from tapecli.features.plot.pages.ticks import alone, powers, texts, ticks


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (-5, 5, 8, ["-4", "-2", "0", "2", "4"]),
        (-5, 5, 11, ["-5", "-4", "-3", "-2", "-1", "0", "1", "2", "3", "4", "5"]),
        (-12.5, 24.1, 6, ["-10", "0", "10", "20"]),
        (0, 1, 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0, 1e-7, 4, ["0", "5e-8", "1e-7"]),
        (-2.2e6, 3.3e6, 7, ["-2e6", "-1e6", "0", "1e6", "2e6", "3e6"]),
        (0.1, 0.1001, 3, ["0.10000", "0.10005", "0.10010"]),
    ],
)
def test_ticks_are_round_and_their_texts_differ(
    low: float, high: float, most: int, expected: list[str]
) -> None:
    assert texts(ticks(low, high, most)) == expected


@pytest.mark.parametrize("most", range(1, 30))
@pytest.mark.parametrize(("low", "high"), [(-1, 1), (1e-9, 3e-9), (-7e300, 1e300), (999, 1000)])
def test_there_are_no_more_than_wanted_and_all_are_inside(
    low: float, high: float, most: int
) -> None:
    values = ticks(low, high, most)
    assert len(values) <= most
    assert all(low - 1e-9 * (high - low) <= tick <= high + 1e-9 * (high - low) for tick in values)
    assert len(set(texts(values))) == len(values)


def test_powers_of_ten_are_thinned_out() -> None:
    assert powers(1e-3, 1e3, 7) == pytest.approx([10.0**n for n in range(-3, 4)])
    assert powers(1e-3, 1e3, 4) == pytest.approx([1e-3, 1e-1, 1e1, 1e3])
    assert [alone(value) for value in powers(1e-10, 1e10, 3)] == ["1e-10", "0.001", "10000"]
