"""The survey as JUnit's XML: a suite for each setting, with a case for each derivative.

There is a further suite for the known defects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapecli.features.check.exhaustive.model import Derivative, Survey
from tapecli.features.check.exhaustive.pages import words
from tapecli.features.check.pages.junit import JUnitCase, defects, document, suite
from tapecli.formats import Screen


def render(survey: Survey, screen: Screen) -> Iterator[str]:
    """The document, indented, in ASCII."""
    suites = [
        suite(f"{setting.dtype}, {setting.execution}", _cases(survey, survey.of_setting(setting)))
        for setting in survey.settings
    ]
    yield document([*suites, suite("known defects", defects(survey.defects))], survey.seconds)


def _cases(survey: Survey, rows: Sequence[Derivative]) -> Iterator[JUnitCase]:
    for row in rows:
        if row.failed:
            lines = words.failure(survey, row)
            kind = str(row.unknown[0].status) if row.unknown else "missing"
            text = "\n".join([*lines, words.command(row)])
            yield row.name, "failure", {"message": lines[0], "type": kind}, text
        elif row.tally.missing:
            yield row.name, "skipped", {"message": row.tally.missing}, ""
        else:
            yield row.name, "", {}, ""
