"""Each format in chunks: the same file as of all the points at once."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from tapecli import formats
from tapecli.errors import OutputError
from tapecli.evaluation import answering, chunks
from tapecli.evaluation.chunks import Stream
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.formats import FORMATS, Screen, writers
from tapecli.points import exact
from tapecli.result import Result

TARGETS = ("log(x**2)", "z = x**3")

TEXTS = ("csv", "tsv", "jsonl", "value")


def in_chunks(monkeypatch: pytest.MonkeyPatch, count: int = 100) -> tuple[Result, list[Result]]:
    """A result of so many points, and the results of chunks of them."""
    where = PointsInput({"x": f"1..{count}"})
    how = Options(method="taylor", verify="all")
    asked = Question.parse("diff", TARGETS, where, order=2, options=how)
    assert len(asked.points) == count
    monkeypatch.setattr(exact, "MAX_POINTS", 50)
    monkeypatch.setattr(chunks, "SMALL_CHUNK", 16)
    run = chunks.open_question(where, kind="diff", expressions=TARGETS, order=2, options=how)
    assert isinstance(run, Stream)
    return answering.answer(asked, formulas=False), list(run.results())


def written(name: str, results: list[Result], count: int | None) -> tuple[bytes, int]:
    """What a writer makes of the results, and how many streams it had."""
    streams: list[io.BytesIO] = []

    def open_() -> io.BytesIO:
        streams.append(io.BytesIO())
        return streams[-1]

    total = sum(len(result.points) for result in results)
    one = writers.of_format(FORMATS[name], Screen(), lambda n: {"x": n}, count)
    one.start(results[0], open_, False)
    for result in results:
        one.write(result)
    one.finish(total)
    return streams[0].getvalue(), len(streams)


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> tuple[Result, list[Result]]:
    return in_chunks(monkeypatch)


@pytest.mark.parametrize("name", TEXTS)
def test_lines_come_by_target_derivative_and_point(
    both: tuple[Result, list[Result]], name: str
) -> None:
    whole, results = both
    text, streams = written(name, results, 100)
    assert text.decode() == "".join(formats.render(whole, FORMATS[name], Screen()))
    assert streams == (2 if name == "value" else 4)


@pytest.mark.parametrize("count", [100, None])
def test_an_array_has_its_length_in_the_end(
    both: tuple[Result, list[Result]], count: int | None
) -> None:
    whole, results = both
    array, streams = written("npy", results, count)
    assert array == formats.encode(whole, FORMATS["npy"])
    assert np.load(io.BytesIO(array)).shape == (100, 2, 2)
    assert streams == 1


def test_a_row_group_for_each_chunk(both: tuple[Result, list[Result]]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    whole, results = both
    data, _ = written("parquet", results, 100)
    file = parquet.ParquetFile(io.BytesIO(data))
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [4 * len(result.points) for result in results]
    same = parquet.read_table(io.BytesIO(formats.encode(whole, FORMATS["parquet"])))
    assert rows_of(file.read().to_pylist()) == rows_of(same.to_pylist())


def rows_of(rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    """Rows by target, order and point."""
    return sorted((row["target"], row["order"], row["x"], *row.values()) for row in rows)


@pytest.mark.parametrize("name", [name for name in FORMATS if FORMATS[name].chunked])
def test_only_what_can_be_resumed_says_so(name: str) -> None:
    one = writers.of_format(FORMATS[name], Screen(), lambda n: {"x": n}, None)
    assert one.resumable is (name != "parquet")
    assert one.rewrites_head is (name == "npy")


def test_what_goes_on_has_no_second_head(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _, results = in_chunks(monkeypatch)
    for name in (*TEXTS, "npy"):
        out = io.BytesIO()
        one = writers.of_format(FORMATS[name], Screen(), lambda n: {"x": n}, 100)
        one.start(results[1], lambda out=out: out, True)  # type: ignore[misc]
        assert out.getvalue() == b""


def test_a_format_that_has_no_chunks() -> None:
    with pytest.raises(OutputError, match="npz cannot be written in chunks"):
        writers.of_format(FORMATS["npz"], Screen(), lambda n: {"x": n}, 1)
