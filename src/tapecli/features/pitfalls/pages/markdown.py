"""Pitfalls as a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapecli.features.pitfalls.model import Contents, Lesson, Lessons
from tapecli.features.pitfalls.pages import words
from tapecli.formats import Screen
from tapecli.formats import words as result_words
from tapecli.formats.markdown_cells import escaped


def render(shown: Contents | Lessons, screen: Screen) -> Iterator[str]:
    """A list by kind, or a section for each that was run."""
    lines = _contents(shown) if isinstance(shown, Contents) else _lessons(shown)
    for line in lines:
        yield result_words.line(line, screen)


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
    yield from (f"## `{pitfall.name}`", "", f"**{escaped(pitfall.title)}**", "")
    yield from _block("python", pitfall.mistake.splitlines())
    yield from ("What happened:", "")
    yield from _block("text", words.outcome(lesson.mistake))
    yield from _said(words.changed(lesson, tensorflow))
    yield from (escaped(pitfall.why), "", "### Mended", "")
    yield from _block("python", pitfall.mend.splitlines())
    yield from ("What that prints:", "")
    yield from _block("text", words.outcome(lesson.mend))
    yield from _said(words.broken(lesson, tensorflow))
    if pitfall.threads:
        links = (f"[{name}]({words.thread(name)})" for name in pitfall.threads)
        yield from (f"Met in {', '.join(links)}", "")


def _block(language: str, lines: Sequence[str]) -> Iterator[str]:
    fence = "````" if any(line.startswith("```") for line in lines) else "```"
    yield from (f"{fence}{language}", *lines, fence, "")


def _said(text: str) -> Iterator[str]:
    if text:
        yield from (f"**{escaped(text)}**", "")
