"""Pitfalls as a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tapecli.features.pitfalls.model import Lessons, Pitfall
from tapecli.features.pitfalls.pages import words
from tapecli.formats.markdown import escaped, table


def lines(page: Mapping[str, Sequence[Pitfall]] | Lessons) -> Iterator[str]:
    """The list by kind, or a section for each pitfall that was run."""
    return _lessons(page) if isinstance(page, Lessons) else _contents(page)


def _contents(groups: Mapping[str, Sequence[Pitfall]]) -> Iterator[str]:
    for title, pitfalls in groups.items():
        rows = [(f"`{pitfall.name}`", escaped(pitfall.title)) for pitfall in pitfalls]
        yield from (f"## {title}", "", *table(["name", "what surprises"], rows), "")


def _lessons(lessons: Lessons) -> Iterator[str]:
    for lesson in lessons.lessons:
        pitfall = lesson.pitfall
        mistake, mend = words.halves(lesson, lessons.tensorflow)
        yield from (f"## `{pitfall.name}`", "", f"**{escaped(pitfall.title)}**", "")
        yield from _half(mistake, "What happened:")
        yield from (escaped(pitfall.reason), "", f"### {mend.title}", "")
        yield from _half(mend, "What that prints:")
        if pitfall.threads:
            links = (f"[{thread}]({words.address(thread)})" for thread in pitfall.threads)
            yield from (f"Met in {', '.join(links)}", "")
    yield f"*{escaped(words.verdict(lessons))}*"


def _half(half: words.Half, heading: str) -> Iterator[str]:
    """A program, a heading, and what the program did."""
    yield from _block("python", half.program.splitlines())
    yield from (heading, "")
    yield from _block("text", half.outcome)
    if half.note:
        yield from (f"**{escaped(half.note)}**", "")


def _block(language: str, lines: Sequence[str]) -> Iterator[str]:
    fence = "````" if any(line.startswith("```") for line in lines) else "```"
    yield from (f"{fence}{language}", *lines, fence, "")
