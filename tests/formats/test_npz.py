"""NPZ: the values with their verdicts, and what stands along each axis."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tapecli.result import Status

if TYPE_CHECKING:
    from tests.formats.conftest import Make, Pack, Samples

ALONG_THE_AXES: Mapping[str, Mapping[str, list[object]]] = {
    "value": {"x": [1, 2]},
    "worked": {"x": [1, 2, 3], "order": ["1", "2"]},
    "two": {"t": [1, 2], "target": ["u", "v"]},
    "gradient": {"wrt": ["x", "y"]},
    "jacobian": {"target": ["f", "g"], "wrt": ["x", "y"]},
    "hessian": {"row": ["x", "y"], "column": ["x", "y"]},
    "hessians": {"target": ["f", "g"], "row": ["x", "y"], "column": ["x", "y"]},
    "grid": {"x": [1, 2], "y": [1, 2, 3], "wrt": ["x", "y"]},
    "single": {},
}


def loaded(packed: bytes) -> dict[str, NDArray[Any]]:
    with np.load(io.BytesIO(packed), allow_pickle=False) as file:
        return dict(file)


@pytest.mark.parametrize("sample", ALONG_THE_AXES)
def test_each_axis_has_a_name_and_what_stands_along_it(
    bytes_of: Pack, samples: Samples, sample: str
) -> None:
    arrays = loaded(bytes_of("npz", getattr(samples, sample)))
    along = ALONG_THE_AXES[sample]
    assert arrays["axes"].tolist() == list(along)
    assert {name: arrays[name].tolist() for name in along} == along
    shape = tuple(map(len, along.values()))
    for name in ("tape", "analytic", "ulps", "status"):
        assert arrays[name].shape == shape


def test_points_in_a_row_have_one_axis_and_a_value_of_each_variable(
    bytes_of: Pack, samples: Samples
) -> None:
    arrays = loaded(bytes_of("npz", samples.several))
    assert arrays["axes"].tolist() == ["point"]
    assert "point" not in arrays
    assert arrays["x"].tolist() == [1, 1.5, 1e-9]
    assert arrays["y"].tolist() == [-1, 2, 1]


def test_a_variable_without_an_axis_is_a_number(bytes_of: Pack, samples: Samples) -> None:
    arrays = loaded(bytes_of("npz", samples.hessian))
    assert (arrays["x"].shape, arrays["x"].item(), arrays["y"].item()) == ((), 2, 3)


def test_points_of_a_table_have_as_many_values_as_their_axis_is_long(
    bytes_of: Pack, samples: Samples
) -> None:
    arrays = loaded(bytes_of("npz", samples.tabled))
    assert arrays["axes"].tolist() == ["point", "z", "wrt"]
    assert arrays["tape"].shape == (3, 2, 1)
    assert {name: arrays[name].tolist() for name in "xyz"} == {
        "x": [1, 3, 5],
        "y": [2, 4, 6],
        "z": [7, 8],
    }


def test_the_request_is_told(bytes_of: Pack, samples: Samples) -> None:
    arrays = loaded(bytes_of("npz", samples.jacobian))
    about = {name: arrays[name].item() for name in ("schema", "kind", "dtype", "method")}
    assert about == {
        "schema": 1,
        "kind": "jacobian",
        "dtype": "float64",
        "method": "persistent",
    }
    assert arrays["tensorflow"].item() == "2.21.0"
    assert arrays["expressions"].tolist() == ["f = x**2*y**3", "g = x/y"]


def test_a_status_is_a_place_in_the_statuses(bytes_of: Pack, samples: Samples) -> None:
    for sample in samples.all:
        arrays = loaded(bytes_of("npz", sample))
        assert arrays["statuses"].tolist() == [status.value for status in Status]
    mixed = loaded(bytes_of("npz", samples.mixed))
    assert mixed["statuses"][mixed["status"]].tolist() == [
        *("ok", "rounded", "undefined", "lost", "off"),
    ]
    np.testing.assert_array_equal(mixed["ulps"], [0, 25711, np.nan, np.nan, 1234567])
    np.testing.assert_array_equal(mixed["analytic"], [2, -0.0033333000001, np.nan, 2e200, 0.7])


def test_what_was_not_verified_has_no_analytic_value_and_says_so(
    bytes_of: Pack, samples: Samples
) -> None:
    arrays = loaded(bytes_of("npz", samples.sampled))
    assert arrays["statuses"][arrays["status"]].tolist() == [
        *("ok", "unverified", "unverified", "ok"),
    ]
    np.testing.assert_array_equal(arrays["tape"], [2, 1, np.nan, 0.5])
    np.testing.assert_array_equal(arrays["analytic"], [2, np.nan, np.nan, 0.5])
    np.testing.assert_array_equal(arrays["ulps"], [0, np.nan, np.nan, 0])


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
    arrays = loaded(bytes_of("npz", make([(1, 0.40625, 0.40625)], dtype=dtype)))
    assert arrays["dtype"].item() == dtype
    for name in ("tape", "analytic"):
        assert (arrays[name].dtype, arrays[name].tolist()) == (np.dtype(held), [0.40625])


def test_the_same_result_is_the_same_bytes_at_any_time(
    bytes_of: Pack, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sample in samples.all:
        with monkeypatch.context() as later:
            before = bytes_of("npz", sample)
            later.setattr(time, "time", lambda: 2e9)
            later.setattr(time, "localtime", lambda *_: time.gmtime(2e9))
            assert bytes_of("npz", sample) == before


def test_where_nothing_was_computed_the_tape_is_no_number(bytes_of: Pack, samples: Samples) -> None:
    arrays = loaded(bytes_of("npz", samples.uncertain))
    np.testing.assert_array_equal(arrays["tape"], [np.nan] * 3)
    np.testing.assert_array_equal(arrays["analytic"], [-1, np.nan, 1])
    assert arrays["statuses"][arrays["status"]].tolist() == ["certified", "undefined", "certified"]
    assert (arrays["method"].item(), arrays["execution"].item()) == ("none", "")


def test_how_it_was_computed_is_told(bytes_of: Pack, samples: Samples) -> None:
    scaled = loaded(bytes_of("npz", samples.coefficients))
    assert (scaled["scaled"].item(), scaled["method"].item()) == (True, "taylor")
    claimed = loaded(bytes_of("npz", samples.claimed))
    assert (claimed["scaled"].item(), claimed["execution"].item()) == (False, "xla")
