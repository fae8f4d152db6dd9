"""The comparison as a Markdown page, the answer first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapecli.features.compare.model import Comparison
from tapecli.features.compare.pages import words
from tapecli.formats import Screen
from tapecli.formats import words as result_words
from tapecli.formats.markdown import escaped, table_row


def render(comparison: Comparison, screen: Screen) -> Iterator[str]:
    """The answer, what is behind it, and the tables."""
    for line in _lines(comparison):
        yield result_words.line(line, screen)


def _lines(comparison: Comparison) -> Iterator[str]:
    yield from (f"**{escaped(words.answer(comparison))}**", "")
    yield from _listed(words.findings(comparison))
    names = ", ".join(f"`{expression}`" for expression in comparison.expressions)
    yield from (f"{names}: {escaped(words.about(comparison))}", "")
    yield from _table(
        ["", "recorded on the tapes"],
        ["forward", "back", "in all", "held", "after"],
        [[cost.name, words.tapes(cost.work), *words.work_cells(cost)] for cost in comparison.costs],
    )
    for points, settings in words.groups(comparison):
        yield from _table(
            [words.counted(points, "point")],
            [setting.execution for setting in settings],
            [
                [cost.name, *(words.time_cell(comparison, cost, s, full=True) for s in settings)]
                for cost in comparison.costs
            ],
        )
    if comparison.listed:
        for name, work in comparison.works().items():
            yield from _table([name, "operations"], [], words.operations(comparison, work))
    yield from _listed(words.legend(comparison))


def _listed(lines: Iterator[str]) -> Iterator[str]:
    found = [f"- {escaped(line)}" for line in lines]
    yield from (*found, "") if found else ()


def _table(
    left: Sequence[str], right: Sequence[str], rows: Iterator[Sequence[str]] | list[list[str]]
) -> Iterator[str]:
    yield table_row([*left, *right])
    yield table_row([*["---"] * len(left), *["---:"] * len(right)])
    for cells in rows:
        yield table_row([escaped(cell.strip()) for cell in cells])
    yield ""
