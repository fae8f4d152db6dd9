"""NPY: one array of the tapes' values, points first and matrices last."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tests.formats.conftest import Make, Pack, Samples


def loaded(packed: bytes) -> NDArray[Any]:
    array: NDArray[Any] = np.load(io.BytesIO(packed), allow_pickle=False)
    return array


@pytest.mark.parametrize(
    ("sample", "shape"),
    [
        ("value", (2,)),
        ("worked", (3, 2)),
        ("two", (2, 2)),
        ("several", (3,)),
        ("gradient", (2,)),
        ("jacobian", (2, 2)),
        ("hessian", (2, 2)),
        ("hessians", (2, 2, 2)),
        ("grid", (2, 3, 2)),
    ],
)
def test_there_is_an_axis_for_whatever_there_are_several_of(
    bytes_of: Pack, samples: Samples, sample: str, shape: tuple[int, ...]
) -> None:
    assert loaded(bytes_of("npy", getattr(samples, sample))).shape == shape


def test_a_single_number_has_no_axis(bytes_of: Pack, samples: Samples) -> None:
    array = loaded(bytes_of("npy", samples.single))
    assert (array.shape, array.item()) == ((), 54)


def test_points_come_first_and_matrices_last(bytes_of: Pack, samples: Samples) -> None:
    slopes = loaded(bytes_of("npy", samples.grid))
    assert slopes[1, 2].tolist() == [108, 108]
    assert slopes[:, :, 0].tolist() == [[2, 16, 54], [4, 32, 108]]
    second = loaded(bytes_of("npy", samples.hessians))
    assert second.tolist() == [[[54, 108], [108, 72]], [[0, -1 / 9], [-1 / 9, 4 / 27]]]


def test_what_is_no_number_stays_what_it_is(bytes_of: Pack, samples: Samples) -> None:
    values = loaded(bytes_of("npy", samples.mixed))
    np.testing.assert_array_equal(values, [2, -0.0033333, np.nan, np.inf, 0.6])


@pytest.mark.parametrize(
    ("dtype", "held"),
    [
        ("float64", "float64"),
        ("float32", "float32"),
        ("float16", "float16"),
        ("bfloat16", "float32"),
    ],
)
def test_values_have_the_dtype_and_float32_holds_bfloat16(
    bytes_of: Pack, make: Make, dtype: str, held: str
) -> None:
    values = loaded(bytes_of("npy", make([(1, 0.40625, 0.40625)], dtype=dtype)))
    assert (values.dtype, values.tolist()) == (np.dtype(held), [0.40625])


def test_the_same_result_is_the_same_bytes(bytes_of: Pack, samples: Samples) -> None:
    for sample in samples.all:
        assert bytes_of("npy", sample) == bytes_of("npy", sample)


def test_where_nothing_was_computed_it_is_the_analytic_values(
    bytes_of: Pack, samples: Samples
) -> None:
    np.testing.assert_array_equal(loaded(bytes_of("npy", samples.uncertain)), [-1, np.nan, 1])
    second = loaded(bytes_of("npy", samples.analytic_hessian))
    assert second.tolist() == [[54, 108], [108, 72]]
