"""The report as a Markdown page, such as the summary of a CI job."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.features.check.model import Report
from tapecli.features.check.pages import words
from tapecli.formats import Screen
from tapecli.formats import words as result_words
from tapecli.formats.markdown import escaped, table_row


def render(report: Report, screen: Screen) -> Iterator[str]:
    """The verdict, every failure, the table, and the known defects."""
    for line in _lines(report):
        yield result_words.line(line, screen)


def _lines(report: Report) -> Iterator[str]:
    yield from (f"**{escaped(words.verdict(report))}**", "")
    for failure in report.unknown:
        yield from (f"- {escaped(failure.described())}", "", f"      {failure.command}", "")
    yield table_row(["", *words.columns(report)])
    yield table_row(["---", *["---:"] * len(report.settings)])
    for name, *cells in zip(report.functions, *map(report.column, report.settings), strict=True):
        yield table_row([name, *(escaped("".join(words.cell(cell))) for cell in cells)])
    yield ""
    yield from (f"- {escaped(line)}" for line in words.legend(report))
    yield ""
    yield from (f"- known: {escaped(words.defect(d))}" for d in report.defects)
    if report.core:
        yield f"- {escaped(words.core(report.core))}"
    yield ""
    yield "; ".join(words.heading(report))
