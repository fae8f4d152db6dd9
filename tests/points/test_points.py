"""Points in several variables: products, pairs and tables."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from tests.points.test_exact import read_few

from tapecli.errors import PointsError, RequestError
from tapecli.floats import FORMATS
from tapecli.points import tables
from tapecli.points.points import MAX_LISTED, MAX_PRODUCT, Points

FLOAT64 = FORMATS["float64"]


def points(given: dict[str, Any], names: str = "", paired: bool = False, rows: str = "") -> Points:
    loaded = tables.Table("-", io.StringIO(rows)) if rows else None
    return read_few(given, loaded, list(names) or list(given), FLOAT64, paired)


def test_values_are_combined_the_last_variable_fastest() -> None:
    combined = points({"y": "1..3", "x": "1..2"})
    assert combined.names == ("x", "y")
    assert combined.columns["x"].tolist() == [1, 1, 1, 2, 2, 2]
    assert combined.columns["y"].tolist() == [1, 2, 3, 1, 2, 3]
    assert combined.dimensions == {"x": 2, "y": 3}


def test_paired_values_go_side_by_side_and_one_number_goes_with_all() -> None:
    paired = points({"x": "1..3", "y": "4..6", "k": 7}, paired=True)
    assert [paired.at(place) for place in range(3)] == [
        {"k": 7, "x": 1, "y": 4},
        {"k": 7, "x": 2, "y": 5},
        {"k": 7, "x": 3, "y": 6},
    ]
    assert paired.dimensions == {"point": 3}


@pytest.mark.parametrize(
    ("given", "paired", "rows"),
    [
        ({"x": "1..4", "y": "0..1@3", "z": "5,6"}, False, ""),
        ({"x": "1..3", "y": "2..4", "z": 9}, True, ""),
        ({"z": "1..2"}, False, "x,y\n1,2\n3,4\n5,6\n"),
        ({"x": 1, "y": 2, "z": 3}, False, ""),
    ],
)
def test_each_point_is_a_row_of_the_columns(given: Any, paired: bool, rows: str) -> None:
    found = points(given, "xyz", paired, rows)
    columns = np.array([found.columns[name] for name in found.names]).T
    assert [list(found.at(place).values()) for place in range(len(found))] == columns.tolist()
    assert len(found) == len(columns)


def test_one_number_has_no_dimension_and_a_list_of_one_has() -> None:
    assert points({"x": "3", "y": 4, "z": 2.5}).dimensions == {}
    assert points({"x": "3..3", "y": [4], "z": np.array(1.0)}).dimensions == {"x": 1, "y": 1}


def test_a_table_is_one_dimension_beside_the_others() -> None:
    found = points({"z": "7,8"}, "xyz", rows="y,x\n1,2\n3,4\n")
    assert found.dimensions == {"point": 2, "z": 2}
    assert found.columns["x"].tolist() == [2, 2, 4, 4]
    assert found.columns["z"].tolist() == [7, 8, 7, 8]


def test_names_are_sorted_as_people_do() -> None:
    assert points({"x10": 1, "x2": 2, "a": 3}).names == ("a", "x2", "x10")


@pytest.mark.parametrize(
    ("given", "names", "paired", "rows", "error", "words"),
    [
        ({"x": 1}, "xy", False, "", RequestError, "'y' has no value; give it one, such as --y 2"),
        ({}, "ab", False, "", RequestError, "a and b have no values"),
        ({"x": "1..3", "y": "1..2"}, "", True, "", PointsError, "x 3 and y 2"),
        ({"x": "1..2", "y": 1}, "xy", False, "x\n1\n", RequestError, "every variable has a value"),
        ({}, "xy", False, "x\n1\n", PointsError, "has 'x', but not 'y'"),
        ({"x": "0..1@5000", "y": "0..1@5000"}, "", False, "", PointsError, "5,000 x 5,000"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    given: Any, names: str, paired: bool, rows: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as refused:
        points(given, names, paired, rows)
    assert words in str(refused.value)


def test_as_many_points_as_the_limit_are_no_more_than_their_axes() -> None:
    assert len(points({"x": "1..5000", "y": "1..2000"})) == MAX_PRODUCT


def test_values_are_rounded_once_to_the_dtype() -> None:
    found = read_few({"x": "0.1", "y": "1/3"}, None, ["x", "y"], FORMATS["float32"])
    assert found.at(0) == {"x": float(np.float32(0.1)), "y": float(np.float32(1 / 3))}


def test_there_may_be_more_variables_than_an_array_has_dimensions() -> None:
    names = [f"x{number}" for number in range(100)]
    found = read_few({**dict.fromkeys(names, "2"), "x7": "1..3"}, None, names, FLOAT64)
    assert len(found) == 3
    assert found.columns["x7"].tolist() == [1, 2, 3]
    assert found.columns["x99"].tolist() == [2, 2, 2]


def test_no_more_lists_than_an_array_has_dimensions() -> None:
    names = [f"x{number}" for number in range(MAX_LISTED + 1)]
    given = dict.fromkeys(names, "1..1")
    with pytest.raises(PointsError, match="26 lists of values: no more than 25; --zip pairs them"):
        read_few(given, None, names, FLOAT64)
    assert read_few(given, None, names, FLOAT64, paired=True).dimensions == {"point": 1}
    del given["x25"]
    shape = tuple(read_few(given, None, names[:25], FLOAT64).dimensions.values())
    assert np.zeros(shape).ndim == 25
