"""Columns of numbers as text: the same as one number at a time."""

from __future__ import annotations

import json
import math

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from tapecli.floats import FORMATS
from tapecli.formats import columns

BITS = {"float64": np.uint64, "float32": np.uint32, "float16": np.uint16, "bfloat16": np.uint16}
DTYPES = {**dict.fromkeys(BITS, ""), "bfloat16": ml_dtypes.bfloat16}


def awkward(dtype: str, count: int) -> NDArray[np.float64]:
    """Numbers of random bits, of everyday sizes, whole, at powers of two, and none at all."""
    random = np.random.default_rng(7)
    kind = np.dtype(DTYPES[dtype] or dtype)
    bits = random.integers(0, 2 ** (8 * kind.itemsize), count, np.uint64, endpoint=False)
    sizes = random.normal(size=count) * 10.0 ** random.integers(-11, 18, count)
    whole = np.rint(sizes)
    twos = 2.0 ** np.arange(-1074, 1024)
    edges = [0.0, -0.0, math.nan, math.inf, -math.inf, 2**53, 2**53 - 1, 2**53 + 2, 9999999999]
    with np.errstate(all="ignore"):
        everyday = np.concatenate([sizes, whole, twos, -twos, edges]).astype(kind)
        drawn = bits.astype(BITS[dtype]).view(kind)
        return np.concatenate([drawn, everyday]).astype(np.float64)


@pytest.mark.parametrize("dtype", FORMATS)
def test_texts_are_those_of_one_number_at_a_time(dtype: str) -> None:
    values = awkward(dtype, 400 if dtype != "float64" else 20_000)
    assert columns.texts(values, FORMATS[dtype]) == list(map(FORMATS[dtype].text, values.tolist()))


@pytest.mark.parametrize("dtype", FORMATS)
def test_json_has_the_shortest_and_null_for_what_is_no_number(dtype: str) -> None:
    values = awkward(dtype, 400)
    shortest = map(FORMATS[dtype].shortest, values.tolist())
    expected = [json.dumps(each if math.isfinite(each) else None) for each in shortest]
    assert columns.json_texts(values, FORMATS[dtype]) == expected


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_every_number_of_16_bits_is_the_same(dtype: str) -> None:
    kind = np.dtype(DTYPES[dtype] or dtype)
    with np.errstate(invalid="ignore"):
        values = np.arange(2**16, dtype=np.uint16).view(kind).astype(np.float64)
    assert columns.texts(values, FORMATS[dtype]) == list(map(FORMATS[dtype].text, values.tolist()))


@pytest.mark.parametrize("dtype", FORMATS)
def test_a_signed_zero_keeps_its_sign_beside_the_other(dtype: str) -> None:
    zeros = np.array([0.0, -0.0, 0.0])
    assert columns.json_texts(zeros, FORMATS[dtype]) == ["0.0", "-0.0", "0.0"]
    assert columns.texts(zeros, FORMATS[dtype]) == ["0", "0", "0"]


def test_no_numbers_are_no_texts() -> None:
    for format_ in FORMATS.values():
        assert columns.texts(np.array([]), format_) == []


def test_numbers_that_the_dtype_does_not_have_are_themselves() -> None:
    values = np.array([0.1, 1e300])
    assert columns.texts(values, FORMATS["float32"]) == ["0.1", "1e+300"]
