"""JSON lines: one strict object a line."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pytest
from tests.test_floats import awkward

from tapecli.floats import FORMATS
from tapecli.formats import jsonl

if TYPE_CHECKING:
    from tests.formats.conftest import Make, Render, Samples

FIRST = (
    '{"schema": 1, "target": "u", "expression": "t**2", "wrt": "t", "order": 1, "t": 1, '
    '"tape": 2, "analytic": 2, "ulps": 0, "status": "ok", "dtype": "float32"}'
)


def refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


def test_every_line_is_one_strict_object_of_the_same_fields(
    shown: Render, samples: Samples
) -> None:
    for sample in (samples.mixed, samples.two, samples.value):
        text = shown("jsonl", sample)
        objects = [json.loads(line, parse_constant=refuse) for line in text.splitlines()]
        header = shown("csv", sample).splitlines()[0].split(",")
        assert text.endswith("\n")
        assert len(objects) == len(list(sample.rows))
        assert all(list(each) == ["schema", *header, "dtype"] for each in objects)
        assert {each["schema"] for each in objects} == {1}


def test_a_line_has_the_tidy_columns_and_the_dtype(shown: Render, samples: Samples) -> None:
    assert json.loads(shown("jsonl", samples.two).splitlines()[0]) == json.loads(FIRST)


def test_what_is_no_number_is_null(shown: Render, samples: Samples) -> None:
    lines = [json.loads(line) for line in shown("jsonl", samples.mixed).splitlines()]
    read = [(line["tape"], line["analytic"], line["ulps"]) for line in lines[2:4]]
    assert read == [(None, None, None), (None, 2e200, None)]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_numbers_read_back_as_the_same(shown: Render, make: Make, dtype: str) -> None:
    scalar = np.dtype(dtype).type
    values = [float(scalar(value)) for value in (0.1, -1 / 3, 1e30, 5e-324, 1e-45, 16777217)]
    lines = shown("jsonl", make([(value, value, value) for value in values], dtype=dtype))
    read = [json.loads(line)["tape"] for line in lines.splitlines()]
    assert [scalar(value) for value in read] == values


def test_without_unicode_it_is_ascii(shown: Render, make: Make) -> None:
    assert shown("jsonl", make([(1, 2, 2)], expression="α**2"), unicode=False).isascii()


def test_each_variable_has_a_field(shown: Render, samples: Samples) -> None:
    first = json.loads(shown("jsonl", samples.several).splitlines()[0])
    assert (first["wrt"], first["order"], first["x"], first["y"]) == ("x,x,y", 3, 1, -1)
    assert list(first)[5:8] == ["x", "y", "tape"]


def test_where_nothing_was_computed_it_is_null(shown: Render, samples: Samples) -> None:
    lines = [json.loads(line) for line in shown("jsonl", samples.uncertain).splitlines()]
    assert [(line["tape"], line["analytic"], line["ulps"], line["status"]) for line in lines] == [
        (None, -1, None, "certified"),
        (None, None, None, "undefined"),
        (None, 1, None, "certified"),
    ]


@pytest.mark.parametrize("dtype", FORMATS)
def test_json_has_the_shortest_and_null_for_what_is_no_number(dtype: str) -> None:
    values = awkward(dtype, 400)
    shortest = map(FORMATS[dtype].shortest, values.tolist())
    expected = [json.dumps(each if math.isfinite(each) else None) for each in shortest]
    assert jsonl.texts(FORMATS[dtype], values) == expected


@pytest.mark.parametrize("dtype", FORMATS)
def test_a_zero_keeps_its_sign(dtype: str) -> None:
    assert jsonl.texts(FORMATS[dtype], np.array([0.0, -0.0, 0.0])) == ["0.0", "-0.0", "0.0"]
