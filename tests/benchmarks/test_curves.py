"""The exponents of curves: exact where the costs are, whatever is fixed, and near it in noise."""

from __future__ import annotations

import math
import random

import pytest
from tests.benchmarks.curves import ROWS, Row, cells, exponent, growth

SIZES = (1, 2, 3, 5, 10, 20, 30, 50, 100)
POWERS = (0.5, 1, 2, 3)

EXACT = 1e-6
"""How far an exponent may be off where costs have no errors: the search for what is fixed ends."""
NOISE, NOISY = 0.03, 0.15
"""A relative error of the costs, and how far it may carry an exponent."""


def costs(power: float, fixed: float = 0.0) -> list[float]:
    """Milliseconds by size."""
    return [1e-3 * (fixed + size**power) for size in SIZES]


def size_row(expected: float, is_factor: bool = False) -> Row:
    return Row("size", "work", SIZES, lambda _: list, expected, "It is so.", is_factor)


@pytest.mark.parametrize("power", POWERS)
@pytest.mark.parametrize("fixed", [0.0, 0.1, 3.0])
def test_powers_have_their_exponent_whatever_is_fixed(power: float, fixed: float) -> None:
    assert exponent(SIZES, costs(power, fixed)) == pytest.approx(power, abs=EXACT)


@pytest.mark.parametrize("seed", range(20))
def test_noise_changes_the_exponent_little(seed: int) -> None:
    errors = random.Random(seed)
    noisy = [cost * (1 + errors.uniform(-NOISE, NOISE)) for cost in costs(2, 3.0)]
    assert exponent(SIZES, noisy) == pytest.approx(2, abs=NOISY)


def test_a_quadratic_term_that_comes_late_is_seen() -> None:
    late = [1e-3 * (20 + size + size**2 / 20) for size in SIZES]
    assert exponent(SIZES, late) > 1.5


def test_what_does_not_grow_beyond_what_is_fixed_has_no_exponent() -> None:
    assert math.isnan(exponent(SIZES, [0.05] * len(SIZES)))
    assert math.isnan(exponent(SIZES, costs(1, 1e4)))
    assert math.isnan(exponent((1,), [1.0]))


@pytest.mark.parametrize(("power", "words"), [(1, ""), (1.25, ""), (1.35, "too much")])
def test_what_grows_too_fast_is_marked(power: float, words: str) -> None:
    figure = growth(
        size_row(1), dict(zip(SIZES, ([cost] * 3 for cost in costs(power)), strict=True))
    )
    assert figure.ratio == pytest.approx(power)
    assert cells(size_row(1), figure, 100)[-2] == words


def test_a_factor_from_size_to_size_is_told_as_one() -> None:
    own = size_row(3, is_factor=True)
    figure = growth(own, {size: [1e-3 + 1e-4 * 2.5**size] * 3 for size in range(1, 10)})
    assert figure.ratio == pytest.approx(2.5)
    assert cells(own, figure, 9)[4:7] == ["×2.5 (2.5 to 2.5)", "×3", ""]


def test_every_curve_has_a_decade_of_sizes_and_a_name_of_its_own() -> None:
    assert len({(row.by, row.name) for row in ROWS}) == len(ROWS)
    for row in ROWS:
        last = [size for size in row.sizes if row.on_axis(size) >= row.on_axis(row.sizes[-1]) / 10]
        assert len(last) >= 3, row.name
