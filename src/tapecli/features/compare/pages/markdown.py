"""The comparison as a Markdown page, the answer first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tapecli.features.compare.model import CostComparison
from tapecli.features.compare.pages import words
from tapecli.formats import Screen
from tapecli.formats import words as result_words
from tapecli.formats.markdown import escaped, table_row


def render(comparison: CostComparison, screen: Screen) -> Iterator[str]:
    """The answer, the findings behind it, and the tables."""
    for line in _lines(comparison):
        yield result_words.line(line, screen)


def _lines(comparison: CostComparison) -> Iterator[str]:
    yield from (f"**{escaped(words.answer(comparison))}**", "")
    yield from _list(words.findings(comparison))
    names = ", ".join(f"`{expression}`" for expression in comparison.expressions)
    yield from (f"{names}: {escaped(words.conditions(comparison))}", "")
    for grid in words.grids(comparison, full=True):
        yield table_row([heading.strip() for heading in grid.headings])
        yield table_row(["---"] * grid.left + ["---:"] * (len(grid.headings) - grid.left))
        yield from (table_row([escaped(cell.strip()) for cell in row]) for row in grid.rows)
        yield ""
    yield from _list(words.legend(comparison))


def _list(lines: Iterable[str]) -> Iterator[str]:
    items = [f"- {escaped(line)}" for line in lines]
    yield from (*items, "") if items else ()
