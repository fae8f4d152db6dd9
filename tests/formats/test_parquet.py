"""Parquet: the tidy columns with their types, whole or piece by piece."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tapecli.errors import OutputError
from tapecli.formats import FORMATS, encode, parquet, require_library
from tapecli.result import Status

if TYPE_CHECKING:
    from tests.formats.conftest import Make, Samples

MAX_DISTANCE = 2**64 - 2**54


@pytest.fixture(scope="module")
def pyarrow() -> Any:
    return pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def pq(pyarrow: Any) -> Any:
    return pytest.importorskip("pyarrow.parquet")


def read(pq: Any, whole: bytes) -> Any:
    return pq.read_table(io.BytesIO(whole))


def test_it_has_the_rows_of_the_result(pq: Any, samples: Samples) -> None:
    for sample in samples.all:
        table = read(pq, encode(sample, FORMATS["parquet"]))
        fields = ("target", "expression", "wrt", "order", "analytic", "ulps", "note")
        expected = [{name: getattr(row, name) for name in fields} for row in sample.rows]
        assert table.select(fields).to_pylist() == expected
        assert table["status"].to_pylist() == [str(row.status) for row in sample.rows]
        points = [dict(row.at) for row in sample.rows]
        assert table.select(sample.variables).to_pylist() == points
        tape = [row.tape for row in sample.rows]
        assert [v is None for v in table["tape"].to_pylist()] == [v is None for v in tape]
        np.testing.assert_array_equal(
            np.array(table["tape"].to_pylist(), float), np.array(tape, float)
        )


@pytest.mark.parametrize(
    ("dtype", "held"),
    [("float64", "double"), ("float32", "float"), ("float16", "float"), ("bfloat16", "float")],
)
def test_columns_have_types(pq: Any, make: Make, dtype: str, held: str) -> None:
    schema = read(pq, parquet.encode(make([(1, 0.40625, 0.40625)], dtype=dtype))).schema
    word = "dictionary<values=string, indices=int32, ordered=0>"
    assert {field.name: str(field.type) for field in schema} == {
        **dict.fromkeys(("target", "expression", "wrt", "status"), word),
        **dict.fromkeys(("x", "tape", "analytic"), held),
        "order": "int32",
        "ulps": "int64",
        "note": "string",
    }


def test_the_request_is_in_the_metadata(pq: Any, samples: Samples) -> None:
    metadata = read(pq, parquet.encode(samples.claimed)).schema.metadata
    about = {name.decode(): value.decode() for name, value in metadata.items()}
    assert {name: about[f"tapecli.{name}"] for name in ("schema", "kind", "dtype", "scaled")} == {
        "schema": "1",
        "kind": "diff",
        "dtype": "float64",
        "scaled": "false",
    }
    assert (about["tapecli.execution"], about["tapecli.device"]) == ("xla", "gpu:1")
    assert (about["tapecli.tensorflow"], about["tapecli.variables"]) == ("2.21.0", '["x"]')


def test_each_part_of_a_run_is_a_row_group(pq: Any, samples: Samples, make: Make) -> None:
    file = io.BytesIO()
    writer = parquet.ParquetWriter()
    writer.start(samples.worked, lambda: file)
    for _ in range(3):
        writer.write(samples.worked)
    writer.finish(9)
    assert not file.closed
    assert pq.ParquetFile(file).num_row_groups == 3
    table, once = read(pq, file.getvalue()), read(pq, parquet.encode(samples.worked))
    assert table.to_pylist() == once.to_pylist() * 3


def test_the_same_result_is_the_same_bytes(samples: Samples, pq: Any) -> None:
    for sample in samples.all:
        assert parquet.encode(sample) == parquet.encode(sample)


def test_a_distance_past_64_bits_is_the_largest_integer(pq: Any, make: Make) -> None:
    row = (1, 1e300, -1e300, MAX_DISTANCE, Status.OFF)
    assert read(pq, parquet.encode(make([row])))["ulps"].to_pylist() == [2**63 - 1]


def test_nan_is_a_value_and_null_is_none(pq: Any, samples: Samples) -> None:
    tape = read(pq, parquet.encode(samples.sampled))["tape"]
    assert (tape.null_count, np.isnan(tape.to_numpy()).tolist()) == (0, [False, False, True, False])


def test_points_without_rows_are_left_out(pq: Any, samples: Samples) -> None:
    file = io.BytesIO()
    writer = parquet.ParquetWriter()
    writer.start(samples.worked, lambda: file)
    writer.finish(9)
    assert read(pq, file.getvalue()).num_rows == 0


def test_without_pyarrow_it_says_what_to_install(
    samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    text = r"^'--format parquet' needs pyarrow; pip install 'tapecli\[arrow\]'$"
    with pytest.raises(OutputError, match=text):
        require_library(FORMATS["parquet"])
    with pytest.raises(OutputError, match=text):
        encode(samples.worked, FORMATS["parquet"])
    for name in FORMATS.keys() - {"parquet"}:
        require_library(FORMATS[name])


def test_notes_that_differ_stand_in_their_rows(pq: Any, samples: Samples) -> None:
    (block,) = samples.mixed.blocks
    checks = dict(reversed(list(block.checks.items())))
    turned = replace(samples.mixed, blocks=(replace(block, checks=checks),))
    assert read(pq, parquet.encode(turned)).to_pylist()[1]["note"] == "11 digits"
