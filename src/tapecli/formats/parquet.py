"""Parquet: the tidy columns and the note, with what the request was in the file's metadata.

What is missing is null: NaN is a value that was computed. `ulps` ends at the largest 64-bit
integer. Numbers of 16 bits are held in 32.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from tapecli.formats import arrow, columns
from tapecli.result import UNVERIFIED, Block, Check, Result, Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PREFIX = "tapecli."
"""What the names in the metadata begin with."""

MAX_ULPS = 2**63 - 1

_WORDS = ("target", "expression", "wrt", "status", "note")
"""The columns whose few distinct texts are kept once in each row group."""


def packed(result: Result) -> bytes:
    """The whole file."""
    file = io.BytesIO()
    writer = Writer(file, result)
    writer.write(result)
    writer.close()
    return file.getvalue()


class Writer:
    """Writes results with the same targets and derivatives, one after another, into one file."""

    def __init__(self, stream: BinaryIO, result: Result) -> None:
        """Begin the file.

        Args:
            stream: where to; it is left open.
            result: any of the results; the file's metadata are of this one.

        Raises:
            OutputError: pyarrow is missing.
        """
        self._schema = _schema(result)
        parquet = arrow.load("pyarrow.parquet")
        self._file = parquet.ParquetWriter(stream, self._schema, use_dictionary=list(_WORDS))

    def write(self, result: Result) -> None:
        """Add the rows of a result, by target, derivative and point, as a row group.

        Very many rows become several.
        """
        if len(result.points):
            self._file.write_table(_table(result, self._schema))

    def close(self) -> None:
        """Write the end of the file, without which it cannot be read."""
        self._file.close()


def _schema(result: Result) -> Any:
    pa = arrow.load()
    number = pa.float64() if result.dtype == "float64" else pa.float32()
    word = pa.dictionary(pa.int32(), pa.string())
    types = {
        "order": pa.int32(),
        **dict.fromkeys((*result.variables, "tape", "analytic"), number),
        "ulps": pa.int64(),
        "note": pa.string(),
    }
    names = [*columns.names(result), "note"]
    about = {**columns.about(result), "variables": result.variables}
    metadata = {
        PREFIX + name: value if isinstance(value, str) else json.dumps(value)
        for name, value in about.items()
    }
    return pa.schema([(name, types.get(name, word)) for name in names], metadata)


def _table(result: Result, schema: Any) -> Any:
    """The rows of a result; a column has a part for each block."""
    pa = arrow.load()
    words = {
        name: pa.array(list(dict.fromkeys(getattr(block, name) for block in result.blocks)))
        for name in ("target", "expression", "wrt")
    }
    number = schema.field("analytic").type
    points = [_numbers(values, number) for values in columns.points(result)]
    parts = [_parts(block, words, points, number) for block in result.blocks]
    chunked = [
        pa.chunked_array(list(of_one), field.type)
        for field, of_one in zip(schema, zip(*parts, strict=True), strict=True)
    ]
    return pa.Table.from_arrays(chunked, schema=schema)


def _parts(block: Block, words: Any, points: Sequence[Any], number: Any) -> Iterator[Any]:
    """The columns of a block, in their sequence."""
    import numpy as np

    pa = arrow.load()
    count = len(block.points)
    for name, dictionary in words.items():
        place = dictionary.to_pylist().index(getattr(block, name))
        indices = pa.array(np.full(count, place, np.int32))
        yield pa.DictionaryArray.from_arrays(indices, dictionary)
    yield pa.array(np.full(count, block.order, np.int32))
    yield from points
    tape = columns.tape(block)
    yield pa.nulls(count, number) if tape is None else _numbers(tape, number)
    yield from _verdicts(block, number)


def _verdicts(block: Block, number: Any) -> Iterator[Any]:
    """The columns analytic, ulps, status and note."""
    import numpy as np

    pa = arrow.load()
    checks = list(block.checks.values())
    places = np.fromiter(block.checks, np.int64, len(checks))
    yield _numbers(columns.analytic(block), number, _missing(block, places, "analytic"))
    ulps = np.zeros(len(block.points), np.int64)
    ulps[places] = [min(check.ulps or 0, MAX_ULPS) for check in checks]
    yield pa.array(ulps, mask=_missing(block, places, "ulps"))
    statuses = list(Status)
    ranks = np.full(len(block.points), statuses.index(UNVERIFIED.status), np.int32)
    ranks[places] = [statuses.index(check.status) for check in checks]
    yield pa.DictionaryArray.from_arrays(pa.array(ranks), pa.array(list(map(str, statuses))))
    yield _notes(len(block.points), places, checks)


def _notes(count: int, places: NDArray[np.int64], checks: Sequence[Check]) -> Any:
    """The notes as plain strings, made from the distinct ones."""
    import numpy as np

    pa = arrow.load()
    distinct = {
        note: rank for rank, note in enumerate(dict.fromkeys(["", *(c.note for c in checks)]))
    }
    ranks = np.zeros(count, np.int32)
    ranks[places] = [distinct[check.note] for check in checks]
    return pa.array(list(distinct), pa.string()).take(pa.array(ranks))


def _missing(block: Block, places: NDArray[np.int64], name: str) -> NDArray[np.bool_]:
    """Where a field of the verdict is not there."""
    import numpy as np

    missing = np.ones(len(block.points), bool)
    missing[places] = [getattr(check, name) is None for check in block.checks.values()]
    return missing


def _numbers(
    values: NDArray[np.float64], number: Any, missing: NDArray[np.bool_] | None = None
) -> Any:
    """Numbers in the type of the file's columns."""
    import numpy as np

    pa = arrow.load()
    with np.errstate(over="ignore", invalid="ignore"):
        held = values.astype(np.float32 if number == pa.float32() else np.float64, copy=False)
    return pa.array(held, mask=missing)
