"""The report as a Markdown page, such as the summary of a CI job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapecli.render import Screen
from tapecli.render import words as result_words
from tapecli.render.check import words
from tapecli.report import Report


def render(report: Report, screen: Screen) -> Iterator[str]:
    """The verdict, every failure, the table, and the known defects."""
    for line in _lines(report):
        yield (line if screen.unicode else result_words.ascii_only(line)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from (f"**{_escaped(words.verdict(report))}**", "")
    for failure in report.unknown:
        yield from (f"- {_escaped(failure.described())}", "", f"      {failure.command}", "")
    yield _line(["", *words.columns(report)])
    yield _line(["---", *["---:"] * len(report.settings)])
    for name in report.functions:
        cells = [words.cell(report.cells.get((name, setting))) for setting in report.settings]
        yield _line([name, *(_escaped("".join(cell)) for cell in cells)])
    yield ""
    yield from (f"- {_escaped(line)}" for line in words.legend(report))
    yield ""
    yield from (f"- known: {_escaped(words.defect(d))}" for d in report.defects)
    if report.core:
        yield f"- {_escaped(words.core(report.core))}"
    yield ""
    versions = ", ".join(f"{name} {number}" for name, number in report.versions.items())
    yield f"{versions}; level {report.level}, seed {report.seed}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escaped(text: str) -> str:
    for character in "\\`|*~<>_[]&":
        text = text.replace(character, f"\\{character}")
    return text
