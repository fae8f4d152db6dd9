"""Pitfalls as one strict JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tapecli.features.pitfalls.model import Lesson, Lessons, Outcome, Pitfall
from tapecli.features.pitfalls.pages import words


def document(page: Mapping[str, Sequence[Pitfall]] | Lessons) -> dict[str, Any]:
    """The fields of the document."""
    if isinstance(page, Lessons):
        lessons = [_lesson(lesson) for lesson in page.lessons]
        return {"ok": page.ok, "tensorflow": page.tensorflow, "pitfalls": lessons}
    groups = [(title, pitfall) for title, pitfalls in page.items() for pitfall in pitfalls]
    return {"pitfalls": [{"group": title, **_pitfall(pitfall)} for title, pitfall in groups]}


def _lesson(lesson: Lesson) -> dict[str, Any]:
    document = _pitfall(lesson.pitfall)
    document["mistake"] |= _outcome(lesson.mistake)
    document["mend"] |= _outcome(lesson.mend)
    return document | {name: getattr(lesson, name) for name in ("happens", "cured", "mended")}


def _pitfall(pitfall: Pitfall) -> dict[str, Any]:
    return {
        "name": pitfall.name,
        "title": pitfall.title,
        "mistake": {"program": pitfall.mistake},
        "why": pitfall.reason,
        "mend": {"program": pitfall.mend},
        "threads": [words.address(thread) for thread in pitfall.threads],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    error = {"type": outcome.error, "message": outcome.message} if outcome.error else None
    return {"printed": outcome.printed, "warnings": list(outcome.warnings), "error": error}
