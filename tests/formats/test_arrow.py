"""pyarrow's way of writing CSV: faster, and the same text to the last byte."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.test_floats import awkward

from tapecli.errors import OutputError
from tapecli.floats import FORMATS
from tapecli.formats import FORMATS as PAGES
from tapecli.formats import Screen, arrow, render
from tapecli.points import points
from tapecli.result import Status

if TYPE_CHECKING:
    from tests.formats.conftest import Make, Samples

PAGE_NAMES = ("csv", "tsv", "value")


@pytest.fixture(autouse=True)
def pyarrow() -> Any:
    return pytest.importorskip("pyarrow")


def written(values: NDArray[np.float64], dtype: str) -> list[str]:
    texts: list[str] = arrow.texts(FORMATS[dtype], values).to_pylist()
    return texts


@pytest.mark.parametrize("dtype", FORMATS)
def test_numbers_are_the_same_text_to_the_last_byte(dtype: str) -> None:
    values = awkward(dtype, 40_000)
    assert written(values, dtype) == FORMATS[dtype].texts(values)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_notation_turns_at_the_same_powers_of_ten(dtype: str) -> None:
    scalar = np.dtype(dtype).type
    tens = np.array([scalar(f"{d}e{e}") for e in range(-12, 19) for d in (1, -1, 3, 9.5, -1.25)])
    near = np.concatenate([tens, np.nextafter(tens, scalar(0)), np.nextafter(tens, 2 * tens)])
    values = near.astype(np.float64)
    assert written(values, dtype) == list(map(FORMATS[dtype].text, values.tolist()))


@pytest.mark.parametrize("low", [1e-10, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e9, 1e10, 1e15, 1e16])
def test_a_column_of_one_magnitude_is_the_same(low: float) -> None:
    few = np.array([1, 1.5, -9, 1.2345678901234567]) * low
    values = np.concatenate([few, np.random.default_rng(1).uniform(low, 10 * low, 500)])
    assert written(values, "float64") == FORMATS["float64"].texts(values)


def test_numbers_that_the_dtype_does_not_have_are_the_same() -> None:
    values = np.array([0.1, 1e-5, 1 / 3, 1e300, 2.0])
    assert written(values, "float32") == list(map(FORMATS["float32"].text, values.tolist()))


@pytest.mark.parametrize("name", PAGE_NAMES)
@pytest.mark.parametrize("rows", [1, 7])
def test_every_result_is_written_the_same(
    samples: Samples, monkeypatch: pytest.MonkeyPatch, name: str, rows: int
) -> None:
    monkeypatch.setattr("tapecli.formats.bulk_lines.ROWS", rows)
    for sample in samples.all:
        plain = "".join(render(sample, PAGES[name], Screen()))
        with monkeypatch.context() as quick:
            quick.setattr(arrow, "is_worth", lambda rows: True)
            quick.setattr(points, "FEW", 0)
            assert "".join(render(sample, PAGES[name], Screen())) == plain


@pytest.mark.parametrize("verified", [(), (0,), (8,), (0, 1, 4, 8), range(9)])
def test_verdicts_stand_where_they_belong(
    make: Make, monkeypatch: pytest.MonkeyPatch, verified: tuple[int, ...]
) -> None:
    rows = [(k, k / 7, k / 7, k, Status.ROUNDED) for k in range(9)]
    whole = make(rows, expression="x!, y")
    (block,) = whole.blocks
    checks = {place: block.checks[place] for place in reversed(verified)}
    sampled = replace(whole, blocks=(replace(block, checks=checks),))
    plain = "".join(render(sampled, PAGES["csv"], Screen()))
    monkeypatch.setattr(arrow, "is_worth", lambda rows: True)
    monkeypatch.setattr(points, "FEW", 0)
    assert "".join(render(sampled, PAGES["csv"], Screen())) == plain
    assert plain.count(",rounded\n") == len(verified)


def test_many_rows_are_worth_it_and_so_are_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    for rows, worth in ((50_000, [True]), (20_000, [False, False, True]), (999, [False] * 99)):
        monkeypatch.setattr(arrow, "_rows", 0)
        assert [arrow.is_worth(rows) for _ in worth] == worth


@pytest.mark.parametrize("many", [0, 10**9])
def test_verdicts_are_the_same_text_however_many_there_are(
    samples: Samples, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """Python writes few of them, and pyarrow whole columns."""
    for sample in samples.all:
        plain = "".join(render(sample, PAGES["csv"], Screen()))
        with monkeypatch.context() as quick:
            quick.setattr(arrow, "is_worth", lambda rows: True)
            quick.setattr(points, "FEW", 0)
            quick.setattr("tapecli.formats.bulk_lines.MANY", many)
            assert "".join(render(sample, PAGES["csv"], Screen())) == plain


def test_without_it_the_text_is_written_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    arrow.loads.cache_clear()
    try:
        assert not arrow.loads()
        with pytest.raises(OutputError, match=r"pip install 'tapecli\[arrow\]'"):
            arrow.load()
    finally:
        arrow.loads.cache_clear()
