"""The survey as workflow commands of GitHub Actions, which annotate the run."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.features.check.exhaustive.model import Survey
from tapecli.features.check.exhaustive.pages import words
from tapecli.features.check.pages import words as check_words
from tapecli.features.check.pages.github import command
from tapecli.formats import Screen


def render(survey: Survey, screen: Screen) -> Iterator[str]:
    """The verdict, an error for each derivative that fails, a notice for each defect that is gone.

    The verdict is the first, because GitHub shows no more than ten annotations of a step.
    """
    yield command("notice" if survey.ok else "error", "tapecli check", words.verdict(survey))
    for row in survey.failed:
        title = f"tapecli check: {row.function}, order {row.order}"
        text = "\n".join([*words.failure(survey, row), words.command(row)])
        yield command("error", title, text)
    for defect in survey.defects:
        if not defect.there:
            yield command("notice", "tapecli check: a known defect", check_words.defect(defect))
