"""Parquet: the tidy columns and the note, with the request in the file's metadata.

What is missing is null: NaN is a value that was computed. `ulps` ends at the largest 64-bit
integer. Numbers of 16 bits are held in 32.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tapecli.formats import arrow, columns
from tapecli.formats.writers import ChunkWriter, Open
from tapecli.result import Block, Result, Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PREFIX = "tapecli."
"""The start of the names in the metadata."""

MAX_ULPS = 2**63 - 1

_WORDS = ("target", "expression", "wrt", "status", "note")
"""The columns of which each row group holds the few distinct texts once."""

_SAME = ("target", "expression", "wrt")
"""Those that hold the same texts in each row group, so that a smallest and largest say nothing."""

_BATCH = 65_536
"""Rows that are encoded at a time; with more than usual, this takes a sixth less."""


def encode(result: Result) -> bytes:
    """The whole file."""
    file = io.BytesIO()
    writer = ParquetWriter()
    writer.start(result, lambda: file)
    writer.write(result)
    writer.finish(len(result.points))
    return file.getvalue()


class ParquetWriter(ChunkWriter):
    """Writes results with the same targets and derivatives, one after another, into one file.

    Its metadata are those of the first result. It cannot be resumed, for the index of the file is
    at its end.
    """

    resumable = False

    def start(self, result: Result, open_: Open, resumed: bool = False) -> None:
        self._schema = _schema(result)
        parquet = arrow.load("pyarrow.parquet")
        self._file = parquet.ParquetWriter(
            open_(),
            self._schema,
            use_dictionary=list(_WORDS),
            write_statistics=[name for name in self._schema.names if name not in _SAME],
            write_batch_size=_BATCH,
        )

    def write(self, result: Result) -> None:
        """Add the rows by target, derivative and point as a row group; very many become several."""
        if len(result.points):
            self._file.write_table(_table(result, self._schema))

    def finish(self, count: int) -> None:
        self._file.close()  # which writes the index, but leaves the stream open


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
    metadata = {
        PREFIX + name: value if isinstance(value, str) else json.dumps(value)
        for name, value in {**columns.metadata(result), "variables": result.variables}.items()
    }
    return pa.schema([(name, types.get(name, word)) for name in names], metadata)


def _table(result: Result, schema: Any) -> Any:
    """The rows of a result; a column has a chunk for each block."""
    pa = arrow.load()
    words = {
        name: pa.array(list(dict.fromkeys(getattr(block, name) for block in result.blocks)))
        for name in _SAME
    }
    number = schema.field("analytic").type
    points = [_numbers(values, number) for values in result.points.columns.values()]
    blocks = [_columns(block, words, points, number) for block in result.blocks]
    chunked = [
        pa.chunked_array(list(chunks), field.type)
        for field, chunks in zip(schema, zip(*blocks, strict=True), strict=True)
    ]
    return pa.Table.from_arrays(chunked, schema=schema)


def _columns(block: Block, words: Any, points: Sequence[Any], number: Any) -> Iterator[Any]:
    """The columns of a block, in their order."""
    import numpy as np

    pa = arrow.load()
    count = len(block.points)
    for name, dictionary in words.items():
        index = dictionary.to_pylist().index(getattr(block, name))
        yield pa.DictionaryArray.from_arrays(pa.array(np.full(count, index, np.int32)), dictionary)
    yield pa.array(np.full(count, block.order, np.int32))
    yield from points
    yield pa.nulls(count, number) if block.tape is None else _numbers(block.tape, number)
    verdicts, special = columns.verdicts(block), block.verdicts.special
    yield _numbers(verdicts.analytic, number, ~verdicts.has_analytic)
    ulps = np.minimum(verdicts.ulps, MAX_ULPS).astype(np.int64)
    yield pa.array(ulps, mask=~verdicts.has_ulps)
    statuses = pa.array(verdicts.statuses.astype(np.int32))
    yield pa.DictionaryArray.from_arrays(statuses, pa.array(list(map(str, Status))))
    notes = dict.fromkeys(["", *(check.note for check in special.values())])
    if len(notes) == 1:
        yield pa.repeat("", count)
        return
    indices = {note: index for index, note in enumerate(notes)}
    note_indices = np.zeros(count, np.int32)
    note_indices[list(special)] = [indices[check.note] for check in special.values()]
    yield pa.array(list(notes), pa.string()).take(pa.array(note_indices))


def _numbers(
    values: NDArray[np.float64], number: Any, missing: NDArray[np.bool_] | None = None
) -> Any:
    """Numbers in the type of the file's columns."""
    import numpy as np

    pa = arrow.load()
    with np.errstate(over="ignore", invalid="ignore"):
        narrowed = values.astype(np.float32 if number == pa.float32() else np.float64, copy=False)
    return pa.array(narrowed, mask=missing)
