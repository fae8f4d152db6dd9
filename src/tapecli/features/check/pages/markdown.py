"""The report as a Markdown page, such as the summary of a CI job."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.features.check.model import Report
from tapecli.features.check.pages import words
from tapecli.formats.markdown import escaped, table


def lines(report: Report) -> Iterator[str]:
    """The verdict, every failure, the table, and the known defects."""
    yield from (f"**{escaped(words.verdict(report))}**", "")
    for failure in report.unknown:
        yield from (f"- {escaped(failure.described())}", "", f"      {failure.command}", "")
    columns = [
        [escaped("".join(words.cell(cell))) for cell in report.column(setting)]
        for setting in report.settings
    ]
    headings, rows = ["", *words.columns(report)], zip(report.functions, *columns, strict=True)
    yield from (*table(headings, rows, numeric=range(1, len(headings))), "")
    yield from (f"- {escaped(line)}" for line in words.legend(report))
    yield ""
    yield from (f"- known: {escaped(words.defect(d))}" for d in report.defects)
    if report.core:
        yield f"- {escaped(words.core(report.core))}"
    yield ""
    yield "; ".join(words.heading(report))
