"""The report as workflow commands of GitHub Actions, which annotate the run."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.features.check.model import Report
from tapecli.features.check.pages import words
from tapecli.formats import Screen


def render(report: Report, screen: Screen) -> Iterator[str]:
    """The verdict, an error for each failure, a notice for each known defect that is gone.

    The verdict is the first, because GitHub shows no more than ten annotations of a step.
    """
    yield command("notice" if report.ok else "error", "tapecli check", words.verdict(report))
    if report.core and not report.core.ok:
        yield command("error", "tapecli check: the core", words.core(report.core))
    for failure in report.unknown:
        title = f"tapecli check: {failure.function}, order {failure.order}"
        yield command("error", title, f"{failure.described()}\n{failure.command}")
    for defect in report.cured:
        yield command("notice", "tapecli check: a known defect", words.defect(defect))


def command(kind: str, title: str, message: str) -> str:
    """A workflow command: an error or a notice, with a title."""
    escaped = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={escaped}::{_escaped(message)}\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
