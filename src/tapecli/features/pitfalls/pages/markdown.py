"""Pitfalls as a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapecli.features.pitfalls.model import Contents, Lesson, Lessons
from tapecli.features.pitfalls.pages import words
from tapecli.formats import Screen
from tapecli.formats import words as shared
from tapecli.formats.markdown import escaped


def render(page: Contents | Lessons, screen: Screen) -> Iterator[str]:
    """The list by kind, or a section for each pitfall that was run."""
    lines = _contents(page) if isinstance(page, Contents) else _lessons(page)
    for line in lines:
        yield shared.line(line, screen)


def _contents(contents: Contents) -> Iterator[str]:
    for group in contents.groups:
        yield from (f"## {group.title}", "", "| name | what surprises |", "| --- | --- |")
        for pitfall in group.pitfalls:
            yield f"| `{pitfall.name}` | {escaped(pitfall.title)} |"
        yield ""


def _lessons(lessons: Lessons) -> Iterator[str]:
    for lesson in lessons.lessons:
        yield from _lesson(lesson, lessons.tensorflow)
    yield f"*{escaped(words.verdict(lessons))}*"


def _lesson(lesson: Lesson, tensorflow: str) -> Iterator[str]:
    pitfall = lesson.pitfall
    mistake, mend = words.halves(lesson, tensorflow)
    yield from (f"## `{pitfall.name}`", "", f"**{escaped(pitfall.title)}**", "")
    yield from _half(mistake, "What happened:")
    yield from (escaped(pitfall.reason), "", f"### {mend.title}", "")
    yield from _half(mend, "What that prints:")
    if pitfall.threads:
        links = (f"[{thread}]({words.address(thread)})" for thread in pitfall.threads)
        yield from (f"Met in {', '.join(links)}", "")


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
