"""Numbers and points as text: what TensorFlow makes of them is what was meant."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pytest

from tapecli.features.codegen.numbers import array, literal, whole
from tapecli.floats import FORMATS

DTYPES = list(FORMATS)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_literal_is_the_number_on_any_way_into_the_dtype(dtype: str) -> None:
    format_ = FORMATS[dtype]
    numbers = random.Random(0)
    for _ in range(300):
        value = format_.round(Fraction(numbers.uniform(-1, 1) * 10 ** numbers.randint(-4, 4)))
        written = float(literal(value, format_))
        assert format_.round(Fraction(written)) == value
        if format_.precision < 24:
            assert format_.round(Fraction(float(np.float32(written)))) == value


@pytest.mark.parametrize(
    ("value", "dtype", "text"),
    [
        (0.1, "float64", "0.1"),
        (3.0, "float64", "3.0"),
        (1e300, "float64", "1e300"),
        (1e-5, "float64", "1e-05"),
        (FORMATS["float32"].round(Fraction(1, 3)), "float32", "0.33333334"),
        (FORMATS["bfloat16"].round(Fraction(1, 3)), "bfloat16", "0.334"),
        (math.inf, "float64", 'float("inf")'),
        (-math.inf, "float16", '-float("inf")'),
    ],
)
def test_literals_are_short(value: float, dtype: str, text: str) -> None:
    assert literal(value, FORMATS[dtype]) == text


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [(2, "float64", True), (Fraction(1, 2), "float64", False), (2**53 + 1, "float64", False),
     (2049, "float16", False), (70_000, "float16", False), (257, "bfloat16", False)],
)  # fmt: skip
def test_integers_are_written_where_the_dtype_has_them(
    value: Fraction, dtype: str, expected: bool
) -> None:
    assert whole(Fraction(value), FORMATS[dtype]) is expected


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([float(i) for i in range(1, 31)], "np.linspace(1, 30, 30)"),
        ([i / 10 for i in range(11)], "np.arange(11) / 10"),
        ([i / 100 for i in range(-20, 21, 4)], "np.arange(-20, 21, 4) / 100"),
        ([i / 8 for i in range(40, -1, -4)], "np.linspace(5, 0, 11)"),
        ([i / 10 for i in range(10, -1, -1)], "np.arange(10, -1, -1) / 10"),
        ([i / 9999 for i in range(10000)], "np.arange(10000) / 9999"),
        ([i / 300 for i in range(-1500, 1501)], "np.arange(-1500, 1501) / 300"),
    ],
)
def test_a_range_is_the_values_to_the_bit(values: list[float], text: str, dtype: str) -> None:
    rounded = [FORMATS[dtype].round(Fraction(value)) for value in values]
    found = str(array("x", rounded, FORMATS[dtype]))
    made = [FORMATS[dtype].round(Fraction(value)) for value in eval(found).tolist()]
    assert made == rounded
    if dtype == "float64":
        assert found == text


def test_ends_that_are_multiples_of_pi_are_written_so() -> None:
    values = [2 * math.pi * i / 16 for i in range(17)]
    assert str(array("x", values, FORMATS["float64"])) == "np.linspace(0, 2 * np.pi, 17)"


def test_what_is_no_range_is_a_list() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.5]
    assert str(array("x", values, FORMATS["float64"])) == str(values)
