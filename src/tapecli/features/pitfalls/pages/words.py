"""The words that the pages of pitfalls share."""

from __future__ import annotations

from typing import NamedTuple

from tapecli.features.pitfalls.model import Lesson, Lessons, Outcome


class Half(NamedTuple):
    """The mistake of a lesson, or its mend.

    `own_lines` are the indices of the lines that the other half does not have. `outcome` has the
    lines that say what the program did, and `note` is empty if that was expected.
    """

    title: str
    program: str
    own_lines: set[int]
    outcome: list[str]
    note: str


def halves(lesson: Lesson, tensorflow: str) -> tuple[Half, Half]:
    """The mistake and the mend of a lesson that this version of TensorFlow has run."""
    pitfall = lesson.pitfall
    changed = broken = ""
    if lesson.cured:
        changed = f"TensorFlow {tensorflow} does this right."
    elif not lesson.happens:
        changed = f"TensorFlow {tensorflow} does something else here than is known of this mistake."
    if not lesson.mended:
        broken = f"This does not mend it on TensorFlow {tensorflow}."
    return (
        Half("Mistake", pitfall.mistake, pitfall.own_lines("-"), _lines(lesson.mistake), changed),
        Half("Mended", pitfall.mend, pitfall.own_lines("+"), _lines(lesson.mend), broken),
    )


def _lines(outcome: Outcome) -> list[str]:
    """What a program printed, then warnings and the error, each of which may have many lines."""
    error = f"{outcome.error}: {outcome.message}" if outcome.error else ""
    texts = [outcome.printed, *outcome.warnings, error]
    return [line for text in texts for line in text.splitlines()] or ["(nothing)"]


def verdict(lessons: Lessons) -> str:
    """The last line: how many mistakes still happen, and how many mends work."""
    happen = sum(lesson.happens for lesson in lessons.lessons)
    cured = sum(lesson.cured for lesson in lessons.lessons)
    work = sum(lesson.mended for lesson in lessons.lessons)
    total = len(lessons.lessons)
    counts = (
        (happen, "1 mistake still happens", "{} mistakes still happen"),
        (cured, "1 is done right by now", "{} are done right by now"),
        (total - happen - cured, "1 is not as known", "{} are not as known"),
        (work, "1 mend works", "{} mends work"),
        (total - work, "1 mend does not", "{} mends do not"),
    )
    texts = [
        singular if count == 1 else plural.format(count)
        for count, singular, plural in counts
        if count
    ]
    return f"TensorFlow {lessons.tensorflow}: {', '.join(texts)}"


def address(thread: str) -> str:
    """The address of a thread on GitHub."""
    repository, _, number = thread.partition("#")
    return f"https://github.com/{repository}/issues/{number}"
