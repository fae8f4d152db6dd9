"""Bare numbers: the tapes' values of the highest order, for `$(...)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from tests.formats.conftest import Make, Render, Samples


def test_it_is_the_highest_order_alone(shown: Render, samples: Samples) -> None:
    assert shown("value", samples.worked) == "-2\n-0.5\n-0.2222222222222222\n"


def test_targets_follow_one_another(shown: Render, samples: Samples) -> None:
    assert shown("value", samples.two) == "2\n4\n2\n1\n"


def test_order_0_is_the_value(shown: Render, samples: Samples) -> None:
    assert shown("value", samples.value) == "2\n4\n"


def test_what_is_no_number_is_said_so(shown: Render, samples: Samples) -> None:
    assert shown("value", samples.mixed).splitlines() == ["2", "-0.0033333", "nan", "inf", "0.6"]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_numbers_read_back_as_the_same(shown: Render, make: Make, dtype: str) -> None:
    scalar = np.dtype(dtype).type
    values = [float(scalar(value)) for value in (0.1, -1 / 3, 1e30, 5e-324, 1e-45, 16777217)]
    text = shown("value", make([(1, value, value) for value in values], dtype=dtype))
    assert [scalar(line) for line in text.splitlines()] == values


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("several", "-1\n12\n1e-09\n"),
        ("jacobian", "108\n108\n0.3333333333333333\n-0.2222222222222222\n"),
        ("hessian", "54\n108\n108\n72\n"),
    ],
)
def test_entries_follow_one_another_row_by_row(
    shown: Render, samples: Samples, sample: str, expected: str
) -> None:
    assert shown("value", getattr(samples, sample)) == expected


def test_where_nothing_was_computed_it_is_the_analytic_values(
    shown: Render, samples: Samples
) -> None:
    assert shown("value", samples.certified) == "-2\n-0.5\n-0.2222222222222222\n"
    assert shown("value", samples.uncertain) == "-1\nnan\n1\n"


def test_coefficients_are_the_values(shown: Render, samples: Samples) -> None:
    assert shown("value", samples.coefficients) == "-1\n-0.25\n-0.1111111111111111\n"
