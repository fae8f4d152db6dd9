"""A long run, written in chunks of its points, gives the same file as all of them at once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tapecli import formats
from tapecli.formats import FORMATS, Screen, blocks, encode, module, npy, render
from tapecli.points.points import Axis, Points
from tapecli.result import Result

if TYPE_CHECKING:
    from tests.formats.conftest import Render, Samples

TEXT = [name for name, format_ in FORMATS.items() if format_.chunked and not format_.binary]


def chunks(result: Result, size: int) -> Iterator[Result]:
    """The results of chunks of the points; those of one variable or of a row."""
    for start in range(0, len(result.points), size):
        stop = min(start + size, len(result.points))
        columns = {name: tuple(v[start:stop].tolist()) for name, v in result.points.columns.items()}
        points = Points((Axis(columns),))
        yield replace(
            result,
            points=points,
            blocks=tuple(
                replace(
                    block,
                    points=points,
                    tape=None if block.tape is None else np.asarray(block.tape)[start:stop],
                    checks={k - start: c for k, c in block.checks.items() if start <= k < stop},
                )
                for block in result.blocks
            ),
        )


def test_these_formats_can_be_written_in_chunks() -> None:
    chunked = {name for name, format_ in FORMATS.items() if format_.chunked}
    assert chunked == {"csv", "tsv", "jsonl", "value", "npy", "parquet"}


@pytest.mark.parametrize("name", TEXT)
def test_text_is_a_head_and_the_bodies_of_the_blocks(samples: Samples, name: str) -> None:
    format_ = module(FORMATS[name])
    for sample in samples.all:
        for screen in (Screen(), Screen(unicode=False)):
            shown = blocks(format_, sample)
            bodies = ["".join(format_.body(sample, block, screen)) for block in shown]
            whole = "".join(render(sample, FORMATS[name], screen))
            assert formats.head(format_, sample, screen) + "".join(bodies) == whole


@pytest.mark.parametrize("name", TEXT)
@pytest.mark.parametrize("rows", [1, 2, 5])
def test_the_size_of_the_pieces_changes_nothing(
    shown: Render, samples: Samples, monkeypatch: pytest.MonkeyPatch, name: str, rows: int
) -> None:
    whole = [shown(name, sample) for sample in samples.all]
    monkeypatch.setattr("tapecli.formats.bulk_lines.ROWS", rows)
    assert [shown(name, sample) for sample in samples.all] == whole


def test_a_piece_is_large(samples: Samples) -> None:
    (block,) = samples.mixed.blocks
    assert len(list(module(FORMATS["csv"]).body(samples.mixed, block, Screen()))) == 1


@pytest.mark.parametrize("name", TEXT)
@pytest.mark.parametrize("size", [1, 2, 4])
def test_chunks_of_one_block_follow_one_another(
    shown: Render, samples: Samples, name: str, size: int
) -> None:
    format_ = module(FORMATS[name])
    for sample in (samples.mixed, samples.several, samples.sampled, samples.uncertain):
        text = formats.head(format_, sample, Screen())
        for chunk in chunks(sample, size):
            text += "".join(format_.body(chunk, chunk.blocks[0], Screen()))
        assert text == shown(name, sample)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_chunks_of_an_array_follow_one_another(samples: Samples, size: int) -> None:
    for sample in (*samples.one_variable, samples.several, samples.uncertain):
        whole = npy.head(sample, sample.points.dimensions)
        whole += b"".join(npy.body(chunk) for chunk in chunks(sample, size))
        assert whole == encode(sample, FORMATS["npy"])


def test_an_array_of_several_axes_is_the_same_in_chunks(samples: Samples) -> None:
    rows = replace(samples.grid, points=next(chunks(samples.grid, 6)).points)
    whole = npy.head(samples.grid, samples.grid.points.dimensions)
    whole += b"".join(npy.body(chunk) for chunk in chunks(rows, 4))
    assert whole == encode(samples.grid, FORMATS["npy"])


def test_the_head_of_an_array_can_be_written_again_in_its_place(samples: Samples) -> None:
    lengths = {len(npy.head(samples.worked, {"x": 10**digits})) for digits in range(16)}
    assert len(lengths) == 1
    file = io.BytesIO(npy.head(samples.worked, {"x": 0}))
    file.seek(0, io.SEEK_END)
    for chunk in chunks(samples.worked, 2):
        file.write(npy.body(chunk))
    file.seek(0)
    file.write(npy.head(samples.worked, {"x": 3}))
    file.seek(0)
    np.testing.assert_array_equal(np.load(file), [[2, -2], [1, -0.5], [2 / 3, -2 / 9]])
