"""The comparison as a Markdown page, the answer first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tapecli.features.compare.model import CostComparison
from tapecli.features.compare.pages import words
from tapecli.formats.markdown import escaped, table


def lines(comparison: CostComparison) -> Iterator[str]:
    """The answer, the findings behind it, and the tables."""
    yield from (f"**{escaped(words.answer(comparison))}**", "")
    yield from _list(words.findings(comparison))
    names = ", ".join(f"`{expression}`" for expression in comparison.expressions)
    yield from (f"{names}: {escaped(words.conditions(comparison))}", "")
    for grid in words.grids(comparison, full=True):
        headings = [heading.strip() for heading in grid.headings]
        rows = ([escaped(cell.strip()) for cell in row] for row in grid.rows)
        yield from (*table(headings, rows, numeric=range(grid.left, len(headings))), "")
    yield from _list(words.legend(comparison))


def _list(lines: Iterable[str]) -> Iterator[str]:
    items = [f"- {escaped(line)}" for line in lines]
    yield from (*items, "") if items else ()
