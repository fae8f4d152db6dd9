"""Verdicts in arrays are shown as those that are objects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tapecli.formats import FORMATS, Screen, arrow, columns, parquet, render
from tapecli.result import Block, Check, Checks, Result, Status

if TYPE_CHECKING:
    from tests.formats.conftest import Samples

TEXTS = ("csv", "tsv", "jsonl", "json", "table", "markdown", "latex", "value")


def is_plain(check: Check) -> bool:
    """Whether a verdict may stand in arrays."""
    has_numbers = check.analytic is not None and (check.ulps is not None or check.digits is None)
    return check.status in (Status.OK, Status.CERTIFIED) and not check.note and has_numbers


def in_arrays(block: Block) -> Block:
    """The block with those of its verdicts in arrays that may be there."""
    plain = {index: check for index, check in sorted(block.checks.items()) if is_plain(check)}
    special = {index: check for index, check in block.checks.items() if index not in plain}
    if not plain:
        return replace(block, checks=Checks(special))
    ulps = None
    if block.tape is not None:
        ulps = np.array([check.ulps for check in plain.values()], np.uint64)
    analytic = np.array([check.analytic for check in plain.values()], np.float64)
    status = next(iter(plain.values())).status
    checks = Checks(special, status, np.array(list(plain)), analytic, ulps)
    assert checks == block.checks
    return replace(block, checks=checks)


def pairs(samples: Samples) -> list[tuple[Result, Result]]:
    """Each sample with its verdicts as objects, and in arrays."""
    second = [replace(s, blocks=tuple(map(in_arrays, s.blocks))) for s in samples.all]
    first = [
        replace(s, blocks=tuple(replace(b, checks=dict(b.checks)) for b in s.blocks))
        for s in second
    ]
    return list(zip(first, second, strict=True))


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("rows", [2, 1000])
def test_pages_are_the_same(
    samples: Samples, monkeypatch: pytest.MonkeyPatch, name: str, rows: int
) -> None:
    monkeypatch.setattr("tapecli.formats.bulk_lines.ROWS", rows)
    for first, second in pairs(samples):
        whole = "".join(render(first, FORMATS[name], Screen()))
        assert "".join(render(second, FORMATS[name], Screen())) == whole


def test_arrays_are_the_same(samples: Samples) -> None:
    for first, second in pairs(samples):
        for block, other in zip(first.blocks, second.blocks, strict=True):
            arrays: tuple[Any, ...] = columns.verdicts(block)
            others: tuple[Any, ...] = columns.verdicts(other)
            for array, same in zip(arrays, others, strict=True):
                assert array.tobytes() == same.tobytes()


def test_tables_are_the_same(samples: Samples) -> None:
    pytest.importorskip("pyarrow")
    assert arrow.loads()
    for first, second in pairs(samples):
        schema = parquet._schema(first)
        rows, others = (parquet._table(r, schema).to_pylist() for r in (first, second))
        assert repr(rows) == repr(others)
