"""The words that the formats of pitfalls share."""

from __future__ import annotations

from tapecli.features.pitfalls.model import Lesson, Lessons, Outcome


def outcome(outcome: Outcome) -> list[str]:
    """What a program did, in lines: what it printed, then warnings and errors.

    An error may have lines of its own, and a warning as well.
    """
    ended = f"{outcome.error}: {outcome.message}" if outcome.error else ""
    texts = [outcome.printed, *outcome.warnings, ended]
    return [line for text in texts for line in text.splitlines()] or ["(nothing)"]


def changed(lesson: Lesson, tensorflow: str) -> str:
    """What is to be said of a mistake that is not what it was, or ""."""
    if lesson.happens:
        return ""
    if lesson.cured:
        return f"TensorFlow {tensorflow} does this right."
    return f"TensorFlow {tensorflow} does something else here than is known of this mistake."


def broken(lesson: Lesson, tensorflow: str) -> str:
    """What is to be said of a mend that does not mend, or ""."""
    return "" if lesson.mended else f"This does not mend it on TensorFlow {tensorflow}."


def verdict(lessons: Lessons) -> str:
    """The last line: what became of the mistakes and of the mends."""
    all_ = lessons.lessons
    counts = {
        "{} mistake{s} still happen{v}": sum(lesson.happens for lesson in all_),
        "{} {is_} done right by now": sum(lesson.cured for lesson in all_),
        "{} {is_} not as known": sum(not (lesson.happens or lesson.cured) for lesson in all_),
        "{} mend{s} work{v}": sum(lesson.mended for lesson in all_),
        "{} mend{s} do{ev} not": sum(not lesson.mended for lesson in all_),
    }
    found = (_counted(text, count) for text, count in counts.items() if count)
    return f"TensorFlow {lessons.tensorflow}: {', '.join(found)}"


def _counted(text: str, count: int) -> str:
    one = count == 1
    forms = {"s": "s"[one:], "v": "s" * one, "ev": "es" * one, "is_": "is" if one else "are"}
    return text.format(count, **forms)


def thread(name: str) -> str:
    """The address of a thread."""
    repository, _, number = name.partition("#")
    return f"https://github.com/{repository}/issues/{number}"
