"""The survey as a Markdown page, such as the summary of a CI job."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.features.check.exhaustive.model import Survey
from tapecli.features.check.exhaustive.pages import words
from tapecli.features.check.pages import words as check_words
from tapecli.formats.markdown import escaped, table


def lines(survey: Survey) -> Iterator[str]:
    """The verdict, every failure, the tables, and what known defects explain."""
    yield from (f"**{escaped(words.verdict(survey))}**", "")
    for row in survey.failed:
        yield from (f"- {escaped(line)}" for line in words.failure(survey, row))
        yield from ("", f"      {words.command(row)}", "")
    for setting in survey.settings:
        rows = [list(map(escaped, words.cells(row))) for row in survey.of_setting(setting)]
        yield from (f"**{escaped(words.setting(survey, setting))}**", "")
        yield from (*table(words.COLUMNS, rows, numeric=range(1, len(words.COLUMNS))), "")
    yield from (f"- {escaped(line)}" for line in words.legend(survey))
    yield ""
    for row in survey.derivatives:
        known = [interval for interval in row.tally.intervals if interval.known]
        yield from (f"- {escaped(line)}" for line in words.listed(survey, row, known))
    yield ""
    yield from (f"- known: {escaped(check_words.defect(d))}" for d in survey.defects)
    yield from ("", words.heading(survey))
